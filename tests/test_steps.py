"""An entry of several commits, on the whole machine: each of them exactly once, whatever fails and is tried again."""

from typing import Any

import pytest

from chalicelib import decide
from chalicelib.models import Account, Delivery
from chalicelib.store import deliveries
from infra.sandbox import Sandbox
from infra.sandbox.base import Failure
from tests.conftest import Clock
from tests.contract.cases.reddit import COMMIT, errors
from tests.machine import Machine
from tests.world import World, opened


@pytest.fixture
def world(sandbox: Sandbox, aws: Any, at: Clock, monkeypatch: pytest.MonkeyPatch) -> World:
    return opened(sandbox, monkeypatch, "reddit")


@pytest.fixture
def machine(world: World, at: Clock, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(at, monkeypatch)


@pytest.fixture
def account(world: World, at: Clock) -> Account:
    return world.connect("reddit", at())


def post(world: World, account: Account, at: Clock, *subreddits: str) -> Delivery:
    places = [{"subreddit": name, "title": "The lamps", "type": "self"} for name in subreddits]
    _, (delivery,) = world.post([account], at(), at(), options={"subreddit": places})
    return delivery


def reread(delivery: Delivery) -> Delivery:
    found = deliveries.read(delivery.workspace, delivery.id)
    assert found is not None
    return found


def out(world: World) -> list[str]:
    return [shown.more["subreddit"] for shown in world.sandbox["reddit"].shown]


def test_a_failed_delivery_keeps_what_is_out_and_a_retry_posts_only_the_rest(
    world: World, machine: Machine, account: Account, at: Clock
) -> None:
    refusal = Failure(path=COMMIT, status=200, body=errors("NO_SELFS"))
    world.sandbox["reddit"].failures.append(refusal)
    delivery = post(world, account, at, "wicks", "lamps", "lamptalk")
    machine.run(minutes=2)
    failed = reread(delivery)
    assert failed.state == "failed"
    assert failed.trouble is not None
    assert "r/wicks: This subreddit does not take this kind of post." in failed.trouble.sentence
    assert out(world) == ["lamps", "lamptalk"]
    decide.retry(failed, at())
    machine.run(minutes=2)
    assert reread(delivery).state == "published"
    assert out(world) == ["lamps", "lamptalk", "wicks"]
    assert len(reread(delivery).receipts[0].data["posts"]) == 3


@pytest.mark.parametrize("mode", ["lost", "drop"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_lost_answer_for_any_place_is_healed_and_every_place_has_one_post(
    world: World, machine: Machine, account: Account, at: Clock, mode: Any, place: int
) -> None:
    stand_in = world.sandbox["reddit"]
    delivery = post(world, account, at, "lamps", "wicks", "lamptalk")
    while len(out(world)) < place:
        machine.run(seconds=1)
    stand_in.failures.append(Failure(path=COMMIT, mode=mode))
    machine.run(minutes=10)
    assert sorted(out(world)) == ["lamps", "lamptalk", "wicks"]
    assert reread(delivery).state == "published"


def test_post_again_after_an_unsure_end_repeats_no_other_place(
    world: World, machine: Machine, account: Account, at: Clock
) -> None:
    delivery = post(world, account, at, "lamps", "wicks")
    while not out(world):
        machine.run(seconds=1)
    world.sandbox["reddit"].failures.append(Failure(path=COMMIT, mode="drop"))
    machine.run(seconds=20)
    world.sandbox["reddit"].failures.append(Failure(path="/submitted", status=404, body={}, times=100))
    machine.run(minutes=600)
    unsure = reread(delivery)
    assert unsure.state == "unsure"
    world.sandbox["reddit"].failures.clear()
    decide.resolve(unsure, out=False, url="", now=at())
    machine.run(minutes=2)
    assert out(world) == ["lamps", "wicks"]
    assert reread(delivery).state == "published"
