"""Posts as a table that spreadsheets read and write: CSV, read however they wrote it. Pure."""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

#: Columns that are read, each by every name that it goes by.
NAMES: Final[dict[str, tuple[str, ...]]] = {
    "when": ("when", "date time", "datetime", "publish at", "scheduled at", "due", "date"),
    "time": ("time",),
    "zone": ("zone", "time zone", "timezone", "tz"),
    "accounts": ("accounts", "account", "channels", "channel", "profiles", "profile"),
    "text": ("text", "content", "message", "caption"),
    "first comment": ("first comment", "comment"),
    "media": ("media", "images", "image", "pictures", "picture", "video", "files", "file", "media urls", "media url"),
    "tags": ("tags", "tag", "labels"),
    "title": ("title",),
    "options": ("options",),
    "entries": ("entries",),
    "state": ("state", "status"),
}  # fmt: skip
#: Columns that an export has for people to read; an import passes over them.
TOLD: Final = ("platform", "handle", "url", "published", "trouble", "post", "delivery")
_KNOWN: Final = {alias: name for name, aliases in NAMES.items() for alias in aliases}
_SEPARATORS: Final = ",;\t|"
#: Columns of which several may stand side by side.
_LISTS: Final = {"accounts", "media", "tags"}

# What a spreadsheet would take for a formula, or trip over, and what was marked so that it does not.
_FORMULA: Final = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
_MARKED: Final = re.compile(rf"'+(?:{_FORMULA.pattern})")


@dataclass(frozen=True)
class Row:
    """One row by column, with its number as a spreadsheet shows it; `torn`: a quotation mark never ends in it."""

    number: int
    cells: Mapping[str, str]
    torn: bool = False


@dataclass(frozen=True)
class Sheet:
    """The rows that hold anything, and the columns that nobody knows."""

    rows: Sequence[Row]
    unknown: Sequence[str]


def guarded(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe goes before one that it might."""
    return f"'{text}" if _FORMULA.match(text) or _MARKED.match(text) else text


def plain(cell: str) -> str:
    """What `guarded` was given."""
    return cell[1:] if _MARKED.match(cell) else cell


def write(columns: Sequence[str], rows: Iterable[Mapping[str, str]], *, head: bool = True) -> str:
    """CSV with CRLF, a byte order mark (else Excel takes it for Windows-1252) and a head, unless it goes on."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    if head:
        out.write("\ufeff")
        writer.writerow(columns)
    writer.writerows([guarded(row.get(column, "")) for column in columns] for row in rows)
    return out.getvalue()


def read(text: str) -> Sheet:
    """A sheet from its text, whatever separates it; a ValueError with a sentence where it is none."""
    text = text.removeprefix("\ufeff")
    given, skipped = _separator(text)
    body = text.partition("\n")[2] if skipped else text
    separator = given or max(_SEPARATORS, key=lambda each: _recognised(body, each))
    records = _records(body, separator)
    if not records or not _recognised(body, separator):
        raise ValueError(
            "The first row must name the columns: when, accounts and text, and what else there is."
        )
    columns = [_column(cell) for cell in records[0]]
    last = len(records) - 1
    rows = [
        Row(number + 1 + skipped, _cells(columns, record), torn=number == last and _torn(body, record))
        for number, record in enumerate(records)
        if number and any(cell.strip() for cell in record)
    ]
    unknown = [
        cell.strip() for cell, column in zip(records[0], columns, strict=True) if cell.strip() and not column
    ]
    return Sheet(rows, [each for each in unknown if each.lower() not in TOLD])


def _separator(text: str) -> tuple[str, int]:
    """What Excel's own first line says, `sep=;`, and the lines that it takes."""
    found = re.match(r"sep=([,;\t|])\r?\n", text, re.IGNORECASE)
    return (found[1], 1) if found else ("", 0)


def _records(text: str, separator: str) -> list[list[str]]:
    csv.field_size_limit(2_000_000)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as wrong:
        raise ValueError(f"This is not a table that can be read: {wrong}.") from wrong


def _recognised(text: str, separator: str) -> int:
    first = next(iter(_records(text[:10_000], separator)), [])
    return sum(1 for cell in first if _column(cell))


def _column(cell: str) -> str:
    return _KNOWN.get(" ".join(re.sub(r"[_-]", " ", cell.lower()).split()), "")


def _cells(columns: Sequence[str], record: Sequence[str]) -> dict[str, str]:
    cells: dict[str, str] = {}
    for column, cell in zip(columns, record, strict=False):
        value = plain(cell)
        if column in _LISTS:
            cells[column] = "\n".join(part for part in (cells.get(column, ""), value) if part)
        elif column:
            cells[column] = cells.get(column, "") or value
    return cells


def _torn(text: str, record: Sequence[str]) -> bool:
    """Whether the last row swallowed what follows an opening quotation mark."""
    return text.count('"') % 2 == 1 and any("\n" in cell or "\r" in cell for cell in record)


def options(cell: str) -> dict[str, Any]:
    """A cell of JSON as options; a ValueError with a sentence for anything else."""
    try:
        found = json.loads(cell) if cell.strip() else {}
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ValueError(  # noqa: TRY004
            'The options are not a JSON object like {"visibility": "unlisted"}.'
        )
    return found
