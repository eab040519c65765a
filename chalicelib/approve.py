"""A reviewer's word on a post that waits: it is scheduled, or goes back to who wrote it."""

from datetime import datetime

from . import clock, compose, decide, reviews
from .compose import LATE, Draft, Target
from .decide import Found
from .models import Delivery, Post
from .refusals import Refused
from .store import posts


def waiting(workspace: str) -> list[Found]:
    """What waits for a reviewer, soonest due first (half a read unit, and one for each post)."""
    found = (posts.read(workspace, each) for each in posts.waiting(workspace))
    return [each for each in found if each is not None and each[0].waits and _drafts(each)]


def approve(workspace: str, read: Found, due: datetime | None, words: str, now: datetime) -> Found:
    """Schedules a post for the moment that was wanted, or for `due`."""
    head, drafts = _waiting(read)
    others = [part for part in read[1] if part not in drafts]
    moved = [part.model_copy(update={"due": due or part.due}) for part in drafts]
    for part in moved:
        _refuse_past(part.due, now)
    _refuse_wrong(head, moved, now)
    put = {"review": reviews.decided(head, "approved", words, now)} | (
        {"due": due, "apart": any(part.due != due for part in others)} if due else {}
    )
    times = {"due": due} if due else {}
    decide.change_all(head, drafts, now, put, state="scheduled", next=None, reserved=False, **times)
    return _told(workspace, head.id)


def send_back(workspace: str, read: Found, words: str, now: datetime) -> Found:
    """Leaves a post the draft that it is, with the reviewer's words; it waits again once it is scheduled again."""
    head, _ = _waiting(read)
    if not words.strip():
        raise Refused(422, "no-words", "Say what is to be different, so that it can be mended.")
    decide.change_all(head, [], now, {"review": reviews.decided(head, "sent back", words, now)})
    return _told(workspace, head.id)


def _waiting(read: Found) -> Found:
    """A post that waits, and its drafts."""
    head, drafts = read[0], _drafts(read)
    if not head.waits or not drafts:
        raise Refused(409, "not-waiting", "This post does not wait for a review; look at it again.")
    return head, drafts


def _drafts(read: Found) -> list[Delivery]:
    return [part for part in read[1] if part.state == "draft"]


def _refuse_past(due: datetime, now: datetime) -> None:
    if due < now - LATE:
        sentence = f"It was wanted for {clock.iso(due)}, which is past. Choose another moment, or “now”."
        raise Refused(422, "past-due", sentence)


def _refuse_wrong(head: Post, drafts: list[Delivery], now: datetime) -> None:
    """What could not be posted any more is refused now, and not when it is due."""
    for due in sorted({part.due for part in drafts}):
        compose.check_time(due, now)
    targets = tuple(
        Target(account=part.account, entries=part.entries, options=part.options) for part in drafts
    )
    draft = Draft(entries=head.entries, targets=targets, due=drafts[0].due, zone=head.zone)
    compose.refuse_wrong(head.workspace, draft, now)


def _told(workspace: str, post: str) -> Found:
    found = decide.load(workspace, post)
    reviews.tell(found[0])
    return found
