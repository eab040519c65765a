"""Sign-ins under way: what must be remembered until a browser comes back, used once and for ten minutes."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from chalicelib.clock import iso, parse

from . import keys, table

LIFE = timedelta(minutes=10)


def remember(state: str, kept: dict[str, Any], now: datetime) -> None:
    """Keeps `kept` under `state` (1 write unit)."""
    table.put({**keys.sign_in(state), "kept": kept, **_ends(now)}, new=True)


def recall(state: str, now: datetime) -> dict[str, Any] | None:
    """What was kept under `state`, once: a replay, an unknown state and a late one find nothing (1 write unit)."""
    return _alive(table.take(keys.sign_in(state)), now)


def same(kept: str, given: str) -> bool:
    """Whether this is the browser that began; one without a name is none."""
    return bool(given) and secrets.compare_digest(kept.encode(), given.encode("utf-8", "replace"))


def offer(kept: dict[str, Any], now: datetime) -> str:
    """Keeps the choices of a second step; the id to choose with (1 write unit per KB)."""
    name = secrets.token_urlsafe(24)
    table.put({**keys.choice(name), "kept": kept, **_ends(now)}, new=True)
    return name


def offered(name: str, now: datetime) -> dict[str, Any] | None:
    """The choices of a second step; they stay until they end, since a person may choose several."""
    return _alive(table.get(keys.choice(name)), now)


def once(kept: dict[str, Any], now: datetime, life: timedelta = LIFE) -> str:
    """A secret that opens `kept` once (1 write unit)."""
    secret = secrets.token_urlsafe(32)
    table.put({**keys.once(_digest(secret)), "kept": kept, **_ends(now, life)}, new=True)
    return secret


def open_once(secret: str, now: datetime) -> dict[str, Any] | None:
    """What a secret of `once` opens, the first time and in time (1 write unit)."""
    return _alive(table.take(keys.once(_digest(secret))), now)


def look_once(secret: str, now: datetime) -> dict[str, Any] | None:
    """The same without using it up (1 read unit)."""
    return _alive(table.get(keys.once(_digest(secret))), now)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _ends(now: datetime, life: timedelta = LIFE) -> dict[str, Any]:
    return {"until": iso(now + life), "ttl": int((now + life).timestamp()) + 60}


def _alive(found: dict[str, Any] | None, now: datetime) -> dict[str, Any] | None:
    if found is None or parse(found["until"]) < now:
        return None
    kept: dict[str, Any] = found["kept"]
    return kept
