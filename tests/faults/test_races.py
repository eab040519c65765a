"""What races cannot do: any order of events by Hypothesis, then by hand those that matter most."""

import os
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.faults.conftest import Scene
from tests.faults.races import Races

SIZE = settings(
    max_examples=int(os.environ.get("HYPOTHESIS_EXAMPLES", "150")),
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("way", ["key", "id", "look", "none"])
def test_no_order_of_events_loses_doubles_or_misstates_a_post(
    scene: Callable[[str], Scene], way: str
) -> None:
    run_state_machine_as_test(type("Raced", (Races,), vars(scene(way))), settings=SIZE)
