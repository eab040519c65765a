"""Whether a post needs a reviewer's word before it goes out: one rule for every way in."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from . import notify, people
from .models import Delivery, Post, Review
from .refusals import Refused
from .store import people as workspaces

if TYPE_CHECKING:
    from .compose import Draft


def needed(workspace: str) -> bool:
    """Whether what the caller schedules must wait (half a read unit, for those who may not review)."""
    caller = people.actor()
    if caller is None or caller.by is None or caller.may("review"):
        return False
    found = workspaces.read_workspace(workspace, consistent=False)
    return found is not None and found.review == "required"


def asked(due: datetime, now: datetime) -> Review:
    """The caller's request for a reviewer's word."""
    caller = people.actor()
    assert caller is not None
    assert caller.by is not None
    return Review(asked=caller.by, at=now, due=due)


def of_new(workspace: str, due: datetime, now: datetime, *, draft: bool) -> Review | None:
    """What a new post's review is; a draft needs none until it is scheduled."""
    return asked(due, now) if not draft and needed(workspace) else None


def refuse_unchecked(delivery: Delivery) -> None:
    """What was approved and then failed goes out as it was approved, or not at all."""
    if delivery.state in {"failed", "held"} and needed(delivery.workspace):
        sentence = "A reviewer approved it as it is. Try it again unchanged, or duplicate it and ask for another review."
        raise Refused(403, "needs-review", sentence)


def refuse_early(delivery: Delivery, now: datetime) -> None:
    """What was approved for a moment does not go out before it."""
    early = delivery.state == "scheduled" and delivery.due > now
    if early and needed(delivery.workspace):
        sentence = "A reviewer approved it for its moment. Move it to another, and it is looked at again."
        raise Refused(403, "needs-review", sentence)


def of_edit(head: Post, parts: Sequence[Delivery], after: Delivery, now: datetime) -> tuple[Delivery, dict[str, Any]]:  # fmt: skip
    """What an edit comes to: the delivery as it then is, and what becomes of the post's review.

    A change by who may not review asks anew; what a reviewer schedules is approved.
    """
    if (after.state == "scheduled" or head.waits) and needed(after.workspace):
        return after.model_copy(update={"state": "draft"}), {"review": asked(after.due, now)}
    others = [part for part in parts if part.id != after.id and part.state == "draft"]
    if head.waits and after.state == "scheduled" and not others:
        return after, {"review": decided(head, "approved", "", now)}
    return after, {}


def of_rewrite(head: Post, draft: "Draft", now: datetime) -> tuple["Draft", dict[str, Any]]:
    """What a whole post said anew comes to, and what becomes of its review; the same as for an edit."""
    if (not draft.draft or head.waits) and needed(head.workspace):
        return draft.model_copy(update={"draft": True}), {"review": asked(draft.due, now)}
    if head.waits and head.review:
        kept = head.review.model_copy(update={"due": draft.due})
        return draft, {"review": kept if draft.draft else decided(head, "approved", "", now)}
    return draft, {}


def refuse_repeated(workspace: str) -> None:
    """Nobody would look at the later ones before they go out."""
    if needed(workspace):
        sentence = "Posts are reviewed here, one by one; only who needs no review may have them repeat."
        raise Refused(403, "needs-review", sentence)


def of_move(head: Post, parts: Sequence[Delivery], due: datetime, now: datetime) -> tuple[list[Delivery], dict[str, Any], dict[str, Any]]:  # fmt: skip
    """Which deliveries move, what of the post changes besides its time, and what of them."""
    if not needed(head.workspace):
        kept = {"review": head.review.model_copy(update={"due": due})} if head.waits and head.review else {}
        return list(parts), kept, {}
    movable = [part for part in parts if part.state in {"draft", "scheduled"}]
    if not movable:
        sentence = (
            "A reviewer approved it for its moment. Try it again, or duplicate it and ask for another review."
        )
        raise Refused(403, "needs-review", sentence)
    if head.waits or any(part.state == "scheduled" for part in movable):
        return movable, {"review": asked(due, now)}, {"state": "draft"}
    return movable, {}, {}


def decided(head: Post, decision: str, words: str, now: datetime) -> Review:
    """The review with the caller's word."""
    caller = people.actor()
    assert head.review is not None
    put = {"decision": decision, "words": words, "decided_at": now, "decided": caller.by if caller else None}
    return head.review.model_copy(update=put)


def tell(post: Post) -> None:
    """Lets those who listen know how a review stands."""
    if post.review is not None:
        review = post.review
        told = {"post": post.id, "review": review.decision, "due": review.due, "asked": review.asked.name}
        notify.tell("post.review", post.workspace, {**told, "words": review.words})
