"""What is special about LinkedIn pages: roles, an app of their own, and posts that can be read back."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chalicelib import text
from chalicelib.healing import bring_out
from chalicelib.models import Entry, Published, Receipt
from chalicelib.problems import Reconnect, Rejected, Unsure
from chalicelib.providers.linkedin.options import LinkedInPageOptions
from chalicelib.providers.linkedin_page import readable
from infra.sandbox.base import Failure
from infra.sandbox.linkedin import members as linkedin_members
from tests.contract.harness import Bench, Connected, movie, picture
from tests.providers.crashes import deaths

KEY = "linkedin-page"
TEXT = (Entry(text="A lamp (lit) #lamps"),)
FEED = " w_organization_social_feed r_organization_social_feed"


def sent(bench: Bench, method: str, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = bench.stand_in.requests
    return [each for each in found if each["method"] == method and path in each["path"]]


def with_feed(bench: Bench) -> Connected:
    bench.app["LINKEDIN_PAGE_SCOPES"] = " ".join(bench.provider.scopes(bench.session())) + FEED
    return bench.connect()


# -- choosing a page -------------------------------------------------------------------------------------


def test_only_pages_where_the_member_may_post_are_offered(bench: Bench) -> None:
    connected = bench.connect()
    pages = [choice.profile for choice in connected.choices]
    assert [(page.id, page.name, page.handle) for page in pages] == [
        ("5001", "Lantern Works", "lantern-works"),
        ("5002", "Wick & Sons", "wick-and-sons"),
    ]
    assert {page.data["member"] for page in pages} == {"ada-7f"}
    assert all(page.picture.endswith(".svg") for page in pages)
    assert all(choice.token is None for choice in connected.choices)


@pytest.mark.parametrize("body", ["<html>", "[]", {"elements": [{"organizationalTarget~": []}, 7, {}]}])
def test_logos_that_cannot_be_had_cost_nothing(bench: Bench, body: Any) -> None:
    bench.stand_in.failures.append(Failure(path="organizationalEntityAcls", status=200, body=body))
    assert [choice.profile.picture for choice in bench.connect().choices] == ["", ""]
    bench.stand_in.failures.append(Failure(path="organizationalEntityAcls", status=403))
    assert [choice.profile.picture for choice in bench.connect().choices] == ["", ""]


def test_more_pages_than_one_answer_holds_are_all_offered(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = {
        str(number): {"name": f"Page {number}", "vanity": f"page-{number}", "ada-7f": "ADMINISTRATOR"}
        for number in range(9000, 9103)
    }
    for number, page in many.items():
        monkeypatch.setitem(linkedin_members.PAGES, number, page)
    assert len(bench.connect().choices) == 2 + 103


def test_an_app_of_its_own_is_used_where_the_operator_has_one(bench: Bench) -> None:
    bench.connect()
    (exchange,) = sent(bench, "POST", "/accessToken")
    assert exchange["form"]["client_id"] == "sandbox-linkedin-page-client-id"
    bench.app["LINKEDIN_PAGE_CLIENT_ID"] = ""
    bench.connect()
    assert (
        sent(bench, "POST", "/accessToken")[-1]["form"]["client_id"]
        == bench.app["LINKEDIN_CLIENT_ID"]
        == "sandbox-linkedin-client-id"
    )


def test_either_pair_of_secrets_is_enough(bench: Bench) -> None:
    shared = {"LINKEDIN_CLIENT_ID": "a", "LINKEDIN_CLIENT_SECRET": "b"}
    own = {"LINKEDIN_PAGE_CLIENT_ID": "a", "LINKEDIN_PAGE_CLIENT_SECRET": "b"}
    assert bench.provider.missing(shared) == bench.provider.missing(own) == []
    assert bench.provider.missing({}) == ["LINKEDIN_CLIENT_ID", "LINKEDIN_CLIENT_SECRET"]
    half = {**shared, "LINKEDIN_PAGE_CLIENT_ID": "a"}
    assert bench.provider.missing(half) == ["LINKEDIN_PAGE_CLIENT_SECRET"]


# -- posting as a page -----------------------------------------------------------------------------------


def test_a_page_writes_in_its_own_name_and_to_everybody(bench: Bench) -> None:
    connected = with_feed(bench)
    connected.publish((*TEXT, Entry(text="A comment")))
    (post,) = sent(bench, "POST", "/rest/posts")
    assert (post["body"]["author"], post["body"]["visibility"]) == ("urn:li:organization:5001", "PUBLIC")
    (comment,) = sent(bench, "POST", "/comments")
    assert comment["body"]["actor"] == "urn:li:organization:5001"
    with pytest.raises(ValidationError):
        LinkedInPageOptions.model_validate({"visibility": "CONNECTIONS"})


def test_files_are_looked_at_until_they_are_ready(bench: Bench) -> None:
    bench.stand_in.processing = 2
    connected = bench.connect()
    connected.publish((Entry(text="A lamp", media=(picture()[0],)),))
    (begun,) = sent(bench, "POST", "/rest/images")
    assert begun["body"] == {"initializeUploadRequest": {"owner": "urn:li:organization:5001"}}
    assert len(sent(bench, "GET", "/rest/images/")) == 3


def test_a_role_that_was_lost_asks_the_person(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    connected = bench.connect()
    monkeypatch.setitem(linkedin_members.PAGES["5001"], "ada-7f", "ANALYST")
    with pytest.raises(Reconnect, match="no longer administer"):
        connected.publish(TEXT)


def test_numbers_of_a_film_and_of_a_text(bench: Bench) -> None:
    connected = bench.connect()
    for entries in (TEXT, (Entry(text="A film", media=(movie(),)),)):
        (receipt,) = connected.publish(entries)
        numbers = bench.provider.metrics(connected.session, receipt)
        assert numbers["impressions"] == 70
        assert numbers["shares"] == 2


# -- healing by looking ----------------------------------------------------------------------------------


def lose(connected: Connected, entries: tuple[Entry, ...], mode: Any = "lost", **more: Any) -> Any:
    """A job whose commit lost its answer, ready to be healed."""
    bench = connected.bench
    bench.stand_in.failures.append(Failure(path="(/rest/posts|/comments)$", method="POST", mode=mode))
    job = connected.job(entries, **more)
    with pytest.raises(Unsure):
        connected.bring_out(job)
    return replace(job, doubt=job.now, state=bench.saved[-1] if bench.saved else None)


def test_a_page_too_busy_to_be_read_back_to_the_doubt_is_for_a_person_to_look_at(bench: Bench) -> None:
    connected = bench.connect()
    job = lose(connected, TEXT)
    for number in range(100):
        connected.publish((Entry(text=f"Another lamp, {number}"),))
    with pytest.raises(Unsure, match="Too much"):
        bring_out(job)
    assert len(bench.stand_in.shown) == 101


def test_a_lost_post_is_found_by_its_words_and_not_sent_again(bench: Bench) -> None:
    connected = bench.connect()
    out = bring_out(lose(connected, TEXT))
    assert isinstance(out, Published)
    assert [each.id for each in bench.stand_in.shown] == [out.id]
    assert len(sent(bench, "POST", "/rest/posts")) == 1


def test_a_post_of_the_same_words_from_before_is_another_post(bench: Bench) -> None:
    connected = bench.connect()
    entries = (Entry(text="Lamp", media=(picture()[0],)),)
    connected.publish(entries)
    bench.stand_in.posts[bench.stand_in.shown[0].id]["createdAt"] -= 3_600_000
    bench.saved.clear()
    out = connected.bring_out(lose(connected, entries, "drop"))
    assert len(bench.stand_in.shown) == 2
    assert out.id == bench.stand_in.shown[1].id


def test_files_tell_two_posts_without_words_apart(bench: Bench) -> None:
    connected = bench.connect()
    first, second = ((Entry(media=(picture(name)[0],)),) for name in ("a.png", "b.png"))
    connected.publish(first)
    bench.saved.clear()
    out = connected.bring_out(lose(connected, second, "drop"))
    assert [each.id for each in bench.stand_in.shown][1:] == [out.id]


def test_a_lost_picture_without_words_is_found_by_its_file(bench: Bench) -> None:
    connected = bench.connect()
    out = connected.bring_out(lose(connected, (Entry(media=(picture()[0],)),)))
    assert [each.id for each in bench.stand_in.shown] == [out.id]


@pytest.mark.parametrize("kind", ["text", "pictures", "video", "poll"])
def test_a_death_around_any_request_posts_once(bench: Bench, kind: str) -> None:
    connected, done = bench.connect(), 0
    for moment in deaths(connected, bench.case.entries[kind], bench.case.options.get(kind, {})):
        assert len(bench.stand_in.shown) == 1, moment
        bench.stand_in.shown.clear()
        done += 1
    assert done > 2


def test_a_lost_comment_is_found(bench: Bench) -> None:
    connected = with_feed(bench)
    entries = (*TEXT, Entry(text="See (this)"))
    receipts = connected.publish(entries[:1])
    job = lose(connected, entries, index=1, receipts=receipts)
    out = bring_out(job)
    assert isinstance(out, Published)
    assert [each.id for each in bench.stand_in.shown] == [receipts[0].id, out.id]


def test_a_comment_that_is_not_there_is_sent_once(bench: Bench) -> None:
    connected = with_feed(bench)
    entries = (*TEXT, Entry(text="Again"))
    receipts = connected.publish(entries[:1])
    connected.bring_out(connected.job(entries, 1, receipts))
    for comment in bench.stand_in.comments.values():
        comment["created"]["time"] -= int(timedelta(hours=1).total_seconds() * 1000)
    job = lose(connected, entries, "drop", index=1, receipts=receipts)
    out = bring_out(job)
    assert isinstance(out, Published)
    assert len(bench.stand_in.shown) == 3


def test_comments_with_the_same_words_are_told_apart(bench: Bench) -> None:
    connected = with_feed(bench)
    entries = (*TEXT, Entry(text="Again"), Entry(text="Again"))
    receipts = connected.publish(entries[:2])
    out = connected.bring_out(lose(connected, entries, "drop", index=2, receipts=receipts))
    assert [each.id for each in bench.stand_in.shown] == [*(each.id for each in receipts), out.id]


def test_a_comment_that_may_not_be_read_asks_the_person(bench: Bench) -> None:
    connected = bench.connect()
    entries = (*TEXT, Entry(text="A comment"))
    receipts = connected.publish(entries[:1])
    job = connected.job(entries, 1, receipts)
    with pytest.raises(Unsure) as caught:
        bring_out(replace(job, doubt=job.now))
    assert caught.value.final
    assert len(bench.stand_in.shown) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"elements": [{"id": 7, "commentary": None, "createdAt": "soon", "content": [[[]]]}]},
        {"elements": [{"id": None, "createdAt": 10**30, "commentary": {"a": 1}}, "x", None]},
        {"elements": {"a": 1}},
        [],
    ],
)
def test_a_strange_list_holds_nothing_of_ours(bench: Bench, body: Any) -> None:
    connected = bench.connect()
    bench.stand_in.failures.append(Failure(path="/rest/posts$", method="GET", status=200, body=body))
    assert bench.provider.look(connected.job(TEXT, state={"media": ["urn:li:image:1"]})) is None
    bench.stand_in.failures.append(Failure(path="/comments$", method="GET", status=200, body=body))
    receipt = Receipt(id="urn:li:share:1", at=connected.account.created)
    assert bench.provider.look(connected.job((*TEXT, *TEXT), 1, (receipt,))) is None


@given(st.text() | st.text(st.sampled_from("\\|{}@[]()<>#*_~ a\n")))
def test_little_text_compares_with_what_was_written(written: str) -> None:
    shown = text.comparable(written.replace("＃", "#"))
    assert readable(text.little(written)).replace("＃", "#") == shown


def test_numbers_that_an_app_may_not_read_cost_no_page(bench: Bench) -> None:
    connected = bench.connect()
    receipt = connected.publish((Entry(text="Unread"),))[0]
    denied = {"status": 403, "code": "ACCESS_DENIED", "message": "Not enough permissions"}
    bench.stand_in.failures.append(Failure(path="ShareStatistics", status=403, body=denied))
    with pytest.raises(Rejected, match="read numbers"):
        bench.provider.metrics(connected.session, receipt)
