"""PUT of a whole post: one write, and what is out or on its way stays as it is and is told."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from chalice.test import Client

import app
from chalicelib import clock, people, schedule
from chalicelib.models import Account, Intent, Receipt
from chalicelib.store import deliveries, posts, table
from infra.sandbox import Sandbox
from tests.aws import messages, schedules
from tests.test_api import Site, at, refusal
from tests.world import World, opened


@pytest.fixture
def world(sandbox: Sandbox, aws: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    return opened(sandbox, monkeypatch, "mastodon")


@pytest.fixture
def own(world: World) -> list[Account]:
    return [world.connect("mastodon", clock.now(), person) for person in (0, 1)]


@pytest.fixture
def site(world: World) -> Iterator[Site]:
    with Client(app.app) as client:
        yield Site(client, people.first_key(clock.now()))


def body(*own: Account, text: str = "Hello", when: str = "", **more: Any) -> dict[str, Any]:
    targets = [{"account": each.id, **more} for each in own]
    return {"when": when or at(hours=2), "entries": [{"text": text}], "accounts": targets}


def parts(site: Site, post: str) -> dict[str, Any]:
    return {each["account"]: each for each in site.call("GET", f"/v1/posts/{post}").json_body["deliveries"]}


def make(site: Site, given: dict[str, Any]) -> str:
    post: str = site.call("POST", "/v1/posts", given).json_body["id"]
    return post


def publish(post: str, account: Account) -> None:
    """As if it were out."""
    found = deliveries.read("home", f"{post}.{account.id}")
    assert found is not None
    receipt = Receipt(id="1", url="https://mastodon.sandbox/1", at=clock.now())
    deliveries.alter(found, state="published", receipts=(receipt,), next=None)


def test_texts_options_and_time_change_together(site: Site, own: list[Account]) -> None:
    post = make(site, body(*own))
    wanted = body(*own, text="Goodbye", when=at(days=3), options={"visibility": "unlisted"})
    done = site.call("PUT", f"/v1/posts/{post}", {**wanted, "tags": ["lamp"]})
    assert (done.status_code, done.json_body["kept"], done.json_body["tags"]) == (200, [], ["lamp"])
    for part in parts(site, post).values():
        assert part["entries"][0]["text"] == "Goodbye"
        assert part["options"] == {"visibility": "unlisted"}
        assert (clock.parse(part["due"]), part["version"]) == (clock.parse(wanted["when"]), 2)
    assert len(schedules()) == 2
    moment = wanted["when"][:10]
    assert all(moment in each["ScheduleExpression"] for each in schedules().values())
    assert done.headers["ETag"] == site.call("GET", f"/v1/posts/{post}").headers["ETag"]


def test_an_account_that_is_left_out_is_cancelled_and_a_new_one_is_scheduled(
    site: Site, own: list[Account]
) -> None:
    first, second = own
    post = make(site, given := body(first))
    done = site.call("PUT", f"/v1/posts/{post}", {**given, "accounts": [{"account": second.id}]})
    assert done.status_code == 200
    found = parts(site, post)
    assert (found[first.id]["state"], found[second.id]["state"]) == ("cancelled", "scheduled")
    assert found[second.id]["entries"][0]["text"] == "Hello"
    assert len(schedules()) == 1


def test_what_says_the_same_is_not_touched(site: Site, own: list[Account]) -> None:
    post = make(site, given := body(*own))
    before = site.call("GET", f"/v1/posts/{post}").json_body
    done = site.call("PUT", f"/v1/posts/{post}", given)
    assert {**before, "kept": []} == done.json_body
    given["accounts"][0]["options"] = {"visibility": "private"}
    site.call("PUT", f"/v1/posts/{post}", given)
    versions = {account: part["version"] for account, part in parts(site, post).items()}
    assert versions == {own[0].id: 2, own[1].id: 1}


def test_what_is_out_stays_and_is_told_and_the_rest_changes(site: Site, own: list[Account]) -> None:
    out, waiting = own
    post = make(site, body(*own))
    publish(post, out)
    done = site.call("PUT", f"/v1/posts/{post}", body(*own, text="Goodbye"))
    assert done.status_code == 200
    (kept,) = done.json_body["kept"]
    assert (kept["account"], kept["code"]) == (out.id, "not-editable")
    assert kept["sentence"] == "This is published; it can no longer be changed."
    found = parts(site, post)
    assert found[out.id]["entries"][0]["text"] == "Hello"
    assert found[waiting.id]["entries"][0]["text"] == "Goodbye"


def test_a_post_that_is_out_in_part_is_listed_whole_after_the_rest_has_moved(
    site: Site, own: list[Account]
) -> None:
    post = make(site, body(*own))
    publish(post, own[0])
    site.call("PUT", f"/v1/posts/{post}", body(*own, text="Goodbye", when=at(days=3)))
    for span in (f"from={at()}&to={at(days=1)}", f"from={at(days=2)}&to={at(days=4)}"):
        (listed,) = site.call("GET", f"/v1/posts?{span}").json_body["posts"]
        assert {each["account"] for each in listed["deliveries"]} == {each.id for each in own}


@pytest.mark.parametrize("text", ["Hello", "Goodbye"])
def test_an_account_that_was_cancelled_stays_so_and_that_is_told(
    site: Site, own: list[Account], text: str
) -> None:
    given = body(*own)
    post = make(site, given)
    site.call("POST", f"/v1/deliveries/{post}.{own[0].id}/cancel")
    wanted = body(*own, text=text, when=given["when"], options={"visibility": "unlisted"})
    wanted["accounts"][0]["options"] = {}
    done = site.call("PUT", f"/v1/posts/{post}", wanted)
    assert [(each["account"], each["code"]) for each in done.json_body["kept"]] == [(own[0].id, "cancelled")]
    found = parts(site, post)
    assert (found[own[0].id]["state"], found[own[1].id]["state"]) == ("cancelled", "scheduled")
    assert found[own[1].id]["options"] == {"visibility": "unlisted"}


def test_to_leave_out_what_is_out_takes_nothing_back_and_says_so(site: Site, own: list[Account]) -> None:
    post = make(site, body(*own))
    publish(post, own[0])
    done = site.call("PUT", f"/v1/posts/{post}", body(own[1], text="Goodbye")).json_body
    assert [each["code"] for each in done["kept"]] == ["out-already"]
    assert parts(site, post)[own[0].id]["state"] == "published"


@pytest.mark.parametrize("state", ["publishing", "pending", "unsure"])
def test_what_is_on_its_way_is_refused_and_nothing_is_written(
    site: Site, own: list[Account], state: str
) -> None:
    post = make(site, body(own[0]))
    found = deliveries.read("home", f"{post}.{own[0].id}")
    assert found is not None
    deliveries.alter(found, state=state, lease=clock.now() + timedelta(minutes=5))
    before = site.call("GET", f"/v1/posts/{post}").json_body
    refused = site.call("PUT", f"/v1/posts/{post}", body(own[0], text="Goodbye"))
    assert refusal(refused) == (409, "not-editable")
    assert site.call("GET", f"/v1/posts/{post}").json_body == before


def test_what_is_in_doubt_is_on_its_way(site: Site, own: list[Account]) -> None:
    post = make(site, body(own[0]))
    found = deliveries.read("home", f"{post}.{own[0].id}")
    assert found is not None
    deliveries.alter(found, intent=Intent(entry=0, at=clock.now()))
    assert refusal(site.call("PUT", f"/v1/posts/{post}", body(own[0], text="Goodbye")))[0] == 409


def test_what_could_not_be_posted_changes_nothing(site: Site, own: list[Account]) -> None:
    post = make(site, body(*own))
    before = site.call("GET", f"/v1/posts/{post}").json_body
    wrong: list[tuple[dict[str, Any], tuple[int, str]]] = [
        (body(*own, text="x" * 501), (422, "not-postable")),
        (body(*own, when="2020-01-01T00:00:00Z"), (422, "past-due")),
        (body(own[0], own[0]), (422, "account-twice")),
        (body(), (422, "no-account")),
        ({**body(*own), "repeat": {"times": 3}}, (422, "no-repeat")),
        ({**body(), "accounts": [{"account": "nobody"}]}, (404, "unknown-account")),
    ]
    for given, expected in wrong:
        assert refusal(site.call("PUT", f"/v1/posts/{post}", given)) == expected
    assert site.call("GET", f"/v1/posts/{post}").json_body == before
    assert refusal(site.call("PUT", "/v1/posts/none", body(*own))) == (404, "unknown-post")


def test_a_draft_becomes_a_scheduled_post_and_a_draft_again(site: Site, own: list[Account]) -> None:
    post = make(site, body(own[0], when="draft"))
    assert schedules() == {}
    site.call("PUT", f"/v1/posts/{post}", body(own[0]))
    assert (parts(site, post)[own[0].id]["state"], len(schedules())) == ("scheduled", 1)
    site.call("PUT", f"/v1/posts/{post}", body(own[0], when="draft"))
    assert (parts(site, post)[own[0].id]["state"], schedules()) == ("draft", {})


def test_a_failed_delivery_said_anew_is_tried_anew(site: Site, own: list[Account]) -> None:
    post = make(site, given := body(own[0]))
    found = deliveries.read("home", f"{post}.{own[0].id}")
    assert found is not None
    deliveries.alter(found, state="failed", tries=9, next=None)
    assert site.call("PUT", f"/v1/posts/{post}", given).json_body["state"] == "failed"
    done = site.call("PUT", f"/v1/posts/{post}", body(own[0], text="Shorter", when="now")).json_body
    assert done["state"] == "scheduled"
    assert [each["delivery"] for each in messages("lamppost-test-due")] == [f"{post}.{own[0].id}"]


def test_of_two_who_write_at_once_the_second_is_told(
    site: Site, own: list[Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A publisher takes one delivery between the read and the write: none of the post changes."""
    post = make(site, body(*own))
    together = table.together

    def late(*given: Any, **more: Any) -> None:
        found = deliveries.read("home", f"{post}.{own[1].id}")
        assert found is not None
        deliveries.claim(deliveries.message(found), clock.now(), timedelta(minutes=5))
        together(*given, **more)

    monkeypatch.setattr(table, "together", late)
    refused = site.call("PUT", f"/v1/posts/{post}", body(*own, text="Goodbye"))
    assert refusal(refused) == (409, "changed-meanwhile")
    found = posts.read("home", post)
    assert found is not None
    assert {found[0].entries[0].text, *(part.entries[0].text for part in found[1])} == {"Hello"}


def test_a_post_that_was_not_seen_as_it_is_is_left_alone(site: Site, own: list[Account]) -> None:
    post = make(site, body(own[0]))
    seen = site.call("GET", f"/v1/posts/{post}").headers["ETag"]
    site.call("PATCH", f"/v1/posts/{post}", {"when": at(hours=9)})
    refused = site.call("PUT", f"/v1/posts/{post}", body(own[0], text="Goodbye"), **{"If-Match": seen})
    assert refusal(refused) == (412, "changed-meanwhile")
    assert parts(site, post)[own[0].id]["entries"][0]["text"] == "Hello"


def test_no_schedule_is_looked_for_where_none_can_be(
    site: Site, own: list[Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    cleared: list[str] = []
    monkeypatch.setattr(schedule, "clear", cleared.append)
    post = make(site, body(own[0], when="draft"))
    site.call("PUT", f"/v1/posts/{post}", body(own[0]))
    site.call("PUT", f"/v1/posts/{post}", body(*own, text="Goodbye"))
    assert cleared == [f"{post}.{own[0].id}"]
