"""API keys: made with some of one's own rights, shown once, listed with their last use, and revoked."""

from typing import Any

from chalice.app import Blueprint
from pydantic import Field

from chalicelib import clock
from chalicelib.refusals import Refused
from chalicelib.store import people
from chalicelib.store.people import ApiKey, Scope

from .given import Given
from .http import Ask, route
from .shapes import KeyMade, KeyShown, KeysShown

blueprint = Blueprint(__name__)

#: Keys of one workspace that are not revoked.
MOST = 100


class NewKey(Given):
    """A name to know it by, and what it may do: `read`, `write`, `review`, `admin`."""

    name: str = Field(min_length=1, max_length=100, description="What it is for.")
    scopes: list[Scope] = Field(min_length=1, max_length=4, description="What it may do.")


@route(blueprint, "GET", "/v1/keys", scope="admin", answers=KeysShown)
def listed(ask: Ask) -> Any:
    """The workspace's keys, the newest first; never their secrets."""
    found = sorted(people.keys_of(ask.workspace), key=lambda each: each.created, reverse=True)
    return {"keys": [shown(each) for each in found]}


@route(
    blueprint, "POST", "/v1/keys", scope="admin", body=NewKey, answers=KeyMade, status=201, repeatable=True
)
def make(ask: Ask, given: NewKey) -> Any:
    """A new key; its text is in `key`, this once."""
    if beyond := [each for each in given.scopes if not ask.caller.may(each)]:
        raise Refused(403, "beyond-own", f"You may not {beyond[0]}, so a key of yours may not either.")
    if len([each for each in people.keys_of(ask.workspace) if each.revoked is None]) >= MOST:
        raise Refused(422, "too-many-keys", f"A workspace has {MOST} keys at the most. Revoke one first.")
    scopes = tuple(dict.fromkeys(given.scopes))
    key, text = people.issue_key(ask.workspace, given.name, scopes, clock.now())
    return {**shown(key), "key": text}


@route(blueprint, "DELETE", "/v1/keys/{key}", scope="admin", answers=KeyShown)
def revoke(ask: Ask, key: str) -> Any:
    """Ends a key at once, also for those who are signed in to the dashboard with it."""
    if not people.revoke_key(ask.workspace, key, clock.now()):
        raise Refused(404, "unknown-key", "There is no such key here.")
    return shown(next(each for each in people.keys_of(ask.workspace) if each.id == key))


def shown(key: ApiKey) -> dict[str, Any]:
    """A key without its digest."""
    return key.model_dump(mode="json", exclude={"workspace", "digest"})
