"""What is special about Reddit: several places in one entry, posts without an id, its own ways of saying no."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chalicelib import clock
from chalicelib.answers import Answer
from chalicelib.healing import bring_out
from chalicelib.models import Delivery, Entry, Pending, Published, Receipt
from chalicelib.problems import Blocked, Reconnect, Rejected, Retry, Unsure
from chalicelib.providers.base import tools
from chalicelib.providers.reddit.faults import told_wait
from chalicelib.providers.reddit.places import RedditOptions
from infra.sandbox.base import Failure
from tests.contract.cases.reddit import COMMIT, errors, places
from tests.contract.harness import Bench, Connected, movie, picture
from tests.providers.crashes import deaths

KEY = "reddit"
WORDS = (Entry(text="The lamps are lit"),)
PICTURE = (Entry(text="Look", media=(picture()[0],)),)
FILM = (Entry(text="A film", media=(movie(), picture("cover.png")[0])),)


def into(*subreddits: str, type: str = "self", **more: Any) -> dict[str, Any]:  # noqa: A002
    return {
        "subreddit": [{"subreddit": name, "title": "The lamps", "type": type, **more} for name in subreddits]
    }


def out(bench: Bench) -> list[str]:
    return [shown.more.get("subreddit", "") for shown in bench.stand_in.shown]


def sent(bench: Bench, path: str) -> list[dict[str, Any]]:
    return [each for each in bench.stand_in.requests if each["path"].startswith(path)]


# -- several subreddits ----------------------------------------------------------------------------------


def test_an_entry_goes_to_every_subreddit_once_and_the_receipt_names_them_all(bench: Bench) -> None:
    (receipt,) = bench.connect().publish(WORDS, into("lamps", "wicks", "lamptalk"))
    assert out(bench) == ["lamps", "wicks", "lamptalk"]
    assert [post["id"] for post in receipt.data["posts"]] == [shown.id for shown in bench.stand_in.shown]


def test_between_two_subreddits_lie_five_seconds(bench: Bench) -> None:
    outcome = bring_out(bench.connect().job(WORDS, options=into("lamps", "wicks")))
    assert isinstance(outcome, Pending)
    assert outcome.after == 5
    assert out(bench) == ["lamps"]


@pytest.mark.parametrize("entries", [WORDS, PICTURE], ids=["words", "a picture"])
def test_a_death_around_any_request_leaves_every_subreddit_with_exactly_one_post(
    bench: Bench, entries: tuple[Entry, ...]
) -> None:
    connected = bench.connect()
    options = into("lamps", "wicks", type="media" if entries is PICTURE else "self")
    for moment in deaths(connected, entries, options):
        assert sorted(out(bench)) == ["lamps", "wicks"], moment
        bench.stand_in.shown.clear()
        bench.stand_in.things.clear()


def test_a_death_around_any_request_leaves_one_comment_under_every_post(bench: Bench) -> None:
    connected, entries = bench.connect(), (*WORDS, Entry(text="More"))
    receipts = connected.publish(WORDS, into("lamps", "wicks"))
    posts = [post["id"] for post in receipts[0].data["posts"]]
    for moment in deaths(connected, entries, into("lamps", "wicks"), index=1, receipts=receipts):
        assert [shown.reply_to for shown in bench.stand_in.shown[2:]] == posts, moment
        del bench.stand_in.shown[2:]
        for name in [name for name in bench.stand_in.things if name.startswith("t1_")]:
            del bench.stand_in.things[name]


def test_one_subreddit_that_refuses_does_not_keep_the_post_from_the_others(bench: Bench) -> None:
    with pytest.raises(Rejected) as caught:
        bench.connect().publish(WORDS, into("lamps", "lamplinks", "wicks"))
    assert out(bench) == ["lamps", "wicks"]
    assert "r/lamplinks: This subreddit does not take this kind of post." in caught.value.sentence
    assert caught.value.sentence.count("Out: https://www.reddit.com/r/") == 2


def test_a_persons_retry_after_a_partial_refusal_posts_only_what_is_missing(bench: Bench) -> None:
    connected = bench.connect()
    job = connected.job(WORDS, options=into("lamps", "lamplinks"))
    with pytest.raises(Rejected):
        connected.bring_out(job)
    steps = delivery_with(bench.saved[-1]).steps
    assert steps is not None
    mended = connected.job(WORDS, options=into("wicks", "lamps"), state=steps["state"])
    published = connected.bring_out(mended)
    assert out(bench) == ["lamps", "wicks"]
    assert published.url == bench.stand_in.things[bench.stand_in.shown[1].id]["address"]


def delivery_with(state: dict[str, Any]) -> Delivery:
    """A failed delivery that kept this state."""
    return Delivery(
        workspace="w", id="d", post="p", account="a", platform="reddit", entries=WORDS, due=clock.now(),
        state="failed", work={"entry": 0, "state": state},
    )  # fmt: skip


def test_a_limit_on_posting_puts_off_the_rest_and_repeats_nothing(bench: Bench) -> None:
    connected = bench.connect()
    first = bring_out(job := connected.job(WORDS, options=into("lamps", "wicks")))
    assert isinstance(first, Pending)
    bench.stand_in.failures.append(
        Failure(path=COMMIT, status=200, body=errors("RATELIMIT", words="Take a break for 9 minutes."))
    )
    with pytest.raises(Retry) as caught:
        bring_out(replace(job, state=first.state))
    assert caught.value.after == 540
    saves = len(bench.saved)
    bench.stand_in.failures.append(Failure(path=COMMIT, status=429))
    with pytest.raises(Retry):
        bring_out(replace(job, state=bench.saved[-1]))
    assert len(bench.saved) == saves, "a save counts as getting on, and these tries did not"
    assert isinstance(bring_out(replace(job, state=bench.saved[-1])), Published)
    assert out(bench) == ["lamps", "wicks"]


def test_a_later_place_shares_the_post_of_an_earlier_one(bench: Bench) -> None:
    wanted = into("lamps")["subreddit"] + into("wicks", type="crosspost", crosspost_of=0)["subreddit"]
    bench.connect().publish(WORDS, {"subreddit": wanted})
    first, second = bench.stand_in.shown
    assert second.more["crosspost_fullname"] == first.id
    assert sent(bench, "/api/submit")[-1]["form"]["kind"] == "crosspost"
    assert not {"url", "text"} & set(sent(bench, "/api/submit")[-1]["form"])


def test_a_comment_stands_under_the_post_of_every_subreddit(bench: Bench) -> None:
    receipts = bench.connect().publish((*WORDS, Entry(text="More")), into("lamps", "wicks"))
    posts = [shown.id for shown in bench.stand_in.shown[:2]]
    assert [shown.reply_to for shown in bench.stand_in.shown[2:]] == posts
    assert len(receipts[1].data["posts"]) == 2


def test_deleting_takes_back_the_post_of_every_subreddit(bench: Bench) -> None:
    connected = bench.connect()
    (receipt,) = connected.publish(WORDS, into("lamps", "wicks"))
    bench.provider.delete(connected.session, receipt)
    assert bench.stand_in.shown == []


def test_the_numbers_of_all_subreddits_are_added(bench: Bench) -> None:
    connected = bench.connect()
    (receipt,) = connected.publish(WORDS, into("lamps", "wicks"))
    assert bench.provider.metrics(connected.session, receipt)["score"] == 14


# -- posts without an id ---------------------------------------------------------------------------------


def test_a_picture_that_was_taken_is_found_in_the_own_list_and_never_sent_again(bench: Bench) -> None:
    bench.stand_in.processing = 6
    (receipt,) = bench.connect().publish(PICTURE, places("media"))
    assert receipt.id == bench.stand_in.shown[0].id
    assert len(sent(bench, "/api/submit")) == 1
    assert len(sent(bench, "/user/ada/submitted")) == 7


def test_a_picture_that_was_taken_but_never_shows_counts_as_out_at_the_subreddits_page(bench: Bench) -> None:
    bench.stand_in.processing = 1000
    (receipt,) = bench.connect().publish(PICTURE, places("media"))
    assert (receipt.id, receipt.url) == ("", "https://www.reddit.com/r/lamps/")
    assert len(sent(bench, "/api/submit")) == 1


def test_a_comment_on_a_post_whose_id_is_not_known_is_refused_with_that_reason(bench: Bench) -> None:
    receipt = Receipt(
        id="", url="https://www.reddit.com/r/lamps/", at=clock.now(), data={"posts": [{"id": ""}]}
    )
    job = bench.connect().job((*PICTURE, Entry(text="More")), 1, (receipt,), places("media"))
    with pytest.raises(Rejected, match="did not name the post"):
        bring_out(job)


def doubted(connected: Connected, entries: tuple[Entry, ...], options: dict[str, Any], mode: str) -> Any:
    """A job whose first commit lost its answer."""
    job = connected.job(entries, options=options)
    connected.bench.stand_in.failures.append(Failure(path=COMMIT, mode=mode))  # type: ignore[arg-type]
    with pytest.raises(Unsure):
        connected.bring_out(job)
    return replace(job, doubt=job.now, state=connected.bench.saved[-1], now=job.now + timedelta(minutes=1))


def test_a_film_that_shows_up_late_is_waited_for_before_anything_is_sent_again(bench: Bench) -> None:
    bench.stand_in.processing = 8
    job = doubted(bench.connect(), FILM, places("media"), "lost")
    assert Connected.bring_out(bench.connect(), job).id == bench.stand_in.shown[0].id
    assert len(sent(bench, "/api/submit")) == 1


def test_a_film_is_looked_for_ten_minutes_and_words_twice_before_they_are_sent_again(bench: Bench) -> None:
    connected = bench.connect()
    for entries, kind, least, looks in ((FILM, "media", 480, 12), (WORDS, "self", 15, 2)):
        bench.stand_in.requests.clear()
        job, waited = doubted(connected, entries, places(kind), "drop"), 0.0
        while isinstance(outcome := bring_out(job), Pending) and not bench.stand_in.shown:
            waited += outcome.after
            job = replace(job, state=outcome.state, now=job.now + timedelta(seconds=outcome.after))
        assert waited >= least
        assert len(sent(bench, "/user/ada/submitted")) == looks
        assert len(bench.stand_in.shown) == 1
        bench.stand_in.shown.clear()


def test_another_title_another_subreddit_or_an_older_post_is_not_the_lost_one(bench: Bench) -> None:
    connected = bench.connect()
    connected.publish(WORDS, into("lamps"))
    bench.stand_in.things[bench.stand_in.shown[0].id]["created_utc"] -= 3600
    connected.publish(WORDS, into("wicks"))
    connected.publish(WORDS, {"subreddit": [{"subreddit": "lamps", "title": "Other lamps", "type": "self"}]})
    job = doubted(connected, WORDS, into("lamps"), "drop")
    first = bench.provider.look(job)
    assert isinstance(first, Pending)
    assert bench.provider.look(replace(job, state=first.state)) is None
    job = doubted(connected, WORDS, into("LAMPS"), "lost")
    assert isinstance(bench.provider.look(job), Published)


def test_a_busy_account_hides_no_lost_post(bench: Bench) -> None:
    connected = bench.connect()
    lost = connected.bring_out(connected.job(WORDS, options=into("lamps")))
    for number in range(60):
        noise = {"subreddit": [{"subreddit": "wicks", "title": f"Noise {number}", "type": "self"}]}
        connected.bring_out(connected.job(WORDS, options=noise))
    job = connected.job(WORDS, options=into("lamps"))
    assert connected.bring_out(replace(job, doubt=job.now)).id == lost.id
    pages = [each["query"] for each in sent(bench, "/oauth.reddit.com/user/ada") or sent(bench, "/user/")]
    assert [bool(page.get("after")) for page in pages] == [False, True, True]
    assert out(bench).count("lamps") == 1


def test_a_comment_that_says_the_same_as_the_one_before_is_another(bench: Bench) -> None:
    connected, entries = bench.connect(), (*WORDS, Entry(text="More"), Entry(text="More"))
    receipts = connected.publish(entries[:2], into("lamps"))
    job = connected.job(entries, 2, receipts, into("lamps"))
    assert connected.bring_out(replace(job, doubt=job.now)).id != receipts[1].id
    assert len(bench.stand_in.shown) == 3


def test_words_with_ampersands_are_recognised_when_they_are_looked_for(bench: Bench) -> None:
    options = {"subreddit": [{"subreddit": "lamps", "title": "Wicks & <wax>", "type": "self"}]}
    job = doubted(bench.connect(), WORDS, options, "lost")
    assert isinstance(bench.provider.look(job), Published)


# -- files -----------------------------------------------------------------------------------------------


def test_a_death_in_any_upload_goes_on_with_that_file(bench: Bench) -> None:
    connected = bench.connect()
    entries = (Entry(media=tuple(picture(f"{n}.png", width=50 + n)[0] for n in range(3))),)
    job = connected.job(entries, options=places("gallery"))
    bench.stand_in.failures.append(Failure(path="s3-accelerate", mode="answer", status=200, times=1))
    bench.stand_in.failures.append(Failure(path="s3-accelerate", mode="drop", times=1))
    with pytest.raises(Retry):
        bring_out(job)
    kept = bench.saved[-1]["assets"]
    assert len(kept) == 1
    bench.stand_in.assets[kept[0]["id"]]["size"] = 1  # what the first answer claimed
    assert isinstance(bring_out(replace(job, state=bench.saved[-1])), Published)
    assert len(sent(bench, "/api/media/asset.json")) == 4


def test_with_little_time_left_the_upload_goes_on_in_the_next_invocation(bench: Bench) -> None:
    outcome = bring_out(bench.connect().job(PICTURE, options=places("media"), seconds_left=lambda: 12.0))
    assert isinstance(outcome, Pending)
    assert outcome.after == 1
    assert not sent(bench, "/api/media")


def test_storage_that_refuses_a_lease_gets_one_new_one(bench: Bench) -> None:
    xml = {"Content-Type": "application/xml"}
    refusal = Failure(
        path="s3-accelerate", status=403, body="<Error><Code>Expired</Code></Error>", headers=xml
    )
    connected = bench.connect()
    bench.stand_in.failures.append(refusal)
    connected.publish(PICTURE, places("media"))
    assert len(sent(bench, "/api/media/asset.json")) == 2
    refusal.times = 2
    bench.stand_in.failures.append(refusal)
    with pytest.raises(Rejected):
        connected.publish(PICTURE, places("media"))


def test_a_file_that_is_too_large_for_storage_is_refused_at_once(bench: Bench) -> None:
    body = "<Error><Code>EntityTooLarge</Code><MaxSizeAllowed>9</MaxSizeAllowed></Error>"
    bench.stand_in.failures.append(Failure(path="s3-accelerate", status=400, body=body))
    with pytest.raises(Rejected, match="too large"):
        bench.connect().publish(PICTURE, places("media"))
    assert len(sent(bench, "/api/media/asset.json")) == 1


def test_a_film_arrives_whole_and_only_a_range_of_it_is_ever_held(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    ranges: list[int] = []
    connected = bench.connect()
    job = connected.job(FILM, options=places("media"))
    read = type(job.files[0]).read

    def watched(self: Any, start: int = 0, end: int | None = None) -> bytes:
        if self.media.kind == "video":
            assert end is not None
            ranges.append(end - start)
        return read(self, start, end)

    monkeypatch.setattr("chalicelib.streams.stream.__defaults__", (1 << 20,))
    monkeypatch.setattr(type(job.files[0]), "read", watched)
    connected.bring_out(job)
    film = next(file for file in bench.stand_in.shown[0].media if file["mime"] == "video/mp4")
    assert film["size"] == FILM[0].media[0].size == sum(ranges)
    assert max(ranges) <= 1 << 20


# -- what is asked for, as it is sent --------------------------------------------------------------------


def test_marks_and_a_flair_of_ones_own_are_sent(bench: Bench) -> None:
    flair = {"id": "f-own", "name": "Own words", "text": "Home made"}
    bench.connect().publish(WORDS, into("lanterns", flair=flair, nsfw=True, spoiler=True, sendreplies=False))
    form = sent(bench, "/api/submit")[0]["form"]
    assert {form[name] for name in ("nsfw", "spoiler")} == {"true"}
    assert (form["sendreplies"], form["flair_id"], form["flair_text"]) == ("false", "f-own", "Home made")
    assert (form["resubmit"], form["validate_on_submit"], form["api_type"]) == ("true", "true", "json")


def test_every_call_says_who_calls_and_storage_gets_no_token(bench: Bench) -> None:
    connected = bench.connect()
    connected.publish(PICTURE, places("media"))
    bench.provider.refresh(connected.session)
    bench.provider.revoke(connected.session)
    for request in bench.stand_in.requests:
        if (
            request["path"] != "/api/v1/authorize"
            and request["host"] != "reddit-uploaded-media.s3-accelerate.amazonaws.com"
        ):
            assert request["headers"]["User-Agent"] == "sandbox-reddit-user-agent", request["path"]
    storage = [each for each in bench.stand_in.requests if "s3-accelerate" in each["host"]]
    assert storage
    assert not [each for each in storage if "Authorization" in each["headers"]]


def test_a_gif_without_a_name_is_leased_as_a_gif(bench: Bench) -> None:
    gif = picture()[0].model_copy(update={"kind": "gif", "mime": "image/gif", "name": ""})
    bench.connect().publish((Entry(text="Look", media=(gif,)),), into("lamps", type="media"))
    (lease,) = sent(bench, "/api/media/asset")
    assert lease["form"] == {"filepath": "file.gif", "mimetype": "image/gif"}


def test_a_code_with_its_odd_ending_is_taken(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    pressed = bench.press
    monkeypatch.setattr(
        bench, "press", lambda *given, **more: {"code": pressed(*given, **more)["code"] + "#_"}
    )
    assert bench.connect().token.access


def test_without_an_operators_name_the_agent_names_the_app_and_the_account(bench: Bench) -> None:
    bench.app["REDDIT_USER_AGENT"] = ""
    bench.connect().publish(WORDS, places("self"))
    agent = sent(bench, "/api/submit")[0]["headers"]["User-Agent"]
    assert agent == "web:lamppost.sandbox-reddit-client-id:v1 (by /u/ada)"


# -- signing in ------------------------------------------------------------------------------------------


def test_a_refused_grant_comes_with_a_200_and_still_asks_for_the_person(bench: Bench) -> None:
    connected = bench.connect()
    bench.stand_in.refreshing.clear()
    with pytest.raises(Reconnect):
        bench.provider.refresh(connected.session)
    assert bench.stand_in.requests[-1]["status"] == 200


def test_wrong_app_credentials_are_the_operators_trouble(bench: Bench) -> None:
    bench.app["REDDIT_CLIENT_SECRET"] = "wrong"
    with pytest.raises(Blocked):
        bench.connect()


def test_a_refresh_token_is_kept_where_the_answer_repeats_none(bench: Bench) -> None:
    connected = bench.connect()
    body = {"access_token": "new", "token_type": "bearer", "expires_in": 3600, "scope": "identity submit"}
    bench.stand_in.failures.append(Failure(path="access_token", status=200, body=body))
    fresh = bench.provider.refresh(connected.session)
    assert (fresh.access, fresh.refresh) == ("new", connected.token.refresh)


def test_a_suspended_account_is_not_connected(bench: Bench) -> None:
    body = {"id": "1", "name": "ada", "is_suspended": True}
    bench.stand_in.failures.append(Failure(path="/api/v1/me", status=200, body=body))
    with pytest.raises(Reconnect, match="suspended"):
        bench.connect()


def test_the_picture_comes_without_its_query(bench: Bench) -> None:
    account = bench.connect().account
    assert account.picture.endswith("/_sandbox/face/ada.svg")
    assert account.handle == "u/ada"


# -- how answers are judged ------------------------------------------------------------------------------


@given(st.integers(1, 600), st.sampled_from(["millisecond", "second", "minute", "hour"]))
def test_the_wait_is_read_from_reddits_sentence(number: int, unit: str) -> None:
    words = f"Looks like you've been doing that a lot. Take a break for {number} {unit}s before trying again."
    found = told_wait(Answer(response(errors("RATELIMIT", words=words)), "Reddit"))
    assert found == pytest.approx(
        number * {"millisecond": 0.001, "second": 1, "minute": 60, "hour": 3600}[unit]
    )


def response(body: Any) -> httpx2.Response:
    return httpx2.Response(200, json=body)


def test_reddits_own_words_stand_under_the_sentence(bench: Bench) -> None:
    with pytest.raises(Rejected) as caught:
        bench.connect().publish(WORDS, into("lamplinks"))
    assert caught.value.words == "this subreddit doesn't allow text posts (NO_SELFS)"


def test_the_budgets_reset_counts_only_where_the_budget_is_the_trouble(bench: Bench) -> None:
    bench.stand_in.failures.append(
        Failure(path="/api/media/asset", status=503, headers={"x-ratelimit-reset": "590"})
    )
    with pytest.raises(Retry) as caught:
        bench.connect().publish(PICTURE, places("media"))
    assert caught.value.after is None


# -- what is refused when it is saved --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"subreddit": []}, "at least one subreddit"),
        (into("no such name!"), "not the name of a subreddit"),
        (into("lamps", title="x"), "2 to 300 characters"),
        (into("lamps", title="x" * 301), "2 to 300 characters; this has 301"),
        (into("lamps", type="link"), "needs an address"),
        (into("lamps", type="link", url="example.com"), "needs an address"),
        (into("lamps", type="crosspost"), "which post is shared"),
        (into("lamps", type="crosspost", crosspost_of="abc"), "not the id of a post"),
        (into("lamps", type="crosspost", crosspost_of=0), "only an earlier place"),
        (into("lanterns", is_flair_required=True), "wants a flair"),
        (into("lamps", "/r/Lamps"), "twice with the same title"),
    ],
)
def test_wrong_options_are_refused_with_a_sentence(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        RedditOptions.model_validate(given)


@pytest.mark.parametrize(
    ("kind", "media", "sentence"),
    [
        ("self", (picture()[0],), "takes no files"),
        ("link", (picture()[0],), "takes no files"),
        ("media", (), "one picture, one GIF, or one video"),
        ("media", (picture()[0], picture("b.png", width=9)[0]), "one picture, one GIF, or one video"),
        ("media", (movie(),), "needs a cover"),
        ("media", (movie(), movie("b.mp4"), picture()[0]), "1 videos at the most"),
        ("gallery", (picture()[0],), "2 to 20 pictures"),
        ("gallery", (picture()[0], movie()), "2 to 20 pictures"),
        ("media", (movie(seconds=901), picture()[0]), "901.0 s"),
        ("media", (movie(mime="video/webm"), picture()[0]), "video/webm"),
    ],
)
def test_files_that_a_kind_of_post_cannot_hold_are_complained_about(
    bench: Bench, kind: str, media: Any, sentence: str
) -> None:
    options = RedditOptions.model_validate(into("lamps", type=kind, url="https://example.com"))
    said = bench.provider.check((Entry(text="x", media=media),), bench.connect().account, options)
    assert any(sentence in complaint.sentence for complaint in said), said


def test_a_comment_takes_no_files_and_ten_thousand_characters(bench: Bench) -> None:
    options, account = RedditOptions.model_validate(into("lamps")), bench.connect().account
    entries = (*WORDS, Entry(text="x" * 10_001), Entry(text="x", media=(picture()[0],)), Entry(text=" "))
    said = [each.sentence for each in bench.provider.check(entries, account, options)]
    assert len(said) == 3
    assert "10,000" in said[0]


@given(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_]{2,18}", fullmatch=True))
def test_a_subreddit_is_the_same_however_it_is_written(name: str) -> None:
    ways = (name, f"r/{name}", f"/r/{name}/", f"https://www.reddit.com/r/{name}/", f" {name} ")
    found = {RedditOptions.model_validate(into(way)).subreddit[0].subreddit for way in ways}
    assert found == {name}
    assert RedditOptions.model_validate(into(f"/u/{name}")).subreddit[0].shown == f"u/{name}"


def test_options_are_read_as_postiz_wraps_them() -> None:
    wrapped = {"value": {"subreddit": "/r/lamps", "title": "Hi", "type": "text", "url": "", "flair": None}}
    (place,) = RedditOptions.model_validate({"subreddit": [wrapped]}).subreddit
    assert (place.subreddit, place.type) == ("lamps", "self")


# -- pick lists ------------------------------------------------------------------------------------------


def test_subreddits_are_found_by_a_word_and_only_public_ones(bench: Bench) -> None:
    session = bench.connect().session
    found = bench.provider.subreddits(session, word="lamp")  # type: ignore[attr-defined]
    names = [each["id"] for each in found]
    assert "lamps" in names
    assert "lampclub" not in names
    mine = bench.provider.subreddits(session)  # type: ignore[attr-defined]
    assert [each["name"] for each in mine] == ["/r/lamps", "/r/lanterns"]


def test_restrictions_name_kinds_flairs_and_whether_one_is_needed(bench: Bench) -> None:
    session = bench.connect().session
    (strict,) = bench.provider.restrictions(session, subreddit="/r/lanterns")  # type: ignore[attr-defined]
    assert strict["is_flair_required"] is True
    assert [flair["id"] for flair in strict["flairs"]] == ["f-news", "f-own"]
    (words,) = bench.provider.restrictions(session, subreddit="lamptalk")  # type: ignore[attr-defined]
    assert (words["allow"], words["flairs"], words["is_flair_required"]) == (["self"], [], False)


def test_the_tools_describe_themselves(bench: Bench) -> None:
    assert set(tools(bench.provider)) == {"subreddits", "restrictions"}
