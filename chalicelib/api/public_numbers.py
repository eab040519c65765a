"""Postiz's `/public/v1/analytics` and `/notifications`: what the platforms count, and what waits for a person."""

from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from chalice.app import Blueprint

from chalicelib import clock
from chalicelib.clock import iso
from chalicelib.inquire import inquire
from chalicelib.models import Account, Delivery
from chalicelib.problems import Rejected
from chalicelib.providers import PROVIDERS
from chalicelib.sessions import Session
from chalicelib.settings import settings
from chalicelib.store import accounts, agenda, deliveries, lists

from .http import Ask
from .public import refusal, route
from .public_integrations import load, own

blueprint = Blueprint(__name__)

#: Posts of an account that are looked at for its numbers: each is a request to the platform.
LOOKED_AT = 10
#: Notifications on a page, as Postiz has it.
PAGE = 100

Counts = dict[str, dict[date, int]]


@route(blueprint, "GET", "/analytics/{integration}", plain=True)
def of_account(ask: Ask, integration: str) -> Any:
    """The numbers of an account's latest posts, by the day on which they went out."""
    account, now = load(ask.workspace, integration), clock.now()
    since = now - timedelta(days=_days(ask))
    found = agenda.published(ask.workspace, account.id, since, LOOKED_AT)
    if not PROVIDERS[account.platform].tells_numbers or not found:
        return []
    counts: Counts = defaultdict(lambda: defaultdict(int))

    def question(session: Session) -> None:
        counts.clear()
        for delivery in found:
            with suppress(Rejected):  # it was deleted there
                _add(counts, session, delivery, delivery.receipts[0].at.date())

    inquire(account, now, question)
    return _shown(counts)


@route(blueprint, "GET", "/analytics/post/{post}", plain=True)
def of_post(ask: Ask, post: str) -> Any:
    """What a post's numbers are today; none for one that is not out."""
    delivery, now = deliveries.read(ask.workspace, post), clock.now()
    if delivery is not None and delivery.state == "unsure":
        return {"missing": True}
    account = accounts.read(ask.workspace, delivery.account) if delivery else None
    if delivery is None or account is None or account.health == "disconnected" or not delivery.receipts:
        return []
    if not PROVIDERS[account.platform].tells_numbers:
        return []
    counts: Counts = defaultdict(lambda: defaultdict(int))

    def question(session: Session) -> None:
        counts.clear()
        _add(counts, session, delivery, now.date())

    inquire(account, now, question)
    return _shown(counts)


def _add(counts: Counts, session: Session, delivery: Delivery, day: date) -> None:
    for receipt in delivery.receipts:
        for label, number in session.provider.metrics(session, receipt).items():
            counts[label][day] += number


def _shown(counts: Counts) -> list[dict[str, Any]]:
    return [
        {
            "label": label.replace("_", " ").capitalize(),
            "data": [{"total": str(days[day]), "date": day.isoformat()} for day in sorted(days)],
            "percentageChange": 0,
        }
        for label, days in counts.items()
    ]


def _days(ask: Ask) -> int:
    given = ask.query.get("date", "7")
    if not given.isascii() or not given.isdigit() or not 0 < int(given) <= 366:
        raise refusal(400, "date must be a number of days, 366 at the most.")
    return int(given)


@route(blueprint, "GET", "/notifications")
def notifications(ask: Ask) -> Any:
    """What waits for a person, newest first: accounts to connect again, and posts that failed, wait or may be out."""
    given = ask.query.get("page", "0")
    number = int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 0
    mine = own(ask.workspace)
    parts = lists.in_trouble(ask.workspace, [account.id for account in mine])
    found = sorted([*_of_accounts(mine), *_of_deliveries(parts)], key=_newest, reverse=True)
    start = number * PAGE
    return {
        "notifications": found[start : start + PAGE],
        "total": len(found),
        "page": number,
        "limit": PAGE,
        "hasMore": start + PAGE < len(found),
    }


def _newest(notification: dict[str, Any]) -> tuple[str, str]:
    return notification["createdAt"], notification["id"]


def _of_accounts(own: Iterable[Account]) -> list[dict[str, Any]]:
    return [
        {
            "id": account.id,
            "content": account.trouble.sentence,
            "link": f"{settings().public_url}/",
            "createdAt": iso(account.trouble.at),
        }
        for account in own
        if account.health == "reconnect" and account.trouble
    ]


def _of_deliveries(parts: Iterable[Delivery]) -> list[dict[str, Any]]:
    return [
        {
            "id": part.id,
            "content": f"{PROVIDERS[part.platform].title}: {part.trouble.sentence}",
            "link": f"{settings().public_url}/posts/{part.post}",
            "createdAt": iso(part.trouble.at),
        }
        for part in parts
        if part.trouble
    ]
