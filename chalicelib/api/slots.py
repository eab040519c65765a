"""Slots: an account's weekly timetable, and its next free moments."""

from datetime import datetime
from typing import Any

from chalice.app import Blueprint
from pydantic import Field

from chalicelib import clock, timetables
from chalicelib.refusals import Refused
from chalicelib.slots import Slot, Timetable
from chalicelib.store import accounts

from .given import Given
from .http import Ask, route
from .shapes import Shown

blueprint = Blueprint(__name__)


class NewTimetable(Given):
    """The zone that the times are in, and the slots of a week; none means that nothing is free."""

    zone: str = Field(
        description="An IANA time zone, as Europe/Berlin: 09:00 stays 09:00 when clocks change."
    )
    slots: list[Slot] = Field(max_length=timetables.MOST, description="The slots of a week.")


class TimetableShown(Shown):
    """A week's slots; `own` is false for the common timetable, which an account has until it gets its own."""

    zone: str
    slots: list[Slot]
    own: bool


class FreeSlot(Shown):
    """A free slot, and what is to be said about it: a local time that does not exist moves forward."""

    at: datetime
    said: str


class FreeSlots(Shown):
    """The next free slots, soonest first."""

    slots: list[FreeSlot]


class Count(Given):
    """How many."""

    count: int = Field(5, ge=1, le=50)


@route(blueprint, "GET", "/v1/accounts/{account}/slots", answers=TimetableShown)
def slots(ask: Ask, account: str) -> Any:
    """An account's timetable."""
    return _shown(ask.workspace, _known(ask, account))


@route(
    blueprint, "PUT", "/v1/accounts/{account}/slots", scope="write", body=NewTimetable, answers=TimetableShown
)
def put_slots(ask: Ask, given: NewTimetable, account: str) -> Any:
    """Gives an account a timetable of its own; what is scheduled stays where it is."""
    timetables.save(ask.workspace, _known(ask, account), Timetable(zone=given.zone, slots=tuple(given.slots)))
    return _shown(ask.workspace, account)


@route(blueprint, "DELETE", "/v1/accounts/{account}/slots", scope="write", answers=TimetableShown)
def remove_slots(ask: Ask, account: str) -> Any:
    """Back to the common timetable."""
    timetables.forget(ask.workspace, _known(ask, account))
    return _shown(ask.workspace, account)


@route(blueprint, "GET", "/v1/accounts/{account}/slots/next", query=Count, answers=FreeSlots)
def next_slots(ask: Ask, account: str) -> Any:
    """The account's next free slots."""
    count = Count.model_validate(ask.query).count
    found = timetables.free(ask.workspace, _known(ask, account), count, clock.now())
    return {"slots": [{"at": clock.iso(each.at), "said": each.said or ""} for each in found]}


def _known(ask: Ask, account: str) -> str:
    found = accounts.read(ask.workspace, account)
    if found is None or found.health == "disconnected":
        raise Refused(404, "unknown-account", "There is no such account here.")
    return account


def _shown(workspace: str, account: str) -> dict[str, Any]:
    own = timetables.own(workspace, account)
    return {**(own or timetables.COMMON).model_dump(mode="json"), "own": own is not None}
