"""What a platform's bad answers come to, with queues, clock and sweeper: every delivery ends in a state that is true,
none is stuck, and none is out twice.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest

from chalicelib import renew
from chalicelib.models import Delivery
from chalicelib.problems import Problem
from chalicelib.providers import PROVIDERS
from chalicelib.sessions import Job
from chalicelib.states import LIVE
from chalicelib.store import apps, deliveries, grants, pauses
from chalicelib.wire import Wire
from infra.sandbox.base import Failure, Shown, StandIn
from tests.contract.cases import case
from tests.faults.conftest import Opened, opened, runs
from tests.faults.runs import Runs
from tests.guard.spoilt import BODIES, HTML
from tests.machine import Machine
from tests.world import World

__all__ = ["opened", "runs"]

KEYS = sorted(PROVIDERS)
#: One way to be unreadable for each platform, so that all are met.
WAYS = dict(zip(KEYS, [*BODIES.values(), HTML] * 2, strict=False))


def posted(runs: Runs, world: World, machine: Machine, key: str) -> Delivery:
    """A delivery of the first kind of entry, due in a minute."""
    world.sandbox[key].reset()
    apps.forget(key, "mastodon.sandbox")  # the stand-in knows no app that it was told before
    kind, wanted = next(iter(case(key).entries.items()))
    account = world.connect(key, machine.clock())
    runs._upload(wanted)
    return runs._save(world, account, wanted, kind, machine.clock() + timedelta(minutes=1))


def rested(machine: Machine, delivery: Delivery) -> Delivery:
    """As it stands when nothing happens to it any more; three days are enough for all tries.

    The sweeper comes every two hours: nothing of this depends on how often it does.
    """
    end = machine.clock() + timedelta(days=3)
    while True:
        found = deliveries.read(delivery.workspace, delivery.id)
        assert found is not None
        if found.state not in LIVE:
            return found
        if machine.clock() >= end:
            raise AssertionError(
                f"stuck: {found.state}, {found.trouble}, tries {found.tries}, next {found.next}"
            )
        machine.sweeps_at = machine.clock() + timedelta(minutes=119)
        machine.run(hours=2)


def ended(runs: Runs, key: str, bad: Callable[[StandIn], None]) -> tuple[Delivery, list[Shown]]:
    """How a delivery ended after `bad` was ordered, and what is out; nothing of it died."""
    runs.number += 1
    with runs.opened(key) as (world, machine), pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(PROVIDERS[key]), "patience", timedelta(minutes=20))
        delivery = posted(runs, world, machine, key)
        bad(world.sandbox[key])
        found = rested(machine, delivery)
        assert machine.buried == [], key
        shown = list(world.sandbox[key].shown)
        world.sandbox[key].reset()
        pauses.pause(key, machine.clock(), "")
        return found, shown


def test_a_platform_that_only_talks_nonsense_costs_the_post_and_says_so(runs: Runs) -> None:
    for key in KEYS:

        def nonsense(stand_in: StandIn) -> None:
            body = WAYS[key].decode("latin-1")  # noqa: B023  # called within the round
            stand_in.failures.append(Failure(path="", status=200, body=body, times=10_000))

        found, shown = ended(runs, key, nonsense)
        assert found.state in {"failed", "unsure"}, key
        assert found.trouble, key
        assert found.trouble.sentence.endswith("."), key
        assert shown == [], key


def test_a_post_that_is_out_though_the_answer_was_nonsense_is_out_once(runs: Runs) -> None:
    for key in KEYS:
        with pytest.MonkeyPatch.context() as patch:
            found, shown = ended(runs, key, lambda stand_in: spoil(patch, WAYS[key]))  # noqa: B023
        assert len(shown) <= 1, key
        assert found.state == "unsure" or (found.state, len(shown)) == ("published", 1), (key, found.trouble)


def spoil(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    """The first request that makes something public is carried out, and its answer is nonsense."""
    send, commit = Wire.send, Job.commit
    state = {"now": False, "done": False}

    def committing(job: Job, *args: Any, **parts: Any) -> Any:
        state["now"] = not state["done"]
        return commit(job, *args, **parts)

    def spoilt(wire: Wire, *args: Any, **parts: Any) -> httpx2.Response:
        now, state["now"] = state["now"], False
        response = send(wire, *args, **parts)
        if not now or response.status_code >= 300:
            return response
        state["done"] = True
        headers = {"content-type": "application/json"}
        return httpx2.Response(
            response.status_code, headers=headers, content=content, request=response.request
        )

    monkeypatch.setattr(Job, "commit", committing)
    monkeypatch.setattr(Wire, "send", spoilt)


REFRESHED: list[Any] = [
    {"access_token": "fresh-access-token", "refresh_token": {"x": 1}, "expires_in": 7200},
    {"access_token": "fresh-access-token", "scope": [[None]], "expires_in": "soon"},
    {"access_token": ["fresh"]},
    [],
    "nonsense",
]


@pytest.mark.parametrize("answer", REFRESHED)
def test_an_odd_answer_to_a_refresh_is_no_crash_and_keeps_the_grant(opened: Opened, answer: Any) -> None:
    world, machine = opened("reddit")
    account = world.connect("reddit", machine.clock())
    grant = grants.read(account.workspace, account.grant)
    assert grant is not None
    world.sandbox["reddit"].failures.append(Failure(path="access_token", status=200, body=answer))
    trouble = next(iter(problems(account, grant, machine.clock())), None)
    stored = grants.read(account.workspace, account.grant)
    assert stored is not None
    kept = renew.session_for(account, machine.clock(), stored).token
    assert kept.refresh
    assert (stored.generation == grant.generation) == (trouble is not None)


def problems(account: Any, grant: Any, now: datetime) -> Iterator[Exception]:
    try:
        renew.refresh(account, grant, now)
    except Problem as problem:
        yield problem
