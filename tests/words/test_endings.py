"""First comments, signatures, tags and duplicates, through the API."""

from typing import Any

import pytest

from tests.test_api import Site, at, refusal
from tests.words.asks import post


def texts(entries: list[dict[str, Any]]) -> list[str]:
    return [entry["text"] for entry in entries]


# -- first comments ------------------------------------------------------------------------------------------


def test_a_first_comment_is_the_entry_after_the_post(site: Site, mastodon: str) -> None:
    made = site.call("POST", "/v1/posts", post(mastodon, first_comment={"text": "The link"})).json_body
    assert texts(made["entries"]) == ["The lamps are lit", "The link"]
    assert made["deliveries"][0]["entries"] == made["entries"]


def test_an_account_may_have_a_first_comment_of_its_own_or_none(site: Site, mastodon: str) -> None:
    for own, expected in (({"text": "Mine"}, ["Shared", "Mine"]), (None, ["Shared"])):
        body = post({"account": mastodon, "first_comment": own}, text="Shared", when="draft")
        made = site.call("POST", "/v1/posts", {**body, "first_comment": {"text": "Ours"}}).json_body
        assert texts(made["deliveries"][0]["entries"]) == expected


def test_where_a_platform_takes_no_comment_it_is_said_by_name(site: Site, pinterest: str) -> None:
    body = post({"account": pinterest, "options": {"board": "1"}}, first_comment={"text": "The link"})
    said = [each["sentence"] for each in site.call("POST", "/v1/posts/check", body).json_body["complaints"]]
    assert "Pinterest takes a single entry: no thread and no comments." in said


def test_where_a_platform_takes_no_comment_it_is_left_out_if_that_was_asked(
    site: Site, mastodon: str, pinterest: str
) -> None:
    comment = {"text": "The link", "where_possible": True}
    body = post(mastodon, pinterest, first_comment=comment, when="draft")
    made = site.call("POST", "/v1/posts", body).json_body
    said = {each["account"]: texts(each["entries"]) for each in made["deliveries"]}
    assert said == {mastodon: ["The lamps are lit", "The link"], pinterest: ["The lamps are lit"]}


def test_a_first_comment_under_nothing_is_no_post(site: Site, mastodon: str) -> None:
    body = post(mastodon, entries=[], first_comment={"text": "The link"})
    assert refusal(site.call("POST", "/v1/posts", body)) == (422, "not-postable")


# -- signatures ----------------------------------------------------------------------------------------------


@pytest.fixture
def signature(site: Site) -> str:
    made = site.call("POST", "/v1/signatures", {"name": "Ada", "text": "— Ada", "auto": True})
    assert made.status_code == 201, made.body
    return str(made.json_body["id"])


def test_a_signature_ends_the_first_entry_and_is_counted(site: Site, mastodon: str, signature: str) -> None:
    body = post(mastodon, signature=signature, first_comment={"text": "The link"})
    counted = site.call("POST", "/v1/posts/check", body).json_body["counts"]
    assert [each["used"] for each in counted] == [len("The lamps are lit\n\n— Ada"), len("The link")]
    made = site.call("POST", "/v1/posts", body).json_body
    assert texts(made["entries"]) == ["The lamps are lit\n\n— Ada", "The link"]


def test_a_text_that_ends_with_the_signature_is_not_signed_twice(
    site: Site, mastodon: str, signature: str
) -> None:
    made = site.call("POST", "/v1/posts", post(mastodon, text="Hello\n— Ada", signature=signature)).json_body
    assert texts(made["entries"]) == ["Hello\n— Ada"]


def test_an_own_text_is_signed_too(site: Site, mastodon: str, signature: str) -> None:
    own = {"account": mastodon, "entries": [{"text": "Mine"}]}
    made = site.call("POST", "/v1/posts", post(own, signature=signature)).json_body
    assert texts(made["deliveries"][0]["entries"]) == ["Mine\n\n— Ada"]


def test_a_signature_that_makes_a_text_too_long_is_complained_of(
    site: Site, mastodon: str, signature: str
) -> None:
    body = post(mastodon, text="x" * 498)
    assert site.call("POST", "/v1/posts/check", body).json_body["complaints"] == []
    assert refusal(site.call("POST", "/v1/posts", {**body, "signature": signature})) == (422, "not-postable")


def test_without_one_a_post_is_not_signed_whatever_is_automatic(
    site: Site, mastodon: str, signature: str
) -> None:
    nothing: list[dict[str, Any]] = [{}, {"signature": None}]
    for more in nothing:
        made = site.call("POST", "/v1/posts", post(mastodon, when="draft", **more)).json_body
        assert texts(made["entries"]) == ["The lamps are lit"]


def test_one_signature_is_automatic_at_the_most(site: Site, signature: str) -> None:
    site.call("POST", "/v1/signatures", {"name": "Bob", "text": "— Bob", "auto": True})
    found = site.call("GET", "/v1/signatures").json_body["signatures"]
    assert {each["name"]: each["auto"] for each in found} == {"Ada": False, "Bob": True}


def test_a_signature_is_changed_and_forgotten(site: Site, signature: str) -> None:
    where = f"/v1/signatures/{signature}"
    assert site.call("PATCH", where, {"text": "Yours, Ada"}).json_body["text"] == "Yours, Ada"
    assert site.call("GET", where).json_body == {
        "id": signature,
        "name": "Ada",
        "text": "Yours, Ada",
        "auto": True,
    }
    assert site.call("DELETE", where).json_body == {"id": signature, "deleted": True}
    for method in ("GET", "DELETE"):
        assert refusal(site.call(method, where)) == (404, "unknown-signature")


def test_another_workspaces_signature_is_none(site: Site, other: Site, mastodon: str, signature: str) -> None:
    where = f"/v1/signatures/{signature}"
    assert other.call("GET", "/v1/signatures").json_body == {"signatures": []}
    for method, body in (("GET", None), ("PATCH", {"text": "x"}), ("DELETE", None)):
        assert refusal(other.call(method, where, body)) == (404, "unknown-signature")
    foreign = other.call("POST", "/v1/signatures", {"name": "O", "text": "— O"}).json_body["id"]
    answer = site.call("POST", "/v1/posts", post(mastodon, signature=foreign))
    assert refusal(answer) == (404, "unknown-signature")


# -- tags ----------------------------------------------------------------------------------------------------


def test_a_tag_has_a_colour_and_a_name_that_stays(site: Site, other: Site) -> None:
    made = site.call("POST", "/v1/tags", {"name": " Winter ", "colour": "#AA0000"}).json_body
    assert (made["name"], made["colour"]) == ("Winter", "#aa0000")
    assert refusal(site.call("POST", "/v1/tags", {"name": "winter"})) == (409, "tag-exists")
    where = f"/v1/tags/{made['id']}"
    assert site.call("PATCH", where, {"colour": "#00bb00"}).json_body["colour"] == "#00bb00"
    assert refusal(site.call("PATCH", where, {"name": "Summer", "colour": "#000000"})) == (422, "invalid")
    assert refusal(other.call("GET", where)) == (404, "unknown-tag")
    assert site.call("DELETE", where).json_body["deleted"]
    assert site.call("GET", "/v1/tags").json_body == {"tags": []}


def test_posts_are_listed_by_tag_in_whatever_case(site: Site, mastodon: str) -> None:
    for text, tags in (("a", ["Winter", "Lamps"]), ("b", ["Lamps"]), ("c", [])):
        site.call("POST", "/v1/posts", post(mastodon, text=text, tags=tags))

    def listed(more: str) -> list[str]:
        found = site.call("GET", f"/v1/posts?from={at()}&to={at(days=1)}{more}").json_body["posts"]
        return sorted(each["entries"][0]["text"] for each in found)

    assert listed("&tag=lamps") == ["a", "b"]
    assert listed("&tag=Winter") == ["a"]
    assert listed("&tag=None") == []
    assert listed("") == ["a", "b", "c"]


def test_postizs_clients_see_a_tags_colour(site: Site, mastodon: str) -> None:
    site.call("POST", "/v1/tags", {"name": "Winter", "colour": "#00bb00"})
    site.call("POST", "/v1/posts", post(mastodon, tags=["winter", "Lamps"]))
    found = site.call("GET", f"/public/v1/posts?startDate={at()}&endDate={at(days=1)}").json_body["posts"]
    seen = {each["tag"]["name"]: each["tag"]["color"] for each in found[0]["tags"]}
    assert seen == {"winter": "#00bb00", "Lamps": "#942828"}


# -- duplicates ----------------------------------------------------------------------------------------------


def test_a_duplicate_is_a_draft_of_the_same_without_receipts(site: Site, mastodon: str) -> None:
    own = {
        "account": mastodon,
        "entries": [{"text": "Mine"}, {"text": "More", "delay": 60}],
        "options": {"visibility": "unlisted"},
    }
    first = site.call("POST", "/v1/posts", post(own, tags=["Winter"], zone="Europe/Berlin")).json_body
    answer = site.call("POST", f"/v1/posts/{first['id']}/duplicate")
    assert answer.status_code == 201
    copy = answer.json_body
    assert (copy["state"], copy["tags"], copy["zone"]) == ("draft", ["Winter"], "Europe/Berlin")
    assert copy["entries"] == first["entries"]
    (part,), (before,) = copy["deliveries"], first["deliveries"]
    assert [part[name] for name in ("account", "entries", "options")] == [
        before[name] for name in ("account", "entries", "options")
    ]
    assert part["receipts"] == []
    assert copy["id"] != first["id"]
    assert site.call("GET", f"/v1/posts/{first['id']}").json_body["state"] == "scheduled"


def test_a_duplicate_leaves_out_accounts_that_are_gone(site: Site, mastodon: str, pinterest: str) -> None:
    first = site.call("POST", "/v1/posts", post(mastodon, pinterest, when="draft")).json_body
    site.call("DELETE", f"/v1/accounts/{pinterest}")
    copy = site.call("POST", f"/v1/posts/{first['id']}/duplicate").json_body
    assert [each["account"] for each in copy["deliveries"]] == [mastodon]
    site.call("DELETE", f"/v1/accounts/{mastodon}")
    answer = site.call("POST", f"/v1/posts/{first['id']}/duplicate")
    assert refusal(answer) == (409, "no-account")


def test_another_workspaces_post_is_not_duplicated(site: Site, other: Site, mastodon: str) -> None:
    first = site.call("POST", "/v1/posts", post(mastodon)).json_body["id"]
    assert refusal(other.call("POST", f"/v1/posts/{first}/duplicate")) == (404, "unknown-post")
