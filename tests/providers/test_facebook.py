"""What is special about Facebook: Pages behind a login, films in parts, stories one by one, backgrounds, films that fail."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chalicelib import clock
from chalicelib.healing import bring_out
from chalicelib.models import Entry, Media, Pending, Published, Receipt
from chalicelib.problems import Blocked, Reconnect, Rejected, Retry, Unsure
from chalicelib.providers.facebook.rules import FacebookOptions, is_reel
from chalicelib.signin import OAuth2
from infra.sandbox.base import Failure
from infra.sandbox.facebook import PAGES, FacebookStandIn
from tests.contract.cases.facebook import CASE, graph, usage
from tests.contract.harness import FILES, Bench, movie, picture
from tests.providers.crashes import deaths

KEY = "facebook"
TEXT = (Entry(text="A lamp"),)


def sent(bench: Bench, method: str, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = bench.stand_in.requests
    return [each for each in found if each["method"] == method and each["path"].endswith(path)]


# -- signing in ------------------------------------------------------------------------------------------


def test_every_page_with_a_task_is_offered_even_of_a_business_that_was_not_ticked(bench: Bench) -> None:
    found = [choice.profile for choice in bench.connect(0).choices]
    assert [(page.id, page.name, page.handle) for page in found] == [
        ("5001", "Lantern Works", "lanternworks"),
        ("5003", "Lantern Café", "lanterncafe"),
        ("5004", "Harbour Lights", "harbourlights"),
    ]
    assert found[0].picture.endswith("lanternworks.svg")


def test_businesses_that_do_not_answer_cost_only_their_own_pages(bench: Bench) -> None:
    bench.stand_in.failures.append(Failure(path="/me/businesses", status=500))
    assert [choice.profile.id for choice in bench.connect(0).choices] == ["5001", "5003"]


def test_a_page_signs_with_its_own_token(bench: Bench) -> None:
    connected = bench.connect(0, choose=1)
    assert connected.token == connected.choices[1].token
    assert bench.stand_in.tokens[connected.token.access].person == "5003"
    connected.publish(TEXT)
    assert sent(bench, "POST", "/5003/feed")


def test_the_end_to_warn_of_is_that_of_the_access_to_data(bench: Bench) -> None:
    expires = bench.connect().token.expires
    assert expires is not None
    assert abs(expires - clock.now() - timedelta(days=90)) < timedelta(minutes=1)


def test_no_end_is_known_where_meta_does_not_tell(bench: Bench) -> None:
    bench.stand_in.failures.append(Failure(path="/debug_token$", status=500))
    assert bench.connect().token.expires is None


def test_the_app_s_secret_signs_only_the_question_about_a_token(bench: Bench) -> None:
    bench.connect().publish(TEXT)
    secret = bench.app["FACEBOOK_APP_SECRET"]
    signed = [
        each["path"] for each in bench.stand_in.requests if secret in each["headers"].get("Authorization", "")
    ]
    assert signed == ["/v25.0/debug_token"]


def test_the_person_token_is_the_long_one(bench: Bench) -> None:
    bench.connect()
    asked = sent(bench, "GET", "/oauth/access_token")
    assert [each["query"].get("grant_type") for each in asked] == ["authorization_code", "fb_exchange_token"]


def test_a_permission_that_was_not_given_is_named(bench: Bench) -> None:
    with pytest.raises(Reconnect, match="pages_manage_posts"):
        bench.connect(without="pages_manage_posts")


def test_a_wrong_app_secret_blocks_the_platform_and_not_the_person(bench: Bench) -> None:
    bench.app["FACEBOOK_APP_SECRET"] = "wrong"
    with pytest.raises(Blocked):
        bench.connect()


def test_what_was_left_unticked_once_is_asked_for_again(bench: Bench) -> None:
    with pytest.raises(Reconnect):
        bench.connect(without="pages_manage_posts")
    assert bench.connect().token.scopes


def test_a_code_is_sent_without_what_meta_hangs_on_it(bench: Bench) -> None:
    from chalicelib import oauth
    from tests.contract.harness import REDIRECT

    session, auth, back = bench.session(), bench.provider.auth_for(bench.session()), REDIRECT.format(KEY)
    assert isinstance(auth, OAuth2)
    url, _ = oauth.consent(session, auth, back, "s", "v")
    query = bench.press(bench.wire.route(KEY, url))
    assert oauth.exchange(session, auth, back, {"code": f"{query['code']}#_"}, {}).access


def test_a_used_code_asks_the_person_and_a_busy_login_does_not(bench: Bench) -> None:
    for code, problem in ((100, Reconnect), (2, Retry)):
        body = graph(Retry, code, message="No").body
        bench.stand_in.failures.append(Failure(path="/oauth/access_token", status=400, body=body))
        with pytest.raises(problem):
            bench.connect()


def test_the_version_is_the_operators(bench: Bench) -> None:
    bench.app["META_GRAPH_API_VERSION"] = "v26.0"
    bench.connect().publish(TEXT)
    assert sent(bench, "POST", "/v26.0/5001/feed")
    assert sent(bench, "GET", "/v26.0/dialog/oauth")


def test_no_token_stands_in_the_address_of_a_graph_call(bench: Bench) -> None:
    bench.connect(0).publish(CASE.entries["reel"])
    seen = [
        each
        for each in bench.stand_in.requests
        if "oauth" not in each["path"] and "debug" not in each["path"]
    ]
    assert not [each for each in seen if any("token" in name for name in each["query"])]


# -- what is sent ----------------------------------------------------------------------------------------


def test_options_become_fields(bench: Bench) -> None:
    connected = bench.connect()
    connected.publish(TEXT, {"url": "https://example.com/a"})
    connected.publish(TEXT, {"text_format_preset_id": "106018623298955"})
    link, coloured = (each["body"] for each in sent(bench, "POST", "/feed"))
    assert link == {"message": "A lamp", "published": True, "link": "https://example.com/a"}
    assert coloured == {"message": "A lamp", "published": True, "text_format_preset_id": "106018623298955"}


def test_a_link_is_left_out_where_there_are_photos(bench: Bench) -> None:
    bench.connect().publish((Entry(text="x", media=(picture()[0],)),), {"url": "https://example.com/a"})
    assert "link" not in sent(bench, "POST", "/feed")[0]["body"]


def test_photos_are_fetched_by_their_own_address_with_their_description(bench: Bench) -> None:
    media = picture(alt="A lamp, lit")[0]
    bench.connect().publish((Entry(text="x", media=(media,)),))
    wanted = sent(bench, "POST", "/photos")[0]["body"]
    assert wanted["alt_text_custom"] == "A lamp, lit"
    assert wanted["url"].endswith(f"/{media.id}/{media.name}")
    assert bench.stand_in.shown[0].media[0]["size"] == media.size


def test_a_photo_of_a_type_that_facebook_does_not_know_is_converted(bench: Bench) -> None:
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (300, 200), "red").save(out, "WEBP")
    FILES["web"] = out.getvalue()
    media = Media(
        id="web", kind="image", mime="image/webp", key="web", size=len(out.getvalue()), name="a.webp"
    )
    bench.connect().publish((Entry(text="x", media=(media,)),))
    assert bench.stand_in.shown[0].media[0]["mime"] in {"image/jpeg", "image/png"}


def test_an_unknown_background_goes_out_plain_and_once(bench: Bench) -> None:
    bench.connect().publish(TEXT, {"text_format_preset_id": "42"})
    assert [post.more for post in bench.stand_in.shown] == [{}]


def test_a_background_that_ends_in_code_1_is_healed_without_it(bench: Bench) -> None:
    connected = bench.connect()
    job = connected.job(TEXT, options={"text_format_preset_id": "106018623298955"})
    body = graph(Retry, 1, message="An unknown error occurred").body
    bench.stand_in.failures.append(Failure(path="/feed$", status=400, body=body))
    with pytest.raises(Unsure):
        bring_out(job)
    out = bring_out(replace(job, state=bench.saved[-1], doubt=job.now))
    assert isinstance(out, Published)
    assert [post.more for post in bench.stand_in.shown] == [{}]


def test_an_upright_short_film_is_a_reel_and_a_wide_one_a_video(bench: Bench) -> None:
    connected = bench.connect()
    connected.publish((Entry(text="Up", media=(movie(),)),))
    connected.publish((Entry(text="Wide", media=(movie("w.mp4", width=1280, height=720),)),), {"title": "T"})
    assert [(post.more["kind"], post.more["title"]) for post in bench.stand_in.shown] == [
        ("reel", ""),
        ("video", "T"),
    ]


@given(
    width=st.integers(1, 4000), height=st.integers(1, 4000), seconds=st.floats(0.1, 500),
    wanted=st.sampled_from([None, "video", "reel"]),
)  # fmt: skip
def test_what_was_asked_for_decides_before_shape_and_length(
    width: int, height: int, seconds: float, wanted: Any
) -> None:
    film = Media(
        id="f", kind="video", mime="video/mp4", key="f", size=9, width=width, height=height, seconds=seconds
    )
    found = is_reel(Entry(media=(film,)), FacebookOptions(video_kind=wanted))
    upright = abs(width / height - 9 / 16) < 0.01 and 3 <= seconds <= 90
    assert found == (wanted == "reel" if wanted else upright and width >= 540 and height >= 960)


@pytest.mark.parametrize(
    "film",
    [
        movie("small.mp4", width=270, height=480), movie("up.mov", mime="video/quicktime"),
        movie().model_copy(update={"size": 1_000_000_001}),
    ],
)  # fmt: skip
def test_an_upright_film_that_no_reel_may_be_goes_out_as_a_video(film: Media) -> None:
    assert not is_reel(Entry(media=(film,)), FacebookOptions())


def test_several_story_files_are_several_stories(bench: Bench) -> None:
    files = (picture("a.png")[0], movie("s.mp4"), picture("b.png")[0])
    receipts = bench.connect().publish((Entry(media=files),), {"post_type": "story"})
    assert [post.media[0]["mime"] for post in bench.stand_in.shown] == ["image/png", "video/mp4", "image/png"]
    assert receipts[0].data["stories"] == [post.id for post in bench.stand_in.shown]


def test_a_link_stands_without_words(bench: Bench) -> None:
    connected, options = bench.connect(), {"url": "https://example.com/lamps"}
    assert bench.provider.check((Entry(),), connected.account, FacebookOptions(**options)) == []
    assert bench.provider.check((Entry(),), connected.account, FacebookOptions()) != []
    connected.publish((Entry(),), options)
    assert [post.more["link"] for post in bench.stand_in.shown] == ["https://example.com/lamps"]


def test_a_deletion_that_denies_itself_is_said(bench: Bench) -> None:
    connected = bench.connect()
    receipt = connected.publish(TEXT)[0]
    bench.stand_in.failures.append(Failure(path=receipt.id, status=200, body={"success": False}))
    with pytest.raises(Rejected, match="did not delete"):
        bench.provider.delete(connected.session, receipt)


def test_all_stories_of_an_entry_are_deleted(bench: Bench) -> None:
    connected = bench.connect()
    files = (picture("a.png")[0], picture("b.png")[0])
    receipt = connected.publish((Entry(media=files),), {"post_type": "story"})[0]
    bench.provider.delete(connected.session, receipt)
    assert bench.stand_in.shown == []


# -- films -----------------------------------------------------------------------------------------------


def test_a_film_goes_in_the_parts_that_facebook_asks_for_and_arrives_whole(bench: Bench) -> None:
    import hashlib

    film = movie("long.mp4", size=3_500_000, width=1280, height=720)
    bench.connect().publish((Entry(text="x", media=(film,)),))
    assert bench.stand_in.parts == [0, 1_000_000, 2_000_000, 3_000_000]
    assert bench.stand_in.shown[0].media[0]["sha256"] == hashlib.sha256(FILES[film.id]).hexdigest()


def test_a_run_without_time_left_goes_on_in_the_next_one(bench: Bench) -> None:
    connected = bench.connect()
    job = connected.job((Entry(text="x", media=(movie("w.mp4", width=1280, height=720),)),))
    left = iter([60, 60, 5])
    job.seconds_left = lambda: next(left)
    outcome = bring_out(job)
    assert isinstance(outcome, Pending)
    assert outcome.state["start"] == 2_000_000
    connected.bring_out(replace(job, state=outcome.state, seconds_left=lambda: 60))
    assert bench.stand_in.parts == [0, 1_000_000, 2_000_000]


def test_a_film_that_cannot_be_processed_fails_before_it_is_public(bench: Bench) -> None:
    connected = bench.connect()
    job = connected.job(CASE.entries["reel"])
    first = bring_out(job)
    assert isinstance(first, Pending)
    bench.stand_in.films[first.state["video"]]["fails"] = "error"
    with pytest.raises(Rejected, match="film"):
        bring_out(replace(job, state=first.state))
    assert bench.stand_in.shown == []


def test_a_film_that_fails_after_it_was_taken_is_not_called_published(bench: Bench) -> None:
    connected = bench.connect()
    job = connected.job(CASE.entries["video"])
    first = bring_out(job)
    assert isinstance(first, Pending)
    bench.stand_in.films[first.state["video"]]["fails"] = "error"
    with pytest.raises(Rejected, match="film"):
        bring_out(replace(job, state=first.state))


def test_looks_at_a_film_that_fail_do_not_fail_what_is_out(bench: Bench) -> None:
    connected = bench.connect()
    job = connected.job(CASE.entries["video"])
    first = bring_out(job)
    assert isinstance(first, Pending)
    bench.stand_in.failures.append(Failure(path=first.state["video"], status=500, times=99))
    assert connected.bring_out(replace(job, state=first.state)).id == first.state["video"]
    assert len(bench.stand_in.shown) == 1


def test_the_path_that_facebook_gives_for_a_film_becomes_an_address(bench: Bench) -> None:
    connected = bench.connect()
    job = connected.job(CASE.entries["video"])
    first = bring_out(job)
    assert isinstance(first, Pending)
    told = {"id": "1", "permalink_url": "/lanternworks/videos/77/", "status": {"video_status": "ready"}}
    bench.stand_in.failures.append(Failure(path=first.state["video"], status=200, body=told))
    out = bring_out(replace(job, state=first.state))
    assert isinstance(out, Published)
    assert out.url == "https://www.facebook.com/lanternworks/videos/77/"


@pytest.mark.parametrize(
    "url", ["https://facebook.com.evil.example/x", "http://rupload.facebook.com/x", "/x"]
)
def test_a_token_is_sent_to_no_upload_address_but_facebooks(bench: Bench, url: str) -> None:
    connected = bench.connect()
    body = {"video_id": "1", "upload_url": url}
    bench.stand_in.failures.append(Failure(path="/video_reels$", status=200, body=body))
    with pytest.raises(Retry):
        connected.publish(CASE.entries["reel"])


# -- lost answers and deaths -----------------------------------------------------------------------------

CRASHES: dict[str, tuple[Entry, ...]] = {
    "post": TEXT,
    "photos": (Entry(text="", media=tuple(picture(f"{n}.png")[0] for n in range(3))),),
    "video": (Entry(text="", media=(movie("w.mp4", size=2_500_000, width=1280, height=720),)),),
    "reel": (Entry(text="", media=(movie(size=100_000),)),),
    "stories": (Entry(media=(picture("a.png")[0], movie("s.mp4", size=90_000), picture("b.png")[0])),),
}


@pytest.mark.parametrize("kind", list(CRASHES))
def test_a_death_around_any_request_neither_loses_nor_doubles_it(bench: Bench, kind: str) -> None:
    entries = CRASHES[kind]
    options = {"post_type": "story"} if kind == "stories" else {}
    public = len(entries[0].media) if kind == "stories" else 1
    for where in deaths(bench.connect(), entries, options):
        assert len(bench.stand_in.shown) == public, where
        bench.stand_in.shown.clear()
        bench.stand_in.posts.clear()
        bench.stand_in.skew += 3600


def test_a_death_in_any_part_goes_on_at_that_part(bench: Bench) -> None:
    film = movie("w.mp4", size=2_500_000, width=1280, height=720)
    for where in deaths(bench.connect(), (Entry(text="", media=(film,)),), {}):
        parts = bench.stand_in.parts
        assert parts == sorted(parts), where
        assert len(parts) <= 4, where  # three parts, and at the most one of them again
        parts.clear()


def test_comments_with_the_same_words_are_told_apart(bench: Bench) -> None:
    entries = (Entry(text="Post"), Entry(text="Again"), Entry(text="Again"))
    connected = bench.connect()
    receipts = connected.publish(entries[:2])
    job = connected.job(entries, 2, receipts)
    for mode in ("drop", "lost"):
        bench.stand_in.failures.append(Failure(path="/comments$", method="POST", mode=mode))
        with pytest.raises(Unsure):
            bring_out(job)
        assert (bench.provider.look(replace(job, doubt=job.now)) is None) == (mode == "drop")
    out = bring_out(replace(job, doubt=job.now))
    assert isinstance(out, Published)
    assert out.id == bench.stand_in.shown[-1].id
    assert len(bench.stand_in.shown) == 3


def test_an_older_post_with_the_same_words_is_not_taken_for_the_lost_one(bench: Bench) -> None:
    connected = bench.connect()
    connected.publish(TEXT)
    job = connected.job(TEXT)
    assert bench.provider.look(replace(job, doubt=job.now + timedelta(minutes=5))) is None
    assert bench.provider.look(replace(job, doubt=job.now)) is not None


@pytest.mark.parametrize("later", [30, 230])
def test_a_post_is_found_however_many_came_after_it(bench: Bench, later: int) -> None:
    connected = bench.connect()
    job = connected.job(TEXT)
    out = bench.provider.publish(job)
    assert isinstance(out, Published)
    page = next(each for each in PAGES if each.id == job.me.remote)
    for number in range(later):
        bench.stand_in.post(page, f"Another lamp, {number}", [], [])
    found = bench.provider.look(replace(job, state=None, doubt=job.now))
    assert isinstance(found, Published)
    assert found.id == out.id


def test_what_is_older_than_the_doubt_is_not_read_page_by_page(bench: Bench) -> None:
    connected = bench.connect()
    page = next(each for each in PAGES if each.id == connected.account.remote)
    bench.stand_in.skew = -3600
    for number in range(330):
        bench.stand_in.post(page, f"An old lamp, {number}", [], [])
    bench.stand_in.skew = 0
    job = connected.job(TEXT)
    assert bench.provider.look(replace(job, doubt=job.now)) is None
    assert len(sent(bench, "GET", "/published_posts")) == 1


def test_a_limit_in_the_commit_is_a_refusal_and_trouble_a_doubt(bench: Bench) -> None:
    connected = bench.connect()
    for code, problem in ((4, Retry), (2, Unsure)):
        body = graph(Retry, code, message="Please retry", is_transient=True).body
        bench.stand_in.failures.append(Failure(path="/feed$", status=400, body=body, headers=usage(3)))
        with pytest.raises(problem):
            connected.publish(TEXT)


@given(
    header=st.one_of(
        st.text(), st.sampled_from(["[]", '{"a":1}', '{"a":[1,{"estimated_time_to_regain_access":"x"}]}'])
    )
)
def test_a_strange_header_of_waits_is_no_wait(header: str) -> None:
    from chalicelib.providers.meta import _minutes

    assert list(_minutes(header)) == []


# -- refusals at save ------------------------------------------------------------------------------------

FILM, PHOTO = movie(), picture()[0]


@pytest.mark.parametrize(
    ("entries", "options", "words"),
    [
        ((Entry(text="x" * 63_207),), {}, "63,206"),
        ((Entry(text="x", media=(FILM, PHOTO)),), {}, "one video alone"),
        ((Entry(text="x", media=(PHOTO,) * 11),), {}, "10"),
        ((Entry(text="x" * 131),), {"text_format_preset_id": "1"}, "130"),
        ((Entry(text="x", media=(PHOTO,)),), {"text_format_preset_id": "1"}, "text alone"),
        ((Entry(text="x"),), {"text_format_preset_id": "1", "url": "https://example.com"}, "text alone"),
        ((Entry(text="x", media=(PHOTO,)),), {"post_type": "story"}, "shows no text"),
        ((Entry(text=""),), {"post_type": "story"}, "picture or video is needed"),
        ((Entry(media=(PHOTO,)), Entry(text="c")), {"post_type": "story"}, "no thread and no comments"),
        ((Entry(media=(movie("l.mp4", seconds=61),)),), {"post_type": "story"}, "3 to 60 s"),
        ((Entry(media=(movie("l.mp4", seconds=91),)),), {"video_kind": "reel"}, "3 to 90 s"),
        ((Entry(media=(movie("w.mp4", width=1280, height=720),)),), {"video_kind": "reel"}, "upright"),
        ((Entry(media=(movie("t.mp4", width=270, height=480),)),), {"video_kind": "reel"}, "540x960"),
        ((Entry(media=(movie("q.mov", mime="video/quicktime"),)),), {"video_kind": "reel"}, "reel is MP4"),
        ((Entry(media=(movie("q.mov", mime="video/quicktime"),)),), {"post_type": "story"}, "video/quicktime"),
        ((Entry(text="x"), Entry(text="c", media=(FILM,))), {}, "no videos here"),
        ((Entry(media=(movie("m.mkv", mime="video/x-matroska"),)),), {}, "video/x-matroska"),
    ],
)  # fmt: skip
def test_what_facebook_cannot_do_is_refused_when_it_is_saved(
    bench: Bench, entries: tuple[Entry, ...], options: dict[str, Any], words: str
) -> None:
    account = bench.connect().account
    found = bench.provider.check(entries, account, FacebookOptions(**options))
    assert any(words in complaint.sentence for complaint in found), found


@pytest.mark.parametrize("wrong", [{"url": "ftp://x"}, {"url": "not a link"}, {"text_format_preset_id": "red"}, {"colour": "red"}, {"post_type": "reel"}])  # fmt: skip
def test_options_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        FacebookOptions(**wrong)


def test_numbers_that_are_split_by_kind_are_added_up(bench: Bench) -> None:
    connected = bench.connect()
    receipt: Receipt = connected.publish(TEXT)[0]
    assert bench.provider.metrics(connected.session, receipt) == {
        "post_total_media_view_unique": 12, "post_reactions_by_type_total": 5, "post_clicks": 4,
    }  # fmt: skip


def test_a_post_that_was_deleted_at_facebook_costs_its_numbers_and_not_the_page(bench: Bench) -> None:
    connected = bench.connect()
    receipt: Receipt = connected.publish(TEXT)[0]
    gone = graph(Rejected, 100, 33).body
    bench.stand_in.failures.append(Failure(path="/insights$", status=400, body=gone))
    with pytest.raises(Rejected, match="deleted there"):
        bench.provider.metrics(connected.session, receipt)
    bench.stand_in.failures.append(Failure(path=receipt.id, status=400, body=gone))
    with pytest.raises(Rejected, match="deleted there"):
        bench.provider.delete(connected.session, receipt)


def test_a_right_that_only_numbers_need_asks_nobody_to_reconnect(bench: Bench) -> None:
    connected = bench.connect()
    receipt: Receipt = connected.publish(TEXT)[0]
    bench.stand_in.failures.append(
        Failure(path="/insights$", status=403, body=graph(Rejected, 200).body, times=1)
    )
    with pytest.raises(Rejected, match="does not let Lamppost ask"):
        bench.provider.metrics(connected.session, receipt)
    ended = Failure(path="/insights$", status=400, body=graph(Rejected, 190, 463).body)
    bench.stand_in.failures.append(ended)
    with pytest.raises(Reconnect, match="ended"):
        bench.provider.metrics(connected.session, receipt)


def test_pages_are_read_on_where_only_an_address_names_the_next_ones(bench: Bench) -> None:
    page = {"id": "7001", "name": "First", "access_token": "EAA1"}
    more = "https://graph.facebook.com/v25.0/101/accounts?access_token=secret&limit=100&offset=100&pretty=0"
    first = {"data": [page], "paging": {"next": more}}
    bench.stand_in.failures.append(Failure(path="/me/accounts", status=200, body=first))
    found = [choice.profile.id for choice in bench.connect().choices]
    asked = sent(bench, "GET", "/me/accounts")
    assert found[:2] == ["7001", "5001"]
    assert asked[1]["query"]["offset"] == "100"
    assert not any("access_token" in each["query"] for each in asked)


def test_a_reel_that_is_listed_before_it_is_public_is_not_out(bench: Bench) -> None:
    job = bench.connect().job(CASE.entries["reel"])
    first = bring_out(job)
    assert isinstance(first, Pending)
    listed = {"data": [{"id": first.state["video"], "published": False}]}
    bench.stand_in.failures.append(Failure(path="/video_reels$", method="GET", status=200, body=listed))
    assert bench.provider.look(replace(job, state=first.state, doubt=job.now)) is None


def test_a_page_is_not_written_to_with_the_token_of_another(bench: Bench) -> None:
    connected = bench.connect(0)
    assert isinstance(bench.stand_in, FacebookStandIn)
    connected.token = connected.choices[1].token or connected.token
    with pytest.raises(Reconnect, match="permission"):
        connected.publish(TEXT)
