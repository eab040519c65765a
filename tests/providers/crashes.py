"""A process that dies around every single request of a publication, and the next one that goes on from what was saved."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from chalicelib import clock
from chalicelib.healing import bring_out
from chalicelib.models import Entry, Pending, Published, Receipt
from chalicelib.problems import Retry
from tests.contract.harness import Connected

Moment = Literal["before", "after"]


class Killed(BaseException):
    """The process, gone."""


@dataclass
class Fragile:
    """A wire that kills its process just before or after its `number`th request."""

    wire: Any
    number: int
    moment: Moment
    seen: int = 0

    def send(self, *args: Any, **parts: Any) -> Any:
        self.seen += 1
        if self.seen == self.number and self.moment == "before":
            raise Killed
        answer = self.wire.send(*args, **parts)
        if self.seen == self.number:
            raise Killed
        return answer


@dataclass
class Worker:
    """Publishes one entry as the publisher does: what it saves and intends outlives it."""

    connected: Connected
    entries: tuple[Entry, ...]
    options: dict[str, Any]
    index: int = 0
    receipts: tuple[Receipt, ...] = ()
    seconds: float = 60
    saved: str = "null"
    intent: datetime | None = None
    died: bool = False

    def run(self, number: int, moment: Moment) -> Published:
        """To the end, with one death on the way where there are so many requests."""
        wire, now = Fragile(self.connected.bench.wire, number, moment), clock.now()
        for _ in range(80):
            try:
                outcome = bring_out(self._job(wire, now))
            except Killed:
                self.died, after = True, self.connected.bench.provider.heal_after
            except Retry as retry:
                after = retry.after or 5
            else:
                if isinstance(outcome, Published):
                    return outcome
                self.saved, after = json.dumps(outcome.state), outcome.after
                assert isinstance(outcome, Pending)
            now += timedelta(seconds=after)
            self.connected.bench.stand_in.skew += after
        raise AssertionError("eighty runs and no end")

    def _job(self, wire: Any, now: datetime) -> Any:
        job = self.connected.job(
            self.entries, self.index, self.receipts, self.options, state=json.loads(self.saved), doubt=self.intent,
            seconds_left=lambda: self.seconds, save=self._save,
        )  # fmt: skip
        job.wire, job.now = wire, now
        job.intend = lambda: self._intend(now)
        return job

    def _save(self, state: dict[str, Any]) -> None:
        self.saved = json.dumps(state)

    def _intend(self, now: datetime) -> None:
        self.intent = now


def deaths(
    connected: Connected, entries: tuple[Entry, ...], options: dict[str, Any], **more: Any
) -> Iterator[str]:
    """Every publication with one death in it, until one has fewer requests than that; the public is counted after each."""
    for number in range(1, 60):
        for moment in ("before", "after"):
            worker = Worker(connected, entries, options, **more)
            out = worker.run(number, moment)
            assert out.id
            yield f"{moment} request {number}"
            if not worker.died:
                return
