"""What is special about Threads: emoji that cost their bytes, chains of containers, numbers larger than a float, polls."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chalicelib import text
from chalicelib.healing import bring_out
from chalicelib.models import Entry, Pending, Published
from chalicelib.problems import Problem, Reconnect, Rejected, Retry, Unsure
from chalicelib.providers.threads.options import ThreadsOptions, links
from infra.sandbox.base import Failure
from tests.contract.cases.facebook import graph
from tests.contract.cases.threads import COMMIT
from tests.contract.harness import Bench, movie, picture
from tests.providers.crashes import deaths

KEY = "threads"
TEXT = (Entry(text="A lamp"),)
PHOTO = picture()[0]


def sent(bench: Bench, method: str, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = bench.stand_in.requests
    return [each for each in found if each["method"] == method and each["path"].endswith(path)]


# -- counting --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "length"),
    [
        ("abc é 日本", 8),
        ("🙂", 4),
        ("👨‍👩‍👧", 18),
        ("🇩🇪", 8),
        ("👍🏽", 8),
        ("1 1️⃣", 9),
        ("e\u0301", 2),
        ("", 0),
    ],
)
def test_an_emoji_costs_its_bytes_and_all_else_one(written: str, length: int) -> None:
    assert text.count(written, "threads") == length


@given(st.text(alphabet="ab é日\n") | st.text())
def test_no_text_counts_less_than_its_characters_or_more_than_its_bytes(written: str) -> None:
    assert len(written) <= text.count(written, "threads") <= text.count(written, "bytes")


@given(st.text(alphabet="ab é日.#\n", max_size=50), st.integers(0, 20))
def test_each_emoji_adds_the_same(plain: str, number: int) -> None:
    assert text.count(plain + "🙂" * number, "threads") == len(plain) + 4 * number


def test_a_link_card_needs_no_words(bench: Bench) -> None:
    connected = bench.connect()
    card = ThreadsOptions(link_attachment="https://example.com/lamps")
    assert bench.provider.check((Entry(),), connected.account, card) == []
    assert bench.provider.check((Entry(),), connected.account, ThreadsOptions()) != []
    connected.publish((Entry(),), card.model_dump())
    assert [post.text for post in bench.stand_in.shown] == [""]


def test_a_text_of_emoji_is_refused_where_letters_would_fit(bench: Bench) -> None:
    account = bench.connect().account
    assert bench.provider.check((Entry(text="🙂" * 125),), account, ThreadsOptions()) == []
    found = bench.provider.check((Entry(text="🙂" * 126),), account, ThreadsOptions())
    assert [complaint.sentence for complaint in found] == [
        "The text is 504 long as Threads counts; 500 is the most."
    ]


@given(st.sets(st.integers(0, 99), max_size=9))
def test_the_same_link_twice_is_one_link(numbers: set[int]) -> None:
    written = " ".join(f"https://example.com/{number}, (https://example.com/{number})." for number in numbers)
    assert len(links(written)) == len(numbers)


# -- signing in ------------------------------------------------------------------------------------------


def test_a_number_too_large_for_a_float_stays_what_it_is(bench: Bench) -> None:
    assert bench.connect().account.remote == "24001234567890123"


def test_the_operators_scopes_are_asked_for_instead_of_ours(bench: Bench) -> None:
    bench.app["THREADS_SCOPES"] = "threads_basic,threads_content_publish"
    token = bench.connect().token
    assert token.scopes == ("threads_basic", "threads_content_publish")


def test_the_token_lasts_sixty_days_and_renews_itself_after_one(bench: Bench) -> None:
    connected = bench.connect()
    with pytest.raises(Reconnect):
        bench.provider.refresh(connected.session)
    bench.stand_in.skew += 25 * 3600
    fresh = bench.provider.refresh(connected.session)
    assert fresh.access != connected.token.access
    assert fresh.scopes == connected.token.scopes
    assert fresh.expires is not None
    bench.stand_in.skew += 61 * 86400
    with pytest.raises(Reconnect):
        bench.provider.refresh(replace(connected.session, token=fresh))


# -- what is sent ----------------------------------------------------------------------------------------


def test_a_chain_answers_the_published_part_before_and_not_its_container(bench: Bench) -> None:
    receipts = bench.connect().publish((Entry(text="1"), Entry(text="2"), Entry(text="3")))
    parents = [each["form"].get("reply_to_id") for each in sent(bench, "POST", "/threads")]
    assert parents == [None, receipts[0].id, receipts[1].id]
    assert [post.reply_to for post in bench.stand_in.shown] == parents


def test_options_become_fields_of_the_first_post_alone(bench: Bench) -> None:
    connected = bench.connect()
    quoted = connected.publish(TEXT)[0].id
    options = {
        "reply_control": "followers_only", "topic_tag": "#Street lamps", "link_attachment": "https://example.com/a",
        "quote_post_id": quoted,
    }  # fmt: skip
    connected.publish((Entry(text="One"), Entry(text="Two")), options)
    _, first, second = (each["form"] for each in sent(bench, "POST", "/threads"))
    assert {name: first[name] for name in options} == {**options, "topic_tag": "Street lamps"}
    assert set(second) == {"media_type", "text", "reply_to_id"}


def test_a_poll_is_sent_by_letters(bench: Bench) -> None:
    bench.connect().publish(TEXT, {"poll": ["Oil", "Gas", "Light"]})
    form = sent(bench, "POST", "/threads")[0]["form"]
    assert json.loads(form["poll_attachment"]) == {"option_a": "Oil", "option_b": "Gas", "option_c": "Light"}
    assert "auto_publish_text" not in form


def test_pictures_keep_their_type_and_description_and_are_hidden_where_asked(bench: Bench) -> None:
    bench.connect().publish((Entry(text="x", media=(PHOTO,)),), {"is_spoiler_media": True})
    media = bench.stand_in.shown[0].media[0]
    assert (media["mime"], media["alt"], media["spoiler"]) == ("image/png", "A lamp", True)


def test_children_have_no_text_and_stand_in_order(bench: Bench) -> None:
    files = (picture("a.png")[0], movie("b.mp4"), picture("c.png")[0])
    bench.connect().publish((Entry(text="Three", media=files),))
    *children, parent = (each["form"] for each in sent(bench, "POST", "/threads"))
    assert [child["media_type"] for child in children] == ["IMAGE", "VIDEO", "IMAGE"]
    assert not [child for child in children if "text" in child]
    assert (parent["media_type"], parent["text"]) == ("CAROUSEL", "Three")


# -- containers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("FAILED_DOWNLOADING_VIDEO", Retry),
        ("UNKNOWN", Retry),
        *((each, Rejected) for each in (
            "FAILED_PROCESSING_AUDIO", "FAILED_PROCESSING_VIDEO", "INVALID_ASPEC_RATIO", "INVALID_BIT_RATE",
            "INVALID_DURATION", "INVALID_FRAME_RATE", "INVALID_AUDIO_CHANNELS", "INVALID_AUDIO_CHANNEL_LAYOUT",
        )),
    ],
)  # fmt: skip
def test_a_container_in_error_says_what_the_table_says(
    bench: Bench, words: str, problem: type[Problem]
) -> None:
    connected = bench.connect()
    job = connected.job((Entry(text="x", media=(movie(),)),))
    outcome = bring_out(job)
    assert isinstance(outcome, Pending)
    bench.stand_in.fail_container(outcome.state["container"], "ERROR", words)
    with pytest.raises(Problem) as caught:
        bring_out(replace(job, state=outcome.state))
    assert caught.type is problem
    assert (bench.saved[-1]["container"] is None) == (problem is Retry)


def test_the_quota_of_replies_is_another_than_that_of_posts(bench: Bench) -> None:
    entries = (Entry(text="1"), Entry(text="2"))
    connected = bench.connect()
    receipts = connected.publish(entries[:1])
    bench.stand_in.used["post"] = 250
    connected.bring_out(connected.job(entries, 1, receipts))
    with pytest.raises(Retry, match="no more posts"):
        connected.publish(TEXT)
    assert len(bench.stand_in.shown) == 2


def test_a_lost_part_of_a_chain_is_found_under_replies_and_not_doubled(bench: Bench) -> None:
    entries = (Entry(text="1"), Entry(text="Same"), Entry(text="Same"))
    connected = bench.connect()
    receipts = connected.publish(entries[:2])
    job = connected.job(entries, 2, receipts)
    bench.stand_in.failures.append(Failure(path=COMMIT, mode="lost"))
    with pytest.raises(Unsure):
        connected.bring_out(job)
    out = connected.bring_out(replace(job, state=bench.saved[-1], doubt=job.now))
    assert out.id not in {receipt.id for receipt in receipts}
    assert [post.id for post in bench.stand_in.shown] == [*(receipt.id for receipt in receipts), out.id]


def test_a_lost_reply_is_left_to_a_person_where_replies_may_not_be_read(bench: Bench) -> None:
    bench.app["THREADS_SCOPES"] = "threads_basic,threads_content_publish,threads_manage_replies"
    entries = (Entry(text="1"), Entry(text="2"))
    connected = bench.connect()
    job = connected.job(entries, 1, connected.publish(entries[:1]))
    bench.stand_in.failures.append(Failure(path=COMMIT, mode="lost"))
    with pytest.raises(Unsure):
        connected.bring_out(job)
    with pytest.raises(Unsure, match="threads_read_replies"):
        connected.bring_out(replace(job, state=bench.saved[-1], doubt=job.now))
    assert len(bench.stand_in.shown) == 2


def test_an_older_post_with_the_same_words_is_not_taken_for_the_lost_one(bench: Bench) -> None:
    connected = bench.connect()
    connected.publish(TEXT)
    job = connected.job(TEXT)
    outcome = bring_out(job)
    assert isinstance(outcome, Pending)
    bench.stand_in.fail_container(outcome.state["container"], "PUBLISHED")
    doubtful = replace(
        job, state=outcome.state, doubt=job.now + timedelta(minutes=5), now=job.now + timedelta(minutes=6)
    )
    with pytest.raises(Retry, match="does not list it yet"):
        bench.provider.look(doubtful)


CRASHES: dict[str, tuple[Entry, ...]] = {
    "text": TEXT,
    "carousel": (Entry(text="", media=(PHOTO, movie("c.mp4", size=90_000))),),
}


@pytest.mark.parametrize("kind", list(CRASHES))
def test_a_death_around_any_request_neither_loses_nor_doubles_it(bench: Bench, kind: str) -> None:
    for where in deaths(bench.connect(), CRASHES[kind], {}):
        assert len(bench.stand_in.shown) == 1, where
        bench.stand_in.shown.clear()
        bench.stand_in.posts.clear()


def test_a_container_that_is_not_there_yet_at_publishing_is_waited_for(bench: Bench) -> None:
    connected = bench.connect()
    job = connected.job(TEXT)
    outcome = bring_out(job)
    assert isinstance(outcome, Pending)
    body = graph(Retry, 24, 4279009, message="The requested resource does not exist").body
    bench.stand_in.failures.append(Failure(path=COMMIT, status=400, body=body))
    with pytest.raises(Retry) as caught:
        bring_out(replace(job, state=outcome.state))
    assert caught.value.after == 10
    out = bring_out(replace(job, state=outcome.state))
    assert isinstance(out, Published)
    assert len(sent(bench, "POST", "/threads")) == 1


# -- refusals at save ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entries", "options", "words"),
    [
        ((Entry(text=" ".join(f"https://e.org/{n}" for n in range(6))),), {}, "5 different links"),
        ((Entry(text=" ".join(f"https://e.org/{n}" for n in range(5))),), {"link_attachment": "https://e.org/9"}, "5 different links"),
        ((Entry(text="x"), Entry(text=" ".join(f"https://e.org/{n}" for n in range(6)))), {}, "5 different links"),
        ((Entry(text="x", media=(PHOTO,)),), {"poll": ["a", "b"]}, "text alone"),
        ((Entry(text="x"),), {"poll": ["a", "b"], "link_attachment": "https://e.org"}, "text alone"),
        ((Entry(text="x", media=(PHOTO,)),), {"link_attachment": "https://e.org"}, "without files"),
        ((Entry(media=(PHOTO,) * 21),), {}, "20"),
        ((Entry(media=(movie("l.mp4", seconds=301),)),), {}, "0 to 300 s"),
        ((Entry(text=""),), {}, "nothing to post"),
    ],
)  # fmt: skip
def test_what_threads_cannot_do_is_refused_when_it_is_saved(
    bench: Bench, entries: tuple[Entry, ...], options: dict[str, Any], words: str
) -> None:
    account = bench.connect().account
    found = bench.provider.check(entries, account, ThreadsOptions(**options))
    assert any(words in complaint.sentence for complaint in found), found


@pytest.mark.parametrize(
    "wrong",
    [
        {"topic_tag": "a.b"}, {"topic_tag": "a&b"}, {"topic_tag": "x" * 51}, {"poll": ["one"]}, {"poll": ["a", " "]},
        {"poll": ["a", "b", "c", "d", "e"]}, {"link_attachment": "example.com"}, {"quote_post_id": "abc"},
        {"reply_control": "nobody"},
    ],
)  # fmt: skip
def test_options_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ThreadsOptions(**wrong)
