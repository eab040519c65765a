"""A receipt is knowledge: written at once, insisted on, and onto whatever lies there now."""

import logging
from typing import Any

from . import clock, notify, outcomes, renew, schedule
from .models import Delivery, Published, Receipt
from .outcomes import Run
from .store import deliveries
from .store.table import Lost

log = logging.getLogger("lamppost")

#: How often a receipt is written before the end of the lease must tell; and the seconds that one more time may need.
TRIES, ENOUGH = 3, 30.0


def write(run: Run, out: Published) -> None:
    """Writes an entry's receipt before anything else happens; after the last one the delivery is published."""
    url = renew.wire().route(run.provider.key, out.url) if out.url else ""
    receipt = Receipt(id=out.id, url=url, at=clock.now(), data=out.data)
    receipts = (*run.delivery.receipts, receipt)
    last = len(receipts) == len(run.delivery.entries)
    changes: dict[str, Any] = {"receipts": receipts, "intent": None, "work": None, "since": None, "tries": 0}
    if last:
        changes |= {"state": "published", "trouble": None, "next": None}
    run.delivery = _insisted(run, changes)
    run.doubt = None
    if last:
        notify.tell("post.published", run.delivery.workspace, outcomes.told(run.delivery))


def _insisted(run: Run, changes: dict[str, Any]) -> Delivery:
    """A receipt is worth more than one try: without it the post is out, and nobody is told before the lease ends."""
    for _ in range(TRIES - 1):
        try:
            return _record(run.delivery, changes)
        except Lost:
            raise
        except Exception:
            log.exception("a receipt could not be written", extra={"delivery": run.delivery.id})
            if run.seconds_left() < ENOUGH:
                raise
    return _record(run.delivery, changes)


def _record(delivery: Delivery, changes: dict[str, Any]) -> Delivery:
    """A receipt is knowledge: if the lease was lost meanwhile, it is written onto what lies there now."""
    try:
        return deliveries.settle(delivery, **changes)
    except Lost:
        stored = deliveries.read(delivery.workspace, delivery.id)
        if stored is None or len(stored.receipts) != len(delivery.receipts) or stored.state == "cancelled":
            raise
        now = clock.now()
        amended = deliveries.amend(stored, **{"state": "scheduled", "next": now, **changes})
        if amended.state == "scheduled":
            schedule.arrange(deliveries.message(amended), now, now)
        return amended
