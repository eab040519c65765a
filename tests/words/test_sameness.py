"""The same text on the same account within a day: refused where that was asked, warned of, and never by mistake."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib import clock, compose, decide, edit, sameness, settings
from chalicelib.api import public_posts
from chalicelib.compose import Draft, Target
from chalicelib.edit import Edit
from chalicelib.models import Account, Delivery, Entry
from chalicelib.refusals import Refused
from chalicelib.settings import client
from chalicelib.store import deliveries, posts
from infra.sandbox import Sandbox
from tests.test_api import Site, refusal
from tests.test_api import at as ahead
from tests.words.asks import post
from tests.world import World

TEXT = "The lamps are lit"


@pytest.fixture
def home(world: World) -> Account:
    return world.connect("mastodon", clock.now())


@pytest.fixture
def away(world: World) -> Account:
    return world.connect("mastodon", clock.now(), person=1)


def draft(*to: Account, hours: float = 48, text: str = TEXT, zone: str = "UTC", **more: Any) -> Draft:
    due = more.pop("due", clock.now() + timedelta(hours=hours))
    targets = tuple(Target(account=account.id) for account in to)
    return Draft(
        **{"entries": (Entry(text=text),), "targets": targets, "due": due, "zone": zone, "once": True, **more}
    )


def save(*to: Account, **more: Any) -> list[Delivery]:
    return compose.save("home", draft(*to, **more), clock.now())[1]


def refused(*to: Account, **more: Any) -> bool:
    try:
        save(*to, **more)
    except Refused as found:
        return (found.status, found.code) == (409, "same-text")
    return False


# -- through the API -----------------------------------------------------------------------------------------


def test_the_same_again_is_refused_by_name_and_time(site: Site, mastodon: str) -> None:
    first = site.call("POST", "/v1/posts", post(mastodon, when="2027-03-04T18:00:00Z")).json_body
    body = post(mastodon, when="2027-03-05T17:59:00Z")
    answer = site.call("POST", "/v1/posts", body)
    assert refusal(answer) == (409, "same-text")
    told = answer.json_body
    assert "is to go out on Mastodon @ada@mastodon.sandbox on 4 March 2027 at 18:00 (UTC)" in told["detail"]
    assert first["id"] in told["detail"]
    assert told["errors"] == [{"account": mastodon, "post": first["id"], "due": "2027-03-04T18:00:00.000Z"}]
    assert site.call("POST", "/v1/posts", {**body, "again": True}).status_code == 201


def test_a_check_warns_and_names_the_post(site: Site, mastodon: str) -> None:
    first = site.call("POST", "/v1/posts", post(mastodon)).json_body["id"]
    (said,) = site.call("POST", "/v1/posts/check", post(mastodon)).json_body["complaints"]
    assert (said["kind"], said["post"], said["account"]) == ("warning", first, mastodon)
    again = site.call("POST", "/v1/posts/check", post(mastodon, again=True)).json_body
    assert again["complaints"] == []


def test_an_answer_that_got_lost_is_asked_for_again(site: Site, mastodon: str) -> None:
    body = post(mastodon)
    made = [site.call("POST", "/v1/posts", body, **{"Idempotency-Key": "k"}) for _ in range(2)]
    assert [each.status_code for each in made] == [201, 201]
    assert made[0].json_body["id"] == made[1].json_body["id"]


def test_postizs_clients_are_not_refused_unless_the_operator_wants_it(
    site: Site,
    mastodon: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    body = {
        "type": "schedule",
        "date": ahead(hours=3),
        "shortLink": False,
        "tags": [],
        "posts": [{"integration": {"id": mastodon}, "value": [{"content": TEXT, "image": []}]}],
    }
    assert [site.call("POST", "/public/v1/posts", body).status_code for _ in range(2)] == [201, 201]
    assert refusal(site.call("POST", "/v1/posts", post(mastodon))) == (409, "same-text")
    wanted = settings.read({"STAGE": "test", "POSTIZ_ONCE": "yes"})
    monkeypatch.setattr(public_posts, "settings", lambda: wanted)
    answer = site.call("POST", "/public/v1/posts", body)
    assert answer.status_code == 400
    assert "The same text is to go out" in answer.json_body["message"]


# -- what is the same, and what is not -----------------------------------------------------------------------


@pytest.mark.parametrize("text", ["the LAMPS are lit", " The  lamps\nare lit ", TEXT])
def test_case_and_spacing_make_no_other_text(home: Account, text: str) -> None:
    save(home)
    assert refused(home, text=text)


def test_other_words_another_account_or_another_day_are_no_matter(home: Account, away: Account) -> None:
    save(home)
    assert not refused(home, text="The lamps are lit!")
    assert not refused(away)
    assert not refused(home, hours=23.9)
    assert not refused(home, hours=72.1)
    assert refused(home, hours=25)


def test_of_several_accounts_the_one_is_named_that_says_it_already(home: Account, away: Account) -> None:
    save(away)
    with pytest.raises(Refused) as found:
        save(home, away)
    assert [each["account"] for each in found.value.details] == [away.id]


def test_pictures_without_words_are_not_compared(home: Account) -> None:
    assert sameness.digest((Entry(text=" \n"), Entry())) == ""
    assert sameness.digest((Entry(text="a"), Entry(text="b"))) != sameness.digest((Entry(text="a b"),))


def test_drafts_neither_refuse_nor_are_refused(home: Account) -> None:
    save(home, draft=True)
    save(home, draft=True)
    assert not refused(home)
    save(home, draft=True)


def test_what_was_cancelled_or_failed_does_not_count(home: Account) -> None:
    (part,) = save(home)
    decide.cancel("home", part.post, clock.now())
    (part,) = save(home)
    deliveries.alter(part, state="failed")
    assert not refused(home)


def test_what_is_out_counts(home: Account) -> None:
    (part,) = save(home, hours=0)
    deliveries.settle(deliveries.alter(part, state="publishing"), state="published")
    with pytest.raises(Refused, match="went out on Mastodon"):
        save(home, hours=1)


def test_a_post_that_was_moved_counts_where_it_is_now(home: Account) -> None:
    (part,) = save(home, hours=48)
    decide.move("home", part.post, clock.now() + timedelta(hours=240), clock.now())
    assert not refused(home, hours=48)
    assert refused(home, hours=241)


def test_a_text_that_was_changed_counts_as_what_it_says_now(home: Account) -> None:
    (part,) = save(home)
    edit.apply(part, Edit(entries=(Entry(text="Other"),)), clock.now())
    assert not refused(home)
    assert refused(home, text="other")


def test_from_nine_to_nine_is_a_day_where_the_clocks_change() -> None:
    def at(day: int, hour: int, month: int = 3) -> datetime:
        return datetime(2027, month, day, hour, tzinfo=UTC)

    assert not sameness.near(at(27, 8), at(28, 7), "Europe/Berlin")  # 23 hours, from nine to nine
    assert sameness.near(at(27, 8), at(28, 7), "UTC")
    assert not sameness.near(at(30, 7, 10), at(31, 7, 10), "Europe/Berlin")  # 24 hours, from nine to eight
    assert sameness.near(at(27, 8), at(28, 6), "Europe/Berlin")


def test_another_workspace_may_say_the_same(home: Account, sandbox: Sandbox) -> None:
    save(home)
    elsewhere = World(sandbox, "other").connect("mastodon", clock.now())
    compose.save("other", draft(elsewhere), clock.now())


# -- races and costs -----------------------------------------------------------------------------------------


def test_of_two_creates_at_once_one_is_refused(home: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    save_post, came = posts.save, list[int]()

    def overtaken(*given: Any, **more: Any) -> None:
        if not came:
            came.append(1)
            save(home)
        save_post(*given, **more)

    monkeypatch.setattr(posts, "save", overtaken)
    assert refused(home)
    span = (clock.now(), clock.now() + timedelta(days=9))
    assert len(posts.between("home", *span)[0]) == 1


def test_two_that_say_it_days_apart_at_once_are_both_saved(
    home: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_post, came = posts.save, list[int]()

    def overtaken(*given: Any, **more: Any) -> None:
        if not came:
            came.append(1)
            save(home, hours=200)
        save_post(*given, **more)

    monkeypatch.setattr(posts, "save", overtaken)
    save(home, hours=48)
    assert refused(home, hours=201)
    assert refused(home, hours=49)


@pytest.fixture
def calls(world: World) -> list[str]:
    """The calls to DynamoDB by name."""
    made: list[str] = []
    client("dynamodb").meta.events.register(
        "before-call.dynamodb", lambda model, **_: made.append(model.name)
    )
    return made


def test_the_guard_costs_one_call_and_one_more_where_the_text_is_known(
    home: Account, away: Account, calls: list[str]
) -> None:
    save(home, away)
    first = list(calls)
    calls.clear()
    save(home, away, hours=200)
    assert first.count("BatchGetItem") == 1
    assert calls.count("BatchGetItem") == 2
    assert [first.count(name) for name in set(first) - {"BatchGetItem"}] == [
        calls.count(name) for name in set(first) - {"BatchGetItem"}
    ]
    calls.clear()
    save(home, draft=True)
    assert "BatchGetItem" not in calls


def test_a_post_to_as_many_accounts_as_there_may_be_is_stored_with_its_marks(home: Account) -> None:
    said = {str(number): (Entry(text=f"Text {number}"),) for number in range(60)}
    look = sameness.look("home", said, clock.now(), "UTC")
    assert len(look.marks("p", clock.now(), fenced=True)) == 60
