"""Everything of a workspace to take along: as JSON, and its posts as a table. No token and no secret is in either."""

import json
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

from chalice.app import Blueprint, Response
from pydantic import Field, RootModel

from chalicelib import clock, library, sheets
from chalicelib.models import Account, Delivery, Entry, Post
from chalicelib.refusals import Refused
from chalicelib.settings import settings
from chalicelib.slots import Slot, zone_named
from chalicelib.store import accounts, agenda, groups, hooks, signatures, tags, timetables, whole

from . import accounts as account_routes
from . import groups as group_routes
from . import hooks as hook_routes
from . import signatures as signature_routes
from . import tags as tag_routes
from .given import Given
from .http import Ask, respond, route
from .posts import shown_delivery
from .shapes import AccountShown, DeliveryShown, GroupShown, HookShown, Page, Shown
from .signatures import SignatureShown
from .tags import TagShown

blueprint = Blueprint(__name__)

#: Columns of the table, in the order in which a person reads them.
COLUMNS = (
    "when", "zone", "platform", "handle", "text", "first comment", "media", "tags", "state", "url",
    "published", "trouble", "title", "options", "entries", "accounts", "post",
)  # fmt: skip


class FileShown(Shown):
    """A file; `address` shows it for as long as it is kept."""

    id: str
    name: str
    kind: str | None
    mime: str | None
    size: int | None
    width: int | None
    height: int | None
    seconds: float | None
    alt: str | None
    created: datetime
    address: str


class TimesShown(Shown):
    """An account's own week."""

    account: str
    zone: str
    slots: list[Slot]


class PostHead(Shown):
    """A post; its deliveries stand beside it, each with its `post`."""

    id: str
    due: datetime
    zone: str
    entries: list[Entry]
    tags: list[str]
    created: datetime
    version: int


class Exported(Shown):
    """A page of a workspace. All pages' lists put together are the whole; `next` is the `after` of the next one."""

    workspace: str
    exported: datetime
    accounts: list[AccountShown] = []
    groups: list[GroupShown] = []
    tags: list[TagShown] = []
    signatures: list[SignatureShown] = []
    webhooks: list[HookShown] = []
    timetables: list[TimesShown] = []
    posts: list[PostHead] = []
    deliveries: list[DeliveryShown] = []
    media: list[FileShown] = []
    next: str | None


class Csv(RootModel[str]):
    """A table: UTF-8 with a byte order mark, one row for each delivery, columns named in the first row."""

    media_type: ClassVar[str] = "text/csv"


class Span(Given):
    """Which posts."""

    start: str = Field("", alias="from", description="The first moment, ISO 8601; else all that there are.")
    to: str = Field("", description="The last moment, ISO 8601.")
    tag: str = Field("", description="Only posts with this tag.")
    after: str = Field("", description="Where this page begins: as in the `Link` header of the page before.")


# -- everything ----------------------------------------------------------------------------------------------


@route(blueprint, "GET", "/v1/export", scope="admin", query=Page, answers=Exported)
def everything(ask: Ask) -> Any:
    """Everything of the workspace but its secrets, a page at a time: first what is set up, then posts, then files."""
    workspace, (part, _, mark) = ask.workspace, ask.query.get("after", "")[:300].partition(" ")
    told: dict[str, Any] = {"workspace": workspace, "exported": clock.iso(clock.now())}
    match part:
        case "":
            return Exported.model_validate(told | _set_up(workspace) | {"next": "posts"})
        case "posts":
            return Exported.model_validate(told | _posts(workspace, mark))
        case "media":
            return Exported.model_validate(told | _media(workspace, mark))
    raise Refused(422, "bad-cursor", "“after” is not a cursor of this list.")


def _set_up(workspace: str) -> dict[str, Any]:
    return {
        "accounts": [account_routes.shown(each) for each in accounts.all_of(workspace)],
        "groups": [group_routes.shown(each) for each in groups.all_of(workspace)],
        "tags": [tag_routes.shown(each) for each in tags.all_of(workspace)],
        "signatures": [signature_routes.shown(each) for each in signatures.all_of(workspace)],
        "timetables": [
            {"account": each.account, **each.timetable.model_dump()} for each in timetables.all_of(workspace)
        ],
        "webhooks": [hook_routes.shown(each) for each in hooks.all_of(workspace)],
    }


def _posts(workspace: str, mark: str) -> dict[str, Any]:
    heads, parts, following = whole.page(workspace, mark)
    names = set(PostHead.model_fields)
    return {
        "posts": [each.model_dump(mode="json", include=names) for each in heads],
        "deliveries": [shown_delivery(each) for each in parts],
        "next": f"posts {following}" if following else "media",
    }


def _media(workspace: str, mark: str) -> dict[str, Any]:
    found, following = library.listed(workspace, mark, limit=500)
    return {"media": [_file(each) for each in found], "next": f"media {following}" if following else None}


def _file(upload: Any) -> dict[str, Any]:
    measured = ("kind", "mime", "size", "width", "height", "seconds", "alt")
    return {
        **{name: getattr(upload.media, name, None) for name in measured},
        "id": upload.id,
        "name": upload.name,
        "created": clock.iso(upload.created),
        "address": f"{settings().public_url}/media/{upload.workspace}/{upload.id}",
    }


# -- posts as a table ----------------------------------------------------------------------------------------


@route(blueprint, "GET", "/v1/export/posts.csv", query=Span, answers=Csv)
def table(ask: Ask) -> Any:
    """Posts as CSV, a row for each delivery, soonest first. The `Link` header leads to what follows."""
    after, tag = ask.query.get("after", "")[:200], ask.query.get("tag", "").casefold()
    begins = after or _mark(ask, "from", "")
    heads, parts, following = whole.page(ask.workspace, begins, _mark(ask, "to", "~"))
    known = {each.id: each for each in heads}
    own = {each.id: each for each in accounts.all_of(ask.workspace)}
    rows = []
    for part in parts:
        if part.post not in known and (head := agenda.head(ask.workspace, part.post)):
            known[part.post] = head
        found = known.get(part.post)
        if not tag or (found and tag in {each.casefold() for each in found.tags}):
            rows.append(_row(part, found, own.get(part.account)))
    return _answer(sheets.write(COLUMNS, rows, head=not after), ask, following)


def _mark(ask: Ask, name: str, otherwise: str) -> str:
    given = ask.query.get(name, "").replace(" ", "+")
    try:
        return clock.iso(clock.parse(given)) if given else otherwise
    except ValueError as wrong:
        raise Refused(422, "bad-time", f"“{name}”: {wrong}") from wrong


def _answer(text: str, ask: Ask, following: str | None) -> Response:
    headers = {"Content-Type": "text/csv; charset=utf-8", "Cache-Control": "no-store"}
    headers["Content-Disposition"] = 'attachment; filename="posts.csv"'
    if following:
        query = urlencode({**ask.query, "after": following})
        headers["Link"] = f'<{settings().public_url}/v1/export/posts.csv?{query}>; rel="next"'
    return respond(text, 200, headers)


def _row(part: Delivery, head: Post | None, account: Account | None) -> dict[str, str]:
    first, simple = part.entries[0] if part.entries else None, _is_simple(part)
    title = part.options.get("title")
    return {
        "when": "draft" if part.state == "draft" else _local(part.due, head),
        "zone": head.zone if head else "UTC",
        "platform": part.platform,
        "handle": (account.handle or account.name) if account else "",
        "text": first.text if first else "",
        "first comment": part.entries[1].text if simple and len(part.entries) == 2 else "",
        "media": "\n".join(media.id for media in first.media) if first else "",
        "tags": ", ".join(head.tags) if head else "",
        "state": part.state,
        "url": part.receipts[0].url if part.receipts else "",
        "published": clock.iso(part.receipts[0].at) if part.receipts else "",
        "trouble": part.trouble.sentence if part.trouble else "",
        "title": title if isinstance(title, str) else "",
        "options": _json(part.options) if part.options else "",
        "entries": "" if simple else _json([_entry(each) for each in part.entries]),
        "accounts": part.account,
        "post": part.post,
    }


def _is_simple(part: Delivery) -> bool:
    """Whether the columns for a text, its files and its first comment say all that there is to say."""
    rest = part.entries[1:]
    described = any(media.alt for entry in part.entries for media in entry.media)
    return (
        len(rest) < 2
        and not described
        and not any(each.media or each.delay or not each.text for each in rest)
    )


def _entry(entry: Any) -> dict[str, Any]:
    media = [{"id": each.id, "alt": each.alt} for each in entry.media]
    return {"text": entry.text, "media": media, "delay": entry.delay}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _local(due: datetime, head: Post | None) -> str:
    """The moment by the clock of the zone that it was written for, with its offset: exact, and readable."""
    zone = zone_named(head.zone if head else "UTC")
    precise = "milliseconds" if due.microsecond else "seconds"
    return due.astimezone(zone).isoformat(timespec=precise)
