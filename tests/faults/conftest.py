"""A workspace at the stand-ins of a few platforms, and the machine that works for it."""

from collections.abc import Callable
from typing import Any

import pytest

from infra.sandbox import Sandbox
from tests.conftest import Clock, forget
from tests.faults.runs import SIGNING, Runs
from tests.machine import Machine
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
        return world, Machine(at, monkeypatch)

    return open_
