"""The HTTP side through Chalice's own gateway: sign-in, accounts, posts, and every refusal in a sentence."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from chalice.test import Client

from chalicelib import bucket, clock, people
from chalicelib.store import files
from infra.sandbox import Sandbox
from tests.contract.cases import case
from tests.contract.harness import FILES, Bench, picture
from tests.world import World, opened, signed_in


@pytest.fixture
def world(sandbox: Sandbox, aws: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    return opened(sandbox, monkeypatch, "mastodon")


class Site:
    """A client of the API with a key, or a browser with cookies."""

    def __init__(self, client: Client, key: str = "") -> None:
        self.client, self.key = client, key
        self.cookies: dict[str, str] = {}

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        given = {
            "Content-Type": "application/json",
            **({"Authorization": self.key} if self.key else {}),
            **headers,
        }
        if self.cookies:
            given["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        raw = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
        answer = self.client.http.request(method, path, headers=given, body=raw)
        for cookie in (
            answer.headers.get("Set-Cookie", [])
            if isinstance(answer.headers.get("Set-Cookie"), list)
            else [answer.headers.get("Set-Cookie", "")]
        ):
            name, equals, value = cookie.partition(";")[0].partition("=")
            if equals:
                self.cookies[name] = value
        return answer


@pytest.fixture
def site(world: World) -> Iterator[Site]:
    import app

    with Client(app.app) as client:
        yield Site(client, people.first_key(clock.now()))


def at(**ahead: float) -> str:
    return clock.iso(clock.now() + timedelta(**ahead))


def connected(site: Site, world: World) -> str:
    """Through the consent page; the account's id."""
    begun = site.call("GET", "/integration/social/mastodon?server=mastodon.sandbox", Accept="*/*")
    assert begun.status_code == 302, begun.body
    bench = Bench("mastodon", case("mastodon"), world.sandbox)
    query = bench.press(begun.headers["Location"])
    finished = site.call(
        "GET", f"/integration/social/mastodon/callback?{'&'.join(f'{k}={v}' for k, v in query.items())}"
    )
    assert finished.status_code == 200, finished.body
    account: str = finished.json_body["accounts"][0]["id"]
    return account


def refusal(answer: Any) -> tuple[int, str]:
    """Status and code of a problem, whose sentence must be one."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = json.loads(answer.body)
    assert body["detail"][0].isupper() or body["detail"][0] == "“"
    assert body["status"] == answer.status_code
    return answer.status_code, body["code"]


def test_an_account_is_connected_and_listed_without_its_token(site: Site, world: World) -> None:
    account = connected(site, world)
    found = site.call("GET", "/v1/accounts").json_body["accounts"]
    assert [each["id"] for each in found] == [account]
    assert found[0]["handle"] == "@ada@mastodon.sandbox"
    grant = next(iter(world.sandbox["mastodon"].tokens))
    assert grant not in json.dumps(found)
    assert "grant" not in found[0]


def test_a_post_is_saved_read_listed_moved_and_cancelled(site: Site, world: World) -> None:
    account = connected(site, world)
    made = site.call(
        "POST",
        "/v1/posts",
        {"when": at(hours=2), "entries": [{"text": "Hello"}], "accounts": [{"account": account}]},
    )
    assert made.status_code == 201, made.body
    post = made.json_body["id"]
    assert made.json_body["state"] == "scheduled"
    listed = site.call("GET", f"/v1/posts?from={at()}&to={at(days=1)}").json_body
    assert [each["id"] for each in listed["posts"]] == [post]
    assert listed["posts"][0]["deliveries"][0]["account"] == account
    later = at(hours=5)
    moved = site.call("PATCH", f"/v1/posts/{post}", {"when": later})
    assert moved.status_code == 200, moved.body
    assert clock.parse(moved.json_body["due"]) == clock.parse(later)
    assert site.call("DELETE", f"/v1/posts/{post}").json_body["state"] == "cancelled"
    assert refusal(site.call("PATCH", f"/v1/posts/{post}", {"when": later})) == (409, "not-movable")


def test_accounts_may_say_different_things(site: Site, world: World) -> None:
    account = connected(site, world)
    body = {
        "when": at(hours=1),
        "entries": [{"text": "Shared"}],
        "accounts": [{"account": account, "entries": [{"text": "Own"}]}],
    }
    made = site.call("POST", "/v1/posts", body).json_body
    assert made["entries"][0]["text"] == "Shared"
    assert made["deliveries"][0]["entries"][0]["text"] == "Own"


def test_the_same_idempotency_key_makes_one_post(site: Site, world: World) -> None:
    account = connected(site, world)
    body = {"when": at(hours=1), "entries": [{"text": "Once"}], "accounts": [{"account": account}]}
    first = site.call("POST", "/v1/posts", body, **{"Idempotency-Key": "abc"}).json_body
    second = site.call("POST", "/v1/posts", body, **{"Idempotency-Key": "abc"}).json_body
    assert first["id"] == second["id"]
    assert len(site.call("GET", f"/v1/posts?from={at()}&to={at(days=1)}").json_body["posts"]) == 1


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"entries": [{"text": "x" * 501}]}, (422, "not-postable")),
        ({"entries": []}, (422, "not-postable")),
        ({"when": "2020-01-01T00:00:00Z"}, (422, "past-due")),
        ({"when": "tomorrow"}, (422, "bad-time")),
        ({"when": "2030-02-30T10:00:00Z"}, (422, "bad-time")),
        ({"when": "2030-01-01T10:00:00", "zone": "Mars/Olympus"}, (422, "bad-time")),
        ({"accounts": [{"account": "nobody"}]}, (404, "unknown-account")),
        ({"accounts": []}, (422, "no-account")),
        ({"entries": [{"text": "x", "media": [{"id": "nothing"}]}]}, (404, "unknown-media")),
        ({"colour": "blue"}, (422, "invalid")),
        ({"entries": [{"text": 5}]}, (422, "invalid")),
    ],
)  # fmt: skip
def test_bad_input_is_refused_with_a_sentence(
    site: Site, world: World, changed: dict[str, Any], expected: tuple[int, str]
) -> None:
    account = connected(site, world)
    body = {
        "when": at(hours=1),
        "entries": [{"text": "Hello"}],
        "accounts": [{"account": account}],
        **changed,
    }
    assert refusal(site.call("POST", "/v1/posts", body)) == expected


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b'"x"', b"null", b"[" * 100_000])
def test_a_body_that_is_not_the_json_asked_for_is_refused(site: Site, body: bytes) -> None:
    status, _ = refusal(site.call("POST", "/v1/posts", body))
    assert status in {400, 422}


def test_nobody_gets_in_without_a_key(site: Site) -> None:
    for key in ("", "wrong", "lp.home.x.y", "Bearer ", "lp.home..", "lp." * 50):
        assert refusal(Site(site.client, key).call("GET", "/v1/accounts")) == (401, "unauthorized")


def test_another_workspace_sees_nothing(site: Site, world: World) -> None:
    account = connected(site, world)
    body = {"when": at(hours=1), "entries": [{"text": "Mine"}], "accounts": [{"account": account}]}
    made = site.call("POST", "/v1/posts", body).json_body
    other = Site(site.client, people.first_key(clock.now(), "other"))
    delivery = made["deliveries"][0]["id"]
    assert other.call("GET", "/v1/accounts").json_body["accounts"] == []
    assert refusal(other.call("GET", f"/v1/accounts/{account}"))[0] == 404
    assert refusal(other.call("GET", f"/v1/posts/{made['id']}"))[0] == 404
    assert refusal(other.call("DELETE", f"/v1/posts/{made['id']}"))[0] == 404
    assert refusal(other.call("POST", f"/v1/deliveries/{delivery}/cancel"))[0] == 404
    assert refusal(other.call("POST", "/v1/posts", body)) == (404, "unknown-account")
    assert site.call("GET", f"/v1/posts/{made['id']}").json_body["state"] == "scheduled"


def test_a_cursor_of_another_workspace_is_refused(site: Site) -> None:
    import base64

    foreign = base64.urlsafe_b64encode(
        json.dumps({"due_pk": "w#other", "due_sk": "x", "pk": "x", "sk": "y"}).encode()
    ).decode()
    assert refusal(site.call("GET", f"/v1/posts?from={at()}&to={at(days=1)}&after={foreign}")) == (
        422,
        "bad-cursor",
    )


# -- signing in at a platform ------------------------------------------------------------------------------


def begun(site: Site, world: World, **decision: Any) -> dict[str, str]:
    answer = site.call("GET", "/integration/social/mastodon?server=mastodon.sandbox", Accept="*/*")
    return Bench("mastodon", case("mastodon"), world.sandbox).press(answer.headers["Location"], **decision)


def back(site: Site, query: dict[str, str]) -> Any:
    return site.call(
        "GET", "/integration/social/mastodon/callback?" + "&".join(f"{k}={v}" for k, v in query.items())
    )


def test_a_state_is_good_once(site: Site, world: World) -> None:
    query = begun(site, world)
    assert back(site, query).status_code == 200
    assert refusal(back(site, query))[0] == 422


def test_an_unknown_state_is_refused(site: Site, world: World) -> None:
    begun(site, world)
    assert refusal(back(site, {"state": "made-up", "code": "x"}))[0] == 422
    assert refusal(back(site, {"code": "x"}))[0] == 422


def test_a_state_belongs_to_the_browser_that_began(site: Site, world: World) -> None:
    query = begun(site, world)
    stranger = Site(site.client)
    assert refusal(back(stranger, query))[0] == 422
    assert refusal(back(site, query))[0] == 422  # and it is used up


def test_a_denied_consent_connects_nothing(site: Site, world: World) -> None:
    answer = back(site, begun(site, world, decision="deny"))
    assert "declined" in json.loads(answer.body)["detail"]
    assert site.call("GET", "/v1/accounts").json_body["accounts"] == []


def test_a_consent_without_a_needed_right_connects_nothing(site: Site, world: World) -> None:
    answer = back(site, begun(site, world, without="write:statuses"))
    assert "write:statuses" in json.loads(answer.body)["detail"]
    assert site.call("GET", "/v1/accounts").json_body["accounts"] == []


def test_a_foreign_code_connects_nothing(site: Site, world: World) -> None:
    query = begun(site, world)
    assert refusal(back(site, {**query, "code": "not-mine"}))[0] in {409, 422}


def test_a_platform_that_is_not_offered_is_no_platform(site: Site) -> None:
    assert refusal(site.call("GET", "/integration/social/x", Accept="*/*"))[0] == 422
    assert refusal(site.call("GET", "/integration/social/nothing", Accept="*/*"))[0] == 422


def test_an_address_for_any_browser_connects_once(site: Site, world: World) -> None:
    given = site.call("GET", "/integration/social/mastodon?server=x", Accept="application/json").json_body[
        "url"
    ]
    path = (
        urlsplit(given).path.removeprefix("/api") + "?" + urlsplit(given).query + "&server=mastodon.sandbox"
    )
    browser = Site(site.client)
    first = browser.call("GET", path, Accept="*/*")
    assert first.status_code == 302
    assert dict(parse_qsl(urlsplit(first.headers["Location"]).query))["response_type"] == "code"
    assert refusal(browser.call("GET", path, Accept="*/*")) == (403, "link-used")


# -- pages -------------------------------------------------------------------------------------------------


def test_a_one_time_link_signs_in_once_and_writes_need_the_csrf_token(site: Site, world: World) -> None:
    link = urlsplit(people.sign_in_link(clock.now()))
    browser = Site(site.client)
    signed = browser.call("GET", f"/signin?{link.query}", Accept="text/html")
    assert signed.status_code == 302
    home = browser.call("GET", "/", Accept="text/html")
    assert b"Connect Mastodon" in home.body
    assert Site(site.client).call("GET", f"/signin?{link.query}").status_code == 403
    assert refusal(browser.call("POST", "/v1/posts", {})) == (403, "csrf")


def test_the_page_escapes_what_people_write(site: Site, world: World) -> None:
    account = connected(site, world)
    text = "<script>alert(1)</script>"
    site.call(
        "POST",
        "/v1/posts",
        {"when": at(hours=1), "entries": [{"text": text}], "accounts": [{"account": account}]},
    )
    link = urlsplit(people.sign_in_link(clock.now()))
    browser = Site(site.client)
    browser.call("GET", f"/signin?{link.query}")
    home = browser.call("GET", "/", Accept="text/html").body.decode()
    assert text not in home
    assert "&lt;script&gt;" in home


def test_an_altered_cookie_is_nobody(site: Site) -> None:
    browser = Site(site.client)
    browser.cookies["lamppost"] = signed_in("home")[:-3] + "abc"
    assert refusal(browser.call("GET", "/v1/accounts")) == (401, "unauthorized")


def test_the_description_that_came_with_a_file_stays_with_it(site: Site, world: World) -> None:
    media, data = picture("lamp.png")
    FILES[media.id] = data
    told = {"alt": "A lamp at dusk"}
    begun = site.call("POST", "/v1/media", {"name": "a.png", "mime": "image/png", "size": len(data), **told})
    upload = files.read("home", begun.json_body["id"])
    assert upload is not None
    bucket.write(upload.key, data, "image/png")
    done = site.call("POST", f"/v1/media/{upload.id}/done").json_body
    url = f"{world.sandbox.public}/_sandbox/files/{media.id}/lamp.png"
    fetched = site.call("POST", "/v1/media/from-url", {"url": url, **told}).json_body
    assert [done["alt"], fetched["alt"]] == ["A lamp at dusk"] * 2
