"""Mastodon: what is its own. The contract suite proves the rest."""

import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.models import Entry, Media
from chalicelib.problems import Rejected, Retry, Unsure
from infra.sandbox.base import Failure
from tests.contract.harness import FILES, Bench, Connected, movie, picture

KEY = "mastodon"


def test_a_server_before_4_3_is_asked_for_the_scope_that_it_knows(bench: Bench) -> None:
    bench.stand_in.old = True
    connected = bench.connect()
    assert connected.account.handle == "@ada@mastodon.sandbox"
    assert next(iter(bench.stand_in.tokens.values())).scopes[0] == "read:accounts"


def test_the_servers_own_numbers_hold(bench: Bench) -> None:
    account = bench.connect().account
    limits = {"statuses": {"max_characters": 20, "max_media_attachments": 1}}
    small = account.model_copy(update={"data": {**account.data, "limits": limits}})
    options = bench.provider.Options()
    assert bench.provider.check((Entry(text="x" * 20),), small, options) == []
    (complaint,) = bench.provider.check((Entry(text="x" * 21),), small, options)
    assert "20" in complaint.sentence


def test_a_content_warning_counts(bench: Bench) -> None:
    account = bench.connect().account
    options = bench.provider.Options.model_validate({"spoiler_text": "12345"})
    assert bench.provider.check((Entry(text="x" * 495),), account, options) == []
    assert bench.provider.check((Entry(text="x" * 496),), account, options)


def test_strange_numbers_of_a_server_leave_the_defaults(bench: Bench) -> None:
    account = bench.connect().account
    strange: object
    for strange in (
        None,
        [],
        "x",
        {"statuses": 5},
        {"statuses": {"max_characters": "many"}},
        {"statuses": {"max_characters": -1}},
    ):
        odd = account.model_copy(update={"data": {"limits": strange}})
        assert bench.provider.rules_for(odd, bench.provider.Options()).first.length == 500


def test_the_same_key_again_is_the_same_status_and_a_new_one_is_another(bench: Bench) -> None:
    connected = bench.connect()
    job = connected.job((Entry(text="Once"),), key="a")
    first, again = connected.bring_out(job), connected.bring_out(job)
    assert first.id == again.id
    assert connected.bring_out(replace(job, key="b")).id != first.id


def test_a_doubt_older_than_the_key_is_healed_by_a_look(bench: Bench) -> None:
    connected = bench.connect()
    job = connected.job((Entry(text="Lost & found <b> https://example.com/a"),))
    connected.bring_out(job)
    bench.stand_in.keys.clear()  # an hour has passed
    late = replace(job, doubt=job.now, now=job.now + timedelta(hours=2))
    found = connected.bring_out(late)
    assert found.id == bench.stand_in.shown[0].id
    assert len(bench.stand_in.shown) == 1


def test_a_crash_between_two_uploads_uploads_the_rest_only(bench: Bench) -> None:
    connected = bench.connect()
    entry = Entry(text="Two", media=(picture("a.png")[0], picture("b.png", width=320)[0]))
    job = connected.job((entry,))
    bench.stand_in.failures.append(Failure(path="/api/v2/media", mode="slow", seconds=0))
    bench.stand_in.failures.append(Failure(path="/api/v2/media", mode="drop"))
    with pytest.raises(Retry):
        connected.bring_out(job)
    connected.bring_out(replace(job, state=bench.saved[-1]))
    uploads = [
        seen for seen in bench.stand_in.requests if seen["path"] == "/api/v2/media" and seen["status"] == 200
    ]
    assert len(uploads) == 2
    assert len(bench.stand_in.shown[0].media) == 2


POLL = {"options": ["Red", "Green"], "duration": 600, "multiple": True, "hide_totals": True}


def late(connected: Connected, entry: Entry, **more: Any) -> Any:
    """The same job two hours after its answer was lost, when no server knows its key any more."""
    job = connected.job((entry,), **more)
    return replace(job, doubt=job.now, now=job.now + timedelta(hours=2))


def test_an_older_server_tells_its_numbers_in_an_older_document(bench: Bench) -> None:
    bench.stand_in.ancient = bench.stand_in.old = True
    assert bench.connect().account.data["limits"]["statuses"]["max_characters"] == 500


def test_what_is_no_mastodon_server_is_said_so(bench: Bench) -> None:
    bench.stand_in.failures.append(Failure(path="/api/v1/apps", status=404, body="<html>Not here"))
    with pytest.raises(Rejected, match=r"mastodon\.sandbox does not answer as a Mastodon server"):
        bench.connect()


def test_the_budgets_reset_in_every_answer_is_no_wait_of_a_file_or_of_trouble(bench: Bench) -> None:
    connected = bench.connect()
    words = {"error": "Cannot attach files that have not finished processing. Try again."}
    for status, body, after in ((422, words, 10), (500, {"error": "Error processing thumbnail"}, 15)):
        bench.stand_in.failures.append(
            Failure(path="/api/v1/statuses|/api/v2/media", status=status, body=body)
        )
        with pytest.raises(Retry) as caught:
            connected.bring_out(connected.job((Entry(text="x", media=(picture()[0],)),)))
        assert caught.value.after == after


def test_a_busy_account_hides_no_lost_status(bench: Bench) -> None:
    connected = bench.connect()
    lost = connected.bring_out(connected.job((Entry(text="The lost one"),), key="lost"))
    for number in range(90):
        connected.bring_out(connected.job((Entry(text=f"Noise {number}"),), key=f"noise-{number}"))
    bench.stand_in.keys.clear()
    assert connected.bring_out(late(connected, Entry(text="The lost one"), key="lost")).id == lost.id
    looks = [
        seen
        for seen in bench.stand_in.requests
        if seen["path"].endswith("/statuses") and seen["method"] == "GET"
    ]
    assert len(looks) == 3
    assert len(bench.stand_in.shown) == 91


def test_a_look_ends_at_the_doubt(bench: Bench) -> None:
    connected = bench.connect()
    bench.stand_in.skew = -3600
    for number in range(41):
        connected.bring_out(connected.job((Entry(text=f"Old {number}"),), key=f"old-{number}"))
    bench.stand_in.skew = 0
    assert bench.provider.look(late(connected, Entry(text="Never sent"))) is None
    assert (
        sum(
            seen["method"] == "GET" and seen["path"].endswith("/statuses") for seen in bench.stand_in.requests
        )
        == 1
    )


@pytest.mark.parametrize(
    "said",
    [
        "Ask @ben@elsewhere.example or @ada about #lamps",
        "One\n\nTwo\nThree",
        "Long https://example.com/a/very/long/address/that/is/shown/in/three/pieces?x=1&y=<2>",
    ],
)
def test_what_a_server_marks_up_is_found_again(bench: Bench, said: str) -> None:
    connected = bench.connect()
    out = connected.bring_out(connected.job((Entry(text=said),)))
    bench.stand_in.keys.clear()
    assert connected.bring_out(late(connected, Entry(text=said))).id == out.id


def test_a_status_with_other_files_is_not_the_lost_one(bench: Bench) -> None:
    connected = bench.connect()
    connected.bring_out(connected.job((Entry(text="Same"),), key="other"))
    assert bench.provider.look(late(connected, Entry(text="Same", media=(picture()[0],)))) is None


def test_a_status_for_few_is_found_with_the_right_to_read_and_else_a_person_is_asked(bench: Bench) -> None:
    connected = bench.connect()
    entry, private = Entry(text="Among us"), {"visibility": "private"}
    out = connected.bring_out(connected.job((entry,), options=private))
    bench.stand_in.keys.clear()
    assert connected.bring_out(late(connected, entry, options=private)).id == out.id
    connected.token = connected.token.model_copy(
        update={"scopes": ("profile", "write:statuses", "write:media")}
    )
    with pytest.raises(Unsure) as caught:
        connected.bring_out(late(connected, entry, options=private))
    assert "look" in caught.value.sentence.lower()
    assert caught.value.final


def test_an_app_of_the_operators_own_that_may_not_read_still_looks_and_counts(bench: Bench) -> None:
    connected = bench.connect(without="read:statuses")
    assert "read:statuses" not in connected.token.scopes
    (receipt,) = connected.publish((Entry(text="Seen by all"),))
    bench.stand_in.keys.clear()
    assert connected.bring_out(late(connected, Entry(text="Seen by all"))).id == receipt.id
    assert bench.provider.metrics(connected.session, receipt)["favourites"] == 5


def test_a_file_that_the_server_has_lost_is_sent_anew_once(bench: Bench) -> None:
    connected = bench.connect()
    job = connected.job((Entry(text="A film", media=(movie(),)),))
    waiting = bench.provider.publish(job)
    bench.stand_in.files.clear()
    later = replace(job, state=dict(waiting.state))  # type: ignore[union-attr]
    with pytest.raises(Retry):
        bench.provider.publish(later)
    connected.bring_out(replace(job, state=bench.saved[-1]))
    assert len(bench.stand_in.shown) == 1
    bench.stand_in.failures.append(
        Failure(path="/api/v1/statuses", status=422, body={"error": "Validation failed: Media 1 not found"})
    )
    with pytest.raises(Rejected):
        connected.bring_out(replace(job, key="again", state={"media": ["1"], "waiting": [], "anew": True}))


def test_files_that_the_lost_status_has_used_up_prove_that_it_is_out(bench: Bench) -> None:
    connected = bench.connect()
    job = connected.job((Entry(text="Lost", media=(picture()[0],)),))
    out = connected.bring_out(job)
    bench.stand_in.keys.clear()  # the server forgot early
    again = replace(job, state=bench.saved[-1], doubt=job.now, now=job.now + timedelta(minutes=5))
    assert connected.bring_out(again).id == out.id
    assert len(bench.stand_in.shown) == 1


def test_a_thumbnail_that_fails_twice_is_a_bad_file(bench: Bench) -> None:
    connected = bench.connect()
    job = connected.job((Entry(text="x", media=(picture()[0],)),))
    broken = {"error": "Error processing thumbnail for uploaded media"}
    bench.stand_in.failures.append(Failure(path="/api/v2/media", status=500, body=broken, times=2))
    with pytest.raises(Retry):
        connected.bring_out(job)
    with pytest.raises(Rejected):
        connected.bring_out(replace(job, state=bench.saved[-1]))


def test_a_picture_larger_than_the_server_takes_is_made_to_fit(bench: Bench) -> None:
    connected = bench.connect()
    limits = {"media_attachments": {"image_size_limit": 3_000, "image_matrix_limit": 100_000}}
    connected.account = connected.account.model_copy(
        update={"data": {**connected.account.data, "limits": limits}}
    )
    connected.publish((Entry(text="Large", media=(picture("large.png", width=1600, height=1200)[0],)),))
    (sent,) = bench.stand_in.shown[0].media
    assert sent["size"] <= 3_000


def test_a_picture_of_a_type_that_the_server_does_not_know_is_converted(bench: Bench) -> None:
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (64, 48)).save(out, "BMP")
    media = Media(id="bmp", kind="image", mime="image/bmp", key="b", size=len(out.getvalue()), name="b.bmp")
    FILES["bmp"] = out.getvalue()
    connected = bench.connect()
    connected.publish((Entry(text="A bitmap", media=(media,)),))
    assert bench.stand_in.shown[0].media[0]["mime"] in {"image/jpeg", "image/png"}


@pytest.mark.parametrize("mime", ["video/mp4", "video/quicktime", "video/webm"])
def test_films_of_every_type_that_servers_take(bench: Bench, mime: str) -> None:
    connected = bench.connect()
    entries = (Entry(text="A film", media=(movie(mime=mime),)),)
    assert bench.provider.check(entries, connected.account, bench.provider.Options()) == []
    connected.publish(entries)
    assert bench.stand_in.shown[0].media[0]["mime"] == mime


def test_a_gif_stands_alone(bench: Bench) -> None:
    account = bench.connect().account
    gif = picture()[0].model_copy(update={"kind": "gif", "mime": "image/gif"})
    assert bench.provider.check((Entry(media=(gif,)),), account, bench.provider.Options()) == []
    for files in ((gif, gif), (gif, picture()[0])):
        assert bench.provider.check((Entry(media=files),), account, bench.provider.Options())


def test_a_poll_is_the_first_entrys_and_its_thread_has_none(bench: Bench) -> None:
    connected = bench.connect()
    connected.publish((Entry(text="Which lamp?"), Entry(text="Say why")), {"poll": POLL})
    first, second = bench.stand_in.shown
    wanted = {"options": ["Red", "Green"], "expires_in": 600, "multiple": True, "hide_totals": True}
    assert first.more["poll"] == wanted
    assert "poll" not in second.more


@pytest.mark.parametrize(
    ("poll", "entry", "said"),
    [
        ({}, Entry(text="x", media=(picture()[0],)), "not both"),
        ({}, Entry(), "text is needed"),
        ({"options": list("abcde")}, Entry(text="x"), "4 options"),
        ({"options": ["a", "b" * 51]}, Entry(text="x"), "50 characters"),
        ({"duration": 299}, Entry(text="x"), "300 to 2,629,746"),
        ({"expires_in": 2_629_747}, Entry(text="x"), "300 to 2,629,746"),
    ],
)
def test_a_poll_that_no_server_would_take_is_said_before(
    bench: Bench, poll: dict[str, Any], entry: Entry, said: str
) -> None:
    account = bench.connect().account
    given = {"options": ["a", "b"], **poll}
    options = bench.provider.Options.model_validate({"poll": given})
    assert said in " ".join(each.sentence for each in bench.provider.check((entry,), account, options))


@pytest.mark.parametrize("options", [["one"], ["a", "a"], ["a", " "], ["a", "a "]])
def test_a_poll_has_two_different_options(bench: Bench, options: list[str]) -> None:
    with pytest.raises(ValueError, match=r"poll"):
        bench.provider.Options.model_validate({"poll": {"options": options}})


def test_a_quote_and_who_may_quote_are_sent_as_the_server_knows_them(bench: Bench) -> None:
    connected = bench.connect()
    (quoted,) = connected.publish((Entry(text="Quote me"),))
    address = f"https://mastodon.sandbox/@ada/{quoted.id}"
    options = {"quoted_status_id": address, "quote_approval_policy": "followers"}
    assert (
        bench.provider.check(
            (Entry(text="x"),), connected.account, bench.provider.Options.model_validate(options)
        )
        == []
    )
    connected.publish((Entry(text="Look"),), options)
    assert bench.stand_in.shown[1].more["quoted_status_id"] == quoted.id
    assert bench.stand_in.shown[1].more["quote_approval_policy"] == "followers"
    connected.publish((Entry(text="Look, you few"),), {**options, "visibility": "private"})
    assert "quote_approval_policy" not in bench.stand_in.shown[2].more


def test_quotes_need_a_server_that_knows_them_and_a_status_of_it(bench: Bench) -> None:
    bench.stand_in.old = True
    account = bench.connect().account
    for given, said in (("123", "4.5"), ("https://elsewhere.example/@ben/123", "at mastodon.sandbox")):
        options = bench.provider.Options.model_validate({"quoted_status_id": given})
        found = bench.provider.check((Entry(text="x"),), account, options)
        assert said in " ".join(each.sentence for each in found)
    with pytest.raises(ValueError, match="address"):
        bench.provider.Options.model_validate({"quoted_status_id": "that one"})


def test_a_status_that_is_gone_already_counts_as_deleted(bench: Bench) -> None:
    connected = bench.connect()
    (receipt,) = connected.publish((Entry(text="Short"),))
    bench.provider.delete(connected.session, receipt)
    bench.provider.delete(connected.session, receipt)
    assert bench.stand_in.shown == []


def test_a_sign_in_asks_who_it_is_so_that_a_second_account_can_be_connected(bench: Bench) -> None:
    bench.connect()
    (asked,) = [
        seen
        for seen in bench.stand_in.requests
        if seen["path"] == "/oauth/authorize" and seen["method"] == "GET"
    ]
    assert asked["query"]["force_login"] == "true"
    assert set(asked["query"]["scope"].split()) == {
        "profile",
        "write:statuses",
        "write:media",
        "read:statuses",
    }


def test_a_server_that_does_not_know_the_right_to_read_is_not_asked_for_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = ("profile", "read:accounts", "write:statuses", "write:media")
    monkeypatch.setattr(type(bench.stand_in), "known_scopes", known)
    assert set(bench.connect().token.scopes) == {"profile", "write:statuses", "write:media"}
