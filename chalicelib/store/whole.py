"""Everything of a workspace, a page at a time, for taking it elsewhere."""

from boto3.dynamodb.conditions import Key

from chalicelib.models import Delivery, Post

from . import deliveries, table
from .records import model


def page(
    workspace: str, after: str = "", until: str = "~", limit: int = 200
) -> tuple[list[Post], list[Delivery], str | None]:
    """Posts and deliveries due after the mark `after`, each for itself, soonest first, and the next page's mark.

    One Query on `by_due`, which DynamoDB ends at 1 MB (half a read unit per 4 KB). A delivery may be due at
    another time than its post, so that they are not kept together.
    """
    where = Key("due_pk").eq(f"w#{workspace}") & Key("due_sk").between(f"{after}!" if after else " ", until)
    found, last = table.query(where, index="by_due", limit=limit)
    parts = [part for part in map(deliveries.of_item, found) if part is not None]
    heads = [model(Post, each) for each in found if each["sk"] == "post"]
    return heads, parts, last["due_sk"] if last else None
