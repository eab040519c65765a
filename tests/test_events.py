"""What webhooks are told: each event comes when it is so, signed, with the words and the moment of what happened."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from chalice.test import Client
from standardwebhooks import Webhook

from chalicelib import clock, decide, hooks
from chalicelib.models import Account, Delivery
from chalicelib.problems import Blocked, Reconnect
from chalicelib.providers import PROVIDERS
from chalicelib.renew import need, tend
from chalicelib.store import accounts, deliveries, grants
from chalicelib.store.members import Role
from infra.sandbox import Sandbox
from infra.sandbox.base import Failure
from tests.conftest import Clock
from tests.test_hooks import Outbox, Receiver, receiver
from tests.test_people import Browser
from tests.test_reviews import said, written
from tests.world import World, opened, signed_in

__all__ = ["receiver"]

ALL = tuple(hooks.EVENTS)
ROLES: tuple[Role, ...] = ("editor", "reviewer")


@pytest.fixture
def world(
    receiver: Receiver, sandbox: Sandbox, aws: Any, at: Clock, monkeypatch: pytest.MonkeyPatch
) -> World:
    both = tuple(url.partition("://")[2] for url in (sandbox.public, receiver.url))
    monkeypatch.setattr("chalicelib.settings.Settings.allowed", both)
    return opened(sandbox, monkeypatch, "mastodon")


@pytest.fixture
def ada(world: World) -> Account:
    return world.connect("mastodon", clock.now())


class Listener:
    """A hook for everything; `heard` are the events so far, each with a signature that is right."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self.hook, self._secret = hooks.make("home", f"{receiver.url}/told", ALL, "", clock.now())

    def heard(self) -> list[dict[str, Any]]:
        return [self._read(headers, raw.decode()) for headers, raw in self._receiver.got]

    def _read(self, headers: dict[str, str], body: str) -> dict[str, Any]:
        sent = datetime.fromtimestamp(int(headers["Webhook-Timestamp"]), UTC)
        signed = Webhook(self._secret).sign(headers["Webhook-Id"], sent, body)
        assert headers["Webhook-Signature"] == signed
        found: dict[str, Any] = json.loads(body)
        assert set(found) == {"type", "timestamp", "data"}
        return found

    def said(self, event: str) -> list[dict[str, Any]]:
        return [each["data"] for each in self.heard() if each["type"] == event]

    def kinds(self) -> list[str]:
        return [each["type"] for each in self.heard()]


@pytest.fixture
def machine(world: World, at: Clock, monkeypatch: pytest.MonkeyPatch) -> Outbox:
    return Outbox(at, monkeypatch)


@pytest.fixture
def listener(machine: Outbox, receiver: Receiver) -> Listener:
    return Listener(receiver)


def stored(delivery: Delivery) -> Delivery:
    found = deliveries.read(delivery.workspace, delivery.id)
    assert found is not None
    return found


def test_a_post_is_created_moved_and_out(
    listener: Listener, machine: Outbox, world: World, ada: Account, at: Clock
) -> None:
    post, (delivery,) = world.post([ada], at() + timedelta(days=1), at())
    due = at() + timedelta(minutes=2)
    decide.move("home", post.id, due, at())
    machine.run(minutes=3)
    created, updated, published = listener.heard()
    whole = {"post": post.id, "due": clock.iso(post.due), "accounts": [ada.id]}
    assert (created["type"], created["data"]) == ("post.created", whole)
    about = {"post": post.id, "delivery": delivery.id, "account": ada.id, "platform": "mastodon"}
    assert (updated["type"], updated["data"]) == (
        "post.updated",
        {**about, "state": "scheduled", "url": "", "reason": ""},
    )
    out = stored(delivery).receipts[0]
    assert (published["type"], published["data"]) == (
        "post.published",
        {**about, "state": "published", "url": out.url, "reason": ""},
    )
    assert [each["timestamp"] for each in listener.heard()] == sorted(
        each["timestamp"] for each in listener.heard()
    )


def test_a_cancelled_post_and_one_that_is_refused_say_so(
    listener: Listener, machine: Outbox, world: World, ada: Account, at: Clock
) -> None:
    gone, _ = world.post([ada], at() + timedelta(days=1), at())
    decide.cancel("home", gone.id, at())
    refusal = Failure(path="statuses", status=422, body={"error": "Validation failed: no lamps"})
    world.sandbox["mastodon"].failures.append(refusal)
    _, (delivery,) = world.post([ada], at(), at(), "Lamps")
    machine.run(minutes=1)
    assert [each["state"] for each in listener.said("post.updated")] == ["cancelled"]
    (failed,) = listener.said("post.failed")
    trouble = stored(delivery).trouble
    assert trouble is not None
    assert (failed["delivery"], failed["state"], failed["reason"]) == (
        delivery.id,
        "failed",
        trouble.sentence,
    )


def test_a_post_in_doubt_is_unsure_and_published_once_a_person_has_seen_it(
    listener: Listener, machine: Outbox, world: World, ada: Account, at: Clock
) -> None:
    lost = Failure(path="statuses", method="POST", mode="lost", times=99)
    world.sandbox["mastodon"].failures.append(lost)
    _, (delivery,) = world.post([ada], at(), at())
    machine.run(hours=3)
    (unsure,) = listener.said("post.unsure")
    assert (unsure["delivery"], unsure["state"]) == (delivery.id, "unsure")
    assert unsure["reason"]
    decide.resolve(stored(delivery), out=True, url="https://mastodon.sandbox/@ada/1", now=at())
    machine.run(seconds=1)
    assert [each["url"] for each in listener.said("post.published")] == ["https://mastodon.sandbox/@ada/1"]


def test_an_account_to_connect_again_is_told_once_and_what_is_too_late_then_has_failed(
    listener: Listener, machine: Outbox, world: World, ada: Account, at: Clock
) -> None:
    _, (delivery,) = world.post([ada], at() + timedelta(hours=1), at())
    for _ in range(2):
        found = accounts.read("home", ada.id)
        assert found is not None
        need(found, Reconnect("Reconnect Mastodon."), at())
    machine.run(hours=2)
    at.forward(days=2)
    about = {"account": ada.id, "platform": "mastodon", "reason": "Reconnect Mastodon."}
    assert listener.said("account.reconnect") == [about]
    assert stored(delivery).state == "held"
    decide.release_held(world.connect("mastodon", at()), at())
    machine.run(seconds=1)
    (failed,) = listener.said("post.failed")
    assert failed["delivery"] == delivery.id
    assert "while the account was disconnected" in failed["reason"]


def test_an_event_carries_the_moment_of_what_happened_however_late_it_is_told(
    listener: Listener, machine: Outbox, world: World, ada: Account, at: Clock
) -> None:
    happened = at()
    post, _ = world.post([ada], at() + timedelta(days=1), at())
    at.forward(minutes=20)
    machine.run(seconds=1)
    (created,) = listener.heard()
    assert created["timestamp"] == clock.iso(happened)
    assert created["data"]["post"] == post.id


def test_a_review_is_told_when_it_is_asked_for_and_when_it_is_decided(
    listener: Listener, machine: Outbox, world: World, ada: Account, at: Clock
) -> None:
    import app

    with Client(app.app) as client:
        owner = Browser(client, signed_in("home", "owner"))
        assert owner.call("PATCH", "/v1/workspaces/home", {"review": "required"}).status_code == 200
        editor, reviewer = (Browser(client, signed_in("home", role, role.title())) for role in ROLES)
        post = written(editor, ada.id)
        said(reviewer, post["id"], "send back", words="Which lamps?")
        again = {"when": post["due"], "entries": [{"text": "All of them"}], "accounts": [{"account": ada.id}]}
        assert editor.call("PUT", f"/v1/posts/{post['id']}", again).status_code == 200
        said(reviewer, post["id"], "approve")
    machine.run(seconds=1)
    told = listener.said("post.review")
    assert [(each["review"], each["asked"], each["words"]) for each in told] == [
        ("waiting", "Editor", ""),
        ("sent back", "Editor", "Which lamps?"),
        ("waiting", "Editor", ""),
        ("approved", "Editor", ""),
    ]
    assert {(each["post"], clock.parse(each["due"])) for each in told} == {
        (post["id"], clock.parse(post["due"]))
    }
    assert [each["state"] for each in listener.said("post.updated")] == ["draft", "scheduled"]


def test_an_access_that_will_end_and_a_platform_that_is_paused_are_told(
    listener: Listener,
    machine: Outbox,
    world: World,
    ada: Account,
    at: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    grant, ends = grants.read("home", ada.grant), at() + timedelta(days=7)
    assert grant is not None
    tend(grant.model_copy(update={"refreshable": False, "expires": ends}), at())

    def refuse(*_: Any) -> None:
        raise Blocked("Mastodon refuses this app.", after=600)

    monkeypatch.setattr(PROVIDERS["mastodon"], "publish", refuse)
    world.post([ada], at(), at())
    until = at() + timedelta(seconds=600)
    machine.run(seconds=30)
    about = {"account": ada.id, "platform": "mastodon"}
    assert listener.said("account.expiring") == [{**about, "expires": clock.iso(ends)}]
    (paused,) = listener.said("platform.paused")
    assert paused["platform"] == "mastodon"
    assert clock.parse(paused["until"]) - until < timedelta(seconds=30)


def test_every_event_that_there_is_comes_in_these_tests_and_stands_in_the_manual(root: Path) -> None:
    here, manual = Path(__file__).read_text(), (root / "docs" / "webhooks.md").read_text()
    assert [event for event in ALL if f'"{event}"' not in here or f"`{event}`" not in manual] == []
