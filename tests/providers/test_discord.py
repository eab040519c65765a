"""What is special about Discord: one bot for all servers, nonces, threads that have their message's id, forums."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chalicelib import clock
from chalicelib.models import Entry, Media, Pending, Published, Receipt
from chalicelib.problems import Blocked, Reconnect, Rejected, Retry, Unsure
from chalicelib.providers.base import tools
from chalicelib.providers.discord import PERMISSIONS
from chalicelib.providers.discord.messages import DiscordOptions, nonce
from infra.sandbox.base import Failure
from tests.contract.cases.discord import FORUM, LOBBY, NEWS, TAG, TAGGED
from tests.contract.harness import Bench, Connected, picture

KEY = "discord"
ELSEWHERE = "600000000000000021"  # a channel of the other server
VOICE = "600000000000000015"
COMMIT = r"/channels/\d+/(messages|threads)$"
TEXT = (Entry(text="A lamp"),)


def sent(bench: Bench, method: str, path: str) -> list[dict[str, Any]]:
    return [
        each for each in bench.stand_in.requests if each["method"] == method and each["path"].endswith(path)
    ]


# -- signing in ------------------------------------------------------------------------------------------


def test_the_account_is_the_server_that_was_chosen_on_the_consent_page(bench: Bench) -> None:
    account = bench.connect(0, guild_id="700000000000000002").account
    assert (account.remote, account.name, account.handle) == ("700000000000000002", "Wick & Wax", "lamppost")
    assert account.picture.startswith(
        "https://cdn.discordapp.com/avatars/"
    )  # this server has no icon of its own
    assert bench.connect(0).account.picture.startswith("https://cdn.discordapp.com/icons/700000000000000001/")


def test_the_persons_token_is_revoked_at_once_and_not_kept(bench: Bench) -> None:
    connected = bench.connect()
    assert bench.stand_in.tokens == {}
    assert (connected.token.access, connected.token.refresh, connected.token.expires) == ("", None, None)


def test_a_failing_revocation_does_not_cost_the_sign_in(bench: Bench) -> None:
    bench.stand_in.failures.append(Failure(path="/token/revoke", status=503))
    assert bench.connect().account.name == "Lamplighters"


def test_unticked_rights_are_asked_for_again(bench: Bench) -> None:
    with pytest.raises(Reconnect, match="rights"):
        bench.connect(without="guilds")


def test_a_sign_in_without_a_server_is_refused(bench: Bench) -> None:
    with pytest.raises(Reconnect, match="server"):
        bench.connect(without="bot")


def test_the_permissions_asked_for_are_those_that_are_used() -> None:
    recommended, everyone, polls = 309_237_763_072, 1 << 17, 1 << 49
    assert recommended | everyone | polls == PERMISSIONS


# -- one bot, many servers -------------------------------------------------------------------------------


def test_a_channel_of_another_server_is_refused_before_anything_is_written(bench: Bench) -> None:
    with pytest.raises(Rejected, match="connected Discord server"):
        bench.connect().publish(TEXT, {"channel": ELSEWHERE})
    assert bench.stand_in.shown == []


def test_a_bot_that_was_put_out_of_the_server_is_for_the_person_to_mend(bench: Bench) -> None:
    connected = bench.connect()
    bench.stand_in.inside.remove(connected.account.remote)
    with pytest.raises(Reconnect, match="no longer in"):
        connected.publish(TEXT, {"channel": LOBBY})


def test_a_channel_that_is_closed_to_the_bot_is_no_reason_to_reconnect(bench: Bench) -> None:
    connected = bench.connect()
    bench.stand_in.silenced.add(LOBBY)
    with pytest.raises(Rejected, match="may not see or post"):
        connected.publish(TEXT, {"channel": LOBBY})


def test_a_reset_bot_token_stops_the_platform_not_the_account(bench: Bench) -> None:
    connected = bench.connect()
    connected.app["DISCORD_BOT_TOKEN_ID"] = "old"
    with pytest.raises(Blocked):
        connected.publish(TEXT, {"channel": LOBBY})


def test_a_voice_channel_takes_no_posts(bench: Bench) -> None:
    with pytest.raises(Rejected, match="kind of Discord channel"):
        bench.connect().publish(TEXT, {"channel": VOICE})


# -- what is sent ----------------------------------------------------------------------------------------


def test_every_request_names_the_version_and_the_bot(bench: Bench) -> None:
    bench.connect().publish(TEXT, {"channel": LOBBY})
    api = [each for each in bench.stand_in.requests if each["path"].startswith("/api/v")]
    assert api
    for each in api:
        assert each["path"].startswith("/api/v10/")
        assert each["headers"]["User-Agent"].startswith("DiscordBot (https://")
        assert each["headers"]["Authorization"].startswith("Bot ")


@pytest.mark.parametrize(
    ("options", "pings", "flags"),
    [
        ({}, ["users", "roles"], 0),
        ({"mention_everyone": True}, ["users", "roles", "everyone"], 0),
        ({"suppress_embeds": True}, ["users", "roles"], 4),
        ({"silent": True, "suppress_embeds": True}, ["users", "roles"], 4100),
    ],
)
def test_everyone_is_pinged_only_on_request_and_flags_follow_the_options(
    bench: Bench, options: dict[str, Any], pings: list[str], flags: int
) -> None:
    bench.connect().publish(TEXT, {"channel": LOBBY, **options})
    body = sent(bench, "POST", f"/{LOBBY}/messages")[0]["body"]
    assert body["allowed_mentions"] == {"parse": pings}
    assert body.get("flags", 0) == flags


def test_files_keep_their_order_names_and_descriptions(bench: Bench) -> None:
    media = tuple(picture(f"{name}.png", alt=name, width=40 + n)[0] for n, name in enumerate("cab"))
    bench.connect().publish((Entry(text="x", media=media),), {"channel": LOBBY})
    shown = bench.stand_in.shown[0].media
    assert [(each["filename"], each["description"]) for each in shown] == [
        ("c.png", "c"),
        ("a.png", "a"),
        ("b.png", "b"),
    ]
    assert [each["size"] for each in shown] == [each.size for each in media]


def test_a_poll_needs_no_text(bench: Bench) -> None:
    connected = bench.connect()
    options = {"channel": LOBBY, "poll": {"question": "Which?", "answers": ["Oil", "Gas"]}}
    entries = (Entry(),)
    assert bench.provider.check(entries, connected.account, DiscordOptions.model_validate(options)) == []
    connected.publish(entries, options)
    assert bench.stand_in.shown[0].more["poll"]["duration"] == 24


# -- threads and forums ----------------------------------------------------------------------------------


def test_comments_go_into_the_messages_thread_and_not_into_the_channel(bench: Bench) -> None:
    first, *rest = bench.connect().publish((*TEXT, Entry(text="2"), Entry(text="3")), {"channel": LOBBY})
    assert [shown.more["channel"] for shown in bench.stand_in.shown] == [LOBBY, first.id, first.id]
    assert all(f"/{first.id}/" in each.url for each in rest)
    assert len(sent(bench, "POST", f"/{first.id}/threads")) == 1
    assert bench.stand_in.channels[first.id]["name"] == "A lamp"


def test_a_thread_that_is_there_already_is_used(bench: Bench) -> None:
    connected, entries = bench.connect(), (*TEXT, Entry(text="2"))
    out = connected.bring_out(connected.job(entries, options={"channel": LOBBY}))
    first = Receipt(id=out.id, url=out.url, at=clock.now(), data=out.data)
    for key in ("a", "b"):  # as after a crash between the thread and its first message
        job = connected.job(entries, 1, (first,), {"channel": LOBBY}, key=key)
        assert isinstance(bench.provider.publish(job), Published)
    assert [shown.more["channel"] for shown in bench.stand_in.shown[1:]] == [first.id, first.id]


def test_in_a_chosen_thread_comments_are_replies(bench: Bench) -> None:
    connected = bench.connect()
    thread = connected.publish((*TEXT, Entry(text="2")), {"channel": LOBBY})[0].id
    first, second = connected.publish((Entry(text="3"), Entry(text="4")), {"channel": thread})
    assert bench.stand_in.find(second.id).reply_to == first.id
    assert bench.stand_in.find(second.id).more["channel"] == thread


def test_a_forum_post_is_titled_by_its_first_line_cut_to_a_hundred(bench: Bench) -> None:
    long = "t" * 120
    post = bench.connect().publish((Entry(text=f"\n {long}\nmore"),), {"channel": FORUM})[0]
    assert bench.stand_in.channels[post.id]["name"] == "t" * 100
    assert post.url.endswith(f"/{post.id}/{post.id}")


def test_a_forum_that_requires_a_tag_is_not_asked_without_one(bench: Bench) -> None:
    with pytest.raises(Rejected, match="tag"):
        bench.connect().publish(TEXT, {"channel": TAGGED})
    assert sent(bench, "POST", "/threads") == []


def test_a_forum_takes_no_poll(bench: Bench) -> None:
    with pytest.raises(Rejected, match="poll"):
        bench.connect().publish(TEXT, {"channel": FORUM, "poll": {"question": "?", "answers": ["a"]}})


# -- crossposting: after the message is out, nothing may bring it out again ------------------------------


def test_an_announcement_is_crossposted_once(bench: Bench) -> None:
    post = bench.connect().publish(TEXT, {"channel": NEWS, "crosspost": True})[0]
    assert bench.stand_in.crossposted == {post.id}


@pytest.mark.parametrize(("status", "body"), [(429, {"retry_after": 2}), (403, {"code": 50013}), (503, "")])
def test_a_crosspost_that_fails_for_ever_never_posts_twice(bench: Bench, status: int, body: Any) -> None:
    connected = bench.connect()
    bench.stand_in.failures.append(Failure(path="/crosspost", status=status, body=body, times=50))
    out = connected.publish(TEXT, {"channel": NEWS, "crosspost": True})
    assert len(bench.stand_in.shown) == 1
    assert out[0].id == bench.stand_in.shown[0].id


def test_the_message_is_recorded_before_it_is_crossposted(bench: Bench) -> None:
    connected = bench.connect()
    outcome = bench.provider.publish(connected.job(TEXT, options={"channel": NEWS, "crosspost": True}))
    assert isinstance(outcome, Pending)
    assert outcome.state["sent"]["id"] == bench.stand_in.shown[0].id
    assert bench.stand_in.crossposted == set()


# -- healing ---------------------------------------------------------------------------------------------


def lose(connected: Connected, mode: Any, options: dict[str, Any], entries: tuple[Entry, ...] = TEXT) -> Any:
    job = connected.job(entries, options=options)
    connected.bench.stand_in.failures.append(Failure(path=COMMIT, method="POST", mode=mode))
    with pytest.raises(Unsure):
        connected.bring_out(job)
    return job


@pytest.mark.parametrize("echo", [True, False])
@pytest.mark.parametrize("mode", ["lost", "drop"])
@pytest.mark.parametrize("options", [{"channel": LOBBY}, {"channel": FORUM}])
@pytest.mark.parametrize("after", [timedelta(seconds=20), timedelta(minutes=10)])
def test_a_lost_answer_is_healed_early_by_the_nonce_and_late_by_looking(
    bench: Bench, options: dict[str, Any], mode: str, after: timedelta, echo: bool
) -> None:
    connected = bench.connect()
    bench.stand_in.echo_nonce = echo
    job = lose(connected, mode, options)
    bench.stand_in.skew = after.total_seconds()
    try:
        out = connected.bring_out(replace(job, doubt=job.now, now=job.now + after))
    finally:
        bench.stand_in.skew = 0.0
    assert [shown.id for shown in bench.stand_in.shown] == [out.id]
    assert options["channel"] == FORUM or out.data["channel"] == LOBBY


def test_only_the_bots_own_equal_message_since_the_doubt_counts_as_found(bench: Bench) -> None:
    connected = bench.connect()
    bench.stand_in.echo_nonce = False
    connected.publish((Entry(text="Another lamp"),), {"channel": LOBBY})
    connected.publish((Entry(text="A lamp", media=(picture()[0],)),), {"channel": LOBBY})
    stranger = connected.publish(TEXT, {"channel": LOBBY})[0].id
    bench.stand_in.messages[stranger]["author"] = {"id": "1"}
    job = connected.job(TEXT, options={"channel": LOBBY})
    assert bench.provider.look(replace(job, doubt=job.now)) is None
    ours = connected.publish(TEXT, {"channel": LOBBY})[0].id
    found = bench.provider.look(replace(job, doubt=job.now))
    assert isinstance(found, Published)
    assert found.id == ours
    assert bench.provider.look(replace(job, doubt=job.now + timedelta(minutes=2))) is None


def test_a_message_that_this_post_already_has_a_receipt_for_is_not_found_again(bench: Bench) -> None:
    connected, entries = bench.connect(), (Entry(text="a"), Entry(text="b"), Entry(text="b"))
    bench.stand_in.echo_nonce = False
    receipts = connected.publish(entries[:2], {"channel": LOBBY})
    job = connected.job(entries, 2, receipts, {"channel": LOBBY})
    assert bench.provider.look(replace(job, doubt=job.now)) is None


def test_a_comment_whose_thread_was_never_opened_was_not_sent(bench: Bench) -> None:
    connected, entries = bench.connect(), (*TEXT, Entry(text="2"))
    receipts = connected.publish(TEXT, {"channel": LOBBY})
    job = connected.job(entries, 1, receipts, {"channel": LOBBY})
    assert bench.provider.look(replace(job, doubt=job.now)) is None


def test_the_search_goes_on_past_a_hundred_messages_and_ends_in_doubt(bench: Bench) -> None:
    connected = bench.connect()
    job = connected.job(TEXT, options={"channel": LOBBY})
    noise = {"channel_id": LOBBY, "author": {"id": "1"}, "content": "hum", "attachments": []}
    for _ in range(150):
        number = str(bench.stand_in.number())
        bench.stand_in.messages[number] = {"id": number, **noise}
    out = bench.provider.publish(job)
    assert bench.provider.look(replace(job, doubt=job.now)) == out
    for _ in range(2000):
        number = str(bench.stand_in.number())
        bench.stand_in.messages = {number: {"id": number, **noise}, **bench.stand_in.messages}
    bench.stand_in.messages = dict(sorted(bench.stand_in.messages.items()))
    with pytest.raises(Unsure, match="Too much"):
        bench.provider.look(replace(job, key="another", doubt=job.now))


@given(st.text())
def test_a_nonce_is_always_short_enough_and_the_same_for_the_same_entry(key: str) -> None:
    assert len(nonce(key)) <= 25
    assert nonce(key) == nonce(key) != nonce(key + "x")


# -- saving ----------------------------------------------------------------------------------------------


def complaints(bench: Bench, entry: Entry, **options: Any) -> str:
    account = bench.connect().account
    given = DiscordOptions.model_validate({"channel": LOBBY, **options})
    return " ".join(each.sentence for each in bench.provider.check((entry,), account, given))


def film(size: int, number: int = 0) -> Media:
    return Media(id=str(number), kind="video", mime="video/mp4", key="k", size=size, name=f"{number}.mp4")


def test_files_are_refused_at_saving_by_number_size_and_sum(bench: Bench) -> None:
    mib = 1_048_576
    assert "10.5 MB at the most" in complaints(bench, Entry(media=(film(10 * mib + 1),)))
    assert "24 MiB" in complaints(bench, Entry(media=tuple(film(9 * mib, n) for n in range(3))))
    assert "10 files" in complaints(bench, Entry(media=tuple(film(10, n) for n in range(11))))
    assert complaints(bench, Entry(media=(film(10 * mib), film(10 * mib, 2)))) == ""


def test_a_text_is_counted_in_the_stricter_unit(bench: Bench) -> None:
    assert complaints(bench, Entry(text="🔥" * 1000)) == ""
    assert "2,000" in complaints(bench, Entry(text="🔥" * 1001))


@pytest.mark.parametrize(
    "options",
    [
        {"channel": "general"},
        {},
        {"channel": LOBBY, "applied_tags": ["news"]},
        {"channel": LOBBY, "applied_tags": [TAG] * 6},
        {"channel": LOBBY, "thread_title": "t" * 101},
        {"channel": LOBBY, "poll": {"question": "?", "answers": ["a" * 56]}},
        {"channel": LOBBY, "poll": {"question": "?", "answers": ["a"] * 11}},
        {"channel": LOBBY, "poll": {"question": "?", "answers": ["a"], "duration": 769}},
        {"channel": LOBBY, "colour": "red"},
    ],
)
def test_options_that_discord_would_refuse_are_refused_at_saving(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        DiscordOptions.model_validate(options)


# -- afterwards ------------------------------------------------------------------------------------------


def test_deleting_what_is_gone_already_is_no_trouble(bench: Bench) -> None:
    connected = bench.connect()
    post = connected.publish(TEXT, {"channel": LOBBY})[0]
    bench.provider.delete(connected.session, post)
    bench.provider.delete(connected.session, post)
    assert bench.stand_in.shown == []


def test_a_deletion_that_is_refused_is_said(bench: Bench) -> None:
    connected = bench.connect()
    post = connected.publish(TEXT, {"channel": LOBBY})[0]
    bench.stand_in.failures.append(Failure(method="DELETE", status=403, body={"code": 50013}))
    with pytest.raises(Rejected, match="may not see or post"):
        bench.provider.delete(connected.session, post)


def test_the_wait_is_the_bodys_exact_one_before_the_headers_rounded_one(bench: Bench) -> None:
    connected = bench.connect()
    failure = Failure(path=COMMIT, status=429, body={"retry_after": 0.65}, headers={"Retry-After": "1"})
    bench.stand_in.failures.append(failure)
    with pytest.raises(Retry) as caught:
        connected.publish(TEXT, {"channel": LOBBY})
    assert caught.value.after == 0.65


def test_the_channel_list_has_only_what_takes_posts_with_the_tags_of_forums(bench: Bench) -> None:
    connected = bench.connect()
    assert set(tools(bench.provider)) == {"channels", "mentions"}
    found = {each["name"]: each for each in bench.provider.channels(connected.session)}  # type: ignore[attr-defined]
    assert list(found) == ["lobby", "news", "forum", "tagged"]
    assert found["tagged"]["needs_tag"]
    assert found["forum"]["tags"] == [{"id": TAG, "name": "news"}]


def test_a_mention_is_offered_as_it_must_be_written(bench: Bench) -> None:
    connected = bench.connect()
    search = bench.provider.mentions  # type: ignore[attr-defined]
    assert search(connected.session, query="li") == [{"id": "<@&400000000000000001>", "name": "Lighters"}]
    assert search(connected.session, query="ada") == [{"id": "<@800000000000000001>", "name": "Ada Lantern"}]
