"""How many calls one post takes, counted on the machine in one process that the fault tests use."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from moto import mock_aws

from chalicelib import compose, due, publish
from chalicelib.compose import Draft, Target
from infra.sandbox import serve, stop
from tests.aws import build
from tests.conftest import ENVIRONMENT, Clock, forget
from tests.contract.cases import case
from tests.machine import Machine
from tests.world import World

PLATFORMS = ("x", "linkedin", "facebook", "mastodon", "bluesky")
PHASES = ("save", "release", "publish")


def table() -> str:
    """A line per platform and phase: the calls by service, for a post that is due in an hour."""
    lines = [f"  {'platform':<10} {'phase':<9} {'AWS':>4}  calls"]
    for platform in PLATFORMS:
        for phase, counts in count(platform).items():
            aws = sum(number for name, number in counts.items() if not name.startswith("http"))
            told = ", ".join(f"{number} {name}" for name, number in sorted(counts.items()))
            lines.append(f"  {platform:<10} {phase:<9} {aws:>4}  {told}")
    return "\n".join(lines)


def count(platform: str) -> dict[str, Counter[str]]:
    """The calls of each phase, in a container that has just started."""
    sandbox, server = serve()
    try:
        with pytest.MonkeyPatch.context() as patch, mock_aws():
            for name, value in {**ENVIRONMENT, "SANDBOX": sandbox.public, "SANDBOX_PLATFORMS": platform,
                                "PLATFORMS": platform}.items():  # fmt: skip
                patch.setenv(name, value)
            forget()
            build()
            return _measure(World(sandbox), platform, patch)
    finally:
        stop(server)
        forget()


def _measure(world: World, platform: str, patch: pytest.MonkeyPatch) -> dict[str, Counter[str]]:
    clock = Clock()
    patch.setattr("chalicelib.clock.now", clock)
    world.secrets(platform)
    account = world.connect(platform, clock())
    machine = Machine(clock, patch)
    machine.recording = True
    counts: dict[str, Counter[str]] = {phase: Counter() for phase in PHASES}
    patch.setattr(due, "release", _counted(machine, counts["release"], due.release))
    patch.setattr(publish, "deliver", _counted(machine, counts["publish"], publish.deliver))
    entries = case(platform).entries["text"]
    draft = Draft(entries=entries, targets=(Target(account=account.id),), due=clock() + timedelta(hours=1))
    _counted(machine, counts["save"], compose.save)(world.workspace, draft, clock())
    machine.run(hours=1, minutes=1)
    return counts


def _counted(machine: Machine, counts: Counter[str], work: Callable[..., Any]) -> Callable[..., Any]:
    def run(*args: Any) -> Any:
        forget()
        before = len(machine.steps)
        done = work(*args)
        counts.update(machine.steps[before:])
        return done

    return run
