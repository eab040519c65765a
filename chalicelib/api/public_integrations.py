"""Postiz's channels: `/public/v1/integrations` and what belongs to one account."""

import inspect
from contextlib import suppress
from typing import Any

from chalice.app import Blueprint
from pydantic import BaseModel

from chalicelib import clock, connect, decide, keep, people, timetables
from chalicelib.inquire import inquire
from chalicelib.models import Account, State
from chalicelib.problems import Rejected
from chalicelib.providers import PROVIDERS
from chalicelib.providers.base import tools
from chalicelib.refusals import Refused
from chalicelib.sessions import Session
from chalicelib.store import accounts, deliveries, groups

from . import public_shapes as shapes
from .http import Ask
from .public import msg, route

blueprint = Blueprint(__name__)

#: What goes with an account that is removed.
OPEN: tuple[State, ...] = ("draft", "scheduled", "held", "failed")


class Trigger(BaseModel):
    """Which tool, and what to ask it with."""

    methodName: str  # noqa: N815  # the wire's name
    data: dict[str, Any] | None = None


@route(blueprint, "GET", "/is-connected")
def is_connected(ask: Ask) -> Any:
    """Whether the key is good: nobody else gets here."""
    return {"connected": True}


@route(blueprint, "GET", "/integrations")
def listed(ask: Ask) -> Any:
    """The workspace's accounts, of one group where `group` names it."""
    known, wanted = groups.all_of(ask.workspace), ask.query.get("group", "")
    shown = [shapes.integration(account, known) for account in own(ask.workspace)]
    return [each for each in shown if not wanted or each.get("customer", {}).get("id") == wanted]


@route(blueprint, "GET", "/groups")
def grouped(ask: Ask) -> Any:
    """The groups of accounts."""
    return [{"id": each.id, "name": each.name} for each in groups.all_of(ask.workspace)]


@route(blueprint, "GET", "/social/{integration}", scope="admin", plain=True)
def begin(ask: Ask, integration: str) -> Any:
    """An address that connects an account in whatever browser opens it; a reconnect finds its account by itself."""
    try:
        provider = connect.provider_of(integration)
    except Rejected as unknown:
        raise msg(400, "Integration not allowed") from unknown
    return {"url": people.connect_link(ask.workspace, provider.key, clock.now())}


@route(blueprint, "DELETE", "/integrations/{integration}", scope="admin", plain=True)
def remove(ask: Ask, integration: str) -> Any:
    """Disconnects an account and cancels what has not gone out on it."""
    account, now = load(ask.workspace, integration), clock.now()
    for state in OPEN:
        for delivery in list(deliveries.of_account(ask.workspace, account.id, state)):
            with suppress(Refused):  # it is going out at this moment: it will say that the account is gone
                decide.cancel_delivery(delivery, now)
    keep.disconnect(account, now)
    return {"id": account.id}


@route(blueprint, "GET", "/integration-settings/{integration}", plain=True)
def settings(ask: Ask, integration: str) -> Any:
    """What a post on this account may hold, and the JSON Schema of its `settings`."""
    return {"output": shapes.settings(load(ask.workspace, integration))}


@route(blueprint, "POST", "/integration-trigger/{integration}", scope="write", body=Trigger, plain=True)
def trigger(ask: Ask, given: Trigger, integration: str) -> Any:
    """Asks the platform by one of its tools; what a tool does not know is ignored."""
    account = load(ask.workspace, integration)
    provider = PROVIDERS[account.platform]
    known = tools(provider).get(given.methodName)
    if known is None:
        raise msg(404, "Tool not found")
    data = {name: str(value) for name, value in (given.data or {}).items() if name in known.parameters}
    method = getattr(provider, known.name)
    try:
        inspect.signature(method).bind(None, **data)
    except TypeError as lacking:
        raise msg(400, f"“{known.name}” needs: {', '.join(known.parameters)}.") from lacking

    def question(session: Session) -> Any:
        return method(session, **data)

    return {"output": inquire(account, clock.now(), question)}


@route(blueprint, "GET", "/find-slot/{integration}", plain=True)
def find_slot(ask: Ask, integration: str) -> Any:
    """The first moment ahead of the account's timetable that nothing has taken, in UTC."""
    account = load(ask.workspace, integration)
    found = timetables.reserve(ask.workspace, [account.id], clock.now(), only_look=True)
    return {"date": f"{found.at:%Y-%m-%dT%H:%M:00}"}


def own(workspace: str) -> list[Account]:
    """The workspace's accounts that are connected, or only need to be again."""
    return [account for account in accounts.all_of(workspace) if account.health != "disconnected"]


def load(workspace: str, integration: str) -> Account:
    """One of them, or Postiz's 404."""
    found = accounts.read(workspace, integration)
    if found is None or found.health == "disconnected":
        raise msg(404, "Integration not found")
    return found
