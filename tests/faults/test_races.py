"""Any order of events on one delivery: publishers, messages, people, the sweeper, time, wrong clocks.

Hypothesis chooses what happens next: who makes the next call, who dies, how the platform answers, which old
message comes out once more. One process of a run may have a clock that is five minutes off. Whatever the
order, the platform shows the post once at the most, and when all has come to rest the state is the truth.
"""

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as some
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from chalicelib import clock, decide, due, edit, outcomes, publish, queues, renew, schedule
from chalicelib.edit import Edit
from chalicelib.models import Account, Delivery, Entry, Grant, Message, Post, Published
from chalicelib.problems import Rejected, Retry, Unsure
from chalicelib.providers import PROVIDERS
from chalicelib.providers.base import Provider
from chalicelib.refusals import Refused
from chalicelib.sessions import Job, Session
from chalicelib.settings import client
from chalicelib.store import accounts, deliveries, posts
from tests.faults.actors import Actor, Stage, Stopping
from tests.machine import PUBLISH_RUNS

KEY = "facebook"
OFF = timedelta(minutes=5)
#: No request is under way for longer than this: shorter than any platform's `heal_after`.
FLIGHT = timedelta(seconds=14)
Answer = some.sampled_from(["taken", "taken", "taken", "lost", "refused", "busy"])


class Platform:
    """A platform that shows what it is sent, and heals in one of the four ways."""

    def __init__(self, stage: Stage, way: str) -> None:
        self.stage, self.way = stage, way
        self.shown: list[tuple[str, str]] = []
        self.answer = "taken"

    def publish(self, job: Job) -> Published:
        job.intend()
        self.stage.boundary("commit")
        answer, self.answer = self.answer, "taken"
        if answer == "busy":
            raise Retry("The platform is busy.", after=20)
        if answer == "refused":
            raise Rejected("The platform does not take this.")
        if self.way not in {"key", "id"} or job.key not in [key for key, _ in self.shown]:
            self.shown.append((job.key, job.entry.text))
        self.stage.boundary("answer")
        if answer == "lost":
            raise Unsure("The platform did not answer.")
        return Published(id="1", url="https://platform.example/1")

    def look(self, job: Job) -> Published | None:
        self.stage.boundary("look")
        return Published(id="1", url="https://platform.example/1") if self.shown else None


class Races(RuleBasedStateMachine):
    """One post on one account, and everybody who may do something with it."""

    stage: Stage
    platform: Platform
    runs = 0

    @initialize(ahead=some.integers(0, 20))
    def saved(self, ahead: int) -> None:
        Races.runs += 1
        self.stage.actors.clear()
        self.platform.shown.clear()
        self.platform.answer = "taken"
        self.bag: list[tuple[str, Message]] = []
        self.off: Actor | None = None
        now = self.stage.now
        account = _account(f"w{Races.runs}")
        accounts.save(account)
        self.post = Post(workspace=account.workspace, id="p", due=now + timedelta(seconds=ahead),
                         entries=(Entry(text="One"),), created=now)  # fmt: skip
        part = Delivery(workspace=account.workspace, id="p.a", post="p", account="a", platform=KEY,
                        entries=self.post.entries, state="scheduled", due=self.post.due)  # fmt: skip
        posts.save(self.post, [part])
        Bag.now = self.bag
        schedule.arrange(deliveries.message(part), part.due, now)

    # -- what may happen -----------------------------------------------------------------------------------

    @rule(back=some.integers(0, 5), off=some.sampled_from([0, 0, 0, -1, 1]))
    def a_message_comes_out(self, back: int, off: int) -> None:
        """Any message that ever was, at any time; the newest most often."""
        if not self.bag:
            return
        queue, message = self.bag[max(0, len(self.bag) - 1 - back)]
        self._enter(lambda: _work(queue, message), off)

    @rule(off=some.sampled_from([0, 0, -1, 1]))
    def the_sweeper_comes(self, off: int) -> None:
        self._enter(lambda: due.sweep(clock.now()), off)

    @rule(does=some.sampled_from(["cancel", "move", "say otherwise", "to draft", "schedule", "retry", "look"]),
          seconds=some.integers(0, 600))  # fmt: skip
    def a_person_decides(self, does: str, seconds: int) -> None:
        flying = any(actor.at == "commit" for actor in self.stage.alive)
        if does == "look" and flying:  # who looks before it is there is told nothing
            return
        out = bool(self.platform.shown)
        self._enter(lambda: self._decide(does, clock.now() + timedelta(seconds=seconds), out), 0)

    @precondition(lambda self: self.stage.alive)
    @rule(which=some.integers(0, 9), calls=some.integers(1, 8), answer=Answer)
    def a_process_goes_on(self, which: int, calls: int, answer: str) -> None:
        actor = self.stage.alive[which % len(self.stage.alive)]
        for _ in range(calls):
            self.platform.answer = answer if actor.at == "commit" else "taken"
            actor.go()

    @precondition(lambda self: self.stage.alive)
    @rule(which=some.integers(0, 9))
    def a_process_dies(self, which: int) -> None:
        self.stage.alive[which % len(self.stage.alive)].die()

    @rule(seconds=some.sampled_from([1, 5, 13, 30, 61, 131, 200]))
    def time_passes(self, seconds: int) -> None:
        if seconds > FLIGHT.total_seconds():
            for actor in [each for each in self.stage.alive if each.at == "commit"]:
                actor.go()
        self.stage.now += timedelta(seconds=seconds)
        for actor in self.stage.alive:
            if self.stage.now - actor.began >= PUBLISH_RUNS:
                actor.die()

    # -- what must hold ------------------------------------------------------------------------------------

    @invariant()
    def nothing_is_out_twice(self) -> None:
        assert len(self.platform.shown) <= 1

    @invariant()
    def no_state_says_what_is_not_so(self) -> None:
        delivery = self._stored()
        if delivery.state == "published":
            assert len(self.platform.shown) == len(delivery.receipts) == 1
        if delivery.state in {"cancelled", "draft"}:
            assert not self.platform.shown

    def teardown(self) -> None:
        """All processes end where they stand; then messages, sweeper and time go on undisturbed."""
        if not hasattr(self, "post"):
            return
        for actor in self.stage.alive:
            actor.die()
        self.stage.now = max(self.stage.now, self._stored().due) + OFF
        seen = 0
        for _ in range(40):
            self.stage.now += timedelta(seconds=65)
            due.sweep(self.stage.now)
            seen, coming = len(self.bag), self.bag[seen:]
            for queue, message in coming:
                _work(queue, message)
            if self._stored().state not in {"scheduled", "publishing", "pending"}:
                break
        self._rested(self._stored())

    def _rested(self, delivery: Delivery) -> None:
        assert delivery.state in {"published", "failed", "unsure", "cancelled", "draft"}, delivery
        self.nothing_is_out_twice()
        if delivery.state == "unsure":
            assert self.platform.way == "none", delivery
        else:
            assert (delivery.state == "published") == bool(self.platform.shown), delivery
        assert [text for _, text in self.platform.shown] in ([], [delivery.entries[0].text])

    # -- who does it ---------------------------------------------------------------------------------------

    def _enter(self, work: Callable[[], Any], off: int) -> None:
        """A new process; one of all of a run has a clock that is off."""
        wrong = bool(off) and self.off is None
        actor = self.stage.enter(work, OFF * off if wrong else timedelta())
        if wrong:
            self.off = actor

    def _decide(self, does: str, at: Any, out: bool) -> None:
        workspace, delivery = self.post.workspace, self._stored()
        now = clock.now()
        deeds: dict[str, Callable[[], Any]] = {
            "cancel": lambda: decide.cancel(workspace, "p", now),
            "move": lambda: decide.move(workspace, "p", at, now),
            "say otherwise": lambda: edit.apply(delivery, Edit(entries=(Entry(text=f"{at}"),)), now),
            "to draft": lambda: edit.apply(delivery, Edit(state="draft"), now),
            "schedule": lambda: edit.apply(delivery, Edit(state="scheduled", due=at), now),
            "retry": lambda: decide.retry(delivery, now),
            "look": lambda: decide.resolve(delivery, out=out, url="https://platform.example/1", now=now),
        }
        try:
            deeds[does]()
        except Refused:
            return

    def _stored(self) -> Delivery:
        found = deliveries.read(self.post.workspace, "p.a")
        assert found is not None
        return found


class Bag:
    """Where messages go: every one may come out at any time, and as often as chance will have it."""

    now: list[tuple[str, Message]]


def _work(queue: str, message: Message) -> None:
    if queue == "due":
        due.release(message)
    else:
        publish.deliver(message, lambda: 60.0)


def _account(workspace: str) -> Account:
    return Account(workspace=workspace, id="a", platform=KEY, remote="r", grant="g", created=clock.now())


@pytest.fixture
def stage(aws: Any, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """The store on AWS in memory; queues and schedules are the bag; nobody signs anything."""
    stage = Stage(clock.now())
    monkeypatch.setattr(clock, "now", stage.clock)
    calls = Stopping(stage, "dynamodb", client("dynamodb"))
    monkeypatch.setattr("chalicelib.store.table.client", lambda name: calls)

    def put(queue: str) -> Callable[..., None]:
        def send(message: Message, *_: Any) -> None:
            stage.boundary(f"send to {queue}")
            Bag.now.append((queue, message))

        return send

    monkeypatch.setattr(queues, "post_due", put("due"))
    monkeypatch.setattr(schedule, "_schedule", put("due"))
    monkeypatch.setattr(queues, "post_lane", put("lane"))
    monkeypatch.setattr(schedule, "clear", lambda delivery: None)
    monkeypatch.setattr("chalicelib.notify.tell", lambda *_: None)
    grant = Grant(workspace="w", id="g", platform=KEY)
    monkeypatch.setattr(renew, "grant_of", lambda account: grant)
    monkeypatch.setattr(
        renew, "session_for", lambda *_: Session(PROVIDERS[KEY], renew.wire(), {}, clock.now())
    )
    return stage


@pytest.mark.parametrize("way", ["key", "id", "look", "none"])
def test_no_order_of_events_loses_doubles_or_misstates_a_post(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    platform, provider = Platform(stage, way), PROVIDERS[KEY]
    monkeypatch.setattr(provider, "repeatable", way)
    monkeypatch.setattr(provider, "heal_after", 15)
    monkeypatch.setattr(provider, "paces", ())
    monkeypatch.setattr(provider, "publish", platform.publish)
    if way == "none":
        monkeypatch.setattr(type(provider), "look", Provider.look)
    else:
        monkeypatch.setattr(provider, "look", platform.look)
    assert outcomes.TRIES
    made = type("Raced", (Races,), {"stage": stage, "platform": platform})
    run_state_machine_as_test(made, settings=SIZE)


SIZE = settings(
    max_examples=int(os.environ.get("HYPOTHESIS_EXAMPLES", "30")),
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
