"""What is special about Instagram: containers that are looked at before anything is repeated, JPEG, two tokens, sounds."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from chalicelib.healing import bring_out
from chalicelib.models import Entry, Pending, Published
from chalicelib.problems import Problem, Reconnect, Rejected, Retry, Unsure
from chalicelib.providers.base import tools
from chalicelib.providers.instagram.rules import InstagramOptions
from chalicelib.sessions import Job
from infra.sandbox.base import Failure
from tests.contract.cases.facebook import graph
from tests.contract.cases.instagram import COMMIT
from tests.contract.harness import Bench, Connected, movie, picture
from tests.providers.crashes import deaths

KEY = "instagram"
PHOTO, FILM = picture()[0], movie()
IMAGE = (Entry(text="A lamp", media=(PHOTO,)),)
REEL = (Entry(text="A film", media=(FILM,)),)


def sent(bench: Bench, method: str, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = bench.stand_in.requests
    return [each for each in found if each["method"] == method and each["path"].endswith(path)]


def made(connected: Connected, entries: tuple[Entry, ...] = REEL, **options: Any) -> Job:
    """A job whose container is made and is still being worked on."""
    job = connected.job(entries, options=options)
    outcome = bring_out(job)
    assert isinstance(outcome, Pending)
    return replace(job, state=json.loads(json.dumps(outcome.state)))


def again(job: Job) -> Job:
    """The job as the next run finds it."""
    return replace(job, state=json.loads(json.dumps(job.state)))


# -- signing in ------------------------------------------------------------------------------------------


def test_only_pages_with_an_account_behind_them_are_offered(bench: Bench) -> None:
    found = [choice.profile for choice in bench.connect().choices]
    assert [(each.id, each.handle) for each in found] == [
        ("17841", "lantern.works"),
        ("17844", "harbour.lights"),
    ]
    assert found[0].picture.endswith("Lantern Works.svg")


def test_an_account_that_cannot_be_read_hides_no_other(bench: Bench) -> None:
    body = graph(Reconnect, 10, message="No").body
    bench.stand_in.failures.append(Failure(path="/17841$", status=403, body=body))
    assert [choice.profile.id for choice in bench.connect().choices] == ["17844"]


def test_the_page_signs_and_the_person_stands_in_where_rights_are_missing(bench: Bench) -> None:
    connected = bench.connect()
    assert bench.stand_in.tokens[connected.token.access].person == "5001"
    assert bench.stand_in.tokens[connected.token.data["person"]].person == "101"
    body = graph(Reconnect, 10, message="Not enough permissions to post").body
    bench.stand_in.failures.append(Failure(path=COMMIT, status=403, body=body))
    connected.publish(IMAGE)
    signed = [each["headers"]["Authorization"] for each in sent(bench, "POST", "/media_publish")]
    assert signed == [f"Bearer {connected.token.access}", f"Bearer {connected.token.data['person']}"]
    assert len(sent(bench, "POST", "/media")) == 1  # the container stays
    assert len(bench.stand_in.shown) == 1


def test_an_ended_page_token_is_not_tried_with_the_persons(bench: Bench) -> None:
    connected = bench.connect()
    body = graph(Reconnect, 190, 460, message="The password was changed").body
    bench.stand_in.failures.append(Failure(path=COMMIT, status=400, body=body))
    with pytest.raises(Reconnect, match="password"):
        connected.publish(IMAGE)
    assert len(sent(bench, "POST", "/media_publish")) == 1


# -- what is sent ----------------------------------------------------------------------------------------


def test_a_picture_becomes_a_jpeg_of_a_shape_that_the_feed_takes(bench: Bench) -> None:
    tall = picture("tall.png", width=300, height=900)[0]
    bench.connect().publish((Entry(text="x", media=(tall,)),))
    media = bench.stand_in.shown[0].media[0]
    assert media["mime"] == "image/jpeg"
    assert 0.8 <= media["width"] / media["height"] <= 1.91
    assert media["alt"] == "A lamp"


def test_a_story_keeps_its_shape(bench: Bench) -> None:
    tall = picture("tall.png", width=300, height=900)[0]
    bench.connect().publish((Entry(media=(tall,)),), {"post_type": "story"})
    media = bench.stand_in.shown[0].media[0]
    assert media["width"] * 3 == media["height"]


def test_options_become_fields_of_a_reel(bench: Bench) -> None:
    options = {
        "collaborators": [{"label": "@night.market"}], "is_trial_reel": True, "share_to_feed": False,
        "cover_url": "https://example.com/c.jpg", "thumb_offset": 1500, "is_ai_generated": True,
        "audio": {"id": "880", "title": "Lanterns", "audio_volume": 40, "video_volume": 0},
    }  # fmt: skip
    bench.connect().publish(REEL, options)
    form = sent(bench, "POST", "/media")[0]["form"]
    assert form["media_type"] == "REELS"
    assert (form["share_to_feed"], form["thumb_offset"], form["is_ai_generated"]) == ("false", "1500", "true")
    assert form["cover_url"] == "https://example.com/c.jpg"
    assert json.loads(form["collaborators"]) == ["night.market"]
    assert json.loads(form["trial_params"]) == {"graduation_strategy": "MANUAL"}
    sound = {"audio_id": "880", "audio_volume": 40, "video_volume": 0}
    assert json.loads(form["audio_configuration"]) == sound


def test_children_of_a_carousel_have_no_caption_and_come_in_order(bench: Bench) -> None:
    files = (picture("a.png")[0], movie("b.mp4"), picture("c.png")[0])
    bench.connect().publish((Entry(text="Three", media=files),), {"is_ai_generated": True})
    *children, parent = (each["form"] for each in sent(bench, "POST", "/media"))
    assert [child.get("media_type", "IMAGE") for child in children] == ["IMAGE", "VIDEO", "IMAGE"]
    assert not [child for child in children if "caption" in child or "is_ai_generated" in child]
    assert (parent["media_type"], parent["caption"], parent["is_ai_generated"]) == (
        "CAROUSEL",
        "Three",
        "true",
    )
    assert len(parent["children"].split(",")) == 3


def test_several_story_files_are_several_stories_and_all_are_deleted(bench: Bench) -> None:
    connected = bench.connect()
    receipt = connected.publish((Entry(media=(PHOTO, FILM)),), {"post_type": "story"})[0]
    assert [post.more["kind"] for post in bench.stand_in.shown] == ["STORIES", "STORIES"]
    assert receipt.data["all"] == [post.id for post in bench.stand_in.shown]
    bench.provider.delete(connected.session, receipt)
    assert bench.stand_in.shown == []


def test_deleting_without_its_scope_is_refused_and_asks_nobody_to_reconnect(bench: Bench) -> None:
    bench.app["INSTAGRAM_SCOPES"] = ""
    connected = bench.connect()
    receipt = connected.publish(IMAGE)[0]
    with pytest.raises(Rejected, match="instagram_manage_contents"):
        bench.provider.delete(connected.session, receipt)
    assert len(bench.stand_in.shown) == 1


# -- containers ------------------------------------------------------------------------------------------


def test_looks_at_a_container_come_further_and_further_apart(bench: Bench) -> None:
    job = made(bench.connect())
    waits = []
    bench.stand_in.containers[(job.state or {})["container"]]["looks"] = 99
    for _ in range(6):
        outcome = bring_out(job)
        assert isinstance(outcome, Pending)
        waits.append(outcome.after)
        job = replace(job, state=outcome.state)
    assert waits == [15, 30, 60, 60, 60, 60]


@pytest.mark.parametrize("mode", ["lost", "drop"])
def test_a_lost_publish_is_told_by_the_container_and_not_by_the_text(bench: Bench, mode: Any) -> None:
    connected = bench.connect()
    connected.publish(IMAGE)  # the same words, a moment ago
    job = connected.job(IMAGE)
    bench.stand_in.failures.append(Failure(path=COMMIT, mode=mode))
    with pytest.raises(Unsure):
        bring_out(job)
    out = connected.bring_out(replace(again(job), doubt=job.now))
    assert len(bench.stand_in.shown) == 2
    assert out.id == bench.stand_in.shown[-1].id
    assert len(sent(bench, "POST", "/media")) == 2


def test_what_is_published_but_not_listed_yet_is_asked_again_and_then_left_to_a_person(bench: Bench) -> None:
    connected = bench.connect()
    job = made(connected)
    bench.stand_in.fail_container((job.state or {})["container"], "PUBLISHED")
    with pytest.raises(Retry, match="does not list it yet"):
        bring_out(replace(again(job), doubt=job.now))
    with pytest.raises(Unsure, match="does not list it"):
        bring_out(replace(again(job), doubt=job.now - timedelta(minutes=11)))
    assert sent(bench, "POST", "/media_publish") == []


def test_a_container_that_was_forgotten_is_replaced_by_the_text_or_a_new_one(bench: Bench) -> None:
    connected = bench.connect()
    job = made(connected)
    bench.stand_in.containers.clear()
    assert bench.provider.look(replace(again(job), doubt=job.now)) is None
    connected.bring_out(replace(again(job), doubt=job.now))
    found = bench.provider.look(replace(again(job), doubt=job.now))
    assert isinstance(found, Published)
    assert found.id == bench.stand_in.shown[0].id
    assert len(bench.stand_in.shown) == 1


def test_a_container_that_meta_forgot_before_it_was_ready_is_made_anew_and_costs_no_account(
    bench: Bench,
) -> None:
    connected = bench.connect()
    job = made(connected)
    bench.stand_in.containers.clear()
    with pytest.raises(Retry, match="does not find what it prepared"):
        bring_out(job)
    connected.bring_out(replace(job, state=bench.saved[-1]))
    assert len(bench.stand_in.shown) == 1


def test_a_full_day_is_waited_out_hour_by_hour_and_not_for_ever(bench: Bench) -> None:
    connected = bench.connect()
    bench.stand_in.used = 100
    job, saved = connected.job(IMAGE), 0
    problems: list[Problem] = []
    while not problems or isinstance(problems[-1], Retry):
        with pytest.raises(Problem, match="no more posts") as caught:
            bring_out(job)
        problems.append(caught.value)
        assert len(bench.saved) > saved  # the worker counts tries without getting on
        job, saved = replace(job, state=bench.saved[-1]), len(bench.saved)
    assert isinstance(problems[-1], Rejected)
    assert sum(each.after or 0 for each in problems) > 24 * 3600


def test_an_expired_container_is_made_anew_with_a_fresh_address(bench: Bench) -> None:
    connected = bench.connect()
    job = made(connected)
    bench.stand_in.fail_container((job.state or {})["container"], "EXPIRED")
    with pytest.raises(Retry, match="anew"):
        bring_out(job)
    connected.bring_out(again(job))
    assert len(sent(bench, "POST", "/media")) == 2
    assert len(bench.stand_in.shown) == 1


@pytest.mark.parametrize(
    ("words", "times", "last"),
    [
        ("Error: 2207052 cannot fetch", 3, Rejected),
        ("Error code 2207077: video download failed", 3, Rejected),
        ("Error: 2207053 upload", 11, Rejected),
        ("Something else", 11, Rejected),
    ],
)
def test_a_container_in_error_is_made_anew_so_often_and_no_more(
    bench: Bench, words: str, times: int, last: type[Problem]
) -> None:
    connected = bench.connect()
    problems: list[type[BaseException]] = []
    job, waits = connected.job(REEL), []
    while not problems or problems[-1] is Retry:
        outcome = bring_out(job)
        assert isinstance(outcome, Pending)
        bench.stand_in.fail_container(outcome.state["container"], "ERROR", words)
        with pytest.raises(Problem) as caught:
            bring_out(replace(job, state=outcome.state))
        problems.append(caught.type)
        waits.append(caught.value.after)
        job = replace(job, state=bench.saved[-1])
    assert len(problems) == times
    assert problems[-1] is last
    assert waits[:2] == [30, 120]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [("2207026", "film's format"), ("2207076", "process a file"), ("2207009", "4:5"), ("2207051", "spam")],
)
def test_a_container_in_error_says_what_the_table_says(bench: Bench, words: str, sentence: str) -> None:
    job = made(bench.connect())
    bench.stand_in.fail_container(
        (job.state or {})["container"], "ERROR", f"Error: Media failed with {words}"
    )
    with pytest.raises(Rejected, match=sentence):
        bring_out(job)


def test_a_container_that_is_not_found_twice_asks_the_person(bench: Bench) -> None:
    connected = bench.connect()
    body = graph(Retry, 24, 2207006).body
    job = connected.job(IMAGE)
    for problem in (Retry, Reconnect):
        bench.stand_in.failures.append(Failure(path=COMMIT, status=400, body=body))
        with pytest.raises(problem):
            bring_out(job)
        job = replace(job, state=bench.saved[-1])
    assert len(sent(bench, "POST", "/media")) == 2


def test_a_builder_that_is_missing_is_waited_for_twice_before_a_new_container(bench: Bench) -> None:
    connected = bench.connect()
    body, waits = graph(Retry, 24, 2207008).body, []
    job = connected.job(IMAGE)
    bench.stand_in.failures.append(Failure(path=COMMIT, status=400, body=body, times=3))
    for _ in range(3):
        with pytest.raises(Retry) as caught:
            bring_out(job)
        waits.append(caught.value.after)
        job = replace(job, state=bench.saved[-1])
    connected.bring_out(job)
    assert waits == [30, 120, 300]
    assert len(sent(bench, "POST", "/media")) == 2
    assert len(bench.stand_in.shown) == 1


def test_the_accounts_own_quota_is_read_before_anything_is_made(bench: Bench) -> None:
    connected = bench.connect()
    bench.stand_in.used = 100
    with pytest.raises(Retry, match="no more posts") as caught:
        connected.publish(IMAGE)
    assert caught.value.after == 3600
    assert sent(bench, "POST", "/media") == []


def test_a_post_whose_address_cannot_be_read_is_out_all_the_same(bench: Bench) -> None:
    connected = bench.connect()
    job = connected.job(IMAGE)
    failing = Failure(path=r"/v25\.0/\d+$", method="GET", status=500)
    job.intend = lambda: bench.stand_in.failures.append(failing)  # after the looks, before the address
    out = connected.bring_out(job)
    assert out.url == "https://www.instagram.com/lantern.works"


# -- deaths ----------------------------------------------------------------------------------------------

CRASHES: dict[str, tuple[Entry, ...]] = {
    "image": (Entry(text="Lamp", media=(PHOTO,)),),
    "carousel": (Entry(text="Two", media=(PHOTO, movie("c.mp4", size=90_000))),),
    "stories": (Entry(media=(PHOTO, movie("s.mp4", size=90_000))),),
}


@pytest.mark.parametrize("kind", list(CRASHES))
def test_a_death_around_any_request_neither_loses_nor_doubles_it(bench: Bench, kind: str) -> None:
    options = {"post_type": "story"} if kind == "stories" else {}
    public = len(CRASHES[kind][0].media) if kind == "stories" else 1
    for where in deaths(bench.connect(), CRASHES[kind], options):
        assert len(bench.stand_in.shown) == public, where
        bench.stand_in.shown.clear()
        bench.stand_in.media.clear()
        bench.stand_in.used = 0


def test_comments_with_the_same_words_are_told_apart(bench: Bench) -> None:
    entries = (*IMAGE, Entry(text="Again"), Entry(text="Again"))
    connected = bench.connect()
    receipts = connected.publish(entries[:2])
    job = connected.job(entries, 2, receipts)
    for mode in ("drop", "lost"):
        bench.stand_in.failures.append(Failure(path="/comments$", method="POST", mode=mode))
        with pytest.raises(Unsure):
            bring_out(job)
        assert (bench.provider.look(replace(job, doubt=job.now)) is None) == (mode == "drop")
    assert len(bench.stand_in.shown) == 3


# -- pick lists and refusals -----------------------------------------------------------------------------


def test_sounds_and_people_can_be_looked_for(bench: Bench) -> None:
    connected = bench.connect()
    assert set(tools(bench.provider)) == {"audio", "mentions"}
    provider: Any = bench.provider
    assert provider.audio(connected.session, search="lantern") == [
        {"id": "880", "title": "Lanterns", "artist": "The Wicks", "milliseconds": 61000}
    ]
    assert provider.mentions(connected.session, username="@night.market") == [
        {"id": "17850", "name": "night.market"}
    ]
    assert provider.mentions(connected.session, username="nobody") == []


def test_a_right_that_only_the_search_for_sounds_needs_asks_nobody_to_reconnect(bench: Bench) -> None:
    connected = bench.connect()
    provider: Any = bench.provider
    lacking = graph(Reconnect, 3, message="(#3) Application does not have the capability").body
    bench.stand_in.failures.append(Failure(path="/ig_audio", status=400, body=lacking))
    with pytest.raises(Rejected, match="does not let Lamppost ask"):
        provider.audio(connected.session, search="lantern")


@pytest.mark.parametrize(
    ("entries", "options", "words"),
    [
        ((Entry(text="x"),), {}, "picture or video is needed"),
        ((Entry(text="x" * 2201, media=(PHOTO,)),), {}, "2,200"),
        ((Entry(text="#a " * 31, media=(PHOTO,)),), {}, "30 hashtags"),
        ((Entry(text="@a " * 21, media=(PHOTO,)),), {}, "20 mentions"),
        ((Entry(media=(PHOTO,) * 11),), {}, "10"),
        ((Entry(text="x", media=(PHOTO,)),), {"post_type": "story"}, "shows no text"),
        ((Entry(media=(PHOTO,)), Entry(text="c")), {"post_type": "story"}, "no thread and no comments"),
        ((Entry(media=(movie("l.mp4", seconds=61),)),), {"post_type": "story"}, "3 to 60 s"),
        ((Entry(media=(movie("l.mp4", seconds=901),)),), {}, "3 to 900 s"),
        ((Entry(media=(FILM.model_copy(update={"size": 300_000_001}),)),), {}, "300.0 MB"),
        ((Entry(media=(PHOTO,)),), {"is_trial_reel": True}, "one video alone"),
        ((Entry(media=(PHOTO,)),), {"audio": {"id": "1"}}, "one video alone"),
        ((Entry(media=(PHOTO,)),), {"collaborators": [{"label": each} for each in "abcd"]}, "3 collaborators"),
        ((Entry(media=(PHOTO,)),), {"post_type": "story", "collaborators": [{"label": "a"}]}, "no collaborators"),
        ((*IMAGE, Entry(text="c", media=(PHOTO,))), {}, "no pictures here"),
    ],
)  # fmt: skip
def test_what_instagram_cannot_do_is_refused_when_it_is_saved(
    bench: Bench, entries: tuple[Entry, ...], options: dict[str, Any], words: str
) -> None:
    account = bench.connect().account
    found = bench.provider.check(entries, account, InstagramOptions(**options))
    assert any(words in complaint.sentence for complaint in found), found


@pytest.mark.parametrize(
    "wrong",
    [
        {"collaborators": [{"label": "two words"}]}, {"cover_url": "http://example.com/c.jpg"}, {"thumb_offset": -1},
        {"audio": {"id": "1", "audio_volume": 101}}, {"graduation_strategy": "MAYBE"}, {"post_type": "reel"},
        {"cover_url": "https://example.com/é.jpg"},
    ],
)  # fmt: skip
def test_options_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        InstagramOptions(**wrong)
