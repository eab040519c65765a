"""Posts as a table for spreadsheets: a row for each delivery, which the import takes in again as the same."""

import json
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

from chalice.app import Blueprint, Response
from pydantic import Field, RootModel

from chalicelib import clock, sheets
from chalicelib.models import Account, Delivery, Post
from chalicelib.settings import settings
from chalicelib.slots import zone_named
from chalicelib.store import accounts, agenda, tags, whole

from .exports import From, opened, sealed
from .http import Ask, respond, route
from .shapes import Moment

blueprint = Blueprint(__name__)

#: Columns of the table, in the order in which a person reads them.
COLUMNS = (
    "when", "zone", "platform", "handle", "text", "first comment", "media", "tags", "state", "url",
    "published", "trouble", "title", "options", "entries", "accounts", "post",
)  # fmt: skip


class Csv(RootModel[str]):
    """A table: UTF-8 with a byte order mark, one row for each delivery, columns named in the first row."""

    media_type: ClassVar[str] = "text/csv"


class Span(From):
    """Which posts; `after` is in the `Link` header of the page before."""

    start: Moment | None = Field(None, alias="from", description="The first moment, else all that there are.")
    to: Moment | None = Field(None, description="The last moment.")
    tag: str = Field("", max_length=200, description="Only posts with this tag.")


@route(blueprint, "GET", "/v1/export/posts.csv", query=Span, answers=Csv)
def table(ask: Ask) -> Any:
    """Posts as CSV, a row for each delivery, soonest first. The `Link` header leads to what follows."""
    asked = ask.read(Span)
    begins = opened(asked.after) or (clock.iso(asked.start) if asked.start else "")
    heads, parts, following = whole.page(ask.workspace, begins, clock.iso(asked.to) if asked.to else "~")
    known = {each.id: each for each in heads}
    own = {each.id: each for each in accounts.all_of(ask.workspace)}
    rows = []
    for part in parts:
        if part.post not in known and (head := agenda.head(ask.workspace, part.post)):
            known[part.post] = head
        found = known.get(part.post)
        if found is None or tags.among(asked.tag, found.tags):
            rows.append(_row(part, found, own.get(part.account)))
    return _answer(sheets.write(COLUMNS, rows, head=not asked.after), ask, following)


def _answer(text: str, ask: Ask, following: str | None) -> Response:
    headers = {"Content-Type": "text/csv; charset=utf-8", "Cache-Control": "no-store"}
    headers["Content-Disposition"] = 'attachment; filename="posts.csv"'
    if following:
        query = urlencode({**ask.query, "after": sealed(following)})
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
