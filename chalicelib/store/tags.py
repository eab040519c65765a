"""Tags with their colours; a post carries the names alone."""

import hashlib
from collections.abc import Iterable

from boto3.dynamodb.conditions import Key

from chalicelib.models import Model

from . import keys, table
from .records import item, model


class Tag(Model):
    """A name that posts carry, and the colour that it is shown in."""

    workspace: str
    id: str
    name: str
    colour: str


def identify(name: str) -> str:
    """A tag's id: the same for the same name, in whatever case."""
    return hashlib.sha256(name.casefold().encode()).hexdigest()[:12]


def among(name: str, names: Iterable[str]) -> bool:
    """Whether a tag is among a post's, in whatever case; no tag is among all."""
    return not name or name.casefold() in {each.casefold() for each in names}


def add(tag: Tag) -> None:
    """A new tag; `Lost` if the name has one already (1 write unit)."""
    table.put(item(tag, keys.tag(tag.workspace, tag.id)), new=True)


def save(tag: Tag) -> None:
    """A changed tag (1 write unit)."""
    table.put(item(tag, keys.tag(tag.workspace, tag.id)))


def read(workspace: str, tag: str) -> Tag | None:
    """One tag (1 read unit)."""
    found = table.get(keys.tag(workspace, tag))
    return model(Tag, found) if found else None


def all_of(workspace: str) -> list[Tag]:
    """A workspace's tags (1 read unit per 4 KB)."""
    where = Key("pk").eq(f"w#{workspace}") & Key("sk").begins_with("tag#")
    return [model(Tag, found) for found in table.pages(where)]


def remove(workspace: str, tag: str) -> bool:
    """Forgets a tag's colour; posts keep its name. Whether there was one (1 write unit)."""
    return table.take(keys.tag(workspace, tag)) is not None
