"""The calendar: posts on their days by the browser's zone, moved by dragging or by keys, with their hour kept."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chalicelib import clock, edit
from chalicelib.compose import Draft, Target, save
from chalicelib.edit import Edit
from chalicelib.models import Account, Delivery, Entry
from chalicelib.store import deliveries
from tests.browser import seeds
from tests.browser.product import Site

BERLIN = ZoneInfo("Europe/Berlin")


def at(account: Account, local: str) -> Delivery:
    """A post at a local time in Berlin, where the browser is."""
    due = datetime.fromisoformat(local).replace(tzinfo=BERLIN).astimezone(ZoneInfo("UTC"))
    draft = Draft(entries=(Entry(text="A lamp"),), targets=(Target(account=account.id),), due=due)
    return save("home", draft, clock.now())[1][0]


def local_due(part: Delivery) -> str:
    found = deliveries.read("home", part.id)
    assert found is not None
    return found.due.astimezone(BERLIN).strftime("%Y-%m-%dT%H:%M")


def test_a_drag_to_another_day_keeps_the_hour_even_over_a_change_of_clocks(
    page: Any, site: Site, account: Account
) -> None:
    part = at(account, "2027-03-24T21:05")
    page.goto(f"{site.url}/calendar#month/2027-03-24")
    page.locator(".event").drag_to(page.locator('[data-day="2027-03-29"]'))
    page.locator('[data-day="2027-03-29"] .event').wait_for()
    assert local_due(part) == "2027-03-29T21:05"
    assert page.get_by_role("status").get_by_text("Moved to").count() == 1


def test_a_post_near_midnight_stands_on_the_day_of_the_browsers_zone(
    page: Any, site: Site, account: Account
) -> None:
    at(account, "2027-05-04T00:30")  # still the third in UTC
    page.goto(f"{site.url}/calendar#month/2027-05-01")
    page.locator('[data-day="2027-05-04"] .event').get_by_text("00:30").wait_for()


def test_a_post_is_moved_by_keys(page: Any, site: Site, account: Account) -> None:
    part = at(account, "2027-05-04T10:00")
    page.goto(f"{site.url}/calendar#week/2027-05-04")
    page.locator(".event").focus()
    for key in ("m", "ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    page.locator('[data-day="2027-05-06"] .event').wait_for()
    assert local_due(part) == "2027-05-06T10:00"
    page.locator(".event").focus()
    for key in ("m", "ArrowLeft", "Escape"):
        page.keyboard.press(key)
    assert local_due(part) == "2027-05-06T10:00"


def test_a_move_into_the_past_is_refused_and_the_post_stays(page: Any, site: Site, account: Account) -> None:
    today = f"{clock.now().astimezone(BERLIN):%Y-%m-%d}"
    part = at(account, f"{today}T23:59")
    page.goto(f"{site.url}/calendar#month/{today}")
    first = page.locator("[data-day]").first.get_attribute("data-day")
    if first == today:
        pytest.skip("today is the first day of its page")
    page.locator(".event").drag_to(page.locator(f'[data-day="{first}"]'))
    page.get_by_role("alert").get_by_text("is in the past").wait_for()
    assert page.locator(f'[data-day="{today}"] .event').count() == 1
    assert local_due(part) == f"{today}T23:59"


def test_what_is_out_cannot_be_dragged(page: Any, site: Site, account: Account) -> None:
    seeds.settle(at(account, "2027-05-04T10:00"), "published")
    page.goto(f"{site.url}/calendar#month/2027-05-01")
    assert page.locator(".event").get_attribute("draggable") == "false"


def test_months_weeks_and_the_list_are_turned_and_kept_in_the_address(
    page: Any, site: Site, account: Account, expect: Any
) -> None:
    at(account, "2027-05-04T10:00")
    page.goto(f"{site.url}/calendar#month/2027-04-01")
    expect(page.locator("h1")).to_have_text("April 2027")
    page.get_by_role("button", name="On", exact=True).click()
    page.locator(".event").wait_for()
    page.get_by_role("button", name="List").click()
    assert page.url.endswith("#list/2027-05-01")
    page.reload()
    page.get_by_text("Tuesday, 4 May 2027").wait_for()
    page.get_by_role("button", name="Week").click()
    expect(page.locator("h1")).to_have_text("26 Apr – 2 May 2027")


def test_a_day_begins_a_post_for_it(page: Any, site: Site, account: Account) -> None:
    page.goto(f"{site.url}/calendar#month/2027-05-01")
    page.get_by_role("link", name="New post on Tuesday, 4 May 2027").click()
    page.get_by_label("Day and time").wait_for()
    assert page.get_by_label("Day and time").input_value() == "2027-05-04T09:00"


def test_a_delivery_that_was_moved_alone_stands_at_its_own_time_and_is_not_dragged_along(
    page: Any, site: Site, account: Account
) -> None:
    other = site.world.connect("mastodon", clock.now(), person=1)
    due = datetime.fromisoformat("2027-05-04T10:00").replace(tzinfo=BERLIN).astimezone(ZoneInfo("UTC"))
    draft = Draft(
        entries=(Entry(text="A lamp"),),
        targets=(Target(account=account.id), Target(account=other.id)),
        due=due,
    )
    _, (_, second) = save("home", draft, clock.now())
    edit.apply(second, Edit(due=due + timedelta(days=2)), clock.now())
    page.goto(f"{site.url}/calendar#month/2027-05-01")
    for day in ("2027-05-04", "2027-05-06"):
        event = page.locator(f'[data-day="{day}"] .event')
        event.get_by_text("10:00").wait_for()
        assert event.locator(".faces > *").count() == 1
        assert event.get_attribute("draggable") == "false"
