"""Who is asking: API keys, signed session cookies, and one-time links for a first sign-in."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from . import clock, vault
from .models import By
from .settings import settings
from .store import members, people, signins
from .store.members import Member, Role
from .store.people import ApiKey, Scope
from .store.table import Lost

#: How long a person stays signed in.
STAY = timedelta(days=14)
#: The person that `make admin-link` signs in, where it names nobody.
OPERATOR = "operator"
#: What each role may do.
ROLES: dict[Role, tuple[Scope, ...]] = {
    "owner": ("read", "write", "admin", "review"),
    "editor": ("read", "write"),
    "reviewer": ("read", "review"),
}


@dataclass(frozen=True)
class Caller:
    """A workspace's key or person; `csrf` must come with every write of a signed-in browser.

    `key` is set for who sent a key, `person` for who signed in as one. `confined`: the sign-in was vouched for by
    this workspace alone, and leads to no other.
    """

    workspace: str
    scopes: tuple[Scope, ...]
    csrf: str = ""
    key: str = ""
    person: str = ""
    by: By | None = None
    confined: bool = True

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes


# -- who acts ------------------------------------------------------------------------------------------------

_acting: ContextVar[Caller | None] = ContextVar("acting", default=None)


@contextmanager
def acting(caller: Caller | None) -> Iterator[None]:
    """For as long as a request is answered, its caller is who acts, by whichever way in."""
    before = _acting.set(caller)
    try:
        yield
    finally:
        _acting.reset(before)


def actor() -> Caller | None:
    """Whose request this is; None in workers and commands."""
    return _acting.get()


# -- keys and cookies ----------------------------------------------------------------------------------------


def by_key(text: str) -> Caller | None:
    """The caller of an `Authorization` header, with or without `Bearer`."""
    key = people.check_key(text.removeprefix("Bearer ").strip(), clock.now())
    return Caller(key.workspace, key.scopes, key=key.id, by=_signature(key)) if key else None


def _signature(key: ApiKey) -> By:
    return By(kind="key", id=key.id, name=key.name)


def by_cookie(text: str) -> Caller | None:
    """The caller of a session cookie (half a read unit): what their key or membership allows at this moment.

    An altered or old one is nobody, nor is one whose key was revoked, whose member was removed, or who signed out
    everywhere.
    """
    from itsdangerous import BadData

    try:
        kept: dict[str, Any] = _signer().loads(text, max_age=int(STAY.total_seconds()))
    except BadData:
        return None
    workspace, csrf = kept["workspace"], kept["csrf"]
    if kept.get("key"):
        key = people.read_key(workspace, kept["key"])
        alive = key is not None and not key.revoked
        return Caller(workspace, key.scopes, csrf, by=_signature(key)) if key and alive else None
    member = members.read(workspace, kept.get("person", ""), consistent=False)
    if member is None or member.epoch != kept["epoch"]:
        return None
    by = By(kind="person", id=member.person, name=member.name)
    return Caller(workspace, ROLES[member.role], csrf, person=member.person, by=by, confined=kept["confined"])


def session(member: Member, *, confined: bool) -> str:
    """A member's session cookie: signed, so that nothing is stored for it."""
    kept = {"workspace": member.workspace, "person": member.person, "epoch": member.epoch}
    return _signed({**kept, "confined": confined})


def key_session(workspace: str, key: str) -> str:
    """The session cookie of who signed in with a key, and is over with it."""
    return _signed({"workspace": workspace, "key": key})


def _signed(kept: dict[str, Any]) -> str:
    signed: str = _signer().dumps({**kept, "csrf": secrets.token_urlsafe(16)})
    return signed


def _signer() -> Any:
    from itsdangerous import URLSafeTimedSerializer

    return URLSafeTimedSerializer(vault.secrets()["SESSION_KEY"], salt="session")


# -- the first key, and links --------------------------------------------------------------------------------


def first_key(now: datetime, workspace: str = "home") -> str:
    """An API key with every right, for a workspace that is made if it is missing."""
    people.found_workspace(workspace, "Home", now)
    _, text = people.issue_key(workspace, "first", ROLES["owner"], now)
    return text


def sign_in_link(
    now: datetime, workspace: str = "home", life: timedelta = timedelta(hours=12), email: str = ""
) -> str:
    """An address that signs an owner in once: the operator, or whoever has this email address.

    The workspace, the person and the membership are made where they are missing.
    """
    people.found_workspace(workspace, "Home", now)
    person = _owner(email, now)
    member = members.read(workspace, person.id) or add(workspace, person, "owner", now)
    if member.role != "owner":
        members.change_role(member, "owner")
    return link_for(member, now, life, confined=False)


def _owner(email: str, now: datetime) -> members.Person:
    if not email:
        return members.read_person(OPERATOR) or members.make_person("Operator", "", now, OPERATOR)
    return members.known(members.by_email(email)) or make_person(email.partition("@")[0], email, now)


def make_person(name: str, email: str, now: datetime) -> members.Person:
    """A new person who is found by their address, if they have one."""
    person = members.make_person(name, email, now)
    if email:
        members.name(members.by_email(email), person.id)
    return person


def add(workspace: str, person: members.Person, role: Role, now: datetime, name: str = "") -> Member:
    """A new member, or the one that there is."""
    member = Member(workspace=workspace, person=person.id, name=name or person.name, email=person.email,
                    role=role, created=now)  # fmt: skip
    try:
        members.join(member)
    except Lost:
        return members.read(workspace, person.id) or member
    return member


def link_for(member: Member, now: datetime, life: timedelta, *, confined: bool = True) -> str:
    """An address that signs a member in once."""
    kept = {"workspace": member.workspace, "person": member.person, "confined": confined, "for": "session"}
    return f"{settings().public_url}/signin?once={signins.once(kept, now, life)}"


def look_at_link(secret: str, now: datetime) -> Member | None:
    """Whom a one-time link would sign in; it stays good."""
    kept = signins.look_once(secret, now)
    if kept is None or kept.get("for") != "session":
        return None
    return members.read(kept["workspace"], kept.get("person", ""), consistent=False)


def open_link(secret: str, now: datetime) -> str | None:
    """The session cookie that a one-time link is worth, the first time and while its person is a member."""
    kept = signins.open_once(secret, now)
    if kept is None or kept.get("for") != "session":
        return None
    member = members.read(kept["workspace"], kept.get("person", ""))
    if member is None:
        return None
    members.note(member, now)
    return session(member, confined=kept["confined"])


def connect_link(workspace: str, platform: str, now: datetime, browser: str = "") -> str:
    """An address that begins a sign-in at a platform, once: in this browser, or in whatever browser opens it."""
    kept = {"workspace": workspace, "platform": platform, "browser": browser, "for": "connect"}
    secret = signins.once(kept, now, timedelta(hours=1))
    return f"{settings().public_url}/integration/social/{platform}?once={secret}"


def open_connect(secret: str, platform: str, browser: str, now: datetime) -> tuple[Caller, bool] | None:
    """Who a connect link speaks for, the first time and for its own platform; and whether it was made for this browser."""
    kept = signins.open_once(secret, now)
    if kept is None or kept.get("for") != "connect" or kept["platform"] != platform:
        return None
    if kept["browser"] and not signins.same(kept["browser"], browser):
        return None
    return Caller(kept["workspace"], ()), bool(kept["browser"])
