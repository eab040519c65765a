"""What is special about LinkedIn: little text, files in parts, words that it takes only once, tokens that rest."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import clock, text
from chalicelib.healing import bring_out
from chalicelib.models import Entry, Pending, Published, Token
from chalicelib.problems import Blocked, Duplicate, Expired, Problem, Reconnect, Rejected, Retry, Unsure
from chalicelib.providers.base import tools
from chalicelib.providers.linkedin import LinkedIn
from chalicelib.sessions import Job
from infra.sandbox.base import Failure
from infra.sandbox.linkedin.words import readable
from tests.contract.harness import Bench, Connected, movie, picture

KEY = "linkedin"
TEXT = (Entry(text="A lamp"),)


def sent(bench: Bench, method: str, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = bench.stand_in.requests
    return [each for each in found if each["method"] == method and path in each["path"]]


# -- signing in ------------------------------------------------------------------------------------------


def test_a_right_to_read_the_handle_is_not_needed(bench: Bench) -> None:
    assert bench.connect().account.handle == "ada-lantern"
    bench.app["LINKEDIN_SCOPES"] = ""
    account = bench.connect().account
    assert (account.remote, account.name, account.handle) == ("ada-7f", "Ada Lantern", "")


def test_without_a_setting_only_the_self_serve_rights_are_asked_for(bench: Bench) -> None:
    bench.app["LINKEDIN_SCOPES"] = ""
    assert bench.connect().token.scopes == ("openid", "profile", "w_member_social")
    bench.app["LINKEDIN_SCOPES"] = "openid,profile, w_member_social"
    assert bench.provider.scopes(bench.session()) == ("openid", "profile", "w_member_social")


def test_the_token_lasts_sixty_days_and_its_renewal_a_year(bench: Bench) -> None:
    token = bench.connect().token
    assert token.expires is not None
    assert token.refresh_expires is not None
    assert 59.9 < (token.expires - clock.now()).total_seconds() / 86_400 <= 60
    assert 364.9 < (token.refresh_expires - clock.now()).total_seconds() / 86_400 <= 365


def test_an_app_that_is_no_partner_needs_the_person_again(bench: Bench) -> None:
    bench.stand_in.partner = False
    connected = bench.connect()
    assert connected.token.refresh is None
    with pytest.raises(Reconnect):
        bench.provider.refresh(connected.session)


def test_a_refreshed_token_rests_ten_seconds_and_the_refresh_token_stays(bench: Bench) -> None:
    connected = bench.connect()
    kept = connected.token.refresh
    connected.token = bench.provider.refresh(connected.session)
    assert connected.token.refresh == kept
    outcome = bring_out(connected.job(TEXT))
    assert isinstance(outcome, Pending)
    assert 8 < outcome.after <= 10
    assert bench.stand_in.shown == []
    job = connected.job(TEXT)
    job.now += timedelta(seconds=11)
    assert isinstance(bring_out(job), Published)


def test_a_person_who_cancels_and_an_app_without_a_product_come_back_with_an_error(bench: Bench) -> None:
    from chalicelib import oauth

    session, auth = bench.session(), LinkedIn.auth
    url, _ = oauth.consent(session, auth, "http://localhost/cb", "s", "v" * 64)
    routed = bench.wire.route(KEY, url)
    assert bench.press(routed, decision="deny") == {
        "error": "user_cancelled_authorize",
        "error_description": "The user cancelled the request",
        "state": "s",
    }
    back = bench.wire.client.get(routed.replace("w_member_social", "w_everything"))
    assert "error=unauthorized_scope_error" in back.headers["location"]


def test_a_revoke_would_end_the_profile_and_its_pages_alike(bench: Bench) -> None:
    assert bench.provider.revokes_all


# -- how it is asked -------------------------------------------------------------------------------------


def test_each_versioned_call_names_the_version_and_the_protocol(bench: Bench) -> None:
    bench.app["LINKEDIN_API_VERSION"] = "202606"
    connected = bench.connect()
    connected.publish((Entry(text="A lamp", media=(picture()[0],)),))
    calls = sent(bench, "POST", "/rest/")
    assert len(calls) == 2
    for call in calls:
        assert call["headers"]["Linkedin-Version"] == "202606"
        assert call["headers"]["X-Restli-Protocol-Version"] == "2.0.0"
        assert call["type"] == "application/json"
    (who,) = sent(bench, "GET", "/v2/userinfo")
    assert "Linkedin-Version" not in who["headers"]


def test_a_retired_version_holds_the_platform_and_names_the_setting(bench: Bench) -> None:
    bench.app["LINKEDIN_API_VERSION"] = "202401"
    with pytest.raises(Blocked, match="LINKEDIN_API_VERSION"):
        bench.connect().publish(TEXT)


def test_a_post_is_written_as_the_api_asks(bench: Bench) -> None:
    bench.connect().publish((Entry(text="A_b"),), {"visibility": "CONNECTIONS"})
    (call,) = sent(bench, "POST", "/rest/posts")
    assert call["body"] == {
        "author": "urn:li:person:ada-7f",
        "commentary": "A\\_b",
        "visibility": "CONNECTIONS",
        "distribution": {
            "feedDistribution": "MAIN_FEED",
            "targetEntities": [],
            "thirdPartyDistributionChannels": [],
        },
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": False,
    }


def test_the_receipt_is_the_urn_of_the_header_and_its_public_address(bench: Bench) -> None:
    (receipt,) = bench.connect().publish(TEXT)
    assert receipt.id == bench.stand_in.shown[0].id
    assert receipt.url == f"https://www.linkedin.com/feed/update/{receipt.id}/"


def test_mentions_and_hashtags_are_alive(bench: Bench) -> None:
    said = "With @[Wick & Sons](urn:li:organization:5002): #two_lamps_ (really)"
    bench.connect().publish((Entry(text=said),))
    (call,) = sent(bench, "POST", "/rest/posts")
    assert "@[Wick & Sons](urn:li:organization:5002)" in call["body"]["commentary"]
    assert r"{hashtag|\#|two\_lamps\_}" in call["body"]["commentary"]
    assert bench.stand_in.shown[0].text == "With Wick & Sons: #two_lamps_ (really)"


def test_the_stand_in_cuts_a_text_whose_marks_are_bare_as_linkedin_does() -> None:
    assert readable("One lamp (lit) and more") == "One lamp "
    assert readable(r"One lamp \(lit\) #ok {hashtag|\#|fine}") == "One lamp (lit) #ok #fine"


@given(st.text() | st.text(st.sampled_from("\\|{}@[]()<>#*_~ a\n")))
def test_whatever_is_written_is_what_readers_see(written: str) -> None:
    assert readable(text.little(written)).replace("＃", "#") == written.replace("＃", "#")


# -- comments --------------------------------------------------------------------------------------------


def test_a_comment_is_plain_text_sent_once_over_the_elder_address(bench: Bench) -> None:
    said = "See (this) #lamp_ by @[Wick & Sons](urn:li:organization:5002)"
    receipts = bench.connect().publish((Entry(text="The post"), Entry(text=said)))
    shown = bench.stand_in.shown[1:]
    assert [each.text for each in shown] == ["See (this) #lamp_ by Wick & Sons"]
    assert shown[0].reply_to == receipts[0].id
    refused, taken = sent(bench, "POST", "/comments")
    assert (refused["path"][:6], refused["status"], taken["path"][:4]) == ("/rest/", 403, "/v2/")
    assert receipts[1].id == shown[0].id
    assert receipts[1].url.startswith(receipts[0].url)


def test_an_app_with_the_feed_right_comments_at_the_newer_address(bench: Bench) -> None:
    bench.app["LINKEDIN_SCOPES"] = "openid profile w_member_social w_member_social_feed"
    bench.connect().publish((Entry(text="The post"), Entry(text="A comment")))
    assert [each["path"][:6] for each in sent(bench, "POST", "/comments")] == ["/rest/"]


def test_a_comment_whose_answer_was_lost_asks_the_person(bench: Bench) -> None:
    connected = bench.connect()
    entries = (Entry(text="The post"), Entry(text="A comment"))
    receipts = connected.publish(entries[:1])
    bench.stand_in.failures.append(Failure(path="/v2/socialActions", mode="lost"))
    job = connected.job(entries, 1, receipts)
    with pytest.raises(Unsure):
        bring_out(job)
    with pytest.raises(Unsure) as caught:
        bring_out(replace(job, doubt=job.now))
    assert caught.value.final
    assert len(bench.stand_in.shown) == 2


def test_a_comment_is_deleted_alone(bench: Bench) -> None:
    connected = bench.connect()
    receipts = connected.publish((Entry(text="The post"), Entry(text="A comment")))
    bench.provider.delete(connected.session, receipts[1])
    assert [each.id for each in bench.stand_in.shown] == [receipts[0].id]


# -- refusals --------------------------------------------------------------------------------------------


def test_the_same_words_again_are_a_duplicate_that_names_the_post(bench: Bench) -> None:
    connected = bench.connect()
    (receipt,) = connected.publish(TEXT)
    with pytest.raises(Duplicate) as caught:
        connected.publish(TEXT)
    assert caught.value.remote == receipt.id


def test_a_lost_text_is_sent_again_and_found_by_its_own_refusal(bench: Bench) -> None:
    connected = bench.connect()
    bench.stand_in.failures.append(Failure(path="/rest/posts$", mode="lost"))
    job = connected.job(TEXT)
    with pytest.raises(Unsure):
        bring_out(job)
    out = bring_out(replace(job, doubt=job.now))
    assert isinstance(out, Published)
    assert [each.id for each in bench.stand_in.shown] == [out.id]


@pytest.mark.parametrize("body", [{"message": "DUPLICATE_POST"}, {"code": ["DUPLICATE_POST"]}, ["x"]])
def test_a_strange_refusal_in_a_doubt_is_a_problem(bench: Bench, body: Any) -> None:
    connected = bench.connect()
    bench.stand_in.failures.append(Failure(path="/rest/posts$", status=422, body=body))
    job = connected.job(TEXT)
    with pytest.raises(Rejected):
        bring_out(replace(job, doubt=job.now))


def refuse(connected: Connected, status: int, body: Any, state: Any, now: datetime | None = None) -> Problem:
    """One more attempt that is refused; its state is left in `state`."""
    connected.bench.stand_in.failures[:] = [Failure(path="/rest/posts$", status=status, body=body)]
    job: Job = connected.job(TEXT, state=dict(state) or None, save=state.update)
    with pytest.raises(Problem) as caught:
        bring_out(replace(job, now=now or job.now))
    return caught.value


def test_a_right_that_stays_away_for_three_tries_needs_the_person(bench: Bench) -> None:
    connected, state = bench.connect(), dict[str, Any]()
    body = {"code": "ACCESS_DENIED", "message": "Accessing this image resource is forbidden"}
    problems = [refuse(connected, 403, body, state) for _ in range(3)]
    assert [type(each) for each in problems] == [Retry, Retry, Reconnect]
    assert [each.after for each in problems[:2]] == [10, 10]


def test_too_many_calls_wait_longer_each_time_and_at_last_until_midnight_utc(bench: Bench) -> None:
    connected, state = bench.connect(), dict[str, Any]()
    evening = datetime(2026, 10, 3, 22, 30, tzinfo=UTC)
    waits = [refuse(connected, 429, {}, state, evening).after for _ in range(5)]
    assert waits == [60, 300, 900, 5400, 5400]
    last = refuse(connected, 429, {}, state, evening)
    assert type(last) is Rejected
    assert "6 times" in last.sentence


def test_other_refusals_are_not_counted_as_getting_on(bench: Bench) -> None:
    connected, state = bench.connect(), dict[str, Any]()
    problem = refuse(connected, 400, {"code": "MEDIA_ASSET_WAITING_UPLOAD"}, state)
    assert (type(problem), state) == (Retry, {})


def test_a_token_that_is_not_accepted_is_expired(bench: Bench) -> None:
    connected = bench.connect()
    connected.token = Token(access="wrong")
    with pytest.raises(Expired):
        connected.publish(TEXT)


# -- numbers and names -----------------------------------------------------------------------------------


def test_numbers_of_a_film_are_asked_for_by_its_own_kind(bench: Bench) -> None:
    connected = bench.connect()
    (receipt,) = connected.publish((Entry(text="A film", media=(movie(),)),))
    numbers = bench.provider.metrics(connected.session, receipt)
    assert numbers == {
        "impressions": 40,
        "members_reached": 41,
        "reshares": 42,
        "reactions": 43,
        "comments": 44,
    }


def test_an_app_that_may_not_read_numbers_is_told_so_without_a_call(bench: Bench) -> None:
    bench.app["LINKEDIN_SCOPES"] = ""
    connected = bench.connect()
    (receipt,) = connected.publish(TEXT)
    with pytest.raises(Rejected, match="r_member_postAnalytics"):
        bench.provider.metrics(connected.session, receipt)
    assert sent(bench, "GET", "Analytics") == []


def test_a_company_is_found_for_a_mention(bench: Bench) -> None:
    assert list(tools(bench.provider)) == ["companies"]
    provider: Any = bench.provider
    found = provider.companies(bench.connect().session, vanity_name="wick-and-sons")
    assert found == [
        {"id": "5002", "name": "Wick & Sons", "mention": "@[Wick & Sons](urn:li:organization:5002)"}
    ]


def test_an_app_that_may_not_look_companies_up_keeps_its_account(bench: Bench) -> None:
    provider, connected = bench.provider, bench.connect()
    denied = {"status": 403, "code": "ACCESS_DENIED", "message": "Not enough permissions"}
    bench.stand_in.failures.append(Failure(path="/rest/organizations", status=403, body=denied))
    with pytest.raises(Rejected, match="does not let this app"):
        provider.companies(connected.session, vanity_name="wick-and-sons")  # type: ignore[attr-defined]


def test_a_picture_without_a_description_is_sent_without_one(bench: Bench) -> None:
    bench.connect().publish((Entry(text="Bare", media=(picture("bare.png", alt="")[0],)),))
    (post,) = sent(bench, "POST", "/rest/posts")
    assert set(post["body"]["content"]["media"]) == {"id"}
