"""Grants: the tokens of one sign-in, renewed by one at a time for all the accounts that share them."""

from datetime import datetime, timedelta
from typing import Any

from boto3.dynamodb.conditions import Attr, Key

from chalicelib.clock import iso
from chalicelib.models import Grant

from . import keys, table
from .records import attributes, item, model

#: How long a renewal may take before another may try.
LOCK = timedelta(seconds=60)


def save(grant: Grant, wake: datetime | None, app: str = "", person: str = "") -> None:
    """A new grant; `wake` is when it wants care, `person` who gave it to the operator's `app`.

    `Lost` if it is there already (1 write unit per KB, and as much for each index).
    """
    where = keys.grant(grant.workspace, grant.id)
    owner = keys.by_owner(app, person, grant.workspace, grant.id) if person else {}
    table.put(item(grant, where, keys.by_wake(_name(grant), wake) if wake else {}, owner), new=True)


def of_person(app: str, person: str) -> list[Grant]:
    """What a person gave the operator's app, in whatever workspaces (half a read unit per 4 KB)."""
    where = Key("account_pk").eq(keys.by_owner(app, person, "", "")["account_pk"])
    return [model(Grant, found) for found in table.pages(where, index="by_account")]


def read(workspace: str, grant: str) -> Grant | None:
    """One grant (1 read unit per 4 KB)."""
    found = table.get(keys.grant(workspace, grant))
    return model(Grant, found) if found else None


def lock(grant: Grant, now: datetime) -> None:
    """Takes the right to renew this generation; `Lost` if it is taken or already past (1 write unit)."""
    free = Attr("refreshing").not_exists() | Attr("refreshing").lt(iso(now))
    table.change(
        keys.grant(grant.workspace, grant.id),
        {"refreshing": iso(now + LOCK)},
        when=Attr("generation").eq(grant.generation) & free,
    )


def unlock(grant: Grant) -> None:
    """Gives the right back without a new token."""
    same = Attr("generation").eq(grant.generation)
    table.change(keys.grant(grant.workspace, grant.id), {"refreshing": None}, when=same)


def renew(grant: Grant, wake: datetime | None, **changes: Any) -> Grant:
    """Stores a new pair of tokens and ends the lock; `Lost` if somebody else did (2 write units per KB)."""
    put = attributes({**changes, "generation": grant.generation + 1}) | {"refreshing": None}
    put |= keys.by_wake(_name(grant), wake) if wake else {"wake_pk": None, "wake_sk": None}
    where = keys.grant(grant.workspace, grant.id)
    return model(Grant, table.change(where, put, when=Attr("generation").eq(grant.generation)))


def snooze(grant: Grant, until: datetime | None) -> None:
    """Lets the sweeper come again then, or not at all (2 write units)."""
    wake = keys.by_wake(_name(grant), until) if until else {"wake_pk": None, "wake_sk": None}
    table.change(keys.grant(grant.workspace, grant.id), wake, when=Attr("pk").exists())


def forget(grant: Grant) -> None:
    """Deletes a grant that no account signs with any more (1 write unit)."""
    table.take(keys.grant(grant.workspace, grant.id))


def of_item(found: dict[str, Any]) -> Grant | None:
    """The grant that an item of the sweeper's is, if it is one."""
    return model(Grant, found) if found["sk"].startswith("grant#") else None


def _name(grant: Grant) -> str:
    return f"{grant.workspace}.grant.{grant.id}"
