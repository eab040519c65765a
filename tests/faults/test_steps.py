"""A fault at every step of a publication: nothing lost, nothing twice, and the state is the truth."""

from datetime import timedelta
from typing import Any

import pytest

from infra.sandbox import Sandbox
from tests.conftest import Clock
from tests.faults.runs import Outcome, Runs

#: One platform for each way of healing; every platform and kind of post is `make faults`.
WAYS = [("mastodon", "text"), ("bluesky", "text"), ("facebook", "text")]


@pytest.fixture
def runs(sandbox: Sandbox, aws: Any, at: Clock, monkeypatch: pytest.MonkeyPatch) -> Runs:
    return Runs(sandbox, at, monkeypatch)


def bad(outcome: Outcome) -> bool:
    return outcome.lost or outcome.twice or outcome.untrue or outcome.unsure


@pytest.mark.parametrize(("platform", "kind"), WAYS)
def test_no_step_of_a_publication_can_lose_or_double_it(runs: Runs, platform: str, kind: str) -> None:
    outcomes = list(runs.every(platform, kind))
    assert len(outcomes) > 40
    assert [outcome for outcome in outcomes if bad(outcome)] == []
    assert max(outcome.late for outcome in outcomes) < timedelta(minutes=16)
