"""The keyboard goes everywhere, and is silent while somebody types."""

from typing import Any

import pytest

from tests.browser import seeds
from tests.browser.product import Site


@pytest.mark.parametrize(
    ("keys", "where"), [("n", "/compose"), ("gc", "/calendar"), ("gf", "/failures"), ("gq", "/")]
)
def test_letters_lead_to_pages(page: Any, site: Site, keys: str, where: str) -> None:
    page.goto(f"{site.url}/failures" if where != "/failures" else f"{site.url}/")
    for key in keys:
        page.keyboard.press(key)
    page.wait_for_url(lambda url: url.partition("#")[0] == f"{site.url}{where}")


def test_lines_are_walked_opened_and_edited(page: Any, site: Site) -> None:
    account = seeds.connected(site.world, "mastodon")[0]
    posts = [
        seeds.post(site.world, [account], text, hours=hours)[0].post
        for hours, text in ((1, "One"), (2, "Two"))
    ]
    page.goto(f"{site.url}/")
    for key in ("j", "j", "k", "j"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.id") == f"post-{posts[1]}"
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/posts/{posts[1]}")
    page.keyboard.press("e")
    page.wait_for_url(f"**/compose?post={posts[1]}")


def test_search_sifts_posts_and_accounts(page: Any, site: Site) -> None:
    account = seeds.connected(site.world, "mastodon")[0]
    for text in ("A lamp on the quay", "A walk in the park"):
        seeds.post(site.world, [account], text, hours=3)
    page.goto(f"{site.url}/")
    page.keyboard.press("/")
    page.keyboard.type("quay lamp")
    assert page.locator(".line:visible").count() == 1
    assert page.locator(".day:visible").count() == 1
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.wait_for_url("**/compose")


def test_letters_typed_into_a_text_do_nothing_else(page: Any, site: Site) -> None:
    seeds.connected(site.world, "mastodon")
    page.goto(f"{site.url}/compose")
    page.locator("#entries textarea").click()
    page.keyboard.type("n g c / ?")
    assert page.input_value("#entries textarea") == "n g c / ?"
    assert page.url.endswith("/compose")


def test_the_keys_are_listed(page: Any, site: Site) -> None:
    page.keyboard.press("?")
    page.get_by_role("dialog").get_by_text("New post").wait_for()
    page.keyboard.press("Escape")
    assert page.get_by_role("dialog").count() == 0


def test_tabs_of_the_composer_are_turned_by_alt_and_a_number(page: Any, site: Site) -> None:
    seeds.connected(site.world, "mastodon", "bluesky")
    page.goto(f"{site.url}/compose")
    page.get_by_role("button", name="All", exact=True).click()
    page.keyboard.press("Alt+2")
    assert page.get_by_role("tab", selected=True).get_attribute("id") != "tab-all"
