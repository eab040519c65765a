"""Deliveries by time: all that are due in a span, and an account's latest that are out."""

from datetime import datetime

from boto3.dynamodb.conditions import Key

from chalicelib.clock import iso
from chalicelib.models import Delivery, Post

from . import deliveries, keys, table
from .records import model


def between(
    workspace: str, start: datetime, end: datetime, most: int
) -> tuple[list[Delivery], dict[str, Post]]:
    """Deliveries due from `start` to `end`, soonest first, and their posts; one more than `most` at the most.

    One Query on `by_due`, page after page (half a read unit per 4 KB).
    """
    where = Key("due_pk").eq(f"w#{workspace}") & Key("due_sk").between(iso(start), f"{iso(end)}$")
    found: list[Delivery] = []
    heads: dict[str, Post] = {}
    for each in table.pages(where, index="by_due"):
        if (delivery := deliveries.of_item(each)) is not None:
            found.append(delivery)
        elif each["sk"] == "post":
            heads[each["id"]] = model(Post, each)
        if len(found) > most:
            break
    return found, heads


def published(workspace: str, account: str, since: datetime, most: int) -> list[Delivery]:
    """An account's latest deliveries that are out and were due after `since`, latest first (1 Query)."""
    mine = Key("account_pk").eq(f"w#{workspace}#a#{account}")
    where = mine & Key("account_sk").between(f"published#{iso(since)}", "published#~")
    found, _ = table.query(where, index="by_account", limit=most, newest_first=True)
    return [model(Delivery, each) for each in found]


def head(workspace: str, post: str) -> Post | None:
    """A post without its deliveries (half a read unit per 4 KB)."""
    found = table.get(keys.post(workspace, post), consistent=False)
    return model(Post, found) if found else None
