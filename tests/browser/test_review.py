"""Reviews in a real browser: an editor asks, a reviewer approves or sends back, each sees how it stands."""

from typing import Any

import pytest

from chalicelib import clock, people, staff
from chalicelib.models import Delivery
from chalicelib.store import deliveries, members
from chalicelib.store import people as stored
from tests.browser import seeds
from tests.browser.product import Site


@pytest.fixture
def waiting(page: Any, site: Site) -> Delivery:
    """A post that an editor has scheduled in a workspace that asks for reviews."""
    (account,) = seeds.connected(site.world, "mastodon")
    stored.alter_workspace("home", {"review": "required"})
    editor, _ = staff.invite("home", "Ed", "", "editor", clock.now())
    caller = people.by_cookie(people.session(editor, confined=True))
    with people.acting(caller):
        (part,) = seeds.post(site.world, [account], "May this go out?", hours=30)
    return part


def now_of(part: Delivery) -> Delivery:
    found = deliveries.read("home", part.id)
    assert found is not None
    return found


def test_a_reviewer_finds_what_waits_and_approves_it(page: Any, site: Site, waiting: Delivery) -> None:
    page.goto(f"{site.url}/")
    page.get_by_role("navigation").get_by_role("link", name="Review").click()
    page.get_by_text("May this go out?").wait_for()
    page.get_by_role("button", name="Approve").click()
    page.get_by_text("Nothing waits for a review").wait_for()
    assert (now_of(waiting).state, now_of(waiting).due) == ("scheduled", waiting.due)


def test_it_is_approved_for_another_time(page: Any, site: Site, waiting: Delivery) -> None:
    page.goto(f"{site.url}/posts/{waiting.post}")
    page.get_by_text("Another time").first.click()
    page.locator(f"#when-{waiting.post}").fill("2027-07-01T09:00")
    page.get_by_role("button", name="Approve").click()
    page.get_by_text("approved it").wait_for()
    assert clock.iso(now_of(waiting).due) == "2027-07-01T07:00:00.000Z"


def test_what_is_sent_back_says_what_is_to_be_different(page: Any, site: Site, waiting: Delivery) -> None:
    page.goto(f"{site.url}/review")
    page.get_by_label("What is to be different").fill("Say where.")
    page.get_by_role("button", name="Send back").click()
    page.get_by_text("Nothing waits for a review").wait_for()
    page.goto(f"{site.url}/posts/{waiting.post}")
    page.get_by_text("sent it back").wait_for()
    assert page.get_by_text("Say where.").is_visible()
    assert now_of(waiting).state == "draft"


def test_an_editor_is_told_that_it_will_wait_and_cannot_approve(
    page: Any, site: Site, context: Any, waiting: Delivery
) -> None:
    editor = next(each for each in members.all_of("home") if each.role == "editor")
    page.goto(people.link_for(editor, clock.now(), staff.INVITED))
    page.goto(f"{site.url}/compose")
    page.get_by_text("waits for a reviewer first").wait_for()
    page.goto(f"{site.url}/posts/{waiting.post}")
    page.get_by_text("It waits for a reviewer.").wait_for()
    assert page.get_by_role("button", name="Approve").count() == 0
