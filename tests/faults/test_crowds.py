"""Many posts at once, in a size that fits: `python -m tests.faults.crowds` takes a thousand."""

from datetime import timedelta

from tests.faults.crowds import PLATFORM, crowd, noise
from tests.faults.runs import Runs
from tests.world import World


def test_posts_over_the_pace_leave_in_it_none_is_refused_and_each_knows_its_moment(runs: Runs) -> None:
    with runs.opened(PLATFORM) as (world, machine):
        found = crowd(world, machine, 45)
    assert (found.out, found.refused, found.unexplained) == (45, 0, 0)
    assert found.last > timedelta(minutes=9)


def test_a_noisy_workspace_does_not_hold_up_a_quiet_one(runs: Runs) -> None:
    with runs.opened(PLATFORM) as (world, machine):
        assert noise(world, machine, World(world.sandbox, "quiet"), 60) < timedelta(seconds=8)
