"""What is special about Instagram's own login: professional accounts only, one token that renews itself after a day."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import clock, oauth
from chalicelib.models import Entry, Token
from chalicelib.problems import Blocked, Expired, Reconnect, Retry, Unsure
from chalicelib.providers.base import overrides, tools
from chalicelib.providers.instagram.rules import StandaloneOptions
from infra.sandbox.base import Failure
from tests.contract.cases.instagram import COMMIT
from tests.contract.harness import Bench, movie, picture
from tests.providers.crashes import deaths

KEY = "instagram-standalone"
IMAGE = (Entry(text="A lamp", media=(picture()[0],)),)


def sent(bench: Bench, method: str, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = bench.stand_in.requests
    return [each for each in found if each["method"] == method and each["path"].endswith(path)]


def test_the_professional_id_is_the_account_and_not_the_apps_own(bench: Bench) -> None:
    account = bench.connect().account
    assert (account.remote, account.handle, account.name) == ("17841", "ada.lantern", "Ada Lantern")


def test_a_personal_account_is_told_what_to_change(bench: Bench) -> None:
    with pytest.raises(Reconnect, match="business and creator"):
        bench.connect(2)


@pytest.mark.parametrize(
    "answer",
    [
        {"access_token": "t", "user_id": 1, "permissions": "a,b"},
        {"access_token": "t", "user_id": 1, "permissions": ["a", "b"]},
        {"data": [{"access_token": "t", "user_id": "1", "permissions": "a,b"}]},
    ],
)
def test_a_token_is_read_however_it_is_wrapped(bench: Bench, answer: dict[str, Any]) -> None:
    token = oauth.token_of(bench.session(), bench.provider.auth, answer)  # type: ignore[arg-type]
    assert (token.access, token.scopes) == ("t", ("a", "b"))


@pytest.mark.parametrize("answer", [{"data": []}, {"data": "x"}, {"data": [1]}, {}])
def test_an_answer_without_a_token_is_asked_for_again(bench: Bench, answer: dict[str, Any]) -> None:
    with pytest.raises(Retry):
        oauth.token_of(bench.session(), bench.provider.auth, answer)  # type: ignore[arg-type]


def test_a_wrong_app_secret_blocks_the_platform(bench: Bench) -> None:
    bench.app["INSTAGRAM_APP_SECRET"] = "wrong"
    with pytest.raises(Blocked):
        bench.connect()


def test_the_token_kept_is_the_long_one_and_knows_its_scopes(bench: Bench) -> None:
    token = bench.connect().token
    assert token.expires is not None
    assert timedelta(days=59) < token.expires - clock.now() <= timedelta(days=60)
    assert token.refresh is None  # it renews itself: its end is the day to act before
    assert len(token.scopes) == 4


def test_a_token_younger_than_a_day_cannot_be_renewed(bench: Bench) -> None:
    connected = bench.connect()
    with pytest.raises(Reconnect):
        bench.provider.refresh(connected.session)


def test_a_renewed_token_is_another_one_with_sixty_days(bench: Bench) -> None:
    connected = bench.connect()
    bench.stand_in.skew += 25 * 3600
    fresh = bench.provider.refresh(connected.session)
    assert isinstance(fresh, Token)
    assert fresh.access != connected.token.access
    assert fresh.scopes == connected.token.scopes
    connected.token = fresh
    connected.publish(IMAGE)


def test_a_token_that_is_over_asks_the_person_and_a_busy_platform_does_not(bench: Bench) -> None:
    connected = bench.connect()
    bench.stand_in.skew += 25 * 3600
    bench.stand_in.failures.append(Failure(path="/refresh_access_token$", status=500))
    with pytest.raises(Retry):
        bench.provider.refresh(connected.session)
    bench.stand_in.skew += 61 * 86400
    with pytest.raises(Reconnect):
        bench.provider.refresh(connected.session)


def test_a_refused_token_is_to_be_renewed_before_anybody_is_asked(bench: Bench) -> None:
    connected = bench.connect()
    bench.stand_in.expire_tokens()
    with pytest.raises(Expired):
        connected.publish(IMAGE)


def test_the_trading_of_tokens_has_no_version_and_the_graph_has_the_operators(bench: Bench) -> None:
    bench.app["META_GRAPH_API_VERSION"] = "v26.0"
    bench.connect().publish(IMAGE)
    assert [each["path"] for each in sent(bench, "GET", "/access_token")] == ["/access_token"]
    assert sent(bench, "POST", "/v26.0/17841/media")


def test_what_only_facebooks_login_has_is_not_offered(bench: Bench) -> None:
    assert tools(bench.provider) == {}
    assert not overrides(bench.provider, "delete")
    assert "audio" not in StandaloneOptions.model_fields


def test_a_lost_publish_is_told_by_the_container(bench: Bench) -> None:
    connected = bench.connect()
    job = connected.job(IMAGE)
    bench.stand_in.failures.append(Failure(path=COMMIT, mode="lost"))
    with pytest.raises(Unsure):
        connected.bring_out(job)
    out = connected.bring_out(replace(job, state=bench.saved[-1], doubt=job.now))
    assert [post.id for post in bench.stand_in.shown] == [out.id]


def test_a_death_around_any_request_neither_loses_nor_doubles_it(bench: Bench) -> None:
    film = (Entry(text="", media=(movie("d.mp4", size=90_000),)),)
    for where in deaths(bench.connect(), film, {}):
        assert len(bench.stand_in.shown) == 1, where
        bench.stand_in.shown.clear()
        bench.stand_in.media.clear()
