"""Deliveries by state: what waits for a person, for the dashboard and for whoever watches over it."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any, get_args

from chalice.app import Blueprint

from chalicelib import clock
from chalicelib.models import State
from chalicelib.refusals import Refused
from chalicelib.store import accounts, lists

from .http import Ask, route
from .posts import shown_delivery
from .shapes import DeliveriesShown, States

blueprint = Blueprint(__name__)


@route(blueprint, "GET", "/v1/deliveries", query=States, answers=DeliveriesShown)
def listed(ask: Ask) -> Any:
    """The deliveries in the states that `state` names with commas (`failed,unsure,held`), latest due first."""
    asked = ask.read(States)
    wanted = [name for name in get_args(State) if name in asked.state.split(",")]
    if not wanted:
        raise Refused(
            422, "bad-state", f"Say which, as in “state=failed,unsure”: {', '.join(get_args(State))}."
        )
    own, place = [account.id for account in accounts.all_of(ask.workspace)], _place(asked.after)
    found, last = lists.page_in_states(ask.workspace, own, wanted, place, asked.limit)
    following = _text(last) if last else None
    return {"deliveries": [shown_delivery(each) for each in found], "next": following}


def _text(place: lists.Place) -> str:
    return urlsafe_b64encode("#".join(place).encode()).decode()


def _place(after: str) -> lists.Place | None:
    """The place in a cursor's text; an altered one is refused."""
    if not after:
        return None
    try:
        due, post, account = urlsafe_b64decode(after).decode().split("#")
        clock.parse(due)
    except ValueError as wrong:
        raise Refused(422, "bad-cursor", "“after” is not a cursor of this list.") from wrong
    return due, post, account
