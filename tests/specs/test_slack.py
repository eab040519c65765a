"""Slack against its official SDK: names of arguments, block models, signatures; and the SDK against the stand-in."""

import inspect

import pytest

from chalicelib import clock
from chalicelib.providers.slack.events import signature
from infra.sandbox import serve, stop
from tests.contract.cases import case
from tests.contract.cases.slack import GENERAL
from tests.contract.harness import FILES, Bench

pytestmark = pytest.mark.specs
slack_sdk = pytest.importorskip("slack_sdk")

#: In Slack's reference, but not yet arguments of the SDK's method.
AHEAD = {"files.completeUploadExternal": {"username", "icon_url"}}


@pytest.fixture(scope="module")
def bench():
    sandbox, server = serve()
    sandbox.files = FILES
    yield Bench("slack", case("slack"), sandbox)
    stop(server)


@pytest.fixture(scope="module")
def requests(bench):
    """Every request of every kind of entry, of healing, numbers and deletion, and of the pick list."""
    connected = bench.connect()
    for kind, entries in bench.case.entries.items():
        receipts = connected.publish(entries, bench.case.options[kind])
        for index, receipt in enumerate(receipts):
            job = connected.job(entries, index, receipts[:index], bench.case.options[kind])
            bench.provider.look(job)
            bench.provider.metrics(connected.session, receipt)
        for receipt in reversed(receipts):
            bench.provider.delete(connected.session, receipt)
    bench.provider.channels(connected.session)
    bench.provider.refresh(connected.session)
    bench.provider.revoke(connected.session)
    return [each for each in bench.stand_in.requests if each["path"].startswith("/api/")]


def arguments(method):
    """What the SDK's own method for `chat.postMessage` and its like takes."""
    parameters = inspect.signature(getattr(slack_sdk.WebClient, method.replace(".", "_"))).parameters
    return set(parameters) - {"self", "kwargs"}


def test_every_argument_is_known_to_the_official_client(requests):
    seen = set()
    for each in requests:
        method = each["path"].removeprefix("/api/")
        given = {*each["query"], *each["form"], *(each["body"] or ())}
        assert given - arguments(method) - AHEAD.get(method, set()) == set(), method
        seen.add(method)
    assert {
        "chat.postMessage",
        "files.completeUploadExternal",
        "conversations.replies",
        "oauth.v2.access",
    } <= seen


def test_every_block_is_valid_by_the_official_models(requests):
    from slack_sdk.models.blocks import Block

    blocks = [block for each in requests for block in (each["body"] or {}).get("blocks", ())]
    assert {block["type"] for block in blocks} == {"section", "image"}
    for block in blocks:
        parsed = Block.parse(block)
        parsed.validate_json()
        assert parsed.to_dict() == block


def test_our_signature_is_the_official_verifiers():
    from slack_sdk.signature import SignatureVerifier

    for body in (b"", b"{}", "é".encode(), b'{"type":"url_verification"}'):
        stamp = str(int(clock.now().timestamp()))
        verifier = SignatureVerifier("test-signing-secret")
        assert verifier.is_valid(body, stamp, signature("test-signing-secret", stamp, body))
        assert verifier.generate_signature(timestamp=stamp, body=body) == signature(
            "test-signing-secret", stamp, body
        )


def test_the_official_client_gets_on_with_the_stand_in(bench):
    bench.stand_in.reset()
    client = slack_sdk.WebClient(
        token=bench.connect().token.access, base_url=f"{bench.sandbox.public}/slack.com/api/"
    )
    assert client.auth_test()["team_id"] == "T0LAMP"
    channels = [
        channel for page in client.conversations_list(exclude_archived=True) for channel in page["channels"]
    ]
    assert GENERAL in [channel["id"] for channel in channels]
    metadata = {"event_type": "scheduler_post", "event_payload": {"post_id": "1"}}
    wanted = {"channel": GENERAL, "text": "from the SDK", "metadata": metadata}
    sent = client.api_call("chat.postMessage", json=wanted)
    found = client.conversations_history(channel=GENERAL, include_all_metadata="true")["messages"][0]
    assert (found["ts"], found["metadata"]) == (sent["ts"], metadata)
    with pytest.raises(slack_sdk.errors.SlackApiError, match="channel_not_found"):
        client.api_call("chat.postMessage", json={"channel": "C0NONE", "text": "x"})
