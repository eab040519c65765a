"""Who is asking: API keys, signed session cookies, and one-time links for a first sign-in."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from . import clock, vault
from .settings import settings
from .store import people, signins
from .store.people import Scope

#: How long a person stays signed in.
STAY = timedelta(days=14)


@dataclass(frozen=True)
class Caller:
    """A workspace's key or person; `csrf` must come with every write of a signed-in browser."""

    workspace: str
    scopes: tuple[Scope, ...]
    csrf: str = ""
    key: str = ""

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes


def by_key(text: str) -> Caller | None:
    """The caller of an `Authorization` header, with or without `Bearer`."""
    key = people.check_key(text.removeprefix("Bearer ").strip(), clock.now())
    return Caller(key.workspace, key.scopes, key=key.id) if key else None


def by_cookie(text: str) -> Caller | None:
    """The caller of a session cookie; an altered or old one is nobody, nor one whose key was revoked."""
    from itsdangerous import BadData

    try:
        kept: dict[str, Any] = _signer().loads(text, max_age=int(STAY.total_seconds()))
    except BadData:
        return None
    if kept.get("key"):
        key = people.read_key(kept["workspace"], kept["key"])
        if key is None or key.revoked:
            return None
    return Caller(kept["workspace"], tuple(kept["scopes"]), kept["csrf"])


def cookie(workspace: str, scopes: tuple[Scope, ...], key: str = "") -> str:
    """A session cookie's value: signed, so that nothing is stored for it; `key` is what was signed in with."""
    kept = {"workspace": workspace, "scopes": list(scopes), "csrf": secrets.token_urlsafe(16), "key": key}
    signed: str = _signer().dumps(kept)
    return signed


def _signer() -> Any:
    from itsdangerous import URLSafeTimedSerializer

    return URLSafeTimedSerializer(vault.secrets()["SESSION_KEY"], salt="session")


def first_key(now: datetime, workspace: str = "home") -> str:
    """An API key with every right, for a workspace that is made if it is missing."""
    people.found_workspace(workspace, "Home", now)
    _, text = people.issue_key(workspace, "first", ("read", "write", "admin"), now)
    return text


def sign_in_link(now: datetime, workspace: str = "home", life: timedelta = timedelta(hours=12)) -> str:
    """An address that signs a person in once."""
    people.found_workspace(workspace, "Home", now)
    scopes = ["read", "write", "admin"]
    secret = signins.once({"workspace": workspace, "scopes": scopes, "for": "session"}, now, life)
    return f"{settings().public_url}/signin?once={secret}"


def open_link(secret: str, now: datetime) -> str | None:
    """The session cookie that a one-time link is worth, the first time."""
    kept = signins.open_once(secret, now)
    if kept is None or kept.get("for") != "session":
        return None
    return cookie(kept["workspace"], tuple(kept["scopes"]))


def connect_link(workspace: str, platform: str, now: datetime) -> str:
    """An address that begins a sign-in at a platform in whatever browser opens it, once."""
    kept = {"workspace": workspace, "platform": platform, "for": "connect"}
    secret = signins.once(kept, now, timedelta(hours=1))
    return f"{settings().public_url}/integration/social/{platform}?once={secret}"


def open_connect(secret: str, platform: str, now: datetime) -> Caller | None:
    """Who a connect link speaks for, the first time and for its own platform."""
    kept = signins.open_once(secret, now)
    if kept is None or kept.get("for") != "connect" or kept["platform"] != platform:
        return None
    return Caller(kept["workspace"], ())
