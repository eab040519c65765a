"""Two who renew the same access: a refresh token that changes with every use is used by one of them, once."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from chalicelib import clock, due, renew, vault
from chalicelib.models import Account, Grant, Token
from chalicelib.problems import Retry
from chalicelib.providers import PROVIDERS
from chalicelib.sessions import Session
from chalicelib.store import accounts, grants
from tests.faults.actors import Stage
from tests.faults.conftest import Scene
from tests.faults.races import KEY, START

ACCOUNT = Account(workspace="w", id="a", platform=KEY, remote="r", grant="g", created=START)
#: More calls than a renewal makes.
CALLS = 12


@pytest.fixture
def used() -> list[str]:
    """The refresh tokens that the platform was given; each is good for one new pair."""
    return []


def rotating(stage: Stage, monkeypatch: pytest.MonkeyPatch, used: list[str]) -> Grant:
    """An access whose platform gives a new refresh token each time, and takes none twice."""

    def refresh(session: Session) -> Token:
        stage.boundary("refresh")
        used.append(session.token.refresh or "")
        stage.boundary("answer")
        return Token(access="new", refresh=f"{len(used)}")

    def session_for(account: Account, now: Any, grant: Grant) -> Session:
        token = Token(access="old", refresh=grant.sealed[0])
        return Session(PROVIDERS[KEY], renew.wire(), {}, now, token=token)

    monkeypatch.setattr(PROVIDERS[KEY], "refresh", refresh)
    monkeypatch.setattr(PROVIDERS[KEY], "renews", lambda token: True)
    monkeypatch.setattr(renew, "session_for", session_for)
    monkeypatch.setattr(vault, "seal", lambda token, *_: (token.refresh,))
    grant = Grant(workspace="w", id="g", platform=KEY, sealed=("0",), refreshable=True, expires=START)
    accounts.save(ACCOUNT)
    grants.save(grant, START)
    return grant


def by_publisher(grant: Grant) -> None:
    renew.refresh(ACCOUNT, grant, clock.now())


def by_sweeper(grant: Grant) -> None:
    renew.tend(grant, clock.now())


@pytest.mark.parametrize("second", [by_publisher, by_sweeper])
@pytest.mark.parametrize("first", [by_publisher, by_sweeper])
def test_of_two_who_renew_at_once_one_uses_the_refresh_token(
    scene: Callable[[str], Scene], monkeypatch: pytest.MonkeyPatch, used: list[str],
    first: Callable[[Grant], None], second: Callable[[Grant], None],
) -> None:  # fmt: skip
    """However far the first has come when the second comes, and goes through."""
    for calls in range(CALLS):
        used.clear()
        stage = scene("key").stage
        grant = rotating(stage, monkeypatch, used)
        one, other = stage.enter(partial(first, grant)), stage.enter(partial(second, grant))
        for _ in range(calls):
            one.go()
        other.finish()
        one.finish()
        stored = grants.read("w", "g")
        assert used == ["0"], calls
        assert stored is not None
        assert (stored.sealed, stored.generation) == (("1",), 1), calls
        assert {type(actor.error) for actor in (one, other)} <= {type(None), Retry}, calls


def test_a_new_pair_is_stored_before_anything_else_and_the_next_renewal_uses_it(
    scene: Callable[[str], Scene], monkeypatch: pytest.MonkeyPatch, used: list[str]
) -> None:
    stage = scene("key").stage
    grant = rotating(stage, monkeypatch, used)
    one = stage.enter(lambda: by_publisher(grant))
    one.go_to("answer")
    one.go()
    assert one.at == "change"
    one.finish()
    stored = grants.read("w", "g")
    assert stored is not None
    by_publisher(stored)
    assert used == ["0", "1"]


def test_a_renewal_that_takes_longer_than_its_lock_does_not_undo_a_later_one(
    scene: Callable[[str], Scene], monkeypatch: pytest.MonkeyPatch, used: list[str]
) -> None:
    stage = scene("key").stage
    grant = rotating(stage, monkeypatch, used)
    one = stage.enter(lambda: by_publisher(grant))
    one.go_to("answer")
    stage.now += grants.LOCK * 2
    by_publisher(grant)
    stored = grants.read("w", "g")
    one.finish()
    assert grants.read("w", "g") == stored


def test_a_renewal_that_stumbles_is_not_tried_at_every_sweep(
    scene: Callable[[str], Scene], monkeypatch: pytest.MonkeyPatch, used: list[str]
) -> None:
    """Two hundred of them at the head of the line would keep all others out."""
    stage = scene("key").stage
    rotating(stage, monkeypatch, used)
    monkeypatch.setattr(renew, "session_for", lambda *_: dict[str, str]()["no such key"])
    swept = []
    for _ in range(7):
        stage.now += timedelta(minutes=1)
        swept.append(due.sweep(stage.now))
    assert swept == [1, 0, 0, 0, 0, 0, 1]


@pytest.mark.parametrize("wrong", ["not sealed", "not written", "answer lost"])
def test_a_new_token_is_stored_at_the_second_try_and_the_platform_is_asked_once(
    scene: Callable[[str], Scene], monkeypatch: pytest.MonkeyPatch, used: list[str], wrong: str
) -> None:
    """The old one is used up by then."""
    grant, failures = rotating(scene("key").stage, monkeypatch, used), [OSError("AWS is away")]
    seal, write = vault.seal, grants.renew

    def sealed(*given: Any) -> Any:
        if wrong == "not sealed" and failures:
            raise failures.pop()
        return seal(*given)

    def written(*given: Any, **more: Any) -> Grant:
        done = write(*given, **more) if wrong == "answer lost" or not failures else grant
        if wrong != "not sealed" and failures:
            raise failures.pop()
        return done

    monkeypatch.setattr(vault, "seal", sealed)
    monkeypatch.setattr(grants, "renew", written)
    renewed = renew.refresh(ACCOUNT, grant, clock.now())
    assert (renewed.generation, renewed.sealed, used) == (1, ("1",), ["0"])
    assert grants.read("w", "g") == renewed
