"""What is due, and what was lost: `release` lets work into its lane, `sweep` finds what nothing has moved."""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from . import clock, queues, renew, schedule
from .models import Delivery, Message, Trouble
from .providers import PROVIDERS
from .providers.base import Pace, Provider
from .states import LIVE
from .store import deliveries, grants, keys, paces, pauses, series
from .store.table import Item, Lost

log = logging.getLogger("lamppost")

#: Nearer than this counts as due.
NOW = timedelta(milliseconds=50)
#: Seconds before its end at which a sweep leaves the rest to the next one.
LAST = 10.0
#: When the sweeper looks again at an item that it could not read.
UNREADABLE = timedelta(hours=1)
#: And when again at one at which it stumbled.
STUMBLED = timedelta(minutes=5)


def release(message: Message) -> None:
    """A message from `due`: too early goes back for the rest, over the pace for its own moment, due into its lane."""
    now = clock.now()
    delivery = deliveries.read(message.workspace, message.delivery)
    if delivery is None or not deliveries.current(delivery, message):
        return
    if delivery.state == "publishing":
        _into_lane(delivery)  # an abandoned one: the claim decides whether its lease has ended
        return
    at = delivery.next or delivery.due
    if at - now > NOW:
        schedule.arrange(message, at, now)
    elif (paused := pauses.until(delivery.platform)) and paused > now:
        title = PROVIDERS[delivery.platform].title
        _put_off(delivery, paused, now, f"{title} is paused by the operator until {paused:%H:%M} UTC.")
    elif (slot := _slot(delivery, now)) - now > NOW:
        title = PROVIDERS[delivery.platform].title
        said = f"{title} takes only so many posts at a time; this one goes out at {slot:%H:%M} UTC."
        _put_off(delivery, slot, now, said, reserved=True)
    else:
        _into_lane(delivery)


def _slot(delivery: Delivery, now: datetime) -> datetime:
    """The moment that every pace grants; one that was granted before is kept, and a mere look needs none."""
    if delivery.reserved or delivery.state == "pending" or delivery.intent is not None:
        return now
    provider = PROVIDERS[delivery.platform]
    posts = len(delivery.entries) - len(delivery.receipts)
    slots = [
        _reserve(provider, pace, delivery, posts, now) for pace in (*provider.paces, *_lane_pace(provider))
    ]
    return max(slots, default=now)


def _lane_pace(provider: Provider) -> tuple[Pace, ...]:
    """Fairness in a one-by-one lane: a workspace's posts enter it about as fast as it drains (two a second)."""
    return (Pace(60, timedelta(seconds=30), "workspace"),) if provider.concurrency == 1 else ()


def _reserve(provider: Provider, pace: Pace, delivery: Delivery, posts: int, now: datetime) -> datetime:
    of = {"account": delivery.account, "app": "app", "workspace": f"ws {delivery.workspace}"}[pace.scope]
    return paces.reserve(provider.key, of, pace.number, pace.per, now, posts)


def _put_off(
    delivery: Delivery, to: datetime, now: datetime, sentence: str, *, reserved: bool = False
) -> None:
    """Keeps the later moment, and why, where the person sees it, and comes back then."""
    if delivery.state == "pending":
        schedule.arrange(deliveries.message(delivery), to, now)
        return
    try:
        put_off = deliveries.defer(
            delivery, to, reserved=reserved, trouble=Trouble(sentence=sentence, at=now)
        )
    except Lost:
        return  # it was moved or cancelled just now
    schedule.arrange(deliveries.message(put_off), to, now)


def _into_lane(delivery: Delivery) -> None:
    provider = PROVIDERS[delivery.platform]
    queues.post_lane(deliveries.message(delivery), provider.key, provider.concurrency)


# -- the sweeper --------------------------------------------------------------------------------------------


def sweep(now: datetime, seconds_left: Callable[[], float] = lambda: 60.0) -> int:
    """Everything whose moment has passed without anything happening to it: sent again, or tended; how many."""
    found = [item for shard in range(keys.SHARDS) for item in deliveries.waking(shard, now)]
    done = 0
    for item in found:
        if seconds_left() < LAST:  # AWS is slow; what is left is found again in a minute
            break
        _nudge(item, now)
        done += 1
    if found:
        log.info("swept", extra={"found": len(found), "done": done})
    return done


def _nudge(item: Item, now: datetime) -> None:
    try:
        _wake(item, now)
    except Lost:
        return  # it moved while we looked
    except Exception:  # one bad item must not stop the sweep, now or by standing at the head of each
        log.exception("a sweep stumbled", extra={"item": item["sk"]})
        with suppress(Exception):
            deliveries.shelve(item, now + STUMBLED)


def _wake(item: Item, now: datetime) -> None:
    try:
        grant, delivery, repeating = grants.of_item(item), deliveries.of_item(item), series.of_item(item)
    except (
        ValueError
    ):  # of another version of ours, perhaps; at the head of the line it would keep all others out
        log.exception("an item cannot be read", extra={"item": item["sk"]})
        deliveries.shelve(item, now + UNREADABLE)
        return
    if grant is not None:
        renew.tend(grant, now)
    elif repeating is not None:
        from . import recur

        recur.fill(repeating, now)
    elif delivery is not None and delivery.state in LIVE:
        deliveries.shelve(item, now + _patience(delivery, now))
        queues.post_due(deliveries.message(delivery))


def _patience(delivery: Delivery, now: datetime) -> timedelta:
    """How long until the next look at the same: longer, the longer it has been waiting (it may only be queued)."""
    waited = now - (delivery.lease or delivery.next or delivery.due)
    return min(timedelta(minutes=15), max(timedelta(minutes=1), waited / 2))


# -- dead letters -------------------------------------------------------------------------------------------


def bury(message: Message) -> None:
    """A message that no attempt could process: a bug of ours. Marked for the person; the sweeper goes on with it."""
    delivery = deliveries.read(message.workspace, message.delivery)
    log.error("a message died", extra={"delivery": message.delivery, "attempt": message.attempt})
    if delivery is None or not deliveries.current(delivery, message) or delivery.state == "publishing":
        return
    sentence = "Lamppost stumbled over this post several times; it is tried again, and the operator was told."
    try:
        deliveries.defer(delivery, clock.now(), trouble=Trouble(sentence=sentence, at=clock.now()))
    except Lost:
        return
