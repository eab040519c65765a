"""A fault at every single call that begins, goes on with, changes or ends a series: nothing is lost, nothing comes twice."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib import due, rearrange, recur
from chalicelib.compose import Draft
from chalicelib.models import Account, Entry, Receipt, Target
from chalicelib.rearrange import Edit
from chalicelib.refusals import Refused
from chalicelib.rhythm import Repeat, rhythm
from chalicelib.settings import client, settings
from chalicelib.store import accounts, deliveries, posts
from tests.conftest import Clock, forget
from tests.faults.conftest import Opened
from tests.faults.runs import FEWER
from tests.machine import SWEEP_RUNS, Death, Fault, Machine
from tests.world import World

#: To die before a call is to die after the one before it.
KINDS = FEWER
TIMES = 4
DAY = timedelta(days=1)


class Series:
    """One daily series in a workspace of its own, on one machine."""

    def __init__(self, world: World, machine: Machine, account: Account, at: Clock, *, really: bool) -> None:
        self.world, self.machine, self.account, self.at, self.really = world, machine, account, at, really
        self.start = at() + timedelta(hours=3)

    def begin(self, text: str = "Again") -> str:
        """As a client does, who sends the same once more where no answer came; the series' id."""
        moments = rhythm(Repeat(times=TIMES), self.start.replace(tzinfo=None), self.start, "UTC")
        draft = Draft(entries=(Entry(text=text),), targets=(Target(account=self.account.id),), due=self.start)

        def ask() -> str:
            return recur.begin(self.world.workspace, draft, moments, self.at(), "a key")[0].series

        return str(self._insisting(ask))

    def _insisting(self, ask: Callable[[], Any]) -> Any:
        self.machine.ends = self.at() + timedelta(seconds=25)
        for _ in range(3):
            try:
                return ask()
            except (Death, Exception) as error:  # whatever it is, the client asks again
                if isinstance(error, Refused) and error.code not in {"changed-meanwhile", "still-at-work"}:
                    raise
                forget()
                self.at.forward(minutes=2)
                self.sweep()
        raise AssertionError("three times in vain")

    def edit(self, series: str, **said: Any) -> None:
        def ask() -> None:
            found = rearrange.load(self.world.workspace, series)
            rearrange.change(found, Edit(**said), self.at())

        self._insisting(ask)

    def stop(self, series: str) -> None:
        self._insisting(lambda: rearrange.stop(rearrange.load(self.world.workspace, series), "", self.at()))

    def sweep(self) -> None:
        self.machine._alive(lambda: due.sweep(self.at()), SWEEP_RUNS)

    @contextmanager
    def broken(self, fault: Fault | None) -> Iterator[None]:
        """The calls within are counted, and one of them goes wrong."""
        self.machine.fault, self.machine.recording = fault, True
        yield
        self.machine.recording = False

    def days(self, many: int = TIMES + 1) -> None:
        """The minutes around each due time; in between nothing is to be done."""
        for number in range(many):
            moment = self.start + number * DAY
            self.at.moment = max(self.at(), moment - timedelta(minutes=1))
            self.machine.sweeps_at = self.at()
            (self._publish if self.really else self._pass)(moment + timedelta(minutes=4))

    def _publish(self, until: datetime) -> None:
        self.machine.run(until=until)

    def _pass(self, until: datetime) -> None:
        """What is due counts as out: how one post gets there, whatever goes wrong, other tests show."""
        self.at.moment = max(self.at(), until)
        for part in list(deliveries.of_account(self.world.workspace, self.account.id, "scheduled")):
            if part.due <= self.at():
                receipt = Receipt(id=part.id, at=self.at())
                deliveries.alter(part, state="published", receipts=(receipt,), next=None)
        self.sweep()

    @property
    def out(self) -> list[tuple[datetime, str]]:
        """What is out: the day that it was due, and what it says."""
        found, _ = posts.between(self.world.workspace, self.start - DAY, self.start + 30 * DAY)
        return [
            (post.due, part.entries[0].text)
            for post, parts in found
            for part in parts
            if part.state == "published" and part.receipts
        ]

    @property
    def shown(self) -> list[str]:
        """What stands at the platform, where it was really published."""
        there = [post.text for post in self.world.sandbox["mastodon"].shown]
        return there if self.really else [text for _, text in self.out]

    def nothing_waits(self) -> bool:
        kept = deliveries.of_account(self.world.workspace, self.account.id, "scheduled")
        return not list(kept)


Fresh = Callable[..., Series]


@pytest.fixture
def fresh(opened: Opened, at: Clock) -> Fresh:
    """`fresh()` is a series' world, as often as one is asked for; `really` publishes to the stand-in."""
    world, machine = opened("mastodon")
    account = world.connect("mastodon", at())
    numbers = iter(range(1_000_000))

    def made(*, really: bool = False) -> Series:
        machine.steps, machine.waiting, machine.fault = [], [], None
        machine.schedules.clear()
        if not really:
            wipe()
            world.workspace = f"s{next(numbers)}"
            accounts.save(account.model_copy(update={"workspace": world.workspace}))
        return Series(world, machine, account, at, really=really)

    return made


def wipe() -> None:
    """Empties the table: in memory, a Query takes the longer the more lies there."""
    table, name = client("dynamodb"), settings().prefix
    for item in table.scan(TableName=name)["Items"]:
        table.delete_item(TableName=name, Key={"pk": item["pk"], "sk": item["sk"]})


def planned(series: Series, *texts: str) -> list[tuple[datetime, str]]:
    return [(series.start + number * DAY, text) for number, text in enumerate(texts)]


def every(
    fresh: Fresh, scene: Callable[[Series, Fault | None], None], check: Callable[[Series], None]
) -> None:
    """The scene without a fault, then with each kind of fault at each of its calls."""
    whole = fresh(really=True)
    scene(whole, None)
    check(whole)
    steps = list(whole.machine.steps)
    assert steps
    for number, name in enumerate(steps):
        for kind in KINDS:
            one = fresh()
            scene(one, Fault(number, kind))
            try:
                check(one)
            except AssertionError as wrong:
                raise AssertionError(f"{kind} {name} ({number} of {len(steps)})") from wrong


def complete(series: Series) -> None:
    assert series.out == planned(series, *["Again"] * TIMES)
    assert series.shown == ["Again"] * TIMES


def test_whatever_goes_wrong_at_the_beginning_every_occurrence_goes_out_once(fresh: Fresh) -> None:
    def scene(series: Series, fault: Fault | None) -> None:
        with series.broken(fault):
            series.begin()
        series.days()

    every(fresh, scene, complete)


def test_whatever_goes_wrong_when_one_has_passed_every_occurrence_goes_out_once(fresh: Fresh) -> None:
    def scene(series: Series, fault: Fault | None) -> None:
        series.begin()
        series.at.moment = series.start + timedelta(seconds=1)
        with series.broken(fault):
            series.sweep()
        series.days()

    every(fresh, scene, complete)


def test_whatever_goes_wrong_in_a_change_the_old_and_the_new_never_go_out_both(fresh: Fresh) -> None:
    def scene(series: Series, fault: Fault | None) -> None:
        number = series.begin()
        series.days(1)
        with series.broken(fault):
            series.edit(number, entries=(Entry(text="Anew"),))
        series.days()

    def check(series: Series) -> None:
        assert series.out == planned(series, "Again", *["Anew"] * (TIMES - 1))
        assert series.shown == ["Again", *["Anew"] * (TIMES - 1)]

    every(fresh, scene, check)


def test_whatever_goes_wrong_in_the_end_nothing_follows(fresh: Fresh) -> None:
    def scene(series: Series, fault: Fault | None) -> None:
        number = series.begin()
        series.days(1)
        with series.broken(fault):
            series.stop(number)
        series.days()

    def check(series: Series) -> None:
        assert series.out == planned(series, "Again")
        assert series.shown == ["Again"]
        assert series.nothing_waits()

    every(fresh, scene, check)


def test_two_sweepers_at_a_time_make_each_occurrence_once(
    fresh: Fresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    series = fresh(really=True)
    series.begin()
    series.at.moment = series.start + timedelta(seconds=1)
    send_off = recur._send_off

    def meanwhile(*given: Any) -> None:
        monkeypatch.setattr(recur, "_send_off", send_off)
        series.sweep()
        send_off(*given)

    monkeypatch.setattr(recur, "_send_off", meanwhile)
    series.sweep()
    series.days()
    complete(series)


def test_a_change_while_the_sweeper_makes_one_is_refused_or_holds_for_it(
    fresh: Fresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sweeper has read the series as it was, and writes after the change: its occurrence is not made."""
    series = fresh(really=True)
    number = series.begin()
    series.at.moment = series.start + timedelta(seconds=1)
    make = recur._make

    def overtaken(*given: Any) -> Any:
        monkeypatch.setattr(recur, "_make", make)
        series.edit(number, entries=(Entry(text="Anew"),))
        return make(*given)

    monkeypatch.setattr(recur, "_make", overtaken)
    series.sweep()
    series.days()
    assert series.shown == ["Again", *["Anew"] * (TIMES - 1)]
