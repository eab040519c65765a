"""What is special about Slack: signed events, mrkdwn, uploads that are shown later, metadata to be found again by."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chalicelib import clock
from chalicelib.models import Entry, Media, Pending, Published
from chalicelib.problems import Blocked, Reconnect, Rejected, Retry, Unsure
from chalicelib.providers.base import Event
from chalicelib.providers.slack.events import signature
from chalicelib.providers.slack.messages import SECTION, SlackOptions, mrkdwn, sections
from chalicelib.streams import RANGE
from infra.sandbox.base import Failure
from tests.contract.cases.slack import GENERAL, LAMPS
from tests.contract.harness import Bench, MemoryFile, movie, picture

KEY = "slack"
TEXT = (Entry(text="A lamp"),)
SECRET = "test-signing-secret"
MOMENT = datetime.fromtimestamp(1_700_000_000, UTC)
CHALLENGE = b'{"type":"url_verification","challenge":"abc"}'
COMPLETE = "/api/files.completeUploadExternal"


def sent(bench: Bench, path: str) -> list[dict[str, Any]]:
    return [each for each in bench.stand_in.requests if each["path"].endswith(path)]


# -- signed requests -------------------------------------------------------------------------------------


def event(bench: Bench, body: bytes = CHALLENGE, *, timestamp: str = "1700000000", signed: str | None = None,
          now: datetime = MOMENT, secret: str = SECRET) -> Event:  # fmt: skip
    headers = {
        "X-SLACK-REQUEST-TIMESTAMP": timestamp,
        "x-slack-signature": signature(SECRET, timestamp, body) if signed is None else signed,
    }
    return bench.provider.event(headers, body, {"SLACK_SIGNING_SECRET": secret}, now)


def test_the_signature_is_the_documented_one() -> None:
    wanted = "v0=150f3e2597227d90deb3d93af65b6450381ac5c2ff275a89b8daf98c8df38326"
    assert signature(SECRET, "1700000000", CHALLENGE) == wanted


def test_the_challenge_is_given_back(bench: Bench) -> None:
    assert event(bench) == Event({"challenge": "abc"})


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_five_minutes_either_way_are_in_time(bench: Bench, seconds: int) -> None:
    assert event(bench, now=MOMENT + timedelta(seconds=seconds)).answer == {"challenge": "abc"}


@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
def test_a_replay_is_refused(bench: Bench, seconds: int) -> None:
    with pytest.raises(Rejected, match="five minutes"):
        event(bench, now=MOMENT + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    "wrong",
    [
        {"signed": ""},
        {"signed": "v0=" + "0" * 64},
        {"signed": signature("another-secret", "1700000000", CHALLENGE)},
        {"signed": signature(SECRET, "1700000001", CHALLENGE)},
        {"signed": signature(SECRET, "1700000000", CHALLENGE + b" ")},
        {"signed": "v0=é"},
        {"timestamp": ""},
        {"timestamp": "soon"},
        {"timestamp": "-1700000000"},
        {"timestamp": "٣"},
        {"timestamp": "9" * 400},
        {"secret": ""},
    ],
)
def test_what_slack_did_not_sign_is_refused(bench: Bench, wrong: dict[str, Any]) -> None:
    with pytest.raises(Rejected, match="not signed"):
        event(bench, **wrong)


def test_a_request_without_the_headers_is_refused(bench: Bench) -> None:
    with pytest.raises(Rejected, match="not signed"):
        bench.provider.event({}, CHALLENGE, {"SLACK_SIGNING_SECRET": SECRET}, MOMENT)


@given(body=st.binary(), changed=st.binary())
def test_a_signature_fits_its_own_body_only(body: bytes, changed: bytes) -> None:
    assert (signature(SECRET, "1", body) == signature(SECRET, "1", changed)) == (body == changed)


def callback(**inner: Any) -> bytes:
    return json.dumps(
        {"type": "event_callback", "team_id": "T0LAMP", "event_id": "E1", "event": inner}
    ).encode()


@pytest.mark.parametrize(
    ("body", "gone"),
    [
        (callback(type="app_uninstalled"), ("T0LAMP",)),
        (callback(type="tokens_revoked", tokens={"bot": ["U0BOT"], "oauth": []}), ("T0LAMP",)),
        (callback(type="tokens_revoked", tokens={"bot": [], "oauth": ["U0ADA"]}), ()),
        (callback(type="tokens_revoked", tokens=None), ()),
        (callback(type="message"), ()),
        (b'{"type":"event_callback","event":{"type":"app_uninstalled"}}', ()),
        (b'{"type":"event_callback","team_id":"T1","event":[]}', ()),
        (b'{"type":"app_rate_limited","team_id":"T0LAMP","minute_rate_limited":1}', ()),
        (b"[]", ()),
        (b"ssl_check=1&token=x", ()),
    ],
)
def test_only_the_end_of_the_apps_own_access_ends_an_account(
    bench: Bench, body: bytes, gone: tuple[str, ...]
) -> None:
    heard = event(bench, body)
    assert heard.gone == gone
    assert heard.answer == {}
    assert bool(heard.sentence) == bool(gone or b"rate_limited" in body)


def test_revoked_tokens_name_the_bots_that_they_were_of(bench: Bench) -> None:
    heard = event(bench, callback(type="tokens_revoked", tokens={"bot": ["U0BOT", 7], "oauth": ["U0ADA"]}))
    assert heard.bots == ("U0BOT",)
    assert event(bench, callback(type="tokens_revoked", tokens={"bot": "U0BOT"})).gone == ()
    assert event(bench, callback(type="app_uninstalled")).bots == ()


def test_a_workspace_whose_icon_may_not_be_seen_is_connected_all_the_same(bench: Bench) -> None:
    bench.stand_in.failures.append(
        Failure(path="team.info", status=200, body={"ok": False, "error": "missing_scope"})
    )
    account = bench.connect().account
    assert (account.handle, account.picture) == ("lamps", "")


def test_a_workspace_that_is_gone_is_known_by_the_id_of_its_account(bench: Bench) -> None:
    account = bench.connect().account
    headers, body = bench.stand_in.events(json.loads(callback(type="app_uninstalled")))
    assert bench.provider.event(headers, body, bench.app, clock.now()).gone == (account.remote,)


# -- signing in ------------------------------------------------------------------------------------------


def test_without_rotation_a_token_has_no_end_and_is_never_refreshed(bench: Bench) -> None:
    bench.stand_in.rotation = False
    token = bench.connect().token
    assert (token.expires, token.refresh) == (None, None)


def test_with_rotation_the_pair_is_replaced_and_the_old_one_dead(bench: Bench) -> None:
    connected = bench.connect()
    assert connected.token.expires is not None
    before = connected.token
    fresh = bench.provider.refresh(connected.session)
    assert fresh.access != before.access
    assert fresh.refresh not in (None, before.refresh)
    with pytest.raises(Reconnect):
        bench.provider.refresh(connected.session)


@pytest.mark.parametrize(
    ("error", "problem"),
    [("bad_client_secret", Blocked), ("invalid_client_id", Blocked), ("bad_redirect_uri", Blocked),
     ("ratelimited", Retry), ("internal_error", Retry), ("invalid_code", Reconnect),
     ("oauth_authorization_url_mismatch", Reconnect), ("invalid_refresh_token", Reconnect)],
)  # fmt: skip
def test_a_refusal_by_the_token_endpoint_has_status_200_and_its_own_meaning(
    bench: Bench, error: str, problem: type[Exception]
) -> None:
    bench.stand_in.failures.append(
        Failure(path="oauth.v2.access", status=200, body={"ok": False, "error": error})
    )
    with pytest.raises(problem):
        bench.connect()


def test_an_installation_for_a_whole_organization_is_refused_in_words(bench: Bench) -> None:
    connected = bench.connect()
    data = {"is_enterprise_install": True}
    connected.token = connected.token.model_copy(update={"data": data})
    with pytest.raises(Reconnect, match="one workspace"):
        bench.provider.me(connected.session)


# -- mrkdwn ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "escaped"),
    [
        ("a < b && c > d", "a &lt; b &amp;&amp; c &gt; d"),
        ("<@U024BE7LH> and <#C024BE91L|general>", "<@U024BE7LH> and <#C024BE91L|general>"),
        ("<!here> <!channel> <!subteam^S0GROUP>", "<!here> <!channel> <!subteam^S0GROUP>"),
        ("<https://example.com/?a=1&b=2|a link>", "<https://example.com/?a=1&b=2|a link>"),
        ("<!everything> <@ada> <b>", "&lt;!everything&gt; &lt;@ada&gt; &lt;b&gt;"),
        ("&amp;", "&amp;amp;"),
        ("*bold* _it_ ~no~ `code`", "*bold* _it_ ~no~ `code`"),
    ],
)
def test_only_what_is_meant_for_slack_stays_unescaped(said: str, escaped: str) -> None:
    assert mrkdwn(said) == escaped


@given(st.text(alphabet="ab<>&!@#|;amplt \n"))
def test_a_reader_sees_what_was_written(said: str) -> None:
    shown = mrkdwn(said).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert shown == said


@given(st.text(alphabet="ab&<> \n", max_size=12_000))
def test_sections_are_short_enough_and_keep_every_word(said: str) -> None:
    found = sections(said)
    assert all(len(each) <= SECTION for each in found)
    assert "".join(unescape("".join(found)).split()) == "".join(said.split())


# -- what is sent ----------------------------------------------------------------------------------------


def test_a_message_under_another_name_carries_the_options(bench: Bench) -> None:
    options = {
        "channel": GENERAL,
        "as_name": "Lamp",
        "icon_url": "https://example.com/i.png",
        "unfurl_links": False,
    }
    bench.connect().publish(TEXT, options)
    body = sent(bench, "chat.postMessage")[0]["body"]
    assert body["username"] == "Lamp"
    assert body["icon_url"] == "https://example.com/i.png"
    assert (body["unfurl_links"], body["unfurl_media"]) == (False, True)


def test_replies_hang_on_the_root_never_on_each_other(bench: Bench) -> None:
    root, *rest = bench.connect().publish(
        (*TEXT, Entry(text="2"), Entry(text="3", media=(picture()[0],)), Entry(text="4")),
        {"channel": GENERAL},
    )
    assert [shown.reply_to for shown in bench.stand_in.shown] == [None, root.id, root.id, root.id]
    assert all(f"thread_ts={root.id}" in each.url for each in rest)


def test_a_comment_is_shown_in_the_channel_only_on_request(bench: Bench) -> None:
    for wanted in (False, True):
        bench.connect().publish((*TEXT, Entry(text="2")), {"channel": GENERAL, "reply_broadcast": wanted})
        assert bench.stand_in.shown[-1].more["broadcast"] is wanted


def test_a_public_channel_is_joined_first_and_a_private_one_needs_an_invitation(bench: Bench) -> None:
    connected = bench.connect()
    connected.publish(TEXT, {"channel": LAMPS})
    assert LAMPS in bench.stand_in.members
    with pytest.raises(Rejected, match="invite"):
        connected.publish(TEXT, {"channel": "G0SECRET"})
    bench.stand_in.members.add("G0SECRET")
    connected.publish(TEXT, {"channel": "G0SECRET"})
    assert len(bench.stand_in.shown) == 2


def test_pictures_by_address_come_after_the_text_and_have_a_description(bench: Bench) -> None:
    entry = Entry(
        text="é" * 3500 + " & end", media=(picture("a.png", alt="A")[0], picture("b.png", alt="")[0])
    )
    bench.connect().publish((entry,), {"channel": GENERAL, "upload_files": False})
    body = sent(bench, "chat.postMessage")[0]["body"]
    assert [each["type"] for each in body["blocks"]] == ["section", "section", "image", "image"]
    assert [each["alt"] for each in bench.stand_in.shown[0].media] == ["A", "b.png"]
    assert body["text"].endswith("&amp; end")  # notifications show it


def test_a_film_is_uploaded_even_where_pictures_would_not_be(bench: Bench) -> None:
    bench.connect().publish(
        (Entry(media=(movie(), picture()[0])),), {"channel": GENERAL, "upload_files": False}
    )
    assert len(sent(bench, "files.getUploadURLExternal")) == 2


def test_the_address_is_slacks_own_permalink(bench: Bench) -> None:
    post = bench.connect().publish(TEXT, {"channel": GENERAL})[0]
    assert post.url == bench.stand_in.shown[0].url
    assert post.url.endswith(f"lamps.slack.com/archives/{GENERAL}/p{post.id.replace('.', '')}")


# -- uploads ---------------------------------------------------------------------------------------------


def test_a_large_film_is_sent_by_ranges_with_its_length_known(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[int] = []
    plain = MemoryFile.read

    def read(self: MemoryFile, start: int = 0, end: int | None = None) -> bytes:
        data = plain(self, start, end)
        reads.append(len(data))
        return data

    monkeypatch.setattr(MemoryFile, "read", read)
    film = movie("long.mp4", size=20_000_000)
    bench.connect().publish((Entry(media=(film,)),), {"channel": GENERAL})
    assert max(reads) <= RANGE
    assert sum(reads) == film.size
    upload = next(each for each in bench.stand_in.requests if each["path"].startswith("/upload/"))
    assert upload["headers"]["Content-Length"] == str(film.size)
    assert "Authorization" not in upload["headers"]


@pytest.mark.parametrize("at", [0, 1, 2])
@pytest.mark.parametrize("path", ["getUploadURLExternal", "/upload/v1/"])
def test_a_crash_in_any_upload_resumes_at_that_file(bench: Bench, at: int, path: str) -> None:
    connected = bench.connect()
    media = tuple(picture(f"{n}.png", width=50 + n)[0] for n in range(3))
    job = connected.job((Entry(media=media),), options={"channel": GENERAL})
    bench.stand_in.failures += [Failure(path=path, mode="slow", times=at), Failure(path=path, mode="drop")]
    with pytest.raises(Retry):
        connected.bring_out(job)
    job = replace(job, state=bench.saved[-1] if bench.saved else None)
    connected.bring_out(job)
    assert [each["name"] for each in bench.stand_in.shown[0].media] == ["0.png", "1.png", "2.png"]
    uploaded = [
        each
        for each in bench.stand_in.requests
        if each["path"].startswith("/upload/") and each["status"] == 200
    ]
    assert len(uploaded) == 3


def test_a_run_that_has_no_time_left_goes_on_in_the_next(bench: Bench) -> None:
    connected = bench.connect()
    media = tuple(picture(f"{n}.png", width=50 + n)[0] for n in range(3))
    left = iter([60.0, 10.0])
    job = connected.job((Entry(media=media),), options={"channel": GENERAL}, seconds_left=lambda: next(left))
    outcome = bench.provider.publish(job)
    assert isinstance(outcome, Pending)
    assert len(outcome.state["files"]) == 1
    assert bench.stand_in.shown == []
    connected.bring_out(replace(job, state=outcome.state, seconds_left=lambda: 60.0))
    assert len(bench.stand_in.shown[0].media) == 3


def test_a_shared_file_that_is_never_shown_ends_in_doubt_not_in_a_second_one(bench: Bench) -> None:
    connected = bench.connect()
    bench.stand_in.processing = 1000
    with pytest.raises(Unsure, match="does not show"):
        connected.publish((Entry(media=(picture()[0],)),), {"channel": GENERAL})
    assert len(sent(bench, COMPLETE)) == 1


def test_a_refused_look_at_a_shared_file_fails_no_message_that_is_out(bench: Bench) -> None:
    refusal = {"ok": False, "error": "file_not_found"}
    bench.stand_in.failures.append(Failure(path="files.info", status=200, body=refusal))
    bench.connect().publish((Entry(media=(picture()[0],)),), {"channel": GENERAL})
    assert len(bench.stand_in.shown) == 1


# -- healing ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["lost", "drop"])
def test_files_are_shared_again_only_after_several_looks_in_vain(bench: Bench, mode: Any) -> None:
    connected = bench.connect()
    bench.stand_in.processing = 3  # shown only at the third look
    job = connected.job((Entry(media=(picture()[0],)),), options={"channel": GENERAL})
    bench.stand_in.failures.append(Failure(path=COMPLETE, mode=mode))
    with pytest.raises(Unsure):
        connected.bring_out(job)
    out = connected.bring_out(replace(job, doubt=job.now, state=bench.saved[-1]))
    assert [shown.id for shown in bench.stand_in.shown] == [out.id]
    assert len([each for each in sent(bench, COMPLETE) if each["status"]]) == 1
    assert len(sent(bench, COMPLETE)) == (1 if mode == "lost" else 2)


def test_a_message_is_found_by_its_metadata_past_many_others_and_not_by_its_text(bench: Bench) -> None:
    connected = bench.connect()
    job = connected.job(TEXT, options={"channel": GENERAL}, key="ours")
    out = bench.provider.publish(job)
    assert isinstance(out, Published)
    for number in range(40):
        bench.provider.publish(replace(job, key=f"other-{number}"))
    found = bench.provider.look(replace(job, doubt=job.now))
    assert isinstance(found, Published)
    assert found.id == out.id
    assert bench.provider.look(replace(job, key="never sent", doubt=job.now)) is None


def test_a_comment_is_looked_for_in_its_thread(bench: Bench) -> None:
    connected, entries = bench.connect(), (*TEXT, Entry(text="2"))
    first = connected.publish(TEXT, {"channel": GENERAL})[0]
    job = connected.job(entries, 1, (first,), {"channel": GENERAL})
    assert bench.provider.look(replace(job, doubt=job.now)) is None
    out = bench.provider.publish(job)
    found = bench.provider.look(replace(job, doubt=job.now))
    assert found == out


def test_without_the_right_to_read_nothing_is_repeated(bench: Bench) -> None:
    connected = bench.connect(without="groups:history")
    job = connected.job(TEXT, options={"channel": GENERAL})
    bench.stand_in.failures.append(Failure(path="chat.postMessage", mode="drop"))
    with pytest.raises(Unsure):
        connected.bring_out(job)
    with pytest.raises(Unsure, match="may not read"):
        connected.bring_out(replace(job, doubt=job.now))
    assert len(sent(bench, "chat.postMessage")) == 1


def test_a_channel_too_busy_to_be_searched_is_for_a_person(bench: Bench) -> None:
    connected = bench.connect()
    job = connected.job(TEXT, options={"channel": GENERAL})
    for _ in range(3):
        bench.provider.publish(job)
    bench.stand_in.page = 0  # pages that never end
    with pytest.raises(Unsure, match="Too much"):
        bench.provider.look(replace(job, key="never sent", doubt=job.now))


# -- saving ----------------------------------------------------------------------------------------------


def complaints(bench: Bench, *entries: Entry, **options: Any) -> str:
    given = SlackOptions.model_validate({"channel": GENERAL, **options})
    account = bench.connect().account
    return " ".join(each.sentence for each in bench.provider.check(entries, account, given))


def test_texts_are_counted_escaped_and_by_where_they_stand(bench: Bench) -> None:
    media = (picture()[0],)
    assert complaints(bench, Entry(text="a" * 40_000)) == ""
    assert "40,000" in complaints(bench, Entry(text="&" * 39_000))
    assert complaints(bench, Entry(text="a " * 2000, media=media)) == ""
    assert "4,000 is the most" in complaints(bench, Entry(text="a " * 2001, media=media))
    assert complaints(bench, Entry(text="a " * 6000, media=media), upload_files=False) == ""
    assert "12,000 is the most" in complaints(bench, Entry(text="a " * 6001, media=media), upload_files=False)


def test_a_word_that_fits_no_section_is_refused_at_saving(bench: Bench) -> None:
    link = "https://example.com/" + "a" * 3000
    assert "longer than" in complaints(bench, Entry(text=link, media=(picture()[0],)), upload_files=False)


def test_what_cannot_be_shown_in_the_channel_too_is_refused_at_saving(bench: Bench) -> None:
    reply = Entry(text="2", media=(picture()[0],))
    assert "in the channel too" in complaints(bench, *TEXT, reply, reply_broadcast=True)
    assert complaints(bench, *TEXT, reply, reply_broadcast=True, upload_files=False) == ""


def test_files_have_a_largest_size_and_number(bench: Bench) -> None:
    film = Media(id="1", kind="video", mime="video/mp4", key="k", size=1_000_000_001, name="f.mp4")
    assert "1,000.0 MB" in complaints(bench, Entry(media=(film,)))
    assert "10 files" in complaints(bench, Entry(media=tuple(picture(f"{n}")[0] for n in range(11))))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"channel": "#general"},
        {"channel": "c024be91l"},
        {"channel": GENERAL, "icon_url": "http://x/i.png"},
    ],
)
def test_options_that_slack_would_refuse_are_refused_at_saving(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SlackOptions.model_validate(options)


# -- afterwards ------------------------------------------------------------------------------------------


def test_deleting_takes_the_files_too_and_twice_is_no_trouble(bench: Bench) -> None:
    connected = bench.connect()
    post = connected.publish((Entry(media=(picture()[0],)),), {"channel": GENERAL})[0]
    for _ in range(2):
        bench.provider.delete(connected.session, post)
    assert (bench.stand_in.files, bench.stand_in.shown) == ({}, [])


def test_the_numbers_of_a_reply_are_found_in_its_thread(bench: Bench) -> None:
    connected = bench.connect()
    _, reply = connected.publish((*TEXT, Entry(text="2")), {"channel": GENERAL})
    assert bench.provider.metrics(connected.session, reply) == {"reactions": 4, "replies": 1}


def test_the_channel_list_follows_every_page(bench: Bench) -> None:
    connected = bench.connect()
    bench.stand_in.members.add("G0SECRET")
    found = bench.provider.channels(connected.session)  # type: ignore[attr-defined]
    assert [each["name"] for each in found] == ["general", "lamps", "secret"]
    assert [each["private"] for each in found] == [False, False, True]
    assert len(sent(bench, "conversations.list")) == 3
