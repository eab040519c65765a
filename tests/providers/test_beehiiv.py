"""What is special about beehiiv: posts that are built in the background, drafts that are confirmed once, a list that lags."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from chalicelib.healing import bring_out
from chalicelib.models import Entry, Pending, Published, Token
from chalicelib.problems import Reconnect, Rejected, Retry, Unsure
from chalicelib.providers.beehiiv import FIRST, LAG
from chalicelib.providers.beehiiv.options import BeehiivOptions
from infra.sandbox.base import Failure
from infra.sandbox.beehiiv import PUBLICATIONS
from tests.contract.cases.beehiiv import ASK, COMMIT
from tests.contract.harness import Bench, Connected, picture
from tests.providers.crashes import deaths

KEY = "beehiiv"
ENTRY = (Entry(text="The lamps are lit"),)
OPTIONS = {"title": "Lamps", "tags": ["night"]}
FIRST_ONE, SECOND = PUBLICATIONS
SECRET = "lamp-post-wick-1234"  # the stand-in's


def sent(bench: Bench, method: str, path: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = bench.stand_in.requests
    return [each for each in found if each["method"] == method and path in each["path"]]


def posts(bench: Bench) -> list[dict[str, Any]]:
    return list(bench.stand_in.posts.values())


# -- signing in ------------------------------------------------------------------------------------------


def test_a_key_alone_offers_its_publications(bench: Bench) -> None:
    bench.case = replace(bench.case, given={"api_key": SECRET})
    assert [each.profile.name for each in bench.connect().choices] == ["The Lamp Letter", "The Wick"]
    assert bench.connect(choose=1).account.remote == SECOND


def test_a_named_publication_is_the_only_choice(bench: Bench) -> None:
    connected = bench.connect()
    assert [each.profile.id for each in connected.choices] == [FIRST_ONE]
    assert (connected.account.name, connected.account.handle) == ("The Lamp Letter", "Lantern Works")


@pytest.mark.parametrize(
    "publication", ["the-lamp-letter", "pub_1/../x", "00000000-0000-4000-8000-00000000000a"]
)
def test_what_is_no_publication_is_refused_before_it_is_asked_for(bench: Bench, publication: str) -> None:
    with pytest.raises(Rejected, match="pub_"):
        bench.provider.login(bench.session(), {"api_key": SECRET, "publication_id": publication})
    assert bench.stand_in.requests == []


def test_a_publication_of_somebody_else_is_told(bench: Bench) -> None:
    token = Token(access=SECRET, data={"publication": "pub_11111111-0000-4000-8000-00000000000a"})
    with pytest.raises(Rejected, match="not at beehiiv"):
        bench.provider.choices(bench.session(token=token))


def test_the_operators_key_is_taken_only_where_the_operator_shares_it(bench: Bench) -> None:
    operators = {"BEEHIIVE_API_KEY": SECRET, "BEEHIIVE_PUBLICATION_ID": SECOND}
    with pytest.raises(Rejected, match="needs an API key"):
        bench.provider.login(replace(bench.session(), app=operators), {"api_key": ""})
    shared = replace(bench.session(), app={**operators, "BEEHIIVE_SHARED": "yes"})
    token = bench.provider.login(shared, {"api_key": "", "publication_id": FIRST_ONE})
    assert (token.access, token.data) == (SECRET, {"publication": SECOND})


# -- what is sent ----------------------------------------------------------------------------------------


def test_the_mark_goes_when_the_draft_does(bench: Bench) -> None:
    bench.connect().publish(ENTRY, OPTIONS)
    (made,) = sent(bench, "POST")
    assert made["body"]["status"] == "draft"
    assert made["body"]["content_tags"][0] == "night"
    assert made["body"]["content_tags"][1].startswith("lamppost-")
    assert bench.stand_in.shown[0].more["content_tags"] == ["night"]


def test_only_what_is_set_is_sent(bench: Bench) -> None:
    bench.connect().publish(ENTRY, {"title": "Lamps"})
    (made,) = sent(bench, "POST")
    assert set(made["body"]) == {"title", "body_content", "status", "content_tags"}


def test_an_audience_holds_for_mail_and_web(bench: Bench) -> None:
    bench.connect().publish(ENTRY, {**OPTIONS, "audience": ["premium"]})
    tiers = {"tier_ids": ["premium"]}
    assert bench.stand_in.shown[0].more["recipients"] == {"web": tiers, "email": tiers}


def test_pictures_are_shown_from_an_address_that_stays_good(bench: Bench) -> None:
    bench.connect().publish((Entry(text="x", media=(picture()[0],)),), OPTIONS)
    (shown,) = bench.stand_in.shown[0].media
    assert shown["url"].startswith(bench.sandbox.public)
    assert shown["alt"] == "A lamp"


def test_a_draft_is_waited_for_as_long_as_beehiiv_says(bench: Bench) -> None:
    bench.stand_in.looks = 2
    connected = bench.connect()
    job, waits = connected.job(ENTRY, options=OPTIONS), []
    while isinstance(outcome := bring_out(job), Pending):
        waits.append(outcome.after)
        job = replace(job, state=outcome.state)
    assert waits == [FIRST, 3, 3]
    assert isinstance(outcome, Published)
    assert outcome.url.startswith("https://lamps.beehiiv.com/p/")


def test_a_post_that_only_goes_by_mail_has_no_address(bench: Bench) -> None:
    told = {"data": {"id": "post_1", "status": "confirmed", "web_url": None}}
    bench.stand_in.failures.append(Failure(path=COMMIT, method="PATCH", status=200, body=told))
    (receipt,) = bench.connect().publish(ENTRY, OPTIONS)
    assert receipt.url == ""


def test_a_plan_that_may_not_publish_is_told(bench: Bench) -> None:
    bench.stand_in.may_send = False
    with pytest.raises(Rejected, match="Max or Enterprise"):
        bench.connect().publish(ENTRY, OPTIONS)


def test_a_post_that_could_not_be_built_fails_for_good(bench: Bench) -> None:
    job = bench.connect().job(ENTRY, options=OPTIONS)
    first = bring_out(job)
    assert isinstance(first, Pending)
    posts(bench)[0].update(fails=True, looks=0)
    with pytest.raises(Rejected, match="could not build"):
        bring_out(replace(job, state=first.state))


def test_a_confirmation_that_changed_nothing_is_not_called_published(bench: Bench) -> None:
    job = bench.connect().job(ENTRY, options=OPTIONS)
    first = bring_out(job)
    assert isinstance(first, Pending)
    posts(bench)[0]["looks"] = 0
    told = {"data": {"id": posts(bench)[0]["id"], "status": "draft"}}
    bench.stand_in.failures.append(Failure(path=COMMIT, method="PATCH", status=200, body=told))
    again = bring_out(replace(job, state=first.state))
    assert isinstance(again, Pending)
    assert isinstance(bring_out(replace(job, state=again.state)), Published)
    assert len(bench.stand_in.shown) == 1


# -- once, and never left a draft ------------------------------------------------------------------------


def test_a_death_around_any_request_sends_once_and_leaves_no_draft(bench: Bench) -> None:
    connected, done = bench.connect(), 0
    for moment in deaths(connected, ENTRY, OPTIONS):
        assert [each["status"] for each in posts(bench)] == ["confirmed"], moment
        assert len(bench.stand_in.shown) == 1, moment
        bench.stand_in.shown.clear()
        bench.stand_in.posts.clear()
        done += 1
    assert done > 8


def test_after_a_lost_answer_the_draft_is_looked_for_when_the_list_can_know_it(bench: Bench) -> None:
    bench.stand_in.looks = 0
    job = bench.connect().job(ENTRY, options=OPTIONS)
    bench.stand_in.failures.append(Failure(path=ASK, method="POST", mode="lost"))
    with pytest.raises(Retry) as caught:
        bring_out(job)
    assert caught.value.after == LAG
    bench.stand_in.skew += LAG
    assert isinstance(bring_out(job), Pending)
    assert len(posts(bench)) == 1


def lost(connected: Connected, mode: Any) -> Any:
    connected.bench.stand_in.failures.append(Failure(path=COMMIT, method="PATCH", mode=mode))
    job = connected.job(ENTRY, options=OPTIONS)
    with pytest.raises(Unsure):
        connected.bring_out(job)
    later = job.now + timedelta(seconds=connected.bench.provider.heal_after)
    return replace(job, doubt=job.now, now=later, state=connected.bench.saved[-1])


@pytest.mark.parametrize("status", ["confirmed", "archived"])
def test_a_post_that_was_confirmed_is_never_confirmed_again(bench: Bench, status: str) -> None:
    later = lost(bench.connect(), "lost")
    posts(bench)[0]["status"] = status
    assert isinstance(bring_out(later), Published)
    assert len(sent(bench, "PATCH")) == 1


def test_a_draft_that_was_not_confirmed_is(bench: Bench) -> None:
    later = lost(bench.connect(), "drop")
    assert isinstance(bring_out(later), Published)
    assert [each["status"] for each in posts(bench)] == ["confirmed"]


def test_a_draft_of_an_earlier_attempt_is_brought_up_to_date(bench: Bench) -> None:
    connected = bench.connect()
    bench.stand_in.failures.append(Failure(path=COMMIT, method="PATCH", status=403, body={}))
    with pytest.raises(Rejected):
        connected.bring_out(connected.job(ENTRY, options=OPTIONS))
    bench.stand_in.skew += LAG
    connected.bring_out(connected.job((Entry(text="Said better"),), options=OPTIONS))
    assert [each.text for each in bench.stand_in.shown] == ["Said better"]
    assert len(posts(bench)) == 1


def test_a_draft_that_is_still_being_built_is_not_sent_as_it_was(bench: Bench) -> None:
    connected = bench.connect()
    bring_out(connected.job(ENTRY, options=OPTIONS))
    bench.stand_in.skew += LAG
    changed = connected.job((Entry(text="Said better"),), options=OPTIONS)
    with pytest.raises(Retry, match="still building") as caught:
        bring_out(changed)
    assert caught.value.after == 3
    assert connected.bring_out(changed).id
    assert [each.text for each in bench.stand_in.shown] == ["Said better"]


def test_a_list_that_cannot_be_read_is_no_sign_that_there_is_no_draft(bench: Bench) -> None:
    bench.stand_in.failures.append(Failure(path=ASK, method="GET", status=200, body="<html>"))
    with pytest.raises(Retry):
        bring_out(bench.connect().job(ENTRY, options=OPTIONS))
    assert posts(bench) == []


def test_a_post_that_a_person_deleted_meanwhile_is_not_sent_anew(bench: Bench) -> None:
    later = lost(bench.connect(), "lost")
    bench.stand_in.posts.clear()
    with pytest.raises(Rejected, match="any more"):
        bring_out(later)
    assert len(bench.stand_in.shown) == 1


def test_a_publication_that_is_gone_asks_for_the_person(bench: Bench) -> None:
    connected = bench.connect()
    connected.account = connected.account.model_copy(update={"remote": "pub_gone"})
    with pytest.raises(Reconnect, match="no such publication"):
        bring_out(connected.job(ENTRY, options=OPTIONS))


# -- options and pick lists ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [{"title": " "}, {"slug": "Lamps Lit"}, {"slug": "-a"}, {"thumbnail": "lamp.png"}, {"audience": ["all"]}],
)
def test_options_that_cannot_be_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        BeehiivOptions.model_validate({**OPTIONS, **wrong})


def test_templates_can_be_picked(bench: Bench) -> None:
    provider: Any = bench.provider
    (found,) = provider.templates(bench.connect().session)
    assert found == {"id": "post_template_00000000-0000-4000-8000-000000000001", "name": "Plain"}
