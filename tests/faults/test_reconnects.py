"""An account that is connected again while its posts go out: none is left waiting for a person who has come already."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import clock, decide, outcomes
from chalicelib.models import Delivery, Entry, Intent, Trouble
from chalicelib.problems import Reconnect
from chalicelib.refusals import Refused
from chalicelib.store import accounts, deliveries
from tests.faults.conftest import Scene
from tests.faults.platform import HEALS_AFTER
from tests.faults.races import START, read, saved
from tests.faults.test_contests import ONE, publisher

Scened = Callable[[str], Scene]
DAY = timedelta(days=1)


def needing() -> None:
    """The account has lost its access."""
    found = accounts.read("w", "a")
    assert found is not None
    accounts.mark(found, health="reconnect", trouble=Trouble(sentence="Reconnect Facebook.", at=clock.now()))


def connect_again() -> None:
    """As the callback does: the account with a new grant, then what was held."""
    found = accounts.read("w", "a")
    assert found is not None
    again = found.model_copy(update={"grant": "g2", "health": "fine", "trouble": None})
    accounts.save(again)
    decide.release_held(again, clock.now())


def held(*, doubt: bool, late: timedelta = timedelta()) -> Delivery:
    """A post whose account was lost, perhaps just while it was finding out whether it is out."""
    _, part = saved(ONE, START)
    _, taken = deliveries.claim(deliveries.message(part), clock.now(), timedelta(seconds=130))
    needing()
    outcomes.hold(taken, "Reconnect Facebook.", clock.now(), doubt=START if doubt else None)
    return read(part)


def test_what_is_put_on_hold_just_after_the_account_came_back_goes_out(scene: Scened) -> None:
    """At every call of the publisher that found the account without access."""
    for calls in range(12):
        found = scene("look")
        _, part = saved(ONE, START)
        needing()
        first = publisher(found, part)
        for _ in range(calls):
            first.go()
        connect_again()
        first.finish()
        if read(part).state != "published":
            publisher(found, part).finish()
        assert read(part).state == "published", calls
        assert len(found.platform.shown) == 1, calls


def test_an_access_that_is_refused_after_another_came_costs_no_wait(
    scene: Scened, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = scene("look")
    _, part = saved(ONE, START)
    first = publisher(found, part)
    first.go_to("commit")
    connect_again()

    def refused(job: Any) -> Any:
        raise Reconnect("Facebook does not accept this access.")

    monkeypatch.setattr(found.platform, "_take", refused)
    first.finish()
    after = read(part)
    assert (after.state, after.intent) == ("scheduled", None)
    assert found.bag.messages[-1] == ("due", deliveries.message(after))


@pytest.mark.parametrize("back", ["connected", "retried", "connected just before"])
def test_a_doubt_is_left_alone_as_long_as_ever_when_the_account_returns(scene: Scened, back: str) -> None:
    """The platform may not list yet what was sent to it last."""
    found = scene("look")
    if back == "connected just before":
        _, part = saved(ONE, START)
        _, taken = deliveries.claim(deliveries.message(part), clock.now(), timedelta(seconds=130))
        outcomes.hold(taken, "Reconnect Facebook.", clock.now(), doubt=START)
    else:
        part = held(doubt=True)
        connect_again() if back == "connected" else decide.retry(part, clock.now())
    after = read(part)
    assert (after.state, after.intent) == ("scheduled", Intent(entry=0, at=START))
    assert after.next == found.stage.now + timedelta(seconds=HEALS_AFTER)


def test_an_account_that_is_still_without_access_keeps_its_posts_on_hold(scene: Scened) -> None:
    scene("look")
    part = held(doubt=False)
    assert part.state == "held"
    assert part.next is None


def test_what_is_a_day_late_when_its_account_returns_waits_for_a_person_who_is_told(
    scene: Scened, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, told = scene("look"), []
    part = held(doubt=False)
    monkeypatch.setattr("chalicelib.notify.tell", lambda event, *_: told.append(event))
    found.stage.now += DAY + timedelta(minutes=1)
    connect_again()
    after = read(part)
    assert (after.state, told) == ("failed", ["post.failed"])


def test_what_may_be_out_and_is_a_day_late_is_not_called_failed(
    scene: Scened, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, told = scene("look"), []
    part = held(doubt=True)
    monkeypatch.setattr("chalicelib.notify.tell", lambda event, *_: told.append(event))
    found.stage.now += DAY + timedelta(minutes=1)
    connect_again()
    after = read(part)
    assert (after.state, told) == ("unsure", ["post.unsure"])
    done = decide.resolve(after, out=True, url="https://platform.example/1", now=clock.now())
    assert done.state == "published"


@pytest.mark.parametrize(("out", "state"), [(True, "published"), (False, "scheduled")])
def test_a_person_may_look_where_the_account_never_comes_back(scene: Scened, out: bool, state: str) -> None:
    """Nobody else can find out then: neither the sweeper nor a publisher gets to the platform."""
    scene("look")
    part = held(doubt=True)
    with pytest.raises(Refused, match="Look there"):
        decide.cancel_delivery(part, clock.now())
    done = decide.resolve(part, out=out, url="", now=clock.now())
    assert (done.state, done.intent) == (state, None)


def test_what_is_on_hold_without_a_doubt_cannot_be_called_out(scene: Scened) -> None:
    scene("look")
    with pytest.raises(Refused, match="nothing to decide"):
        decide.resolve(held(doubt=False), out=True, url="", now=clock.now())


def test_time_on_hold_is_not_counted_as_the_platforms(scene: Scened) -> None:
    found = scene("look")
    _, part = saved((Entry(text="One"),), START)
    _, taken = deliveries.claim(deliveries.message(part), clock.now(), timedelta(seconds=130))
    working = deliveries.settle(
        taken, state="pending", work={"entry": 0, "state": {"id": 1}}, since=START, lease=None
    )
    _, again = deliveries.claim(deliveries.message(working), clock.now(), timedelta(seconds=130))
    needing()
    outcomes.hold(again, "Reconnect Facebook.", clock.now())
    found.stage.now += timedelta(hours=20)
    connect_again()
    after = read(part)
    assert (after.state, after.since) == ("scheduled", None)
    assert after.work == {"entry": 0, "state": {"id": 1}}


def test_an_entry_that_a_person_calls_out_leaves_the_next_all_the_platforms_time(scene: Scened) -> None:
    scene("none")
    _, part = saved((Entry(text="One"), Entry(text="Two")), START)
    _, taken = deliveries.claim(deliveries.message(part), clock.now(), timedelta(seconds=130))
    doubt = Intent(entry=0, at=START)
    unsure = deliveries.settle(taken, state="unsure", intent=doubt, since=START, lease=None)
    done = decide.resolve(unsure, out=True, url="https://platform.example/1", now=clock.now())
    assert (done.state, done.since) == ("scheduled", None)
