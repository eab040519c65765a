"""Webhooks as clients set them up, and what came of each telling."""

from typing import Annotated, Any

from chalice.app import Blueprint
from pydantic import Field, WithJsonSchema

from chalicelib import clock, hooks
from chalicelib.hooks import EVENTS
from chalicelib.refusals import Refused
from chalicelib.store import hooks as stored
from chalicelib.store.hooks import Hook, Sending

from .given import Given
from .http import Ask, route
from .shapes import Deleted, HookMade, HookShown, HooksShown, Page, SendingShown, SendingsShown

blueprint = Blueprint(__name__)

#: Checked by hand, so that one that there is not is told with those there are.
Event = Annotated[str, WithJsonSchema({"type": "string", "enum": list(EVENTS)})]
Events = Annotated[list[Event], Field(min_length=1, max_length=20)]


class NewHook(Given):
    """An https address and the events that it is told of."""

    url: str = Field(max_length=2000, description="A public https address.")
    events: Events = Field(list(EVENTS), description="What it is told of; all, unless you say.")
    name: str = Field("", max_length=100, description="To know it by.")


class ChangedHook(Given):
    """What is to be different; `paused: false` sends again to one that was given up."""

    url: str | None = Field(None, max_length=2000, description="A public https address.")
    events: Events | None = Field(None, description="What it is told of.")
    name: str | None = Field(None, max_length=100, description="To know it by.")
    paused: bool | None = Field(None, description="Whether nothing is sent to it for now.")


@route(blueprint, "GET", "/v1/webhooks", scope="admin", answers=HooksShown)
def listed(ask: Ask) -> Any:
    """The workspace's webhooks, and the events there are."""
    return {"webhooks": [shown(each) for each in stored.all_of(ask.workspace)], "events": EVENTS}


@route(
    blueprint,
    "POST",
    "/v1/webhooks",
    scope="admin",
    body=NewHook,
    answers=HookMade,
    status=201,
    repeatable=True,
)
def create(ask: Ask, given: NewHook) -> Any:
    """A new webhook; its `secret` is shown this once."""
    events = tuple(dict.fromkeys(given.events))
    hook, secret = hooks.make(ask.workspace, given.url, events, given.name, clock.now())
    return {**shown(hook), "secret": secret}


@route(blueprint, "GET", "/v1/webhooks/{webhook}", scope="admin", answers=HookShown, tagged=True)
def read(ask: Ask, webhook: str) -> Any:
    """One webhook."""
    return shown(hooks.load(ask.workspace, webhook))


@route(
    blueprint,
    "PATCH",
    "/v1/webhooks/{webhook}",
    scope="admin",
    body=ChangedHook,
    answers=HookShown,
    tagged=True,
    matched=True,
)
def change(ask: Ask, given: ChangedHook, webhook: str) -> Any:
    """Another address, other events, another name, or paused or not."""
    before = hooks.load(ask.workspace, webhook)
    ask.match(shown(before))
    put: dict[str, Any] = given.model_dump(exclude_none=True)
    if given.paused is not None:
        put["paused"] = "It was paused by a person." if given.paused else ""
    if given.events is not None:
        put["events"] = tuple(dict.fromkeys(given.events))
    after = before.model_copy(update=put)
    hooks.check(after.url, after.events)
    stored.save(after)
    return shown(after)


@route(blueprint, "DELETE", "/v1/webhooks/{webhook}", scope="admin", answers=Deleted, matched=True)
def remove(ask: Ask, webhook: str) -> Any:
    """Forgets a webhook; what waits for it is not sent."""
    found = hooks.load(ask.workspace, webhook)
    ask.match(shown(found))
    stored.remove(ask.workspace, found.id)
    return {"id": webhook, "deleted": True}


@route(blueprint, "POST", "/v1/webhooks/{webhook}/test", scope="admin", answers=SendingShown)
def test(ask: Ask, webhook: str) -> Any:
    """Sends a test at once; what came of it."""
    return shown_sending(hooks.test(hooks.load(ask.workspace, webhook), clock.now()))


@route(
    blueprint, "GET", "/v1/webhooks/{webhook}/deliveries", scope="admin", query=Page, answers=SendingsShown
)
def sendings(ask: Ask, webhook: str) -> Any:
    """What was sent in the last 30 days, newest first, a page at a time."""
    hook = hooks.load(ask.workspace, webhook)
    asked = ask.read(Page)
    found, following = stored.page(ask.workspace, hook.id, asked.after, asked.limit)
    return {"deliveries": [shown_sending(each) for each in found], "next": following}


@route(
    blueprint,
    "POST",
    "/v1/webhooks/{webhook}/deliveries/{sending}/retry",
    scope="admin",
    answers=SendingShown,
)
def retry(ask: Ask, webhook: str, sending: str) -> Any:
    """Sends the same again, with the same `webhook-id`, and another day of tries."""
    found = stored.sending(ask.workspace, hooks.load(ask.workspace, webhook).id, sending)
    if found is None:
        raise Refused(404, "unknown-sending", "There is no such delivery of this webhook.")
    return shown_sending(hooks.again(found, clock.now()))


def shown(hook: Hook) -> dict[str, Any]:
    """A webhook without its secret."""
    return hook.model_dump(mode="json", exclude={"workspace", "secret"})


def shown_sending(sending: Sending) -> dict[str, Any]:
    return sending.model_dump(mode="json", exclude={"workspace", "hook", "ttl"})
