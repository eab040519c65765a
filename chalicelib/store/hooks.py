"""Webhooks: whom to tell of what, and what came of each telling."""

from contextlib import suppress
from datetime import datetime
from typing import Any, Literal

from boto3.dynamodb.conditions import Attr, Key

from chalicelib.models import Model

from . import keys, table
from .records import attributes, item, model
from .table import Lost


class Hook(Model):
    """An address that is told of `events`; `secret` is sealed, `paused` why nothing is sent to it any more."""

    workspace: str
    id: str
    url: str
    name: str = ""
    events: tuple[str, ...]
    secret: str
    created: datetime
    paused: str = ""


class Sending(Model):
    """One event for one hook: `body` as it is sent each time, `next` when it is tried again, `status` the last answer's."""

    workspace: str
    hook: str
    id: str
    event: str
    body: str
    state: Literal["waiting", "delivered", "failed"] = "waiting"
    tries: int = 0
    created: datetime
    next: datetime | None = None
    status: int | None = None
    said: str = ""
    ttl: int


def save(hook: Hook) -> None:
    """A new or changed hook (1 write unit)."""
    table.put(item(hook, keys.hook(hook.workspace, hook.id)))


def read(workspace: str, hook: str) -> Hook | None:
    """One hook (1 read unit)."""
    found = table.get(keys.hook(workspace, hook))
    return model(Hook, found) if found else None


def all_of(workspace: str) -> list[Hook]:
    """A workspace's hooks (1 read unit per 4 KB)."""
    where = Key("pk").eq(f"w#{workspace}") & Key("sk").begins_with("hook#")
    return [model(Hook, found) for found in table.pages(where)]


def pause(hook: Hook, why: str) -> None:
    """Tells an address no more, unless it was changed or removed meanwhile (1 write unit)."""
    with suppress(Lost):
        table.change(keys.hook(hook.workspace, hook.id), {"paused": why}, when=Attr("url").eq(hook.url))


def remove(workspace: str, hook: str) -> None:
    """Forgets a hook; its sendings end by themselves (1 write unit)."""
    table.take(keys.hook(workspace, hook))


def log(sending: Sending) -> None:
    """A new sending; `Lost` if it is there already (1 write unit per KB)."""
    table.put(item(sending, keys.sending(sending.workspace, sending.hook, sending.id)), new=True)


def sending(workspace: str, hook: str, number: str) -> Sending | None:
    """One sending (1 read unit)."""
    found = table.get(keys.sending(workspace, hook, number))
    return model(Sending, found) if found else None


def note(before: Sending, **changes: Any) -> Sending:
    """Writes what a try came to; `Lost` if another try was first (1 write unit per KB)."""
    where = keys.sending(before.workspace, before.hook, before.id)
    same = Attr("tries").eq(before.tries) & Attr("state").eq(before.state)
    return model(Sending, table.change(where, attributes(changes), when=same))


def page(workspace: str, hook: str, before: str = "", limit: int = 50) -> tuple[list[Sending], str | None]:
    """A hook's sendings, newest first as ids are made in order, and where the next page begins (1 Query)."""
    mine = Key("pk").eq(keys.sending(workspace, hook, "")["pk"])
    low = "sending#"
    where = mine & (Key("sk").between(low, f"{low}{before}") if before else Key("sk").begins_with(low))
    found, last = table.query(where, limit=limit + bool(before), newest_first=True)
    listed = [made for made in (model(Sending, each) for each in found) if made.id != before]
    return listed[:limit], listed[-1].id if last and listed else None
