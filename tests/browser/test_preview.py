"""The previews: each account's words as far as there is room for them, its files, and its link's card."""

from typing import Any

import pytest

from chalicelib.models import Account
from chalicelib.store import signatures
from chalicelib.store.signatures import Signature
from tests.browser import seeds
from tests.browser.product import Site
from tests.contract.harness import picture

TEXT = "#entries textarea"


@pytest.fixture
def composer(page: Any, site: Site) -> Any:
    """The composer, with two accounts chosen."""
    seeds.connected(site.world, "mastodon", "bluesky")
    signatures.save(Signature(workspace="home", id="s", name="Ada", text="— Ada", auto=True))
    page.goto(f"{site.url}/compose")
    page.get_by_role("button", name="All", exact=True).click()
    return page


def preview(page: Any, title: str) -> Any:
    return page.get_by_role("article", name=f"On {title} as")


def test_each_account_has_a_preview_with_its_own_words_and_the_signature(composer: Any, expect: Any) -> None:
    composer.fill(TEXT, "The lamps are lit")
    for title in ("Mastodon", "Bluesky"):
        expect(preview(composer, title).locator(".text")).to_have_text("The lamps are lit\n\n— Ada")
    composer.get_by_role("tab").filter(has_text="bsky").click()
    composer.fill(TEXT, "For the sky")
    expect(preview(composer, "Bluesky").locator(".text")).to_have_text("For the sky\n\n— Ada")
    expect(preview(composer, "Mastodon")).to_have_count(0)
    composer.get_by_role("tab").filter(has_text="All").click()
    expect(preview(composer, "Mastodon").locator(".text")).to_have_text("The lamps are lit\n\n— Ada")


def test_what_is_too_much_is_struck_through_where_the_platform_ends(composer: Any, expect: Any) -> None:
    composer.fill(TEXT, "x" * 310)
    expect(preview(composer, "Bluesky").locator("del")).to_have_text("x" * 10 + "\n\n— Ada")
    expect(preview(composer, "Mastodon").locator("del")).to_have_count(0)


def test_a_link_has_a_card_until_a_file_is_there(composer: Any, expect: Any) -> None:
    composer.fill(TEXT, "See https://lamps.example/all.")
    card = preview(composer, "Bluesky").locator(".linkcard")
    expect(card).to_contain_text("lamps.example")
    assert preview(composer, "Bluesky").locator(".link").inner_text() == "https://lamps.example/all"
    _, data = picture()
    composer.set_input_files(
        "#entries input[type=file]", [{"name": "quay.png", "mimeType": "image/png", "buffer": data}]
    )
    expect(card).to_have_count(0)
    expect(preview(composer, "Bluesky").locator(".frames img")).to_have_count(1)


def test_a_picture_that_is_too_wide_for_a_platform_has_a_border_there(
    page: Any, site: Site, monkeypatch: pytest.MonkeyPatch, expect: Any
) -> None:
    from chalicelib.providers import PROVIDERS

    mastodon = PROVIDERS["mastodon"]
    square = mastodon.rules.first.model_copy(update={"ratio": (1, 1.2)})
    monkeypatch.setattr(
        type(mastodon), "rules_for", lambda *_: mastodon.rules.model_copy(update={"first": square})
    )
    seeds.connected(site.world, "mastodon")
    page.goto(f"{site.url}/compose")
    _, data = picture()
    page.set_input_files(
        "#entries input[type=file]", [{"name": "quay.png", "mimeType": "image/png", "buffer": data}]
    )
    expect(preview(page, "Mastodon").locator("img.bordered")).to_have_count(1)
    assert page.locator("img.bordered").evaluate("each => parseFloat(each.style.aspectRatio)") == 1.2


def test_a_complaint_stands_at_its_entry_and_marks_the_field(composer: Any, expect: Any) -> None:
    composer.fill(TEXT, "One")
    composer.get_by_role("button", name="Add to the thread").click()
    composer.get_by_label("Text of entry 2").fill("y" * 301)
    second = composer.locator("#entries > li").nth(1)
    expect(second.locator(".complaints li")).to_contain_text("301 long as Bluesky counts")
    expect(composer.locator("#entries > li").first.locator(".complaints li")).to_have_count(0)
    assert composer.get_by_label("Text of entry 2").get_attribute("aria-invalid") == "true"
    composer.get_by_label("Text of entry 2").fill("Two")
    expect(second.locator(".complaints li")).to_have_count(0)
    assert composer.get_by_label("Text of entry 2").get_attribute("aria-invalid") is None


def test_a_complaint_about_an_option_stands_at_the_options(page: Any, site: Site, expect: Any) -> None:
    accounts: list[Account] = seeds.connected(site.world, "linkedin")
    assert accounts
    page.goto(f"{site.url}/compose")
    page.fill(TEXT, "A question")
    page.get_by_text("LinkedIn's own settings").click()
    page.get_by_role("checkbox", name="Poll").check()
    expect(page.locator("#unfit li").first).to_contain_text("poll.question")
