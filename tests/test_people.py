"""People: invited by a link, given roles that hold from the next request on, removed; workspaces of their own."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from chalice.test import Client

from chalicelib import clock, people, staff
from chalicelib.store import members, table
from chalicelib.store import people as workspaces
from chalicelib.store.table import Lost
from tests.conftest import Clock
from tests.test_api import Site, refusal, site, world
from tests.world import signed_in

__all__ = ["site", "world"]

Role = str


class Browser(Site):
    """Somebody who is signed in, with the CSRF token that every page carries."""

    def __init__(self, client: Client, cookie: str) -> None:
        super().__init__(client)
        self.cookies["lamppost"] = cookie

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        who = people.by_cookie(self.cookies["lamppost"])
        return super().call(method, path, body, **{"X-CSRF-Token": who.csrf if who else "", **headers})

    def press(self, path: str, form: str = "") -> Any:
        """A form that a page sends."""
        who = people.by_cookie(self.cookies["lamppost"])
        given = f"{form}&csrf={quote(who.csrf if who else '')}".encode()
        return self.call("POST", path, given, **{"Content-Type": "application/x-www-form-urlencoded", "X-CSRF-Token": ""})  # fmt: skip

    @property
    def person(self) -> str:
        who = people.by_cookie(self.cookies["lamppost"])
        assert who is not None
        return who.person


def opened(client: Client, link: str) -> Browser:
    """A browser in which somebody opened a link."""
    browser = Site(client)
    split = urlsplit(link)
    answer = browser.call("GET", f"{split.path.removeprefix('/api')}?{split.query}")
    assert answer.status_code == 302, answer.body
    return Browser(client, browser.cookies["lamppost"])


@pytest.fixture
def owner(site: Site) -> Browser:
    return opened(site.client, people.sign_in_link(clock.now()))


@pytest.fixture
def invited(site: Site, owner: Browser) -> Callable[..., Browser]:
    def invite(role: Role, name: str = "Grace", email: str = "", by: Browser = owner) -> Browser:
        made = by.call("POST", "/v1/people", {"name": name, "role": role, "email": email})
        assert made.status_code == 201, made.body
        return opened(site.client, made.json_body["link"])

    return invite


Invited = Callable[..., Browser]


# -- roles ---------------------------------------------------------------------------------------------------


def test_each_role_may_what_it_is_for(invited: Invited) -> None:
    asked = {
        "read": ("GET", "/v1/accounts", None),
        "write": ("DELETE", "/v1/posts/nothing", None),
        "review": ("POST", "/v1/posts/nothing/review", {"decision": "approve"}),
        "admin": ("GET", "/v1/people", None),
    }
    may = {}
    for role in ("owner", "editor", "reviewer"):
        browser = invited(role)
        may[role] = {name for name, call in asked.items() if browser.call(*call).status_code != 403}
    assert may == {"owner": set(asked), "editor": {"read", "write"}, "reviewer": {"read", "review"}}


def test_another_role_holds_from_the_next_request_on(owner: Browser, invited: Invited) -> None:
    browser = invited("editor")
    assert refusal(browser.call("GET", "/v1/keys")) == (403, "forbidden")
    changed = owner.call("PATCH", f"/v1/people/{browser.person}", {"role": "owner"})
    assert changed.json_body["role"] == "owner"
    assert browser.call("GET", "/v1/keys").status_code == 200
    owner.call("PATCH", f"/v1/people/{browser.person}", {"role": "reviewer"})
    assert refusal(browser.call("DELETE", "/v1/posts/nothing")) == (403, "forbidden")


def test_who_is_removed_is_out_at_once(owner: Browser, invited: Invited) -> None:
    browser = invited("editor")
    person = browser.person
    assert owner.call("DELETE", f"/v1/people/{person}").status_code == 200
    assert refusal(browser.call("GET", "/v1/accounts")) == (401, "unauthorized")
    assert person not in [each["id"] for each in owner.call("GET", "/v1/people").json_body["people"]]
    assert refusal(owner.call("DELETE", f"/v1/people/{person}")) == (404, "unknown-person")


def test_the_last_owner_can_neither_be_removed_nor_demoted(owner: Browser, invited: Invited) -> None:
    assert refusal(owner.call("DELETE", f"/v1/people/{owner.person}")) == (409, "last-owner")
    body = {"role": "editor"}
    assert refusal(owner.call("PATCH", f"/v1/people/{owner.person}", body)) == (409, "last-owner")
    other = invited("owner")
    assert owner.call("DELETE", f"/v1/people/{owner.person}").status_code == 200
    assert refusal(other.call("DELETE", f"/v1/people/{other.person}")) == (409, "last-owner")


def test_two_owners_who_remove_each_other_at_once_leave_one(owner: Browser, invited: Invited) -> None:
    other = invited("owner")
    first, second = (members.read("home", each.person) for each in (owner, other))
    assert first is not None
    assert second is not None
    members.remove(first)
    with pytest.raises(Lost):
        members.remove(second)
    assert [each.person for each in members.all_of("home")] == [second.person]


def test_who_is_invited_again_while_they_are_being_removed_is_in(
    owner: Browser, invited: Invited, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An owner, too: or the count of owners would speak of one who is not there."""
    other = invited("owner")
    member = members.read("home", other.person)
    assert member is not None
    take = table.take

    def slowly(key: Any, **parts: Any) -> Any:
        monkeypatch.setattr(table, "take", take)
        members.join(member)
        return take(key, **parts)

    monkeypatch.setattr(table, "take", slowly)
    members.remove(member)
    assert {each.person for each in members.all_of("home")} == {owner.person, other.person}
    found = workspaces.read_workspace("home")
    assert found is not None
    assert found.owners == 2


def test_people_of_another_workspace_are_not_there(site: Site, owner: Browser) -> None:
    other = Browser(site.client, signed_in("other"))
    for method, body in (("PATCH", {"role": "editor"}), ("DELETE", None)):
        path = f"/v1/people/{owner.person}"
        assert refusal(other.call(method, path, body)) == (404, "unknown-person")
    assert refusal(other.call("POST", f"/v1/people/{owner.person}/link")) == (404, "unknown-person")
    assert refusal(other.call("PATCH", "/v1/workspaces/home", {"name": "x"})) == (404, "unknown-workspace")


# -- links ---------------------------------------------------------------------------------------------------


def test_a_link_signs_in_once_and_not_after_its_person_was_removed(site: Site, owner: Browser) -> None:
    made = owner.call("POST", "/v1/people", {"name": "Grace", "role": "editor"}).json_body
    path = urlsplit(made["link"])
    once = f"/signin?{path.query}"
    assert Site(site.client).call("GET", once).status_code == 302
    assert Site(site.client).call("GET", once).status_code == 403
    again = owner.call("POST", f"/v1/people/{made['id']}/link").json_body["link"]
    owner.call("DELETE", f"/v1/people/{made['id']}")
    assert Site(site.client).call("GET", f"/signin?{urlsplit(again).query}").status_code == 403


def test_a_link_is_shown_once_also_when_the_request_is_repeated(owner: Browser) -> None:
    body = {"name": "Grace", "role": "editor"}
    first = owner.call("POST", "/v1/people", body, **{"Idempotency-Key": "1"})
    assert first.status_code == 201
    again = owner.call("POST", "/v1/people", body, **{"Idempotency-Key": "1"})
    assert refusal(again) == (409, "made-already")


def test_an_owners_link_for_somebody_leads_into_that_owners_workspace_alone(
    site: Site, owner: Browser, invited: Invited
) -> None:
    """Whoever invites an address holds its link, and must not come into other workspaces by it."""
    grace = invited("owner", email="grace@example.com")
    stranger = Browser(site.client, signed_in("other"))
    thief = invited("editor", email="Grace@example.com", by=stranger)
    assert thief.person == grace.person
    assert thief.press("/switch", "workspace=home").status_code == 404
    listed = thief.call("GET", "/v1/workspaces").json_body["workspaces"]
    assert [each["id"] for each in listed] == ["other"]
    thief.call("POST", "/v1/signout")
    assert grace.call("GET", "/v1/accounts").status_code == 200
    assert refusal(thief.call("GET", "/v1/accounts")) == (401, "unauthorized")


def test_the_same_address_is_a_member_once(owner: Browser, invited: Invited) -> None:
    invited("editor", email="grace@example.com")
    body = {"name": "G", "role": "owner", "email": "GRACE@example.com"}
    assert refusal(owner.call("POST", "/v1/people", body)) == (409, "member-already")


def test_an_address_that_is_free_again_stands_for_somebody_new(owner: Browser, invited: Invited) -> None:
    before = members.bind(people.make_person("Grace", "grace@example.com", clock.now()), "https://id", "7")
    assert invited("editor", email="grace@example.com").person != before.id


# -- sessions ------------------------------------------------------------------------------------------------


def test_signing_out_everywhere_ends_every_session(site: Site, owner: Browser) -> None:
    other = opened(site.client, people.sign_in_link(clock.now()))
    assert other.person == owner.person
    assert owner.call("POST", "/v1/signout").json_body == {"workspaces": 1}
    for browser in (owner, other):
        assert refusal(browser.call("GET", "/v1/accounts")) == (401, "unauthorized")
    assert (
        opened(site.client, people.sign_in_link(clock.now())).call("GET", "/v1/accounts").status_code == 200
    )


def test_a_session_ends_by_itself_after_two_weeks(site: Site, at: Clock) -> None:
    from itsdangerous import URLSafeTimedSerializer

    cookie = signed_in()
    signer = URLSafeTimedSerializer("a key for tests", salt="session")
    assert signer.loads(cookie, max_age=int(people.STAY.total_seconds()))["person"]
    assert timedelta(days=14) == people.STAY


def test_a_key_has_no_sessions_of_a_person_to_end(site: Site) -> None:
    assert refusal(site.call("POST", "/v1/signout")) == (409, "no-person")


# -- workspaces ----------------------------------------------------------------------------------------------


def test_a_person_makes_a_workspace_and_turns_to_it(owner: Browser) -> None:
    made = owner.call("POST", "/v1/workspaces", {"name": "The other side"})
    assert made.status_code == 201
    number = made.json_body["id"]
    assert owner.press("/switch", f"workspace={number}").status_code == 302
    listed = owner.call("GET", "/v1/workspaces").json_body["workspaces"]
    assert [(each["name"], each["role"], each["here"]) for each in listed] == [
        ("Home", "owner", False),
        ("The other side", "owner", True),
    ]
    assert owner.call("GET", "/v1/accounts").json_body["accounts"] == []


def test_turning_to_another_workspace_needs_the_pages_token_and_a_membership(
    site: Site, owner: Browser
) -> None:
    signed_in("other")
    assert owner.press("/switch", "workspace=other").status_code == 404
    forged = owner.call("POST", "/switch", b"workspace=home", **{"Content-Type": "application/x-www-form-urlencoded", "X-CSRF-Token": "no"})  # fmt: skip
    assert refusal(forged) == (403, "csrf")


def test_a_key_makes_no_workspace_and_knows_only_its_own(site: Site) -> None:
    assert refusal(site.call("POST", "/v1/workspaces", {"name": "x"})) == (403, "only-people")
    (only,) = site.call("GET", "/v1/workspaces").json_body["workspaces"]
    assert (only["id"], only["role"], only["here"]) == ("home", None, True)


def test_a_workspace_gets_another_name_and_rule(site: Site) -> None:
    changed = site.call("PATCH", "/v1/workspaces/home", {"name": "Lamps", "review": "required"})
    assert (changed.json_body["name"], changed.json_body["review"]) == ("Lamps", "required")
    assert site.call("PATCH", "/v1/workspaces/home", {}).json_body["name"] == "Lamps"


# -- the operator --------------------------------------------------------------------------------------------


def test_the_operators_link_may_name_an_address_which_then_rules(site: Site) -> None:
    link = people.sign_in_link(clock.now(), email="ada@example.com")
    ada = opened(site.client, link)
    member = staff.load("home", ada.person)
    assert (member.role, member.email, member.name) == ("owner", "ada@example.com", "ada")
    staff.change_role("home", opened(site.client, people.sign_in_link(clock.now())).person, "owner")
    staff.change_role("home", ada.person, "editor")
    assert opened(site.client, people.sign_in_link(clock.now(), email="ada@example.com")).person == ada.person
    assert staff.load("home", ada.person).role == "owner"


@pytest.mark.parametrize("path", ["/", "/settings", "/review", "/calendar", "/compose", "/failures"])
@pytest.mark.parametrize("role", ["owner", "editor", "reviewer"])
def test_every_role_sees_every_page(invited: Invited, role: str, path: str) -> None:
    answer = invited(role).call("GET", path, Accept="text/html")
    assert answer.status_code == 200
    assert re.search(rb'name="csrf"', answer.body)


def test_settings_show_keys_and_people_to_owners_only(invited: Invited) -> None:
    pages = {role: invited(role, name=f"Only {role}").call("GET", "/settings", Accept="text/html").body.decode()
             for role in ("owner", "editor")}  # fmt: skip
    assert 'data-once="POST /v1/people"' in pages["owner"]
    assert "Only owner" not in pages["editor"]
    assert "/v1/keys" not in pages["editor"]


def test_the_admin_link_of_a_stage_signs_an_owner_in(
    site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from infra import admin, config

    monkeypatch.setattr(config, "environment", lambda stage: {"PUBLIC_URL": "http://localhost:8000/api"})
    monkeypatch.setattr("sys.argv", ["admin", "--stage", "test", "--email", "Ada@example.com"])
    admin.main()
    browser = opened(site.client, capsys.readouterr().out.strip())
    member = staff.load("home", browser.person)
    assert (member.email, member.role) == ("ada@example.com", "owner")


def test_a_stage_without_an_address_has_no_admin_link(monkeypatch: pytest.MonkeyPatch) -> None:
    from infra import admin, config

    monkeypatch.setattr(config, "environment", lambda stage: {"PUBLIC_URL": ""})
    with pytest.raises(SystemExit, match="deploy it first"):
        admin.address("dev")


def test_the_identity_providers_secrets_are_imported_with_the_platforms() -> None:
    from infra import secrets

    assert {"OIDC_ISSUER", "OIDC_CLIENT_SECRET", "X_API_KEY"} <= secrets.asked()
