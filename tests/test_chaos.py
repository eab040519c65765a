"""The tools of `make chaos`: failures that look like AWS's, traffic that is counted, verdicts that can be bad."""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import httpx2
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

from chalicelib import clock
from infra.chaos import verdicts
from infra.chaos.bad_day import sitecustomize
from infra.chaos.bad_day.sitecustomize import CODES, BadDay
from infra.chaos.plans import ALLOWED, PLANS
from infra.chaos.verdicts import Calls, Fate, Verdict
from infra.local.relay import Handler, serve
from infra.sandbox import Sandbox, stop
from infra.sandbox import serve as serve_sandbox

CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "dynamodb": ("get_item", {"TableName": "t", "Key": {"pk": {"S": "1"}}}),
    "sqs": ("get_queue_url", {"QueueName": "q"}),
    "scheduler": ("get_schedule", {"Name": "n"}),
    "s3": ("get_object", {"Bucket": "b", "Key": "k"}),
    "kms": ("decrypt", {"CiphertextBlob": b"c"}),
    "ssm": ("get_parameters_by_path", {"Path": "/p"}),
    "sts": ("get_caller_identity", {}),
}


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """Something that takes every request and says nothing."""
    seen: list[str] = []

    class Quiet(Handler):
        def answer(self) -> None:
            self.body()
            seen.append(self.command)
            self.reply(200, b"{}")

    running = serve(Quiet, 0)
    yield f"http://127.0.0.1:{running.server_address[1]}", seen
    running.shutdown()
    running.server_close()


def _call(service: str, kind: str, url: str, folder: Path) -> None:
    """One call, once, that fails in this way."""
    day: Any = BadDay(1, folder, "lamppost-local-release")
    day.dice.choice = lambda kinds: kind
    session = botocore.session.Session()
    session.register("before-send", day)
    made: Any = boto3.session.Session(botocore_session=session).client
    config = Config(retries={"total_max_attempts": 1})
    operation, given = CALLS[service]
    getattr(made(service, endpoint_url=url, config=config), operation)(**given)


@pytest.mark.parametrize("service", sorted(CODES))
@pytest.mark.parametrize(("kind", "place"), [("throttled", 0), ("broken", 2)])
def test_a_service_refuses_in_its_own_words(
    service: str, kind: str, place: int, server: tuple[str, list[str]], tmp_path: Path
) -> None:
    with pytest.raises(ClientError) as caught:
        _call(service, kind, server[0], tmp_path)
    assert caught.value.response["Error"]["Code"] == CODES[service][place]
    assert server[1] == []
    assert verdicts.calls(tmp_path / "calls").failed == {(service, kind): 1}


def test_what_is_not_reached_does_nothing_and_what_is_not_heard_did_it(
    server: tuple[str, list[str]], tmp_path: Path
) -> None:
    with pytest.raises(ConnectTimeoutError):
        _call("dynamodb", "unreached", server[0], tmp_path)
    assert server[1] == []
    with pytest.raises(ReadTimeoutError):
        _call("dynamodb", "unheard", server[0], tmp_path)
    assert server[1] == ["POST"]


def test_only_workers_that_are_told_so_have_a_bad_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import botocore.handlers

    before = list(botocore.handlers.BUILTIN_HANDLERS)
    (tmp_path / "workers").mkdir()
    for folder, function in (("", "lamppost-local-release"), (str(tmp_path), "lamppost-local")):
        monkeypatch.setenv("FAILING_FOLDER", folder)
        monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", function)
        sitecustomize.install()
    assert before == botocore.handlers.BUILTIN_HANDLERS
    assert list((tmp_path / "workers").iterdir()) == []


# -- traffic ------------------------------------------------------------------------------------------------


@pytest.fixture
def slow() -> Iterator[Sandbox]:
    sandbox, server = serve_sandbox()
    yield sandbox
    stop(server)


def _order(sandbox: Sandbox, **more: Any) -> None:
    rule = {"path": "/2/tweets$", "method": "POST", **more}
    httpx2.post(f"{sandbox.public}/_sandbox/slow", params={"platform": "x"}, json=rule).raise_for_status()


def _post(sandbox: Sandbox, seconds: float = 10) -> None:
    httpx2.post(f"{sandbox.public}/api.x.com/2/tweets", json={"text": "Lit"}, timeout=seconds)


def test_requests_under_way_together_are_counted_and_others_are_not(slow: Sandbox) -> None:
    _order(slow, least=0.5, most=0.5)
    together = [threading.Thread(target=_post, args=(slow,)) for _ in range(3)]
    for each in together:
        each.start()
    httpx2.get(f"{slow.public}/api.x.com/2/users/me")
    for each in together:
        each.join()
    _post(slow)
    assert slow.traffic.seen() == {"x": {"now": 0, "most": 3, "total": 4, "cut": 0}}


@pytest.mark.parametrize(("lands", "arrived"), [(1, 1), (0, 0)])
def test_a_caller_that_hangs_up_is_no_longer_under_way_though_its_request_may_land(
    slow: Sandbox, lands: float, arrived: int
) -> None:
    _order(slow, least=2, most=2, lands=lands)
    slow["x"].requests.clear()
    with pytest.raises(httpx2.ReadTimeout):
        _post(slow, 0.2)
    _until(lambda: slow.traffic.seen()["x"]["cut"] == 1)
    assert slow.traffic.seen()["x"]["now"] == 0
    if arrived:
        _until(lambda: len(slow["x"].requests) == 1)
    else:
        _until(lambda: not [each for each in threading.enumerate() if "process_request" in each.name])
    assert len(slow["x"].requests) == arrived


def _until(done: Any) -> None:
    end = time.monotonic() + 10
    while not done():
        assert time.monotonic() < end
        threading.Event().wait(0.02)


# -- the verdict --------------------------------------------------------------------------------------------

DUE = clock.parse("2026-10-05T07:30:00Z")


def _delivery(text: str, state: str = "published", receipt: str = "1") -> dict[str, Any]:
    receipts = [{"id": receipt, "at": clock.iso(DUE + timedelta(seconds=5))}] if receipt else []
    return {"id": "p.a", "platform": "x", "state": state, "entries": [{"text": text}], "receipts": receipts}


def _shown(text: str, number: str = "1", late: float = 4) -> dict[str, Any]:
    return {"text": text, "id": number, "at": str(DUE + timedelta(seconds=late))}


def _verdict(found: list[Fate], most: int = 1, schedules: tuple[int, int] = (2, 2)) -> Verdict:
    traffic = {"x": {"now": 0, "most": most, "total": 9, "cut": 0}}
    return Verdict(
        found, traffic, Calls({"sqs": 5}, {("sqs", "broken"): 1}), Counter({"kill sweep": 2}), schedules
    )


def _said(delivery: dict[str, Any], *shown: dict[str, Any]) -> list[str]:
    return _verdict(verdicts.fates([delivery], shown, DUE)).broken()


def test_a_post_that_is_out_once_and_told_so_keeps_every_promise() -> None:
    assert _said(_delivery("a"), _shown("a"), _shown("b", "2")) == []


@pytest.mark.parametrize(
    ("delivery", "shown", "word"),
    [
        (_delivery("a"), [], "lost"),
        (_delivery("a"), [_shown("a"), _shown("a", "2")], "twice"),
        (_delivery("a", "publishing", ""), [_shown("a")], "on their way"),
        (_delivery("a", "scheduled", ""), [], "on their way"),
        (_delivery("a", "failed", ""), [_shown("a")], "not told"),
        (_delivery("a", receipt="7"), [_shown("a")], "not told"),
        (_delivery("a", "unsure", ""), [_shown("a")], "person"),
    ],
)
def test_a_broken_promise_is_named(delivery: dict[str, Any], shown: list[dict[str, Any]], word: str) -> None:
    assert any(word in sentence for sentence in _said(delivery, *shown))


@pytest.mark.parametrize(("late", "word"), [(60 + 320, []), (60 + 340, ["late"])])
def test_a_post_may_be_later_than_the_crowd_by_what_one_fault_costs(late: float, word: list[str]) -> None:
    texts = [str(number) for number in range(20)]
    shown = [_shown(text, late=60) for text in texts[:-1]] + [_shown(texts[-1], late=late)]
    said = _verdict(verdicts.fates([_delivery(text) for text in texts], shown, DUE)).broken()
    assert [each for each in word if each in said[0]] == word
    assert len(said) == len(word)


def test_too_many_at_once_and_a_schedule_too_many_are_broken_promises() -> None:
    assert _verdict([], most=2).broken() == ["2 at once on x, where 1 may be."]
    assert _verdict([], schedules=(3, 2)).broken() == ["3 schedules for 2 posts that are far away."]


def test_the_table_shows_what_was_counted() -> None:
    shown = verdicts.table(_verdict(verdicts.fates([_delivery("a")], [_shown("a")], DUE)))
    assert "Killed: 2 (2 sweep)" in shown
    assert "sqs" in shown


def test_the_platforms_of_a_plan_are_held_to_what_their_classes_allow() -> None:
    from chalicelib.providers import PROVIDERS

    assert {key: PROVIDERS[key].concurrency for key in ALLOWED} == ALLOWED
    for plan in PLANS.values():
        assert set(plan.posts) == set(ALLOWED)


def test_a_refusal_is_json_where_the_service_speaks_it() -> None:
    refused = sitecustomize.refusal("sqs", "http://q", "ThrottlingException", 400)
    assert json.loads(refused.content)["__type"] == "ThrottlingException"
