"""Posts with their deliveries: saved together, read together, listed by due time."""

from collections.abc import Sequence
from datetime import datetime

from boto3.dynamodb.conditions import Key

from chalicelib.clock import iso
from chalicelib.models import Delivery, Post

from . import deliveries, keys, table
from .records import item, model
from .table import Change, Item


def save(post: Post, parts: Sequence[Delivery], beside: Sequence[Change] = (), *, token: str = "") -> None:
    """A new post and its deliveries, and writes `beside` them, all or nothing (2 write units per KB).

    `Lost` if it is there already, or if a condition of those beside does not hold.
    """
    table.together(fresh(post, parts), beside, token=token or post.id)


def fresh(post: Post, parts: Sequence[Delivery]) -> list[Item]:
    """The items of a new post, for the transaction that saves it."""
    places = [keys.by_review(post.workspace, post.due, post.id)] if post.waits else []
    whole = item(
        post, keys.post(post.workspace, post.id), keys.by_due(post.workspace, post.due, post.id), *places
    )
    return [whole, *map(deliveries.fresh, parts)]


def read(workspace: str, post: str) -> tuple[Post, list[Delivery]] | None:
    """A post and its deliveries in one Query (1 read unit per 4 KB)."""
    found = list(table.pages(Key("pk").eq(keys.post(workspace, post)["pk"])))
    head = next((each for each in found if each["sk"] == "post"), None)
    if head is None:
        return None
    parts = [deliveries.of_item(each) for each in found if each is not head]
    return model(Post, head), [part for part in parts if part is not None]


def between(
    workspace: str, start: datetime, end: datetime, after: dict[str, str] | None = None, limit: int = 200
) -> tuple[list[tuple[Post, list[Delivery]]], dict[str, str] | None]:
    """Posts that are due, or have a delivery that is, from `start` up to `end`, with all their deliveries; and where
    the next page begins.

    Soonest first, by the post's own due time where it is in the span, else by its first delivery in it; a post is
    listed once. One Query on `by_due` (half a read unit per 4 KB), and one more for each post whose deliveries are
    not all due when it is.
    """
    where = Key("due_pk").eq(f"w#{workspace}") & Key("due_sk").between(iso(start), iso(end))
    found, last = table.query(where, index="by_due", limit=limit, after=after)
    heads = {each["id"]: model(Post, each) for each in found if each["sk"] == "post"}
    parts: dict[str, list[Delivery]] = {}
    for each in found:
        if each["sk"] == "post":
            parts.setdefault(each["id"], [])
        elif (delivery := deliveries.of_item(each)) is not None:
            parts.setdefault(delivery.post, []).append(delivery)
    tail = list(heads)[-1] if last is not None and heads else ""  # its deliveries may lie on the next page
    listed: list[tuple[Post, list[Delivery]]] = []
    for number, those in parts.items():
        head = heads.get(number)
        if head is None:
            listed += _by_delivery(workspace, those[0], start, end)
        else:
            scattered = head.apart or number == tail
            listed.append((head, deliveries.of_post(workspace, number) if scattered else those))
    return listed, last


def _by_delivery(
    workspace: str, first: Delivery, start: datetime, end: datetime
) -> list[tuple[Post, list[Delivery]]]:
    """The post of a delivery that stands in a span without it; none where another item stands for it there."""
    found = read(workspace, first.post)
    if found is None or start <= found[0].due < end:
        return []
    within = [part for part in found[1] if start <= part.due < end]
    soonest = min(within, key=lambda part: (part.due, part.account), default=None)
    return [found] if soonest is not None and soonest.id == first.id else []


def alter(
    post: Post,
    changes: Sequence[Change],
    *,
    put: dict[str, object],
    token: str,
    fresh: Sequence[Delivery] = (),
) -> None:
    """A post's new due time or text with its deliveries', old and `fresh`, all or nothing (2 write units per KB)."""
    from boto3.dynamodb.conditions import Attr

    from .records import attributes

    after = post.model_copy(update=put)
    head = Change(
        keys.post(post.workspace, post.id),
        attributes({**put, "version": post.version + 1})
        | keys.by_due(post.workspace, after.due, post.id)
        | (_waiting(after) if post.waits or after.waits else {}),
        {},
        Attr("version").eq(post.version),
    )
    table.together([deliveries.fresh(each) for each in fresh], [head, *changes], token=token)


def _waiting(post: Post) -> dict[str, str | None]:
    """The index keys of a post that waits for a reviewer; of one that did, none."""
    if post.waits:
        return {**keys.by_review(post.workspace, post.due, post.id)}
    return {"account_pk": None, "account_sk": None}


def waiting(workspace: str) -> list[str]:
    """The posts that wait for a reviewer, soonest due first (half a read unit per 4 KB)."""
    where = Key("account_pk").eq(f"w#{workspace}#review")
    return [found["id"] for found in table.pages(where, index="by_account")]
