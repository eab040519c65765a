"""Connecting an account: begin, finish, choose, disconnect; `renew.py` keeps it alive afterwards."""

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from . import oauth, vault
from .answers import understood
from .keep import keep
from .models import Account, Choice, Profile, Token
from .problems import Blocked, Rejected
from .providers import PROVIDERS
from .providers.base import Provider, overrides
from .renew import host_session
from .sessions import Session
from .settings import settings
from .signin import Form, OAuth1, OAuth2
from .store import apps, signins
from .store.signins import same

log = logging.getLogger("lamppost")


@dataclass(frozen=True)
class Begun:
    """Where to send the browser, or the fields of a form to show in place of a consent page."""

    url: str
    state: str


@dataclass(frozen=True)
class Finished:
    """A connected account, or the choices of a second step with the id to choose by."""

    accounts: tuple[Account, ...] = ()
    choices: tuple[Choice, ...] = ()
    choice: str = ""
    platform: str = ""
    workspace: str = ""
    back: str = ""


def offered() -> list[Provider]:
    """The platforms that this stage deploys and that have their secrets."""
    app = vault.secrets()
    return [p for key, p in PROVIDERS.items() if key in settings().platforms and not p.missing(app)]


def provider_of(platform: str) -> Provider:
    """An offered platform; another is `Rejected`, without a word on what the operator lacks."""
    for provider in offered():
        if provider.key == platform:
            return provider
    raise Rejected(f"“{platform[:40]}” is not a platform that can be connected here.")


# -- signing in --------------------------------------------------------------------------------------------


def begin(
    workspace: str, platform: str, given: Mapping[str, str], browser: str, now: datetime, back: str = ""
) -> Begun:
    """Starts a sign-in for a browser (known by a secret of its own); `given` fills the platform's fields."""
    provider = provider_of(platform)
    session = _new_session(provider, dict(given), now)
    auth = provider.auth_for(session)
    state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
    kept: dict[str, Any] = {
        "workspace": workspace,
        "platform": platform,
        "browser": browser,
        "host": session.host,
        "back": back,
    }
    if isinstance(auth, Form):
        signins.remember(state, kept, now)
        return Begun(url="", state=state)
    assert isinstance(auth, OAuth1 | OAuth2)
    redirect = settings().callback(platform)
    with understood(provider.title):
        url, asked = oauth.consent(session, auth, redirect, state, verifier)
    state = asked.get("token", state)
    sealed = vault.seal_text(asked.get("secret", verifier), purpose="sign-in")
    signins.remember(state, {**kept, "sealed": sealed, "token": asked.get("token", "")}, now)
    return Begun(url=session.wire.route(platform, url), state=state)


def finish(platform: str, query: Mapping[str, str], browser: str, now: datetime) -> Finished:
    """What the callback brings: an account, or choices. Each state is good once, for its own browser."""
    provider = provider_of(platform)
    if isinstance(provider.auth, Form):
        raise Rejected(f"{provider.title} has no consent page. Begin again, and fill in the form.")
    kept = _recall(provider, query, browser, now)
    if denied := _denied(query):
        raise Rejected(f"{provider.title} was not connected: the request was declined there.", words=denied)
    session = host_session(provider, kept["host"], now)
    auth = provider.auth_for(session)
    assert isinstance(auth, OAuth1 | OAuth2)
    secret = vault.unseal_text(kept["sealed"], purpose="sign-in")
    session.token = _granted(
        session, auth, query, {"verifier": secret, "token": kept["token"], "secret": secret}
    )
    return _welcome(session, kept, now)


def submit(platform: str, given: Mapping[str, str], state: str, browser: str, now: datetime) -> Finished:
    """A filled form instead of a consent page."""
    provider = provider_of(platform)
    if not isinstance(provider.auth, Form):
        raise Rejected(f"{provider.title} is connected by its own consent page. Begin again.")
    kept = _recall(provider, {"state": state}, browser, now)
    session = host_session(provider, kept["host"] or provider.place(dict(given), vault.secrets()), now)
    with understood(provider.title):
        session.token = provider.login(session, dict(given))
    return _welcome(session, kept, now)


def choose(platform: str, choice: str, remotes: list[str], browser: str, now: datetime) -> list[Account]:
    """The second step: one account for each page, board or channel chosen."""
    kept = _offered(choice, browser, now)
    if kept["platform"] != provider_of(platform).key:
        raise Rejected("This choice was offered for another platform. Connect again.")
    chosen = [(Profile.model_validate_json(each["profile"]), each["token"]) for each in kept["choices"]]
    chosen = [(profile, sealed) for profile, sealed in chosen if profile.id in remotes]
    if not chosen:
        raise Rejected("None of the pages on offer was chosen.")
    return [_chosen(kept, profile, sealed, now) for profile, sealed in chosen]


def _chosen(kept: Mapping[str, Any], profile: Profile, sealed: list[str] | None, now: datetime) -> Account:
    """An account with a token of its own has a grant of its own; the others share that of the sign-in."""
    workspace, name = kept["workspace"], f"choice {kept['grant']}"
    token = vault.unseal(tuple(sealed or kept["token"]), workspace, name)
    grant = kept["grant"] if sealed is None else secrets.token_hex(8)
    return keep(workspace, kept["platform"], kept["host"], profile, token, grant, now)


def _offered(choice: str, browser: str, now: datetime) -> dict[str, Any]:
    kept = signins.offered(choice, now)
    if kept is None or not same(kept["browser"], browser):
        raise Rejected("This choice has ended or belongs to another browser. Connect again.")
    return kept


def _new_session(provider: Provider, given: dict[str, str], now: datetime) -> Session:
    app = vault.secrets()
    host = provider.place(given, app)
    return host_session(provider, host, now, register=True)


def _recall(provider: Provider, query: Mapping[str, str], browser: str, now: datetime) -> dict[str, Any]:
    state = query.get("state") or query.get("oauth_token") or query.get("denied") or ""
    kept = signins.recall(state, now) if state else None
    if kept is None or kept["platform"] != provider.key:
        raise Rejected(
            "This sign-in is unknown, was used already, or is older than ten minutes. Begin again."
        )
    if not same(kept["browser"], browser):
        raise Rejected("This sign-in was begun in another browser. Begin again in this one.")
    return kept


def _denied(query: Mapping[str, str]) -> str:
    """The platform's word for a refusal, in any of the ways it comes."""
    if "denied" in query:
        return "denied"
    return " ".join(filter(None, (query.get("error"), query.get("error_description"))))


def _granted(
    session: Session, auth: OAuth1 | OAuth2, query: Mapping[str, str], kept: Mapping[str, str]
) -> Token:
    needed = "oauth_verifier" if isinstance(auth, OAuth1) else "code"
    if not query.get(needed):
        raise Rejected(f"{session.provider.title} sent no {needed}. Begin again.")
    token = _exchanged(session, auth, query, kept)
    if lacking := _lacking(session, auth, token):
        raise Rejected(
            f"{session.provider.title} was not connected: it needs every right that was asked for "
            f"({', '.join(sorted(lacking))} missing). Connect again and leave all of them ticked."
        )
    session.token = token
    with understood(session.provider.title):
        return session.provider.upgrade(session, token)


def _lacking(session: Session, auth: OAuth1 | OAuth2, token: Token) -> set[str]:
    """The scopes that were asked for and not given, as far as the answer tells and they matter."""
    if not isinstance(auth, OAuth2) or not auth.granted or not token.scopes:
        return set()
    return set(session.provider.scopes(session)) - set(token.scopes) - set(auth.spare)


def _exchanged(
    session: Session, auth: OAuth1 | OAuth2, query: Mapping[str, str], kept: Mapping[str, str]
) -> Token:
    try:
        with understood(session.provider.title):
            return oauth.exchange(session, auth, settings().callback(session.provider.key), query, kept)
    except Blocked as unknown:
        if not overrides(session.provider, "register"):
            raise
        apps.forget(session.provider.key, session.host)  # instances drop apps that nobody uses
        raise Rejected(
            f"{session.host} no longer knew Lamppost. Connect again; it introduces itself anew."
        ) from unknown


def _welcome(session: Session, kept: Mapping[str, Any], now: datetime) -> Finished:
    provider, workspace = session.provider, kept["workspace"]
    known = {"platform": provider.key, "workspace": workspace, "back": kept.get("back", "")}
    if not overrides(provider, "choices"):
        with understood(provider.title):
            profile, grant = provider.me(session), secrets.token_hex(8)
        account = keep(workspace, provider.key, session.host, profile, session.token, grant, now)
        return Finished(accounts=(account,), **known)
    with understood(provider.title):
        found = provider.choices(session)
    if not found:
        raise Rejected(f"{provider.title} shows nothing of yours that could be connected here.")
    if len(found) == 1:
        own, grant = found[0].token or session.token, secrets.token_hex(8)
        account = keep(workspace, provider.key, session.host, found[0].profile, own, grant, now)
        return Finished(accounts=(account,), **known)
    choice = signins.offer(_offer(session, kept, found), now)
    return Finished(choices=tuple(found), choice=choice, **known)


def _offer(session: Session, kept: Mapping[str, Any], found: list[Choice]) -> dict[str, Any]:
    """What the second step needs; only tokens are secrets, so only they are sealed."""
    grant, workspace = secrets.token_hex(8), kept["workspace"]

    def sealed(token: Token | None) -> list[str] | None:
        return list(vault.seal(token, workspace, f"choice {grant}")) if token else None

    return {
        "workspace": workspace,
        "platform": session.provider.key,
        "browser": kept["browser"],
        "grant": grant,
        "host": session.host,
        "token": sealed(session.token),
        "choices": [
            {"profile": each.profile.model_dump_json(), "token": sealed(each.token)} for each in found
        ],
    }
