"""Connecting accounts as a person does: consent pages, forms, and the choice among pages."""

from typing import Any

from chalicelib.store import accounts
from tests.browser.product import Site


def test_an_account_is_connected_by_its_consent_page_and_shown_with_its_handle(page: Any, site: Site) -> None:
    page.get_by_role("link", name="Connect Mastodon").click()
    page.get_by_label("server").fill("mastodon.sandbox")
    page.get_by_role("button", name="Connect").click()
    page.get_by_role("button", name="Allow").click()
    page.get_by_text("Mastodon is connected.").wait_for()
    assert "@ada@mastodon.sandbox" in page.locator(".account").inner_text()
    assert "Nothing scheduled" in page.locator(".account").inner_text()


def test_a_declined_consent_says_so_and_offers_another_try(page: Any, site: Site) -> None:
    page.get_by_role("link", name="Connect LinkedIn", exact=True).click()
    page.get_by_role("button", name="Deny").click()
    assert "declined" in page.get_by_role("alert").inner_text()
    assert page.get_by_role("link", name="Try again").get_attribute("href").endswith("/linkedin")
    assert not accounts.all_of("home")


def test_a_form_in_place_of_a_consent_page_works_in_a_signed_in_browser(page: Any, site: Site) -> None:
    page.get_by_role("link", name="Connect Bluesky").click()
    page.get_by_label("Handle").fill("ada.bsky.social")
    page.get_by_label("App password").fill("lamp-post-wick-1234")
    page.get_by_role("button", name="Connect").click()
    page.get_by_text("Bluesky is connected.").wait_for()


def test_the_pages_of_a_second_step_are_chosen_by_ticking(page: Any, site: Site) -> None:
    page.get_by_role("link", name="Connect Facebook").click()
    page.get_by_role("button", name="Allow").click()
    page.get_by_role("heading", name="Which of these?").wait_for()
    boxes = page.get_by_role("checkbox").all()
    assert len(boxes) > 1
    for box in boxes:
        box.check()
    page.get_by_role("button", name="Connect").click()
    page.get_by_text("Facebook is connected.").wait_for()
    assert page.locator(".account").count() == len(boxes)


def test_a_platform_is_found_by_typing_its_name(page: Any, site: Site) -> None:
    page.locator("#platforms").fill("blue")
    assert page.locator(".platform:visible").count() == 1


def test_a_disconnected_account_is_gone_after_asking(page: Any, site: Site) -> None:
    account = site.world.connect("mastodon", site.now())
    page.reload()
    page.get_by_label("More about Ada Lantern").click()
    page.get_by_role("button", name="Disconnect").click()
    page.get_by_role("button", name="Not now").click()
    assert accounts.read("home", account.id).health == "fine"  # type: ignore[union-attr]
    page.get_by_label("More about Ada Lantern").click()
    page.get_by_role("button", name="Disconnect").click()
    page.locator("dialog").get_by_role("button", name="Disconnect").click()
    page.locator(".account").wait_for(state="detached")
    assert accounts.read("home", account.id).health == "disconnected"  # type: ignore[union-attr]
