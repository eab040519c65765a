"""How every route of `/v1` behaves: repeated requests, changes meanwhile, pages of lists, and refusals before any view."""

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from chalice.test import Client

import app
from chalicelib import clock, library, people
from chalicelib.api.http import ROUTES
from chalicelib.refusals import Refused
from chalicelib.store import accounts, deliveries, hooks, repeats
from infra.sandbox import Sandbox
from tests.conftest import Clock
from tests.test_api import Site, at, refusal
from tests.test_bad_days import unheard
from tests.world import World, opened


@pytest.fixture
def world(sandbox: Sandbox, aws: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    return opened(sandbox, monkeypatch, "mastodon")


@pytest.fixture
def site(world: World) -> Iterator[Site]:
    with Client(app.app) as client:
        yield Site(client, people.first_key(clock.now()))


HOOK = {"url": "https://example.com/hook", "events": ["post.failed"]}
FILE = {"name": "lamp.png", "mime": "image/png", "size": 100}


def keyed(site: Site, path: str, body: Any, key: str = "one") -> Any:
    return site.call("POST", path, body, **{"Idempotency-Key": key})


# -- the same again ----------------------------------------------------------------------------------------


def test_every_create_takes_an_idempotency_key() -> None:
    creates = [each for each in ROUTES if each.path.startswith("/v1/") and each.status == 201]
    assert creates
    assert [each.path for each in creates if not (each.repeatable or each.keyed)] == []


def test_the_same_key_makes_one_file_and_gets_the_same_answer(site: Site) -> None:
    first, second = keyed(site, "/v1/media", FILE), keyed(site, "/v1/media", FILE)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json_body == second.json_body
    assert second.headers["Idempotent-Replayed"] == "true"
    assert len(site.call("GET", "/v1/media").json_body["media"]) == 1
    assert keyed(site, "/v1/media", FILE, "another").json_body["id"] != first.json_body["id"]


def test_a_key_with_another_body_is_refused(site: Site) -> None:
    keyed(site, "/v1/media", FILE)
    assert refusal(keyed(site, "/v1/media", {**FILE, "name": "other.png"})) == (422, "key-reused")


def test_long_keys_are_told_apart_to_their_last_letter(site: Site) -> None:
    first, second = (keyed(site, "/v1/media", FILE, "k" * 300 + end) for end in "ab")
    assert first.json_body["id"] != second.json_body["id"]


def test_a_key_is_forgotten_after_a_day(site: Site, at: Clock) -> None:
    first = keyed(site, "/v1/media", FILE)
    at.forward(hours=23)
    assert keyed(site, "/v1/media", FILE).json_body == first.json_body
    at.forward(hours=2)
    assert keyed(site, "/v1/media", FILE).json_body["id"] != first.json_body["id"]


def test_a_refused_request_may_be_tried_again_with_its_key(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.hooks.MOST", 0)
    assert refusal(keyed(site, "/v1/webhooks", HOOK)) == (422, "too-many-webhooks")
    monkeypatch.setattr("chalicelib.hooks.MOST", 20)
    assert keyed(site, "/v1/webhooks", HOOK).status_code == 201


def test_a_secret_is_not_told_a_second_time(site: Site) -> None:
    assert keyed(site, "/v1/webhooks", HOOK).json_body["secret"]
    assert refusal(keyed(site, "/v1/webhooks", HOOK)) == (409, "made-already")
    assert len(hooks.all_of("home")) == 1


def test_a_key_belongs_to_its_workspace(site: Site) -> None:
    first = keyed(site, "/v1/media", FILE)
    other = Site(site.client, people.first_key(clock.now(), "other"))
    assert keyed(other, "/v1/media", FILE).json_body["id"] != first.json_body["id"]


def test_a_key_whose_first_write_was_answered_to_nobody_is_not_at_work_by_itself(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The write works, its answer is lost, and botocore sends it again."""
    site.call("GET", "/v1/media")
    unheard(monkeypatch)
    assert keyed(site, "/v1/media", FILE).status_code == 201


def test_what_was_made_is_answered_though_the_answer_could_not_be_kept(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repeats, "MOST", "no number")
    assert keyed(site, "/v1/media", FILE).status_code == 201
    assert len(site.call("GET", "/v1/media").json_body["media"]) == 1


def test_who_was_overtaken_forgets_and_remembers_nothing_of_the_other(aws: Any) -> None:
    """A request that nobody has heard of for a minute is another's to carry out."""
    now = clock.now()
    slow, fast = (repeats.begin("home", "k", b"", now + timedelta(seconds=late)) for late in (0, 61))
    assert isinstance(slow, repeats.Begun)
    assert isinstance(fast, repeats.Begun)
    repeats.drop(slow)
    repeats.keep(slow, 500, "the slow one's")
    with pytest.raises(Refused, match="still at work"):
        repeats.begin("home", "k", b"", now + timedelta(seconds=62))
    repeats.keep(fast, 201, "{}")
    assert repeats.begin("home", "k", b"", now + timedelta(seconds=63)) == repeats.Told(201, "{}")


# -- changed meanwhile -------------------------------------------------------------------------------------


def made(site: Site, world: World) -> str:
    account = world.connect("mastodon", clock.now()).id
    body = {"when": at(hours=2), "entries": [{"text": "Hello"}], "accounts": [{"account": account}]}
    post: str = site.call("POST", "/v1/posts", body).json_body["id"]
    return post


def test_a_reader_who_has_it_already_is_not_told_again(site: Site, world: World) -> None:
    path = f"/v1/posts/{made(site, world)}"
    first = site.call("GET", path)
    again = site.call("GET", path, **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.body) == (304, b"")
    site.call("PATCH", path, {"when": at(hours=3)})
    assert site.call("GET", path, **{"If-None-Match": first.headers["ETag"]}).status_code == 200


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_a_post_that_has_changed_is_not_changed_by_those_who_did_not_see_it(
    site: Site, world: World, method: str
) -> None:
    path = f"/v1/posts/{made(site, world)}"
    seen = site.call("GET", path).headers["ETag"]
    site.call("PATCH", path, {"when": at(hours=3)})
    body = {"when": at(hours=4)} if method == "PATCH" else None
    before = site.call("GET", path).json_body
    assert refusal(site.call(method, path, body, **{"If-Match": seen})) == (412, "changed-meanwhile")
    assert site.call("GET", path).json_body == before
    now = site.call("GET", path).headers["ETag"]
    assert site.call(method, path, body, **{"If-Match": f'"another", {now}'}).status_code == 200


def test_the_tag_of_a_change_is_the_tag_of_the_next_read(site: Site, world: World) -> None:
    path = f"/v1/posts/{made(site, world)}"
    moved = site.call("PATCH", path, {"when": at(hours=3)})
    assert site.call("GET", path).headers["ETag"] == moved.headers["ETag"]


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_a_webhook_that_has_changed_is_left_alone(site: Site, method: str) -> None:
    hook = site.call("POST", "/v1/webhooks", HOOK).json_body["id"]
    path = f"/v1/webhooks/{hook}"
    seen = site.call("GET", path).headers["ETag"]
    site.call("PATCH", path, {"name": "Another"})
    body = {"name": "Mine"} if method == "PATCH" else None
    assert refusal(site.call(method, path, body, **{"If-Match": seen}))[0] == 412
    assert site.call("GET", path).json_body["name"] == "Another"


def test_an_account_that_has_changed_is_not_disconnected(site: Site, world: World) -> None:
    account = world.connect("mastodon", clock.now())
    path = f"/v1/accounts/{account.id}"
    seen = site.call("GET", path).headers["ETag"]
    accounts.mark(account, name="Another")
    assert refusal(site.call("DELETE", path, **{"If-Match": seen})) == (412, "changed-meanwhile")
    assert site.call("GET", path).status_code == 200


# -- pages of lists ----------------------------------------------------------------------------------------


def walk(site: Site, path: str, name: str, limit: int) -> list[Any]:
    """Every one of a list, page after page, none of which holds more than it may."""
    found: list[Any] = []
    after = ""
    for _ in range(100):
        page = site.call("GET", f"{path}{'&' if '?' in path else '?'}limit={limit}&after={after}").json_body
        assert len(page[name]) <= limit
        found += [each["id"] for each in page[name]]
        if page["next"] is None:
            return found
        after = page["next"]
    raise AssertionError("it has no end")


@pytest.mark.parametrize("limit", [1, 2, 200])
def test_pages_of_posts_hold_every_post_once_and_whole(site: Site, world: World, limit: int) -> None:
    own = [world.connect("mastodon", clock.now(), person) for person in (0, 1)]
    due = clock.now() + timedelta(hours=1)
    wanted = [world.post(own, due + timedelta(minutes=each // 2), clock.now())[0].id for each in range(5)]
    path = f"/v1/posts?from={at()}&to={at(days=1)}"
    assert sorted(walk(site, path, "posts", limit)) == sorted(wanted)


@pytest.mark.parametrize("limit", [1, 3, 200])
def test_pages_of_deliveries_hold_each_once_the_latest_first(site: Site, world: World, limit: int) -> None:
    own = [world.connect("mastodon", clock.now(), person) for person in (0, 1)]
    due = clock.now() + timedelta(hours=1)
    parts = [
        part
        for number in range(4)
        for part in world.post(own, due + timedelta(minutes=number // 2), clock.now())[1]
    ]
    deliveries.alter(parts[0], state="failed", next=None)
    wanted = [
        each.id for each in sorted(parts, key=lambda part: (part.due, part.post, part.account), reverse=True)
    ]
    assert walk(site, "/v1/deliveries?state=scheduled,failed", "deliveries", limit) == wanted


def test_pages_of_accounts_media_and_sendings_hold_each_once(site: Site, world: World) -> None:
    own = [world.connect("mastodon", clock.now(), person).id for person in (0, 1)]
    assert walk(site, "/v1/accounts", "accounts", 1) == sorted(own)
    files = [library.begin("home", f"{n}.png", "image/png", 9, clock.now())[0].id for n in range(5)]
    assert walk(site, "/v1/media", "media", 2) == sorted(files, reverse=True)


@pytest.mark.parametrize("path", ["/v1/accounts", "/v1/media", "/v1/deliveries?state=failed"])
@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "after=%00", "limt=5"])
def test_a_page_that_cannot_be_is_refused(site: Site, path: str, query: str) -> None:
    asked = f"{path}{'&' if '?' in path else '?'}{query}"
    assert refusal(site.call("GET", asked)) == (422, "invalid")


@pytest.mark.parametrize("text", ["x", "made-up", base64.urlsafe_b64encode(b"a#b#c").decode()])
def test_a_cursor_that_is_none_is_refused(site: Site, text: str) -> None:
    assert refusal(site.call("GET", f"/v1/deliveries?state=failed&after={text}")) == (422, "bad-cursor")


def test_a_span_that_ends_before_it_begins_holds_nothing(site: Site) -> None:
    answer = site.call("GET", f"/v1/posts?from={at(days=1)}&to={at()}")
    assert (answer.status_code, answer.json_body) == (200, {"posts": [], "next": None})


# -- before any view ---------------------------------------------------------------------------------------


def test_a_body_that_is_not_json_is_refused_in_a_sentence(site: Site) -> None:
    answer = site.call("POST", "/v1/media", b"a=b", **{"Content-Type": "text/plain"})
    assert refusal(answer) == (415, "unsupported-type")


def test_a_body_that_is_too_large_is_refused_in_a_sentence(site: Site) -> None:
    assert refusal(site.call("POST", "/v1/media", b" " * 1_000_001)) == (413, "too-large")


def test_a_method_that_an_address_does_not_know_is_refused_in_a_sentence(site: Site) -> None:
    event = {
        "requestContext": {"resourcePath": "/v1/media", "httpMethod": "PUT"},
        "headers": {},
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "body": None,
    }
    answer = app.app(event, None)
    assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (405, "wrong-method")
    assert answer["headers"]["Content-Type"] == "application/problem+json"
    assert "POST" in answer["headers"]["Allow"]


def test_an_address_longer_than_any_name_is_nothing(site: Site) -> None:
    assert refusal(site.call("GET", f"/v1/posts/{'x' * 3000}")) == (404, "unknown")
    assert refusal(site.call("GET", f"/v1/accounts/{'x' * 301}")) == (404, "unknown")


def test_texts_that_no_item_of_the_table_holds_are_refused_in_a_sentence(site: Site, world: World) -> None:
    account = world.connect("mastodon", clock.now()).id
    entries = [{"text": "x" * 190_000}] * 3
    given = {"when": "draft", "entries": entries, "accounts": [{"account": account}]}
    assert refusal(site.call("POST", "/v1/posts", given)) == (422, "too-long")
    post = made(site, world)
    assert refusal(site.call("PUT", f"/v1/posts/{post}", given)) == (422, "too-long")


def test_a_post_to_many_accounts_is_held_to_what_one_transaction_carries(
    site: Site, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = [world.connect("mastodon", clock.now(), person).id for person in (0, 1)]
    monkeypatch.setattr("chalicelib.compose.WHOLE", 250_000)
    given = {"when": "draft", "entries": [{"text": "x" * 100_000}]}
    assert site.call("POST", "/v1/posts", {**given, "accounts": [{"account": own[0]}]}).status_code == 201
    both = {**given, "accounts": [{"account": each} for each in own]}
    assert refusal(site.call("POST", "/v1/posts", both)) == (422, "too-long")
