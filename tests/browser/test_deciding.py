"""What a person does about a delivery, on its post's page and in the failures inbox."""

from typing import Any

import pytest

from chalicelib import clock
from chalicelib.models import Account, Delivery
from chalicelib.store import deliveries
from tests.browser import seeds
from tests.browser.product import Site


@pytest.fixture
def unsure(site: Site, account: Account) -> Delivery:
    (part,) = seeds.post(site.world, [account], "Is it out?", hours=-1)
    return seeds.settle(part, "unsure", "Mastodon took it and the line was cut.", "ReadError")


def now_of(part: Delivery) -> Delivery:
    found = deliveries.read("home", part.id)
    assert found is not None
    return found


def test_the_inbox_names_account_and_post_and_opens_it(page: Any, site: Site, unsure: Delivery) -> None:
    page.goto(f"{site.url}/failures")
    line = page.locator(".failure")
    assert "@ada@mastodon.sandbox" in line.inner_text()
    assert "Mastodon took it and the line was cut." in line.inner_text()
    assert page.locator("#failing").inner_text() == "1"
    line.get_by_text("Is it out?").click()
    page.wait_for_url(f"**/posts/{unsure.post}")


def test_the_platforms_own_words_are_folded(page: Any, site: Site, unsure: Delivery) -> None:
    page.goto(f"{site.url}/posts/{unsure.post}")
    assert not page.get_by_text("ReadError").is_visible()
    page.get_by_text("The platform's own words").click()
    assert page.get_by_text("ReadError").is_visible()


def test_it_is_out_keeps_the_address_that_was_given(page: Any, site: Site, unsure: Delivery) -> None:
    page.goto(f"{site.url}/posts/{unsure.post}")
    page.get_by_label("Its address there").fill("https://mastodon.sandbox/@ada/7")
    page.get_by_role("button", name="It is out").click()
    page.get_by_role("link", name="See it there").wait_for()
    assert page.locator("h1 .state").inner_text() == "Published"
    assert now_of(unsure).receipts[0].url == "https://mastodon.sandbox/@ada/7"


def test_post_again_asks_first(page: Any, site: Site, unsure: Delivery) -> None:
    page.goto(f"{site.url}/posts/{unsure.post}")
    page.get_by_role("button", name="Post again").click()
    page.get_by_text("otherwise it will be out twice").wait_for()
    page.get_by_role("button", name="Not now").click()
    assert now_of(unsure).state == "unsure"
    page.get_by_role("button", name="Post again").click()
    page.get_by_role("button", name="It is not there, post again").click()
    page.get_by_role("status").get_by_text("It is posted again.").wait_for()
    assert (now_of(unsure).state, now_of(unsure).generation) == ("scheduled", 1)


def test_a_failed_one_is_tried_again_and_leaves_the_inbox(page: Any, site: Site, account: Account) -> None:
    (part,) = seeds.post(site.world, [account], "Once more", hours=-1)
    seeds.settle(part, "failed", "Mastodon was down for a day.")
    page.goto(f"{site.url}/failures")
    page.get_by_role("button", name="Retry").click()
    page.get_by_text("Nothing waits for you").wait_for()
    assert now_of(part).state == "scheduled"


def test_a_held_one_leads_to_the_reconnect(page: Any, site: Site, account: Account) -> None:
    (part,) = seeds.post(site.world, [account], "Waiting", hours=-1)
    seeds.settle(part, "held", "Reconnect Mastodon: its access has ended.")
    seeds.lose(account, "Mastodon revoked our access.")
    page.goto(f"{site.url}/failures")
    link = page.get_by_role("link", name="Reconnect Mastodon")
    assert link.get_attribute("href").endswith("/integration/social/mastodon")
    assert page.get_by_role("button", name="Retry").count() == 0


def test_one_account_is_cancelled_and_the_other_stays(page: Any, site: Site, account: Account) -> None:
    other = seeds.connected(site.world, "bluesky")[0]
    parts = {part.account: part for part in seeds.post(site.world, [account, other], "Both", hours=5)}
    page.goto(f"{site.url}/posts/{parts[account.id].post}")
    row = page.locator(".delivery").filter(has_text="@ada@mastodon.sandbox")
    row.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Cancel it").click()
    row.get_by_text("Cancelled").wait_for()
    assert now_of(parts[other.id]).state == "scheduled"


def test_a_post_is_moved_in_the_browsers_zone(page: Any, site: Site, account: Account) -> None:
    (part,) = seeds.post(site.world, [account], "Later", hours=5)
    page.goto(f"{site.url}/posts/{part.post}")
    page.get_by_text("Move to another time").click()
    page.locator("#move-to").fill("2027-07-01T09:00")
    page.get_by_role("button", name="Move", exact=True).click()
    page.get_by_text("1 July 2027, 09:00").first.wait_for()
    assert clock.iso(now_of(part).due) == "2027-07-01T07:00:00.000Z"


def test_a_refused_deed_says_why_and_shows_how_it_really_is(
    page: Any, site: Site, account: Account, expect: Any
) -> None:
    (part,) = seeds.post(site.world, [account], "Meanwhile", hours=5)
    page.goto(f"{site.url}/posts/{part.post}")
    seeds.settle(part, "published")  # behind the page's back
    page.locator(".delivery").get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Cancel it").click()
    page.get_by_role("alert").get_by_text(
        "This delivery is published; it can no longer be cancelled."
    ).wait_for()
    expect(page.locator("h1 .state")).to_have_text("Published")


def test_what_is_being_typed_is_not_swept_away_by_a_look(page: Any, site: Site, unsure: Delivery) -> None:
    page.goto(f"{site.url}/posts/{unsure.post}")
    field = page.get_by_label("Its address there")
    field.fill("https://half.an/addr")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_timeout(300)
    assert field.input_value() == "https://half.an/addr"


def test_everything_about_a_post_can_be_copied(page: Any, site: Site, unsure: Delivery, context: Any) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{site.url}/posts/{unsure.post}")
    page.get_by_role("button", name="Copy all of this for a ticket").click()
    page.get_by_role("status").get_by_text("Copied.").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert unsure.post in copied
    assert "unsure, attempts 1" in copied
    assert "ReadError" in copied
