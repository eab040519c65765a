"""A new post stored with the marks of its texts; of two with one key, or with one text, at the same time one is first."""

import secrets
from collections.abc import Mapping, Sequence

from . import sameness
from .models import Account, Delivery, Post
from .refusals import Refused
from .store import posts
from .store.table import Change, Lost

#: How often a post is tried to be stored while others store the same text.
RACES = 5
#: Deliveries and marks of one post: what one transaction of DynamoDB holds besides the post itself.
MOST = 99


def save(
    post: Post, parts: Sequence[Delivery], known: Mapping[str, Account], *, once: bool
) -> tuple[Post, list[Delivery]] | None:
    """Stores a post; what is there already under its id, where another was first. `once` as in `compose.Draft`."""
    for _ in range(RACES):
        # Marks that do not fit into one transaction with all deliveries are left out, last text first.
        marks = _marks(post, parts, known, once=once)[: MOST - len(parts)]
        try:
            posts.save(post, parts, marks, token=secrets.token_hex(16))
        except Lost:
            if (before := posts.read(post.workspace, post.id)) is not None:
                return before
        else:
            return None
    sentence = "Others are saving the same text at this very moment. Nothing was saved; ask again."
    raise Refused(503, "crowded", sentence, wait=1)


def _marks(
    post: Post, parts: Sequence[Delivery], known: Mapping[str, Account], *, once: bool
) -> list[Change]:
    """What is to be written beside the post, or a refusal where the same is said already; a draft says nothing."""
    said = {part.account: part.entries for part in parts if part.state != "draft"}
    look = sameness.look(post.workspace, said, post.due, post.zone)
    if once and look.found:
        raise sameness.refusal(look.found, known, post.zone)
    return look.marks(post.id, post.due, fenced=once)
