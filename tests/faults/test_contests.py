"""The races that matter most, one by one: who may have a delivery, from when, and what the others find."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from chalicelib import clock, decide, due, edit
from chalicelib.edit import Edit
from chalicelib.models import Delivery, Entry, Intent
from chalicelib.publish import LEASE
from chalicelib.refusals import Refused
from chalicelib.store import deliveries, keys, posts
from tests.faults.actors import Actor
from tests.faults.conftest import Scene
from tests.faults.platform import HEALS_AFTER, LISTED
from tests.faults.races import OFF, START, read, saved, work
from tests.machine import PUBLISH_RUNS

Scened = Callable[[str], Scene]
WAYS = ["key", "id", "look", "none"]
ONE = (Entry(text="One"),)


def publisher(scene: Scene, delivery: Delivery, skew: timedelta = timedelta()) -> Actor:
    """A publisher with a message for the delivery as it is now."""
    message = deliveries.message(read(delivery))
    return scene.stage.enter(lambda: work("lane", message), skew)


def doubtful(scene: Scene) -> Delivery:
    """A post that is out but not listed yet, and whose answer was lost."""
    _, part = saved(ONE, START)
    scene.platform.lag = LISTED
    first = publisher(scene, part)
    first.go_to("commit")
    scene.platform.answer = "lost"
    first.finish()
    return part


@pytest.mark.parametrize("way", ["look", "key"])
def test_a_clock_that_is_fast_does_not_look_for_a_doubtful_post_too_early(scene: Scened, way: str) -> None:
    """`release` five minutes ahead lets it into the lane at once; there it is not to be had before its moment."""
    found = scene(way)
    part = doubtful(found)
    message = deliveries.message(read(part))
    found.stage.enter(lambda: due.release(message), OFF).finish()
    assert found.bag.messages[-1] == ("lane", message)
    found.stage.enter(lambda: work("lane", message)).finish()
    assert len(found.platform.shown) == 1
    found.stage.now += timedelta(seconds=HEALS_AFTER)
    publisher(found, part).finish()
    assert read(part).state == "published"
    assert len(found.platform.shown) == 1


def test_what_a_dying_publisher_sent_last_is_given_time_to_be_listed(scene: Scened) -> None:
    found = scene("look")
    _, part = saved(ONE, START)
    found.platform.lag = LISTED
    first = publisher(found, part)
    first.go_to("change")
    first.go()
    found.stage.now += PUBLISH_RUNS - timedelta(seconds=1)
    first.go_to("commit")
    found.platform.leaves = True
    first.die()
    found.stage.now = START + LEASE + timedelta(seconds=1)
    publisher(found, part).finish()
    assert len(found.platform.shown) == 1
    found.stage.now += timedelta(seconds=HEALS_AFTER)
    publisher(found, part).finish()
    assert read(part).state == "published"
    assert len(found.platform.shown) == 1


def test_a_message_is_good_for_one_claim(scene: Scened) -> None:
    found = scene("look")
    _, part = saved(ONE, START)
    message = deliveries.message(part)
    first = publisher(found, part)
    first.go_to("commit")
    found.platform.answer = "busy"
    first.finish()
    found.stage.now += timedelta(minutes=1)  # its moment has come again, but by another message
    work("lane", message)
    assert read(part).attempt == 1
    assert found.platform.shown == []
    publisher(found, part).finish()
    assert read(part).state == "published"


@pytest.mark.parametrize("way", WAYS)
def test_of_two_publishers_with_one_message_one_publishes(scene: Scened, way: str) -> None:
    """However far the first has come when the second comes."""
    for calls in range(12):
        found = scene(way)
        _, part = saved(ONE, START)
        first, second = publisher(found, part), publisher(found, part)
        for _ in range(calls):
            first.go()
        second.finish()
        first.finish()
        assert len(found.platform.shown) == 1, calls
        assert (read(part).state, read(part).attempt) == ("published", 1), calls


@pytest.mark.parametrize(
    "change",
    [
        lambda part: decide.move("w", "p", START + timedelta(seconds=1), clock.now()),
        lambda part: edit.apply(part, Edit(entries=(Entry(text="Other"),)), clock.now()),
        lambda part: decide.retry(part, clock.now()),
    ],
)
def test_a_message_older_than_the_version_does_nothing(
    scene: Scened, change: Callable[[Delivery], object]
) -> None:
    found = scene("look")
    _, part = saved(ONE, START + timedelta(seconds=1))
    old = deliveries.message(part)
    change(part)
    changed, sent = read(part), len(found.bag.messages)
    found.stage.now += timedelta(minutes=1)
    work("due", old)
    work("lane", old)
    assert read(part) == changed
    assert len(found.bag.messages) == sent


@pytest.mark.parametrize("way", WAYS)
def test_a_publisher_that_works_is_left_alone_whatever_the_sweepers_clock_says(
    scene: Scened, way: str
) -> None:
    found = scene(way)
    _, part = saved(ONE, START)
    first = publisher(found, part)
    first.go_to("answer")
    working = read(part)
    found.stage.enter(lambda: due.sweep(clock.now()), OFF).finish()
    for queue in ("due", "lane"):
        assert found.bag.messages[-1][0] == queue
        work(*found.bag.messages[-1])
    assert read(part) == working
    first.finish()
    assert read(part).state == "published"


@pytest.mark.parametrize("way", WAYS)
def test_an_answer_that_comes_after_the_lease_is_kept(scene: Scened, way: str) -> None:
    """Another has the post by then, or is waiting to look; the receipt is knowledge all the same."""
    for calls in range(12):
        found = scene(way)
        _, part = saved(ONE, START)
        first = publisher(found, part)
        first.go_to("answer")
        found.stage.now += LEASE + timedelta(seconds=1)
        second = publisher(found, part)
        for _ in range(calls):
            second.go()
        first.finish()
        second.finish()
        assert read(part).state == "published", calls
        assert len(read(part).receipts) == len(found.platform.shown) == 1, calls


@pytest.mark.parametrize("way", WAYS)
def test_a_publisher_whose_lease_has_ended_sends_nothing_once_another_has_the_post(
    scene: Scened, way: str
) -> None:
    found = scene(way)
    _, part = saved(ONE, START)
    first = publisher(found, part)
    first.go()
    first.go()
    found.stage.now += LEASE + timedelta(seconds=1)
    publisher(found, part).finish()
    first.finish()
    found.stage.now += timedelta(seconds=HEALS_AFTER)
    publisher(found, part).finish()
    assert read(part).state == "published"
    assert len(found.platform.shown) == 1


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("does", ["cancel", "move", "edit"])
def test_what_a_person_changes_while_it_goes_out_is_refused_or_stops_it(
    scene: Scened, way: str, does: str
) -> None:
    """At every call of the publisher's: what stands there is what the screen says."""
    seen = set()
    for calls in range(12):
        found = scene(way)
        _, part = saved(ONE, START)
        actor = publisher(found, part)
        for _ in range(calls):
            actor.go()
        said = person(does, part)
        seen.add(said)
        actor.finish()
        after = read(part)
        assert found.platform.texts() == ([] if said else ["One"]), calls
        assert (after.state == "published") is not said, calls
    assert seen == {True, False}


def person(does: str, part: Delivery) -> bool:
    """Whether what a person wants was done."""
    deeds: dict[str, Callable[[], object]] = {
        "cancel": lambda: decide.cancel_delivery(read(part), clock.now()),
        "move": lambda: decide.move("w", "p", START + timedelta(hours=1), clock.now()),
        "edit": lambda: edit.apply(read(part), Edit(entries=(Entry(text="Other"),)), clock.now()),
    }
    try:
        deeds[does]()
    except Refused:
        return False
    return True


def test_a_post_that_is_in_doubt_on_one_account_is_cancelled_on_the_others(scene: Scened) -> None:
    """Who cancels a post wants as little of it out as can be had; what stays is said."""
    found = scene("look")
    post, part = saved(ONE, START + timedelta(seconds=1))
    rest = [part.model_copy(update={"id": f"q.{name}", "post": "q", "account": name}) for name in "abc"]
    posts.save(post.model_copy(update={"id": "q"}), rest)
    doubtful = deliveries.alter(read(rest[1]), intent=Intent(entry=0, at=START))
    with pytest.raises(Refused, match="finding out"):
        decide.cancel("w", "q", clock.now())
    assert [read(each).state for each in rest] == ["cancelled", "scheduled", "cancelled"]
    assert read(rest[1]) == doubtful
    assert found.platform.shown == []


def test_a_sweep_that_saw_a_post_before_it_was_moved_does_not_come_back_every_minute(scene: Scened) -> None:
    """Each look costs a write and a message, until the post is due at last."""
    found = scene("look")
    _, part = saved(ONE, START)
    found.stage.now += timedelta(seconds=70)
    seen = [item for shard in range(keys.SHARDS) for item in deliveries.waking(shard, clock.now())]
    assert [item["id"] for item in seen] == [part.id]
    decide.move("w", "p", START + timedelta(days=3), clock.now())
    sent = len(found.bag.messages)
    due._nudge(seen[0], clock.now())
    for _ in range(10):
        found.stage.now += timedelta(minutes=1)
        assert due.sweep(clock.now()) == 0
    assert len(found.bag.messages) == sent


@pytest.mark.parametrize("way", ["look", "none"])
def test_a_slow_clock_waits_instead_of_publishing_early(scene: Scened, way: str) -> None:
    found = scene(way)
    _, part = saved(ONE, START + timedelta(seconds=1))
    found.stage.now += timedelta(seconds=1)
    publisher(found, part, -OFF).finish()
    assert read(part).state == "scheduled"
    assert found.platform.shown == []
    publisher(found, part, OFF).finish()
    found.stage.now += OFF
    publisher(found, part).finish()
    assert read(part).state == "published"
    assert len(found.platform.shown) == 1
