"""Deliveries as they are stored; and time made to pass for those that wait for a lease to end."""

import json
from datetime import timedelta
from typing import Any

from chalicelib import clock
from chalicelib.models import Delivery
from chalicelib.states import LIVE
from chalicelib.store import deliveries, table
from chalicelib.store.table import Lost

AGE = timedelta(seconds=130)
#: A commit that was put on record so lately may be on its way yet, on a busy machine.
FRESH = timedelta(seconds=20)
#: What EventBridge sends the sweep each minute.
TICK = json.dumps(
    {
        **dict.fromkeys(("id", "account", "time", "region"), ""),
        "version": "0",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "resources": [],
        "detail": {},
    }
).encode()


def stored(posts: tuple[str, ...]) -> list[Delivery]:
    """Straight from the table: a look every few seconds must not keep the functions busy."""
    return [each for post in posts for each in deliveries.of_post("home", post)]


def age(found: list[Delivery], functions: Any) -> None:
    """Where nothing moves any more: a lease has ended, a wait is over, a doubt is old; then the sweep comes."""
    for each in found:
        if each.state in LIVE:
            _age(each)
    functions.invoke(FunctionName="lamppost-local-sweep", InvocationType="Event", Payload=TICK)


def _age(delivery: Delivery) -> None:
    now = clock.now()
    if delivery.intent and now - delivery.intent.at < FRESH:
        return
    changes: dict[str, Any] = {"next": now}
    if delivery.lease:
        changes["lease"] = now - timedelta(seconds=1)
    if delivery.intent:
        changes["intent"] = delivery.intent.model_copy(update={"at": delivery.intent.at - AGE})
    after = delivery.model_copy(update=changes)
    change = deliveries.change_of(after, changes, deliveries.unchanged(delivery))
    woken = {**change.put, "wake_sk": clock.iso(now - AGE) + f"#home.{delivery.id}"}
    try:
        table.change(change.key, woken, when=change.when)
    except Lost:
        return
