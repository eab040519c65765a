"""Any order of events on one delivery: publishers, messages, people, the sweeper, time, wrong clocks.

Hypothesis chooses what happens next: who makes the next call, who dies, how the platform answers, which old
message comes out once more, early or late. One kind of worker of a run may have clocks that are five minutes
off. Whatever the order, the platform shows each entry once at the most, and when all has come to rest the state is
the truth.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chalicelib import clock, decide, due, edit, publish, schedule
from chalicelib.edit import Edit
from chalicelib.models import Account, Delivery, Entry, Message, Post
from chalicelib.refusals import Refused
from chalicelib.states import LIVE
from chalicelib.store import accounts, deliveries, posts
from tests.faults.actors import Actor, Stage
from tests.faults.platform import LISTED, REQUEST, Platform
from tests.machine import PUBLISH_RUNS
from tests.tables import Table

KEY = "facebook"
OFF = timedelta(minutes=5)
START = clock.parse("2026-03-02T08:00:00Z")
Answer = some.sampled_from(["taken", "taken", "lost", "refused", "busy"])
#: Whose clocks are off in a run, by how many times `OFF`.
Wrong = some.sampled_from(
    [("nobody", 0), *((who, by) for who in ("due", "lane", "sweeper") for by in (-1, 1))]
)
DEEDS = ["cancel", "move", "say otherwise", "to draft", "schedule", "retry", "look"]


class Bag:
    """Where messages go: every one may come out at any time, and as often as chance will have it."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, Message]] = []

    def put(self, queue: str) -> Callable[..., None]:
        """Sends to that queue."""
        return lambda message, *_: self.messages.append((queue, message))


def work(queue: str, message: Message) -> None:
    """What the worker behind a queue does."""
    if queue == "due":
        due.release(message)
    else:
        publish.deliver(message, lambda: 60.0)


class Races(RuleBasedStateMachine):
    """One post on one account, and everybody who may do something with it."""

    stage: Stage
    platform: Platform
    table: Table
    bag: Bag

    @initialize(ahead=some.sampled_from([0, 0, 20]), entries=some.sampled_from([1, 1, 2]), slow=some.booleans(),
                wrong=Wrong)  # fmt: skip
    def saved(self, ahead: int, entries: int, slow: bool, wrong: tuple[str, int]) -> None:
        for kept in (self.stage.actors, self.table.items, self.table.tokens, self.bag.messages):
            kept.clear()
        self.stage.now = START
        self.platform.begin(LISTED if slow else timedelta())
        self.wrong, self.deaths = wrong, 0
        texts = tuple(Entry(text=text) for text in ("One", "Two")[:entries])
        self.post, self.part = saved(texts, START + timedelta(seconds=ahead))

    # -- what may happen -----------------------------------------------------------------------------------

    @rule(
        back=some.sampled_from([0, 0, 0, 1, 2, 3, 5]),
        off=some.booleans(),
        at_once=some.booleans(),
        answer=Answer,
    )
    def a_message_comes_out(self, back: int, off: bool, at_once: bool, answer: str) -> None:
        """Any message that ever was, at any time; the newest most often."""
        messages = self.bag.messages
        queue, message = messages[max(0, len(messages) - 1 - back)]
        actor = self.stage.enter(lambda: work(queue, message), self._skew(queue, off))
        if queue == "lane" and actor.skew:
            self.deaths += 1  # it may take over from the living, or they from it
        if at_once:
            self._go(actor, 99, answer)

    @rule(off=some.booleans())
    def the_sweeper_comes(self, off: bool) -> None:
        self.stage.enter(lambda: due.sweep(clock.now()), self._skew("sweeper", off)).finish()

    @rule(does=some.sampled_from(DEEDS), seconds=some.sampled_from([0, 5, 70, 600]), at_once=some.booleans())
    def a_person_decides(self, does: str, seconds: int, at_once: bool) -> None:
        shown = self.platform.shown
        flying = any(actor.at == "commit" for actor in self.stage.alive)
        unlisted = any(not self.platform.listed(each.index) for each in shown)
        if does == "look" and (flying or unlisted):  # who looks before it is there is told nothing
            return
        actor = self.stage.enter(lambda: self._decide(does, clock.now() + timedelta(seconds=seconds)))
        if at_once:
            actor.finish()

    @precondition(lambda self: self.stage.alive)
    @rule(which=some.integers(0, 9), calls=some.sampled_from([1, 1, 2, 4, 99]), answer=Answer)
    def a_process_goes_on(self, which: int, calls: int, answer: str) -> None:
        self._go(self._alive(which), calls, answer)

    @precondition(lambda self: self.stage.alive)
    @rule(which=some.integers(0, 9))
    def a_process_is_about_to_send(self, which: int) -> None:
        self._alive(which).go_to("commit")

    @precondition(lambda self: self.stage.alive)
    @rule(which=some.integers(0, 9), leaves=some.booleans())
    def a_process_dies(self, which: int, leaves: bool) -> None:
        self._die(self._alive(which), leaves=leaves)

    @rule(seconds=some.sampled_from([1, 15, 31, 61, 119, 131, 200]))
    def time_passes(self, seconds: int) -> None:
        until = self.stage.now + timedelta(seconds=seconds)
        for actor in [each for each in self.stage.alive if each.at == "commit"]:
            if actor.since + REQUEST <= until:  # no request is under way for longer
                self.stage.now = max(self.stage.now, min(until, actor.since + REQUEST))
                actor.go()
        self.stage.now = max(self.stage.now, until)
        for actor in self.stage.alive:
            if self.stage.now - actor.began >= PUBLISH_RUNS:
                self._die(actor)

    # -- what must hold ------------------------------------------------------------------------------------

    @invariant()
    def nothing_is_out_twice(self) -> None:
        assert not self.platform.doubles()

    @invariant()
    def no_state_says_what_is_not_so(self) -> None:
        delivery, shown = self._stored(), len(self.platform.shown)
        if delivery.state == "published":
            assert shown == len(delivery.receipts) == len(delivery.entries)
        if delivery.state in {"cancelled", "draft"}:
            assert shown == len(delivery.receipts)

    @invariant()
    def nobody_is_asked_without_need(self) -> None:
        """`unsure` is only what a lost answer or a dead process left."""
        if self._stored().state == "unsure":
            assert self.platform.lost or self.deaths

    def teardown(self) -> None:
        """All processes end where they stand; then messages, sweeper and time go on undisturbed."""
        if not hasattr(self, "post"):
            return
        for actor in self.stage.alive:
            self._die(actor)
        self.stage.now = max(self.stage.now, self._stored().due) + OFF
        came = len(self.bag.messages)
        for _ in range(40):
            if self._stored().state not in LIVE:
                break
            self.stage.now += timedelta(seconds=65)
            due.sweep(self.stage.now)
            coming = self.bag.messages[came:]
            came += len(coming)
            for queue, message in coming:
                work(queue, message)
        self._rested(self._stored())

    def _rested(self, delivery: Delivery) -> None:
        assert delivery.state not in LIVE, delivery
        assert not self.platform.doubles()
        if delivery.state == "unsure":
            assert self.platform.way == "none", delivery
        else:
            assert (delivery.state == "published") == self.platform.complete(delivery), delivery

    # -- who does it ---------------------------------------------------------------------------------------

    def _skew(self, who: str, off: bool) -> timedelta:
        return OFF * self.wrong[1] if off and self.wrong[0] == who else timedelta()

    def _alive(self, which: int) -> Actor:
        return self.stage.alive[which % len(self.stage.alive)]

    def _go(self, actor: Actor, calls: int, answer: str) -> None:
        """So many calls further; a clock that is slow and a lost answer at once are more than is promised."""
        said = "taken" if answer == "lost" and actor.skew < timedelta() else answer
        for _ in range(calls):
            if actor.ended:
                return
            self.platform.answer = said if actor.at == "commit" else "taken"
            actor.go()

    def _die(self, actor: Actor, *, leaves: bool = False) -> None:
        self.deaths += 1
        self.platform.leaves = leaves
        actor.die()

    def _decide(self, does: str, at: datetime) -> None:
        workspace, delivery, now = self.post.workspace, self._stored(), clock.now()
        out = self.platform.listed(len(delivery.receipts))
        deeds: dict[str, Callable[[], Any]] = {
            "cancel": lambda: decide.cancel(workspace, self.post.id, now),
            "move": lambda: decide.move(workspace, self.post.id, at, now),
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
        return read(self.part)


def read(delivery: Delivery) -> Delivery:
    """A delivery as it is stored now."""
    found = deliveries.read(delivery.workspace, delivery.id)
    assert found is not None
    return found


def saved(entries: tuple[Entry, ...], at: datetime) -> tuple[Post, Delivery]:
    """One post on one account, its first message on the way."""
    now = clock.now()
    accounts.save(Account(workspace="w", id="a", platform=KEY, remote="r", grant="g", created=now))
    post = Post(workspace="w", id="p", due=at, entries=entries, created=now)
    part = Delivery(workspace="w", id="p.a", post="p", account="a", platform=KEY, entries=entries,
                    state="scheduled", due=at)  # fmt: skip
    posts.save(post, [part])
    schedule.arrange(deliveries.message(part), at, now)
    return post, part
