"""What is special about listmonk: a server of one's own, drafts that are found again, templates in everything that is sent."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from chalicelib.healing import bring_out
from chalicelib.models import Entry, Published
from chalicelib.problems import Reconnect, Rejected, Retry, Unsure
from chalicelib.providers.base import tools
from chalicelib.providers.listmonk import Listmonk
from chalicelib.providers.listmonk.options import ListmonkOptions
from chalicelib.wire import Wire
from infra.sandbox.base import Failure
from infra.sandbox.listmonk import EMPTY, HOST, RIGHTS
from tests.contract.cases.listmonk import COMMIT
from tests.contract.harness import Bench, Connected, picture
from tests.providers.crashes import deaths

KEY = "listmonk"
ENTRY = (Entry(text="The lamps are lit"),)
OPTIONS = {"subject": "Lamps", "list": 2}
SECRET = "lamp-post-wick-1234"  # the stand-in's


def sent(bench: Bench, method: str, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = bench.stand_in.requests
    return [each for each in found if each["method"] == method and each["path"].endswith(path)]


def signed_in(bench: Bench, **app: str) -> Any:
    return lambda **given: bench.provider.login(replace(bench.session(), app=app, host=HOST), given)


# -- signing in ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "host", "root"),
    [
        ("https://lists.lamps.sandbox", HOST, f"https://{HOST}"),
        ("lists.lamps.sandbox/", HOST, f"https://{HOST}"),
        ("http://Lists.Lamps.Sandbox/?x=1#y", HOST, f"https://{HOST}"),
        ("https://ada:pw@lists.lamps.sandbox:9000/mail/", f"{HOST}:9000", f"https://{HOST}:9000/mail"),
    ],
)
def test_an_address_is_read_as_people_write_it(bench: Bench, given: str, host: str, root: str) -> None:
    assert bench.provider.place({"url": given}, {}) == host
    token = signed_in(bench)(url=given, username="ada", password=SECRET)
    assert token.data == {"user": "ada", "root": root}


@pytest.mark.parametrize("address", ["10.0.0.7", "127.0.0.1:9000", "localhost", "[::1]", "169.254.169.254"])
def test_a_server_inside_a_network_is_never_asked(bench: Bench, address: str) -> None:
    session = bench.session(host=address)
    session.wire = Wire()
    session.token = signed_in(bench)(url=address, username="ada", password=SECRET)
    with pytest.raises(Rejected, match="not a public address"):
        bench.provider.me(session)


def test_the_account_is_the_user_at_the_server(bench: Bench) -> None:
    account = bench.connect().account
    assert (account.remote, account.name, account.handle) == (f"{HOST}#ada", "Ada Lantern", HOST)


def test_a_user_who_could_only_make_drafts_is_refused_when_it_is_connected(bench: Bench) -> None:
    for lacking, rights in {"send": RIGHTS[:2], "manage": (RIGHTS[0], RIGHTS[2])}.items():
        bench.stand_in.rights["ada"] = rights
        with pytest.raises(Rejected, match=f"campaigns:{lacking}"):
            bench.connect()


def test_a_server_that_knows_no_right_to_send_needs_none(bench: Bench) -> None:
    bench.stand_in.rights["ada"] = tuple(each for each in RIGHTS if each != "campaigns:send")
    bench.stand_in.failures.append(
        Failure(path="/api/config$", mode="answer", status=200, body={"data": {"root_url": ""}})
    )
    assert bench.connect().account.remote == f"{HOST}#ada"


def test_a_wrong_token_is_told_when_it_is_connected(bench: Bench) -> None:
    session = bench.session(host=HOST)
    session.token = signed_in(bench)(url=HOST, username="ada", password="her own password")
    with pytest.raises(Reconnect, match="does not accept this API user"):
        bench.provider.me(session)


def test_the_operators_user_is_taken_only_where_the_operator_shares_it(bench: Bench) -> None:
    operators = {"LISTMONK_DOMAIN": f"https://{HOST}", "LISTMONK_USER": "ada", "LISTMONK_API_KEY": SECRET}
    with pytest.raises(Rejected, match="an API user and its token"):
        signed_in(bench, **operators)(username="", password="")
    token = signed_in(bench, **operators, LISTMONK_SHARED="yes")(username="", password="")
    assert (token.access, token.data["user"]) == (SECRET, "ada")


def test_a_shared_token_goes_to_the_operators_own_server_and_to_no_other(bench: Bench) -> None:
    operators = {"LISTMONK_DOMAIN": f"https://{HOST}", "LISTMONK_USER": "ada", "LISTMONK_API_KEY": SECRET}
    session = replace(bench.session(), app={**operators, "LISTMONK_SHARED": "yes"}, host="evil.example.com")
    with pytest.raises(Rejected, match="an API user and its token"):
        bench.provider.login(session, {"url": "https://evil.example.com", "username": "", "password": ""})


# -- what is sent ----------------------------------------------------------------------------------------


def test_a_draft_is_made_and_started_with_three_requests(bench: Bench) -> None:
    connected = bench.connect()
    bench.stand_in.requests.clear()
    connected.publish(ENTRY, OPTIONS)
    calls = [(each["method"], each["path"].rpartition("/")[2]) for each in bench.stand_in.requests]
    assert calls == [("GET", "campaigns"), ("POST", "campaigns"), ("PUT", "status")]
    assert bench.saved == []


def test_braces_are_shown_and_never_run(bench: Bench) -> None:
    text = '{{ env "HOME" }} {{{{ }} {{ range $i := until 9 }}x{{ end }}'
    bench.connect().publish((Entry(text=text),), {**OPTIONS, "subject": "{{ .Subscriber.Email }}"})
    (shown,) = bench.stand_in.shown
    assert shown.text == text
    assert shown.more["subject"] == "{{ .Subscriber.Email }}"
    assert bench.stand_in._compile("altbody", shown.more["altbody"]) == text


def test_expressions_are_run_where_the_person_says_so(bench: Bench) -> None:
    options = {**OPTIONS, "allow_template": True}
    bench.connect().publish((Entry(text="Dear {{ .Subscriber.FirstName }}"),), options)
    assert bench.stand_in.shown[0].text == "Dear Ada"
    with pytest.raises(Rejected) as caught:
        bench.connect().publish((Entry(text='{{ index "x" }}'),), options)
    assert "Error compiling campaign body" in caught.value.sentence


def test_pictures_are_taken_to_the_server_once_and_in_types_that_mail_shows(bench: Bench) -> None:
    connected = bench.connect()
    job = connected.job(
        (Entry(text="x", media=(picture()[0], picture("b.png", alt="B")[0])),), options=OPTIONS
    )
    bench.stand_in.failures.append(Failure(path="/api/campaigns$", method="POST", status=503))
    with pytest.raises(Retry):
        bring_out(job)
    bring_out(replace(job, state=bench.saved[-1]))
    assert len(sent(bench, "POST", "/api/media")) == 2
    assert [each["alt"] for each in bench.stand_in.shown[0].media] == ["A lamp", "B"]
    assert all(each["url"].startswith(f"https://{HOST}/uploads/") for each in bench.stand_in.shown[0].media)


def test_the_address_is_the_archives_where_it_is_archived(bench: Bench) -> None:
    connected = bench.connect()
    assert "/admin/campaigns/" in connected.publish(ENTRY, OPTIONS)[0].url
    assert connected.publish(ENTRY, {**OPTIONS, "archive": True})[0].url.startswith(
        f"https://{HOST}/archive/"
    )


def test_an_empty_list_is_told_in_listmonks_own_words(bench: Bench) -> None:
    with pytest.raises(Rejected) as caught:
        bench.connect().publish(ENTRY, {**OPTIONS, "list": EMPTY})
    assert "There are no subscribers" in caught.value.sentence
    assert bench.stand_in.shown == []


# -- once, and never left a draft ------------------------------------------------------------------------


def test_a_death_around_any_request_sends_once_and_leaves_no_draft(bench: Bench) -> None:
    connected, done = bench.connect(), 0
    entry = (Entry(text="The lamps are lit", media=(picture()[0],)),)
    for moment in deaths(connected, entry, OPTIONS):
        assert [each["status"] for each in bench.stand_in.campaigns.values()] == ["running"], moment
        assert len(bench.stand_in.shown) == 1, moment
        bench.stand_in.shown.clear()
        bench.stand_in.campaigns.clear()
        done += 1
    assert done > 6


def lost(connected: Connected, mode: Any) -> Any:
    connected.bench.stand_in.failures.append(Failure(path=COMMIT, mode=mode))
    job = connected.job(ENTRY, options=OPTIONS)
    with pytest.raises(Unsure):
        bring_out(job)
    return replace(job, doubt=job.now, now=job.now + timedelta(seconds=connected.bench.provider.heal_after))


@pytest.mark.parametrize("status", ["paused", "cancelled", "finished"])
def test_a_campaign_that_was_started_and_stopped_is_never_started_again(bench: Bench, status: str) -> None:
    later = lost(bench.connect(), "lost")
    (campaign,) = bench.stand_in.campaigns.values()
    campaign["status"] = status
    assert isinstance(bring_out(later), Published)
    assert campaign["status"] == status
    assert len(sent(bench, "PUT", "/status")) == 1


def test_a_start_that_is_refused_for_being_under_way_already_is_out(bench: Bench) -> None:
    connected = bench.connect()
    job = connected.job(ENTRY, options=OPTIONS)
    job.intend = lambda: next(iter(bench.stand_in.campaigns.values())).update(status="running")
    assert isinstance(bring_out(job), Published)


def test_of_two_drafts_one_is_started(bench: Bench) -> None:
    later = lost(bench.connect(), "drop")
    (campaign,) = bench.stand_in.campaigns.values()
    bench.stand_in.campaigns[9999] = {**campaign, "id": 9999, "uuid": "late"}
    out = bring_out(later)
    assert isinstance(out, Published)
    assert out.id == str(campaign["id"])
    assert [each["status"] for each in bench.stand_in.campaigns.values()] == ["running", "draft"]


def test_a_draft_of_an_earlier_attempt_is_brought_up_to_date(bench: Bench) -> None:
    connected = bench.connect()
    bench.stand_in.failures.append(
        Failure(path=COMMIT, status=403, body={"message": "permission denied: campaigns:send"})
    )
    with pytest.raises(Rejected, match="lacks a right"):
        bring_out(connected.job(ENTRY, options=OPTIONS))
    bring_out(connected.job((Entry(text="Said better"),), options=OPTIONS))
    assert [each.text for each in bench.stand_in.shown] == ["Said better"]
    assert len(bench.stand_in.campaigns) == 1


def test_a_server_that_heeds_no_tag_is_not_believed(bench: Bench) -> None:
    connected = bench.connect()
    connected.publish(ENTRY, OPTIONS)
    other = dict(next(iter(bench.stand_in.campaigns.values())))
    told = {"data": {"results": [other]}}
    bench.stand_in.failures.append(Failure(path="/api/campaigns$", method="GET", status=200, body=told))
    connected.publish(ENTRY, OPTIONS)
    assert len(bench.stand_in.shown) == 2


def test_an_answer_without_campaigns_is_no_sign_that_there_is_none(bench: Bench) -> None:
    later = lost(bench.connect(), "lost")
    bench.stand_in.failures.append(Failure(path="/api/campaigns$", method="GET", status=200, body="<html>"))
    with pytest.raises(Retry):
        bring_out(later)
    assert len(bench.stand_in.shown) == 1


# -- options and pick lists ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong", [{"subject": " "}, {"list": 0}, {"list": "x"}, {"subject": "x" * 5001}, {"list": None}]
)
def test_options_that_cannot_be_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ListmonkOptions.model_validate({**OPTIONS, **wrong})


def test_a_subject_stays_on_one_line() -> None:
    assert (
        ListmonkOptions.model_validate({**OPTIONS, "subject": "A\r\nBcc: b@example.com"}).subject
        == "A Bcc: b@example.com"
    )


def test_lists_and_templates_can_be_picked(bench: Bench) -> None:
    provider: Any = bench.provider
    session = bench.connect().session
    assert set(tools(Listmonk())) == {"list", "templates"}
    assert provider.list(session)[0] == {"id": 1, "name": "Everyone", "subscribers": 7}
    assert [each["id"] for each in provider.templates(session)] == [1, 2]


def test_threads_are_refused_when_they_are_saved(bench: Bench) -> None:
    connected = bench.connect()
    options = ListmonkOptions.model_validate(OPTIONS)
    (said,) = bench.provider.check((*ENTRY, *ENTRY), connected.account, options)
    assert "no thread" in said.sentence
