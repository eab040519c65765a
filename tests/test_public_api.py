"""Postiz's public API: every answer against its published description, and each refusal in Postiz's shape."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from chalice.test import Client

from chalicelib import clock, library, people, publish
from chalicelib.models import Account, Delivery, State, Trouble
from chalicelib.providers import PROVIDERS
from chalicelib.store import accounts, deliveries, files, posts
from chalicelib.store import series as store
from chalicelib.store.people import issue_key
from infra.sandbox import Sandbox
from tests import described
from tests.aws import schedules
from tests.conftest import Clock
from tests.contract.cases.discord import LOBBY
from tests.contract.harness import FILES, picture
from tests.world import World, opened

PLATFORMS = "mastodon,discord,youtube"


@pytest.fixture
def world(sandbox: Sandbox, aws: Any, at: Clock, monkeypatch: pytest.MonkeyPatch) -> World:
    return opened(sandbox, monkeypatch, *PLATFORMS.split(","))


class Postiz:
    """A client of Postiz's API that holds every answer against the description."""

    seen: set[tuple[str, str]] = set()

    def __init__(self, client: Client, key: str) -> None:
        self.client, self.key = client, key

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        given = {"Content-Type": "application/json", "Authorization": self.key, **headers}
        raw = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
        answer = self.client.http.request(method, f"/public/v1{path}", headers=given, body=raw)
        assert answer.headers["Content-Type"] == "application/json"
        found = json.loads(answer.body)
        described.check(method, path, answer.status_code, found)
        self.seen.add((method, described.operation(method, path)))
        return answer

    def get(self, path: str) -> Any:
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.body
        return answer.json_body

    def create(self, accounts: list[Account], text: str = "<p>Hello</p>", **more: Any) -> list[str]:
        answer = self.call("POST", "/posts", body(accounts, text, **more))
        assert answer.status_code == 201, answer.body
        assert [each["integration"] for each in answer.json_body] == [account.id for account in accounts]
        return [each["postId"] for each in answer.json_body]


def body(accounts: list[Account], text: str = "<p>Hello</p>", **more: Any) -> dict[str, Any]:
    channel = {"value": [{"content": text, "image": []}]} | more.pop("channel", {})
    return {
        "type": "schedule",
        "date": clock.iso(clock.now() + timedelta(hours=2)),
        "shortLink": True,
        "tags": [],
        "posts": [{"integration": {"id": account.id}, **channel} for account in accounts],
        **more,
    }


@pytest.fixture
def postiz(world: World) -> Iterator[Postiz]:
    import app

    with Client(app.app) as client:
        yield Postiz(client, people.first_key(clock.now()))


@pytest.fixture
def ada(world: World) -> Account:
    return world.connect("mastodon", clock.now())


def stored(number: str) -> Delivery:
    found = deliveries.read("home", number)
    assert found is not None
    return found


def published(number: str) -> Delivery:
    publish.deliver(deliveries.message(stored(number)), lambda: 100.0)
    assert stored(number).state == "published"
    return stored(number)


def in_doubt(number: str) -> Delivery:
    trouble = Trouble(sentence="It may be out.", at=clock.now())
    return deliveries.alter(stored(number), state="unsure", trouble=trouble)


# -- who may -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "said"),
    [("", "No API Key found"), ("nonsense", "Invalid API key"), ("pos_1234", "Invalid OAuth token")],
)
def test_without_a_good_key_the_answer_is_postiz_s_401(postiz: Postiz, key: str, said: str) -> None:
    postiz.key = key
    answer = postiz.call("GET", "/is-connected")
    assert (answer.status_code, answer.json_body) == (401, {"msg": said})


def test_the_raw_key_is_enough_and_bearer_is_no_matter(postiz: Postiz) -> None:
    assert postiz.get("/is-connected") == {"connected": True}
    postiz.key = f"Bearer {postiz.key}"
    assert postiz.get("/is-connected") == {"connected": True}


def test_a_key_that_may_only_read_writes_nothing(postiz: Postiz, ada: Account) -> None:
    _, postiz.key = issue_key("home", "reader", ("read",), clock.now())
    assert postiz.get("/integrations")
    for method, path in (("POST", "/posts"), ("DELETE", f"/integrations/{ada.id}")):
        assert postiz.call(method, path, body([ada])).status_code == 403
    assert accounts.read("home", ada.id) == ada


def test_another_workspace_sees_and_changes_nothing(postiz: Postiz, ada: Account) -> None:
    (post,) = postiz.create([ada])
    postiz.key = people.first_key(clock.now(), "elsewhere")
    assert postiz.get("/integrations") == []
    answer = postiz.call("POST", "/posts", body([ada]))
    assert answer.json_body["message"] == f"Integration with id {ada.id} not found"
    assert postiz.call("DELETE", f"/posts/{post}").status_code == 404
    assert postiz.call("GET", f"/integration-settings/{ada.id}").status_code == 404
    assert stored(post).state == "scheduled"


# -- channels ------------------------------------------------------------------------------------------------


def test_accounts_are_listed_as_integrations_with_their_group(postiz: Postiz, ada: Account) -> None:
    key = {"Content-Type": "application/json", "Authorization": postiz.key}
    given = json.dumps({"name": "My Company", "accounts": [ada.id]}).encode()
    postiz.client.http.request("PUT", "/v1/groups/company", headers=key, body=given)
    (found,) = postiz.get("/integrations")
    assert found == {
        "id": ada.id,
        "name": ada.name,
        "identifier": "mastodon",
        "picture": ada.picture,
        "disabled": False,
        "profile": "ada@mastodon.sandbox",
        "customer": {"id": "company", "name": "My Company"},
    }
    assert postiz.get("/groups") == [{"id": "company", "name": "My Company"}]
    assert postiz.get("/integrations?group=company") == [found]
    assert postiz.get("/integrations?group=other") == []


def test_an_account_that_must_be_connected_again_is_disabled_and_notified(
    postiz: Postiz, ada: Account
) -> None:
    trouble = Trouble(sentence="Reconnect Mastodon.", at=clock.now())
    accounts.mark(ada, health="reconnect", trouble=trouble)
    assert postiz.get("/integrations")[0]["disabled"] is True
    (told,) = postiz.get("/notifications")["notifications"]
    assert told["content"] == "Reconnect Mastodon."


def test_social_gives_an_address_that_connects_in_any_browser_by_a_button(
    postiz: Postiz, world: World
) -> None:
    url = postiz.get("/social/discord?refresh=some-id")["url"]
    shown = postiz.client.http.get(url.partition("/api")[2], headers={"Accept": "text/html"})
    assert shown.status_code == 200
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', shown.body.decode()))
    headers = {"Accept": "text/html", "Cookie": shown.headers["Set-Cookie"][0].partition(";")[0]}
    began = postiz.client.http.get(f"/integration/social/discord?{urlencode(fields)}", headers=headers)
    assert began.status_code == 302
    assert world.sandbox.public in began.headers["Location"]
    answer = postiz.call("GET", "/social/myspace")
    assert (answer.status_code, answer.json_body) == (400, {"msg": "Integration not allowed"})


def test_removing_a_channel_cancels_what_has_not_gone_out(postiz: Postiz, ada: Account) -> None:
    scheduled, draft = postiz.create([ada])[0], postiz.create([ada], type="draft")[0]
    assert postiz.call("DELETE", f"/integrations/{ada.id}").json_body == {"id": ada.id}
    assert {stored(scheduled).state, stored(draft).state} == {"cancelled"}
    assert postiz.get("/integrations") == []
    again = postiz.call("DELETE", f"/integrations/{ada.id}")
    assert (again.status_code, again.json_body) == (404, {"msg": "Integration not found"})


def test_settings_tell_rules_length_schema_and_tools(postiz: Postiz, world: World) -> None:
    account = world.connect("discord", clock.now())
    output = postiz.get(f"/integration-settings/{account.id}")["output"]
    assert output["maxLength"] == 2000
    assert "2,000 characters" in output["rules"]
    assert "channel" in output["settings"]["required"]
    tools = {each["methodName"]: each for each in output["tools"]}
    assert tools["mentions"]["dataSchema"] == [{"key": "query", "type": "string", "description": "a name"}]


def test_a_tool_is_triggered(postiz: Postiz, world: World) -> None:
    path = f"/integration-trigger/{world.connect('discord', clock.now()).id}"
    for data in ({"surplus": "1"}, None):
        output = postiz.call("POST", path, {"methodName": "channels", "data": data}).json_body["output"]
        assert LOBBY in [each["id"] for each in output]
    lacking = postiz.call("POST", path, {"methodName": "mentions", "data": {}})
    assert (lacking.status_code, lacking.json_body["msg"]) == (400, "“mentions” needs: query.")
    unknown = postiz.call("POST", path, {"methodName": "delete", "data": {}})
    assert (unknown.status_code, unknown.json_body) == (404, {"msg": "Tool not found"})


def test_a_tool_of_a_channel_whose_access_is_gone_says_so_as_postiz_does(
    postiz: Postiz, world: World
) -> None:
    account = world.connect("youtube", clock.now())
    world.sandbox["youtube"].tokens.clear()
    world.sandbox["youtube"].refreshing.clear()
    answer = postiz.call(
        "POST", f"/integration-trigger/{account.id}", {"methodName": "playlists", "data": {}}
    )
    assert (answer.status_code, answer.json_body) == (
        401,
        {"msg": "Channel disconnected due to expired token"},
    )
    after = accounts.read("home", account.id)
    assert after is not None
    assert after.health == "reconnect"


def test_find_slot_is_the_first_posting_time_that_nothing_has_taken(
    postiz: Postiz, ada: Account, at: Clock
) -> None:
    at.moment = at.moment.replace(hour=1, minute=0, second=0, microsecond=0) + timedelta(days=1)
    day = f"{at.moment:%Y-%m-%d}"
    assert postiz.get(f"/find-slot/{ada.id}") == {"date": f"{day}T02:00:00"}
    postiz.create([ada], date=f"{day}T02:00:17Z")
    postiz.create([ada], date=f"{day}T06:40:00Z", type="draft")
    assert postiz.get(f"/find-slot/{ada.id}") == {"date": f"{day}T11:40:00"}


# -- posts ---------------------------------------------------------------------------------------------------


def test_a_post_is_created_listed_and_deleted_channel_by_channel(
    postiz: Postiz, ada: Account, world: World
) -> None:
    cara = world.connect("mastodon", clock.now(), person=1)
    tags = [{"value": "x", "label": "Lamps"}]
    due = clock.now().replace(microsecond=0) + timedelta(hours=3)
    first, second = postiz.create(
        [ada, cara], "<p>One</p><p>Two &amp; <b>three</b></p>", tags=tags, date=due.isoformat()
    )
    start, end = clock.iso(due - timedelta(hours=1)), clock.iso(due + timedelta(hours=1))
    span = f"/posts?startDate={start}&endDate={end}"
    listed = {each["id"]: each for each in postiz.get(span)["posts"]}
    assert set(listed) == {first, second}
    shown = listed[first]
    assert shown["content"] == "One\nTwo & three"
    assert shown["state"] == "QUEUE"
    assert clock.parse(shown["publishDate"]) == due
    assert json.loads(shown["settings"])["__type"] == "mastodon"
    assert shown["tags"][0]["tag"]["name"] == "Lamps"
    assert (shown["releaseId"], shown["releaseURL"]) == (None, None)
    assert shown["integration"]["providerIdentifier"] == "mastodon"
    assert postiz.call("DELETE", f"/posts/{first}").json_body == {"id": first}
    assert [each["id"] for each in postiz.get(span)["posts"]] == [second]
    assert postiz.call("DELETE", f"/posts/group/{shown['group']}").status_code == 200
    assert postiz.call("DELETE", f"/posts/group/{second.partition('.')[0]}").status_code == 200
    assert postiz.get(span)["posts"] == []
    assert schedules() == {}


def test_a_post_that_is_out_has_its_address_and_cannot_be_deleted(postiz: Postiz, ada: Account) -> None:
    (post,) = postiz.create([ada], type="now", date="2020-01-01T00:00:00.000Z")
    published(post)
    (shown,) = postiz.get(
        f"/posts?startDate={clock.iso(clock.now() - timedelta(hours=1))}&endDate={clock.iso(clock.now())}"
    )["posts"]
    assert shown["state"] == "PUBLISHED"
    assert shown["releaseURL"].startswith("http")
    assert shown["releaseId"] == stored(post).receipts[0].id
    answer = postiz.call("DELETE", f"/posts/{post}")
    assert answer.status_code == 400
    assert "published" in answer.json_body["message"]


def test_html_becomes_each_platform_s_own_marks(postiz: Postiz, ada: Account, world: World) -> None:
    room = world.connect("discord", clock.now())
    given = body([ada, room], '<p><strong>Lit</strong></p><p><a href="https://a.com/x">Look</a></p>')
    given["posts"][1]["settings"] = {"channel": LOBBY}
    numbers = [each["postId"] for each in postiz.call("POST", "/posts", given).json_body]
    assert [stored(number).entries[0].text for number in numbers] == [
        "Lit\nLook (https://a.com/x)",
        "**Lit**\n[Look](https://a.com/x)",
    ]
    assert {PROVIDERS[key].dialect for key in ("github", "reddit")} == {"markdown"}
    assert PROVIDERS["slack"].dialect == "mrkdwn"


def test_a_thread_keeps_its_order_and_delays_are_minutes(postiz: Postiz, ada: Account) -> None:
    value = [
        {"content": "One", "image": [], "delay": 5, "id": ""},
        {"content": "Two", "image": None, "delay": 1.5},
    ]
    (post,) = postiz.create([ada], channel={"value": value, "group": ""})
    assert [(entry.text, entry.delay) for entry in stored(post).entries] == [("One", 0), ("Two", 90)]


def test_a_channel_named_twice_gets_two_posts(postiz: Postiz, ada: Account) -> None:
    one, two = postiz.create([ada, ada])
    assert stored(one).post != stored(two).post


def test_settings_that_a_platform_does_not_know_are_ignored_as_postiz_does(
    postiz: Postiz, world: World
) -> None:
    account = world.connect("discord", clock.now())
    settings = {"__type": "x", "channel": LOBBY, "surplus": 1, "poll": None, "thread_title": "Hi"}
    (post,) = postiz.create([account], channel={"value": [{"content": "Hi"}], "settings": settings})
    assert stored(post).options == {"channel": LOBBY, "thread_title": "Hi"}


def test_what_a_platform_would_not_take_is_told_with_its_channel(postiz: Postiz, ada: Account) -> None:
    answer = postiz.call("POST", "/posts", body([ada], "x" * 600))
    assert answer.status_code == 400
    assert answer.json_body == {
        "statusCode": 400,
        "provider": "mastodon",
        "name": ada.name,
        "message": "The text is 600 long as Mastodon counts; 500 is the most.",
    }
    empty = postiz.call("POST", "/posts", body([ada], "<p></p>", type="draft"))
    assert (empty.status_code, empty.json_body["provider"]) == (400, "mastodon")


def test_nothing_is_saved_of_posts_of_which_one_is_wrong(postiz: Postiz, ada: Account) -> None:
    given = body([ada, ada])
    given["posts"][1]["value"][0]["content"] = "x" * 600
    assert postiz.call("POST", "/posts", given).status_code == 400
    assert list(deliveries.of_account("home", ada.id, "scheduled")) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"date": "tomorrow"}, "date"),
        ({"date": 5}, "date"),
        ({"type": "later"}, "type"),
        ({"posts": []}, "posts"),
        ({"tags": None}, "tags"),
        ({"shortLink": "perhaps"}, "shortLink"),
    ],
)
def test_a_wrong_field_is_named_in_a_list_of_messages(
    postiz: Postiz, ada: Account, change: dict[str, Any], field: str
) -> None:
    answer = postiz.call("POST", "/posts", {**body([ada]), **change})
    assert answer.status_code == 400
    assert (answer.json_body["statusCode"], answer.json_body["error"]) == (400, "Bad Request")
    assert answer.json_body["message"][0].startswith(field)


@pytest.mark.parametrize("channel", [{}, {"integration": {}}, {"integration": {"id": None}}])
def test_a_post_for_no_channel_is_refused_in_postiz_s_words(
    postiz: Postiz, ada: Account, channel: dict[str, Any]
) -> None:
    given = {**body([ada]), "posts": [{"value": [{"content": "Hi"}], **channel}]}
    answer = postiz.call("POST", "/posts", given)
    assert (answer.status_code, answer.json_body["message"]) == (400, "All posts must have an integration id")


def test_another_type_and_another_method_are_refused_in_postiz_s_shape(postiz: Postiz) -> None:
    typed = postiz.call("POST", "/posts", b"a=b", **{"Content-Type": "text/plain"})
    assert (typed.json_body["statusCode"], set(typed.json_body)) == (415, {"statusCode", "message"})
    headers = {"Authorization": postiz.key, "Content-Type": "application/json"}
    other = postiz.client.http.request("PUT", "/public/v1/posts", headers=headers, body=b"{}")
    assert (other.json_body["statusCode"], set(other.json_body)) == (405, {"statusCode", "message"})
    assert other.headers["Allow"]


def test_a_wrong_setting_is_told_in_one_sentence(postiz: Postiz, world: World) -> None:
    account = world.connect("discord", clock.now())
    channel = {"value": [{"content": "Hi"}], "settings": {"channel": "general"}}
    said = postiz.call("POST", "/posts", body([account], channel=channel)).json_body["message"]
    assert said.endswith("pick one from the list.")


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"\xff", b"null"])
def test_a_body_that_is_no_post_is_refused(postiz: Postiz, raw: bytes) -> None:
    answer = postiz.call("POST", "/posts", raw)
    assert (answer.status_code, answer.json_body["statusCode"]) == (400, 400)


@pytest.mark.parametrize(
    "date",
    ["2030-05-01T10:00:00.000Z", "2030-05-01T12:00:00+02:00", "2030-05-01T10:00:00", "2030-05-01 10:00"],
)
def test_every_form_of_iso_8601_is_the_same_moment(postiz: Postiz, ada: Account, date: str) -> None:
    (post,) = postiz.create([ada], date=date)
    assert clock.iso(stored(post).due) == "2030-05-01T10:00:00.000Z"


def test_a_date_a_little_past_means_now_and_one_long_past_is_refused(
    postiz: Postiz, ada: Account, at: Clock
) -> None:
    (post,) = postiz.create([ada], date=clock.iso(clock.now() - timedelta(hours=3)))
    assert stored(post).due == at.moment
    answer = postiz.call("POST", "/posts", body([ada], date=clock.iso(clock.now() - timedelta(days=2))))
    assert answer.status_code == 400
    assert "past" in answer.json_body["message"]


def test_inter_repeats_a_post_every_so_many_days(postiz: Postiz, ada: Account) -> None:
    (post,) = postiz.create([ada], inter=7)
    first = posts.read("home", stored(post).post)
    assert first is not None
    series = store.read("home", first[0].series)
    assert series is not None
    assert (series.rhythm.every, series.rhythm.count) == (7, 105)
    assert [each.due - first[0].due for each in series.ahead] == [timedelta(days=7 * n) for n in range(3)]


@pytest.mark.parametrize(
    "wrong", [{"inter": 2.5}, {"inter": 400}, {"inter": -1}, {"inter": 7, "type": "draft"}]
)
def test_a_repetition_that_cannot_be_is_refused_and_not_forgotten(
    postiz: Postiz, ada: Account, wrong: dict[str, Any]
) -> None:
    answer = postiz.call("POST", "/posts", body([ada], **wrong))
    assert answer.status_code == 400
    assert "inter" in str(answer.json_body["message"])


def test_the_same_idempotency_key_makes_no_second_post(postiz: Postiz, ada: Account) -> None:
    given = body([ada, ada])
    one = postiz.call("POST", "/posts", given, **{"Idempotency-Key": "k"}).json_body
    assert postiz.call("POST", "/posts", given, **{"Idempotency-Key": "k"}).json_body == one


# -- changes -------------------------------------------------------------------------------------------------


def test_a_post_is_said_otherwise_by_its_id(postiz: Postiz, ada: Account) -> None:
    (post,) = postiz.create([ada])
    value = [{"content": "Better", "image": [], "id": post}]
    due = clock.now().replace(microsecond=0) + timedelta(hours=9)
    again = postiz.create([ada], type="update", date=clock.iso(due), channel={"value": value})
    after = stored(post)
    assert again == [post]
    assert (after.entries[0].text, after.due, after.state, after.version) == ("Better", due, "scheduled", 2)
    head = posts.read("home", after.post)
    assert head is not None
    assert head[0].due == due
    assert list(schedules()) == [post[:64]]
    assert postiz.create([ada], type="draft", channel={"value": value}) == [post]
    assert stored(post).state == "draft"
    assert schedules() == {}


def test_an_update_of_nothing_and_of_another_channel_s_post_are_refused(
    postiz: Postiz, ada: Account, world: World
) -> None:
    cara = world.connect("mastodon", clock.now(), person=1)
    (post,) = postiz.create([ada])
    for account, number in ((ada, "unknown"), (cara, post)):
        value = [{"content": "Better", "image": [], "id": number}]
        answer = postiz.call("POST", "/posts", body([account], type="update", channel={"value": value}))
        assert answer.status_code == 400
    assert stored(post).entries[0].text == "Hello"


def test_the_message_of_before_an_edit_brings_nothing_out(postiz: Postiz, ada: Account, world: World) -> None:
    (post,) = postiz.create([ada], type="now")
    old = deliveries.message(stored(post))
    postiz.create([ada], type="now", channel={"value": [{"content": "Better", "image": [], "id": post}]})
    publish.deliver(old, lambda: 100.0)
    assert world.sandbox["mastodon"].shown == []
    published(post)
    assert [each.text for each in world.sandbox["mastodon"].shown] == ["Better"]


@pytest.mark.parametrize("state", ["publishing", "pending", "unsure", "cancelled"])
def test_what_is_going_out_or_gone_is_not_changed(postiz: Postiz, ada: Account, state: State) -> None:
    (post,) = postiz.create([ada])
    before = deliveries.alter(stored(post), state=state)
    assert postiz.call("PUT", f"/posts/{post}/status", {"status": "draft"}).status_code == 400
    assert postiz.call("PUT", f"/posts/{post}/settings", {"settings": {"sensitive": True}}).status_code == 400
    assert stored(post) == before


def test_a_published_post_is_posted_again_only_when_asked(postiz: Postiz, ada: Account) -> None:
    (post,) = postiz.create([ada], type="now")
    published(post)
    channel = {"value": [{"content": "Once more", "image": [], "id": post}]}
    refused = postiz.call("POST", "/posts", body([ada], channel=dict(channel)))
    assert refused.status_code == 400
    (again,) = postiz.create([ada], channel=dict(channel), republish=True)
    assert again != post
    assert stored(post).state == "published"


def test_the_status_goes_from_draft_to_queue_and_back(postiz: Postiz, ada: Account) -> None:
    (post,) = postiz.create([ada], type="draft")
    path = f"/posts/{post}/status"
    assert postiz.call("PUT", path, {"status": "schedule"}).json_body == {"id": post, "state": "QUEUE"}
    assert stored(post).state == "scheduled"
    assert len(schedules()) == 1
    assert postiz.call("PUT", path, {"status": "draft"}).json_body == {"id": post, "state": "DRAFT"}
    assert schedules() == {}
    assert postiz.call("PUT", path, {"status": "gone"}).status_code == 400
    assert postiz.call("PUT", "/posts/unknown/status", {"status": "draft"}).status_code == 400


def test_a_draft_that_cannot_be_posted_is_not_scheduled(postiz: Postiz, ada: Account) -> None:
    (post,) = postiz.create([ada], "x" * 600, type="draft")
    answer = postiz.call("PUT", f"/posts/{post}/status", {"status": "schedule"})
    assert (answer.status_code, answer.json_body["provider"]) == (400, "mastodon")
    assert stored(post).state == "draft"


def test_settings_are_merged_into_those_that_are_there(postiz: Postiz, ada: Account) -> None:
    (post,) = postiz.create([ada], channel={"value": [{"content": "A"}], "settings": {"sensitive": True}})
    path = f"/posts/{post}/settings"
    answer = postiz.call("PUT", path, {"settings": {"spoiler_text": "Lamps", "__type": "mastodon"}})
    assert answer.json_body == {"postId": post, "publishDate": f"{stored(post).due:%Y-%m-%dT%H:%M:%S}"}
    assert stored(post).options == {"sensitive": True, "spoiler_text": "Lamps"}
    wrong = postiz.call("PUT", path, {"settings": {"visibility": "nobody"}})
    assert wrong.json_body["provider"] == "mastodon"
    unknown = postiz.call("PUT", "/posts/unknown/settings", {"settings": {}})
    assert (unknown.status_code, unknown.json_body["error"]) == (404, "Not Found")


def test_settings_of_a_post_that_is_out_stay(postiz: Postiz, ada: Account) -> None:
    (post,) = postiz.create([ada], type="now")
    published(post)
    assert postiz.call("PUT", f"/posts/{post}/settings", {"settings": {"sensitive": True}}).status_code == 400


def test_a_post_in_doubt_is_missing_until_a_person_says_where_it_is(postiz: Postiz, ada: Account) -> None:
    (post,) = postiz.create([ada])
    in_doubt(post)
    start, end = clock.iso(clock.now()), clock.iso(clock.now() + timedelta(days=1))
    (shown,) = postiz.get(f"/posts?startDate={start}&endDate={end}")["posts"]
    assert (shown["state"], shown["releaseId"], shown["error"]) == ("ERROR", "missing", "It may be out.")
    assert postiz.call("GET", f"/analytics/post/{post}").json_body == {"missing": True}
    assert postiz.get(f"/posts/{post}/missing") == []
    done = postiz.call("PUT", f"/posts/{post}/release-id", {"releaseId": "1234"}).json_body
    assert done == {"id": post, "releaseId": "1234"}
    assert stored(post).state == "published"
    again = postiz.call("PUT", f"/posts/{post}/release-id", {"releaseId": "5678"})
    assert again.status_code == 400
    assert stored(post).receipts[0].id == "1234"


@pytest.mark.parametrize("path", ["/posts/unknown", "/posts/group/unknown", "/posts/group/un.known"])
def test_deleting_what_is_not_there_is_a_404(postiz: Postiz, path: str) -> None:
    assert postiz.call("DELETE", path).status_code == 404


@pytest.mark.parametrize("query", ["", "?startDate=2026-01-01T00:00:00Z", "?startDate=now&endDate=then"])
def test_a_list_needs_its_two_dates(postiz: Postiz, query: str) -> None:
    answer = postiz.call("GET", f"/posts{query}")
    assert answer.status_code == 400
    assert "ISO 8601" in answer.json_body["message"][0]


def test_posts_are_listed_for_one_customer(postiz: Postiz, ada: Account, world: World) -> None:
    cara = world.connect("mastodon", clock.now(), person=1)
    _, second = postiz.create([ada, cara])
    key = {"Content-Type": "application/json", "Authorization": postiz.key}
    given = json.dumps({"name": "Cara's", "accounts": [cara.id]}).encode()
    postiz.client.http.request("PUT", "/v1/groups/cara", headers=key, body=given)
    start, end = clock.iso(clock.now()), clock.iso(clock.now() + timedelta(days=1))
    found = postiz.get(f"/posts?startDate={start}&endDate={end}&customer=cara")["posts"]
    assert [each["id"] for each in found] == [second]


# -- the limit -----------------------------------------------------------------------------------------------


def test_ninety_posts_pass_at_once_and_the_next_is_told_when(postiz: Postiz, ada: Account, at: Clock) -> None:
    empty = body([ada], "")
    first = postiz.call("POST", "/posts", empty)
    assert first.headers["X-RateLimit-Limit"] == "90"
    assert first.headers["X-RateLimit-Remaining"] == "89"
    for _ in range(89):
        last = postiz.call("POST", "/posts", empty)
    assert (last.status_code, last.headers["X-RateLimit-Remaining"]) == (400, "0")
    refused = postiz.call("POST", "/posts", empty)
    assert refused.status_code == 429
    assert refused.json_body == {"statusCode": 429, "message": "ThrottlerException: Too Many Requests"}
    assert (refused.headers["Retry-After"], refused.headers["X-RateLimit-Reset"]) == ("40", "3600")
    assert postiz.get("/is-connected")
    at.forward(seconds=40)
    assert postiz.call("POST", "/posts", empty).status_code == 400


# -- files ---------------------------------------------------------------------------------------------------


def form(name: str, data: bytes, field: str = "file") -> tuple[bytes, dict[str, str]]:
    head = f'--lamp\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\nContent-Type: image/gif\r\n\r\n'
    return head.encode() + data + b"\r\n--lamp--\r\n", {"Content-Type": "multipart/form-data; boundary=lamp"}


def test_an_upload_is_kept_as_what_it_is_and_posted_by_id_or_by_address(postiz: Postiz, ada: Account) -> None:
    _, data = picture()
    raw, headers = form("lamp.gif", data)
    answer = postiz.call("POST", "/upload", raw, **headers)
    assert answer.status_code == 201, answer.body
    kept = answer.json_body
    upload = files.read("home", kept["id"])
    assert upload is not None
    assert upload.media is not None
    assert (upload.media.mime, upload.media.width, kept["name"]) == ("image/png", 640, "lamp.gif")
    assert kept["path"].endswith(".png")
    shown = postiz.client.http.get(kept["path"].partition("/api")[2])
    assert (shown.status_code, shown.headers["Location"]) == (302, library.address(upload))
    image = [
        {"id": kept["id"], "path": "https://elsewhere.example/a.png", "alt": "A lamp"},
        {"id": "4l2kd9s", "path": kept["path"]},
    ]
    (post,) = postiz.create([ada], channel={"value": [{"content": "", "image": image}]})
    media = stored(post).entries[0].media
    assert [(each.id, each.alt) for each in media] == [(kept["id"], "A lamp"), (kept["id"], "")]


def test_a_file_is_fetched_from_its_address_once_for_all_channels(
    postiz: Postiz, ada: Account, world: World
) -> None:
    cara = world.connect("mastodon", clock.now(), person=1)
    media, data = picture("other.png", width=320)
    FILES[media.id] = data
    url = f"{world.sandbox.public}/_sandbox/files/{media.id}/other.png"
    value = [{"content": "", "image": [{"id": "4l2kd9s", "path": url}]}]
    one, two = postiz.create([ada, cara], channel={"value": value})
    assert stored(one).entries[0].media == stored(two).entries[0].media
    assert stored(one).entries[0].media[0].width == 320
    answer = postiz.call("POST", "/upload-from-url", {"url": url})
    assert (answer.status_code, answer.json_body["name"]) == (201, "other.png")


@pytest.mark.parametrize("url", ["http://169.254.169.254/latest/meta-data", "file:///etc/passwd", "nonsense"])
def test_an_address_that_is_not_public_is_not_fetched(postiz: Postiz, ada: Account, url: str) -> None:
    answer = postiz.call("POST", "/upload-from-url", {"url": url})
    assert (answer.status_code, set(answer.json_body)) == (400, {"msg"})
    value = [{"content": "A", "image": [{"id": "x", "path": url}]}]
    assert postiz.call("POST", "/posts", body([ada], channel={"value": value})).status_code == 400


def test_an_upload_without_a_file_is_refused(postiz: Postiz) -> None:
    raw, headers = form("lamp.png", b"abc", field="other")
    for body, given in ((raw, headers), form("a.png", b"")):
        answer = postiz.call("POST", "/upload", body, **given)
        assert (answer.status_code, answer.json_body) == (400, {"msg": "No file provided"})
    for broken in (raw[:60], b""):
        answer = postiz.call("POST", "/upload", broken, **headers)
        assert (answer.status_code, answer.json_body) == (400, {"msg": "The multipart body cannot be read."})


def test_an_upload_that_is_no_picture_is_refused(postiz: Postiz) -> None:
    raw, headers = form("lamp.png", b"#!/bin/sh")
    answer = postiz.call("POST", "/upload", raw, **headers)
    assert (answer.status_code, set(answer.json_body)) == (400, {"msg"})


def test_an_upload_over_the_limit_names_the_other_ways(postiz: Postiz) -> None:
    raw, headers = form("lamp.png", b"\x89PNG\r\n\x1a\n" + bytes(4_600_000))
    answer = postiz.call("POST", "/upload", raw, **headers)
    assert answer.status_code == 413
    assert "POST /v1/media" in answer.json_body["msg"]


def test_youtube_s_thumbnail_becomes_a_file_of_the_post(postiz: Postiz, world: World) -> None:
    account = world.connect("youtube", clock.now())
    raw, headers = form("lamp.png", picture()[1])
    kept = postiz.call("POST", "/upload", raw, **headers).json_body
    settings = {
        "title": "Lamps",
        "type": "public",
        "thumbnail": {"id": "random", "path": kept["path"]},
        "tags": [{"value": "a", "label": "a", "surplus": 1}],
    }
    (post,) = postiz.create(
        [account], type="draft", channel={"value": [{"content": "A"}], "settings": settings}
    )
    delivery = stored(post)
    assert delivery.options["thumbnail"] == {"id": kept["id"]}
    assert delivery.options["tags"] == [{"value": "a", "label": "a"}]
    assert [media.id for media in delivery.entries[0].media] == [kept["id"]]


# -- numbers and news ----------------------------------------------------------------------------------------


def test_the_numbers_of_a_post_and_of_its_channel(postiz: Postiz, ada: Account) -> None:
    assert postiz.get(f"/analytics/{ada.id}?date=7") == []
    (post,) = postiz.create([ada], type="now")
    assert postiz.get(f"/analytics/post/{post}?date=7") == []
    published(post)
    (waiting,) = postiz.create([ada])
    today = f"{clock.now():%Y-%m-%d}"
    for path in (f"/analytics/post/{post}?date=7", f"/analytics/{ada.id}?date=7"):
        found = {each["label"]: each["data"] for each in postiz.get(path)}
        assert found["Favourites"] == [{"total": "5", "date": today}]
    assert postiz.get(f"/analytics/post/{waiting}?date=7") == []
    assert postiz.get("/analytics/post/unknown?date=7") == []
    assert postiz.call("GET", f"/analytics/{ada.id}?date=all").status_code == 400


def test_what_failed_is_a_notification_newest_first(postiz: Postiz, ada: Account, at: Clock) -> None:
    for number, post in enumerate(postiz.create([ada, ada, ada])):
        at.forward(minutes=1)
        trouble = Trouble(sentence=f"Refused {number}.", at=clock.now())
        deliveries.alter(stored(post), state="failed", trouble=trouble)
    answer = postiz.get("/notifications?page=0")
    assert [each["content"] for each in answer["notifications"]] == [
        f"Mastodon: Refused {number}." for number in (2, 1, 0)
    ]
    assert (answer["total"], answer["page"], answer["limit"], answer["hasMore"]) == (3, 0, 100, False)
    assert postiz.get("/notifications?page=1")["notifications"] == []


def test_films_are_not_made_here(postiz: Postiz) -> None:
    for path in ("/generate-video", "/video/function"):
        answer = postiz.call("POST", path, {})
        assert (answer.status_code, set(answer.json_body)) == (501, {"msg"})


def test_every_operation_of_the_description_is_served() -> None:
    import app

    served = {
        (method, path.removeprefix("/public/v1"))
        for path, methods in app.app.routes.items()
        for method in methods
        if path.startswith("/public/v1")
    }

    def shape(operations: set[tuple[str, str]]) -> set[tuple[str, str]]:
        import re

        return {(method, re.sub(r"\{\w+\}", "{}", path)) for method, path in operations}

    assert shape(described.operations()) == shape(served)
