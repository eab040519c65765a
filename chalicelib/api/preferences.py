"""Pages about the workspace itself: its settings, keys and people, and what waits for a reviewer."""

from typing import Any

from chalice.app import Blueprint

from chalicelib import approve, staff
from chalicelib.store import accounts, members, people

from . import lines
from .http import Ask, route
from .pages import by_id, shown

blueprint = Blueprint(__name__)


@route(blueprint, "GET", "/settings", scope=None)
def preferences(ask: Ask) -> Any:
    """The workspace, its people and keys, for those who may see them; and where else one is a member."""
    return shown(ask, "/settings", "settings.html", lambda: _known(ask))


def _known(ask: Ask) -> dict[str, Any]:
    own = staff.workspaces_of(ask.caller)
    known: dict[str, Any] = {"own": own, "me": ask.caller, "people": [], "keys": []}
    known["house"] = next(each for each, _ in own if each.id == ask.workspace)
    known["role"] = next(role for each, role in own if each.id == ask.workspace)
    if ask.caller.may("admin"):
        known["people"] = sorted(members.all_of(ask.workspace), key=lambda each: each.name.lower())
        keys = sorted(people.keys_of(ask.workspace), key=lambda each: each.created, reverse=True)
        known["keys"] = [each for each in keys if each.revoked is None]
    return known


@route(blueprint, "GET", "/review", scope=None)
def review(ask: Ask) -> Any:
    """What waits for a reviewer, soonest due first."""

    def values() -> dict[str, Any]:
        found = [(post, lines.of(post, parts)) for post, parts in approve.waiting(ask.workspace)]
        return {"waiting": found, "accounts": by_id(accounts.all_of(ask.workspace))}

    return shown(ask, "/review", "review.html", values)
