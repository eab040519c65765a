"""Deliveries by state: what waits for a person, for the dashboard and for whoever watches over it."""

from typing import Any, get_args

from chalice.app import Blueprint
from pydantic import Field

from chalicelib.models import State
from chalicelib.refusals import Refused
from chalicelib.store import accounts, lists

from .given import Given
from .http import Ask, route
from .posts import shown_delivery
from .shapes import DeliveriesShown

blueprint = Blueprint(__name__)


class States(Given):
    """The states to list."""

    state: str = Field(description="One or more states, with commas between: `failed,unsure,held`.")


@route(blueprint, "GET", "/v1/deliveries", query=States, answers=DeliveriesShown)
def listed(ask: Ask) -> Any:
    """The deliveries in the states that `state` names with commas (`failed,unsure,held`), latest due first."""
    wanted = [name for name in get_args(State) if name in ask.query.get("state", "").split(",")]
    if not wanted:
        raise Refused(
            422, "bad-state", f"Say which, as in “state=failed,unsure”: {', '.join(get_args(State))}."
        )
    own = [account.id for account in accounts.all_of(ask.workspace)]
    return {"deliveries": [shown_delivery(each) for each in lists.in_states(ask.workspace, own, wanted)]}
