"""Keeping accounts and letting them go: stored with the grant they share, dropped with it."""

import logging
from contextlib import suppress
from datetime import datetime

from . import siblings, vault
from .models import Account, Grant, Profile, Token
from .providers import PROVIDERS
from .renew import accounts_of, session_for, wake
from .store import accounts, grants
from .store.table import Lost

log = logging.getLogger("lamppost")


def keep(
    workspace: str, platform: str, host: str, profile: Profile, token: Token, grant: str, now: datetime
) -> Account:
    """Stores an account, new or again: a reconnect lands on the same id and loses nothing."""
    number = accounts.identify(workspace, platform, profile.id)
    before = accounts.read(workspace, number)
    renews = PROVIDERS[platform].renews(token)
    _grant(workspace, platform, token, grant, profile.data.get("person", ""), now)
    account = Account(
        workspace=workspace,
        id=number,
        platform=platform,
        remote=profile.id,
        name=profile.name,
        handle=profile.handle,
        picture=profile.picture,
        host=host,
        data=profile.data,
        grant=grant,
        expires=None if renews else token.expires,
        created=before.created if before else now,
    )
    accounts.save(account)
    left = [before] if before is not None and before.grant != grant else []
    for each in (*left, *siblings.adopt(account, token, now)):
        _drop(each)
    return account


def _grant(workspace: str, platform: str, token: Token, grant: str, person: str, now: datetime) -> None:
    """Stores what a sign-in gave, once for all the accounts that are chosen from it."""
    stored = Grant(
        workspace=workspace,
        id=grant,
        platform=platform,
        sealed=vault.seal(token, workspace, grant),
        expires=token.expires,
        refreshable=PROVIDERS[platform].renews(token),
    )
    with suppress(Lost):  # another account of this sign-in has stored it; it may even be renewed by now
        app = getattr(PROVIDERS[platform].auth, "client_id", "")
        grants.save(stored, wake(platform, token, now), app, person)


def _drop(account: Account) -> None:
    """Forgets a grant that no account signs with any more."""
    found = grants.read(account.workspace, account.grant)
    if found is not None and not [each for each in accounts_of(found) if each.id != account.id]:
        grants.forget(found)


def disconnect(account: Account, now: datetime) -> Account:
    """Forgets the access, here and, where no other account lives on it, at the platform."""
    if _alone(account):
        try:
            session = session_for(account, now)
            session.provider.revoke(session)
        except Exception as trouble:  # noqa: BLE001  # the wish is to be rid of it: what the platform says does not matter
            log.warning("revoke failed", extra={"platform": account.platform, "why": type(trouble).__name__})
    gone = accounts.mark(account, health="disconnected", trouble=None)
    _drop(account)
    return gone


def erase(account: Account, name: str) -> Account:
    """Forgets the access and who the account is, as its platform asks; `name` stands where the name stood."""
    gone = accounts.mark(
        account, health="disconnected", trouble=None, name=name, handle="", picture="", data={}
    )
    _drop(account)
    return gone


def _alone(account: Account) -> bool:
    """Whether revoking takes nothing from another account: one grant shared, or one person's at the platform."""
    others = [
        each for each in accounts.all_of(account.workspace) if each.id != account.id and each.health == "fine"
    ]
    family = account.platform.partition("-")[0]
    if PROVIDERS[account.platform].revokes_all:
        return not any(each.platform.partition("-")[0] == family for each in others)
    return not any(each.grant == account.grant for each in others)
