"""The pace: a rule that holds for every window, and a cell that many may move at once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from chalicelib.store import paces

START = datetime(2026, 11, 24, 12, tzinfo=UTC)


@given(
    number=some.integers(1, 400),
    seconds=some.integers(1, 200_000),
    arrivals=some.lists(some.floats(0, 400_000), max_size=60),
)
def test_no_window_ever_holds_more_than_the_limit(number: int, seconds: int, arrivals: list[float]) -> None:
    burst, step = paces.rhythm(number, timedelta(seconds=seconds))
    full, leaves = 0.0, []
    for now in sorted(arrivals):
        full = max(full, now) + step
        leaves.append(max(now, full - step - (burst - 1) * step))
    for index, leave in enumerate(leaves):
        within = [other for other in leaves[index:] if other < leave + seconds * (1 - 1e-9)]
        assert len(within) <= number


def test_a_burst_leaves_at_once_and_the_rest_in_steps(aws: Any) -> None:
    slots = [paces.reserve("x", "a", 10, timedelta(seconds=90), START) for _ in range(5)]
    assert [(slot - START).total_seconds() for slot in slots] == [0, 10, 20, 30, 40]


def test_half_of_a_day_s_posts_may_leave_at_once(aws: Any) -> None:
    slots = [paces.reserve("x", "a", 15, timedelta(days=1), START) for _ in range(8)]
    assert [slot - START for slot in slots] == [timedelta()] * 7 + [timedelta(hours=3)]


def test_a_quiet_time_gives_the_burst_back(aws: Any) -> None:
    for _ in range(5):
        paces.reserve("x", "a", 10, timedelta(seconds=90), START)
    later = START + timedelta(hours=1)
    assert paces.reserve("x", "a", 10, timedelta(seconds=90), later) == later


def test_accounts_do_not_wait_for_each_other(aws: Any) -> None:
    for _ in range(5):
        paces.reserve("x", "a", 10, timedelta(seconds=90), START)
    assert paces.reserve("x", "b", 10, timedelta(seconds=90), START) == START


def test_a_thread_takes_as_many_places_as_it_has_entries(aws: Any) -> None:
    paces.reserve("x", "a", 10, timedelta(seconds=90), START, posts=4)
    assert paces.reserve("x", "a", 10, timedelta(seconds=90), START) == START + timedelta(seconds=40)


@pytest.mark.parametrize("number", [10, 300])
def test_what_the_platform_says_overrides_our_arithmetic(aws: Any, number: int) -> None:
    until = START + timedelta(minutes=20)
    paces.hold("x", "a", number, timedelta(seconds=90), until)
    slot = paces.reserve("x", "a", number, timedelta(seconds=90), START)
    assert abs(slot - until) < timedelta(milliseconds=1)


def test_an_earlier_word_of_the_platform_does_not_shorten_a_later_one(aws: Any) -> None:
    until = START + timedelta(minutes=20)
    paces.hold("x", "a", 10, timedelta(seconds=90), until)
    paces.hold("x", "a", 10, timedelta(seconds=90), START + timedelta(minutes=1))
    assert paces.reserve("x", "a", 10, timedelta(seconds=90), START) >= until - timedelta(milliseconds=1)
