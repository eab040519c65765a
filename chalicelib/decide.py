"""What people decide about saved posts: moved, cancelled, tried again, and whether an unsure one is out."""

import logging
import secrets
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from . import notify, outcomes, reviews, schedule
from .compose import arrange, check_time
from .models import Account, Delivery, Post, Receipt, State, Trouble
from .problems import Problem
from .providers import PROVIDERS
from .refusals import Refused, changed_meanwhile
from .states import OPEN
from .store import deliveries, posts
from .store.table import Lost

log = logging.getLogger("lamppost")


#: A post and its deliveries, as they were read.
Found = tuple[Post, list[Delivery]]


def load(workspace: str, post: str) -> tuple[Post, list[Delivery]]:
    """A post and its deliveries, or a 404."""
    found = posts.read(workspace, post)
    if found is None:
        raise Refused(404, "unknown-post", "There is no such post here.")
    return found


def load_delivery(workspace: str, delivery: str) -> Delivery:
    """One delivery, or a 404."""
    found = deliveries.read(workspace, delivery)
    if found is None:
        raise Refused(404, "unknown-delivery", "There is no such delivery here.")
    return found


def move(workspace: str, post: str, due: datetime, now: datetime, read: Found | None = None) -> Found:
    """Another due time for what has not gone out; the rest stays as it is. With `read`, only while it is still so."""
    head, parts = read or load(workspace, post)
    check_time(due, now)
    movable = [part for part in parts if part.state in OPEN and part.intent is None and not part.receipts]
    if not movable:
        raise Refused(
            409, "not-movable", "Nothing of this post can be moved: it is out, cancelled or going out now."
        )
    movable, put, to = reviews.of_move(head, movable, due, now)
    apart = any(part.due != due for part in parts if part not in movable)
    head_put = {"due": due, "apart": apart, **put}
    change_all(head, movable, now, head_put, due=due, next=None, reserved=False, **to)
    found = load(workspace, post)
    if to:
        reviews.tell(found[0])
    return found


def cancel(workspace: str, post: str, now: datetime, read: Found | None = None) -> Found:
    """Cancels what has not gone out, as much of it as can be. With `read`, only while it is still so."""
    _, parts = read or load(workspace, post)
    kept: list[Refused] = []
    for part in parts:
        if part.state in OPEN:
            try:
                cancel_delivery(part, now)
            except Refused as refused:
                kept.append(refused)
    if kept:
        raise kept[0]
    return load(workspace, post)


def cancel_delivery(delivery: Delivery, now: datetime) -> Delivery:
    """One account less."""
    if delivery.state not in OPEN:
        raise Refused(
            409, "not-cancellable", f"This delivery is {delivery.state}; it can no longer be cancelled."
        )
    _no_doubt(delivery)
    done = _alter(delivery, state="cancelled", next=None)
    if delivery.state == "draft":
        _end_review(delivery)
    unschedule(delivery)
    notify.tell("post.updated", done.workspace, outcomes.told(done))
    return done


def _end_review(delivery: Delivery) -> None:
    """A post of which nothing waits any more is taken off the reviewers' list."""
    head, parts = load(delivery.workspace, delivery.post)
    if head.waits and not any(part.state == "draft" for part in parts):
        with suppress(Lost):  # somebody has just said what becomes of it
            posts.alter(head, [], put={"review": None}, token=secrets.token_hex(16))


def retry(delivery: Delivery, now: datetime) -> Delivery:
    """Another try for what failed or is held; what is out of a thread stays out."""
    if delivery.state not in {"failed", "held", "scheduled"}:
        raise Refused(
            409, "not-retryable", f"This delivery is {delivery.state}; there is nothing to try again."
        )
    if delivery.state == "scheduled":
        _no_doubt(delivery)
    reviews.refuse_early(delivery, now)
    fresh = {"next": outcomes.soonest(delivery, now), "tries": 0, "reserved": False}
    fresh |= {"work": delivery.steps, "since": None}
    done = _alter(delivery, state="scheduled", **fresh)
    arrange(done, now)
    return done


def resolve(delivery: Delivery, *, out: bool, url: str, now: datetime, remote: str = "") -> Delivery:
    """A person looked: it is out (at its address, under its id there), or it is not and is posted again."""
    if delivery.state != "unsure" and not (delivery.state == "held" and delivery.intent):
        raise Refused(409, "not-unsure", f"This delivery is {delivery.state}; there is nothing to decide.")
    if not out:
        again = {"next": now, "tries": 0, "intent": None, "work": delivery.steps}
        again |= {"generation": delivery.generation + 1, "since": None}
        done = _alter(delivery, state="scheduled", **again)
        arrange(done, now)
        return done
    number = remote or url.rstrip("/").rsplit("/", 1)[-1] or "by hand"
    receipt = Receipt(id=number, url=url, at=now)
    receipts = (*delivery.receipts, receipt)
    state: State = "published" if len(receipts) == len(delivery.entries) else "scheduled"
    done = _alter(
        delivery,
        state=state,
        receipts=receipts,
        intent=None,
        work=None,
        since=None,
        trouble=None,
        next=now,
        tries=0,
    )
    arrange(done, now)
    if state == "published":
        notify.tell("post.published", done.workspace, outcomes.told(done))
    return done


def release_held(account: Account, now: datetime) -> int:
    """After a reconnect: what was held goes out, except what is a day late; that waits for a person."""
    count = 0
    for delivery in list(deliveries.of_account(account.workspace, account.id, "held")):
        try:
            count += _release(delivery, now)
        except Lost:
            continue
    return count


def _release(delivery: Delivery, now: datetime) -> bool:
    if now - delivery.due > timedelta(days=1):
        _leave(delivery, now)
        return False
    soonest = max(outcomes.soonest(delivery, now), delivery.due)
    fresh = {"next": soonest, "tries": 0, "since": None, "trouble": None}
    arrange(deliveries.alter(delivery, state="scheduled", **fresh), now)
    return True


def _leave(delivery: Delivery, now: datetime) -> None:
    """What was on hold for too long is a person's to decide, and so is whether it is out already."""
    state: State = "failed" if delivery.intent is None else "unsure"
    said = (
        "Retry it, or cancel it."
        if state == "failed"
        else "It may be out already: look there, then say what you saw."
    )
    sentence = f"It was due while the account was disconnected, more than a day ago. {said}"
    done = deliveries.alter(delivery, state=state, trouble=Trouble(sentence=sentence, at=now))
    notify.tell(f"post.{state}", done.workspace, outcomes.told(done))


def _no_doubt(delivery: Delivery) -> None:
    if delivery.intent is not None and delivery.state == "held":
        sentence = "This may be out already. Look there, then say what you saw, or connect the account again."
        raise Refused(409, "finding-out", sentence)
    if delivery.intent is not None:
        sentence = "Lamppost is finding out whether this is out already. Try again in a minute."
        raise Refused(409, "finding-out", sentence)


def _alter(delivery: Delivery, **changes: Any) -> Delivery:
    try:
        return deliveries.alter(delivery, **changes)
    except Lost as lost:
        raise changed_meanwhile() from lost


def change_all(
    post: Post, parts: Sequence[Delivery], now: datetime, head: dict[str, Any], **changes: Any
) -> None:
    """Changes a post and its deliveries together, then moves their schedules."""
    altered, writes = [], []
    for part in parts:
        put = {**changes, "version": part.version + 1}
        after = part.model_copy(update=put)
        altered.append(after)
        writes.append(deliveries.change_of(after, put, deliveries.unchanged(part)))
    try:
        posts.alter(post, writes, put=head, token=secrets.token_hex(16))
    except Lost as lost:
        raise changed_meanwhile() from lost
    for before, after in zip(parts, altered, strict=True):
        unschedule(before)
        arrange(after, now)
        notify.tell("post.updated", after.workspace, outcomes.told(after))


def unschedule(before: Delivery) -> None:
    """Drops a schedule that is no longer wanted, where there may be one; one that fires all the same finds a newer
    version (1 call)."""
    if before.state != "scheduled":
        return
    try:
        schedule.clear(before.id)
    except Exception:
        log.exception("an old schedule was not dropped", extra={"delivery": before.id})


def delete_there(delivery: Delivery, session: Any) -> None:
    """Takes a published delivery back from its platform, last entry first, where the platform can."""
    for receipt in reversed(delivery.receipts):
        try:
            PROVIDERS[delivery.platform].delete(session, receipt)
        except Problem as problem:
            raise Refused(409, "not-deleted", problem.sentence) from problem
