"""Mastodon: what is its own. The contract suite proves the rest."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.models import Entry
from chalicelib.problems import Retry
from infra.sandbox.base import Failure
from tests.contract.harness import Bench

KEY = "mastodon"


def test_a_server_before_4_3_is_asked_for_the_scope_that_it_knows(bench: Bench) -> None:
    bench.stand_in.old = True
    connected = bench.connect()
    assert connected.account.handle == "@ada@mastodon.sandbox"
    assert next(iter(bench.stand_in.tokens.values())).scopes[0] == "read:accounts"


def test_the_servers_own_numbers_hold(bench: Bench) -> None:
    account = bench.connect().account
    limits = {"statuses": {"max_characters": 20, "max_media_attachments": 1}}
    small = account.model_copy(update={"data": {**account.data, "limits": limits}})
    options = bench.provider.Options()
    assert bench.provider.check((Entry(text="x" * 20),), small, options) == []
    (complaint,) = bench.provider.check((Entry(text="x" * 21),), small, options)
    assert "20" in complaint.sentence


def test_a_content_warning_counts(bench: Bench) -> None:
    account = bench.connect().account
    options = bench.provider.Options.model_validate({"spoiler_text": "12345"})
    assert bench.provider.check((Entry(text="x" * 495),), account, options) == []
    assert bench.provider.check((Entry(text="x" * 496),), account, options)


def test_strange_numbers_of_a_server_leave_the_defaults(bench: Bench) -> None:
    account = bench.connect().account
    strange: object
    for strange in (
        None,
        [],
        "x",
        {"statuses": 5},
        {"statuses": {"max_characters": "many"}},
        {"statuses": {"max_characters": -1}},
    ):
        odd = account.model_copy(update={"data": {"limits": strange}})
        assert bench.provider.rules_for(odd, bench.provider.Options()).first.length == 500


def test_the_same_key_again_is_the_same_status_and_a_new_one_is_another(bench: Bench) -> None:
    connected = bench.connect()
    job = connected.job((Entry(text="Once"),), key="a")
    first, again = connected.bring_out(job), connected.bring_out(job)
    assert first.id == again.id
    assert connected.bring_out(replace(job, key="b")).id != first.id


def test_a_doubt_older_than_the_key_is_healed_by_a_look(bench: Bench) -> None:
    connected = bench.connect()
    job = connected.job((Entry(text="Lost & found <b> https://example.com/a"),))
    connected.bring_out(job)
    bench.stand_in.keys.clear()  # an hour has passed
    late = replace(job, doubt=job.now, now=job.now + timedelta(hours=2))
    found = connected.bring_out(late)
    assert found.id == bench.stand_in.shown[0].id
    assert len(bench.stand_in.shown) == 1


def test_a_crash_between_two_uploads_uploads_the_rest_only(bench: Bench) -> None:
    from tests.contract.harness import picture

    connected = bench.connect()
    entry = Entry(text="Two", media=(picture("a.png")[0], picture("b.png", width=320)[0]))
    job = connected.job((entry,))
    bench.stand_in.failures.append(Failure(path="/api/v2/media", mode="slow", seconds=0))
    bench.stand_in.failures.append(Failure(path="/api/v2/media", mode="drop"))
    with pytest.raises(Retry):
        connected.bring_out(job)
    connected.bring_out(replace(job, state=bench.saved[-1]))
    uploads = [
        seen for seen in bench.stand_in.requests if seen["path"] == "/api/v2/media" and seen["status"] == 200
    ]
    assert len(uploads) == 2
    assert len(bench.stand_in.shown[0].media) == 2
