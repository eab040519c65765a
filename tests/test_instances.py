"""Our app at instances: registered once for each, and anew where it was forgotten."""

from typing import Any

import pytest

from chalicelib import connect
from chalicelib.problems import Rejected
from infra.sandbox import Sandbox
from infra.sandbox.base import Failure
from tests.conftest import Clock
from tests.contract.cases import case
from tests.contract.harness import Bench
from tests.world import BROWSER, World, opened

KEY = "mastodon"


@pytest.fixture
def world(sandbox: Sandbox, aws: Any, at: Clock, monkeypatch: pytest.MonkeyPatch) -> World:
    return opened(sandbox, monkeypatch, KEY)


def registered(world: World) -> int:
    return sum(seen["path"] == "/api/v1/apps" for seen in world.sandbox[KEY].requests)


def test_an_instance_is_told_of_our_app_once(world: World, at: Clock) -> None:
    world.connect(KEY, at())
    world.connect(KEY, at(), person=1)
    assert registered(world) == 1


def test_an_app_that_the_instance_dropped_is_registered_anew_before_anybody_sees_a_page(
    world: World, at: Clock
) -> None:
    connect.begin("home", KEY, case(KEY).given, BROWSER, at())  # and the person turns away
    world.sandbox[KEY].apps.clear()
    assert world.connect(KEY, at()).handle == "@ada@mastodon.sandbox"
    assert registered(world) == 2


def test_an_instance_in_trouble_costs_no_app(world: World, at: Clock) -> None:
    connect.begin("home", KEY, case(KEY).given, BROWSER, at())
    world.sandbox[KEY].failures.append(Failure(path="/oauth/token", status=503, body="<html>busy"))
    connect.begin("home", KEY, case(KEY).given, BROWSER, at())
    assert registered(world) == 1


def test_an_app_that_is_dropped_during_a_sign_in_is_forgotten_with_a_sentence(
    world: World, at: Clock
) -> None:
    bench = Bench(KEY, case(KEY), world.sandbox)
    begun = connect.begin("home", KEY, case(KEY).given, BROWSER, at())
    query = bench.press(begun.url)
    world.sandbox[KEY].apps.clear()
    with pytest.raises(Rejected, match="no longer knew Lamppost"):
        connect.finish(KEY, query, BROWSER, at())
    assert world.connect(KEY, at()).handle == "@ada@mastodon.sandbox"


def test_a_right_that_is_nice_to_have_is_not_missed(world: World, at: Clock) -> None:
    bench = Bench(KEY, case(KEY), world.sandbox)
    begun = connect.begin("home", KEY, case(KEY).given, BROWSER, at())
    finished = connect.finish(KEY, bench.press(begun.url, without="read:statuses"), BROWSER, at())
    assert finished.accounts[0].handle == "@ada@mastodon.sandbox"
    begun = connect.begin("home", KEY, case(KEY).given, BROWSER, at())
    with pytest.raises(Rejected, match="write:media missing"):
        connect.finish(KEY, bench.press(begun.url, without="write:media"), BROWSER, at())
