"""Idempotency keys: the first request with a key is carried out, the same again gets the first one's answer."""

import hashlib
import logging
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from boto3.dynamodb.conditions import Attr
from pydantic import ValidationError

from chalicelib.clock import iso
from chalicelib.problems import Problem
from chalicelib.refusals import Refused

from . import keys, table
from .table import Lost

log = logging.getLogger("lamppost")

#: How long a key is remembered, and how long a request may take that nobody has heard of since.
LIFE, ALONE = timedelta(hours=24), timedelta(seconds=60)
#: The longest answer that is kept; a longer one is made anew from what is stored.
MOST = 300_000

Made = TypeVar("Made")


@dataclass(frozen=True)
class Told:
    """The first answer."""

    status: int
    body: str


@dataclass(frozen=True)
class Begun:
    """A request that is under way, by its item's key and a mark of its own."""

    key: dict[str, str]
    mark: str


def first(
    workspace: str,
    name: str,
    body: bytes,
    now: datetime,
    make: Callable[[], Made],
    kept: Callable[[Made], tuple[int, str | None]],
) -> Made | Told:
    """The first answer to the same request, or what `make` makes, of which `kept` is remembered (2 write units).

    What is refused is forgotten: nothing was made, and it may be tried again.
    """
    begun = begin(workspace, name, body, now)
    if isinstance(begun, Told):
        return begun
    try:
        made = make()
    except (Refused, Problem, ValidationError):
        drop(begun)
        raise
    keep(begun, *kept(made))
    return made


def begin(workspace: str, name: str, body: bytes, now: datetime) -> Told | Begun:
    """The first answer to the same request, or leave to carry it out (1 write unit).

    The same key with another body is refused, and so is one whose first request is still at work. What is met where
    the answer to this very write was lost, and botocore sent it again, is known by its mark.
    """
    key = keys.repeat(workspace, hashlib.sha256(name.encode()).hexdigest())
    digest, mark = hashlib.sha256(body).hexdigest(), secrets.token_hex(6)
    free = Attr("pk").not_exists() | Attr("ttl").lt(int(now.timestamp()))
    stuck = Attr("status").not_exists() & Attr("at").lt(iso(now - ALONE)) & Attr("digest").eq(digest)
    ends = int((now + LIFE).timestamp())
    try:
        fresh = {"digest": digest, "at": iso(now), "mark": mark, "ttl": ends, "status": None, "body": None}
        table.change(key, fresh, when=free | stuck)
    except Lost as lost:
        if (lost.item or {}).get("mark") != mark:
            return _before(lost.item or {}, digest)
    return Begun(key, mark)


def _before(found: dict[str, Any], digest: str) -> Told:
    if found.get("digest") != digest:
        sentence = "This Idempotency-Key came with another request before. Use a new key for a new request."
        raise Refused(422, "key-reused", sentence)
    if "status" not in found:
        sentence = "The first request with this key is still at work. Ask again in a moment."
        raise Refused(409, "still-at-work", sentence)
    if "body" not in found:
        sentence = "This was made by the first request with this key, and its secret is shown only once."
        raise Refused(409, "made-already", sentence)
    return Told(int(found["status"]), str(found["body"]))


def keep(begun: Begun, status: int, body: str | None) -> None:
    """Remembers the answer; `None` for one that may not be kept (1 write unit per KB). What was made is made, and is
    answered also where this fails."""
    try:
        kept = body if body is not None and len(body.encode()) < MOST else None
        table.change(begun.key, {"status": status, "body": kept}, when=Attr("mark").eq(begun.mark))
    except Exception:
        log.exception("an answer was not kept for a repetition", extra={"status": status})


def drop(begun: Begun) -> None:
    """Forgets a request that was refused: nothing was made, and it may be tried again (1 write unit)."""
    with suppress(Lost):  # it took so long that another carries it out now
        table.take(begun.key, when=Attr("mark").eq(begun.mark))
