"""The only clock, and the one way in which a moment is written and read."""

import re
from datetime import UTC, datetime

_STRICT = re.compile(r"\d{4}-\d\d-\d\dT([01]\d|2[0-3]):\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)", re.ASCII)


def now() -> datetime:
    """The present moment in UTC, to the millisecond, so that it equals what `parse(iso(…))` reads back."""
    return _millis(datetime.now(UTC))  # noqa: TID251


def iso(moment: datetime) -> str:
    """`2026-10-05T07:30:00.000Z`: fixed width, so that texts sort as moments do; a moment without a zone is a ValueError."""
    if moment.tzinfo is None:
        raise ValueError(f"The time {moment.isoformat()} has no zone.")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse(text: str) -> datetime:
    """ISO 8601 with `Z` or an offset → UTC, cut to the millisecond; anything else is a ValueError with a sentence."""
    if not _STRICT.fullmatch(text):
        raise ValueError(
            f"“{text[:40]}” is not a time like 2026-10-05T07:30:00Z or 2026-10-05T09:30:00+02:00."
        )
    try:
        return _millis(datetime.fromisoformat(text).astimezone(UTC))
    except (ValueError, OverflowError) as error:
        raise ValueError(f"“{text[:40]}” is not a moment that exists.") from error


def _millis(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
