"""A delivery's way from its schedule to an outcome, on the machine in one process."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib import decide
from chalicelib.models import Delivery
from chalicelib.providers import PROVIDERS
from chalicelib.providers.base import Pace
from chalicelib.settings import settings
from chalicelib.store import accounts, deliveries
from infra.sandbox import Sandbox
from infra.sandbox.base import Failure
from tests.conftest import Clock
from tests.machine import Machine
from tests.world import World, opened


@pytest.fixture
def world(sandbox: Sandbox, aws: Any, at: Clock, monkeypatch: pytest.MonkeyPatch) -> World:
    return opened(sandbox, monkeypatch, "mastodon")


@pytest.fixture
def machine(world: World, at: Clock, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(at, monkeypatch)


def reread(delivery: Delivery) -> Delivery:
    found = deliveries.read(delivery.workspace, delivery.id)
    assert found is not None
    return found


def texts(world: World) -> list[str]:
    return [post.text for post in world.sandbox["mastodon"].shown]


def test_a_post_due_in_two_hours_goes_out_within_a_second_of_its_time(
    world: World, machine: Machine, at: Clock
) -> None:
    account = world.connect("mastodon", at())
    due = at() + timedelta(hours=2)
    _, (delivery,) = world.post([account], due, at())
    machine.run(until=due - timedelta(seconds=1))
    assert texts(world) == []
    machine.run(until=due + timedelta(seconds=2))
    assert texts(world) == ["The lamps are lit"]
    out = reread(delivery)
    assert out.state == "published"
    assert due <= out.receipts[0].at <= due + timedelta(seconds=1)
    assert out.receipts[0].url.startswith("http")


def test_a_thread_goes_out_in_order_with_its_delays(world: World, machine: Machine, at: Clock) -> None:
    account = world.connect("mastodon", at())
    _, (delivery,) = world.post([account], at(), at(), "One", "Two", "Three")
    machine.run(minutes=1)
    assert texts(world) == ["One", "Two", "Three"]
    shown = world.sandbox["mastodon"].shown
    assert shown[1].reply_to == shown[0].id
    assert shown[2].reply_to == shown[1].id
    assert len(reread(delivery).receipts) == 3


def test_every_message_twice_posts_once(world: World, machine: Machine, at: Clock) -> None:
    machine.twice = True
    account = world.connect("mastodon", at())
    world.post([account], at() + timedelta(minutes=3), at())
    machine.run(minutes=30)
    assert texts(world) == ["The lamps are lit"]


def test_a_moved_post_leaves_at_its_new_time_only(world: World, machine: Machine, at: Clock) -> None:
    account = world.connect("mastodon", at())
    post, _ = world.post([account], at() + timedelta(minutes=20), at())
    decide.move("home", post.id, at() + timedelta(hours=3), at())
    machine.run(hours=2, minutes=59)
    assert texts(world) == []
    machine.run(minutes=2)
    assert texts(world) == ["The lamps are lit"]


def test_a_cancelled_post_never_leaves(world: World, machine: Machine, at: Clock) -> None:
    account = world.connect("mastodon", at())
    post, (delivery,) = world.post([account], at() + timedelta(minutes=5), at())
    decide.cancel("home", post.id, at())
    machine.run(hours=2)
    assert texts(world) == []
    assert reread(delivery).state == "cancelled"


def test_a_busy_platform_is_tried_again_when_it_says(world: World, machine: Machine, at: Clock) -> None:
    account = world.connect("mastodon", at())
    reset = (at() + timedelta(minutes=7)).isoformat()
    failure = Failure(
        path="statuses", status=429, headers={"X-RateLimit-Reset": reset}, body={"error": "slow"}
    )
    world.sandbox["mastodon"].failures.append(failure)
    _, (delivery,) = world.post([account], at(), at())
    machine.run(minutes=6)
    waiting = reread(delivery)
    assert waiting.state == "scheduled"
    assert waiting.trouble is not None
    assert "wait" in waiting.trouble.sentence
    machine.run(minutes=3)
    assert texts(world) == ["The lamps are lit"]


def test_a_refused_post_fails_with_the_platforms_own_words_and_can_be_tried_again(
    world: World, machine: Machine, at: Clock
) -> None:
    account = world.connect("mastodon", at())
    body = {"error": "Validation failed: Text contains a word we do not like"}
    world.sandbox["mastodon"].failures.append(Failure(path="statuses", status=422, body=body))
    _, (delivery,) = world.post([account], at(), at())
    machine.run(minutes=1)
    failed = reread(delivery)
    assert failed.state == "failed"
    assert failed.trouble is not None
    assert "a word we do not like" in failed.trouble.words
    decide.retry(failed, at())
    machine.run(minutes=1)
    assert reread(delivery).state == "published"


def test_a_revoked_grant_holds_the_post_until_the_account_is_reconnected(
    world: World, machine: Machine, at: Clock
) -> None:
    account = world.connect("mastodon", at())
    world.sandbox["mastodon"].tokens.clear()
    _, (delivery,) = world.post([account], at(), at())
    machine.run(minutes=5)
    assert reread(delivery).state == "held"
    held = accounts.read("home", account.id)
    assert held is not None
    assert held.health == "reconnect"
    assert [event["event"] for event in machine.events].count("account.reconnect") == 1
    again = world.connect("mastodon", at())
    assert again.id == account.id
    assert decide.release_held(again, at()) == 1
    machine.run(minutes=1)
    assert texts(world) == ["The lamps are lit"]


def test_a_lost_answer_is_healed_and_posts_once(world: World, machine: Machine, at: Clock) -> None:
    account = world.connect("mastodon", at())
    world.sandbox["mastodon"].failures.append(Failure(path="statuses", method="POST", mode="lost"))
    _, (delivery,) = world.post([account], at(), at())
    machine.run(seconds=10)
    assert reread(delivery).state == "scheduled"
    assert reread(delivery).intent is not None
    machine.run(minutes=5)
    assert texts(world) == ["The lamps are lit"]
    assert reread(delivery).state == "published"


def test_a_post_whose_schedule_was_lost_is_found_by_the_sweeper(
    world: World, machine: Machine, at: Clock
) -> None:
    account = world.connect("mastodon", at())
    due = at() + timedelta(hours=1)
    _, (delivery,) = world.post([account], due, at())
    machine.schedules.clear()
    machine.run(until=due + timedelta(minutes=3))
    out = reread(delivery)
    assert out.state == "published"
    assert out.receipts[0].at - due < timedelta(minutes=3)


def test_posts_over_the_pace_leave_in_it_and_each_shows_its_moment(
    world: World, machine: Machine, at: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(PROVIDERS["mastodon"]), "paces", (Pace(20, timedelta(hours=1)),))
    account = world.connect("mastodon", at())
    start = at()
    made = [world.post([account], start, at(), f"Post {number}")[1][0] for number in range(30)]
    machine.run(minutes=1)
    waiting = [reread(each) for each in made]
    assert all(
        each.next and each.next > at() and each.trouble for each in waiting if each.state == "scheduled"
    )
    machine.run(minutes=58)
    assert 18 <= len(texts(world)) <= 20
    machine.run(hours=1)
    assert sorted(texts(world)) == sorted(f"Post {number}" for number in range(30))


def test_settings_name_the_stage() -> None:
    assert settings().prefix == "lamppost-test"
