"""When a post goes out: now with a way back, at a time in a zone, not yet; and never twice."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib import clock
from chalicelib.models import Account
from chalicelib.store import deliveries, posts
from tests.browser import seeds
from tests.browser.product import Site

TEXT = "#entries textarea"


@pytest.fixture
def composer(page: Any, site: Site, account: Account) -> Any:
    page.goto(f"{site.url}/compose")
    page.fill(TEXT, "The lamps are lit")
    return page


def stored() -> list[Any]:
    found, _ = posts.between("home", clock.now() - timedelta(days=1), clock.now() + timedelta(days=1000))
    return found


def test_publish_now_can_be_taken_back_and_written_on(composer: Any, site: Site, expect: Any) -> None:
    composer.get_by_role("button", name="Publish now").click()
    composer.get_by_text(re.compile(r"It goes out in \d")).wait_for()
    message = deliveries.message(stored()[0][1][0])
    composer.get_by_role("button", name="Undo").click()
    composer.wait_for_url("**/compose?copy=*")
    expect(composer.locator(TEXT)).to_have_value("The lamps are lit")
    site.deliver(message)
    assert site.world.sandbox["mastodon"].shown == []


def test_the_page_follows_the_delivery_by_itself_until_it_is_out(composer: Any, site: Site) -> None:
    composer.get_by_role("button", name="Publish now").click()
    composer.get_by_text(re.compile(r"It goes out in \d")).wait_for()
    ((_, (part,)),) = stored()
    assert part.due - clock.now() < timedelta(seconds=11)
    site.deliver(deliveries.message(part))
    composer.get_by_role("link", name="See it there").wait_for(timeout=20_000)
    assert composer.locator("h1 .state").inner_text() == "Published"
    assert [shown.text for shown in site.world.sandbox["mastodon"].shown] == ["The lamps are lit"]


def test_a_time_is_meant_in_its_zone(composer: Any, site: Site) -> None:
    composer.get_by_text("At a time").click()
    composer.get_by_label("Day and time").fill("2027-07-01T09:30")
    composer.get_by_label("Zone").fill("America/New_York")
    composer.get_by_label("Zone").press("Tab")
    composer.get_by_text("15:30").wait_for()  # the browser is in Berlin
    composer.get_by_role("button", name="Schedule").click()
    composer.wait_for_url("**/posts/*")
    ((post, _),) = stored()
    assert (post.due, post.zone) == (datetime(2027, 7, 1, 13, 30, tzinfo=UTC), "America/New_York")


def test_an_hour_that_the_clocks_skip_moves_on_and_says_so(composer: Any) -> None:
    composer.get_by_text("At a time").click()
    composer.get_by_label("Day and time").fill("2027-03-28T02:30")
    composer.get_by_text("02:30 does not exist on 2027-03-28 in Europe/Berlin").wait_for()


def test_a_draft_does_not_go_out_and_is_written_on_later(composer: Any, site: Site, expect: Any) -> None:
    composer.get_by_text("Draft", exact=True).click()
    composer.get_by_role("button", name="Save draft").click()
    composer.wait_for_url("**/posts/*")
    assert composer.locator("h1 .state").inner_text() == "Draft"
    composer.get_by_role("link", name="Edit").first.click()
    expect(composer.locator(TEXT)).to_have_value("The lamps are lit")
    composer.fill(TEXT, "All lamps are lit")
    composer.get_by_text("At a time").click()
    composer.get_by_role("button", name="Schedule").click()
    composer.wait_for_url("**/posts/*")
    states = {parts[0].entries[0].text: parts[0].state for _, parts in stored()}
    assert states == {"The lamps are lit": "cancelled", "All lamps are lit": "scheduled"}


def test_an_answer_that_is_lost_never_makes_a_second_post(composer: Any, site: Site) -> None:
    cuts = iter([True])

    def cut(route: Any) -> None:
        if route.request.method == "POST" and next(cuts, False):
            route.fetch()
            route.abort()
        else:
            route.continue_()

    composer.route("**/v1/posts", cut)
    composer.get_by_text("Draft", exact=True).click()
    composer.locator("#send").click()
    composer.get_by_text("No answer came: it may be saved.").wait_for()
    composer.reload()  # even so
    composer.get_by_text("Kept from").wait_for()
    composer.locator("#send").click()
    composer.wait_for_url("**/posts/*")
    assert len(stored()) == 1


def test_what_has_left_meanwhile_is_not_replaced(
    page: Any, site: Site, account: Account, expect: Any
) -> None:
    other = seeds.connected(site.world, "bluesky")[0]
    parts = seeds.post(site.world, [account, other], "Before", hours=5)
    page.goto(f"{site.url}/compose?post={parts[0].post}")
    expect(page.locator(TEXT)).to_have_value("Before")
    page.fill(TEXT, "After")
    gone = next(part for part in parts if part.account == account.id)
    deliveries.alter(gone, state="publishing", lease=clock.now() + timedelta(minutes=2))
    page.locator("#send").click()
    page.get_by_role("alert").get_by_text("There it stays as it is; send again for the others.").wait_for()
    page.locator("#send").click()
    page.wait_for_url("**/posts/*")
    states = {(part.platform, part.entries[0].text): part.state for _, parts in stored() for part in parts}
    assert states == {
        ("mastodon", "Before"): "publishing",
        ("bluesky", "Before"): "cancelled",
        ("bluesky", "After"): "scheduled",
    }


def test_ctrl_enter_sends(composer: Any) -> None:
    composer.get_by_text("Draft", exact=True).click()
    composer.locator(TEXT).press("Control+Enter")
    composer.wait_for_url("**/posts/*")


def test_edit_and_retry_sends_the_better_text_and_cancels_the_failed_one(
    page: Any, site: Site, account: Account, expect: Any
) -> None:
    (part,) = seeds.post(site.world, [account], "Wrong", hours=-1)
    seeds.settle(part, "failed", "Mastodon refused it.")
    page.goto(f"{site.url}/failures")
    page.get_by_role("link", name="Edit and retry").click()
    expect(page.locator(TEXT)).to_have_value("Wrong")
    page.fill(TEXT, "Right")
    page.locator("#send").click()
    page.wait_for_url("**/posts/*")
    states = {parts[0].entries[0].text: parts[0].state for _, parts in stored()}
    assert states == {"Wrong": "cancelled", "Right": "scheduled"}
