"""Bluesky: keys that make a retry harmless, records that stay the same, facets, films, cards, gates."""

import tracemalloc
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chalicelib import healing
from chalicelib.models import Entry, Media, Pending, Published
from chalicelib.problems import Problem, Reconnect, Rejected, Retry, Unsure
from chalicelib.providers.bluesky import Bluesky
from chalicelib.providers.bluesky.options import BlueskyOptions
from chalicelib.providers.bluesky.records import tid
from chalicelib.sessions import Job
from infra.sandbox.base import Failure
from infra.sandbox.bluesky.sessions import PDS
from tests.contract.harness import FILES, Bench, Connected, MemoryFile, movie, picture

KEY = "bluesky"
BEN = "did:plc:ben2222222222222222222aa"
BENS_POST = "https://bsky.app/profile/ben.bsky.social/post/3l25zusnsfck2"
NEWS = "https://news.bluesky.sandbox/lamps"


def sent(bench: Bench, call: str) -> list[dict[str, Any]]:
    return [seen for seen in bench.stand_in.requests if seen["path"].endswith(call)]


def record(bench: Bench) -> dict[str, Any]:
    found: dict[str, Any] = bench.stand_in.shown[-1].more["record"]
    return found


def kept(connected: Connected, entries: tuple[Entry, ...], **more: Any) -> tuple[Job, list[dict[str, Any]]]:
    saved: list[dict[str, Any]] = []
    return connected.job(entries, save=lambda state: saved.append(deepcopy(state)), **more), saved


# -- keys -------------------------------------------------------------------------------------------------


def test_keys_are_those_of_the_specification() -> None:
    assert tid(1724171495793000, 512) == "3l25zusnsfck2"
    assert tid(0, 0) == "2222222222222"


@given(
    st.tuples(st.integers(0, 2**53 - 1), st.integers(0, 1023)),
    st.tuples(st.integers(0, 2**53 - 1), st.integers(0, 1023)),
)
def test_keys_sort_as_their_moments(one: tuple[int, int], other: tuple[int, int]) -> None:
    assert (tid(*one) < tid(*other)) == (one < other)
    assert len(tid(*one)) == 13


def test_two_posts_of_the_same_moment_have_two_keys(bench: Bench) -> None:
    connected = bench.connect()
    now = connected.session.now
    for key in ("a", "b"):
        connected.bring_out(replace(connected.job((Entry(text=key),), key=key), now=now))
    assert len({shown.id for shown in bench.stand_in.shown}) == 2


# -- never twice ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["lost", "drop"])
def test_another_try_sends_the_very_same_record_under_the_same_key(bench: Bench, mode: Any) -> None:
    job, saved = kept(bench.connect(), (Entry(text="Once, @ben.bsky.social", media=(picture()[0],)),))
    bench.stand_in.failures.append(Failure(path="getRecord", status=503))  # the look is no help either
    bench.stand_in.failures.append(Failure(path="putRecord", mode=mode))
    with pytest.raises(Unsure):
        healing.bring_out(job)
    later = replace(job, state=saved[-1], now=job.now + timedelta(hours=2))
    healing.bring_out(later)
    first, second = sent(bench, "putRecord")
    assert first["body"] == second["body"]
    assert len(bench.stand_in.shown) == 1
    assert "edited" not in bench.stand_in.shown[0].more


def test_a_post_that_is_found_is_not_sent_again(bench: Bench) -> None:
    job, saved = kept(bench.connect(), (Entry(text="Once"),))
    bench.stand_in.failures.append(Failure(path="putRecord", mode="lost"))
    with pytest.raises(Unsure):
        healing.bring_out(job)
    out = healing.bring_out(replace(job, state=saved[-1], doubt=job.now))
    assert isinstance(out, Published)
    assert out.id == bench.stand_in.shown[0].id
    assert out.data["cid"]
    assert len(sent(bench, "putRecord")) == 1


def test_a_run_that_died_before_its_record_was_saved_has_sent_nothing(bench: Bench) -> None:
    job, _ = kept(bench.connect(), (Entry(text="Once"),))
    healing.bring_out(replace(job, doubt=job.now))
    assert len(bench.stand_in.shown) == 1


def test_post_again_is_a_post_of_its_own_with_the_files_that_are_there(bench: Bench) -> None:
    job, saved = kept(bench.connect(), (Entry(text="Twice", media=(picture()[0],)),))
    healing.bring_out(job)
    healing.bring_out(replace(job, state=saved[-1], key="another"))
    assert [shown.text for shown in bench.stand_in.shown] == ["Twice", "Twice"]
    assert len(sent(bench, "uploadBlob")) == 1


def test_a_file_that_the_server_lost_is_sent_again(bench: Bench) -> None:
    job, saved = kept(bench.connect(), (Entry(media=(picture()[0],)),))
    bench.stand_in.failures.append(Failure(path="putRecord", status=503))
    with pytest.raises(Unsure):
        healing.bring_out(job)
    bench.stand_in.blobs.clear()
    with pytest.raises(Retry, match="lost a file"):
        healing.bring_out(replace(job, state=saved[-1], doubt=job.now))
    healing.bring_out(replace(job, state=saved[-1], doubt=job.now))
    assert len(sent(bench, "uploadBlob")) == 2
    assert len(bench.stand_in.shown) == 1


def test_what_is_written_together_is_found_again_by_its_post(bench: Bench) -> None:
    options = {"reply_control": ["nobody"], "disable_quotes": True}
    job, saved = kept(bench.connect(), (Entry(text="Quiet"),), options=options)
    bench.stand_in.failures.append(Failure(path="applyWrites", mode="lost"))
    with pytest.raises(Unsure):
        healing.bring_out(job)
    healing.bring_out(replace(job, state=saved[-1], doubt=job.now))
    assert len(sent(bench, "applyWrites")) == 1
    assert len(bench.stand_in.shown) == 1


def test_a_key_that_is_taken_means_that_the_post_is_out(bench: Bench) -> None:
    job, saved = kept(bench.connect(), (Entry(text="Quiet"),), options={"disable_quotes": True})
    bench.stand_in.failures.append(Failure(path="applyWrites", mode="lost"))
    with pytest.raises(Unsure):
        healing.bring_out(job)
    late = Failure(path="getRecord", status=400, body={"error": "RecordNotFound"})
    bench.stand_in.failures.append(late)  # the first look comes too early, the write is then refused
    out = healing.bring_out(replace(job, state=saved[-1], doubt=job.now))
    assert isinstance(out, Published)
    assert out.id == bench.stand_in.shown[0].id


# -- signing in -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("password", "problem", "mark"),
    [
        ("the main password", Rejected, "app password"),
        ("", Rejected, "app password"),
        ("aaaa-aaaa-aaaa-aaaa", Reconnect, "name and app password"),
    ],
)
def test_only_an_app_password_is_taken(
    bench: Bench, password: str, problem: type[Problem], mark: str
) -> None:
    with pytest.raises(problem, match=mark):
        bench.provider.login(bench.session(), {**bench.case.given, "password": password})
    asked = sent(bench, "createSession")
    assert len(asked) == (1 if problem is Reconnect else 0)  # the main password never leaves


def test_the_password_is_not_kept(bench: Bench) -> None:
    connected = bench.connect()
    assert bench.stand_in.app_password not in connected.token.model_dump_json()
    assert connected.token.expires is not None
    assert connected.token.refresh_expires is not None
    assert timedelta(minutes=110) < connected.token.expires - connected.session.now < timedelta(minutes=121)


def test_a_handle_is_taken_with_its_at_and_stray_marks(bench: Bench) -> None:
    given = {**bench.case.given, "identifier": " @ada.bsky.social\u202c"}
    assert bench.provider.login(bench.session(), given).data["did"] == bench.stand_in.people[0].id


def test_sessions_are_kept_at_the_service_and_records_at_the_accounts_own_server(bench: Bench) -> None:
    connected = bench.connect()
    used = connected.token.refresh
    connected.token = bench.provider.refresh(connected.session)
    assert connected.token.refresh != used
    connected.publish((Entry(text="Here"),))
    assert sent(bench, "refreshSession")[0]["host"] == "bsky.social"
    assert sent(bench, "putRecord")[0]["host"] == PDS
    connected.token = connected.token.model_copy(update={"refresh": used})
    with pytest.raises(Reconnect):
        bench.provider.refresh(connected.session)


@pytest.mark.parametrize(
    ("service", "host"),
    [
        ("https://bsky.social", "bsky.social"),
        ("pds.example.org", "pds.example.org"),
        ("https://user@PDS.example.org/xrpc", "pds.example.org"),
        ("", ""),
    ],
)
def test_the_server_is_read_from_what_a_person_writes(service: str, host: str) -> None:
    assert Bluesky().place({"service": service}, {}) == host


# -- what a record says -----------------------------------------------------------------------------------


def test_the_facets_are_those_of_the_sheet(bench: Bench) -> None:
    said = "✨ example mentioning @ben.bsky.social to share the URL 👨‍❤️‍👨 https://en.wikipedia.org/wiki/CBOR. #lamp"
    bench.connect().publish((Entry(text=said),))
    raw = said.encode()
    found = [
        (raw[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode(), facet["features"][0])
        for facet in record(bench)["facets"]
    ]
    assert found == [
        ("@ben.bsky.social", {"$type": "app.bsky.richtext.facet#mention", "did": BEN}),
        (
            "https://en.wikipedia.org/wiki/CBOR",
            {"$type": "app.bsky.richtext.facet#link", "uri": "https://en.wikipedia.org/wiki/CBOR"},
        ),
        ("#lamp", {"$type": "app.bsky.richtext.facet#tag", "tag": "lamp"}),
    ]


def test_a_mention_of_nobody_stays_plain_text(bench: Bench) -> None:
    bench.connect().publish((Entry(text="Hello @nobody.bsky.social"),))
    assert "facets" not in record(bench)
    assert bench.stand_in.shown[0].text == "Hello @nobody.bsky.social"


def test_a_server_in_trouble_does_not_make_a_mention_plain(bench: Bench) -> None:
    bench.stand_in.failures.append(Failure(path="resolveHandle", status=502))
    with pytest.raises(Retry):
        bench.connect().publish((Entry(text="Hello @ben.bsky.social"),))


def test_a_plain_post_has_no_empty_fields(bench: Bench) -> None:
    bench.connect().publish((Entry(text="Plain"),))
    assert set(record(bench)) == {"$type", "text", "createdAt"}


def test_each_part_answers_the_one_before_and_names_the_root(bench: Bench) -> None:
    receipts = bench.connect().publish((Entry(text="1"), Entry(text="2"), Entry(text="3")))
    ties = [{"uri": receipt.id, "cid": receipt.data["cid"]} for receipt in receipts]
    replies = [shown.more["record"].get("reply") for shown in bench.stand_in.shown]
    assert replies == [None, {"root": ties[0], "parent": ties[0]}, {"root": ties[0], "parent": ties[1]}]


def test_pictures_have_their_shape_and_their_words(bench: Bench) -> None:
    media = (picture("a.png", alt="A lamp")[0], picture("b.png", alt="", width=300, height=900)[0])
    bench.connect().publish((Entry(media=media),))
    assert [(image["alt"], image["aspectRatio"]) for image in record(bench)["embed"]["images"]] == [
        ("A lamp", {"width": 640, "height": 480}),
        ("", {"width": 300, "height": 900}),
    ]


def test_a_large_picture_is_shrunk_below_a_million_bytes(bench: Bench) -> None:
    from io import BytesIO

    from PIL import Image

    out = BytesIO()
    Image.frombytes("RGB", (900, 700), Random(1).randbytes(900 * 700 * 3)).save(out, "PNG")
    media = Media(id="noise", kind="image", mime="image/png", key="n", size=len(out.getvalue()), name="n.png")
    FILES["noise"] = out.getvalue()
    assert media.size > 1_000_000
    bench.connect().publish((Entry(media=(media,)),))
    assert bench.stand_in.shown[0].media[0]["blob"]["size"] <= 1_000_000


def test_options_become_fields_and_records_beside_the_post(bench: Bench) -> None:
    options = {
        "langs": ["en", "pt-BR"], "labels": ["nudity"], "reply_control": ["mention", "following"],
        "disable_quotes": True,
    }  # fmt: skip
    receipts = bench.connect().publish((Entry(text="One"), Entry(text="Two")), options)
    first, second = sent(bench, "applyWrites")
    uri, made = receipts[0].id, first["body"]["writes"][0]["value"]["createdAt"]
    post, threadgate, postgate = (write["value"] for write in first["body"]["writes"])
    assert post["langs"] == ["en", "pt-BR"]
    assert post["labels"] == {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "nudity"}]}
    assert threadgate == {
        "$type": "app.bsky.feed.threadgate", "post": uri, "createdAt": made,
        "allow": [
            {"$type": "app.bsky.feed.threadgate#mentionRule"}, {"$type": "app.bsky.feed.threadgate#followingRule"},
        ],
    }  # fmt: skip
    assert postgate["embeddingRules"] == [{"$type": "app.bsky.feed.postgate#disableRule"}]
    assert len({write["rkey"] for write in first["body"]["writes"]}) == 1
    kinds = [write["collection"] for write in second["body"]["writes"]]
    assert kinds == ["app.bsky.feed.post", "app.bsky.feed.postgate"]  # who may reply is said at the root


def test_nobody_may_reply_is_an_empty_list(bench: Bench) -> None:
    bench.connect().publish((Entry(text="One"),), {"reply_control": ["nobody"]})
    assert sent(bench, "applyWrites")[0]["body"]["writes"][1]["value"]["allow"] == []


def test_a_quote_stands_alone_or_beside_files(bench: Bench) -> None:
    connected = bench.connect()
    connected.publish((Entry(text="Ben says"),), {"quote": BENS_POST})
    alone = record(bench)["embed"]
    connected.publish((Entry(text="Ben says", media=(picture()[0],)),), {"quote": BENS_POST})
    beside = record(bench)["embed"]
    assert alone["record"]["uri"] == f"at://{BEN}/app.bsky.feed.post/3l25zusnsfck2"
    assert beside["record"] == alone
    assert beside["media"]["$type"] == "app.bsky.embed.images"


@pytest.mark.parametrize("name", ["quote", "repost"])
def test_what_is_not_there_is_neither_quoted_nor_reposted(bench: Bench, name: str) -> None:
    connected = bench.connect()
    for gone in (BENS_POST.replace("3l25zusnsfck2", "3l25zusnsfck3"), BENS_POST.replace("ben.", "nobody.")):
        with pytest.raises(Rejected, match="not on Bluesky"):
            connected.publish((Entry(text="" if name == "repost" else "See"),), {name: gone})


def test_a_repost_points_at_the_post_and_is_taken_back(bench: Bench) -> None:
    connected = bench.connect()
    receipt = connected.publish((Entry(),), {"repost": BENS_POST})[0]
    assert "/app.bsky.feed.repost/" in receipt.id
    assert receipt.url == BENS_POST
    bench.provider.delete(connected.session, receipt)
    assert bench.stand_in.shown == []
    assert bench.provider.metrics(connected.session, receipt) == {}


# -- link cards -------------------------------------------------------------------------------------------


def test_the_first_link_has_a_card_with_its_picture(bench: Bench) -> None:
    bench.connect().publish((Entry(text=f"Read {NEWS} and https://example.com"),))
    external = record(bench)["embed"]["external"]
    assert (external["uri"], external["title"], external["description"]) == (
        NEWS,
        "Lamps & wicks",
        "All about light",
    )
    assert external["thumb"]["mimeType"] == "image/png"


@pytest.mark.parametrize(
    ("entry", "options"),
    [
        (Entry(text=f"Read {NEWS}"), {"card": False}),
        (Entry(text="Read https://news.bluesky.sandbox/nothing"), {}),
        (Entry(text="Read https://nowhere.sandbox/"), {}),
    ],
)
def test_no_card_is_no_matter(bench: Bench, entry: Entry, options: dict[str, Any]) -> None:
    bench.connect().publish((entry,), options)
    assert "embed" not in record(bench)
    assert record(bench)["facets"]


def test_files_leave_no_room_for_a_card(bench: Bench) -> None:
    bench.connect().publish((Entry(text=f"Read {NEWS}", media=(picture()[0],)),))
    assert record(bench)["embed"]["$type"] == "app.bsky.embed.images"
    assert sent(bench, "/lamps") == []


def test_a_page_that_held_a_run_until_its_end_is_not_read_again(bench: Bench) -> None:
    job, saved = kept(bench.connect(), (Entry(text=f"Read {NEWS}"),))
    bench.stand_in.failures.append(Failure(path="uploadBlob", status=503))
    with pytest.raises(Retry):
        healing.bring_out(job)
    reading, refused = saved[0], saved[-1]
    assert reading["reading"] is True
    healing.bring_out(replace(job, state=reading))  # as after a death in the reading
    assert "embed" not in record(bench)
    healing.bring_out(replace(job, state=refused, key="another"))  # as after the 503
    assert "embed" in record(bench)


# -- films ------------------------------------------------------------------------------------------------

FILM = movie("film.mp4", size=2_500_000)


def test_a_film_goes_whole_to_the_video_service_in_the_accounts_name(bench: Bench) -> None:
    connected = bench.connect()
    connected.publish((Entry(text="A film", media=(FILM,)),))
    [upload] = sent(bench, "uploadVideo")
    assert upload["host"] == "video.bsky.app"
    assert upload["headers"]["Content-Length"] == str(FILM.size)
    assert connected.token.access not in upload["headers"]["Authorization"]
    assert bench.stand_in.shown[0].media[0]["blob"]["size"] == FILM.size
    assert record(bench)["embed"]["aspectRatio"] == {"width": 720, "height": 1280}


def test_a_film_is_looked_after_again_and_again_without_being_sent_again(bench: Bench) -> None:
    job, saved = kept(bench.connect(), (Entry(media=(FILM,)),))
    first = healing.bring_out(job)
    assert isinstance(first, Pending)
    bench.stand_in.failures.append(Failure(path="getJobStatus", mode="drop"))
    with pytest.raises(Retry):
        healing.bring_out(replace(job, state=first.state))
    for _ in range(2):
        outcome = healing.bring_out(replace(job, state=saved[-1]))
    assert isinstance(outcome, Published)
    assert len(sent(bench, "uploadVideo")) == 1


def test_a_film_whose_number_was_lost_is_known_to_the_service(bench: Bench) -> None:
    connected = bench.connect()
    bench.stand_in.failures.append(Failure(path="uploadVideo", mode="lost"))
    with pytest.raises(Retry):
        connected.publish((Entry(media=(FILM,)),))
    connected.publish((Entry(media=(FILM,)),))
    assert [seen["status"] for seen in sent(bench, "uploadVideo")] == [200, 409]
    assert len(bench.stand_in.jobs) == 1


def test_a_film_that_cannot_be_read_is_rejected_in_blueskys_words(bench: Bench) -> None:
    job, saved = kept(bench.connect(), (Entry(media=(FILM,)),))
    healing.bring_out(job)
    next(iter(bench.stand_in.jobs.values()))["failed"] = "The film is broken"
    with pytest.raises(Rejected, match="The film is broken"):
        healing.bring_out(replace(job, state=saved[-1]))
    bench.stand_in.jobs.clear()
    healing.bring_out(replace(job, state=saved[-1]))
    assert len(sent(bench, "uploadVideo")) == 2


def test_a_film_that_the_service_has_is_known_however_it_says_so(bench: Bench) -> None:
    connected = bench.connect()
    bench.stand_in.failures.append(Failure(path="uploadVideo", mode="lost"))
    with pytest.raises(Retry):
        connected.publish((Entry(media=(FILM,)),))
    number = next(iter(bench.stand_in.jobs))
    nested = {"jobStatus": {"jobId": number, "error": "already_exists", "state": "JOB_STATE_COMPLETED"}}
    bench.stand_in.failures.append(Failure(path="uploadVideo", status=409, body=nested))
    connected.publish((Entry(media=(FILM,)),))
    assert len(bench.stand_in.shown) == 1


def test_the_days_quota_is_asked_before_a_film_is_sent(bench: Bench) -> None:
    bench.stand_in.films_left = 0
    with pytest.raises(Rejected, match="daily limit of 25"):
        bench.connect().publish((Entry(media=(FILM,)),))
    assert sent(bench, "uploadVideo") == []


def test_what_does_not_fit_one_invocation_goes_on_in_the_next(bench: Bench) -> None:
    left = iter([300.0, 10.0])
    media = (picture("a.png")[0], picture("b.png", width=90)[0])
    job, _ = kept(bench.connect(), (Entry(media=media),), seconds_left=lambda: next(left))
    pending = healing.bring_out(job)
    assert isinstance(pending, Pending)
    healing.bring_out(replace(job, state=pending.state, seconds_left=lambda: 300.0))
    assert len(sent(bench, "uploadBlob")) == 2


class Endless(MemoryFile):
    """A film that is nowhere in memory: its bytes are made as they are read."""

    def read(self, start: int = 0, end: int | None = None) -> bytes:
        return b"\x5a" * (min(end or self.media.size, self.media.size) - start)


def test_a_large_film_is_never_whole_in_memory(bench: Bench) -> None:
    film = Media(
        id="big", kind="video", mime="video/mp4", key="big", size=90_000_000, name="big.mp4", seconds=60
    )
    job = replace(bench.connect().job((Entry(media=(film,)),)), files=(Endless(film),))
    tracemalloc.start()
    healing.bring_out(job)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12_000_000, f"{peak:,} bytes at the peak"  # both ends of the line are in this process
    assert next(iter(bench.stand_in.jobs.values()))["size"] == film.size


# -- what is refused when a post is saved -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"langs": ["en", "de", "fr", "it"]}, "3 languages"),
        ({"langs": ["english please"]}, "named like"),
        ({"reply_control": ["nobody", "mention"]}, "Either nobody"),
        ({"quote": "https://example.com/post"}, "named by its address"),
        ({"quote": BENS_POST, "repost": BENS_POST}, "not both"),
        ({"labels": ["spicy"]}, "labels"),
    ],
)
def test_options_that_bluesky_refuses_are_refused(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        BlueskyOptions.model_validate(options)


GIF = Media(id="g", kind="gif", mime="image/gif", key="g", size=9, name="g.gif")


@pytest.mark.parametrize(
    ("entry", "options", "sentence"),
    [
        (Entry(text="👨‍👩‍👧" * 200), {}, "The text is 3,600 bytes long; Bluesky takes 3,000."),
        (Entry(text="é" * 301), {}, "The text is 301 long as Bluesky counts; 300 is the most."),
        (Entry(media=(GIF,)), {}, "Bluesky takes no GIFs here."),
        (Entry(media=(movie(seconds=181),)), {}, "Bluesky takes 0 to 180 s."),
        (Entry(media=(movie(size=2_000).model_copy(update={"size": 100_000_001}),)), {}, "100.0 MB at the most"),
        (Entry(media=(movie(mime="video/quicktime"),)), {}, "Bluesky takes video/mp4."),
        (Entry(media=(movie().model_copy(update={"alt": "a" * 1001}),)), {}, "Bluesky takes 1,000 characters."),
        (Entry(media=(picture()[0], movie())), {}, "together in one entry"),
        (Entry(text="Hm"), {"repost": BENS_POST}, "A repost on Bluesky has no text"),
    ],
)  # fmt: skip
def test_what_bluesky_cannot_do_is_said_when_the_post_is_saved(
    bench: Bench, entry: Entry, options: dict[str, Any], sentence: str
) -> None:
    account = bench.connect().account
    said = bench.provider.check((entry,), account, BlueskyOptions.model_validate(options))
    assert any(sentence in complaint.sentence for complaint in said), said
