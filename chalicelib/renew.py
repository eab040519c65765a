"""Keeping an account alive: one refresher at a time, and a passing error never costs a grant."""

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

from . import notify, vault
from .answers import understood
from .models import Account, Grant, Token, Trouble
from .problems import Problem, Reconnect, Retry
from .providers import PROVIDERS
from .providers.base import Provider, overrides
from .sessions import Session
from .settings import settings
from .store import accounts, apps, grants
from .store.table import Lost
from .wire import Wire

log = logging.getLogger("lamppost")

#: Seconds before its end that a token is renewed, where the way of signing in names none.
AHEAD = 300.0
#: An idle account is refreshed this often, so that no refresh token dies of age.
FRESH = timedelta(days=25)
#: A grant that cannot renew itself is announced this long before its end.
WARN = timedelta(days=7)


@cache
def _wire(sandbox: str, sandboxed: frozenset[str]) -> Wire:
    return Wire(sandbox, sandboxed)


def wire() -> Wire:
    """This process's way to the platforms, or to their stand-ins."""
    return _wire(settings().sandbox, settings().sandboxed)


def host_session(provider: Provider, host: str, now: datetime, *, register: bool = False) -> Session:
    """A session at a host, with our app's secrets there; registers the app if it has none yet."""
    session = Session(
        provider=provider,
        wire=wire(),
        app=vault.secrets(),
        now=now,
        host=host,
    )
    if host and overrides(provider, "register"):
        session.app = {**session.app, **_app_at(session, register=register)}
    return session


def _app_at(session: Session, *, register: bool) -> dict[str, str]:
    """What the host gave our app; before a sign-in it is asked whether it still knows it."""
    platform, host = session.provider.key, session.host
    known = _opened(apps.read(platform, host), host)
    if register and known and not _knows(session, known):
        apps.forget(platform, host)
        known = None
    if known is None and register:
        with understood(session.provider.title):
            made = session.provider.register(session, settings().callback(platform))
        sealed = {name: vault.seal_text(value, purpose=f"app {host}") for name, value in made.items()}
        apps.save(platform, host, sealed)
        return made
    return known or {}


def _opened(sealed: dict[str, str] | None, host: str) -> dict[str, str] | None:
    if sealed is None:
        return None
    return {name: vault.unseal_text(value, purpose=f"app {host}") for name, value in sealed.items()}


def _knows(session: Session, app: dict[str, str]) -> bool:
    with understood(session.provider.title):
        return session.provider.knows_app(replace(session, app={**session.app, **app}))


def session_for(account: Account, now: datetime, grant: Grant | None = None) -> Session:
    """A session that acts as the account, with the token that its grant holds now."""
    provider = PROVIDERS[account.platform]
    grant = grant or grant_of(account)
    session = host_session(provider, account.host, now)
    session.account = account
    session.token = vault.unseal(grant.sealed, grant.workspace, grant.id)
    return session


def grant_of(account: Account) -> Grant:
    """What an account signs with; without one only the person can help."""
    found = grants.read(account.workspace, account.grant)
    if found is None:
        raise Reconnect(
            f"Reconnect {PROVIDERS[account.platform].title}: Lamppost holds no access to it any more."
        )
    return found


def must_refresh(grant: Grant, now: datetime) -> bool:
    """Whether a token ends so soon that it is renewed before it is used."""
    ahead = getattr(PROVIDERS[grant.platform].auth, "ahead", AHEAD)
    return grant.refreshable and grant.expires is not None and grant.expires - now < timedelta(seconds=ahead)


def usable(account: Account, grant: Grant, now: datetime) -> Grant:
    """The grant to sign with now: renewed where its end is near. One that cannot be renewed today serves as long as it lasts."""
    if not must_refresh(grant, now):
        return grant
    try:
        return refresh(account, grant, now)
    except Problem as trouble:
        if grant.expires is None or grant.expires - now < timedelta(seconds=AHEAD):
            raise
        log.warning("an access is renewed later: %s", trouble.sentence, extra={"grant": grant.id})
        return grant


def refresh(account: Account, grant: Grant, now: datetime) -> Grant:
    """The grant with its next token: one renews it at a time, and the new pair is stored before it is used.

    Where another is at it, or was just before, the stored one is the answer, or `Retry` in a few seconds.
    """
    try:
        grants.lock(grant, now)
    except Lost:
        return _refreshed_by_another(grant)
    session = session_for(account, now, grant)
    try:
        with understood(session.provider.title):
            token = session.provider.refresh(session)
    except Problem:
        grants.unlock(grant)
        raise
    return _kept(grant, token, now)


def _kept(grant: Grant, token: Token, now: datetime) -> Grant:
    """The next token stored, and insisted on: where each is good for one renewal, one that is lost costs the access."""
    for last in (False, True):
        try:
            changes = {
                "sealed": vault.seal(token, grant.workspace, grant.id),
                "expires": token.expires,
                "refreshable": PROVIDERS[grant.platform].renews(token),
            }
            return grants.renew(grant, wake(grant.platform, token, now), **changes)
        except Lost:  # it stands already: the first try worked, and its answer was lost
            break
        except Exception:
            if last:
                raise
            log.exception("a new token could not be stored", extra={"grant": grant.id})
    return _refreshed_by_another(grant)


def _refreshed_by_another(grant: Grant) -> Grant:
    stored = grants.read(grant.workspace, grant.id)
    if stored is not None and stored.generation > grant.generation:
        return stored
    raise Retry("The access is being renewed just now.", after=5)


def wake(platform: str, token: Token, now: datetime) -> datetime | None:
    """When the sweeper should look after a token."""
    if PROVIDERS[platform].renews(token):
        ends = token.refresh_expires or (None if token.refresh else token.expires)
        soon = now + FRESH
        return min(soon, max(now + timedelta(hours=1), ends - WARN)) if ends else soon
    return max(now, token.expires - WARN) if token.expires else None


def tend(grant: Grant, now: datetime) -> None:
    """The sweeper's look at one grant: renews its token, or says that it will end."""
    sharing = accounts_of(grant)
    if not sharing:
        grants.snooze(grant, None)
    elif grant.refreshable:
        _renew_for(sharing, grant, now)
    else:
        for account in sharing:
            told = {"account": account.id, "platform": account.platform, "expires": grant.expires}
            notify.tell("account.expiring", account.workspace, told)
        grants.snooze(grant, None)


def _renew_for(sharing: list[Account], grant: Grant, now: datetime) -> None:
    try:
        refresh(sharing[0], grant, now)
    except Reconnect as refused:
        for account in sharing:
            need(account, refused, now)
        grants.snooze(grant, None)
    except (Problem, Lost):
        grants.snooze(grant, now + timedelta(hours=1))


def accounts_of(grant: Grant) -> list[Account]:
    """The healthy accounts that sign with a grant."""
    found = accounts.all_of(grant.workspace)
    return [account for account in found if account.grant == grant.id and account.health == "fine"]


def need(account: Account, refused: Problem, now: datetime, used: Grant | None = None) -> None:
    """Only the person can mend this account: marks it and says so, once.

    Not so if it was reconnected meanwhile, or if what was refused is not the newest token (`used`).
    """
    if account.health != "fine" or (used is not None and _newer(used)):
        return
    trouble = Trouble(sentence=refused.sentence, words=refused.words, at=now)
    try:
        accounts.mark(account, health="reconnect", trouble=trouble)
    except Lost:
        return
    told = {"account": account.id, "platform": account.platform, "reason": refused.sentence}
    notify.tell("account.reconnect", account.workspace, told)


def _newer(used: Grant) -> bool:
    stored = grants.read(used.workspace, used.id)
    return stored is not None and stored.generation > used.generation
