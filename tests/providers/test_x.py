"""X: signatures, both ways of signing in, uploads that resume, options, and finding a post again."""

import hashlib
import tracemalloc
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from chalicelib import clock, healing
from chalicelib.models import Entry, Media, Pending, Published, Receipt, Token
from chalicelib.problems import Blocked, Duplicate, Expired, Reconnect, Rejected, Retry, Unsure
from chalicelib.providers.x import X
from chalicelib.providers.x.options import XOptions
from chalicelib.providers.x.uploads import CHUNK
from chalicelib.sessions import Session
from chalicelib.signin import OAuth1, OAuth2
from chalicelib.wire import Wire
from infra.sandbox import Sandbox
from infra.sandbox.base import Failure
from infra.sandbox.x.signing import parameters, signature, to_sign
from tests.contract.cases import case
from tests.contract.harness import FILES, Bench, Connected, MemoryFile, movie, picture

KEY = "x"
TWO = {"X_AUTH_MODE": "oauth2", "STRIP_LINKS_FROM_X_POSTS": "", "DISABLE_X_ANALYTICS": ""}


@pytest.fixture
def two(sandbox: Sandbox) -> Bench:
    """A bench that signs in by OAuth 2.0."""
    sandbox["x"].reset()
    return Bench("x", replace(case("x"), app=TWO), sandbox)


def test_forms_of_secrets_decide_the_way_of_signing_in() -> None:
    def way(**app: str) -> Any:
        session = Session(provider=X(), wire=Wire(), app=app, now=clock.now())
        return type(X().auth_for(session)), X().missing(app)

    assert way() == (OAuth1, ["X_API_KEY", "X_API_SECRET"])
    assert way(X_API_KEY="k", X_API_SECRET="s") == (OAuth1, [])
    assert way(X_CLIENT_ID="k") == (OAuth2, ["X_CLIENT_SECRET"])
    assert way(X_API_KEY="k", X_API_SECRET="s", X_CLIENT_ID="i", X_CLIENT_SECRET="s") == (OAuth1, [])
    both = {"X_API_KEY": "k", "X_CLIENT_ID": "i", "X_CLIENT_SECRET": "s"}
    assert way(X_AUTH_MODE="oauth2", **both) == (OAuth2, [])


def test_only_what_oauth2_grants_is_renewed_by_itself() -> None:
    assert not X().renews(Token(access="a", secret="s"))
    assert X().renews(Token(access="a", refresh="r"))


# -- signatures -------------------------------------------------------------------------------------------

# The example of X's own page “Creating a signature”.
NONCE, MOMENT = "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg", "1318622958"
CONSUMER = ("xvz1evFS4wEEPTGEFPHBog", "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw")
ACCESS = (
    "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb",
    "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE",
)
THERE = "https://api.twitter.com/1.1/statuses/update.json"
SAID = "Hello Ladies + Gentlemen, a signed OAuth request!"
SIGNATURE = "hCtSmYh+iHYCEqBWrE7C7hYmtUk="


def signing(consumer: tuple[str, str] = CONSUMER, access: tuple[str, str] = ACCESS) -> Session:
    token = Token(access=access[0], secret=access[1])
    app = dict(zip(("X_API_KEY", "X_API_SECRET"), consumer, strict=True))
    return Session(provider=X(), wire=Wire(), app=app, now=clock.now(), token=token)


def test_our_signature_is_the_one_of_the_example(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("authlib.oauth1.rfc5849.client_auth.generate_nonce", lambda: NONCE)
    monkeypatch.setattr("authlib.oauth1.rfc5849.client_auth.generate_timestamp", lambda: MOMENT)
    url = str(httpx2.URL(THERE, params={"include_entities": "true", "status": SAID}))
    header = X.auth.sign(signing(), "POST", url)["Authorization"]
    assert parameters(header)["oauth_signature"] == SIGNATURE


def test_the_stand_in_checks_signatures_as_the_example_says() -> None:
    oauth = {
        "oauth_consumer_key": CONSUMER[0], "oauth_nonce": NONCE, "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": MOMENT, "oauth_token": ACCESS[0], "oauth_version": "1.0",
    }  # fmt: skip
    form = "status=Hello%20Ladies%20%2b%20Gentlemen%2c%20a%20signed%20OAuth%20request%21"
    signed = to_sign(oauth, "include_entities=true", form)
    assert signature("POST", THERE, signed, (CONSUMER[1], ACCESS[1])) == SIGNATURE
    assert signature("GET", THERE, signed, (CONSUMER[1], ACCESS[1])) != SIGNATURE


# X has no parameter of its own that begins like OAuth's, and Authlib refuses to sign one.
NAMES = st.text(min_size=1).filter(lambda name: not name.startswith("oauth_"))


@given(st.dictionaries(NAMES, st.text(), max_size=4), st.sampled_from(["GET", "POST", "DELETE"]))
def test_any_query_is_signed_as_the_rfc_says(query: dict[str, str], method: str) -> None:
    url = httpx2.URL("https://api.x.com/2/tweets", params=query)
    oauth = parameters(X.auth.sign(signing(), method, str(url))["Authorization"])
    signed = to_sign(oauth, url.query.decode(), "")
    wanted = signature(method, "https://api.x.com/2/tweets", signed, (CONSUMER[1], ACCESS[1]))
    assert oauth["oauth_signature"] == wanted


def test_a_wrong_secret_is_refused_by_the_stand_in(bench: Bench) -> None:
    connected = bench.connect()
    connected.token = connected.token.model_copy(update={"secret": "another"})
    with pytest.raises(Expired):
        connected.publish((Entry(text="Forged"),))
    assert bench.stand_in.shown == []


# -- signing in -------------------------------------------------------------------------------------------


def test_by_oauth2_an_account_posts_refreshes_and_ends(two: Bench) -> None:
    connected = two.connect()
    assert connected.token.refresh
    assert connected.token.secret is None
    connected.publish((Entry(text="By OAuth 2.0", media=(picture()[0], movie())[:1]),))
    used = connected.token.refresh
    two.stand_in.expire_tokens()
    with pytest.raises(Expired):
        connected.publish((Entry(text="Too late"),))
    connected.token = two.provider.refresh(connected.session)
    assert connected.token.refresh != used
    connected.publish((Entry(text="In time"),))
    two.provider.revoke(connected.session)
    with pytest.raises(Expired):
        connected.publish((Entry(text="Revoked"),))
    assert [shown.text for shown in two.stand_in.shown] == ["By OAuth 2.0", "In time"]


def test_a_scope_left_out_on_the_consent_page_asks_for_the_person(two: Bench) -> None:
    connected = two.connect(without="media.write")
    with pytest.raises(Reconnect):
        connected.publish((Entry(text="With a picture", media=(picture()[0],)),))


def test_an_account_keeps_its_way_when_the_operator_changes_theirs(bench: Bench) -> None:
    connected = bench.connect()
    connected.app = {**connected.app, **TWO}
    connected.publish((Entry(text="Still signed by OAuth 1.0a"),))
    assert bench.stand_in.requests[-1]["headers"]["Authorization"].startswith("OAuth ")


def test_an_oauth1_account_that_is_refused_can_only_be_reconnected(bench: Bench) -> None:
    connected = bench.connect()
    with pytest.raises(Reconnect):
        bench.provider.refresh(connected.session)


@pytest.mark.parametrize(
    ("code", "mark"), [(415, "callback address"), (32, "API key")]
)  # what only the operator can mend must not look like the person's fault
def test_a_wrongly_made_app_is_the_operators_matter(bench: Bench, code: int, mark: str) -> None:
    bench.stand_in.failures.append(
        Failure(path="request_token", status=401 if code == 32 else 403, body={"errors": [{"code": code}]})
    )
    with pytest.raises(Blocked, match=mark):
        bench.connect()


def test_the_profile_tells_the_plan(bench: Bench) -> None:
    assert bench.connect(0).account.data["premium"] is False
    assert bench.connect(1).account.data["premium"] is True


def test_a_plan_that_x_leaves_empty_is_none(bench: Bench) -> None:
    who = {"data": {"id": "1", "username": "ada", "subscription_type": ""}}
    bench.stand_in.failures.append(Failure(path="/2/users/me", status=200, body=who))
    assert bench.connect(0).account.data["premium"] is False


def test_only_a_clear_no_of_the_token_endpoint_costs_the_access(two: Bench) -> None:
    connected = two.connect()
    page = Failure(path="/2/oauth2/token", status=403, body="<html>blocked</html>")
    busy = Failure(path="/2/oauth2/token", status=400, body={"error": "temporarily_unavailable"})
    slow = Failure(path="/2/oauth2/token", status=408, body={"title": "Request Timeout"})
    for passing in (page, busy, slow):
        two.stand_in.failures.append(passing)
        with pytest.raises(Retry):
            two.provider.refresh(connected.session)
    two.stand_in.failures.append(
        Failure(path="/2/oauth2/token", status=400, body={"error": "invalid_request"})
    )
    with pytest.raises(Reconnect):
        two.provider.refresh(connected.session)


# -- options ----------------------------------------------------------------------------------------------


def sent(bench: Bench) -> list[dict[str, Any]]:
    posts = [seen for seen in bench.stand_in.requests if seen["path"] == "/2/tweets"]
    return [seen["body"] for seen in posts if seen["method"] == "POST"]


def test_only_the_first_part_carries_what_belongs_to_the_post(bench: Bench) -> None:
    options = {
        "who_can_reply_post": "verified", "community": "https://x.com/i/communities/77", "made_with_ai": True,
        "share_with_followers": True, "poll": {"options": ["a", "b"], "duration_minutes": 5},
    }  # fmt: skip
    receipts = bench.connect().publish((Entry(text="One"), Entry(text="Two")), options)
    assert sent(bench) == [
        {
            "text": "One", "made_with_ai": True, "reply_settings": "verified", "community_id": "77",
            "share_with_followers": True, "poll": {"options": ["a", "b"], "duration_minutes": 5},
        },
        {"text": "Two", "made_with_ai": True, "reply": {"in_reply_to_tweet_id": receipts[0].id}},
    ]  # fmt: skip


def test_everyone_may_reply_where_nothing_is_said(bench: Bench) -> None:
    bench.connect().publish((Entry(text="Plain"),))
    assert sent(bench) == [{"text": "Plain"}]


def test_a_post_of_ones_own_is_quoted_by_its_address(bench: Bench) -> None:
    connected = bench.connect()
    first = connected.publish((Entry(text="First"),))[0]
    connected.publish((Entry(text="See above"),), {"quote": first.url + "?s=20"})
    assert sent(bench)[-1] == {"text": "See above", "quote_tweet_id": first.id}


def test_a_strangers_post_is_not_quoted(bench: Bench) -> None:
    with pytest.raises(Rejected, match="only your own"):
        bench.connect().publish((Entry(text="Look"),), {"quote": "20"})


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"community": "https://example.com/1"}, "community is named by its address"),
        ({"quote": "my last post"}, "post is named by its address"),
        ({"repost": "https://x.com/somebody"}, "post is named by its address"),
        ({"poll": {"options": ["one"]}}, "2 to 4 answers"),
        ({"poll": {"options": ["a" * 26, "b"]}}, "1 to 25 characters"),
        ({"poll": {"options": ["a", "b"], "duration_minutes": 4}}, "5 to 10,080 minutes"),
        ({"quote": "20", "repost": "20"}, "only one of these"),
        ({"share_with_followers": True}, "Name the community"),
        ({"post_type": "article"}, "no articles"),
        ({"active_thread_finisher": True, "thread_finisher": "Bye"}, "last part of the thread"),
    ],
)
def test_options_that_x_refuses_are_refused_with_a_sentence(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        XOptions.model_validate(options)


def gif(width: int, height: int) -> Media:
    return Media(
        id="g", kind="gif", mime="image/gif", key="g", size=9, name="g.gif", width=width, height=height
    )


@pytest.mark.parametrize(
    ("entry", "options", "sentence"),
    [
        (Entry(text="日" * 141), {}, "The text is 282 long as X counts; 280 is the most."),
        (Entry(text="Buy $LAMP and $WICK"), {}, "X takes one cashtag ($…) in a post; there are 2."),
        (Entry(text="Odd \ufeff mark"), {}, "X does not take the characters U+FFFE, U+FEFF and U+FFFF"),
        (Entry(text="What?", media=(picture()[0],)), {"poll": {"options": ["a", "b"]}}, "A poll on X stands without"),
        (Entry(text="Again"), {"repost": "20"}, "A repost on X has no text"),
        (Entry(text="See", media=(picture()[0],)), {"quote": "20"}, "either files or a quoted post"),
        (Entry(text="Film", media=(movie(seconds=141),)), {}, "141.0 s long; X takes 0.5 to 140 s."),
        (Entry(text="Film", media=(movie(width=1000, height=300),)), {}, "X takes videos from 1:3 to 3:1."),
        (Entry(text="Film", media=(movie(width=30, height=31),)), {}, "from 32×32 on"),
        (Entry(text="GIF", media=(gif(1281, 800),)), {}, "at most 1280×1080"),
        (Entry(text="Both", media=(picture()[0], movie())), {}, "together in one entry"),
    ],
)  # fmt: skip
def test_what_x_cannot_do_is_said_when_the_post_is_saved(
    bench: Bench, entry: Entry, options: dict[str, Any], sentence: str
) -> None:
    account = bench.connect().account
    said = bench.provider.check((entry,), account, XOptions.model_validate(options))
    assert any(sentence in complaint.sentence for complaint in said), said


def test_a_price_is_no_cashtag(bench: Bench) -> None:
    entry = Entry(text="From $5 to $10, or US$LAMP: $LAMP")
    assert bench.provider.check((entry,), bench.connect().account, XOptions()) == []


def test_a_repost_has_no_thread(bench: Bench) -> None:
    options = XOptions(repost="20")
    said = bench.provider.check((Entry(), Entry(text="More")), bench.connect().account, options)
    assert "single entry" in said[0].sentence


# -- uploads ----------------------------------------------------------------------------------------------


def segments(bench: Bench) -> list[int]:
    appended = [seen for seen in bench.stand_in.requests if seen["path"].endswith("/append")]
    return [int(seen["form"]["segment_index"]) for seen in appended if seen["status"] == 200]


FILM = movie("long.mp4", size=4 * CHUNK + 17)


@pytest.mark.parametrize("crash", range(5))
@pytest.mark.parametrize("mode", ["drop", "lost"])
def test_a_crash_in_any_chunk_resumes_at_that_chunk(bench: Bench, crash: int, mode: Any) -> None:
    connected, saved = bench.connect(), list[dict[str, Any]]()
    job = connected.job(
        (Entry(text="A film", media=(FILM,)),), save=lambda state: saved.append(deepcopy(state))
    )
    never = Failure(path="nowhere", times=crash)
    bench.stand_in.failures[:] = [never, Failure(path="/append$", mode=mode)]
    bench.stand_in._ordered = _after(bench, crash)  # the failure meets chunk number `crash`
    with pytest.raises(Retry):
        connected.bring_out(job)
    del bench.stand_in._ordered
    bench.stand_in.failures.clear()
    before = len(segments(bench))
    connected.bring_out(replace(job, state=saved[-1]))
    assert segments(bench)[before:] == list(range(crash, 5))
    [upload] = bench.stand_in.uploads.values()
    data = FILES[FILM.id]
    assert [upload["chunks"][n][1] for n in range(5)] == [
        hashlib.sha256(data[n * CHUNK : (n + 1) * CHUNK]).hexdigest() for n in range(5)
    ]
    assert len(bench.stand_in.shown) == 1


def _after(bench: Bench, chunks: int) -> Any:
    """The stand-in's failures, held back until so many chunks have come."""
    left = [chunks]

    def ordered(request: Any) -> Failure | None:
        if not request.path.endswith("/append"):
            return None
        left[0] -= 1
        return None if left[0] >= 0 else type(bench.stand_in)._ordered(bench.stand_in, request)

    return ordered


def test_what_does_not_fit_one_invocation_goes_on_in_the_next(bench: Bench) -> None:
    connected = bench.connect()
    left = iter([300.0, 300.0, 19.0])
    job = connected.job((Entry(text="A film", media=(FILM,)),), seconds_left=lambda: next(left))
    pending = healing.bring_out(job)
    assert isinstance(pending, Pending)
    assert pending.after == 1
    assert segments(bench) == [0, 1]
    connected.bring_out(replace(job, state=deepcopy(pending.state), seconds_left=lambda: 300.0))
    assert segments(bench) == [0, 1, 2, 3, 4]


def test_a_film_is_waited_for_as_long_as_x_says_and_never_in_the_lambda(bench: Bench) -> None:
    connected = bench.connect()
    job = connected.job((Entry(text="A film", media=(FILM,)),))
    first = healing.bring_out(job)
    assert isinstance(first, Pending)
    second = healing.bring_out(replace(job, state=first.state))
    assert isinstance(second, Pending)
    assert (first.after, second.after) == (1, 2)
    assert isinstance(healing.bring_out(replace(job, state=second.state)), Published)


def test_a_film_that_x_cannot_read_is_rejected_in_its_words(bench: Bench) -> None:
    connected = bench.connect()
    job = connected.job((Entry(text="A film", media=(FILM,)),))
    pending = healing.bring_out(job)
    assert isinstance(pending, Pending)
    next(iter(bench.stand_in.uploads.values()))["state"] = "failed"
    with pytest.raises(Rejected, match="file is corrupt"):
        healing.bring_out(replace(job, state=pending.state))


def test_pictures_that_are_there_are_not_sent_again(bench: Bench) -> None:
    connected, saved = bench.connect(), list[dict[str, Any]]()
    media = tuple(picture(f"{n}.png", width=90 + n)[0] for n in range(3))
    job = connected.job((Entry(media=media),), save=lambda state: saved.append(deepcopy(state)))
    bench.stand_in.failures.append(Failure(path="/2/tweets", status=429))
    with pytest.raises(Retry):
        connected.bring_out(job)
    connected.bring_out(replace(job, state=saved[-1]))
    assert len(bench.stand_in.uploads) == 3


def test_files_that_x_has_forgotten_meanwhile_are_sent_anew(bench: Bench) -> None:
    connected, saved = bench.connect(), list[dict[str, Any]]()
    job = connected.job((Entry(media=(picture()[0],)),), save=lambda state: saved.append(deepcopy(state)))
    bench.stand_in.failures.append(Failure(path="/2/tweets", status=429))
    with pytest.raises(Retry):
        connected.bring_out(job)
    connected.bring_out(replace(job, state=saved[-1], now=job.now + timedelta(hours=24)))
    assert len(bench.stand_in.uploads) == 2


def test_descriptions_reach_the_readers(bench: Bench) -> None:
    media = picture("a.png", alt="A lamp in the rain")[0], picture("b.png", alt="", width=90)[0]
    bench.connect().publish((Entry(media=media),))
    assert [file["alt"] for file in bench.stand_in.shown[0].media] == ["A lamp in the rain", ""]


class Endless(MemoryFile):
    """A film that is nowhere in memory: its bytes are made as they are read."""

    def read(self, start: int = 0, end: int | None = None) -> bytes:
        return b"\x5a" * (min(end or self.media.size, self.media.size) - start)


def test_a_large_film_is_never_whole_in_memory(bench: Bench) -> None:
    connected = bench.connect()
    film = Media(
        id="big", kind="video", mime="video/mp4", key="big", size=48 * CHUNK, name="big.mp4", seconds=60
    )
    job = replace(connected.job((Entry(text="Big", media=(film,)),)), files=(Endless(film),))
    tracemalloc.start()
    connected.bring_out(job)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 * CHUNK, f"{peak:,} bytes at the peak"  # both ends of the line are in this process
    assert sum(size for size, _ in bench.stand_in.shown[0].media[0]["chunks"].values()) == film.size


# -- finding a post again ---------------------------------------------------------------------------------


def test_a_timeline_too_busy_to_be_read_back_to_the_doubt_is_for_a_person_to_look_at(bench: Bench) -> None:
    connected = bench.connect()
    for number in range(100):
        connected.publish((Entry(text=f"Another lamp, {number}"),))
    with pytest.raises(Unsure, match="Too much"):
        look(connected, (Entry(text="A lamp"),))


def look(connected: Connected, entries: tuple[Entry, ...], index: int = 0, **more: Any) -> Published | None:
    job = connected.job(entries, index, doubt=clock.now(), **more)
    found = connected.bench.provider.look(job)
    assert found is None or isinstance(found, Published)
    return found


WORDS = st.sampled_from(
    ["lamp", "&", "<b>", "&amp;", "é", "é", "👨‍👩‍👧", "日本", "example.com", "https://example.com/ü?a=b&c=d#e",
     "HTTP://Example.COM/", "münchen.de/straße", "@ada", "#lamp", "\n\n", "  ", "“q”", "https://t.co/abc"]
)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(WORDS, min_size=1, max_size=9), filed=st.booleans())
def test_whatever_was_written_is_found_again(bench: Bench, words: list[str], filed: bool) -> None:
    bench.stand_in.reset()
    connected = bench.connect()
    entries = (Entry(text=" ".join(["Lamp", *words]), media=(picture()[0],) if filed else ()),)
    receipt = connected.publish(entries)[0]
    found = look(connected, entries, state={"media": list(bench.stand_in.uploads)})
    assert found is not None
    assert found.id == receipt.id
    assert look(connected, (Entry(text=entries[0].text + " more"),)) is None


def test_a_long_post_of_a_premium_account_is_published_and_found_again(bench: Bench) -> None:
    connected = bench.connect(1)
    entries = (Entry(text="Long & wide https://example.com/x " + "lamp " * 4000),)
    assert bench.provider.check(entries, connected.account, XOptions()) == []
    receipt = connected.publish(entries)[0]
    found = look(connected, entries)
    assert found is not None
    assert found.id == receipt.id


def test_the_same_words_under_another_post_are_not_ours(bench: Bench) -> None:
    connected = bench.connect()
    thread = (Entry(text="One", media=(picture()[0],)), Entry(text="Two", media=(picture()[0],)))
    first = connected.publish(thread)
    there = Receipt(id="999", at=clock.now())
    assert look(connected, thread, 1, receipts=first[:1]) is not None
    assert look(connected, thread, 1, receipts=(there,)) is None
    assert look(connected, (Entry(text="Two"),)) is None


def test_older_posts_are_not_looked_at(bench: Bench) -> None:
    connected = bench.connect()
    entries = (Entry(text="Twice", media=(picture()[0],)),)
    connected.publish(entries)
    job = connected.job(entries, doubt=clock.now() + timedelta(seconds=90))
    assert bench.provider.look(job) is None


def test_a_wordless_post_is_known_by_its_files_and_another_is_a_persons_matter(bench: Bench) -> None:
    connected = bench.connect()
    entries = (Entry(media=(picture()[0],)),)
    connected.publish(entries)
    ours = {"media": list(bench.stand_in.uploads)}
    assert look(connected, entries, state=ours) is not None
    with pytest.raises(Unsure):
        look(connected, entries, state={"media": ["1"]})


def test_a_quote_is_found_although_x_adds_its_address(bench: Bench) -> None:
    connected = bench.connect()
    first = connected.publish((Entry(text="First"),))[0]
    entries, options = (Entry(text="See https://example.com/a"),), {"quote": first.id}
    connected.publish(entries, options)
    assert look(connected, entries, options=options) is not None


def test_a_repeated_post_that_x_calls_a_duplicate_counts_as_out(bench: Bench) -> None:
    connected = bench.connect()
    entries = (Entry(text="Once only"),)
    receipt = connected.publish(entries)[0]
    job = connected.job(entries, doubt=clock.now())
    bench.stand_in.failures.append(Failure(path="/2/users/", body={"meta": {"result_count": 0}}, status=200))
    out = healing.bring_out(job)  # the timeline lags, the post is refused, the second look finds it
    assert isinstance(out, Published)
    assert out.id == receipt.id
    assert len(bench.stand_in.shown) == 1


def test_without_a_doubt_a_duplicate_is_the_persons_matter(bench: Bench) -> None:
    connected = bench.connect()
    connected.publish((Entry(text="Once only"),))
    with pytest.raises(Duplicate):
        connected.publish((Entry(text="Once only"),))


# -- what the operator sets, and afterwards ---------------------------------------------------------------


@pytest.mark.parametrize("flag", ["true", "1", "yes"])
def test_links_are_taken_out_where_the_operator_will_not_pay_for_them(bench: Bench, flag: str) -> None:
    connected = bench.connect()
    connected.app["STRIP_LINKS_FROM_X_POSTS"] = flag
    connected.publish((Entry(text="Read https://example.com/a now.\nOr example.com"),))
    assert sent(bench) == [{"text": "Read now.\nOr"}]
    with pytest.raises(Rejected, match="Only links"):
        connected.publish((Entry(text="https://example.com"),))


@pytest.mark.parametrize("flag", ["", "false", "0"])
def test_links_stay_otherwise(bench: Bench, flag: str) -> None:
    connected = bench.connect()
    connected.app["STRIP_LINKS_FROM_X_POSTS"] = flag
    connected.publish((Entry(text="https://example.com"),))
    assert sent(bench) == [{"text": "https://example.com"}]


def test_no_read_is_billed_where_the_operator_wants_no_numbers(bench: Bench) -> None:
    connected = bench.connect()
    receipt = connected.publish((Entry(text="Counted"),))[0]
    assert bench.provider.metrics(connected.session, receipt)["like"] == 3
    connected.app["DISABLE_X_ANALYTICS"] = "true"
    asked = len(bench.stand_in.requests)
    assert bench.provider.metrics(connected.session, receipt) == {}
    assert len(bench.stand_in.requests) == asked


def test_a_deletion_that_denies_itself_is_said(bench: Bench) -> None:
    connected = bench.connect()
    receipt = connected.publish((Entry(text="A lamp"),))[0]
    denied = Failure(path=f"/2/tweets/{receipt.id}", status=200, body={"data": {"deleted": False}})
    bench.stand_in.failures.append(denied)
    with pytest.raises(Rejected, match="did not delete"):
        bench.provider.delete(connected.session, receipt)


def test_a_repost_is_undone_not_the_post(bench: Bench) -> None:
    connected = bench.connect()
    receipt = connected.publish((Entry(),), {"repost": "20"})[0]
    assert receipt.url == "https://x.com/i/status/20"
    bench.provider.delete(connected.session, receipt)
    assert bench.stand_in.shown == []
    assert "20" in bench.stand_in.tweets


def test_a_handle_is_looked_up_for_a_mention(bench: Bench) -> None:
    connected = bench.connect()
    assert X().mention(connected.session, "@benwick")[0]["id"] == "2202"
    assert X().mention(connected.session, "nobody") == []
