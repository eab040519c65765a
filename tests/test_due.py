"""What `release` and the workers do beside the straight way."""

import json
from datetime import timedelta
from typing import Any

import pytest
from chalice.test import Client

from chalicelib import queues
from chalicelib.store import deliveries, pauses
from infra.sandbox import Sandbox
from infra.sandbox.base import Failure
from tests.conftest import Clock
from tests.machine import Machine
from tests.world import World, opened


@pytest.fixture
def world(sandbox: Sandbox, aws: Any, at: Clock, monkeypatch: pytest.MonkeyPatch) -> World:
    return opened(sandbox, monkeypatch, "linkedin", "mastodon")


def test_a_retired_api_version_pauses_the_platform_and_loses_no_post(
    world: World, at: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine(at, monkeypatch)
    linkedin, mastodon = world.connect("linkedin", at()), world.connect("mastodon", at())
    body = {"status": 426, "code": "NONEXISTENT_VERSION", "message": "Requested version 202001 is not active"}
    world.sandbox["linkedin"].failures.append(Failure(path="/rest/posts", status=426, body=body))
    first = world.post([linkedin, mastodon], at(), at())[1]
    machine.run(seconds=30)
    second = world.post([linkedin], at(), at(), "Later")[1]
    machine.run(minutes=5)
    told = {part.platform: part for part in (deliveries.read("home", each.id) for each in first) if part}
    assert told["mastodon"].state == "published"
    assert told["linkedin"].state == "scheduled"
    waiting = deliveries.read("home", second[0].id)
    assert waiting is not None
    assert waiting.trouble is not None
    assert "paused" in waiting.trouble.sentence
    assert [event["event"] for event in machine.events].count("platform.paused") == 1
    machine.run(hours=2)
    assert sorted(post.text for post in world.sandbox["linkedin"].shown) == ["Later", "The lamps are lit"]


def test_an_operator_may_lift_a_pause(world: World, at: Clock) -> None:
    pauses.pause("linkedin", at() + timedelta(hours=1), "why")
    assert pauses.until("linkedin") == at() + timedelta(hours=1)
    pauses.lift("linkedin")
    assert pauses.until("linkedin") is None


@pytest.mark.parametrize("body", ["", "{", "[]", json.dumps({"workspace": "home"}), json.dumps({"a": 1})])
def test_a_message_that_is_none_is_dropped_and_not_delivered_for_ever(world: World, body: str) -> None:
    import app

    with Client(app.app) as client:
        for function in ("release", "dead"):
            event = client.events.generate_sqs_event([body], queue_name=queues.due())
            assert client.lambda_.invoke(function, event).payload is None
