"""Media: what is known of each file in the bucket."""

from datetime import datetime
from typing import Literal

from boto3.dynamodb.conditions import Key

from chalicelib.models import Media, Model

from . import keys, table
from .records import item, model


class Upload(Model):
    """A file on its way or here: `media` is set once it has been looked at; `ttl` ends one never finished."""

    workspace: str
    id: str
    state: Literal["waiting", "ready"]
    name: str
    key: str
    created: datetime
    media: Media | None = None
    alt: str = ""
    ttl: int | None = None


def save(upload: Upload) -> None:
    """A new or finished upload (1 write unit)."""
    table.put(item(upload, keys.media(upload.workspace, upload.id)))


def read(workspace: str, media: str) -> Upload | None:
    """One upload (1 read unit)."""
    found = table.get(keys.media(workspace, media))
    return model(Upload, found) if found else None


def page(
    workspace: str, after: dict[str, str] | None, limit: int
) -> tuple[list[Upload], dict[str, str] | None]:
    """A page of a workspace's media, newest first as ids are made in order (1 read unit per 4 KB)."""
    where = Key("pk").eq(f"w#{workspace}") & Key("sk").begins_with("media#")
    found, last = table.query(where, limit=limit, after=after, newest_first=True)
    return [model(Upload, each) for each in found], last


def remove(workspace: str, media: str) -> None:
    """Forgets a file (1 write unit)."""
    table.take(keys.media(workspace, media))
