"""What is special about YouTube: resumable uploads, what is added to a video, comments, the quota's midnight."""

import hashlib
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chalicelib import clock, oauth
from chalicelib.healing import bring_out
from chalicelib.models import Entry, Pending, Published, Receipt
from chalicelib.problems import Duplicate, Expired, Problem, Reconnect, Rejected, Retry, Unsure
from chalicelib.providers.youtube import until_midnight
from chalicelib.providers.youtube import uploads as youtube_uploads
from chalicelib.providers.youtube.options import YouTubeOptions, tags_length
from chalicelib.sessions import Job
from infra.sandbox.base import Failure
from tests.contract.cases.youtube import OPEN, PLAIN, error
from tests.contract.harness import FILES, Bench, Connected, MemoryFile, movie, picture

KEY = "youtube"
SESSION = r"youtube\.googleapis\.com/upload"
STEP = 262_144
SOON, FAR = datetime(2025, 1, 1), datetime(2029, 1, 1)  # noqa: DTZ001
FILM = movie("chunks.mp4", size=5 * STEP + 17)
POST = (Entry(text="A long film", media=(FILM,)),)
COMMENTED = (*POST, Entry(text="First!"))


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Six chunks make the film."""
    monkeypatch.setattr(youtube_uploads, "CHUNK", STEP)


def job_of(connected: Connected, entries: tuple[Entry, ...] = POST, **more: Any) -> Job:
    return connected.job(entries, options={**PLAIN, **more.pop("options", {})}, **more)


def ranges(bench: Bench) -> list[str]:
    """The Content-Range of every PUT that was answered."""
    return [each["headers"]["Content-Range"] for each in bench.stand_in.requests if each["method"] == "PUT"]


def pieces(bench: Bench) -> list[str]:
    return [each for each in ranges(bench) if "*" not in each]


def assert_whole(bench: Bench) -> None:
    """One video is out, and every byte of it arrived."""
    (shown,) = bench.stand_in.shown
    assert shown.media[0]["sha256"] == hashlib.sha256(FILES[FILM.id]).hexdigest()


def complaints(connected: Connected, entries: tuple[Entry, ...], **options: Any) -> list[str]:
    chosen = YouTubeOptions.model_validate({**PLAIN, **options})
    found = connected.bench.provider.check(entries, connected.account, chosen)
    return [complaint.sentence for complaint in found]


# -- signing in ------------------------------------------------------------------------------------------


def test_consent_asks_for_a_refresh_token_every_time(bench: Bench) -> None:
    session = bench.session()
    url, _ = oauth.consent(session, bench.provider.auth, "https://lamp.example/cb", "s", "v" * 64)  # type: ignore[arg-type]
    asked = {name: value[0] for name, value in parse_qs(urlsplit(url).query).items()}
    assert (asked["access_type"], asked["prompt"]) == ("offline", "consent")
    assert asked["scope"].split(" ") == list(bench.provider.scopes(session))
    assert asked["code_challenge_method"] == "S256"


def test_the_account_is_the_channel_and_knows_its_list_of_uploads(bench: Bench) -> None:
    connected = bench.connect()
    assert connected.account.remote == "UCada0000000000000000001"
    assert connected.account.handle == "@adalantern"
    assert connected.account.data == {"uploads": "UUada0000000000000000001"}
    assert len(connected.choices) == 1


def test_a_google_account_without_a_channel_is_told_to_make_one(bench: Bench) -> None:
    with pytest.raises(Reconnect, match="no YouTube channel"):
        bench.connect(2)


def test_the_refresh_token_stays_where_google_sends_no_new_one(bench: Bench) -> None:
    connected = bench.connect()
    fresh = bench.provider.refresh(connected.session)
    assert fresh.access != connected.token.access
    assert fresh.refresh == connected.token.refresh


def test_a_revoke_ends_everything_of_that_person(bench: Bench) -> None:
    one, other = bench.connect(), bench.connect()
    assert bench.provider.revokes_all
    bench.provider.revoke(one.session)
    with pytest.raises(Expired):
        bench.provider.me(other.session)


# -- refused when it is saved ----------------------------------------------------------------------------


@pytest.mark.parametrize("media", [(), (picture()[0],), (picture("a.png")[0], picture("b.png", width=9)[0])])
def test_a_post_without_a_video_is_refused_with_the_way_out(bench: Bench, media: Any) -> None:
    said = complaints(bench.connect(), (Entry(text="Community", media=media),))
    assert len(said) == 1
    assert said[0].startswith(
        "YouTube's API only takes videos; community posts have to be written in YouTube Studio"
    )


def test_a_second_video_is_refused(bench: Bench) -> None:
    said = complaints(bench.connect(), (Entry(text="Two", media=(FILM, movie())),))
    assert any("1 videos at the most" in sentence for sentence in said)


@pytest.mark.parametrize("title", ["", "a", " b ", "x" * 101, "a < b", "a > b"])
def test_a_title_that_youtube_refuses_is_refused_here(title: str) -> None:
    with pytest.raises(ValidationError, match="YouTube takes"):
        YouTubeOptions(title=title, type="public")


def test_the_description_is_counted_in_bytes(bench: Bench) -> None:
    connected = bench.connect()
    assert complaints(connected, (Entry(text="é" * 2500, media=(FILM,)),)) == []
    said = complaints(connected, (Entry(text="é" * 2501, media=(FILM,)),))
    assert said == ["The text is 5,002 long as YouTube counts; 5,000 is the most."]


def test_angle_brackets_are_refused_in_a_description_but_not_in_a_comment(bench: Bench) -> None:
    connected = bench.connect()
    assert complaints(connected, (Entry(text="<3", media=(FILM,)),)) == [
        "YouTube takes no < and no > in a description."
    ]
    assert complaints(connected, (*POST, Entry(text="<3"))) == []


def test_tags_are_counted_with_their_commas_and_quotes() -> None:
    assert tags_length(["a", "b c"]) == len('a,"b c"')
    with pytest.raises(ValidationError, match="502 characters"):
        YouTubeOptions.model_validate({**PLAIN, "tags": [{"value": "x" * 250}, {"value": "y" * 251}]})


@given(st.lists(st.text("ab ", min_size=1, max_size=9), max_size=9))
def test_tags_are_as_long_as_they_are_written(tags: list[str]) -> None:
    assert tags_length(tags) == len(",".join(f'"{tag}"' if " " in tag else tag for tag in tags))


def test_comments_are_refused_where_youtube_has_none(bench: Bench) -> None:
    connected = bench.connect()
    assert complaints(connected, COMMENTED) == []
    assert "made for kids" in complaints(connected, COMMENTED, selfDeclaredMadeForKids="yes")[0]
    assert "private" in complaints(connected, COMMENTED, type="private")[0]


def test_a_thumbnail_must_be_attached(bench: Bench) -> None:
    connected, face = bench.connect(), picture()[0]
    wanted = {"thumbnail": {"id": face.id, "path": "x"}}
    assert complaints(connected, (Entry(media=(FILM, face)),), **wanted) == []
    assert "Attach the thumbnail" in complaints(connected, POST, **wanted)[0]


# -- what is sent ----------------------------------------------------------------------------------------


def test_every_option_stands_in_the_request(bench: Bench) -> None:
    connected = bench.connect()
    connected.publish(bench.case.entries["every option"], bench.case.options["every option"])
    assert bench.stand_in.shown[0].more["about"] == {
        "snippet": {
            "title": "Everything",
            "description": "Unlisted",
            "tags": ["lamp oil"],
            "categoryId": "28",
            "defaultLanguage": "en",
        },
        "status": {
            "privacyStatus": "unlisted",
            "selfDeclaredMadeForKids": False,
            "containsSyntheticMedia": True,
            "license": "creativeCommon",
            "embeddable": False,
        },
        "quiet": True,
    }


@pytest.mark.parametrize(("said", "sent"), [("yes", True), ("no", False)])
def test_made_for_kids_is_always_said(bench: Bench, said: str, sent: bool) -> None:
    connected = bench.connect()
    connected.publish(POST, {**PLAIN, "selfDeclaredMadeForKids": said})
    assert bench.stand_in.shown[0].more["about"]["status"]["selfDeclaredMadeForKids"] is sent


# -- chunks ----------------------------------------------------------------------------------------------


def test_a_film_goes_out_in_chunks_and_only_the_last_is_the_commit(bench: Bench, small: None) -> None:
    connected, intents = bench.connect(), []
    job = job_of(connected, intend=lambda: intents.append(len(pieces(bench))))
    connected.bring_out(job)
    assert intents == [5]
    assert pieces(bench)[0] == f"bytes 0-{STEP - 1}/{FILM.size}"
    assert pieces(bench)[-1] == f"bytes {5 * STEP}-{FILM.size - 1}/{FILM.size}"
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


@pytest.mark.parametrize("chunk", range(6))
def test_a_crash_in_any_chunk_resumes_at_that_chunk(bench: Bench, small: None, chunk: int) -> None:
    connected = bench.connect()
    dying = DyingFile(FILM, bench.sandbox.public)
    dying.fatal = chunk
    with pytest.raises(Died):
        connected.bring_out(replace(job_of(connected), files=(dying,)))
    connected.bring_out(job_of(connected, state=bench.saved[-1]))
    assert len(pieces(bench)) == len(set(pieces(bench))) == 6
    assert_whole(bench)


class LineCut:
    """Breaks the line at one chunk, by an order made just before it."""

    def __init__(self, bench: Bench, chunk: int, mode: Any) -> None:
        self.bench, self.chunk, self.mode, self.saves = bench, chunk, mode, 0

    def __call__(self, state: dict[str, Any]) -> None:
        self.bench.saved.append(dict(state))
        if self.saves == self.chunk:
            self.bench.stand_in.failures.append(Failure(path=SESSION, mode=self.mode, status=503))
        self.saves += 1


@pytest.mark.parametrize("mode", ["answer", "drop", "lost"])
@pytest.mark.parametrize("chunk", [0, 3, 5])
def test_a_chunk_without_an_answer_is_asked_after_and_never_sent_twice(
    bench: Bench, small: None, chunk: int, mode: str
) -> None:
    connected = bench.connect()
    with pytest.raises(Unsure if chunk == 5 else Retry):
        connected.bring_out(job_of(connected, save=LineCut(bench, chunk, mode)))
    later = job_of(connected, state=bench.saved[-1], doubt=clock.now() if chunk == 5 else None)
    connected.bring_out(later)
    assert ranges(bench).count(f"bytes */{FILM.size}") == 1
    assert_whole(bench)


@pytest.mark.parametrize("wrong", [0, 5 * STEP])
def test_youtubes_offset_counts_and_not_ours(bench: Bench, small: None, wrong: int) -> None:
    connected = bench.connect()
    with pytest.raises(Retry):
        connected.bring_out(job_of(connected, save=LineCut(bench, 3, "drop")))
    connected.bring_out(job_of(connected, state={**bench.saved[-1], "sent": wrong}))
    assert pieces(bench)[4:] == [
        f"bytes {start}-{min(start + STEP, FILM.size) - 1}/{FILM.size}"
        for start in (3 * STEP, 4 * STEP, 5 * STEP)
    ]
    assert_whole(bench)


def test_a_run_that_is_out_of_time_goes_on_in_the_next(bench: Bench, small: None) -> None:
    connected, left = bench.connect(), iter([60, 60, 10])
    outcome = bring_out(job_of(connected, seconds_left=lambda: next(left)))
    assert isinstance(outcome, Pending)
    assert (outcome.after, outcome.state["sent"]) == (1, 2 * STEP)
    connected.bring_out(job_of(connected, state=outcome.state))
    assert len(pieces(bench)) == 6
    assert_whole(bench)


def test_a_piece_that_is_not_kept_is_tried_later_and_not_for_ever(bench: Bench, small: None) -> None:
    connected = bench.connect()
    bench.stand_in.failures.append(Failure(path=SESSION, status=308, times=9))
    with pytest.raises(Retry, match="did not keep"):
        connected.bring_out(job_of(connected))
    assert len(pieces(bench)) == 1


@pytest.mark.parametrize("status", [404, 410])
def test_a_session_that_ended_begins_anew(bench: Bench, small: None, status: int) -> None:
    connected = bench.connect()
    bench.stand_in.failures.append(Failure(path=SESSION, status=status))
    connected.bring_out(job_of(connected))
    assert len(bench.stand_in.uploads) == 2
    assert_whole(bench)


@pytest.mark.parametrize("mode", ["lost", "drop"])
def test_a_lost_session_is_healed_by_the_list_of_uploads(bench: Bench, mode: Any) -> None:
    connected = bench.connect()
    job = job_of(connected)
    bench.stand_in.failures.append(Failure(path=SESSION, mode=mode))
    with pytest.raises(Unsure):
        connected.bring_out(job)
    bench.stand_in.uploads.clear()
    later = job.now + timedelta(seconds=bench.provider.heal_after)
    out = connected.bring_out(replace(job, state=bench.saved[-1], doubt=job.now, now=later))
    assert out.id == bench.stand_in.shown[0].id
    assert_whole(bench)


def test_an_older_video_of_the_same_title_is_not_taken_for_the_lost_one(bench: Bench) -> None:
    connected = bench.connect()
    bench.stand_in.skew = -3600
    connected.publish(POST, PLAIN)
    bench.stand_in.skew = 0
    job = job_of(connected)
    bench.stand_in.failures.append(Failure(path=SESSION, mode="drop"))
    with pytest.raises(Unsure):
        connected.bring_out(job)
    bench.stand_in.uploads.clear()
    connected.bring_out(replace(job, state=bench.saved[-1], doubt=job.now))
    assert len(bench.stand_in.shown) == 2


def test_a_doubt_without_any_state_finds_the_video_and_adds_what_is_missing(bench: Bench) -> None:
    connected = bench.connect()
    entries = bench.case.entries["video with thumbnail"]
    before = clock.now()
    connected.publish(POST, PLAIN)
    out = connected.bring_out(job_of(connected, entries, doubt=before))
    (shown,) = bench.stand_in.shown
    assert out.id == shown.id
    assert len(shown.media) == 2


class EndlessFile(MemoryFile):
    """A film that is made as it is read."""

    def read(self, start: int = 0, end: int | None = None) -> bytes:
        return bytes((end or self.media.size) - start)


def test_the_memory_of_an_upload_does_not_grow_with_the_film(bench: Bench) -> None:
    film = FILM.model_copy(update={"id": "endless", "size": 160 * 2**20})
    connected = bench.connect()
    job = replace(job_of(connected), files=(EndlessFile(film, bench.sandbox.public),))
    tracemalloc.start()
    connected.bring_out(job)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert bench.stand_in.shown[0].media[0]["size"] == film.size
    assert peak < 3 * youtube_uploads.CHUNK


# -- what is added, and how it ends ----------------------------------------------------------------------


def test_a_thumbnail_that_fails_does_not_fail_the_post(bench: Bench) -> None:
    connected = bench.connect()
    bench.stand_in.verified = False
    entries = bench.case.entries["video with thumbnail"]
    (receipt,) = connected.publish(entries, PLAIN)
    assert receipt.data["warnings"] == [
        "Thumbnail not set: the channel may not do that; verify it by phone at youtube.com/verify"
    ]


def test_a_thumbnail_is_made_small_enough(bench: Bench) -> None:
    connected = bench.connect()
    entries = (Entry(text="A film", media=(FILM, picture("huge.png", width=4000, height=2000)[0])),)
    connected.publish(entries, PLAIN)
    assert bench.stand_in.shown[0].media[1]["size"] <= 2_000_000


def test_a_video_joins_its_playlists_once(bench: Bench) -> None:
    connected = bench.connect()
    made = bench.provider.create_playlist(connected.session, "Lamps", "", "public")[0]  # type: ignore[attr-defined]
    assert bench.provider.playlists(connected.session) == [made]  # type: ignore[attr-defined]
    options = {"playlistIds": [made["id"], "PLgone"]}
    bench.stand_in.failures.append(Failure(path="/playlistItems", method="POST", mode="lost"))
    out = connected.bring_out(job_of(connected, options=options))
    assert [item["playlist"] for item in bench.stand_in.items] == [made["id"]]
    assert out.data["warnings"] == ["Not in playlist PLgone: the playlist is gone"]


def test_a_busy_youtube_costs_a_playlist_and_never_the_post(bench: Bench) -> None:
    connected = bench.connect()
    bench.stand_in.failures.append(Failure(path="/playlistItems", status=503, times=99))
    out = connected.bring_out(job_of(connected, options={"playlistIds": ["PL1"]}))
    assert out.data["warnings"] == ["Not in playlist PL1: YouTube was too busy"]


def test_a_crash_after_the_upload_adds_what_is_missing_and_uploads_nothing(bench: Bench) -> None:
    connected = bench.connect()
    entries = bench.case.entries["video with thumbnail"]
    bench.stand_in.failures.append(Failure(path="/thumbnails/set", status=401))
    with pytest.raises(Expired):
        connected.bring_out(job_of(connected, entries))
    connected.bring_out(job_of(connected, entries, state=bench.saved[-1], doubt=clock.now()))
    assert len(bench.stand_in.shown) == 1
    assert len(bench.stand_in.shown[0].media) == 2
    assert len(pieces(bench)) == 1


def test_a_video_that_youtube_made_private_is_told(bench: Bench) -> None:
    connected = bench.connect()
    bench.stand_in.audited = False
    (receipt,) = connected.publish(POST, PLAIN)
    assert "private instead of public" in receipt.data["warnings"][0]


@pytest.mark.parametrize(
    ("fate", "problem", "why"),
    [
        ({"uploadStatus": "failed", "failureReason": "codec"}, Rejected, "codec is not supported"),
        ({"uploadStatus": "rejected", "rejectionReason": "copyright"}, Rejected, "copyright"),
        ({"uploadStatus": "rejected", "rejectionReason": "duplicate"}, Duplicate, "this very video"),
        ({"uploadStatus": "rejected", "rejectionReason": "new"}, Rejected, "“new”"),
        ({"uploadStatus": "deleted"}, Rejected, "“deleted”"),
    ],
)
def test_a_video_that_youtube_gave_up_on_is_told_with_its_reason(
    bench: Bench, fate: dict[str, str], problem: type[Problem], why: str
) -> None:
    connected = bench.connect()
    bench.stand_in.fate = fate
    with pytest.raises(problem, match=why) as caught:
        connected.publish(POST, PLAIN)
    assert type(caught.value) is problem


def test_a_video_that_is_given_up_on_after_a_lost_answer_is_left_to_a_person(bench: Bench) -> None:
    connected = bench.connect()
    bench.stand_in.fate = {"uploadStatus": "failed", "failureReason": "codec"}
    bench.stand_in.failures.append(Failure(path=SESSION, mode="lost"))
    with pytest.raises(Unsure):
        connected.bring_out(job_of(connected))
    with pytest.raises(Unsure, match="codec") as caught:
        connected.bring_out(job_of(connected, state=bench.saved[-1], doubt=clock.now()))
    assert caught.value.final
    assert len(pieces(bench)) == 1


def test_slow_processing_is_not_waited_for_longer_than_ten_minutes(bench: Bench) -> None:
    connected = bench.connect()
    bench.stand_in.processing = 99
    waited, state = 0.0, None
    for _ in range(9):
        outcome = bring_out(job_of(connected, state=state))
        if isinstance(outcome, Published):
            break
        waited, state = waited + outcome.after, outcome.state
    assert isinstance(outcome, Published)
    assert 300 <= waited <= 600


# -- comments --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["lost", "drop"])
def test_a_comment_whose_answer_was_lost_is_made_once(bench: Bench, mode: Any) -> None:
    connected = bench.connect()
    receipts = connected.publish(POST, PLAIN)
    job = job_of(connected, COMMENTED, index=1, receipts=receipts)
    bench.stand_in.failures.append(Failure(path="/commentThreads", mode=mode))
    with pytest.raises(Unsure):
        connected.bring_out(job)
    out = connected.bring_out(replace(job, doubt=job.now))
    assert [shown.text for shown in bench.stand_in.shown[1:]] == ["First!"]
    assert out.id == bench.stand_in.shown[1].id
    assert out.url == f"https://www.youtube.com/watch?v={receipts[0].id}&lc={out.id}"


def test_somebody_elses_same_words_are_not_our_comment(bench: Bench) -> None:
    ada, ben = bench.connect(0), bench.connect(1)
    receipts = ada.publish(POST, PLAIN)
    ben.bring_out(job_of(ben, COMMENTED, index=1, receipts=receipts))
    job = job_of(ada, COMMENTED, index=1, receipts=receipts)
    ada.bring_out(replace(job, doubt=job.now))
    assert [shown.account for shown in bench.stand_in.shown[1:]] == ["@benwick", "@adalantern"]


def test_a_channel_without_comments_says_so(bench: Bench) -> None:
    connected = bench.connect()
    bench.stand_in.commentable = False
    with pytest.raises(Rejected, match="switched off"):
        connected.publish(COMMENTED, PLAIN)


def test_a_comment_is_deleted_and_counted_as_a_comment(bench: Bench) -> None:
    connected = bench.connect()
    video, comment = connected.publish(COMMENTED, PLAIN)
    assert bench.provider.metrics(connected.session, comment) == {"likeCount": 2}
    assert bench.provider.metrics(connected.session, video)["viewCount"] == 12
    bench.provider.delete(connected.session, comment)
    assert [shown.id for shown in bench.stand_in.shown] == [video.id]


def test_a_video_that_is_gone_cannot_be_commented(bench: Bench) -> None:
    connected = bench.connect()
    gone = (Receipt(id="gone", at=clock.now()),)
    with pytest.raises(Rejected, match="gone from YouTube"):
        connected.bring_out(job_of(connected, COMMENTED, index=1, receipts=gone))


# -- the quota -------------------------------------------------------------------------------------------


def test_a_used_up_quota_waits_for_midnight_in_california(bench: Bench) -> None:
    connected = bench.connect()
    bench.stand_in.failures.append(Failure(path=OPEN, status=403, body=error(403, "quotaExceeded")))
    job = job_of(connected)
    with pytest.raises(Retry) as caught:
        connected.bring_out(replace(job, now=datetime(2026, 11, 24, 20, 30, tzinfo=UTC)))
    assert caught.value.after == pytest.approx(11.5 * 3600)


@given(st.datetimes(timezones=st.just(UTC), min_value=SOON, max_value=FAR))
def test_the_quotas_midnight_is_the_next_one_even_when_the_clocks_change(now: datetime) -> None:
    there = (now + timedelta(seconds=until_midnight(now))).astimezone(ZoneInfo("America/Los_Angeles"))
    assert (there.hour, there.minute, there.second) == (0, 0, 0)
    assert 0 < until_midnight(now) <= 25 * 3600


def test_only_categories_that_may_be_chosen_are_offered(bench: Bench) -> None:
    connected = bench.connect()
    offered = bench.provider.categories(connected.session, "US")  # type: ignore[attr-defined]
    assert {"id": "22", "name": "People & Blogs"} in offered
    assert "18" not in [category["id"] for category in offered]
