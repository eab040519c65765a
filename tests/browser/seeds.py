"""Accounts and posts in every state, as they lie in the table after a busy week."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from chalicelib import clock
from chalicelib.compose import Draft, Target, save
from chalicelib.models import Account, Delivery, Entry, Intent, Receipt, State, Trouble
from chalicelib.store import accounts, deliveries
from tests.world import World


def connected(world: World, *platforms: str) -> list[Account]:
    """One account on each platform."""
    return [world.connect(key, clock.now()) for key in platforms]


def post(
    world: World, to: Sequence[Account], text: str, *, hours: float = 24, draft: bool = False, **more: Any
) -> list[Delivery]:
    """A post that is due in so many hours; one of the past is saved as if it had been made then."""
    due = (clock.now() + timedelta(hours=hours)).replace(microsecond=0)
    entries = more.pop("entries", (Entry(text=text),))
    targets = tuple(Target(account=account.id, **more) for account in to)
    made = min(clock.now(), due)
    _, parts = save(world.workspace, Draft(entries=entries, targets=targets, due=due, draft=draft), made)
    return parts


def settle(delivery: Delivery, state: State, sentence: str = "", words: str = "") -> Delivery:
    """The delivery as an attempt leaves it."""
    now = clock.now()
    changes: dict[str, Any] = {"attempt": 1, "next": None}
    if sentence:
        changes["trouble"] = Trouble(sentence=sentence, words=words, at=now)
    if state == "published":
        changes["receipts"] = tuple(
            _receipt(delivery, number, delivery.due) for number in range(len(delivery.entries))
        )
    if state == "unsure":
        changes["intent"] = Intent(entry=0, at=now)
    return deliveries.alter(delivery, state=state, **changes)


def _receipt(delivery: Delivery, number: int, at: datetime) -> Receipt:
    where = f"https://{delivery.platform}.example/{delivery.id[-6:]}{number}"
    return Receipt(id=f"11{number}", url=where, at=at + timedelta(seconds=1))


def lose(account: Account, sentence: str) -> Account:
    """An account that the platform no longer lets in."""
    return accounts.mark(account, health="reconnect", trouble=Trouble(sentence=sentence, at=clock.now()))
