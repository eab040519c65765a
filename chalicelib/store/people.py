"""Workspaces and their API keys; a key is shown once and kept as a hash."""

import hashlib
import secrets
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Literal

from boto3.dynamodb.conditions import Attr, Key

from chalicelib.clock import iso
from chalicelib.models import Model

from . import keys, table
from .records import item, model
from .table import Lost

#: How exactly the last use of a key is known.
_USED = timedelta(hours=1)

Scope = Literal["read", "write", "admin", "review"]


class Workspace(Model):
    """A tenant. `review` says whether posts need a reviewer's word; `owners` counts the people who rule it."""

    id: str
    name: str
    created: datetime
    review: Literal["off", "required"] = "off"
    owners: int = 0


class ApiKey(Model):
    """A key of a workspace: `digest` is the SHA-256 of its secret part."""

    workspace: str
    id: str
    name: str
    scopes: tuple[Scope, ...]
    digest: str
    created: datetime
    used: datetime | None = None
    revoked: datetime | None = None


def found_workspace(ws: str, name: str, now: datetime) -> Workspace:
    """The workspace, made if it is not there (1 write unit)."""
    workspace = Workspace(id=ws, name=name, created=now)
    try:
        table.put(item(workspace, keys.workspace(ws)), new=True)
    except Lost:
        return read_workspace(ws) or workspace
    return workspace


def read_workspace(ws: str, *, consistent: bool = True) -> Workspace | None:
    """One workspace (1 read unit, half where a second late will do)."""
    found = table.get(keys.workspace(ws), consistent=consistent)
    return model(Workspace, found) if found else None


def alter_workspace(ws: str, changes: dict[str, str]) -> Workspace | None:
    """Another name or setting (1 write unit)."""
    try:
        return model(Workspace, table.change(keys.workspace(ws), changes, when=Attr("pk").exists()))
    except Lost:
        return None


def issue_key(ws: str, name: str, scopes: tuple[Scope, ...], now: datetime) -> tuple[ApiKey, str]:
    """A new key and its text, which is not to be had again (1 write unit)."""
    secret, number = secrets.token_urlsafe(32), secrets.token_hex(6)
    key = ApiKey(workspace=ws, id=number, name=name, scopes=scopes, digest=_digest(secret), created=now)
    table.put(item(key, keys.api_key(ws, number)), new=True)
    return key, f"lp.{ws}.{number}.{secret}"


def check_key(text: str, now: datetime) -> ApiKey | None:
    """The key that a text is, or None: unknown, altered or revoked (half a read unit; once an hour a write unit)."""
    parts = text.split(".")
    if len(parts) != 4 or parts[0] != "lp":
        return None
    found = table.get(keys.api_key(parts[1], parts[2]), consistent=False)
    if not found or not secrets.compare_digest(found["digest"], _digest(parts[3])):
        return None
    key = model(ApiKey, found)
    if key.revoked:
        return None
    if key.used is None or now - key.used > _USED:
        _note_use(key, now)
    return key


def read_key(ws: str, key: str) -> ApiKey | None:
    """A key by its id (half a read unit)."""
    found = table.get(keys.api_key(ws, key), consistent=False)
    return model(ApiKey, found) if found else None


def _note_use(key: ApiKey, now: datetime) -> None:
    """Of many who use a key in one hour, one writes it down; a failure costs only the note."""
    from boto3.dynamodb.conditions import Attr

    from .records import attributes

    before = Attr("used").not_exists() if key.used is None else Attr("used").eq(iso(key.used))
    with suppress(Lost):
        table.change(
            keys.api_key(key.workspace, key.id), attributes({"used": now}), when=before & Attr("pk").exists()
        )


def keys_of(ws: str) -> list[ApiKey]:
    """A workspace's keys (1 read unit per 4 KB)."""
    where = Key("pk").eq(f"w#{ws}") & Key("sk").begins_with("key#")
    return [model(ApiKey, found) for found in table.pages(where)]


def revoke_key(ws: str, key: str, now: datetime) -> bool:
    """Ends a key; whether there was one (1 write unit)."""
    from boto3.dynamodb.conditions import Attr

    from .records import attributes

    try:
        table.change(keys.api_key(ws, key), attributes({"revoked": now}), when=Attr("pk").exists())
    except Lost:
        return False
    return True


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
