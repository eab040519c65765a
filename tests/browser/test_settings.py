"""The settings in a real browser: keys shown once, people with roles, rules that hold at once."""

from typing import Any

from chalicelib.store import members
from chalicelib.store import people as stored
from tests.browser.product import Site


def test_a_key_is_made_shown_once_and_revoked(page: Any, site: Site, expect: Any) -> None:
    page.goto(f"{site.url}/settings")
    page.get_by_text("New key").click()
    page.get_by_label("What is it for?").fill("the newsletter")
    page.get_by_role("button", name="Make the key").click()
    shown = page.get_by_role("dialog").get_by_label("To copy").input_value()
    assert shown.startswith("lp.home.")
    page.get_by_role("button", name="Done").click()
    row = page.locator(".key").filter(has_text="the newsletter")
    row.get_by_text("may read, write").wait_for()
    secret = shown.rpartition(".")[2]
    assert secret not in page.content()
    page.reload()
    assert secret not in page.content()
    row.get_by_role("button", name="Revoke").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(row).to_have_count(0)
    (key,) = [each for each in stored.keys_of("home") if each.name == "the newsletter"]
    assert key.revoked is not None


def test_the_shown_key_is_copied(page: Any, site: Site, context: Any) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{site.url}/settings")
    page.get_by_text("New key").click()
    page.get_by_label("What is it for?").fill("copied")
    page.get_by_role("button", name="Make the key").click()
    shown = page.get_by_label("To copy").input_value()
    page.get_by_role("button", name="Copy").click()
    page.get_by_role("status").get_by_text("Copied.").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == shown


def test_somebody_is_invited_given_another_role_and_removed(page: Any, site: Site, context: Any, expect: Any) -> None:  # fmt: skip
    page.goto(f"{site.url}/settings")
    page.get_by_text("Invite somebody").click()
    page.locator("#invite-name").fill("Grace")
    page.get_by_role("button", name="Invite", exact=True).click()
    link = page.get_by_label("To copy").input_value()
    page.get_by_role("button", name="Done").click()
    row = page.locator(".row").filter(has_text="Grace")
    row.get_by_text("has not signed in yet").wait_for()
    row.get_by_label("Role of Grace").select_option("reviewer")
    page.get_by_role("status").get_by_text("Saved.").wait_for()
    (grace,) = [each for each in members.all_of("home") if each.name == "Grace"]
    assert grace.role == "reviewer"
    assert "/signin?once=" in link
    row.get_by_label("More about Grace").click()
    row.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(row).to_have_count(0)


def test_the_last_owner_stays_and_the_page_says_why(page: Any, site: Site, expect: Any) -> None:
    page.goto(f"{site.url}/settings")
    role = page.get_by_label("Role of Operator")
    role.select_option("editor")
    page.get_by_role("alert").get_by_text("is the last owner").wait_for()
    expect(role).to_have_value("owner")


def test_reviews_are_asked_for_with_a_tick(page: Any, site: Site, expect: Any) -> None:
    page.goto(f"{site.url}/settings")
    page.get_by_label("Posts of editors wait for a review").check()
    page.get_by_role("status").get_by_text("Saved.").wait_for()
    page.reload()
    expect(page.get_by_label("Posts of editors wait for a review")).to_be_checked()
    found = stored.read_workspace("home")
    assert found is not None
    assert found.review == "required"


def test_a_workspace_is_made_and_gone_to(page: Any, site: Site) -> None:
    page.goto(f"{site.url}/settings")
    page.get_by_text("New workspace").click()
    page.locator("#new-house-name").fill("Elsewhere")
    page.get_by_role("button", name="Make it").click()
    page.locator(".row").filter(has_text="Elsewhere").get_by_role("button", name="Go there").click()
    page.wait_for_url(f"{site.url}/")
    page.goto(f"{site.url}/settings")
    row = page.locator(".row").filter(has_text="Elsewhere")
    row.get_by_text("you are here").wait_for()


def test_signing_out_everywhere_leads_to_the_sign_in_page(page: Any, site: Site) -> None:
    page.goto(f"{site.url}/settings")
    page.get_by_role("button", name="Sign out everywhere").click()
    page.get_by_role("dialog").get_by_role("button", name="Sign out everywhere").click()
    page.get_by_label("API key").wait_for()
