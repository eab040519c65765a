"""One row of the table, in a process of its own."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from moto import mock_aws

from infra.sandbox import serve, stop
from tests.aws import build
from tests.conftest import ENVIRONMENT, Clock, forget
from tests.contract.harness import FILES
from tests.faults.runs import FEWER, Runs
from tests.faults.table import Row
from tests.machine import Death

#: The one whose runs have every step; the others' leave out those before the lane, which are the same.
WHOLE = "mastodon"


def measure(what: tuple[str, str]) -> Row:
    """Every fault at every step of one kind of post."""
    logging.disable(logging.CRITICAL)  # the faults are meant, and each would be told at length
    platform, kind = what
    with bench() as runs:
        whole, lane_only = runs.steps(platform, kind), platform != WHOLE
        row = Row(platform, kind, steps=len(whole.steps) - (whole.lane if lane_only else 0))
        for outcome in runs.every(platform, kind, FEWER, lane_only=lane_only):
            row.add(outcome)
    return row


def row(what: tuple[str, str]) -> Row:
    """The same for a pool: one that breaks off is a row too, and costs no other."""
    try:
        return measure(what)
    except (Death, Exception) as stumble:  # noqa: BLE001  # a pool would wait for ever for a process that died
        return Row(*what, stumbles=[f"{type(stumble).__name__}: {stumble}"])


@contextmanager
def bench() -> Iterator[Runs]:
    """Runs outside pytest: a sandbox and an AWS in memory of this process's own."""
    sandbox, server = serve()
    sandbox.files = FILES
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        forget()
        build()
        clock = Clock()
        patch.setattr("chalicelib.clock.now", clock)
        yield Runs(sandbox, clock, patch)
    stop(server)
    forget()
