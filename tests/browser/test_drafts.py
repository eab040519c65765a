"""What somebody writes is lost by nothing: not by a second tab, a dead line, an ended session or a change elsewhere."""

import re
from typing import Any

import pytest

from chalicelib import clock, decide, people, rewrite
from chalicelib.compose import Draft, Target
from chalicelib.models import Account, Entry
from chalicelib.store import lists
from tests.browser import seeds
from tests.browser.product import Site
from tests.contract.harness import picture

TEXT = "#entries textarea"


@pytest.fixture
def composer(page: Any, site: Site, account: Account) -> Any:
    page.goto(f"{site.url}/compose")
    page.locator(TEXT).wait_for()
    return page


def written(page: Any, text: str) -> None:
    page.fill(TEXT, text)
    page.locator("#kept", has_text="Kept in this browser").wait_for()


def stored() -> list[str]:
    found, _ = lists.before("home", "3")
    return [post.entries[0].text for post, _ in found]


def test_two_tabs_keep_a_draft_each(composer: Any, site: Site, context: Any, expect: Any) -> None:
    written(composer, "One")
    second = context.new_page()
    second.goto(f"{site.url}/compose")
    expect(second.locator(TEXT)).to_have_value("")
    written(second, "Two")
    composer.reload()
    expect(composer.locator(TEXT)).to_have_value("One")
    second.close()
    composer.close()
    texts = set()
    for _ in range(2):
        again = context.new_page()
        again.goto(f"{site.url}/compose")
        expect(again.locator(TEXT)).to_have_value(re.compile("One|Two"))
        texts.add(again.input_value(TEXT))
    assert texts == {"One", "Two"}


def test_a_draft_of_another_workspace_stays_there(composer: Any, site: Site, expect: Any) -> None:
    written(composer, "For home")
    kept = composer.evaluate("Object.keys(localStorage)")
    assert [key.split(":")[:2] for key in kept] == [["lamppost", "home"]]
    composer.evaluate(
        "(key) => localStorage.setItem(key.replace('home', 'elsewhere'), localStorage.getItem(key))", kept[0]
    )
    composer.fill(TEXT, "")
    expect(composer.locator("#kept")).to_have_text("")
    composer.reload()
    expect(composer.get_by_role("tabpanel")).to_be_visible()
    expect(composer.locator(TEXT)).to_have_value("")


def test_an_ended_session_costs_nothing_and_the_next_one_sends_it(
    composer: Any, site: Site, context: Any
) -> None:
    written(composer, "Before the session ended")
    composer.get_by_text("Draft", exact=True).click()
    context.clear_cookies()
    composer.locator("#send").click()
    composer.get_by_role("alert").get_by_text("You are signed out.").wait_for()
    assert stored() == []
    other = context.new_page()
    other.goto(site.link())
    composer.locator("#send").click()
    composer.wait_for_url("**/posts/*")
    assert stored() == ["Before the session ended"]


def test_signing_in_leads_back_to_what_was_being_edited(
    page: Any, site: Site, account: Account, context: Any
) -> None:
    (part,) = seeds.post(site.world, [account], "There")
    context.clear_cookies()
    page.goto(f"{site.url}/compose?post={part.post}")
    assert page.locator("input[name=to]").get_attribute("value") == f"/compose?post={part.post}"
    key = people.first_key(clock.now())
    page.get_by_label("API key").fill(key)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**/compose?post={part.post}")


def test_without_a_line_it_is_kept_and_with_one_it_is_checked_again(
    composer: Any, context: Any, expect: Any
) -> None:
    context.set_offline(True)
    written(composer, "On a train")
    expect(composer.locator("#why")).to_contain_text("No line to Lamppost just now")
    context.set_offline(False)
    expect(composer.locator("#why")).to_have_text("")
    expect(composer.get_by_text("10/500").first).to_be_visible()


def test_an_upload_that_was_cut_off_is_tried_again(composer: Any, site: Site, expect: Any) -> None:
    composer.route(f"{site.bucket}/", lambda route: route.abort())
    _, data = picture()
    composer.set_input_files(
        "#entries input[type=file]", [{"name": "quay.png", "mimeType": "image/png", "buffer": data}]
    )
    expect(composer.locator(".tile .trouble")).to_contain_text("The upload was cut off.")
    composer.unroute(f"{site.bucket}/")
    composer.get_by_role("button", name="Try quay.png again").click()
    expect(composer.get_by_label("Description of quay.png")).to_be_visible()


def test_a_kept_change_says_that_the_post_was_changed_since(
    page: Any, site: Site, account: Account, expect: Any
) -> None:
    (part,) = seeds.post(site.world, [account], "Before")
    page.goto(f"{site.url}/compose?post={part.post}")
    expect(page.locator(TEXT)).to_have_value("Before")
    written(page, "Mine")
    page.goto("about:blank")
    targets = (Target(account=account.id),)
    rewrite.rewrite(
        decide.load("home", part.post),
        Draft(entries=(Entry(text="Theirs"),), targets=targets, due=part.due),
        clock.now(),
    )
    page.goto(f"{site.url}/compose?post={part.post}")
    expect(page.locator("#kept")).to_contain_text("the post itself was changed since")
    expect(page.locator(TEXT)).to_have_value("Mine")


def test_a_phone_says_the_moment_and_its_zone(composer: Any, expect: Any) -> None:
    composer.set_viewport_size({"width": 390, "height": 800})
    composer.fill(TEXT, "Soon")
    composer.get_by_text("Next free slot").click()
    expect(composer.locator("#due")).to_contain_text("Europe/Berlin time.")
    expect(composer.locator("#due")).to_be_in_viewport()
