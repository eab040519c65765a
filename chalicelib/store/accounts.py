"""Accounts: found by an id that follows from who they are, so that a reconnect lands on the same one."""

import hashlib
from typing import Any

from boto3.dynamodb.conditions import Attr, Key

from chalicelib.models import Account

from . import keys, table
from .records import attributes, item, model


def identify(workspace: str, platform: str, remote: str) -> str:
    """An account's id: the same for the same profile in the same workspace."""
    return hashlib.sha256(f"{workspace}\n{platform}\n{remote}".encode()).hexdigest()[:16]


def save(account: Account) -> None:
    """A connected account, new or again (1 write unit per KB, 1 for the index)."""
    where = keys.account(account.workspace, account.id)
    table.put(item(account, where, keys.by_remote(account.platform, account.remote, account.workspace)))


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


def mark(account: Account, **changes: Any) -> Account:
    """Writes health and the like, while the account signs with this grant; `Lost` if it was reconnected."""
    where = keys.account(account.workspace, account.id)
    same = Attr("grant").eq(account.grant)
    return model(Account, table.change(where, attributes(changes), when=same))
