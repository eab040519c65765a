"""Accounts: found by an id that follows from who they are, so that a reconnect lands on the same one."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from boto3.dynamodb.conditions import Attr, Key

from chalicelib.clock import iso
from chalicelib.models import Account

from . import keys, table
from .records import attributes, item, model

#: How long a refresh may take before another may try, and the longest that its lock is held.
LOCK = timedelta(seconds=60)


def identify(workspace: str, platform: str, remote: str) -> str:
    """An account's id: the same for the same profile in the same workspace."""
    return hashlib.sha256(f"{workspace}\n{platform}\n{remote}".encode()).hexdigest()[:16]


def save(account: Account, wake: datetime | None) -> None:
    """A connected account, new or again; `wake` is when its token wants care (1 write unit per KB, 1 for the index)."""
    where = keys.account(account.workspace, account.id)
    index = keys.by_remote(account.platform, account.remote, account.workspace)
    table.put(item(account, where, index, keys.by_wake(_name(account), wake) if wake else {}))


def read(workspace: str, account: str) -> Account | None:
    """One account (1 read unit per 4 KB)."""
    found = table.get(keys.account(workspace, account))
    return model(Account, found) if found else None


def all_of(workspace: str) -> list[Account]:
    """A workspace's accounts (1 read unit per 4 KB)."""
    where = Key("pk").eq(f"w#{workspace}") & Key("sk").begins_with("account#")
    return [model(Account, found) for found in table.pages(where)]


def by_remote(platform: str, remote: str) -> list[Account]:
    """The accounts of one profile, in whatever workspaces it is connected (half a read unit per 4 KB)."""
    where = Key("account_pk").eq(keys.by_remote(platform, remote, "")["account_pk"])
    return [model(Account, found) for found in table.pages(where, index="by_account")]


def lock(account: Account, now: datetime) -> None:
    """Takes the right to refresh this generation of tokens; `Lost` if it is taken or already past (1 write unit)."""
    free = Attr("refreshing").not_exists() | Attr("refreshing").lt(iso(now))
    table.change(
        keys.account(account.workspace, account.id),
        {"refreshing": iso(now + LOCK)},
        when=Attr("generation").eq(account.generation) & free,
    )


def unlock(account: Account) -> None:
    """Gives the right back without a new token."""
    table.change(
        keys.account(account.workspace, account.id),
        {"refreshing": None},
        when=Attr("generation").eq(account.generation),
    )


def renew(account: Account, wake: datetime | None, **changes: Any) -> Account:
    """Stores a new pair of tokens and ends the lock; `Lost` if the account was reconnected meanwhile."""
    changes = {**changes, "generation": account.generation + 1}
    put = attributes(changes) | {"refreshing": None}
    put |= keys.by_wake(_name(account), wake) if wake else {"wake_pk": None, "wake_sk": None}
    where = keys.account(account.workspace, account.id)
    return model(Account, table.change(where, put, when=Attr("generation").eq(account.generation)))


def mark(account: Account, **changes: Any) -> Account:
    """Writes health and the like for this generation of tokens; `Lost` if there is a newer one."""
    where = keys.account(account.workspace, account.id)
    same = Attr("generation").eq(account.generation)
    return model(Account, table.change(where, attributes(changes), when=same))


def of_item(found: dict[str, Any]) -> Account | None:
    """The account that an item of the sweeper's is, if it is one."""
    return model(Account, found) if found["sk"].startswith("account#") else None


def snooze(account: Account, until: datetime | None) -> None:
    """Lets the sweeper come again then, or not at all."""
    gone = {"wake_pk": None, "wake_sk": None}
    table.change(
        keys.account(account.workspace, account.id),
        keys.by_wake(_name(account), until) if until else gone,
        when=Attr("pk").exists(),
    )


def _name(account: Account) -> str:
    return f"{account.workspace}.account.{account.id}"
