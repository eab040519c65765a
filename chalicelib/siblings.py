"""Accounts of one person at a platform that gives an app one token for each person (LinkedIn): they sign with the newest."""

from contextlib import suppress
from datetime import datetime

from .models import Account, Token
from .providers import PROVIDERS
from .providers.base import Provider
from .renew import host_session
from .signin import OAuth2
from .store import accounts
from .store.table import Lost


def adopt(account: Account, token: Token, now: datetime) -> list[Account]:
    """Lets the person's other accounts sign with what `account` was just given; as they were before, without it.

    Only within the workspace and the operator's app, and only where the new token has the rights they need: an
    account that waited for its person is mended so as well.
    """
    member, provider = account.data.get("member"), PROVIDERS[account.platform]
    if not provider.one_token or not member:
        return []
    app, moved = _app(provider, now), []
    for other in accounts.all_of(account.workspace):
        theirs = other.data.get("member") == member and other.grant != account.grant
        if theirs and other.health != "disconnected" and _serves(app, token, other, now):
            with suppress(Lost):  # it was reconnected by itself meanwhile
                changes = {"grant": account.grant, "expires": account.expires}
                accounts.mark(other, health="fine", trouble=None, **changes)
                moved.append(other)
    return moved


def served(connected: tuple[Account, ...]) -> list[Account]:
    """The accounts that a sign-in mended: those connected, and those that sign with the same grants."""
    if not connected:
        return []
    grants = {account.grant for account in connected}
    return [account for account in accounts.all_of(connected[0].workspace) if account.grant in grants]


def _serves(app: str, token: Token, other: Account, now: datetime) -> bool:
    """Whether `other` belongs to the same app and needs no right that the new token lacks."""
    provider = PROVIDERS[other.platform]
    if not provider.one_token or _app(provider, now) != app:
        return False
    return set(provider.scopes(host_session(provider, "", now))) <= set(token.scopes)


def _app(provider: Provider, now: datetime) -> str:
    """The operator's app that a platform is asked with."""
    session = host_session(provider, "", now)
    auth = provider.auth_for(session)
    return session.app.get(auth.client_id, "") if isinstance(auth, OAuth2) else ""
