"""What is written to Bluesky, against models made from its lexicons (PyPI `atproto`)."""

from collections.abc import Iterator
from typing import Any

import pytest

from infra.sandbox import serve, stop
from tests.contract.cases import case
from tests.contract.harness import FILES, Bench

pytestmark = pytest.mark.specs

atproto = pytest.importorskip("atproto")
utils = pytest.importorskip("atproto_client.models.utils")

CALLS = {
    "com.atproto.server.createSession": atproto.models.ComAtprotoServerCreateSession.Data,
    "com.atproto.repo.putRecord": atproto.models.ComAtprotoRepoPutRecord.Data,
    "com.atproto.repo.applyWrites": atproto.models.ComAtprotoRepoApplyWrites.Data,
    "com.atproto.repo.deleteRecord": atproto.models.ComAtprotoRepoDeleteRecord.Data,
}

RECORDS = {
    "app.bsky.feed.post": atproto.models.AppBskyFeedPost.Record,
    "app.bsky.feed.repost": atproto.models.AppBskyFeedRepost.Record,
    "app.bsky.feed.threadgate": atproto.models.AppBskyFeedThreadgate.Record,
    "app.bsky.feed.postgate": atproto.models.AppBskyFeedPostgate.Record,
}


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    sandbox, server = serve()
    sandbox.files = FILES
    yield Bench("bluesky", case("bluesky"), sandbox)
    stop(server)


def test_every_call_and_every_record_is_one_that_the_lexicons_describe(bench: Bench) -> None:
    connected = bench.connect()
    for kind, entries in bench.case.entries.items():
        receipts = connected.publish(entries, bench.case.options.get(kind))
    bench.provider.delete(connected.session, receipts[0])
    met, kinds = set(), set()
    for seen in bench.stand_in.requests:
        name = seen["path"].removeprefix("/xrpc/")
        if name in CALLS:
            checked(seen["body"], CALLS[name])
            met.add(name)
            kinds |= {record["$type"] for record in records(seen["body"]) if check_record(record)}
    assert met == set(CALLS)
    assert kinds == set(RECORDS)


def records(body: dict[str, Any]) -> list[dict[str, Any]]:
    written = [write["value"] for write in body.get("writes", [])]
    return written + ([body["record"]] if "record" in body else [])


def check_record(record: dict[str, Any]) -> bool:
    """By the model of its `$type`, formats of texts (moments, addresses) included."""
    checked(record, RECORDS[record["$type"]])
    return True


def checked(body: dict[str, Any], model: Any) -> None:
    no_unknown(utils.get_or_create(body, model, strict_string_format=True))


def no_unknown(found: Any) -> None:
    """No name that the lexicons do not have: the models let those pass."""
    assert not getattr(found, "model_extra", None), f"{type(found).__name__}: {found.model_extra}"
    for name in getattr(found, "model_fields_set", ()):
        value = getattr(found, name)
        for each in value if isinstance(value, list) else [value]:
            assert type(each).__name__ != "DotDict" or name in {"record", "value"}, (
                f"{name} is of no known type"
            )
            no_unknown(each)


def test_the_check_would_notice(bench: Bench) -> None:
    good = {"$type": "app.bsky.feed.post", "text": "a", "createdAt": "2026-01-01T00:00:00.000Z"}
    assert check_record(good)
    for wrong in (
        {**good, "createdAt": "yesterday"},
        {**good, "text": "a" * 3001},
        {**good, "language": "en"},
        {**good, "embed": {"$type": "app.bsky.embed.images", "images": [{"alt": "no picture"}]}},
        {**good, "facets": [{"index": {"byteStart": 0}, "features": []}]},
    ):
        with pytest.raises((AssertionError, ValueError, utils.ModelError)):
            check_record(wrong)
