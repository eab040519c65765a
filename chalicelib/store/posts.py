"""Posts with their deliveries: saved together, read together, listed by due time."""

from collections.abc import Sequence
from datetime import datetime

from boto3.dynamodb.conditions import Key

from chalicelib.clock import iso
from chalicelib.models import Delivery, Post

from . import deliveries, keys, table
from .records import item, model
from .table import Change


def save(post: Post, parts: Sequence[Delivery]) -> None:
    """A new post and its deliveries, all or nothing; `Lost` if it is there already (2 write units per KB)."""
    whole = item(post, keys.post(post.workspace, post.id), keys.by_due(post.workspace, post.due, post.id))
    table.together([whole, *map(deliveries.fresh, parts)], token=post.id)


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
    """Posts due from `start` up to `end` with their deliveries, soonest first, and where the next page begins.

    One Query on `by_due` (half a read unit per 4 KB). A page never ends within a post.
    """
    where = Key("due_pk").eq(f"w#{workspace}") & Key("due_sk").between(iso(start), iso(end))
    found, last = table.query(where, index="by_due", limit=limit, after=after)
    posts = {each["id"]: model(Post, each) for each in found if each["sk"] == "post"}
    parts: dict[str, list[Delivery]] = {post: [] for post in posts}
    for each in found:
        delivery = deliveries.of_item(each)
        if delivery is not None and delivery.post in parts:
            parts[delivery.post].append(delivery)
    if last is not None and posts:  # the last post's deliveries may lie on the next page: read it whole
        tail = list(posts)[-1]
        parts[tail] = deliveries.of_post(workspace, tail)
    return [(post, parts[key]) for key, post in posts.items()], last


def alter(post: Post, changes: Sequence[Change], *, put: dict[str, object], token: str) -> None:
    """A post's new due time or text with its deliveries', all or nothing (2 write units per KB)."""
    from boto3.dynamodb.conditions import Attr

    from .records import attributes

    after = post.model_copy(update=put)
    head = Change(
        keys.post(post.workspace, post.id),
        attributes({**put, "version": post.version + 1}) | keys.by_due(post.workspace, after.due, post.id),
        {},
        Attr("version").eq(post.version),
    )
    table.together([], [head, *changes], token=token)
