"""Keeping an account alive: one refresher at a time, and a passing error never costs a grant."""

from datetime import datetime, timedelta
from functools import cache

from . import notify, vault
from .models import Account, Token, Trouble
from .problems import Problem, Reconnect, Retry
from .providers import PROVIDERS
from .providers.base import Provider, overrides
from .sessions import Session
from .settings import settings
from .signin import Form, OAuth2
from .store import accounts, apps
from .store.table import Lost
from .wire import Wire

#: An idle account is refreshed this often, so that no refresh token dies of age.
FRESH = timedelta(days=25)
#: A grant that cannot renew itself is announced this long before its end.
WARN = timedelta(days=7)


@cache
def _wire(sandbox: str, sandboxed: frozenset[str]) -> Wire:
    return Wire(sandbox, sandboxed)


def host_session(provider: Provider, host: str, now: datetime, *, register: bool = False) -> Session:
    """A session at a host, with our app's secrets there; registers the app if it has none yet."""
    session = Session(
        provider=provider,
        wire=_wire(settings().sandbox, settings().sandboxed),
        app=vault.secrets(),
        now=now,
        host=host,
    )
    if host and overrides(provider, "register"):
        session.app = {**session.app, **_app_at(session, register=register)}
    return session


def _app_at(session: Session, *, register: bool) -> dict[str, str]:
    platform, host = session.provider.key, session.host
    known = apps.read(platform, host)
    if known is None and register:
        made = session.provider.register(session, settings().callback(platform))
        sealed = {name: vault.seal_text(value, purpose=f"app {host}") for name, value in made.items()}
        apps.save(platform, host, sealed)
        return made
    return {name: vault.unseal_text(value, purpose=f"app {host}") for name, value in (known or {}).items()}


def session_for(account: Account, now: datetime) -> Session:
    """A session that acts as the account, with the token it has now."""
    provider = PROVIDERS[account.platform]
    session = host_session(provider, account.host, now)
    session.account = account
    session.token = vault.unseal(account.sealed, account.workspace, account.id)
    return session


def refreshable(provider: Provider, token: Token) -> bool:
    """Whether a token can be renewed without the person."""
    return provider.renews(token)


def must_refresh(account: Account, now: datetime) -> bool:
    """Whether the token ends so soon that it is renewed before it is used."""
    auth = PROVIDERS[account.platform].auth
    ahead = auth.ahead if isinstance(auth, OAuth2 | Form) else 0
    return (
        account.refreshable
        and account.expires is not None
        and account.expires - now < timedelta(seconds=ahead)
    )


def refresh(account: Account, now: datetime) -> Account:
    """The account with its next token: one refresher at a time, the new pair stored before it is used.

    Where another is at it, or was just before, the stored account is the answer, or `Retry` in a few seconds.
    """
    try:
        accounts.lock(account, now)
    except Lost:
        return _refreshed_by_another(account)
    session = session_for(account, now)
    try:
        token = session.provider.refresh(session)
    except Problem:
        accounts.unlock(account)
        raise
    sealed = vault.seal(token, account.workspace, account.id)
    return accounts.renew(
        account,
        wake(account, token, now),
        sealed=sealed,
        expires=token.expires,
        scopes=token.scopes or account.scopes,
        refreshable=refreshable(session.provider, token),
    )


def _refreshed_by_another(account: Account) -> Account:
    stored = accounts.read(account.workspace, account.id)
    if stored is not None and stored.generation > account.generation:
        return stored
    raise Retry("The access is being renewed just now.", after=5)


def wake(account: Account, token: Token, now: datetime) -> datetime | None:
    """When the sweeper should look after this token."""
    if refreshable(PROVIDERS[account.platform], token):
        ends = token.refresh_expires or (None if token.refresh else token.expires)
        soon = now + FRESH
        return min(soon, max(now + timedelta(hours=1), ends - WARN)) if ends else soon
    return max(now, token.expires - WARN) if token.expires else None


def tend(account: Account, now: datetime) -> None:
    """The sweeper's look at one account: renews its token, or says that it will end."""
    if account.health != "fine":
        accounts.snooze(account, None)
        return
    if not account.refreshable:
        notify.tell(
            "account.expiring", account.workspace, {"account": account.id, "expires": account.expires}
        )
        accounts.snooze(account, None)
        return
    try:
        refresh(account, now)
    except Reconnect as refused:
        need(account, refused, now)
    except (Problem, Lost):
        accounts.snooze(account, now + timedelta(hours=1))


def need(account: Account, refused: Problem, now: datetime) -> None:
    """Only the person can mend this account: marks it and says so, once, unless it was reconnected meanwhile."""
    if account.health != "fine":
        return
    trouble = Trouble(sentence=refused.sentence, words=refused.words, at=now)
    try:
        accounts.mark(account, health="reconnect", trouble=trouble)
    except Lost:
        return
    notify.tell("account.reconnect", account.workspace, {"account": account.id, "reason": refused.sentence})
