"""Days and times as people and spreadsheets write them into cells. Pure; what can be read in two ways is asked about."""

import re
from datetime import datetime, timedelta
from typing import Final, Literal

Order = Literal["", "day-first", "month-first"]

#: The next free one of the accounts' weekly slots.
SLOT: Final = "next-free-slot"

#: Excel counts days from here.
_EPOCH: Final = datetime(1899, 12, 30)  # noqa: DTZ001  # a cell has no zone
_SERIAL: Final = re.compile(r"\d{5}(?:[.,]\d+)?", re.ASCII)
_OFFSET: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(Z|[+-]\d\d:?\d\d)", re.ASCII
)
_YEAR_FIRST: Final = re.compile(r"(?P<y>\d{4})([-/.])(?P<m>\d\d?)\2(?P<d>\d\d?)", re.ASCII)
_DOTTED: Final = re.compile(r"(?P<d>\d\d?)\.(?P<m>\d\d?)\.(?P<y>\d{4})", re.ASCII)
_SLASHED: Final = re.compile(r"(\d\d?)([/-])(\d\d?)\2(\d{4})", re.ASCII)
_TIME: Final = re.compile(r"(\d\d?):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s*([ap])?\.?m?\.?", re.ASCII | re.IGNORECASE)


def when(cell: str, time: str = "", order: Order = "") -> str:
    """A moment for `POST /v1/posts`: `now`, `draft`, `next-free-slot`, with an offset, or local. A ValueError with a sentence otherwise."""
    text = " ".join(f"{cell} {time}".split())
    if text.lower() in {"now", "draft", SLOT}:
        return text.lower()
    if found := _OFFSET.fullmatch(text):
        offset = found[3] if ":" in found[3] or found[3] == "Z" else f"{found[3][:3]}:{found[3][3:]}"
        return f"{found[1]}T{found[2]}{offset}"
    if not text:
        raise ValueError("There is no time: write one like 2026-12-24 18:00, or “draft”.")
    if _SERIAL.fullmatch(text):
        return _iso(_EPOCH + timedelta(seconds=round(float(text.replace(",", ".")) * 86_400)))
    day, _, hour = text.replace("T", " ", 1).partition(" ")
    return _iso(_joined(_day(day.rstrip(","), order), hour, text))


def _iso(local: datetime) -> str:
    return local.isoformat(timespec="seconds")


def _day(text: str, order: Order) -> tuple[int, int, int]:
    if found := _YEAR_FIRST.fullmatch(text) or _DOTTED.fullmatch(text):
        return int(found["y"]), int(found["m"]), int(found["d"])
    if not (slashed := _SLASHED.fullmatch(text)):
        raise ValueError(f"“{text[:40]}” is not a day like 2026-12-24.")
    first, second, year = int(slashed[1]), int(slashed[3]), int(slashed[4])
    if first == second or second > 12 or (order == "month-first" and first <= 12):
        return year, first, second
    if first > 12 or order == "day-first":
        return year, second, first
    either = f"{year}-{second:02}-{first:02} or {year}-{first:02}-{second:02}"
    raise ValueError(
        f"“{text}” may be {either}. Write the one that is meant, or say which comes first, day or month."
    )


def _joined(day: tuple[int, int, int], hour: str, text: str) -> datetime:
    found = _TIME.fullmatch(hour)
    if not found:
        raise ValueError(f"“{text[:40]}” has no time of day like 18:00.")
    hours, half = int(found[1]), (found[4] or "").lower()
    if half and not 1 <= hours <= 12:
        raise ValueError(f"“{text[:40]}” is not a time of day.")
    hours = hours % 12 + (12 if half == "p" else 0) if half else hours
    try:
        return datetime(*day, hours, int(found[2]), int(found[3] or 0))  # noqa: DTZ001  # local to the row's zone
    except ValueError as wrong:
        raise ValueError(f"“{text[:40]}” is not a day and a time that exist.") from wrong
