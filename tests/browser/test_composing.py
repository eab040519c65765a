"""The composer: counts and complaints as the platforms have them, own texts, files, drafts that stay."""

from typing import Any

import pytest

from chalicelib.models import Account
from chalicelib.store import posts
from tests.browser import seeds
from tests.browser.product import Site
from tests.contract.harness import picture

TEXT = "#entries textarea"


@pytest.fixture
def both(site: Site) -> list[Account]:
    return seeds.connected(site.world, "mastodon", "bluesky")


@pytest.fixture
def composer(page: Any, site: Site, both: list[Account]) -> Any:
    """The composer, with both accounts chosen."""
    page.goto(f"{site.url}/compose")
    page.get_by_role("button", name="All", exact=True).click()
    return page


def tab(page: Any, name: str) -> Any:
    return page.get_by_role("tab").filter(has_text=name)


def sent(page: Any, site: Site) -> Any:
    """Presses the button; the stored post with its deliveries by platform."""
    page.locator("#send").click()
    page.wait_for_url("**/posts/*")
    found = posts.read("home", page.url.rsplit("/", 1)[-1])
    assert found is not None
    return found[0], {part.platform: part for part in found[1]}


def test_each_tab_counts_as_its_platform_does(composer: Any) -> None:
    composer.fill(TEXT, "👨‍👩‍👧 https://example.com/a/very/long/address/that/is/shortened/by/one/of/them")
    tab(composer, "mastodon").filter(has_text="25/500").wait_for()
    tab(composer, "bsky").filter(has_text="/300").wait_for()
    assert "25/300" not in tab(composer, "bsky").inner_text()


def test_a_text_that_is_too_long_is_complained_of_beside_its_tab(composer: Any) -> None:
    composer.fill(TEXT, "x" * 301)
    tab(composer, "bsky").filter(has_text="301/300").wait_for()
    (said,) = composer.locator(".complaints li").all_inner_texts()
    assert said.endswith("@ada.bsky.social: The text is 301 long as Bluesky counts; 300 is the most.")
    tab(composer, "mastodon").click()
    assert composer.locator(".complaints li").count() == 0


def test_typing_in_an_accounts_tab_makes_its_text_its_own(composer: Any, site: Site) -> None:
    composer.fill(TEXT, "For all")
    tab(composer, "bsky").click()
    composer.fill(TEXT, "For the sky")
    tab(composer, "All").click()
    assert composer.input_value(TEXT) == "For all"
    post, parts = sent(composer, site)
    assert [entry.text for entry in post.entries] == ["For all"]
    assert parts["mastodon"].entries[0].text == "For all"
    assert parts["bluesky"].entries[0].text == "For the sky"


def test_back_to_the_shared_text_drops_the_own_one(composer: Any) -> None:
    composer.fill(TEXT, "For all")
    tab(composer, "bsky").click()
    composer.fill(TEXT, "For the sky")
    composer.get_by_role("button", name="Back to the shared text").click()
    assert composer.input_value(TEXT) == "For all"
    assert "own" not in tab(composer, "bsky").inner_text()


def test_what_is_typed_survives_the_closing_of_the_tab(
    composer: Any, site: Site, context: Any, expect: Any
) -> None:
    composer.fill(TEXT, "Half a tho")
    composer.get_by_text("Kept in this browser").wait_for()
    composer.goto("about:blank")
    again = context.new_page()
    again.goto(f"{site.url}/compose")
    again.get_by_text("Kept from").wait_for()
    assert again.input_value(TEXT) == "Half a tho"
    assert again.get_by_role("checkbox", checked=True).count() == 2
    again.get_by_role("button", name="Start anew").click()
    again.get_by_role("button", name="Throw it away").click()
    expect(again.locator(TEXT)).to_have_value("")


def test_a_picture_goes_to_the_bucket_and_into_the_post_with_its_description(
    composer: Any, site: Site
) -> None:
    _, data = picture()
    composer.set_input_files(
        "#entries input[type=file]", [{"name": "quay.png", "mimeType": "image/png", "buffer": data}]
    )
    composer.get_by_label("Description of quay.png").fill("A lamp on a quay")
    _, parts = sent(composer, site)
    (media,) = parts["bluesky"].entries[0].media
    assert (media.name, media.alt, media.width, media.size) == (
        "quay.png",
        "A lamp on a quay",
        640,
        len(data),
    )
    assert (
        composer.locator("img.thumb").first.evaluate("img => img.decode().then(() => img.naturalWidth)")
        == 640
    )


@pytest.mark.parametrize("way", ["drop", "paste"])
def test_files_are_dropped_and_pasted(composer: Any, way: str) -> None:
    _, data = picture()
    composer.locator(TEXT).evaluate(
        """(area, [way, bytes]) => {
            const files = new DataTransfer();
            files.items.add(new File([new Uint8Array(bytes)], "lamp.png", {type: "image/png"}));
            const more = {bubbles: true, cancelable: true};
            area.dispatchEvent(way === "drop"
                ? new DragEvent("drop", {...more, dataTransfer: files})
                : new ClipboardEvent("paste", {...more, clipboardData: files}));
        }""",
        [way, list(data)],
    )
    composer.get_by_label("Description of lamp.png").wait_for()


def test_a_file_that_is_no_picture_says_so_and_holds_the_post_back(composer: Any) -> None:
    composer.fill(TEXT, "Look")
    composer.set_input_files(
        "#entries input[type=file]", [{"name": "x.png", "mimeType": "image/png", "buffer": b"no picture"}]
    )
    composer.get_by_text("This is no picture, film or document that can be posted.").wait_for()
    composer.locator("#send").click()
    composer.get_by_role("alert").get_by_text("A file cannot be used: remove it.").wait_for()
    composer.get_by_label("Remove x.png").click()
    assert composer.locator(".tile").count() == 0


def test_a_thread_has_entries_and_pauses(composer: Any, site: Site) -> None:
    composer.fill(TEXT, "One")
    composer.get_by_role("button", name="Add to the thread").click()
    composer.get_by_label("Text of entry 2").fill("Two")
    composer.get_by_label("When entry 2 follows").select_option("300")
    _, parts = sent(composer, site)
    assert [(entry.text, entry.delay) for entry in parts["mastodon"].entries] == [("One", 0), ("Two", 300)]


def test_a_platforms_own_settings_are_a_form_made_from_its_schema(composer: Any, site: Site) -> None:
    composer.fill(TEXT, "Quietly")
    tab(composer, "mastodon").click()
    composer.get_by_text("Mastodon's own settings").click()
    composer.get_by_label("Visibility").select_option("unlisted")
    composer.get_by_label("Sensitive").check()
    composer.get_by_label("Spoiler text").fill("Lamps")
    _, parts = sent(composer, site)
    assert parts["mastodon"].options == {"visibility": "unlisted", "sensitive": True, "spoiler_text": "Lamps"}
    assert parts["bluesky"].options == {}


def test_a_needed_option_and_a_group_of_options_are_asked_for(page: Any, site: Site, expect: Any) -> None:
    seeds.connected(site.world, "linkedin")
    page.goto(f"{site.url}/compose")
    page.fill(TEXT, "A question")
    page.get_by_text("LinkedIn's own settings").click()
    page.get_by_role("checkbox", name="Poll").check()
    page.locator(".complaints").get_by_text("poll.question").wait_for()
    page.get_by_label("Question").fill("Lit?")
    page.get_by_label("Options").fill("Yes\nNo")
    expect(page.locator(".complaints li")).to_have_count(0)
    _, parts = sent(page, site)
    assert parts["linkedin"].options == {"poll": {"question": "Lit?", "options": ["Yes", "No"]}}


def test_without_an_account_nothing_is_sent(page: Any, site: Site, both: list[Account]) -> None:
    page.goto(f"{site.url}/compose")
    page.fill(TEXT, "To whom?")
    page.locator("#send").click()
    page.get_by_role("alert").get_by_text("Choose at least one account.").wait_for()


def test_what_lamppost_refuses_is_shown_at_its_tab(composer: Any) -> None:
    composer.fill(TEXT, "x" * 301)
    composer.locator("#send").click()
    composer.get_by_role("alert").get_by_text("as Bluesky counts").wait_for()
    assert tab(composer, "bsky").get_attribute("aria-selected") == "true"
