"""When an account posts in a week, and the next of these moments that nothing has taken."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from .models import State
from .refusals import Refused
from .slots import Moment, Slot, Timetable, next_free, upcoming
from .store import deliveries, timetables
from .store.timetables import AccountTimes

#: What an account has until somebody says otherwise: Postiz's own times, each day, in UTC.
COMMON = Timetable(
    slots=tuple(Slot(weekday=day, time=at) for day in range(7) for at in ("02:00", "06:40", "11:40"))
)
#: What takes a slot: whatever is still to go out, and drafts that may.
TAKING: tuple[State, ...] = ("draft", "scheduled", "publishing", "pending", "held")
#: The most slots of one timetable.
MOST = 500
#: How many slots are tried where others take them at the same time.
TRIES = 50


def of(workspace: str, account: str) -> Timetable:
    """An account's timetable, or the common one (1 read unit)."""
    return timetables.read(workspace, account) or COMMON


def own(workspace: str, account: str) -> Timetable | None:
    """The timetable that an account was given, if it was (1 read unit)."""
    return timetables.read(workspace, account)


def forget(workspace: str, account: str) -> None:
    """Gives an account the common timetable again (1 write unit)."""
    timetables.remove(workspace, account)


def save(workspace: str, account: str, timetable: Timetable) -> Timetable:
    """Gives an account a timetable of its own, in the order of the week (1 write unit)."""
    order = sorted({(slot.weekday, slot.time) for slot in timetable.slots})
    slots = tuple(Slot(weekday=day, time=time) for day, time in order)
    ordered = timetable.model_copy(update={"slots": slots})
    timetables.save(AccountTimes(workspace=workspace, account=account, timetable=ordered))
    return ordered


def taken(workspace: str, named: Sequence[str]) -> set[datetime]:
    """The moments at which something of these accounts is to go out (5 Queries for each account)."""
    return {
        part.due
        for account in named
        for state in TAKING
        for part in deliveries.of_account(workspace, account, state)
    }


def free(workspace: str, account: str, count: int, now: datetime) -> list[Moment]:
    """The account's next free slots, soonest first."""
    timetable, busy = of(workspace, account), taken(workspace, [account])
    found: list[Moment] = []
    after = now
    while len(found) < count:
        try:
            found.append(next_free(timetable, busy, after))
        except ValueError:
            break
        after = found[-1].at
    return found


def reserve(workspace: str, named: Sequence[str], now: datetime, *, only_look: bool = False) -> Moment:
    """The next slot that is free on every one of these accounts, kept for a minute for whoever asked.

    The slots are those that all of them share; where they share none within a month, the first account's.
    Two who ask at the same time get different ones.
    """
    timetable, busy = _shared(workspace, named, now), taken(workspace, named)
    after = now
    for _ in range(TRIES):
        try:
            moment = next_free(timetable, busy, after)
        except ValueError as none:
            raise Refused(422, "no-free-slot", f"{none} Choose a time, or change the timetable.") from none
        if only_look or _keep(workspace, named, moment.at, now):
            return moment
        after = moment.at
    raise Refused(409, "no-free-slot", "Too many posts look for a slot at the same time. Try again.")


def _keep(workspace: str, named: Sequence[str], at: datetime, now: datetime) -> bool:
    return all(timetables.reserve(workspace, each, at, now) for each in named)


def _shared(workspace: str, named: Sequence[str], now: datetime) -> Timetable:
    """The slots of the first account's timetable that are also every other's."""
    tables = [of(workspace, each) for each in named]
    if not tables:
        raise Refused(422, "no-account", "Choose at least one account to post to.")
    first = tables[0]
    kept = [slot for slot in first.slots if all(_has(other, first.zone, slot, now) for other in tables[1:])]
    return first.model_copy(update={"slots": tuple(kept)}) if kept else first


def _has(other: Timetable, zone: str, slot: Slot, now: datetime) -> bool:
    """Whether another timetable has a slot at the same moments, as seen over the next week."""
    if other.zone == zone:
        return slot in other.slots
    until = now + timedelta(days=7)
    mine = {each.at for each in upcoming(Timetable(zone=zone, slots=(slot,)), now, until)}
    return mine <= {each.at for each in upcoming(other, now, until)}
