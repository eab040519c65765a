"""A table looked at before it is saved, a post once more, what a post ends with, and the same text twice."""

from typing import Any

from chalicelib import clock
from chalicelib.models import Account
from chalicelib.store import lists, signatures
from chalicelib.store.signatures import Signature
from tests.browser import seeds
from tests.browser.product import Site

TEXT = "#entries textarea"


def stored() -> list[Any]:
    found, _ = lists.before("home", "3")
    return found


def drop(page: Any, csv: bytes) -> None:
    page.set_input_files("#file", {"name": "posts.csv", "mimeType": "text/csv", "buffer": csv})


def test_a_table_is_looked_at_row_by_row_and_then_saved(page: Any, site: Site, account: Account) -> None:
    page.goto(f"{site.url}/import")
    drop(
        page,
        "when;accounts;text;mood\n24.12.2027 18:00;Ada Lantern;Grüße;x\nsoon;Ada Lantern;Bad;y\n".encode(
            "cp1252"
        ),
    )
    page.get_by_text("Looked at 2 of 2 rows. Passed over: mood. 1 cannot go out as it is.").wait_for()
    assert [each.inner_text() for each in page.locator("#rows tbody th").all()] == ["2", "3"]
    row = page.locator("#rows tbody tr").first
    assert "Grüße" in row.inner_text()
    assert "18:00" in row.locator("time").inner_text()
    assert "“soon” is not a day" in page.locator("#rows tbody tr").nth(1).inner_text()
    assert stored() == []
    page.get_by_role("button", name="Schedule 1 post").click()
    page.get_by_text("1 post is saved; 1 not.").wait_for()
    ((post, _),) = stored()
    assert (post.entries[0].text, clock.iso(post.due)) == ("Grüße", "2027-12-24T17:00:00.000Z")
    page.get_by_role("link", name="Scheduled").click()
    page.wait_for_url(f"**/posts/{post.id}")


def test_what_is_no_table_is_told(page: Any, site: Site, account: Account) -> None:
    page.goto(f"{site.url}/import")
    drop(page, b"a,b\n1,2\n")
    page.get_by_role("alert").get_by_text("The first row must name the columns").wait_for()
    assert page.locator("#save").is_hidden()


def test_a_post_is_duplicated_as_a_draft_that_opens(
    page: Any, site: Site, account: Account, expect: Any
) -> None:
    (part,) = seeds.post(site.world, [account], "Once more")
    page.goto(f"{site.url}/posts/{part.post}")
    page.get_by_role("button", name="Duplicate").click()
    page.wait_for_url("**/compose?post=*")
    expect(page.locator(TEXT)).to_have_value("Once more")
    assert sorted(each.state for _, parts in stored() for each in parts) == ["draft", "scheduled"]


def test_signature_first_comment_and_tags_go_with_the_post(page: Any, site: Site, account: Account) -> None:
    signatures.save(Signature(workspace="home", id="s", name="Ada", text="— Ada", auto=True))
    page.goto(f"{site.url}/compose")
    page.fill(TEXT, "Hello")
    page.get_by_label("First comment", exact=True).fill("The link")
    page.get_by_label("Tags").fill("Winter, Lamps")
    page.get_by_text("12/500").first.wait_for()
    page.get_by_role("button", name="Publish now").click()
    page.wait_for_url("**/posts/*")
    ((post, (part,)),) = stored()
    assert [entry.text for entry in part.entries] == ["Hello\n\n— Ada", "The link"]
    assert post.tags == ("Winter", "Lamps")


def test_the_same_text_is_asked_about_before_it_goes_out_twice(
    page: Any, site: Site, account: Account
) -> None:
    seeds.post(site.world, [account], "Hello", hours=2)
    page.goto(f"{site.url}/compose")
    page.fill(TEXT, "hello")
    page.locator(".complaints").get_by_text("The same text is to go out on Mastodon").wait_for()
    page.get_by_role("button", name="Publish now").click()
    page.get_by_role("button", name="Not now").click()
    assert len(stored()) == 1
    page.get_by_role("button", name="Publish now").click()
    page.get_by_role("button", name="Post it again").click()
    page.wait_for_url("**/posts/*")
    assert len(stored()) == 2


def test_everything_is_downloaded_from_the_foot_of_the_page(page: Any, site: Site, account: Account) -> None:
    seeds.post(site.world, [account], "=1+1")
    page.goto(f"{site.url}/")
    for link, begins, holds in (
        ("posts as CSV", "\ufeffwhen", "'=1+1"),
        ("everything as JSON", "{", '"=1+1"'),
    ):
        with page.expect_download() as waiting:
            page.get_by_role("link", name=link).click()
        text = waiting.value.path().read_text()
        assert text.startswith(begins)
        assert holds in text


def test_the_calendar_shows_one_tag(page: Any, site: Site, account: Account, expect: Any) -> None:
    from chalicelib.store import tags

    tags.save(tags.Tag(workspace="home", id=tags.identify("Winter"), name="Winter", colour="#aa0000"))
    seeds.post(site.world, [account], "Plain", hours=1)
    page.goto(f"{site.url}/calendar#week/{clock.now():%Y-%m-%d}")
    expect(page.locator(".event")).to_have_count(1)
    page.get_by_label("Tag").select_option("Winter")
    expect(page.locator(".event")).to_have_count(0)
