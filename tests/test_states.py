"""The table of states: what a post's state is, and that no arrow leads out of an end."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as some

from chalicelib.models import State
from chalicelib.states import ARROWS, allowed, of_post, sources

STATES = get_args(State)


def test_every_state_has_its_row() -> None:
    assert set(ARROWS) == set(STATES)


@pytest.mark.parametrize("end", ["published", "cancelled"])
def test_nothing_leaves_an_end(end: State) -> None:
    assert not any(allowed(end, state) for state in STATES)


def test_a_delivery_in_doubt_is_never_published_without_healing() -> None:
    assert not allowed("unsure", "publishing")


def test_every_state_but_the_first_can_be_reached() -> None:
    assert [state for state in STATES if not sources(state)] == []


@given(some.lists(some.sampled_from(STATES), min_size=1))
def test_a_posts_state_is_one_of_its_deliveries(states: list[State]) -> None:
    assert of_post(states) in states


@given(some.lists(some.sampled_from(STATES)))
def test_what_needs_a_person_is_never_hidden(states: list[State]) -> None:
    assert of_post([*states, "unsure"]) == "unsure"
