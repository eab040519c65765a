"""A saved delivery said otherwise: its texts, files, options, time, or whether it is a draft."""

import secrets
from datetime import datetime
from typing import Any

from . import compose, decide, notify, outcomes, reviews, sameness
from .compose import Draft, Target
from .models import Delivery, Entry, Model, State
from .refusals import Refused, changed_meanwhile
from .states import OPEN, allowed
from .store import deliveries, posts
from .store.table import Lost


class Edit(Model):
    """What is to be different; what is left out stays as it is."""

    entries: tuple[Entry, ...] | None = None
    options: dict[str, Any] | None = None
    due: datetime | None = None
    state: State | None = None
    tags: tuple[str, ...] | None = None


def check(delivery: Delivery, edit: Edit, now: datetime) -> None:
    """Refuses what could not be posted as it would be then; a draft may still be wrong."""
    after = _after(delivery, edit)
    editable(delivery, after.state)
    if after.state not in {"scheduled", "held"}:
        return
    due = after.due if after.state == "scheduled" else now
    target = Target(account=after.account, options=after.options)
    draft = Draft(entries=after.entries, targets=(target,), due=due)
    if complaints := compose.check(after.workspace, draft, now):
        details = [each.model_dump() for each in complaints]
        raise Refused(422, "not-postable", complaints[0].sentence, details)


def editable(delivery: Delivery, state: State) -> None:
    """Refuses what is out, or on its way out, in whole or in part; and a state that cannot follow."""
    begun = delivery.intent is not None or delivery.receipts or delivery.steps
    if delivery.state not in OPEN or begun:
        raise Refused(409, "not-editable", f"This is {delivery.state}; it can no longer be changed.")
    if state != delivery.state and not allowed(delivery.state, state):
        raise Refused(409, "not-editable", f"This is {delivery.state}; it cannot become {state}.")


def written(delivery: Delivery, after: Delivery) -> dict[str, Any]:
    """The fields to write so that `delivery` becomes `after` and starts afresh."""
    put: dict[str, Any] = {name: getattr(after, name) for name in ("entries", "options", "due", "state")}
    put |= {"version": delivery.version + 1, "next": None, "reserved": False, "work": None, "since": None}
    if after.state in {"draft", "scheduled"}:
        put |= {"tries": 0, "trouble": None}
    return put


def apply(delivery: Delivery, edit: Edit, now: datetime) -> Delivery:
    """Checks and writes an edit, and moves the schedule after it."""
    check(delivery, edit, now)
    reviews.refuse_unchecked(delivery)
    head, parts = decide.load(delivery.workspace, delivery.post)
    after, review = reviews.of_edit(head, parts, _after(delivery, edit), now)
    put = written(delivery, after)
    done = delivery.model_copy(update=put)
    alone = all(part.id == delivery.id or part.state == "cancelled" for part in parts)
    above: dict[str, object] = {"due": after.due, "entries": after.entries} if alone else {}
    above |= {} if edit.tags is None else {"tags": edit.tags}
    dues = {above.get("due", head.due), after.due, *(part.due for part in parts if part.id != delivery.id)}
    above["apart"] = len(dues) > 1
    above |= review
    change = deliveries.change_of(done, put, deliveries.unchanged(delivery))
    try:
        posts.alter(head, [change], put=above, token=secrets.token_hex(16))
    except Lost as lost:
        raise changed_meanwhile() from lost
    decide.unschedule(delivery)
    send_off(done, now)
    notify.tell("post.updated", done.workspace, outcomes.told(done))
    if review:
        reviews.tell(head.model_copy(update=review))
    return done


def _after(delivery: Delivery, edit: Edit) -> Delivery:
    given = {name: value for name, value in edit if value is not None and name != "tags"}
    return delivery.model_copy(update=given)


def send_off(delivery: Delivery, now: datetime) -> None:
    """Sends a delivery that says something new on its way, and leaves its text's mark."""
    compose.arrange(delivery, now)
    sameness.note(delivery)
