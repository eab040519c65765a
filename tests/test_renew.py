"""Access that is shared, renewed by one at a time, and lost by nothing but a clear no."""

import time
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import connect, farewells, keep, renew
from chalicelib.models import Account, Grant
from chalicelib.problems import Problem, Reconnect, Retry
from chalicelib.store import accounts, grants
from infra.sandbox import Sandbox
from infra.sandbox.base import Failure
from tests.conftest import Clock
from tests.contract.cases import case
from tests.contract.harness import Bench
from tests.world import BROWSER, World, opened

KEY = "github"


@pytest.fixture
def world(sandbox: Sandbox, aws: Any, at: Clock, monkeypatch: pytest.MonkeyPatch) -> World:
    return opened(sandbox, monkeypatch, KEY, "slack")


def two(world: World, at: Clock) -> tuple[Account, Account]:
    """Two repositories chosen from one sign-in."""
    bench = Bench(KEY, case(KEY), world.sandbox)
    begun = connect.begin("home", KEY, {}, BROWSER, at())
    finished = connect.finish(KEY, bench.press(begun.url), BROWSER, at())
    ids = [each.profile.id for each in finished.choices[:2]]
    first, second = connect.choose(KEY, finished.choice, ids, BROWSER, at())
    return first, second


def held(account: Account) -> Grant:
    return renew.grant_of(account)


def test_accounts_of_one_sign_in_share_its_grant(world: World, at: Clock) -> None:
    first, second = two(world, at)
    assert first.grant == second.grant
    before = held(first)
    after = renew.refresh(first, before, at())
    assert held(second) == after
    assert renew.session_for(second, at()).token == renew.session_for(first, at()).token


def test_a_rotating_refresh_token_is_used_once_by_two_at_the_same_time(world: World, at: Clock) -> None:
    first, second = two(world, at)
    grant = held(first)
    grants.lock(grant, at())
    with pytest.raises(Retry):
        renew.refresh(second, grant, at())
    grants.unlock(grant)
    renewed = renew.refresh(first, grant, at())
    assert renew.refresh(second, grant, at()) == renewed
    calls = [
        seen for seen in world.sandbox[KEY].requests if seen["form"].get("grant_type") == "refresh_token"
    ]
    assert len(calls) == 1


def test_a_renewal_that_died_lets_another_try_a_minute_later(world: World, at: Clock) -> None:
    first, _ = two(world, at)
    grant = held(first)
    grants.lock(grant, at())
    at.forward(seconds=61)
    assert renew.refresh(first, grant, at()).generation == grant.generation + 1


@pytest.mark.parametrize(
    "failure", [Failure(status=503, path="access_token"), Failure(mode="drop", path="access_token")]
)
def test_a_passing_error_of_the_platform_costs_no_grant(world: World, at: Clock, failure: Failure) -> None:
    first, _ = two(world, at)
    world.sandbox[KEY].failures.append(failure)
    with pytest.raises(Retry):
        renew.refresh(first, held(first), at())
    stored = accounts.read("home", first.id)
    assert stored is not None
    assert stored.health == "fine"
    assert renew.refresh(first, held(first), at()).generation == 1


def test_an_account_whose_token_was_renewed_meanwhile_is_not_flagged(world: World, at: Clock) -> None:
    first, _ = two(world, at)
    used = held(first)
    renew.refresh(first, used, at())
    renew.need(first, Reconnect("the old token was refused"), at(), used)
    assert accounts.read("home", first.id) == first


def test_an_account_that_was_reconnected_meanwhile_is_not_flagged(world: World, at: Clock) -> None:
    first, _ = two(world, at)
    again, _ = two(world, at)
    assert again.id == first.id
    renew.need(first, Reconnect("the old grant was refused"), at())
    stored = accounts.read("home", first.id)
    assert stored is not None
    assert stored.health == "fine"


def test_disconnecting_one_leaves_the_other_working(world: World, at: Clock) -> None:
    first, second = two(world, at)
    keep.disconnect(first, at())
    assert renew.session_for(second, at()).token.access in world.sandbox[KEY].tokens
    keep.disconnect(second, at())
    assert grants.read("home", first.grant) is None
    assert world.sandbox[KEY].tokens == {}


def test_reconnecting_drops_the_old_grant_once_nobody_signs_with_it(world: World, at: Clock) -> None:
    first, second = two(world, at)
    two(world, at)
    assert grants.read("home", first.grant) is None
    renewed = accounts.read("home", second.id)
    assert renewed is not None
    assert renewed.grant != second.grant


def test_the_sweeper_renews_what_has_long_been_idle(world: World, at: Clock) -> None:
    from chalicelib import due

    first, _ = two(world, at)
    at.forward(days=26)
    due.sweep(at())
    assert held(first).generation == 1
    due.sweep(at())
    assert held(first).generation == 1


def test_the_sweeper_says_once_that_a_refused_grant_needs_the_person(world: World, at: Clock) -> None:
    from chalicelib import due

    first, second = two(world, at)
    world.sandbox[KEY].refreshing.clear()
    at.forward(days=26)
    due.sweep(at())
    at.forward(days=2)
    due.sweep(at())
    for account in (first, second):
        stored = accounts.read("home", account.id)
        assert stored is not None
        assert stored.health == "reconnect"


def test_a_token_about_to_end_is_renewed_before_it_is_used(at: Clock) -> None:
    grant = Grant(workspace="w", id="g", platform=KEY, refreshable=True, expires=at() + timedelta(seconds=60))
    assert renew.must_refresh(grant, at())
    assert not renew.must_refresh(grant.model_copy(update={"expires": at() + timedelta(hours=7)}), at())
    assert not renew.must_refresh(grant.model_copy(update={"refreshable": False}), at())


@pytest.mark.parametrize(("bot", "health"), [("another", "fine"), ("own", "reconnect")])
def test_revoked_tokens_end_only_the_account_whose_bot_they_were_of(
    world: World, at: Clock, bot: str, health: str
) -> None:
    account = world.connect("slack", at())
    named = account.data["bot"] if bot == "own" else "U0OTHER"
    inner = {"type": "tokens_revoked", "tokens": {"bot": [named], "oauth": []}}
    said = {"type": "event_callback", "team_id": account.remote, "event_id": "E1", "event": inner}
    world.sandbox["slack"].skew = at().timestamp() - time.time()
    headers, body = world.sandbox["slack"].events(said)
    farewells.heard("slack", headers, body, at())
    found = accounts.read(account.workspace, account.id)
    assert found is not None
    assert found.health == health


@pytest.mark.parametrize(
    "failure", [{"status": 503}, {"mode": "drop"}, {"status": 400, "body": {"error": {}}}]
)
def test_a_token_that_cannot_be_renewed_today_serves_as_long_as_it_lasts(
    sandbox: Sandbox, aws: Any, at: Clock, monkeypatch: pytest.MonkeyPatch, failure: dict[str, Any]
) -> None:
    world = opened(sandbox, monkeypatch, "threads")
    account = world.connect("threads", at())
    at.forward(days=31)
    sandbox["threads"].skew = timedelta(days=31).total_seconds()
    grant = held(account)
    assert renew.must_refresh(grant, at())
    world.sandbox["threads"].failures.append(Failure(path="refresh_access_token", times=2, **failure))
    assert renew.usable(account, grant, at()) == grant
    assert grant.expires is not None
    with pytest.raises(Problem):
        renew.usable(account, grant, grant.expires - timedelta(seconds=299))
    assert renew.usable(account, held(account), at()).generation == 1
