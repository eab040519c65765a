"""How a post repeats: every so many days or weeks at a local time, until an end; pure, time is an argument."""

from datetime import date, datetime, timedelta
from typing import Final, Literal

from pydantic import Field

from .models import Model
from .slots import Moment, local_to_utc

#: The most occurrences of one series, and the longest from its first to its last.
MOST: Final = 500
LONGEST: Final = timedelta(days=731)

Unit = Literal["days", "weeks"]


class Repeat(Model):
    """Every so many days or weeks, until a day (the last one that counts) or so many times altogether."""

    every: int = Field(1, ge=1, le=365, description="How many days or weeks apart.")
    unit: Unit = Field("days", description="What `every` counts.")
    until: date | None = Field(None, description="The last local day on which it may go out.")
    times: int | None = Field(None, ge=1, le=MOST, description="How often altogether, the first included.")

    @property
    def step(self) -> timedelta:
        return timedelta(**{self.unit: self.every})


class Rhythm(Model):
    """The moments of a series: number `first` at `local` in `zone`, the next ones after it; `count` altogether.

    `start` is the moment of `first`: of a local time that comes twice it may be the second.
    """

    zone: str
    local: datetime
    start: datetime
    first: int = 0
    every: int
    unit: Unit
    count: int

    @property
    def step(self) -> timedelta:
        return timedelta(**{self.unit: self.every})

    @property
    def repeat(self) -> Repeat:
        return Repeat(every=self.every, unit=self.unit, times=self.count)

    def local_of(self, number: int) -> datetime:
        """The local time of an occurrence, as asked for."""
        return self.local + (number - self.first) * self.step

    def moment(self, number: int) -> Moment:
        """When an occurrence is due, and what is to be said about it (a local time that does not exist)."""
        moment = local_to_utc(self.local_of(number), self.zone)
        return Moment(self.start) if number == self.first and moment.at != self.start else moment

    def takes_place(self, number: int) -> bool:
        """Not where a zone skips a whole day: it would fall on the next one's moment."""
        return self.moment(number).at < self.moment(number + 1).at

    @property
    def last(self) -> datetime:
        """When it goes out for the last time."""
        return self.moment(self.count - 1).at

    @property
    def said(self) -> str:
        """What is to be said of the first occurrence whose local time does not exist."""
        moved = (self.moment(number).said for number in range(self.first, self.count))
        return next((said for said in moved if said), "")


def rhythm(repeat: Repeat, local: datetime, start: datetime, zone: str, first: int = 0) -> Rhythm:
    """The moments that a wish comes to; a ValueError with a sentence where it has no end, or none that counts."""
    count = _count(repeat, local, first)
    made = Rhythm(zone=zone, local=local, start=start, first=first, every=repeat.every, unit=repeat.unit, count=count)  # fmt: skip
    if made.local_of(count - 1) - local > LONGEST:
        raise ValueError("A post repeats for two years at the most. Choose an earlier end.")
    return made


def _count(repeat: Repeat, local: datetime, first: int) -> int:
    ends = [] if repeat.times is None else [repeat.times]
    if repeat.until is not None:
        days = (repeat.until - local.date()).days
        if days < 0:
            raise ValueError(f"It would end on {repeat.until}, before it begins. Choose a later end.")
        ends.append(first + days // repeat.step.days + 1)
    if not ends:
        raise ValueError("Say when it ends: “until” a day, or how many “times”.")
    count = min(ends)
    if count <= first:
        raise ValueError(f"It has gone out {first} times already. Choose a later end.")
    if count > MOST:
        raise ValueError(f"A post repeats {MOST} times at the most. Choose an earlier end.")
    return count


def longest(every: int, unit: Unit = "days") -> Repeat:
    """As long as a series may be, for clients that name no end."""
    step = timedelta(**{unit: every})
    return Repeat(every=every, unit=unit, times=min(MOST, LONGEST // step + 1))
