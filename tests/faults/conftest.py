"""A workspace at the stand-ins of a few platforms, and the machine that works for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib import clock, queues, renew, schedule
from chalicelib.models import Grant
from chalicelib.providers import PROVIDERS
from chalicelib.providers.base import Provider
from chalicelib.sessions import Session
from chalicelib.store import table
from infra.sandbox import Sandbox
from tests.conftest import Clock, forget
from tests.faults.actors import Stage
from tests.faults.platform import HEALS_AFTER, Platform
from tests.faults.races import KEY, START, Bag
from tests.faults.runs import SIGNING, Runs
from tests.machine import Machine
from tests.tables import VERBS, Table
from tests.world import World

Opened = Callable[..., tuple[World, Machine]]


@pytest.fixture
def runs(sandbox: Sandbox, aws: Any, at: Clock, monkeypatch: pytest.MonkeyPatch) -> Runs:
    return Runs(sandbox, at, monkeypatch)


@pytest.fixture
def opened(sandbox: Sandbox, aws: Any, at: Clock, monkeypatch: pytest.MonkeyPatch) -> Opened:
    """`opened("x", "mastodon")` gives a world with those platforms, and a machine."""

    def open_(*platforms: str) -> tuple[World, Machine]:
        monkeypatch.setenv("SANDBOX", sandbox.public)
        for name in ("SANDBOX_PLATFORMS", "PLATFORMS"):
            monkeypatch.setenv(name, ",".join(platforms))
        forget()
        for platform in platforms:
            sandbox[platform].reset()
            monkeypatch.setattr(sandbox[platform], "now", at)
        monkeypatch.setattr(f"{SIGNING}.generate_timestamp", lambda: f"{at().timestamp():.0f}")
        world = World(sandbox)
        world.secrets(*platforms)
        return world, Machine(at, monkeypatch, table=Table())

    return open_


@dataclass
class Scene:
    """The stage, the platform, the table and the messages of one race."""

    stage: Stage
    platform: Platform
    table: Table
    bag: Bag


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Scene]:
    """`scene("look")`: everything in memory, and nobody signs anything; the platform heals that way."""

    def open_(way: str) -> Scene:
        stage, provider = Stage(START), PROVIDERS[KEY]
        made = Scene(stage, Platform(stage, way), Table(), Bag())
        monkeypatch.setattr(clock, "now", stage.clock)
        for verb in VERBS:
            monkeypatch.setattr(table, verb, stage.stopping(verb, getattr(made.table, verb)))
        for place, name, queue in (
            (queues, "post_due", "due"),
            (queues, "post_lane", "lane"),
            (schedule, "_schedule", "due"),
        ):
            monkeypatch.setattr(place, name, stage.stopping(f"send to {queue}", made.bag.put(queue)))
        monkeypatch.setattr(schedule, "clear", lambda delivery: None)
        monkeypatch.setattr("chalicelib.notify.tell", lambda *_: None)
        grant = Grant(workspace="w", id="g", platform=KEY)
        monkeypatch.setattr(renew, "grant_of", lambda account: grant)
        monkeypatch.setattr(renew, "session_for", lambda *_: Session(provider, renew.wire(), {}, clock.now()))
        answers = {
            "repeatable": way,
            "heal_after": HEALS_AFTER,
            "paces": (),
            "publish": made.platform.publish,
        }
        for name, value in answers.items():
            monkeypatch.setattr(provider, name, value)
        if way == "none":
            monkeypatch.setattr(type(provider), "look", Provider.look)
        else:
            monkeypatch.setattr(provider, "look", made.platform.look)
        return made

    return open_
