"""Posts from a table: first looked at row by row, then saved, each row once however often it is sent."""

import hashlib
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from chalice.app import Blueprint
from pydantic import Field

from chalicelib import clock, compose, sheets, twice
from chalicelib.models import Delivery, Entry, Post
from chalicelib.problems import Problem
from chalicelib.refusals import Refused
from chalicelib.sheet_times import Order
from chalicelib.sheets import Row
from chalicelib.store import accounts, posts

from .given import Given
from .http import Ask, route
from .public_files import Finder
from .rows import Reader, composed
from .shapes import Shown

log = logging.getLogger("lamppost")

blueprint = Blueprint(__name__)

#: Rows of one table, and how long one request works on them: API Gateway waits 29 seconds, and a file may take its time.
MOST, WORKS = 500, timedelta(seconds=8)


class Table(Given):
    """A table as text. What it leaves open: the zone of its times, and which comes first in 3/4/2027."""

    csv: str = Field(max_length=900_000, description="The table; its first row names the columns.")
    zone: str = Field("UTC", description="The zone of times without an offset, as Europe/Berlin.")
    dates: Order = Field("", description="Which comes first in a day with strokes, where it may be either.")
    dry_run: bool = Field(default=False, description="Only look: nothing is saved and nothing is fetched.")
    again: bool = Field(default=False, description="Also rows whose text an account says within a day.")
    start: int = Field(default=0, ge=0, description="The `next` of the answer before.")


class RowComplaint(Shown):
    """What stands in a row's way."""

    sentence: str
    account: str = ""
    kind: str = "error"


class RowShown(Shown):
    """A row, by its number in a spreadsheet: the post that it is, or what is wrong with it."""

    row: int
    ok: bool = Field(description="It will be scheduled, or it has been.")
    complaints: list[RowComplaint]
    text: str
    accounts: list[str]
    due: datetime | None = Field(description="The moment as it was understood.")
    said: str = Field("", description="What is to be said about the moment.")
    draft: bool = False
    tags: list[str] = []
    post: str | None = Field(description="The post's id, once it is saved.")


class Imported(Shown):
    """Rows in order; `next` is the `start` of the request for those that follow, in the same table."""

    rows: list[RowShown]
    total: int
    unknown: list[str] = Field(description="Columns that are passed over.")
    next: int | None


@route(blueprint, "POST", "/v1/import", scope="write", body=Table, answers=Imported)
def take(ask: Ask, given: Table) -> Any:
    """Saves a table's rows as posts, or with `dry_run` only says what would be saved. A bad row stops no other."""
    sheet = _sheet(given.csv)
    known = accounts.all_of(ask.workspace)
    reader = Reader(ask.workspace, known, given.zone, given.dates, again=given.again)
    begun, rows = clock.now(), list[RowShown]()
    number = given.start
    while number < len(sheet.rows) and (not rows or clock.now() - begun < WORKS):
        row = sheet.rows[number]
        rows.append(RowShown.model_validate(_tried(reader, row, "" if given.dry_run else _key(given, row))))
        number += 1
    ends = number >= len(sheet.rows)
    return {
        "rows": rows,
        "total": len(sheet.rows),
        "unknown": sheet.unknown,
        "next": None if ends else number,
    }


def _sheet(csv: str) -> sheets.Sheet:
    try:
        sheet = sheets.read(csv)
    except ValueError as wrong:
        raise Refused(422, "bad-table", str(wrong)) from wrong
    if len(sheet.rows) > MOST:
        sentence = f"The table has {len(sheet.rows):,} rows; {MOST} can be taken at once. Split it."
        raise Refused(422, "too-many-rows", sentence)
    return sheet


def _key(given: Table, row: Row) -> str:
    """The same row of the same table is the same post."""
    return f"import {hashlib.sha256(given.csv.encode()).hexdigest()[:40]} {row.number}"


def _tried(reader: Reader, row: Row, key: str) -> dict[str, Any]:
    """What comes of a row, whatever happens: saved under its key, or only looked at where it has none."""
    try:
        return _saved(reader, row, key) if key else _looked(reader, row)
    except (Refused, Problem, ValueError) as refused:
        return _bad(row, refused)
    except Exception as bug:
        log.exception("a row stumbled", extra={"row": row.number})
        sentence = "Lamppost stumbled over this row. Send the same table again: no row is saved twice."
        return _bad(row, Refused(500, "stumbled", f"{sentence} ({type(bug).__name__})"))


def _looked(reader: Reader, row: Row) -> dict[str, Any]:
    now = clock.now()
    draft, said = composed(reader, row, now, None)
    wrong = compose.check(reader.workspace, draft, now)
    warned = twice.warnings(reader.workspace, draft) if draft.once else []
    complaints = [
        {"sentence": each.sentence, "account": each.account, "kind": each.kind} for each in (*wrong, *warned)
    ]
    return {
        "row": row.number,
        "ok": draft.draft or not complaints,
        "complaints": complaints,
        "text": _text(draft.entries),
        "accounts": [target.account for target in draft.targets],
        "due": draft.due,
        "said": said,
        "draft": draft.draft,
        "tags": draft.tags,
        "post": None,
    }


def _saved(reader: Reader, row: Row, key: str) -> dict[str, Any]:
    now = clock.now()
    before = posts.read(reader.workspace, compose.identify(reader.workspace, key, now))
    if before is not None:
        return _done(row, *before)
    draft, said = composed(reader, row, now, Finder(reader.workspace, now))
    return _done(row, *compose.save(reader.workspace, draft, now, key), said)


def _done(row: Row, post: Post, parts: list[Delivery], said: str = "") -> dict[str, Any]:
    return {
        "row": row.number,
        "ok": True,
        "complaints": [],
        "text": _text(parts[0].entries),
        "accounts": [part.account for part in parts],
        "due": post.due,
        "said": said,
        "draft": all(part.state == "draft" for part in parts),
        "tags": post.tags,
        "post": post.id,
    }


def _text(entries: Sequence[Entry]) -> str:
    return entries[0].text if entries else ""


def _bad(row: Row, refused: Exception) -> dict[str, Any]:
    """A row that cannot be a post: its complaints, with the accounts where there are any."""
    sentence = getattr(refused, "sentence", "") or str(refused)
    details = [each for each in getattr(refused, "details", []) if each.get("sentence")]
    told = [{"sentence": each["sentence"], "account": each.get("account", "")} for each in details]
    return {
        "row": row.number,
        "ok": False,
        "complaints": told or [{"sentence": sentence}],
        "text": row.cells.get("text", ""),
        "accounts": [],
        "due": None,
        "post": None,
    }
