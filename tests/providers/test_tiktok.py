"""What is special about TikTok: client keys, creator info, chunked uploads, pulled photos, posts that take a while."""

import hashlib
import tracemalloc
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from chalicelib import clock, oauth
from chalicelib.healing import bring_out
from chalicelib.models import Entry, Pending, Published, Receipt
from chalicelib.problems import Blocked, Reconnect, Rejected, Retry, Unsure
from chalicelib.providers.tiktok import uploads as tiktok_uploads
from chalicelib.providers.tiktok.options import TikTokOptions
from chalicelib.sessions import Job
from infra.sandbox.base import Failure
from infra.sandbox.tiktok import LAST, LEAST, MOST
from tests.contract.cases.tiktok import CHUNK, DRAFT, PHOTO_INIT, PLAIN, STATUS, VIDEO_INIT, error
from tests.contract.harness import FILES, Bench, Connected, MemoryFile, movie, picture

KEY = "tiktok"
STEP = 5_000_000
FILM = movie("chunks.mp4", size=4 * STEP + 17)
POST = (Entry(text="A long film", media=(FILM,)),)
PHOTOS = (Entry(text="Lamps", media=(picture()[0], picture("b.png", width=500)[0])),)
ALONE = {**PLAIN, "privacy_level": "SELF_ONLY"}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four chunks make the film, the last with 17 bytes more: the smallest that TikTok takes."""
    monkeypatch.setattr(tiktok_uploads, "SINGLE", STEP)
    monkeypatch.setattr(tiktok_uploads, "CHUNK", STEP)


def job_of(connected: Connected, entries: tuple[Entry, ...] = POST, **more: Any) -> Job:
    return connected.job(entries, **{"options": PLAIN, **more})


def sent(bench: Bench, path: str) -> list[dict[str, Any]]:
    return [each for each in bench.stand_in.requests if path in f"{each['host']}{each['path']}"]


def pieces(bench: Bench) -> list[str]:
    """The Content-Range of every chunk that was taken."""
    taken = [
        each for each in bench.stand_in.requests if each["method"] == "PUT" and each["status"] in (201, 206)
    ]
    return [each["headers"]["Content-Range"] for each in taken]


def assert_whole(bench: Bench) -> None:
    """One post is out, and every byte of it arrived."""
    (shown,) = bench.stand_in.shown
    assert shown.media[0]["sha256"] == hashlib.sha256(FILES[FILM.id]).hexdigest()


def complaints(connected: Connected, entries: tuple[Entry, ...], **options: Any) -> list[str]:
    chosen = TikTokOptions.model_validate({**PLAIN, **options})
    return [said.sentence for said in connected.bench.provider.check(entries, connected.account, chosen)]


# -- signing in ------------------------------------------------------------------------------------------


def test_tiktok_is_told_a_client_key_and_never_a_client_id(bench: Bench) -> None:
    session = bench.session()
    url, _ = oauth.consent(session, bench.provider.auth, "https://lamp.example/cb", "s", "v" * 64)  # type: ignore[arg-type]
    asked = {name: value[0] for name, value in parse_qs(urlsplit(url).query).items()}
    assert set(asked) == {"client_key", "response_type", "scope", "redirect_uri", "state"}
    assert asked["scope"].split(",") == list(bench.provider.scopes(session))
    connected = bench.connect()
    bench.provider.refresh(connected.session)
    bench.provider.revoke(connected.session)
    forms = [each["form"] for each in sent(bench, "/v2/oauth/")]
    assert len(forms) == 3
    assert all(form["client_key"] == "sandbox-tiktok-client-id" for form in forms)
    assert all("client_id" not in form and form["client_secret"] for form in forms)


def test_a_refresh_token_that_changes_is_taken_over(bench: Bench) -> None:
    connected = bench.connect()
    fresh = bench.provider.refresh(connected.session)
    assert fresh.refresh not in (None, connected.token.refresh)
    assert fresh.refresh_expires is not None
    assert fresh.refresh_expires > clock.now() + timedelta(days=364)


@pytest.mark.parametrize(("code", "problem"), [("invalid_grant", Reconnect), ("invalid_request", Reconnect),
                                               ("invalid_client", Blocked), ("server_error", Retry),
                                               ("rate_limit_exceeded", Retry)])  # fmt: skip
def test_a_refusal_with_status_200_is_a_refusal(bench: Bench, code: str, problem: Any) -> None:
    connected = bench.connect()
    body = {"error": code, "error_description": "no", "log_id": "1"}
    bench.stand_in.failures.append(Failure(path="/oauth/token/", status=200, body=body))
    with pytest.raises(problem):
        bench.provider.refresh(connected.session)


def test_the_account_keeps_its_open_id_as_it_is(bench: Bench) -> None:
    account = bench.connect().account
    assert (account.remote, account.handle) == ("open-id-ada", "@adalantern")


# -- refused when it is saved ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"content_posting_method": "DIRECT_POST"}, "who may see the post"),
        ({**ALONE, "brand_content_toggle": True}, "paid partnership"),
        ({**PLAIN, "title": "é" * 91}, "91 long"),
        ({**PLAIN, "title": "👩" * 46}, "92 long"),
        ({**PLAIN, "privacy_level": "EVERYBODY"}, "SELF_ONLY"),
        ({"privacy_level": "SELF_ONLY"}, "content_posting_method"),
    ],
)
def test_options_that_tiktok_refuses_are_refused_here(options: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        TikTokOptions.model_validate(options)


def test_nothing_is_chosen_for_the_person() -> None:
    options = TikTokOptions.model_validate(DRAFT)
    assert options.privacy_level is None
    assert not any((options.comment, options.duet, options.stitch, options.brand_content_toggle))


def test_captions_of_videos_and_of_photos_have_lengths_of_their_own(bench: Bench) -> None:
    connected = bench.connect()
    words = "👩" * 1100
    assert complaints(connected, (Entry(text=words, media=(FILM,)),)) == []
    assert "2,200" in complaints(connected, (Entry(text=f"{words}!", media=(FILM,)),))[0]
    assert complaints(connected, (Entry(text=f"{words}!", media=PHOTOS[0].media),)) == []
    assert "4,000" in complaints(connected, (Entry(text="x" * 4001, media=PHOTOS[0].media),))[0]


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        ((Entry(text="Words"),), "picture or video is needed"),
        ((Entry(media=(FILM, picture()[0])),), "together"),
        ((Entry(media=(FILM, movie())),), "1 videos at the most"),
        ((*POST, Entry(text="A comment")), "no thread and no comments"),
        ((Entry(media=(movie("long.mp4", seconds=601),)),), "600 s"),
        ((Entry(media=(movie("tiny.mp4", width=320, height=640),)),), "320 by 640"),
        ((Entry(media=(movie("m.mp4").model_copy(update={"size": 4 * 2**30 + 1}),)),), "4,295.0 MB"),
        ((Entry(media=tuple(picture(f"{n}")[0] for n in range(36))),), "35 pictures"),
    ],
)
def test_what_tiktok_does_not_take_is_refused_when_it_is_saved(bench: Bench, entries: Any, why: str) -> None:
    assert any(why in sentence for sentence in complaints(bench.connect(), entries))


def test_a_film_of_four_gibibytes_is_taken(bench: Bench) -> None:
    film = FILM.model_copy(update={"size": 4 * 2**30})
    assert complaints(bench.connect(), (Entry(media=(film,)),)) == []


# -- what is sent ----------------------------------------------------------------------------------------


def test_every_option_of_a_video_stands_in_the_request(bench: Bench) -> None:
    bench.connect().publish(bench.case.entries["every option"], bench.case.options["every option"])
    (begun,) = sent(bench, VIDEO_INIT)
    assert begun["body"]["post_info"] == {
        "title": "An advertisement",
        "privacy_level": "PUBLIC_TO_EVERYONE",
        "disable_comment": False,
        "disable_duet": False,
        "disable_stitch": False,
        "brand_content_toggle": True,
        "brand_organic_toggle": True,
        "is_aigc": True,
        "video_cover_timestamp_ms": 1500,
    }


def test_photos_have_no_fields_of_videos(bench: Bench) -> None:
    bench.connect().publish(PHOTOS, {**PLAIN, "title": "Title", "autoAddMusic": "yes", "duet": True})
    (begun,) = sent(bench, PHOTO_INIT)
    assert begun["body"]["post_info"] == {
        "title": "Title",
        "description": "Lamps",
        "privacy_level": "PUBLIC_TO_EVERYONE",
        "disable_comment": True,
        "brand_content_toggle": False,
        "brand_organic_toggle": False,
        "auto_add_music": True,
    }


def test_a_draft_says_nothing_about_who_may_see_it(bench: Bench) -> None:
    connected = bench.connect()
    (video,) = connected.publish(POST, DRAFT)
    (photos,) = connected.publish(PHOTOS, DRAFT)
    assert set(sent(bench, "/inbox/video/init/")[0]["body"]) == {"source_info"}
    assert sent(bench, PHOTO_INIT)[0]["body"]["post_info"] == {"description": "Lamps"}
    assert sent(bench, "/creator_info/") == []
    assert video.url == photos.url == "https://www.tiktok.com/messages?lang=en"


def test_photos_are_pulled_as_jpeg_of_at_most_1080p(bench: Bench) -> None:
    entries = (Entry(text="Huge", media=(picture("huge.png", width=3000, height=3000)[0],)),)
    bench.connect().publish(entries, PLAIN)
    (media,) = bench.stand_in.shown[0].media
    assert media["mime"] in ("image/jpeg", "image/webp")
    assert media["width"] * media["height"] <= 1920 * 1080


def test_photos_are_pulled_from_the_domain_that_the_operator_verified(bench: Bench) -> None:
    connected = bench.connect()
    port = urlsplit(bench.sandbox.public).port
    connected.app = {**connected.app, "TIKTOK_MEDIA_DOMAIN": f"localhost:{port}"}
    connected.publish(PHOTOS, PLAIN)
    addresses = sent(bench, PHOTO_INIT)[0]["body"]["source_info"]["photo_images"]
    assert {urlsplit(address).netloc for address in addresses} == {f"localhost:{port}"}
    assert len(bench.stand_in.shown[0].media) == 2


def test_an_address_that_is_not_verified_is_the_operators_to_mend(bench: Bench) -> None:
    connected = bench.connect()
    bench.stand_in.verified = {"media.example.com"}
    with pytest.raises(Rejected, match="operator has yet to verify"):
        connected.publish(PHOTOS, PLAIN)


# -- what the person allows in TikTok's app --------------------------------------------------------------


def test_a_privacy_level_that_the_account_does_not_have_fails_before_the_upload(bench: Bench) -> None:
    private = bench.connect(1)
    with pytest.raises(Rejected, match="may post to FOLLOWER_OF_CREATOR"):
        private.publish(POST, PLAIN)
    assert sent(bench, VIDEO_INIT) == []


def test_a_video_that_is_too_long_for_the_account_fails_before_the_upload(bench: Bench) -> None:
    connected = bench.connect()
    bench.stand_in.longest = 10
    with pytest.raises(Rejected, match="12 s long; this TikTok account may post 10 s"):
        connected.publish(POST, PLAIN)
    assert sent(bench, VIDEO_INIT) == []


@pytest.mark.parametrize("name", ["comment", "duet", "stitch"])
def test_an_interaction_that_is_off_at_tiktok_cannot_be_chosen(bench: Bench, name: str) -> None:
    connected = bench.connect()
    bench.stand_in.off = {name}
    connected.publish(POST, PLAIN)
    with pytest.raises(Rejected, match=f"{name}s switched off"):
        connected.publish(POST, {**PLAIN, name: True})


def test_the_composer_is_shown_what_the_creator_may_choose(bench: Bench) -> None:
    connected = bench.connect(1)
    (creator,) = bench.provider.creator(connected.session)  # type: ignore[attr-defined]
    assert creator["creator_nickname"] == "Ben Wick (private)"
    assert "PUBLIC_TO_EVERYONE" not in creator["privacy_level_options"]


# -- chunks ----------------------------------------------------------------------------------------------


@given(st.integers(1, 4 * 2**30))
@example(64_000_000)
@example(64_000_001)
@example(4 * 2**30)
def test_chunks_cover_every_film_as_tiktok_counts_them(size: int) -> None:
    chunk, number = tiktok_uploads.plan(size)
    assert number == size // chunk
    first, lengths = 0, []
    while first < size:
        end = tiktok_uploads.end_of(first, size)
        lengths.append(end - first)
        first = end
    assert len(lengths) == number <= 1000
    assert all(length == chunk for length in lengths[:-1])
    assert lengths[-1] <= LAST
    assert chunk <= MOST
    assert chunk >= LEAST or number == 1


def test_tiktoks_own_example_of_a_remainder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiktok_uploads, "SINGLE", 10_000_000)
    monkeypatch.setattr(tiktok_uploads, "CHUNK", 10_000_000)
    assert tiktok_uploads.plan(50_000_123) == (10_000_000, 5)
    assert 50_000_123 - tiktok_uploads.end_of(39_999_999, 50_000_123) == 10_000_123


def test_chunks_are_sent_without_the_token_and_only_the_last_is_the_commit(bench: Bench, small: None) -> None:
    connected, intents = bench.connect(), []
    connected.bring_out(job_of(connected, intend=lambda: intents.append(len(pieces(bench)))))
    assert intents == [3]
    assert pieces(bench)[-1] == f"bytes {3 * STEP}-{FILM.size - 1}/{FILM.size}"
    assert all("Authorization" not in each["headers"] for each in sent(bench, "open-upload"))
    assert_whole(bench)


class Died(BaseException):
    """The process is killed."""


class DyingFile(MemoryFile):
    """Kills the process when chunk `fatal` is read."""

    fatal = 0

    def read(self, start: int = 0, end: int | None = None) -> bytes:
        if start // STEP == self.fatal:
            raise Died
        return super().read(start, end)


@pytest.mark.parametrize("chunk", range(4))
def test_a_crash_in_any_chunk_resumes_at_that_chunk(bench: Bench, small: None, chunk: int) -> None:
    connected = bench.connect()
    dying = DyingFile(FILM, bench.sandbox.public)
    dying.fatal = chunk
    with pytest.raises(Died):
        connected.bring_out(replace(job_of(connected), files=(dying,)))
    connected.bring_out(job_of(connected, state=bench.saved[-1]))
    assert len(pieces(bench)) == len(set(pieces(bench))) == 4
    assert len(sent(bench, VIDEO_INIT)) == 1
    assert_whole(bench)


class LineCut:
    """Breaks the line at one chunk, by an order made just before it."""

    def __init__(self, bench: Bench, chunk: int, mode: Any) -> None:
        self.bench, self.chunk, self.mode, self.saves = bench, chunk, mode, 0

    def __call__(self, state: dict[str, Any]) -> None:
        self.bench.saved.append(dict(state))
        if self.saves == self.chunk:
            self.bench.stand_in.failures.append(Failure(path=CHUNK, mode=self.mode, status=503))
        self.saves += 1


@pytest.mark.parametrize("mode", ["answer", "drop", "lost"])
@pytest.mark.parametrize("chunk", [0, 2, 3])
def test_a_chunk_without_an_answer_is_asked_after_and_never_begun_anew(
    bench: Bench, small: None, chunk: int, mode: str
) -> None:
    connected = bench.connect()
    with pytest.raises(Unsure if chunk == 3 else Retry):
        connected.bring_out(job_of(connected, save=LineCut(bench, chunk, mode)))
    doubt = clock.now() if chunk == 3 else None
    connected.bring_out(job_of(connected, state=bench.saved[-1], doubt=doubt))
    assert len(sent(bench, VIDEO_INIT)) == 1
    assert len(pieces(bench)) == len(set(pieces(bench))) == 4
    assert_whole(bench)


@pytest.mark.parametrize("wrong", [0, STEP, 3 * STEP])
def test_tiktoks_offset_counts_and_not_ours(bench: Bench, small: None, wrong: int) -> None:
    connected = bench.connect()
    with pytest.raises(Retry):
        connected.bring_out(job_of(connected, save=LineCut(bench, 2, "drop")))
    connected.bring_out(job_of(connected, state={**bench.saved[-1], "sent": wrong}))
    assert len(pieces(bench)) == 4
    assert_whole(bench)


def test_a_piece_out_of_order_is_found_its_place(bench: Bench, small: None) -> None:
    connected = bench.connect()
    bench.stand_in.failures.append(Failure(path=STATUS, status=200, body={
        "data": {"status": "PROCESSING_UPLOAD"}, "error": {"code": "ok"}}))  # fmt: skip
    with pytest.raises(Retry):
        connected.bring_out(job_of(connected, save=LineCut(bench, 2, "drop")))
    connected.bring_out(job_of(connected, state={**bench.saved[-1], "sent": 0}))
    assert 416 in [each["status"] for each in sent(bench, "open-upload")]
    assert_whole(bench)


def test_a_piece_that_is_never_taken_is_tried_later_and_not_for_ever(bench: Bench, small: None) -> None:
    connected = bench.connect()
    bench.stand_in.failures.append(Failure(path=CHUNK, status=416, times=9))
    with pytest.raises(Retry, match="refused a piece"):
        connected.bring_out(job_of(connected))
    assert len(sent(bench, "open-upload")) == 1


def test_a_run_that_is_out_of_time_goes_on_in_the_next(bench: Bench, small: None) -> None:
    connected, left = bench.connect(), iter([60, 60, 10])
    outcome = bring_out(job_of(connected, seconds_left=lambda: next(left)))
    assert isinstance(outcome, Pending)
    assert (outcome.after, outcome.state["sent"]) == (1, 2 * STEP)
    connected.bring_out(job_of(connected, state=outcome.state))
    assert_whole(bench)


@pytest.mark.parametrize("doubt", [False, True])
def test_an_upload_whose_hour_is_over_begins_anew_and_is_posted_once(
    bench: Bench, small: None, doubt: bool
) -> None:
    connected = bench.connect()
    with pytest.raises(Unsure if doubt else Retry):
        connected.bring_out(job_of(connected, save=LineCut(bench, 3 if doubt else 1, "drop")))
    for work in bench.stand_in.works.values():
        work.until -= timedelta(hours=2)
    connected.bring_out(job_of(connected, state=bench.saved[-1], doubt=clock.now() if doubt else None))
    assert len(sent(bench, VIDEO_INIT)) == 2
    assert_whole(bench)


@pytest.mark.parametrize("mode", ["lost", "drop"])
def test_a_beginning_whose_answer_was_lost_is_begun_again_and_posted_once(bench: Bench, mode: Any) -> None:
    connected = bench.connect()
    bench.stand_in.failures.append(Failure(path=VIDEO_INIT, mode=mode))
    with pytest.raises(Retry):
        connected.bring_out(job_of(connected))
    connected.bring_out(job_of(connected))
    assert_whole(bench)


class EndlessFile(MemoryFile):
    """A film that is made as it is read."""

    def read(self, start: int = 0, end: int | None = None) -> bytes:
        return bytes((end or self.media.size) - start)


def test_the_memory_of_an_upload_does_not_grow_with_the_film(bench: Bench) -> None:
    film = FILM.model_copy(update={"id": "endless", "size": 300_000_000})
    connected = bench.connect()
    job = replace(
        job_of(connected, (Entry(media=(film,)),)), files=(EndlessFile(film, bench.sandbox.public),)
    )
    tracemalloc.start()
    connected.bring_out(job)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert bench.stand_in.shown[0].media[0]["size"] == film.size
    assert peak < 3 * tiktok_uploads.CHUNK


# -- photos whose answer was lost ------------------------------------------------------------------------


def lost_photos(connected: Connected, mode: Any, options: dict[str, Any], minutes: float) -> Job:
    """A job in doubt about photos, some minutes later."""
    job = job_of(connected, PHOTOS, options=options)
    connected.bench.stand_in.failures.append(Failure(path=PHOTO_INIT, mode=mode))
    with pytest.raises(Unsure):
        connected.bring_out(job)
    later = job.now + timedelta(minutes=minutes)
    return replace(job, doubt=job.now, now=later, state=connected.bench.saved[-1])


def test_public_photos_whose_answer_was_lost_are_found_in_the_list(bench: Bench) -> None:
    connected = bench.connect()
    out = connected.bring_out(lost_photos(connected, "lost", PLAIN, 1))
    (shown,) = bench.stand_in.shown
    assert (out.id, out.url) == (shown.id, f"https://www.tiktok.com/@adalantern/video/{shown.id}")


def test_public_photos_that_are_not_listed_are_looked_for_again_and_then_left_to_a_person(
    bench: Bench,
) -> None:
    connected = bench.connect()
    job = lost_photos(connected, "drop", PLAIN, 1)
    assert isinstance(bring_out(job), Pending)
    with pytest.raises(Unsure) as caught:
        connected.bring_out(job)
    assert caught.value.final
    assert len(sent(bench, PHOTO_INIT)) == 1


@pytest.mark.parametrize("options", [ALONE, DRAFT])
def test_photos_that_no_list_can_show_are_left_to_a_person_at_once(bench: Bench, options: Any) -> None:
    connected = bench.connect()
    with pytest.raises(Unsure):
        bring_out(lost_photos(connected, "lost", options, 1))
    assert len(sent(bench, PHOTO_INIT)) == 1


def test_an_older_post_of_the_same_words_is_not_taken_for_the_lost_one(bench: Bench) -> None:
    connected = bench.connect()
    bench.stand_in.skew = -3600
    connected.publish(PHOTOS, PLAIN)
    bench.stand_in.skew = 0
    job = lost_photos(connected, "drop", PLAIN, 11)
    with pytest.raises(Unsure):
        bring_out(job)


def test_photos_whose_id_is_known_are_followed_and_not_looked_for(bench: Bench) -> None:
    connected = bench.connect()
    first = bring_out(job_of(connected, PHOTOS))
    assert isinstance(first, Pending)
    connected.bring_out(job_of(connected, PHOTOS, state=first.state, doubt=clock.now()))
    assert sent(bench, "/video/list/") == []
    assert len(bench.stand_in.shown) == 1


def test_a_post_that_tiktok_no_longer_tells_about_is_looked_for_in_the_list(bench: Bench) -> None:
    connected = bench.connect()
    first = bring_out(job_of(connected))
    assert isinstance(first, Pending)
    bench.stand_in.works.clear()
    with pytest.raises(Unsure):
        bring_out(job_of(connected, state=first.state))
    shown = bench.stand_in.shown[0]
    shown.more["info"]["title"] = shown.text
    later = clock.now() + timedelta(hours=3)
    out = bring_out(replace(job_of(connected, state=first.state, doubt=later), now=later))
    assert isinstance(out, Published)
    assert out.id == shown.id


# -- what TikTok does with it ----------------------------------------------------------------------------


@pytest.mark.parametrize("entries", [POST, PHOTOS])
@pytest.mark.parametrize("reason", ["internal", "photo_pull_failed", "video_pull_failed"])
def test_a_passing_failure_is_begun_anew_once(bench: Bench, entries: Any, reason: str) -> None:
    connected = bench.connect()
    bench.stand_in.fails = [reason]
    connected.bring_out(job_of(connected, entries))
    assert len(bench.stand_in.works) == 2
    assert len(bench.stand_in.shown) == 1


@pytest.mark.parametrize("entries", [POST, PHOTOS])
def test_a_second_passing_failure_is_final(bench: Bench, entries: Any) -> None:
    connected = bench.connect()
    bench.stand_in.fails = ["internal", "internal"]
    with pytest.raises(Rejected, match="tried twice"):
        connected.bring_out(job_of(connected, entries))
    assert len(bench.stand_in.works) == 2


def test_a_post_that_tiktok_ended_begins_anew_after_reconnecting(bench: Bench) -> None:
    connected = bench.connect()
    bench.stand_in.fails = ["auth_removed"]
    with pytest.raises(Reconnect):
        connected.bring_out(job_of(connected))
    connected.bring_out(job_of(connected, state=bench.saved[-1]))
    assert_whole(bench)


def test_a_failure_after_a_lost_answer_is_told_and_left_to_a_person(bench: Bench) -> None:
    connected = bench.connect()
    bench.stand_in.fails = ["frame_rate_check_failed"]
    bench.stand_in.failures.append(Failure(path=CHUNK, mode="lost"))
    with pytest.raises(Unsure):
        connected.bring_out(job_of(connected))
    with pytest.raises(Unsure, match="frames a second") as caught:
        connected.bring_out(job_of(connected, state=bench.saved[-1], doubt=clock.now()))
    assert caught.value.final


def test_a_refused_look_at_a_post_does_not_forget_it(bench: Bench) -> None:
    connected = bench.connect()
    first = bring_out(job_of(connected))
    assert isinstance(first, Pending)
    bench.saved.clear()
    bench.stand_in.failures.append(Failure(path=STATUS, status=401, body=error("scope_not_authorized")))
    with pytest.raises(Reconnect):
        bring_out(job_of(connected, state=first.state))
    assert bench.saved == []


def test_looks_become_rare_and_hourly_at_last(bench: Bench) -> None:
    connected, waits = bench.connect(), []
    bench.stand_in.processing = 99
    state: dict[str, Any] | None = None
    for _ in range(40):
        outcome = bring_out(job_of(connected, state=state))
        assert isinstance(outcome, Pending)
        state = outcome.state
        waits.append(outcome.after)
    assert waits[:4] == [5, 15, 30, 30]
    assert 30 * 60 <= sum(wait for wait in waits if wait < 3600) <= 35 * 60
    assert waits[-1] == 3600


def test_a_post_that_is_worked_on_for_most_of_a_day_is_left_to_a_person(bench: Bench) -> None:
    connected = bench.connect()
    bench.stand_in.processing = 999
    hours = []

    def follow() -> None:
        state: dict[str, Any] | None = None
        while True:
            outcome = bring_out(job_of(connected, state=state))
            assert isinstance(outcome, Pending)
            state = outcome.state
            hours.append(outcome.after / 3600)

    with pytest.raises(Unsure, match="20 hours") as caught:
        follow()
    assert caught.value.final
    assert 20 < sum(hours) < bench.provider.patience.total_seconds() / 3600


def test_the_public_id_is_waited_for_a_little(bench: Bench) -> None:
    connected = bench.connect()
    (quick,) = connected.publish(POST, PLAIN)
    assert quick.id == bench.stand_in.shown[0].id
    assert quick.url == f"https://www.tiktok.com/@adalantern/video/{quick.id}"
    bench.stand_in.moderation = 99
    (slow,) = connected.publish(POST, PLAIN)
    assert slow.url == "https://www.tiktok.com/@adalantern"
    assert slow.id == slow.data["publish_id"]


def test_numbers_of_a_post_that_became_public_later_are_found(bench: Bench) -> None:
    connected = bench.connect()
    bench.stand_in.moderation = 5
    (receipt,) = connected.publish(POST, PLAIN)
    assert not receipt.id.isdigit()
    bench.stand_in.moderation = 0
    assert bench.provider.metrics(connected.session, receipt)["view_count"] == 99


def test_numbers_of_a_private_post_are_not_told(bench: Bench) -> None:
    connected = bench.connect()
    (receipt,) = connected.publish(POST, ALONE)
    with pytest.raises(Rejected, match="public posts only"):
        bench.provider.metrics(connected.session, receipt)


def test_five_unfinished_drafts_are_told_as_such(bench: Bench) -> None:
    connected = bench.connect()
    bench.stand_in.shares = 0
    for entries in (POST, PHOTOS):
        with pytest.raises(Rejected, match="finish them in the app"):
            connected.publish(entries, DRAFT)


def test_an_unaudited_app_is_told_as_such(bench: Bench) -> None:
    connected = bench.connect()
    bench.stand_in.audited = False
    with pytest.raises(Rejected, match="audited the operator's app"):
        connected.publish(POST, PLAIN)
    connected.publish(POST, ALONE)


def test_large_ids_keep_every_digit(bench: Bench) -> None:
    connected = bench.connect()
    (receipt,) = connected.publish(POST, PLAIN)
    assert receipt.id == bench.stand_in.shown[0].id
    assert int(receipt.id) > 2**53
    assert Receipt.model_validate_json(receipt.model_dump_json()).id == receipt.id
