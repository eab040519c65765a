"""Platforms that are paused because the operator's app is refused there."""

from datetime import datetime

from chalicelib.clock import iso, parse

from . import keys, table


def pause(platform: str, until: datetime, why: str) -> None:
    """Nothing of this platform leaves before `until` (1 write unit)."""
    table.put(
        {**keys.pause(platform), "until": iso(until), "why": why, "ttl": int(until.timestamp()) + 86_400}
    )


def until(platform: str) -> datetime | None:
    """Until when a platform is paused, if it is (half a read unit)."""
    found = table.get(keys.pause(platform), consistent=False)
    return parse(found["until"]) if found else None


def lift(platform: str) -> None:
    """Ends a pause (1 write unit)."""
    table.take(keys.pause(platform))
