"""Accounts as clients see them: who they are and how they are, never a token."""

from typing import Any

from chalice.app import Blueprint

from chalicelib import clock, keep
from chalicelib.models import Account
from chalicelib.refusals import Refused
from chalicelib.store import accounts

from .http import Ask, route
from .shapes import AccountShown, AccountsShown

blueprint = Blueprint(__name__)


@route(blueprint, "GET", "/v1/accounts", answers=AccountsShown)
def listed(ask: Ask) -> Any:
    """The workspace's accounts."""
    found = [account for account in accounts.all_of(ask.workspace) if account.health != "disconnected"]
    return {"accounts": [shown(account) for account in found]}


@route(blueprint, "GET", "/v1/accounts/{account}", answers=AccountShown)
def read(ask: Ask, account: str) -> Any:
    """One account."""
    return shown(_load(ask, account))


@route(blueprint, "DELETE", "/v1/accounts/{account}", scope="admin", answers=AccountShown)
def disconnect(ask: Ask, account: str) -> Any:
    """Forgets an account's access, here and at the platform; what is scheduled for it will say so."""
    return shown(keep.disconnect(_load(ask, account), clock.now()))


def _load(ask: Ask, account: str) -> Account:
    found = accounts.read(ask.workspace, account)
    if found is None or found.health == "disconnected":
        raise Refused(404, "unknown-account", "There is no such account here.")
    return found


def shown(account: Account) -> dict[str, Any]:
    """An account without what is sealed, and without the provider's notes."""
    return account.model_dump(mode="json", exclude={"workspace", "grant", "data"})
