"""Webhooks out: signed, for those who asked, tried for a day, never lost and never to an address inside."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from chalice.test import Client
from standardwebhooks import Webhook, WebhookVerificationError
from werkzeug.wrappers import Request, Response

from chalicelib import clock, hooks, notify, people
from chalicelib.store import hooks as stored
from chalicelib.store.hooks import Hook, Sending
from infra.template import TIMEOUTS
from tests.conftest import Clock, forget
from tests.machine import HIDDEN, Machine, Waiting
from tests.served import Served

OUTBOX = "lamppost-test-outbox"
OUTBOX_RUNS = timedelta(seconds=TIMEOUTS["outbox"])


class Receiver(Served):
    """Whoever is told: keeps what arrives and answers as ordered, else with 204."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        super().__init__()

    def answer(self, request: Request) -> Response:
        self.got.append((dict(request.headers), request.get_data()))
        status = self.answers.pop(0) if self.answers else 204
        return Response(status=status, headers={"Location": "/elsewhere"} if status == 302 else {})


class Outbox(Machine):
    """The machine whose outbox has its worker."""

    def _receive(self, waiting: Waiting) -> None:
        if waiting.queue != OUTBOX:
            super()._receive(waiting)
        elif not self._alive(lambda: hooks.receive(waiting.body, self.clock()), OUTBOX_RUNS):
            self.put(OUTBOX, waiting.body, (OUTBOX_RUNS + HIDDEN).total_seconds(), waiting.receives + 1)


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    made = Receiver()
    monkeypatch.setenv("SANDBOX", made.url)
    yield made
    made.stop()


@pytest.fixture
def machine(receiver: Receiver, aws: Any, at: Clock, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Outbox(at, monkeypatch)


def hook(receiver: Receiver, *events: str, workspace: str = "home") -> tuple[Hook, str]:
    return hooks.make(workspace, f"{receiver.url}/told", events or ("post.published",), "", clock.now())


def only(made: Hook) -> Sending:
    (found,) = stored.page(made.workspace, made.id)[0]
    return found


def test_an_event_arrives_signed_at_those_who_asked_for_it(receiver: Receiver, machine: Machine) -> None:
    made, secret = hook(receiver)
    hook(receiver, "post.failed")
    hook(receiver, "post.published", workspace="elsewhere")
    notify.tell("post.published", "home", {"post": "p", "at": clock.now()})
    machine.run(seconds=1)
    ((headers, raw),) = receiver.got
    body = Webhook(secret).verify(raw, headers)
    assert (body["type"], body["data"]["post"]) == ("post.published", "p")
    assert (only(made).state, only(made).status, only(made).id) == ("delivered", 204, headers["Webhook-Id"])


def test_an_altered_body_does_not_verify(receiver: Receiver, machine: Machine) -> None:
    _, secret = hook(receiver)
    notify.tell("post.published", "home", {"post": "p"})
    machine.run(seconds=1)
    ((headers, raw),) = receiver.got
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(raw.replace(b'"p"', b'"q"'), headers)


def test_what_is_not_taken_is_tried_again_under_the_same_id(receiver: Receiver, machine: Machine) -> None:
    made, _ = hook(receiver)
    receiver.answers += [500, 302]
    notify.tell("post.published", "home", {"post": "p"})
    machine.run(seconds=1)
    assert (only(made).state, only(made).tries, only(made).status) == ("waiting", 1, 500)
    machine.run(minutes=5)
    assert (only(made).state, only(made).tries) == ("delivered", 3)
    assert len({headers["Webhook-Id"] for headers, _ in receiver.got}) == 1
    assert len({raw for _, raw in receiver.got}) == 1
    assert len(receiver.got) == 3


def test_it_is_tried_for_a_day_and_then_given_up(receiver: Receiver, machine: Machine, at: Clock) -> None:
    made, _ = hook(receiver)
    receiver.answers += [503] * 50
    notify.tell("post.published", "home", {"post": "p"})
    start = at()
    while only_waiting(made) and at() - start < timedelta(days=3):
        machine.run(minutes=10)
    assert timedelta(hours=23) < at() - start < timedelta(hours=28)
    assert (only(made).state, len(receiver.got)) == ("failed", 13)
    assert not [each for each in machine.waiting if each.queue == OUTBOX]


def only_waiting(made: Hook) -> bool:
    found = stored.page(made.workspace, made.id)[0]
    return not found or found[0].state == "waiting"


def test_no_message_waits_so_long_that_the_queue_looks_stuck(receiver: Receiver, machine: Machine) -> None:
    hook(receiver)
    receiver.answers += [503] * 50
    notify.tell("post.published", "home", {"post": "p"})
    for _ in range(50):
        machine.run(minutes=9)
        assert all(each.at - machine.clock() <= timedelta(seconds=600) for each in machine.waiting)


def test_an_event_that_comes_twice_is_told_once(receiver: Receiver, machine: Machine) -> None:
    made, _ = hook(receiver)
    machine.twice = True
    receiver.answers += [500]
    notify.tell("post.published", "home", {"post": "p"})
    machine.run(hours=1)
    assert (only(made).state, only(made).tries, len(receiver.got)) == ("delivered", 2, 2)


def test_a_worker_that_dies_after_sending_sends_again_and_loses_nothing(
    receiver: Receiver, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, _ = hook(receiver)
    receiver.answers += [500]
    notify.tell("post.published", "home", {"post": "p"})
    note = stored.note
    died: list[bool] = []

    def dying(sending: Sending, **changes: Any) -> Sending:
        if not died:
            died.append(True)
            raise RuntimeError("gone")
        return note(sending, **changes)

    monkeypatch.setattr(stored, "note", dying)
    machine.run(minutes=10)
    assert only(made).state == "delivered"
    assert 2 <= len(receiver.got) <= 3


def test_a_hook_that_is_gone_is_paused_and_told_nothing_more(receiver: Receiver, machine: Machine) -> None:
    made, _ = hook(receiver)
    receiver.answers += [410]
    for post in ("p", "q"):
        notify.tell("post.published", "home", {"post": post})
        machine.run(hours=1)
    assert (only(made).state, len(receiver.got)) == ("failed", 1)
    assert hooks.load("home", made.id).paused


@pytest.mark.parametrize("meanwhile", ["removed", "changed"])
def test_an_answer_of_gone_concerns_only_the_hook_that_was_asked(
    receiver: Receiver, machine: Machine, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    made, _ = hook(receiver)
    receiver.answers += [410]
    note = stored.note

    def late(*given: Any, **more: Any) -> Any:
        if meanwhile == "removed":
            stored.remove("home", made.id)
        else:
            stored.save(made.model_copy(update={"url": "https://example.com/other"}))
        return note(*given, **more)

    monkeypatch.setattr(stored, "note", late)
    notify.tell("post.published", "home", {"post": "p"})
    machine.run(minutes=1)
    assert [each.paused for each in stored.all_of("home")] == ([] if meanwhile == "removed" else [""])


def test_what_waits_for_a_removed_hook_is_not_sent(receiver: Receiver, machine: Machine) -> None:
    made, _ = hook(receiver)
    receiver.answers += [500]
    notify.tell("post.published", "home", {"post": "p"})
    machine.run(seconds=1)
    stored.remove("home", made.id)
    machine.run(hours=1)
    assert (only(made).state, len(receiver.got)) == ("failed", 1)


def test_one_that_does_not_answer_is_tried_again(receiver: Receiver, machine: Machine) -> None:
    made, _ = hook(receiver)
    receiver.stop()
    notify.tell("post.published", "home", {"post": "p"})
    machine.run(seconds=1)
    assert (only(made).state, only(made).status) == ("waiting", None)
    assert only(made).said.startswith("It did not answer")


def test_an_event_among_the_dead_letters_is_dropped_and_does_not_come_back(machine: Machine) -> None:
    import app

    with Client(app.app) as client:
        event = client.events.generate_sqs_event([json.dumps({"event": "post.published", "workspace": "w"})])
        client.lambda_.invoke("dead", event)


# -- the API -------------------------------------------------------------------------------------------------


class Site:
    def __init__(self, client: Client) -> None:
        self.client, self.key = client, people.first_key(clock.now())

    def call(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": self.key, "Content-Type": "application/json"}
        raw = json.dumps(body).encode() if body is not None else b""
        return self.client.http.request(method, path, headers=headers, body=raw)


@pytest.fixture
def site(machine: Machine) -> Iterator[Site]:
    import app

    with Client(app.app) as client:
        forget()
        yield Site(client)


def test_a_webhook_is_made_tested_changed_and_removed(site: Site, receiver: Receiver) -> None:
    made = site.call("POST", "/v1/webhooks", {"url": f"{receiver.url}/told", "name": "Mine"})
    assert made.status_code == 201, made.body
    path, secret = f"/v1/webhooks/{made.json_body['id']}", made.json_body["secret"]
    tested = site.call("POST", f"{path}/test").json_body
    assert (tested["state"], tested["status"]) == ("delivered", 204)
    headers, raw = receiver.got[0]
    assert Webhook(secret).verify(raw, headers)["type"] == "webhook.test"
    assert site.call("PATCH", path, {"events": ["post.failed"], "paused": True}).status_code == 200
    shown = site.call("GET", path).json_body
    assert (shown["events"], shown["name"]) == (["post.failed"], "Mine")
    assert shown["paused"]
    assert secret not in site.call("GET", "/v1/webhooks").body.decode()
    assert [each["id"] for each in site.call("GET", f"{path}/deliveries").json_body["deliveries"]] == [
        tested["id"]
    ]
    assert site.call("DELETE", path).status_code == 200
    assert site.call("GET", path).status_code == 404


def test_a_failed_test_is_told_and_may_be_sent_again(
    site: Site, receiver: Receiver, machine: Machine
) -> None:
    receiver.answers += [500]
    made = site.call("POST", "/v1/webhooks", {"url": f"{receiver.url}/told"}).json_body
    tested = site.call("POST", f"/v1/webhooks/{made['id']}/test").json_body
    assert (tested["state"], tested["said"]) == ("failed", "It answered 500.")
    path = f"/v1/webhooks/{made['id']}/deliveries/{tested['id']}/retry"
    assert site.call("POST", path).json_body["state"] == "waiting"
    machine.run(seconds=1)
    listed = site.call("GET", f"/v1/webhooks/{made['id']}/deliveries").json_body["deliveries"]
    assert [each["state"] for each in listed] == ["delivered"]


@pytest.mark.parametrize(
    "url", ["http://example.com/", "https://10.0.0.1/", "https://localhost/", "nonsense"]
)
def test_an_address_that_is_not_public_https_is_refused(site: Site, url: str) -> None:
    answer = site.call("POST", "/v1/webhooks", {"url": url})
    assert (answer.status_code, json.loads(answer.body)["code"]) == (422, "unsafe-address")


def test_an_unknown_event_is_refused(site: Site) -> None:
    answer = site.call("POST", "/v1/webhooks", {"url": "https://example.com/", "events": ["post.liked"]})
    assert (answer.status_code, json.loads(answer.body)["code"]) == (422, "unknown-event")


def test_deliveries_are_listed_page_by_page(site: Site, receiver: Receiver, at: Clock) -> None:
    made = site.call("POST", "/v1/webhooks", {"url": f"{receiver.url}/told"}).json_body
    target = hooks.load("home", made["id"])
    for number in range(60):
        at.forward(seconds=1)
        stored.log(hooks.write(target, f"{number:03}", "post.published", {}, at()))
    path, seen = f"/v1/webhooks/{made['id']}/deliveries", []
    page = site.call("GET", path).json_body
    while True:
        seen += [each["id"] for each in page["deliveries"]]
        if page["next"] is None:
            break
        page = site.call("GET", f"{path}?after={page['next']}").json_body
    assert seen == [f"{number:03}" for number in reversed(range(60))]
