"""A platform in memory that heals in one of the four ways, is slow to list what it took, and knows what it was sent."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.models import Delivery, Published
from chalicelib.problems import Rejected, Retry, Unsure
from chalicelib.sessions import Job
from tests.faults.actors import Stage
from tests.machine import Death

#: How long after a doubt it is looked for (`heal_after`), and how long a request takes at the most until it is listed.
HEALS_AFTER = 60
REQUEST, LISTED = timedelta(seconds=30), timedelta(seconds=29)


@dataclass(frozen=True)
class Shown:
    """What stands there."""

    index: int
    key: str
    text: str
    listed: datetime


class Platform:
    """Answers the next request with `answer`; `leaves`: whether the request of a process that dies at it gets there."""

    def __init__(self, stage: Stage, way: str) -> None:
        self.stage, self.way = stage, way
        self.begin(timedelta())

    def begin(self, lag: timedelta) -> None:
        """Nothing stands there yet."""
        self.lag, self.answer, self.leaves = lag, "taken", False
        self.shown: list[Shown] = []
        self.lost = 0

    def publish(self, job: Job) -> Published:
        job.intend()
        try:
            self.stage.boundary("commit")
        except Death:
            if self.leaves:
                self._take(job)
            raise
        answer, self.answer = self.answer, "taken"
        if answer == "busy":
            raise Retry("The platform is busy.", after=20)
        if answer == "refused":
            raise Rejected("The platform does not take this.")
        self._take(job)
        self.stage.boundary("answer")
        if answer == "lost":
            self.lost += 1
            raise Unsure("The platform did not answer.")
        return _published(job)

    def _take(self, job: Job) -> None:
        known = self.way in {"key", "id"} and any(each.key == job.key for each in self.shown)
        if not known:
            self.shown.append(Shown(job.index, job.key, job.entry.text, self.stage.now + self.lag))

    def look(self, job: Job) -> Published | None:
        self.stage.boundary("look")
        return _published(job) if self.listed(job.index) else None

    def listed(self, index: int) -> bool:
        """Whether a look finds an entry by now."""
        return any(each.index == index and each.listed <= self.stage.now for each in self.shown)

    def doubles(self) -> bool:
        """Whether an entry stands there more than once."""
        indexes = [each.index for each in self.shown]
        return len(indexes) > len(set(indexes))

    def texts(self) -> list[str]:
        return [each.text for each in sorted(self.shown, key=lambda each: each.index)]

    def complete(self, delivery: Delivery) -> bool:
        return self.texts() == [entry.text for entry in delivery.entries]


def _published(job: Job) -> Published:
    return Published(id=f"{job.index}", url=f"https://platform.example/{job.index}")
