"""An account's weekly timetable, and who is just about to take a slot of it."""

from datetime import datetime, timedelta

from boto3.dynamodb.conditions import Attr, Key

from chalicelib.clock import iso
from chalicelib.models import Model
from chalicelib.slots import Timetable

from . import keys, table
from .records import item, model
from .table import Lost

#: How long a slot is kept for whoever was told of it: until the post is saved and every index shows it.
KEPT = timedelta(seconds=60)


class AccountTimes(Model):
    """A timetable with its account."""

    workspace: str
    account: str
    timetable: Timetable


def save(times: AccountTimes) -> None:
    """A new or changed timetable (1 write unit)."""
    table.put(item(times, keys.timetable(times.workspace, times.account)))


def read(workspace: str, account: str) -> Timetable | None:
    """An account's own timetable (1 read unit)."""
    found = table.get(keys.timetable(workspace, account))
    return model(AccountTimes, found).timetable if found else None


def all_of(workspace: str) -> list[AccountTimes]:
    """The timetables of a workspace's accounts that have one of their own (1 read unit per 4 KB)."""
    where = Key("pk").eq(f"w#{workspace}") & Key("sk").begins_with("timetable#")
    return [model(AccountTimes, found) for found in table.pages(where)]


def remove(workspace: str, account: str) -> None:
    """Forgets an account's timetable (1 write unit)."""
    table.take(keys.timetable(workspace, account))


def reserve(workspace: str, account: str, at: datetime, now: datetime) -> bool:
    """Keeps a slot for a minute; False if somebody else was told of it within the last one (1 write unit)."""
    free = Attr("pk").not_exists() | Attr("until").lt(iso(now))
    until = {"until": iso(now + KEPT), "ttl": int((now + KEPT).timestamp()) + 60}
    try:
        table.change(keys.reserved(workspace, account, at), until, when=free)
    except Lost:
        return False
    return True
