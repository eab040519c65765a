"""Series of posts: what each occurrence says, when, and how many were made; one write makes an occurrence and counts it."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from boto3.dynamodb.conditions import Attr, Key

from chalicelib.models import Delivery, Entry, Model, Post, Target
from chalicelib.rhythm import Rhythm

from . import keys, posts, table
from .records import attributes, item, model
from .table import Change, Item


class Coming(Model):
    """An occurrence that was made and lies ahead: its number, its post, and when the series has it due."""

    number: int
    post: str
    due: datetime


class Series(Model):
    """A post that repeats. `made` counts the occurrences that were made; `skip` are numbers that are not made.

    `version` is what a person's changes bump. `why` says what ended it, where no person did.
    """

    workspace: str
    id: str
    rhythm: Rhythm
    entries: tuple[Entry, ...]
    targets: tuple[Target, ...]
    tags: tuple[str, ...] = ()
    created: datetime
    version: int = 1
    made: int = 0
    skip: tuple[int, ...] = ()
    ahead: tuple[Coming, ...] = ()
    stopped: datetime | None = None
    why: str = ""


def save(series: Series, wake: datetime) -> None:
    """A new series; `Lost` if it is there already (2 write units per KB)."""
    table.put(item(series, keys.series(series.workspace, series.id), _wake(series, wake)), new=True)


def read(workspace: str, series: str) -> Series | None:
    """One series (1 read unit per 4 KB)."""
    found = table.get(keys.series(workspace, series))
    return model(Series, found) if found else None


def all_of(workspace: str) -> list[Series]:
    """A workspace's series (1 read unit per 4 KB)."""
    where = Key("pk").eq(f"w#{workspace}") & Key("sk").begins_with("series#")
    return [model(Series, found) for found in table.pages(where)]


def of_item(found: Item) -> Series | None:
    """The series that an item of `deliveries.waking` is, if it is one."""
    return model(Series, found) if found["sk"].startswith("series#") else None


def change(before: Series, wake: datetime | None, occurrence: tuple[Post, Sequence[Delivery]] | None = None,
           also: Sequence[Change] = (), **changes: Any) -> Series:  # fmt: skip
    """Changes a series, with a new occurrence or with others' writes, all or nothing (2 write units per KB).

    `Lost` if the series has changed since, or made an occurrence: so each is made once.
    """
    same = Attr("version").eq(before.version) & Attr("made").eq(before.made)
    put = attributes(changes) | _wake(before, wake)
    own = Change(keys.series(before.workspace, before.id), put, {}, same)
    fresh = posts.fresh(*occurrence) if occurrence else []
    table.together(fresh, [own, *also], token=secrets.token_hex(16))
    return before.model_copy(update=changes)


def _wake(series: Series, wake: datetime | None) -> dict[str, Any]:
    """When the sweeper should look at it; never, once all is made."""
    if wake is None:
        return {"wake_pk": None, "wake_sk": None}
    return dict(keys.by_wake(f"{series.workspace}.{series.id}", wake))
