"""From a due delivery to an outcome. Whatever happens ends in one write that says so, and in a next moment.

The order of writes is the promise: claim → (intent) → commit → receipt → next entry. A crash anywhere leaves
a lease that ends; what is then found decides: a receipt is never repeated, an intent is healed, nothing else was sent.
"""

import hashlib
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from . import clock, outcomes, receipts, renew
from .bucket import BucketFile
from .healing import bring_out
from .models import Delivery, Grant, Intent, Message, Pending, Published, Trouble
from .outcomes import Run
from .problems import Expired, Problem, Reconnect, Rejected, Retry, Unsure
from .providers import PROVIDERS
from .providers.base import Provider
from .sessions import Job
from .store import accounts, deliveries
from .store.table import Lost

log = logging.getLogger("lamppost")

#: How long a publisher has a delivery: a little more than the function may run.
LEASE = timedelta(seconds=130)


def deliver(message: Message, seconds_left: Callable[[], float]) -> None:
    """One message from a lane: claims the delivery and brings out what it can. A stale message does nothing."""
    try:
        was, delivery = deliveries.claim(message, clock.now(), LEASE)
        _deliver(was, delivery, seconds_left)
    except Lost:
        log.info("another attempt has this delivery", extra={"delivery": message.delivery})


def _deliver(was: Delivery, delivery: Delivery, seconds_left: Callable[[], float]) -> None:
    account = accounts.read(delivery.workspace, delivery.account)
    doubt = _doubt(was, PROVIDERS[delivery.platform])
    if account is None or account.health == "disconnected":
        gone = Rejected("The account was disconnected from Lamppost.")
        outcomes.fail(delivery, gone, clock.now(), doubt=doubt)
    elif account.health == "reconnect":
        trouble = account.trouble or Trouble(sentence="The account needs reconnecting.", at=clock.now())
        outcomes.hold(delivery, trouble.sentence, clock.now(), doubt=doubt)
    elif was.state != "publishing" or not _broken_off(delivery, doubt):
        _attempt(Run(delivery, PROVIDERS[delivery.platform], account, seconds_left, doubt=doubt))


def _broken_off(delivery: Delivery, doubt: datetime | None) -> bool:
    """After an attempt that ended without a word: whether nothing may be done now.

    One that ends so time and again has killed its publisher. A request in doubt may be under way still, or not
    be listed yet: it is left alone as long as after a lost answer.
    """
    provider, now = PROVIDERS[delivery.platform], clock.now()
    if delivery.tries > outcomes.TRIES:
        killed = Rejected("Lamppost broke off in the middle of this post several times, and gives it up.")
        outcomes.fail(delivery, killed, now, doubt=doubt)
        return True
    if doubt is None or provider.repeatable not in {"key", "look"}:
        return False
    unsure = Unsure("Lamppost broke off in the middle of this post, and is finding out whether it is out.")
    later = now + timedelta(seconds=provider.heal_after)
    outcomes.again(delivery, later, unsure, tries=delivery.tries - 1, doubt=doubt)
    return True


def _attempt(run: Run) -> None:
    try:
        run.grant = _grant(run)
        while run.index < len(run.delivery.entries):
            if not _advance(run):
                return
    except Problem as problem:
        outcomes.conclude(run, problem)


def _grant(run: Run) -> Grant:
    """What the account signs with, renewed where it must be."""
    with _nothing_sent(run):
        return renew.usable(run.account, renew.grant_of(run.account), clock.now())


@contextmanager
def _nothing_sent(run: Run) -> Iterator[None]:
    """Whoever stumbles over a grant tries again soon, and not when the lease has ended: no commit is under way."""
    try:
        yield
    except Problem:
        raise
    except Exception as bug:
        log.exception("a grant could not be had", extra={"delivery": run.delivery.id})
        raise Retry("Lamppost stumbled before anything was sent.", words=repr(bug)) from bug


def _doubt(was: Delivery, provider: Provider) -> datetime | None:
    """When a commit was sent whose answer is not known, if one may have been.

    Where repeating is harmless no intent is written, so an abandoned attempt counts as one from its start.
    """
    if was.intent is not None and was.intent.entry == len(was.receipts):
        return was.intent.at
    if was.state == "publishing" and was.lease is not None and provider.repeatable in {"key", "id"}:
        return was.lease - LEASE
    return None


def _advance(run: Run) -> bool:
    """One entry further; False where the rest comes later."""
    delivery = run.delivery
    if (begins := _begins(delivery)) > clock.now():
        outcomes.again(delivery, begins, tries=0)
        return False
    outcome = _outcome(run)
    if isinstance(outcome, Pending):
        outcomes.wait(run, outcome)
        return False
    receipts.write(run, outcome)
    return run.delivery.state == "publishing"


def _begins(delivery: Delivery) -> datetime:
    """When the next entry may go out: its delay after the one before."""
    if not delivery.receipts:
        return delivery.due
    return delivery.receipts[-1].at + timedelta(seconds=delivery.entries[len(delivery.receipts)].delay)


def _outcome(run: Run) -> Published | Pending:
    """The provider's answer for the next entry; a token that has just ended is renewed and tried once more."""
    try:
        return _bring_out(run)
    except Expired as expired:
        if run.grant is None or not run.grant.refreshable:
            raise Reconnect(
                f"Reconnect {run.provider.title}: its access has ended.", words=expired.words
            ) from expired
        with _nothing_sent(run):
            run.grant = renew.refresh(run.account, run.grant, clock.now())
    try:
        return _bring_out(run)
    except Expired as expired:
        raise Reconnect(
            f"Reconnect {run.provider.title}: it does not accept the renewed access.", words=expired.words
        ) from expired


def _bring_out(run: Run) -> Published | Pending:
    run.committed = None
    try:
        return bring_out(_job(run))
    except Problem:
        raise
    except Exception as bug:  # a bug of ours must not cost a post: it is tried again, and an alarm tells us
        log.exception(
            "a provider stumbled", extra={"platform": run.provider.key, "delivery": run.delivery.id}
        )
        if run.committed is not None:
            raise Unsure(
                "Lamppost stumbled after the post was sent; it may be out.", words=repr(bug)
            ) from bug
        raise Retry("Lamppost stumbled before anything was sent.", words=repr(bug)) from bug


def _job(run: Run) -> Job:
    delivery, index = run.delivery, run.index
    entry = delivery.entries[index]
    work = delivery.work if delivery.work and delivery.work.get("entry") == index else None
    session = renew.session_for(run.account, clock.now(), run.grant)
    return Job(
        **vars(session),
        entry=entry,
        index=index,
        entries=delivery.entries,
        receipts=delivery.receipts,
        options=run.provider.Options.model_validate(delivery.options),
        files=tuple(BucketFile(media) for media in entry.media),
        key=key_of(delivery, index),
        state=work["state"] if work else None,
        doubt=run.doubt,
        seconds_left=run.seconds_left,
        save=lambda state: _save(run, state),
        intend=lambda: _intend(run),
    )


def key_of(delivery: Delivery, index: int) -> str:
    """The same for every attempt at an entry, and a new one when a person says “post again”."""
    text = f"{delivery.workspace}/{delivery.id}/{delivery.generation}/{index}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _save(run: Run, state: dict[str, Any]) -> None:
    """Keeps a provider's progress, so that a crash resumes there."""
    run.delivery = deliveries.settle(run.delivery, work={"entry": run.index, "state": dict(state)}, tries=0)


def _intend(run: Run) -> None:
    """Puts the commit on record, and makes sure that this attempt still has the delivery.

    Where a repeat is harmless the claim is record enough, and the write is saved. What cannot be put on record
    is not sent, and so leaves no doubt of its own.
    """
    now = clock.now()
    if run.provider.repeatable in {"look", "none"}:
        run.delivery = deliveries.settle(run.delivery, intent=Intent(entry=run.index, at=now))
    run.committed = now
