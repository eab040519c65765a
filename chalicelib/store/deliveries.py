"""Deliveries: claimed by one conditional write, settled by another; `attempt` fences both."""

import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from boto3.dynamodb.conditions import Attr, Key

from chalicelib.clock import iso
from chalicelib.models import Delivery, Message, State
from chalicelib.states import LIVE, allowed

from . import keys, table
from .records import attributes, item, model
from .table import Change, Item, Lost

#: How long after its moment the sweeper looks for a delivery that nothing has moved.
GRACE = timedelta(seconds=60)
#: By how much two of our clocks may differ without anybody noticing.
DRIFT = timedelta(seconds=2)


def message(delivery: Delivery) -> Message:
    """What travels for this delivery as it stands: it is good for one claim."""
    return Message(
        workspace=delivery.workspace,
        delivery=delivery.id,
        version=delivery.version,
        attempt=delivery.attempt,
    )


def fresh(delivery: Delivery) -> Item:
    """A new delivery's item, for the transaction that saves its post."""
    return item(delivery, keys.delivery(delivery.workspace, delivery.id), _indexes(delivery))


def read(workspace: str, delivery: str) -> Delivery | None:
    """One delivery (1 read unit per 4 KB)."""
    found = table.get(keys.delivery(workspace, delivery))
    return model(Delivery, found) if found else None


def several(workspace: str, wanted: Sequence[str]) -> list[Delivery]:
    """Those of these deliveries that are there (1 call per 100, 1 read unit per 4 KB of each)."""
    places = [keys.delivery(workspace, each) for each in dict.fromkeys(wanted)]
    return [model(Delivery, found) for found in table.get_many(places)] if places else []


def of_post(workspace: str, post: str) -> list[Delivery]:
    """A post's deliveries, by account (1 read unit per 4 KB)."""
    where = Key("pk").eq(keys.post(workspace, post)["pk"]) & Key("sk").begins_with("delivery#")
    return [model(Delivery, found) for found in table.pages(where)]


def of_account(workspace: str, account: str, state: State, *more: State) -> Iterator[Delivery]:
    """An account's deliveries in one state, soonest first (half a read unit per 4 KB).

    In several, state by state: one Query, so they have to be neighbours in the order of the alphabet.
    """
    wanted = (state, *more)
    mine, span = Key("account_pk").eq(f"w#{workspace}#a#{account}"), (f"{wanted[0]}#", f"{wanted[-1]}#~")
    for found in table.pages(mine & Key("account_sk").between(*span), index="by_account"):
        delivery = model(Delivery, found)
        if delivery.state in wanted:
            yield delivery


def current(delivery: Delivery | None, message: Message) -> bool:
    """Whether a message still speaks of the delivery as it is, and not of what was moved or done since."""
    return (
        delivery is not None
        and delivery.state in LIVE
        and (delivery.version, delivery.attempt) == (message.version, message.attempt)
    )


def claim(message: Message, now: datetime, lease: timedelta) -> tuple[Delivery, Delivery]:
    """Takes a delivery for one attempt: it as it was and as it is now; `Lost` if it is not there to take.

    It is taken from `scheduled` or `pending` when its moment has come (by this clock too: one that is fast may
    have sent the message), or from a publisher whose lease has ended (2 write units and one more per KB). Where the
    answer to the write was lost and botocore sent it again, what it meets is our own claim, known by its mark: then
    it as it was is it as it is now.
    """
    until, mark = now + lease, secrets.token_hex(6)
    try:
        was = model(Delivery, _claim(message, now, until, mark))
    except Lost as lost:
        if lost.item is None or lost.item.get("mark") != mark:
            raise
        mine = model(Delivery, lost.item)
        return mine, mine
    taken = {"state": "publishing", "lease": until, "attempt": was.attempt + 1, "tries": was.tries + 1}
    return was, was.model_copy(update=taken)


def _claim(message: Message, now: datetime, until: datetime, mark: str) -> Item:
    """The claim's one write; the item as it was."""
    come = Attr("next").not_exists() | Attr("next").lte(iso(now + DRIFT))
    waiting = Attr("state").is_in(["scheduled", "pending"]) & come
    abandoned = Attr("state").eq("publishing") & Attr("lease").lt(iso(now))
    return table.change(
        keys.delivery(message.workspace, message.delivery),
        {
            "state": "publishing",
            "lease": iso(until),
            "mark": mark,
            **keys.by_wake(_name(message.workspace, message.delivery), until),
        },
        when=Attr("version").eq(message.version)
        & Attr("attempt").eq(message.attempt)
        & (waiting | abandoned),
        add={"attempt": 1, "tries": 1},
        before=True,
    )


def settle(delivery: Delivery, **changes: Any) -> Delivery:
    """Writes what an attempt came to; `Lost` if another attempt has it by now (2 to 5 write units per KB)."""
    after = delivery.model_copy(update=changes)
    assert allowed(delivery.state, after.state), (delivery.state, after.state)
    return _change(after, changes, Attr("attempt").eq(delivery.attempt) & Attr("state").eq(delivery.state))


def alter(delivery: Delivery, **changes: Any) -> Delivery:
    """Writes what a person changed, and bumps the version so that no old message fits (as `settle`)."""
    bumped = {"version": delivery.version + 1, **changes}
    after = delivery.model_copy(update=bumped)
    return _change(after, bumped, unchanged(delivery))


def unchanged(delivery: Delivery) -> Any:
    """The condition that nobody has touched a delivery since it was read."""
    return (
        Attr("version").eq(delivery.version)
        & Attr("attempt").eq(delivery.attempt)
        & Attr("state").eq(delivery.state)
    )


def amend(stored: Delivery, **changes: Any) -> Delivery:
    """Writes what is known for certain onto a delivery that moved on meanwhile, and fences off whoever has it."""
    bumped = {"attempt": stored.attempt + 1, **changes}
    after = stored.model_copy(update=bumped)
    return _change(after, bumped, unchanged(stored))


def defer(delivery: Delivery, to: datetime, **changes: Any) -> Delivery:
    """Puts a waiting delivery off without an attempt (as `settle`)."""
    changes = {"next": to, **changes}
    after = delivery.model_copy(update=changes)
    return _change(
        after,
        changes,
        Attr("version").eq(delivery.version)
        & Attr("attempt").eq(delivery.attempt)
        & Attr("state").eq("scheduled"),
    )


def shelve(found: Item, until: datetime) -> None:
    """Lets the sweeper look away from an item of `waking` until then, whatever it is (2 write units).

    `Lost` if it is to be looked at at another moment by now: an index is a little behind.
    """
    name = found["wake_sk"].partition("#")[2]
    key = {"pk": found["pk"], "sk": found["sk"]}
    table.change(key, {"wake_sk": f"{iso(until)}#{name}"}, when=Attr("wake_sk").eq(found["wake_sk"]))


def waking(shard: int, now: datetime, limit: int = 200) -> list[Item]:
    """Items of one shard whose moment has passed, oldest first (half a read unit per 4 KB)."""
    where = Key("wake_pk").eq(f"wake#{shard}") & Key("wake_sk").lt(iso(now))
    found, _ = table.query(where, index="by_wake", limit=limit)
    return found


def of_item(found: Item) -> Delivery | None:
    """The delivery that an item of `waking` or of a calendar is, if it is one."""
    return model(Delivery, found) if found["sk"].startswith("delivery#") else None


def change_of(after: Delivery, changes: dict[str, Any], when: Any) -> Change:
    """The write that makes a delivery's item `after`, its index keys following state and times."""
    put = attributes(changes) | _indexes(after)
    if after.state not in LIVE:
        put |= {"wake_pk": None, "wake_sk": None}
    return Change(keys.delivery(after.workspace, after.id), put, {}, when)


def _change(after: Delivery, changes: dict[str, Any], when: Any) -> Delivery:
    """One conditional write; one that finds itself done is done: its answer was lost, and botocore sent it again."""
    change = change_of(after, changes, when)
    try:
        return model(Delivery, table.change(change.key, change.put, when=change.when))
    except Lost as lost:
        if lost.item is None or not _stands(after, changes, lost.item):
            raise
        return model(Delivery, lost.item)


def _stands(after: Delivery, changes: dict[str, Any], found: Item) -> bool:
    """Whether an item holds these very changes, by the same attempt at the same version."""
    wanted = {"attempt": after.attempt, "version": after.version, **attributes(changes)}
    return all(found.get(name) == value for name, value in wanted.items())


def _indexes(delivery: Delivery) -> dict[str, str]:
    found = {
        **keys.by_due(delivery.workspace, delivery.due, delivery.post, delivery.account),
        **keys.by_account(delivery.workspace, delivery.account, delivery.state, delivery.due, delivery.post),
    }
    if delivery.state in LIVE:
        found |= keys.by_wake(_name(delivery.workspace, delivery.id), _watch(delivery))
    return found


def _watch(delivery: Delivery) -> datetime:
    """When the sweeper should look: at the end of a lease, else a while after the next moment."""
    if delivery.state == "publishing" and delivery.lease:
        return delivery.lease
    return (delivery.next or delivery.due) + GRACE


def _name(workspace: str, delivery: str) -> str:
    return f"{workspace}.{delivery}"
