"""What is repaired without a person, and how soon: crashes, lost work, bad items, dead letters."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib import decide, due, publish
from chalicelib.models import Delivery, Message
from chalicelib.outcomes import TRIES
from chalicelib.providers import PROVIDERS
from chalicelib.refusals import Refused
from chalicelib.store import deliveries, keys, table
from infra.sandbox.base import Failure
from tests.conftest import Clock
from tests.faults.conftest import Opened
from tests.machine import HIDDEN, PUBLISH_RUNS, Death
from tests.world import World


def reread(delivery: Delivery) -> Delivery:
    found = deliveries.read(delivery.workspace, delivery.id)
    assert found is not None
    return found


def texts(world: World, platform: str) -> list[str]:
    return [post.text for post in world.sandbox[platform].shown]


def dying(monkeypatch: pytest.MonkeyPatch, platform: str, times: int, *, out: bool = False) -> list[Any]:
    """The publisher's process dies at each of the first `times` entries, before or after they are `out`."""
    publish_ = PROVIDERS[platform].publish
    died: list[Any] = []

    def deadly(job: Any) -> Any:
        if len(died) >= times:
            return publish_(job)
        died.append(job)
        if out:
            publish_(job)
        raise Death(platform)

    monkeypatch.setattr(PROVIDERS[platform], "publish", deadly)
    return died


def watched(monkeypatch: pytest.MonkeyPatch, at: Clock, platform: str, *methods: str) -> list[datetime]:
    """The moments at which one of a provider's methods began."""
    seen: list[datetime] = []

    def watch(call: Any) -> Any:
        def noted(job: Any) -> Any:
            seen.append(at())
            return call(job)

        return noted

    for method in methods:
        monkeypatch.setattr(PROVIDERS[platform], method, watch(getattr(PROVIDERS[platform], method)))
    return seen


def test_a_crash_in_a_one_by_one_lane_holds_the_others_up_for_one_lease(
    opened: Opened, at: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, machine = opened("x")
    account, start = world.connect("x", at()), at()
    dying(monkeypatch, "x", 1)
    made = [world.post([account], start, start, f"Post {number}")[1][0] for number in range(3)]
    machine.run(minutes=20)
    lags = sorted(reread(each).receipts[0].at - start for each in made)
    assert lags[1] <= PUBLISH_RUNS + HIDDEN + timedelta(seconds=2)
    assert sorted(texts(world, "x")) == ["Post 0", "Post 1", "Post 2"]


def test_a_post_that_kills_its_publisher_every_time_ends_and_a_person_is_told(
    opened: Opened, at: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, machine = opened("mastodon")
    died = dying(monkeypatch, "mastodon", 10_000)
    _, (delivery,) = world.post([world.connect("mastodon", at())], at(), at())
    machine.run(hours=12)
    ended = reread(delivery)
    assert len(died) <= TRIES
    assert ended.state == "unsure"
    assert [event["event"] for event in machine.events].count("post.unsure") == 1


@pytest.mark.parametrize("platform", ["mastodon", "facebook"])
def test_what_a_crash_left_in_doubt_is_left_alone_until_the_platform_can_tell(
    opened: Opened, at: Clock, monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    """The request may still be under way when the lease ends: to ask, or to send again, would be too early."""
    world, machine = opened(platform)
    _, (delivery,) = world.post([world.connect(platform, at())], at(), at())
    dying(monkeypatch, platform, 1, out=True)
    machine.run(seconds=2)
    lease = reread(delivery).lease
    assert lease is not None
    seen = watched(monkeypatch, at, platform, "look", "publish")
    machine.run(minutes=30)
    assert seen[0] >= lease + timedelta(seconds=PROVIDERS[platform].heal_after)
    assert texts(world, platform) == ["The lamps are lit"]
    assert reread(delivery).state == "published"


def test_nobody_can_hurry_a_post_that_is_in_doubt(opened: Opened, at: Clock) -> None:
    """The platform may not list it yet: to try now would be to send it again."""
    world, machine = opened("facebook")
    world.sandbox["facebook"].failures.append(Failure(path="/feed", method="POST", mode="lost"))
    _, (delivery,) = world.post([world.connect("facebook", at())], at(), at())
    machine.run(seconds=5)
    doubtful = reread(delivery)
    assert doubtful.intent is not None
    with pytest.raises(Refused, match="finding out"):
        decide.retry(doubtful, at())
    machine.run(minutes=5)
    assert reread(delivery).state == "published"
    assert len(texts(world, "facebook")) == 1


def test_a_doubt_keeps_its_date_through_more_crashes(
    opened: Opened, at: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that the platform has forgotten no longer protects: its age counts from the first attempt."""
    world, machine = opened("mastodon")
    start = at()
    world.post([world.connect("mastodon", at())], at(), at())
    died = dying(monkeypatch, "mastodon", 4)
    machine.run(hours=1)
    assert [job.doubt for job in died[:1]] == [None]
    assert [job.doubt - start <= timedelta(seconds=2) for job in died[1:]] == [True] * 3


def test_an_item_that_cannot_be_read_does_not_stop_the_sweep(
    opened: Opened, at: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, machine = opened("mastodon")
    account = world.connect("mastodon", at())
    _, parts = world.post([account], at() + timedelta(hours=1), at())
    _, (whole,) = world.post([account], at() + timedelta(hours=1), at(), "Whole")
    for number in range(250):
        broken = table.get(keys.delivery("home", parts[0].id)) or {}
        name = f"{parts[0].id[:-4]}{number:04d}"
        spoilt = {**keys.delivery("home", name), "id": name, "entries": '[{"text": 7}]', "wake_sk": "2020"}
        table.put({**broken, **spoilt})
    machine.schedules.clear()
    machine.run(minutes=70)
    assert reread(whole).state == "published"


def test_a_message_for_a_post_that_is_gone_does_nothing(opened: Opened) -> None:
    _, machine = opened("mastodon")
    machine.send(
        "lamppost-test-due",
        Message(workspace="home", delivery="gone.a", version=1, attempt=0).model_dump_json(),
    )
    machine.run(minutes=30)
    assert machine.buried == []


def test_what_release_cannot_process_is_told_and_goes_out_all_the_same(
    opened: Opened, at: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, machine = opened("mastodon")
    _, (delivery,) = world.post([world.connect("mastodon", at())], at(), at())
    with monkeypatch.context() as patch:
        patch.setattr(due, "_slot", lambda *_: 1 / 0)
        machine.run(minutes=6)
        assert machine.buried
        told = reread(delivery)
        assert told.state == "scheduled"
        assert told.trouble is not None
        assert "the operator was told" in told.trouble.sentence
    machine.run(minutes=20)
    assert texts(world, "mastodon") == ["The lamps are lit"]
    assert reread(delivery).state == "published"


def test_a_lease_outlasts_the_function_that_holds_it() -> None:
    assert publish.LEASE > PUBLISH_RUNS
