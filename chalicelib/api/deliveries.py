"""Deliveries by state: what waits for a person, for the dashboard and for whoever watches over it."""

from typing import Any, get_args

from chalice.app import Blueprint

from chalicelib.models import State
from chalicelib.refusals import Refused
from chalicelib.store import accounts, lists

from .http import Ask, route
from .posts import shown_delivery

blueprint = Blueprint(__name__)


@route(blueprint, "GET", "/v1/deliveries")
def listed(ask: Ask) -> Any:
    """The deliveries in the states that `state` names with commas (`failed,unsure,held`), latest due first."""
    wanted = [name for name in get_args(State) if name in ask.query.get("state", "").split(",")]
    if not wanted:
        raise Refused(
            422, "bad-state", f"Say which, as in “state=failed,unsure”: {', '.join(get_args(State))}."
        )
    own = [account.id for account in accounts.all_of(ask.workspace)]
    return {"deliveries": [shown_delivery(each) for each in lists.in_states(ask.workspace, own, wanted)]}
