"""AWS on a bad day: an answer lost, a write refused, a service silent; each costs seconds, not a lease, and no untruth."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from chalicelib import clock, due, publish, queues, renew, settings, vault
from chalicelib.models import Delivery, Grant, Intent
from chalicelib.problems import Expired
from chalicelib.providers import PROVIDERS
from chalicelib.sessions import Job, Session
from chalicelib.store import deliveries
from chalicelib.store.table import Lost
from infra import config
from infra.sandbox import Sandbox
from tests.world import World, opened

LEASE = timedelta(seconds=130)


@pytest.fixture
def world(sandbox: Sandbox, aws: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    return opened(sandbox, monkeypatch, "x")


@pytest.fixture
def delivery(world: World) -> Delivery:
    account = world.connect("x", clock.now())
    _, (made,) = world.post([account], clock.now(), clock.now())
    return made


Hook = Callable[[str], Exception | None]


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> list[Hook]:
    """Hooks that see each DynamoDB write, before it goes; what one returns is raised instead of it."""
    hooks: list[Hook] = []
    dynamodb = settings.client("dynamodb")
    update = dynamodb.update_item

    def hooked(**request: Any) -> Any:
        for hook in hooks:
            if (error := hook(json.dumps(request, default=str))) is not None:
                raise error
        return update(**request)

    monkeypatch.setattr(dynamodb, "update_item", hooked)
    return hooks


def unheard(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next write works, its answer is lost, and botocore sends it again."""
    dynamodb = settings.client("dynamodb")
    update = dynamodb.update_item
    heard: list[Any] = []

    def twice(**request: Any) -> Any:
        if not heard:
            heard.append(update(**request))
        return update(**request)

    monkeypatch.setattr(dynamodb, "update_item", twice)


def throttled() -> ClientError:
    code: Any = {"Error": {"Code": "ProvisionedThroughputExceededException", "Message": "Slow down."}}
    return ClientError(code, "UpdateItem")


def _on_record(request: str) -> Exception | None:
    """Refuses the write that puts a commit on record: an intent, and no new state."""
    return throttled() if '":intent"' in request and '":state"' not in request else None


def texts(world: World) -> list[str]:
    return [post.text for post in world.sandbox["x"].shown]


def reread(delivery: Delivery) -> Delivery:
    found = deliveries.read(delivery.workspace, delivery.id)
    assert found is not None
    return found


def test_a_claim_whose_answer_was_lost_is_known_as_ones_own(
    delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    unheard(monkeypatch)
    _, taken = deliveries.claim(deliveries.message(delivery), clock.now(), LEASE)
    assert (taken.state, taken.attempt, taken.tries) == ("publishing", 1, 1)
    with pytest.raises(Lost):
        deliveries.claim(deliveries.message(delivery), clock.now(), LEASE)


def test_an_outcome_whose_answer_was_lost_is_known_as_written(
    delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, taken = deliveries.claim(deliveries.message(delivery), clock.now(), LEASE)
    unheard(monkeypatch)
    held = deliveries.settle(taken, state="held", lease=None)
    assert held == reread(delivery)
    with pytest.raises(Lost):
        deliveries.settle(taken, state="failed", lease=None)


def test_the_news_of_a_post_is_told_though_the_answer_to_its_receipt_was_lost(
    delivery: Delivery, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr("chalicelib.notify.tell", lambda event, *_: told.append(event))
    settle = deliveries.settle

    def settled(taken: Delivery, **changes: Any) -> Delivery:
        if changes.get("receipts"):
            unheard(monkeypatch)
        return settle(taken, **changes)

    monkeypatch.setattr(deliveries, "settle", settled)
    publish.deliver(deliveries.message(delivery), lambda: 100.0)
    assert texts(world) == ["The lamps are lit"]
    assert told == ["post.published"]


def test_a_receipt_is_written_again_until_it_stands(
    delivery: Delivery, world: World, failing: list[Hook]
) -> None:
    refused: list[str] = []

    def hook(request: str) -> Exception | None:
        if '":receipts"' in request and len(refused) < 2:
            refused.append(request)
            return throttled()
        return None

    failing.append(hook)
    publish.deliver(deliveries.message(delivery), lambda: 100.0)
    assert (reread(delivery).state, len(refused), texts(world)) == ("published", 2, ["The lamps are lit"])


def test_a_commit_that_could_not_be_put_on_record_was_not_sent_and_leaves_no_doubt(
    delivery: Delivery, world: World, failing: list[Hook]
) -> None:
    failing.append(_on_record)
    publish.deliver(deliveries.message(delivery), lambda: 100.0)
    after = reread(delivery)
    assert (after.state, after.intent, texts(world)) == ("scheduled", None, [])
    assert after.trouble is not None
    assert "before anything was sent" in after.trouble.sentence


def test_an_earlier_doubt_survives_a_commit_that_could_not_be_put_on_record(
    delivery: Delivery, world: World, failing: list[Hook]
) -> None:
    earlier = Intent(entry=0, at=clock.now() - timedelta(minutes=5))
    _, taken = deliveries.claim(deliveries.message(delivery), clock.now(), LEASE)
    waiting = deliveries.settle(taken, state="scheduled", lease=None, intent=earlier)
    failing.append(_on_record)
    publish.deliver(deliveries.message(waiting), lambda: 100.0)
    assert reread(delivery).intent == earlier


def test_a_grant_that_cannot_be_read_is_tried_again_before_the_lease_ends(
    delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: object) -> None:
        raise ReadTimeoutError(endpoint_url="https://dynamodb")

    monkeypatch.setattr("chalicelib.store.grants.read", silent)
    publish.deliver(deliveries.message(delivery), lambda: 100.0)
    after = reread(delivery)
    assert after.state == "scheduled"
    assert after.next is not None
    assert after.next - clock.now() < timedelta(seconds=20)


def test_a_renewal_that_stumbles_in_the_middle_is_tried_again_before_the_lease_ends(
    delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The platform has just refused the token: what was sent is answered, and leaves no doubt."""

    def ended(job: Job) -> None:
        job.intend()
        raise Expired("X no longer accepts this access.")

    def silent(*_: object) -> None:
        raise ReadTimeoutError(endpoint_url="https://kms")

    grant = Grant(workspace="home", id="g", platform="x", refreshable=True)
    monkeypatch.setattr(renew, "grant_of", lambda account: grant)
    monkeypatch.setattr(
        renew, "session_for", lambda *_: Session(PROVIDERS["x"], renew.wire(), {}, clock.now())
    )
    monkeypatch.setattr(PROVIDERS["x"], "publish", ended)
    monkeypatch.setattr(renew, "refresh", silent)
    publish.deliver(deliveries.message(delivery), lambda: 100.0)
    after = reread(delivery)
    assert (after.state, after.intent) == ("scheduled", None)
    assert after.next is not None
    assert after.next - clock.now() < timedelta(seconds=20)


def test_a_sweep_that_runs_out_of_time_leaves_the_rest_to_the_next(world: World) -> None:
    account = world.connect("x", clock.now())
    for number in range(3):
        world.post([account], clock.now(), clock.now(), f"Post {number}")
    later, left = clock.now() + timedelta(minutes=5), iter([60.0, 20.0, 9.0])
    assert due.sweep(later, lambda: next(left)) == 2
    assert due.sweep(later) == 1


def test_the_secrets_are_read_with_the_time_outs_of_all_else(aws: Any) -> None:
    vault.forget()
    assert vault.provider().client is settings.client("ssm")


def test_a_silent_service_is_given_up_before_the_shortest_function_ends(aws: Any) -> None:
    found: Any = settings.client("dynamodb").meta.config
    tries = found.retries["total_max_attempts"]
    between = sum(min(20, 2**each) for each in range(tries - 1))  # botocore waits up to so long
    functions = config.read()["lambda_functions"].values()
    shortest = min(each["lambda_timeout"] for each in functions)
    assert tries * max(found.read_timeout, found.connect_timeout) + between < shortest


def _event(queue: str, body: str, receives: int) -> dict[str, Any]:
    record = {
        "body": body,
        "receiptHandle": "handle",
        "attributes": {"ApproximateReceiveCount": str(receives)},
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:us-east-1:1:{queue}",
    }
    return {"Records": [record]}


@pytest.mark.parametrize(("receives", "wait"), [(1, 5), (2, 15), (3, 45), (4, 135)])
def test_a_lane_that_stumbled_gets_its_message_back_soon_and_then_ever_later(
    delivery: Delivery, monkeypatch: pytest.MonkeyPatch, receives: int, wait: int
) -> None:
    from chalicelib import workers

    asked: list[dict[str, Any]] = []
    sqs = settings.client("sqs")
    monkeypatch.setattr(sqs, "change_message_visibility", lambda **request: asked.append(request))

    def stumble(*_: object) -> None:
        raise throttled()

    monkeypatch.setattr(publish, "deliver", stumble)
    from chalicelib.providers import PROVIDERS

    publisher: Any = workers._publisher(PROVIDERS["x"])
    lane = queues.lane("x", 1)
    with pytest.raises(ClientError):
        publisher(_event(lane, deliveries.message(delivery).model_dump_json(), receives), None)
    assert [(each["ReceiptHandle"], each["VisibilityTimeout"]) for each in asked] == [("handle", wait)]
    assert asked[0]["QueueUrl"].endswith(lane)
