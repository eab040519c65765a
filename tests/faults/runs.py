"""One publication with one fault, from the saved post until everything has come to rest.

The steps are found by recording a run without a fault: every AWS call and every platform request from the
moment a client saves the post (and saves it again, under the same key, if it got no answer). Then one run for
each step and kind of fault: the process dies before or after the call, the call fails, it succeeds and its
answer is lost, or it hangs until the Lambda is out of time and takes effect in its last second. Afterwards
queue, sweeper and time go on by themselves.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import httpcore2
import pytest

from chalicelib import bucket, compose
from chalicelib.compose import Draft, Target
from chalicelib.models import Account, Delivery, Entry, State
from chalicelib.providers import PROVIDERS
from chalicelib.providers.base import Provider
from chalicelib.schedule import EARLY
from chalicelib.states import LIVE
from chalicelib.store import deliveries
from infra.sandbox import Sandbox
from tests.conftest import Clock, forget
from tests.contract.cases import case
from tests.contract.harness import FILES
from tests.machine import Death, Fault, Machine
from tests.tables import Table
from tests.world import World

KINDS = ("before", "after", "fails", "lost", "slow")
#: The same without repeats: to die before a call is to die after the one before it.
FEWER = KINDS[1:]
#: Where OAuth 1.0a's signatures take the time from.
SIGNING = "authlib.oauth1.rfc5849.client_auth"
#: Heals by the platform's refusal of a duplicate; at any other stand-in that would hide a second post.
TELLS = {"linkedin"}
#: How long before its due time a post is saved: far enough for a schedule.
AHEAD = timedelta(minutes=30)
#: How long a run may take to come to rest; an honest machine needs far less.
REST = timedelta(hours=8)


@dataclass(frozen=True)
class Outcome:
    """How a run ended: what stands at the stand-in, what the delivery says, and how late the last entry was.

    `lane` counts the steps before the first message in a lane.
    """

    platform: str
    kind: str
    fault: Fault | None
    steps: tuple[str, ...]
    lane: int
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
        # every run's processes begin with nothing in memory; to read the certificates each time would take a tenth of it all
        monkeypatch.setattr(httpcore2, "default_ssl_context", cache(httpcore2.default_ssl_context))

    @contextmanager
    def blind(self, platform: str) -> Iterator[None]:
        """The platform, as if nothing could tell whether a post is out: no key, no id, no look."""
        provider = type(PROVIDERS[platform])
        with self.monkeypatch.context() as patch:
            patch.setattr(provider, "repeatable", "none")
            patch.setattr(provider, "look", Provider.look)
            yield

    def steps(self, platform: str, kind: str) -> Outcome:
        """A run without a fault, for its steps."""
        return self.run(platform, kind, None)

    def every(self, platform: str, kind: str, faults: tuple[str, ...] = KINDS, *,
              lane_only: bool = False) -> Iterator[Outcome]:  # fmt: skip
        """One run for each step and each kind of fault; `lane_only` leaves out what is the same on every platform."""
        whole = self.steps(platform, kind)
        for step in range(whole.lane if lane_only else 0, len(whole.steps)):
            for fault in faults:
                yield self.run(platform, kind, Fault(step, fault))

    def run(self, platform: str, kind: str, fault: Fault | None) -> Outcome:
        """One publication of a kind of entry that the platform's case names."""
        self.number += 1
        with self.opened(platform) as (world, machine):
            stand_in = self.sandbox[platform]
            stand_in.reset()
            account = world.connect(platform, self.clock())
            wanted = case(platform).entries[kind]
            self._upload(wanted)
            due = self._minute() + AHEAD
            machine.fault, machine.recording = fault, True
            delivery = self._save(world, account, wanted, kind, due)
            forget()  # the workers are other processes than the API
            self.clock.moment, machine.sweeps_at = due - 2 * EARLY, due + timedelta(seconds=30)
            machine.run(until=due + timedelta(minutes=1))
            self._rest(machine, delivery)
            machine.recording = False
            return self._outcome(platform, kind, fault, machine, delivery, wanted)

    def _minute(self) -> datetime:
        """Goes on to the next whole minute: schedules know only minutes, and each run is to have the same steps."""
        self.clock.moment = self.clock().replace(second=0, microsecond=0) + timedelta(minutes=1)
        return self.clock.moment

    def _upload(self, wanted: tuple[Entry, ...]) -> None:
        """Puts the entries' files where the worker reads them."""
        for media in (media for entry in wanted for media in entry.media):
            bucket.write(media.key, FILES[media.id], media.mime)

    def _save(
        self, world: World, account: Account, wanted: tuple[Entry, ...], kind: str, due: Any
    ) -> Delivery:
        options = case(account.platform).options.get(kind, {})
        draft = Draft(entries=wanted, targets=(Target(account=account.id, options=options),), due=due)
        try:
            return compose.save(world.workspace, draft, self.clock(), "a key")[1][0]
        except (Death, Exception):  # noqa: BLE001  # whatever it is, the client sends the same once more
            forget()
            return compose.save(world.workspace, draft, self.clock(), "a key")[1][0]

    def _rest(self, machine: Machine, delivery: Delivery) -> None:
        end = self.clock() + REST
        while self.clock() < end and self._watched(machine, delivery).state in LIVE:
            machine.run(minutes=2)

    def _watched(self, machine: Machine, delivery: Delivery) -> Delivery:
        """The delivery as it stands; to look at it is no step of anybody's."""
        recording, machine.recording = machine.recording, False
        try:
            return self._stored(delivery)
        finally:
            machine.recording = recording

    def _stored(self, delivery: Delivery) -> Delivery:
        found = deliveries.read(delivery.workspace, delivery.id)
        assert found is not None, "the delivery itself is gone"
        return found

    def _outcome(self, platform: str, kind: str, fault: Fault | None, machine: Machine, delivery: Delivery,
                 wanted: tuple[Entry, ...]) -> Outcome:  # fmt: skip
        stored = self._watched(machine, delivery)
        last = stored.receipts[-1].at if stored.receipts else self.clock()
        texts = tuple(entry.text for entry in wanted)
        return Outcome(
            platform=platform,
            kind=kind,
            fault=fault,
            steps=tuple(machine.steps),
            lane=machine.lane_steps,
            shown=tuple(post.text for post in self.sandbox[platform].shown),
            wanted=texts,
            state=stored.state,
            receipts=len(stored.receipts),
            late=last - delivery.due,
        )

    def _serve_files(self, patch: pytest.MonkeyPatch) -> None:
        """What lies in the bucket is fetched from the sandbox: the bucket in memory answers no stand-in."""
        write = bucket.write

        def served(key: str, data: bytes, mime: str) -> None:
            self.sandbox.files[key.replace("/", "~")] = data
            write(key, data, mime)

        def address(key: str) -> str:
            return f"{self.sandbox.public}/_sandbox/files/{key.replace('/', '~')}/{key.rpartition('/')[2]}"

        patch.setattr(bucket, "write", served)
        patch.setattr(bucket, "address", address)
        patch.setattr(bucket.BucketFile, "lasting", lambda file: address(file.media.key))

    @contextmanager
    def opened(self, platform: str) -> Iterator[tuple[World, Machine]]:
        with self.monkeypatch.context() as patch:
            patch.setenv("SANDBOX", self.sandbox.public)
            patch.setenv("SANDBOX_PLATFORMS", platform)
            patch.setenv("PLATFORMS", platform)
            forget()
            stand_in = self.sandbox[platform]
            patch.setattr(stand_in, "now", self.clock)
            patch.setattr(f"{SIGNING}.generate_timestamp", lambda: f"{self.clock().timestamp():.0f}")
            if hasattr(stand_in, "_refuse_duplicate") and platform not in TELLS:
                patch.setattr(stand_in, "_refuse_duplicate", lambda *_: None)
            self._serve_files(patch)
            world = World(self.sandbox, f"w{self.number}")
            world.secrets(platform)
            yield world, Machine(self.clock, patch, self.clients, Table())
        forget()
