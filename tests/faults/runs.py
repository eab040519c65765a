"""One publication with one fault, from the saved post until everything has come to rest.

The steps are found by recording a run without a fault: every AWS call and every platform request of the
workers. Then one run for each step and kind of fault: the process dies before or after the call, the call
fails, or it succeeds and its answer is lost. Afterwards queue, sweeper and time go on by themselves.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import bucket, compose
from chalicelib.compose import Draft, Target
from chalicelib.models import Account, Delivery, Entry, State
from chalicelib.store import apps, deliveries
from infra.sandbox import Sandbox
from tests.conftest import Clock, forget
from tests.contract.cases import case
from tests.contract.harness import FILES
from tests.machine import Fault, Machine
from tests.world import World

KINDS = ("before", "after", "fails", "lost")
#: How long a run may take to come to rest; an honest machine needs far less.
REST = timedelta(hours=8)


@dataclass(frozen=True)
class Outcome:
    """How a run ended: what stands at the stand-in, what the delivery says, and how late the last entry was."""

    platform: str
    kind: str
    fault: Fault | None
    steps: tuple[str, ...]
    shown: tuple[str, ...]
    wanted: tuple[str, ...]
    state: State
    receipts: int
    late: timedelta

    @property
    def lost(self) -> bool:
        """An entry is not out though nothing refuses it, and no person is asked."""
        return len(self.shown) < len(self.wanted) and self.state not in {"unsure", "failed"}

    @property
    def twice(self) -> bool:
        return len(self.shown) > len(set(self.shown)) or len(self.shown) > len(self.wanted)

    @property
    def unsure(self) -> bool:
        return self.state == "unsure"

    @property
    def untrue(self) -> bool:
        """The state says what is not so."""
        complete = len(self.shown) == len(self.wanted)
        return (self.state == "published") != complete and not self.unsure


class Runs:
    """Runs against one sandbox and one AWS in memory; each in a workspace of its own."""

    def __init__(self, sandbox: Sandbox, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sandbox, self.clock, self.monkeypatch = sandbox, clock, monkeypatch
        self.number = 0
        self.clients: dict[str, Any] = {}

    def steps(self, platform: str, kind: str) -> Outcome:
        """A run without a fault, for its steps."""
        return self.run(platform, kind, None)

    def every(self, platform: str, kind: str, faults: tuple[str, ...] = KINDS) -> Iterator[Outcome]:
        """One run for each step and each kind of fault."""
        for step in range(len(self.steps(platform, kind).steps)):
            for fault in faults:
                yield self.run(platform, kind, Fault(step, fault))

    def run(self, platform: str, kind: str, fault: Fault | None) -> Outcome:
        """One publication of a kind of entry that the platform's case names."""
        self.number += 1
        with self._world(platform) as (world, machine):
            stand_in = self.sandbox[platform]
            stand_in.reset()
            apps.forget(platform, "mastodon.sandbox")  # the only instance at which we are registered
            account = world.connect(platform, self.clock())
            wanted = case(platform).entries[kind]
            self._upload(wanted)
            due = self.clock() + timedelta(seconds=5)
            delivery = self._save(world, account, wanted, kind, due)
            machine.fault, machine.recording = fault, True
            machine.run(until=due + timedelta(minutes=1))
            machine.recording = fault is not None and len(machine.steps) <= fault.step
            self._rest(machine, delivery)
            return self._outcome(platform, kind, fault, machine, delivery, wanted)

    def _upload(self, wanted: tuple[Entry, ...]) -> None:
        """Puts the entries' files where the worker reads them."""
        for media in (media for entry in wanted for media in entry.media):
            bucket.write(media.key, FILES[media.id], media.mime)

    def _save(
        self, world: World, account: Account, wanted: tuple[Entry, ...], kind: str, due: Any
    ) -> Delivery:
        options = case(account.platform).options.get(kind, {})
        draft = Draft(entries=wanted, targets=(Target(account=account.id, options=options),), due=due)
        return compose.save(world.workspace, draft, self.clock())[1][0]

    def _rest(self, machine: Machine, delivery: Delivery) -> None:
        end = self.clock() + REST
        while self.clock() < end and self._stored(delivery).state in {"scheduled", "publishing", "pending"}:
            machine.run(minutes=2)

    def _stored(self, delivery: Delivery) -> Delivery:
        found = deliveries.read(delivery.workspace, delivery.id)
        assert found is not None, "the delivery itself is gone"
        return found

    def _outcome(self, platform: str, kind: str, fault: Fault | None, machine: Machine, delivery: Delivery,
                 wanted: tuple[Entry, ...]) -> Outcome:  # fmt: skip
        stored = self._stored(delivery)
        last = stored.receipts[-1].at if stored.receipts else self.clock()
        texts = tuple(entry.text for entry in wanted)
        return Outcome(
            platform=platform,
            kind=kind,
            fault=fault,
            steps=tuple(machine.steps),
            shown=tuple(post.text for post in self.sandbox[platform].shown),
            wanted=texts,
            state=stored.state,
            receipts=len(stored.receipts),
            late=last - delivery.due,
        )

    @contextmanager
    def _world(self, platform: str) -> Iterator[tuple[World, Machine]]:
        with self.monkeypatch.context() as patch:
            patch.setenv("SANDBOX", self.sandbox.public)
            patch.setenv("SANDBOX_PLATFORMS", platform)
            patch.setenv("PLATFORMS", platform)
            forget()
            patch.setattr(self.sandbox[platform], "now", self.clock)
            world = World(self.sandbox, f"w{self.number}")
            world.secrets(platform)
            yield world, Machine(self.clock, patch, self.clients)
        forget()
