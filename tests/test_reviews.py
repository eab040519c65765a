"""Reviews: where a workspace asks for them, nothing that an editor or a writing key says goes out unseen."""

from datetime import timedelta
from typing import Any

import pytest
from chalice.test import Client

from chalicelib import clock, decide, people
from chalicelib.store import deliveries
from chalicelib.store import people as workspaces
from tests.aws import schedules
from tests.conftest import Clock
from tests.test_api import Site, at, refusal, site, world
from tests.test_people import Browser
from tests.world import World, signed_in

__all__ = ["site", "world"]


@pytest.fixture
def account(site: Site, world: World) -> str:
    found = world.connect("mastodon", clock.now()).id
    site.call("PATCH", "/v1/workspaces/home", {"review": "required"})
    return found


@pytest.fixture
def editor(site: Site, account: str) -> Browser:
    return Browser(site.client, signed_in("home", "editor", "Ed"))


@pytest.fixture
def reviewer(site: Site, account: str) -> Browser:
    return Browser(site.client, signed_in("home", "reviewer", "Rita"))


def written(by: Site, account: str, when: str = "", text: str = "The lamps are lit") -> dict[str, Any]:
    body = {"when": when or at(days=1), "entries": [{"text": text}], "accounts": [{"account": account}]}
    answer = by.call("POST", "/v1/posts", body)
    assert answer.status_code == 201, answer.body
    found: dict[str, Any] = answer.json_body
    return found


def said(by: Site, post: str, decision: str, **more: Any) -> Any:
    return by.call("POST", f"/v1/posts/{post}/review", {"decision": decision, **more})


def waiting(by: Site) -> list[str]:
    return [each["id"] for each in by.call("GET", "/v1/reviews").json_body["posts"]]


def test_an_editors_post_waits_and_goes_out_at_its_moment_once_approved(
    editor: Browser, reviewer: Browser, account: str
) -> None:
    post = written(editor, account)
    assert (post["state"], post["review"]["decision"], post["review"]["asked"]["name"]) == (
        "draft",
        "waiting",
        "Ed",
    )
    assert schedules() == {}
    assert waiting(reviewer) == [post["id"]]
    done = said(reviewer, post["id"], "approve", words="Fine.").json_body
    assert (done["state"], done["due"]) == ("scheduled", post["due"])
    assert (done["review"]["decision"], done["review"]["decided"]["name"]) == ("approved", "Rita")
    assert len(schedules()) == 1
    assert waiting(reviewer) == []


def test_what_is_sent_back_stays_a_draft_with_the_words_until_it_is_asked_anew(
    editor: Browser, reviewer: Browser, account: str
) -> None:
    post = written(editor, account)
    assert refusal(said(reviewer, post["id"], "send back")) == (422, "no-words")
    back = said(reviewer, post["id"], "send back", words="Too long.").json_body
    assert (back["state"], back["review"]["words"], waiting(reviewer)) == ("draft", "Too long.", [])
    assert refusal(said(reviewer, post["id"], "approve")) == (409, "not-waiting")


def test_only_reviewers_decide(site: Site, editor: Browser, account: str) -> None:
    post = written(editor, account)
    assert refusal(said(editor, post["id"], "approve")) == (403, "forbidden")
    other = Browser(site.client, signed_in("other", "reviewer"))
    assert refusal(said(other, post["id"], "approve")) == (404, "unknown-post")


def test_owners_schedule_without_a_review(site: Site, account: str) -> None:
    assert written(Browser(site.client, signed_in("home", "owner")), account)["state"] == "scheduled"
    assert written(site, account, text="By the owner's key")["state"] == "scheduled"


def test_where_no_review_is_asked_for_editors_schedule_themselves(site: Site, editor: Browser, account: str) -> None:  # fmt: skip
    site.call("PATCH", "/v1/workspaces/home", {"review": "off"})
    assert written(editor, account)["state"] == "scheduled"


def test_a_moment_that_is_past_by_then_must_be_chosen_anew(
    editor: Browser, reviewer: Browser, account: str, at: Clock
) -> None:
    post = written(editor, account, "now")
    at.moment += timedelta(hours=1)
    assert refusal(said(reviewer, post["id"], "approve")) == (422, "past-due")
    chosen = clock.iso(at.moment + timedelta(hours=2))
    done = said(reviewer, post["id"], "approve", when=chosen).json_body
    assert (done["state"], clock.parse(done["due"])) == ("scheduled", clock.parse(chosen))
    assert done["deliveries"][0]["due"] == done["due"]


def test_what_was_changed_since_it_was_read_is_not_approved_unseen(
    editor: Browser, reviewer: Browser, account: str
) -> None:
    post = written(editor, account)
    editor.call("PATCH", f"/v1/posts/{post['id']}", {"when": at(days=2)})
    stale = said(reviewer, post["id"], "approve", version=post["version"])
    assert refusal(stale) == (409, "changed-meanwhile")
    assert said(reviewer, post["id"], "approve", version=post["version"] + 1).status_code == 200


# -- every way round it is closed ----------------------------------------------------------------------------


class Writer:
    """A key that may read and write, with Postiz's clients in mind."""

    def __init__(self, client: Client, account: str, world: World) -> None:
        self.world = world
        _, text = workspaces.issue_key("home", "writer", ("read", "write"), clock.now())
        self.site, self.account = Site(client, text), account

    def put(self, delivery: str, status: str) -> Any:
        return self.site.call("PUT", f"/public/v1/posts/{delivery}/status", {"status": status})

    def send(self, kind: str, delivery: str = "") -> Any:
        value = [{"content": "Said otherwise", **({"id": delivery} if delivery else {})}]
        post = {"integration": {"id": self.account}, "value": value, "settings": {"__type": "mastodon"}}
        body = {"type": kind, "date": at(days=3), "shortLink": False, "tags": [], "posts": [post]}
        return self.site.call("POST", "/public/v1/posts", body)


@pytest.fixture
def writer(site: Site, account: str, world: World) -> Writer:
    return Writer(site.client, account, world)


def state(delivery: str) -> str:
    found = deliveries.read("home", delivery)
    assert found is not None
    return found.state


def test_a_key_that_only_writes_waits_as_well_by_every_way_in(writer: Writer, reviewer: Browser) -> None:
    first = written(writer.site, writer.account)
    assert first["review"]["asked"] == {"kind": "key", "id": first["review"]["asked"]["id"], "name": "writer"}
    (second,) = writer.send("schedule").json_body
    third = written(writer.site, writer.account, "draft", text="A draft")
    delivery = third["deliveries"][0]["id"]
    assert third["review"] is None
    assert writer.put(delivery, "schedule").status_code == 200
    assert {state(each["id"]) for each in (*first["deliveries"], *third["deliveries"])} == {"draft"}
    assert state(second["postId"]) == "draft"
    assert set(waiting(reviewer)) == {first["id"], third["id"], second["postId"].partition(".")[0]}


def test_a_change_after_the_approval_asks_anew(writer: Writer, reviewer: Browser) -> None:
    post = written(writer.site, writer.account)
    delivery = post["deliveries"][0]["id"]
    said(reviewer, post["id"], "approve")
    assert state(delivery) == "scheduled"
    writer.send("update", delivery)
    assert state(delivery) == "draft"
    assert waiting(reviewer) == [post["id"]]
    said(reviewer, post["id"], "approve")
    writer.site.call("PATCH", f"/v1/posts/{post['id']}", {"when": at(days=5)})
    assert state(delivery) == "draft"
    assert schedules() == {}
    assert waiting(reviewer) == [post["id"]]


def test_a_change_while_it_waits_keeps_it_waiting(writer: Writer, reviewer: Browser) -> None:
    post = written(writer.site, writer.account)
    writer.send("update", post["deliveries"][0]["id"])
    writer.site.call("PATCH", f"/v1/posts/{post['id']}", {"when": at(days=5)})
    (listed,) = reviewer.call("GET", "/v1/reviews").json_body["posts"]
    assert listed["deliveries"][0]["entries"][0]["text"] == "Said otherwise"
    assert listed["review"]["due"] == listed["due"]


def test_what_was_approved_is_not_hurried_nor_changed_after_it_failed(writer: Writer, reviewer: Browser) -> None:  # fmt: skip
    post = written(writer.site, writer.account)
    said(reviewer, post["id"], "approve")
    delivery = post["deliveries"][0]["id"]
    hurried = writer.site.call("POST", f"/v1/deliveries/{delivery}/retry")
    assert refusal(hurried) == (403, "needs-review")
    found = deliveries.read("home", delivery)
    assert found is not None
    deliveries.alter(found, state="failed")
    assert writer.send("update", delivery).status_code == 403
    assert writer.site.call("POST", f"/v1/deliveries/{delivery}/retry").status_code == 200


def test_what_was_approved_and_failed_does_not_move_and_its_post_does_not_either(
    writer: Writer, reviewer: Browser
) -> None:
    post = written(writer.site, writer.account)
    said(reviewer, post["id"], "approve")
    found = deliveries.read("home", post["deliveries"][0]["id"])
    assert found is not None
    deliveries.alter(found, state="failed")
    before = reviewer.call("GET", f"/v1/posts/{post['id']}").json_body
    moved = writer.site.call("PATCH", f"/v1/posts/{post['id']}", {"when": at(days=5)})
    assert refusal(moved) == (403, "needs-review")
    assert reviewer.call("GET", f"/v1/posts/{post['id']}").json_body == before


def test_what_did_not_move_with_its_post_is_listed_where_it_is(writer: Writer, reviewer: Browser) -> None:
    other = World(writer.world.sandbox).connect("mastodon", clock.now(), 1)
    targets = [{"account": writer.account}, {"account": other.id}]
    body = {"when": at(days=1), "entries": [{"text": "Both"}], "accounts": targets}
    post = writer.site.call("POST", "/v1/posts", body).json_body
    said(reviewer, post["id"], "approve")
    failed = deliveries.read("home", f"{post['id']}.{other.id}")
    assert failed is not None
    deliveries.alter(failed, state="failed")
    writer.site.call("PATCH", f"/v1/posts/{post['id']}", {"when": at(days=5)})
    for span in (f"from={at()}&to={at(days=2)}", f"from={at(days=4)}&to={at(days=6)}"):
        (listed,) = reviewer.call("GET", f"/v1/posts?{span}").json_body["posts"]
        assert len(listed["deliveries"]) == 2


def test_an_owner_who_schedules_what_waits_has_approved_it(site: Site, writer: Writer, reviewer: Browser) -> None:  # fmt: skip
    post = written(writer.site, writer.account)
    site.call("PUT", f"/public/v1/posts/{post['deliveries'][0]['id']}/status", {"status": "schedule"})
    found = site.call("GET", f"/v1/posts/{post['id']}").json_body
    assert (found["state"], found["review"]["decision"]) == ("scheduled", "approved")
    assert waiting(reviewer) == []


def test_a_post_said_anew_as_a_whole_waits_again(site: Site, writer: Writer, reviewer: Browser) -> None:
    post = written(writer.site, writer.account)
    said(reviewer, post["id"], "approve")
    whole = {"when": at(days=4), "entries": [{"text": "Anew"}], "accounts": [{"account": writer.account}]}
    path = f"/v1/posts/{post['id']}"
    wrong = writer.site.call("PUT", path, {**whole, "entries": [{"text": "x" * 600}]})
    assert refusal(wrong) == (422, "not-postable")
    again = writer.site.call("PUT", path, whole)
    assert again.status_code == 200, again.body
    assert (state(post["deliveries"][0]["id"]), waiting(reviewer)) == ("draft", [post["id"]])
    owners = site.call("PUT", path, {**whole, "entries": [{"text": "As the owner has it"}]})
    assert (owners.json_body["state"], owners.json_body["review"]["decision"]) == ("scheduled", "approved")
    assert waiting(reviewer) == []


def test_a_post_that_repeats_is_for_those_who_need_no_review(site: Site, writer: Writer) -> None:
    body = {
        "when": at(days=1),
        "entries": [{"text": "Every day"}],
        "accounts": [{"account": writer.account}],
        "repeat": {"every": 1, "unit": "days", "times": 3},
    }
    assert refusal(writer.site.call("POST", "/v1/posts", body)) == (403, "needs-review")
    assert site.call("POST", "/v1/posts", body).status_code == 201


def test_what_was_cancelled_waits_for_nobody(writer: Writer, reviewer: Browser) -> None:
    post = written(writer.site, writer.account)
    writer.site.call("DELETE", f"/v1/posts/{post['id']}")
    assert waiting(reviewer) == []


def test_a_post_of_which_nothing_is_left_to_review_is_on_no_list(
    writer: Writer, reviewer: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever cancelled it may have died before its post was marked."""
    post = written(writer.site, writer.account)
    monkeypatch.setattr(decide, "_end_review", lambda delivery: None)
    writer.site.call("DELETE", f"/v1/posts/{post['id']}")
    assert waiting(reviewer) == []


def test_a_command_outside_of_any_request_needs_no_review(world: World, account: str) -> None:
    assert people.actor() is None
    found = world.connect("mastodon", clock.now())
    _, (part,) = world.post([found], clock.now() + timedelta(days=1), clock.now())
    assert part.state == "scheduled"
