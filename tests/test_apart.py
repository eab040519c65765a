"""A delivery that was moved alone stands at its own time in every list, and its post is always told whole."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from chalice.test import Client

from chalicelib import clock, decide, edit, people
from chalicelib.api import lines
from chalicelib.edit import Edit
from chalicelib.models import Delivery
from chalicelib.store import deliveries, lists, posts
from infra.sandbox import Sandbox
from tests.conftest import Clock
from tests.world import World, opened


@pytest.fixture
def world(sandbox: Sandbox, aws: Any, at: Clock, monkeypatch: pytest.MonkeyPatch) -> World:
    return opened(sandbox, monkeypatch, "mastodon")


@pytest.fixture
def scattered(world: World) -> tuple[Delivery, Delivery]:
    """One post's two deliveries: tomorrow, and the day after it is the turn of the second."""
    both = [world.connect("mastodon", clock.now(), person=person) for person in (0, 1)]
    _, (first, second) = world.post(both, day(1), clock.now())
    return first, edit.apply(second, Edit(due=day(2)), clock.now())


def day(number: float) -> datetime:
    return clock.now() + timedelta(days=number)


def listed(start: float, end: float, limit: int = 200) -> list[list[str]]:
    """The deliveries of every post that is listed, page after page."""
    found: list[list[str]] = []
    after: dict[str, str] | None = None
    while True:
        page, after = posts.between("home", day(start), day(end), after, limit)
        found += [[part.id for part in parts] for _, parts in page]
        if after is None:
            return found


def test_a_delivery_that_was_moved_alone_brings_its_whole_post_into_the_span_of_its_own_time(
    scattered: tuple[Delivery, Delivery],
) -> None:
    whole = sorted(part.id for part in scattered)
    assert [sorted(each) for each in listed(0, 1.5)] == [whole]
    assert [sorted(each) for each in listed(1.5, 3)] == [whole]
    assert listed(3, 9) == []


@pytest.mark.parametrize("limit", [1, 2, 3, 200])
def test_a_post_is_listed_once_in_a_span_however_small_its_pages(
    scattered: tuple[Delivery, Delivery], world: World, limit: int
) -> None:
    account = world.connect("mastodon", clock.now())
    for number in (0.5, 1.5, 2.5):
        world.post([account], day(number), clock.now(), str(number))
    assert [len(each) for each in listed(0, 3, limit)] == [1, 2, 1, 1]
    assert [len(each) for each in listed(1.2, 3, limit)] == [1, 2, 1]


def test_a_post_that_is_moved_as_a_whole_is_together_again(scattered: tuple[Delivery, Delivery]) -> None:
    head, _ = decide.load("home", scattered[0].post)
    assert head.apart
    head, parts = decide.move("home", head.id, day(4), clock.now())
    assert not head.apart
    assert {part.due for part in parts} == {day(4)}


def test_what_is_out_stays_at_its_time_when_the_rest_is_moved(scattered: tuple[Delivery, Delivery]) -> None:
    together = decide.move("home", scattered[0].post, day(1), clock.now())[1]
    deliveries.alter(together[0], state="published")
    head, _ = decide.move("home", scattered[0].post, day(5), clock.now())
    assert head.apart
    assert [len(each) for each in listed(0.5, 1.5)] == [2]
    assert [len(each) for each in listed(4.5, 5.5)] == [2]


def test_the_dashboard_lists_it_once_as_coming_while_a_part_of_it_is_to_come(
    scattered: tuple[Delivery, Delivery], at: Clock
) -> None:
    deliveries.alter(scattered[0], state="published")
    at.forward(days=1.5)
    behind = [lines.of(*each) for each in lists.before("home", clock.iso(clock.now()))[0]]
    ahead = [lines.of(*each) for each in posts.between("home", clock.now(), day(30))[0]]
    [coming] = lines.coming(ahead, behind)
    assert coming.moment == scattered[1].due
    assert lines.past(behind) == []


@pytest.fixture
def api(world: World) -> Iterator[Client]:
    import app

    with Client(app.app) as client:
        yield client


def test_the_api_lists_it_by_its_own_time_and_says_nothing_more(
    api: Client, scattered: tuple[Delivery, Delivery]
) -> None:
    span = f"from={clock.iso(day(1.5))}&to={clock.iso(day(3))}"
    headers = {"Authorization": people.first_key(clock.now())}
    [post] = api.http.get(f"/v1/posts?{span}", headers=headers).json_body["posts"]
    shown = {datetime.fromisoformat(each["due"]) for each in post["deliveries"]}
    assert shown == {part.due for part in scattered}
    assert "apart" not in post
