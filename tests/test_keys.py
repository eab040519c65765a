"""API keys: shown once, never with more rights than their maker's, counted, and over when revoked."""

import json
from datetime import timedelta

from chalicelib import clock, people, rates
from chalicelib.store import people as stored
from tests.conftest import Clock
from tests.test_api import Site, refusal, site, world

__all__ = ["site", "world"]


def made(site: Site, *scopes: str, name: str = "script") -> dict[str, str]:
    answer = site.call("POST", "/v1/keys", {"name": name, "scopes": list(scopes)})
    assert answer.status_code == 201, answer.body
    found: dict[str, str] = answer.json_body
    return found


def test_a_key_works_and_its_text_is_shown_once(site: Site) -> None:
    key = made(site, "read")
    assert Site(site.client, key["key"]).call("GET", "/v1/accounts").status_code == 200
    listed = site.call("GET", "/v1/keys")
    assert key["id"] in [each["id"] for each in listed.json_body["keys"]]
    assert key["key"].rpartition(".")[2] not in json.dumps(listed.json_body)
    assert "digest" not in json.dumps(listed.json_body)


def test_a_key_does_no_more_than_it_may(site: Site) -> None:
    reader = Site(site.client, made(site, "read")["key"])
    assert refusal(reader.call("DELETE", "/v1/posts/any")) == (403, "forbidden")
    assert refusal(reader.call("GET", "/v1/keys")) == (403, "forbidden")


def test_nobody_makes_a_key_that_may_more_than_they(site: Site) -> None:
    admin = Site(site.client, made(site, "admin")["key"])
    answer = admin.call("POST", "/v1/keys", {"name": "more", "scopes": ["write"]})
    assert refusal(answer) == (403, "beyond-own")


def test_a_revoked_key_is_over_at_once_also_for_who_signed_in_with_it(site: Site) -> None:
    key = made(site, "read")
    browser = Site(site.client)
    browser.cookies["lamppost"] = people.key_session("home", key["id"])
    assert browser.call("GET", "/v1/accounts").status_code == 200
    assert site.call("DELETE", f"/v1/keys/{key['id']}").json_body["revoked"]
    assert refusal(browser.call("GET", "/v1/accounts")) == (401, "unauthorized")
    assert refusal(Site(site.client, key["key"]).call("GET", "/v1/accounts")) == (401, "unauthorized")


def test_a_key_of_another_workspace_cannot_be_revoked(site: Site) -> None:
    other = Site(site.client, people.first_key(clock.now(), "other"))
    assert refusal(other.call("DELETE", f"/v1/keys/{made(site, 'read')['id']}")) == (404, "unknown-key")


def test_the_last_use_is_known_to_the_hour(site: Site, at: Clock) -> None:
    key = made(site, "read")
    reader = Site(site.client, key["key"])
    seen = []
    for minutes in (0, 30, 61):
        at.moment += timedelta(minutes=minutes)
        reader.call("GET", "/v1/accounts")
        found = stored.read_key("home", key["id"])
        assert found is not None
        seen.append(found.used)
    assert seen[0] == seen[1]
    assert seen[2] == at.moment


def test_a_key_that_asks_too_often_is_told_when_to_come_again(site: Site, at: Clock) -> None:
    reader = Site(site.client, made(site, "read")["key"])
    answers = [reader.call("GET", "/v1/platforms") for _ in range(rates.MOST + 1)]
    assert {each.status_code for each in answers[:-1]} == {200}
    assert refusal(answers[-1]) == (429, "too-many-requests")
    wait = int(answers[-1].headers["Retry-After"])
    assert site.call("GET", "/v1/accounts").status_code == 200
    at.moment += timedelta(seconds=wait)
    assert reader.call("GET", "/v1/platforms").status_code == 200


def test_a_retried_request_makes_one_key_and_does_not_show_it_twice(site: Site) -> None:
    body = {"name": "once", "scopes": ["read"]}
    first = site.call("POST", "/v1/keys", body, **{"Idempotency-Key": "k1"})
    again = site.call("POST", "/v1/keys", body, **{"Idempotency-Key": "k1"})
    assert first.status_code == 201
    assert refusal(again) == (409, "made-already")
    other = site.call("POST", "/v1/keys", {**body, "name": "other"}, **{"Idempotency-Key": "k1"})
    assert refusal(other) == (422, "key-reused")
