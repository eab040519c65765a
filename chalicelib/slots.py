"""A week's timetable for posts, and the moment that a local time is; pure, time is an argument."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Final, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from .models import Model

_WEEK: Final = timedelta(days=7)
# Somebody with every slot taken for this long has filled the table by mistake.
_WEEKS_AHEAD: Final = 104
# Names that mean the machine's own zone, or none.
_NO_ZONES: Final = frozenset({"localtime", "posixrules", "Factory"})


class Moment(NamedTuple):
    """A moment in UTC; `moved` if the local time asked for does not exist, and then what to say about it."""

    at: datetime
    moved: bool = False
    said: str | None = None


def zone_named(name: str) -> ZoneInfo:
    """The IANA time zone of that name; another name is a ValueError with a sentence."""
    try:
        if name not in _NO_ZONES:
            return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, ill-formed, a folder of zones
        pass
    raise ValueError(f"“{name[:40]}” is not a time zone; write one like Europe/Berlin or UTC.")


def _checked(name: str) -> str:
    return zone_named(name).key


class Slot(Model):
    """A time in a week: Monday is 0, the time is local, `HH:MM`."""

    weekday: int = Field(ge=0, le=6, description="Monday is 0.")
    time: str = Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="Local, `HH:MM`.")


class Timetable(Model):
    """The slots of a week in a zone: 09:00 stays 09:00 when the clocks change."""

    zone: Annotated[str, AfterValidator(_checked)] = "UTC"
    slots: tuple[Slot, ...] = ()


def local_to_utc(local: datetime, zone: str) -> Moment:
    """`local` (without zone) in `zone`: of two such moments the first, of none the one as much later as clocks jump.

    A ValueError with a sentence for an unknown zone, for a time that has a zone, and beyond the years 1 to 9999.
    """
    if local.tzinfo is not None:
        raise ValueError("A local time must not have an offset of its own.")
    here = zone_named(zone)
    try:
        # fold=0 reckons with the offset before a change of clocks, which is just what both rules ask for.
        at = local.replace(tzinfo=here, fold=0).astimezone(UTC)
        shown = at.astimezone(here).replace(tzinfo=None, fold=0)
    except OverflowError as error:
        raise ValueError(f"{local.isoformat()} is not a moment that can be reckoned with.") from error
    return Moment(at) if shown == local else Moment(at, moved=True, said=_said(local, shown, zone))


def _said(local: datetime, shown: datetime, zone: str) -> str:
    then = f"{shown:%H:%M}" if shown.date() == local.date() else f"{shown:%H:%M} on {shown:%Y-%m-%d}"
    return f"{local:%H:%M} does not exist on {local:%Y-%m-%d} in {zone}, as the clocks go forward; it will be {then}."


def upcoming(timetable: Timetable, after: datetime, until: datetime) -> list[Moment]:
    """Every slot later than `after` and not later than `until`, in order; two that fall together count once."""
    # A day more at both ends: the local date is another one, and a whole day may be skipped.
    first, last = (
        after.astimezone(UTC).date() - timedelta(days=2),
        until.astimezone(UTC).date() + timedelta(days=2),
    )
    moments: dict[datetime, Moment] = {}
    for local in _locals(timetable, first, last):
        moment = local_to_utc(local, timetable.zone)
        if after < moment.at <= until and (moment.at not in moments or not moment.moved):
            moments[moment.at] = moment
    return [moments[at] for at in sorted(moments)]


def _locals(timetable: Timetable, first: date, last: date) -> Iterator[datetime]:
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        for slot in timetable.slots:
            if slot.weekday == day.weekday():
                yield datetime.combine(day, time.fromisoformat(slot.time))


def next_free(timetable: Timetable, taken: set[datetime], after: datetime) -> Moment:
    """The first slot later than `after` in whose minute nothing of `taken` stands; none is a ValueError with a sentence."""
    if not timetable.slots:
        raise ValueError("The timetable has no slots yet.")
    minutes = {moment.replace(second=0, microsecond=0) for moment in taken}
    for week in range(_WEEKS_AHEAD):
        for moment in upcoming(timetable, after + week * _WEEK, after + (week + 1) * _WEEK):
            if moment.at not in minutes:
                return moment
    raise ValueError(f"Every slot of the next {_WEEKS_AHEAD} weeks is taken.")
