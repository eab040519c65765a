"""Accounts as clients see them: who they are and how they are, never a token."""

from typing import Any

from chalice.app import Blueprint

from chalicelib import clock, keep
from chalicelib.models import Account
from chalicelib.refusals import Refused
from chalicelib.store import accounts

from .http import Ask, route
from .shapes import AccountShown, AccountsShown, Page

blueprint = Blueprint(__name__)


@route(blueprint, "GET", "/v1/accounts", query=Page, answers=AccountsShown)
def listed(ask: Ask) -> Any:
    """The workspace's accounts, a page at a time."""
    asked = ask.read(Page)
    known = (account for account in accounts.all_of(ask.workspace) if account.health != "disconnected")
    found = [account for account in known if account.id > asked.after]
    page = found[: asked.limit]
    return {
        "accounts": [shown(account) for account in page],
        "next": page[-1].id if len(found) > len(page) else None,
    }


@route(blueprint, "GET", "/v1/accounts/{account}", answers=AccountShown, tagged=True)
def read(ask: Ask, account: str) -> Any:
    """One account."""
    return shown(_load(ask, account))


@route(
    blueprint,
    "DELETE",
    "/v1/accounts/{account}",
    scope="admin",
    answers=AccountShown,
    tagged=True,
    matched=True,
)
def disconnect(ask: Ask, account: str) -> Any:
    """Forgets an account's access, here and at the platform; what is scheduled for it will say so."""
    found = _load(ask, account)
    ask.match(shown(found))
    return shown(keep.disconnect(found, clock.now()))


def _load(ask: Ask, account: str) -> Account:
    found = accounts.read(ask.workspace, account)
    if found is None or found.health == "disconnected":
        raise Refused(404, "unknown-account", "There is no such account here.")
    return found


def shown(account: Account) -> dict[str, Any]:
    """An account without what is sealed, and without the provider's notes."""
    return account.model_dump(mode="json", exclude={"workspace", "grant", "data"})
