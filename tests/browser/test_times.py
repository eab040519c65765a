"""Slots and repeats in the dashboard: a week of posting times, the next free slot, posts that repeat."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chalicelib import clock, timetables
from chalicelib.models import Account, Post
from chalicelib.slots import Slot, Timetable
from chalicelib.store import posts
from chalicelib.store import series as store
from tests.browser.product import Site

TEXT = "#entries textarea"
BERLIN = ZoneInfo("Europe/Berlin")
DAILY = Timetable(zone="Europe/Berlin", slots=tuple(Slot(weekday=day, time="07:15") for day in range(7)))


@pytest.fixture
def composer(page: Any, site: Site, account: Account) -> Any:
    page.goto(f"{site.url}/compose")
    page.fill(TEXT, "The lamps are lit")
    return page


def live() -> list[tuple[Post, str, datetime]]:
    """What is to go out: the post, its text, its moment in Berlin."""
    found, _ = posts.between("home", clock.now(), clock.now() + timedelta(days=1000))
    return [
        (post, part.entries[0].text, part.due.astimezone(BERLIN))
        for post, parts in found
        for part in parts
        if part.state == "scheduled"
    ]


def test_a_week_of_times_is_made_and_kept(page: Any, site: Site, account: Account, expect: Any) -> None:
    page.goto(site.url)
    page.get_by_label("More about").first.click()
    page.get_by_role("link", name="Posting times").click()
    page.get_by_text("Lamppost's common times").wait_for()
    for _ in range(21):
        page.locator("#week button").first.click()
    page.get_by_label("Zone").fill("Europe/Berlin")
    page.get_by_label("Time", exact=True).fill("07:15")
    page.locator("#days").select_option("01234")
    page.get_by_role("button", name="Add").click()
    page.get_by_role("button", name="Remove 07:15 on Tuesday").click()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("status").get_by_text("Saved.").wait_for()
    expect(page.locator("#free li")).to_have_count(5)
    kept = timetables.of("home", account.id)
    assert (kept.zone, [slot.weekday for slot in kept.slots]) == ("Europe/Berlin", [0, 2, 3, 4])
    page.reload()
    expect(page.locator("#week button")).to_have_count(4)
    page.get_by_role("button", name="Back to the common times").click()
    page.get_by_role("dialog").get_by_role("button", name="Back to the common times").click()
    expect(page.locator("#week button")).to_have_count(21)


def test_the_composer_shows_the_next_free_slot_and_takes_it(
    composer: Any, account: Account, expect: Any
) -> None:
    timetables.save("home", account.id, DAILY)
    composer.get_by_text("Next free slot").click()
    expect(composer.locator("#due")).to_contain_text("07:15")
    composer.get_by_role("button", name="Schedule").click()
    composer.wait_for_url("**/posts/*")
    ((_, _, due),) = live()
    assert f"{due:%H:%M}" == "07:15"


def test_free_slots_stand_faintly_in_the_calendar_and_begin_a_post(
    page: Any, site: Site, account: Account
) -> None:
    timetables.save("home", account.id, DAILY)
    page.goto(f"{site.url}/calendar")
    page.get_by_label("Free slots of").select_option(account.id)
    page.locator(".slot a").first.click()
    page.get_by_label("Day and time").wait_for()
    assert page.get_by_label("Day and time").input_value().endswith("T07:15")


def repeated(composer: Any, text: str = "The lamps are lit") -> None:
    composer.fill(TEXT, text)
    composer.get_by_text("At a time").click()
    composer.get_by_label("Day and time").fill("2027-03-22T09:00")
    composer.get_by_label("Repeat it").check()
    composer.get_by_label("Times in all").fill("4")
    composer.locator("#lasting").get_by_text("4 times, for the last time").wait_for()
    composer.get_by_role("button", name="Schedule").click()
    composer.wait_for_url("**/posts/*")


def test_a_post_repeats_and_says_so_wherever_it_stands(composer: Any, site: Site) -> None:
    repeated(composer)
    composer.get_by_text("Occurrence 1 of 4, every week, for the last time").wait_for()
    assert [f"{due:%m-%d %H:%M}" for _, _, due in live()] == ["03-22 09:00", "03-29 09:00", "04-05 09:00"]
    composer.goto(site.url)
    assert composer.locator(".line .repeats").count() == 3
    composer.goto(f"{site.url}/calendar#month/2027-03-22")
    composer.locator(".event .repeats").first.wait_for()


def test_this_and_the_following_are_edited_and_the_one_before_stays(composer: Any, site: Site) -> None:
    repeated(composer)
    composer.goto(f"{site.url}/posts/{live()[1][0].id}")
    composer.get_by_role("link", name="Edit this and the following").click()
    composer.get_by_role("heading", name="Edit this and the following").wait_for()
    assert composer.get_by_label("Times in all").input_value() == "3"
    composer.fill(TEXT, "All lamps are lit")
    composer.get_by_role("button", name="Schedule").click()
    composer.wait_for_url("**/posts/*")
    composer.get_by_text("Occurrence 2 of 4").wait_for()
    assert [text for _, text, _ in live()] == ["The lamps are lit", *["All lamps are lit"] * 2]


def test_a_series_is_stopped_from_an_occurrence_on(composer: Any, site: Site) -> None:
    repeated(composer)
    composer.goto(f"{site.url}/posts/{live()[1][0].id}")
    composer.get_by_role("button", name="Stop repeating").click()
    composer.get_by_role("dialog").get_by_role("button", name="Stop repeating").click()
    composer.get_by_text("The series has ended").wait_for()
    assert len(live()) == 1
    (series,) = store.all_of("home")
    assert series.stopped is not None


def test_without_an_end_nothing_is_sent_and_the_reason_is_said(composer: Any) -> None:
    composer.get_by_label("Repeat it").check()
    composer.get_by_label("Ends").select_option("until")
    composer.get_by_role("button", name="Publish now").click()
    composer.get_by_role("alert").get_by_text("Say when it ends").wait_for()
    assert live() == []
