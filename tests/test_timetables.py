"""Timetables: a week's slots of an account, and the next free one that nobody else gets."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from chalicelib import clock, people, timetables
from chalicelib.slots import Slot, Timetable
from tests.conftest import Clock
from tests.test_api import Site, at, connected, refusal, site, world
from tests.world import World

__all__ = ["site", "world"]

EVERY_DAY = [{"weekday": day, "time": "09:00"} for day in range(7)]


@pytest.fixture
def account(site: Site, world: World) -> str:
    account = connected(site, world)
    answer = site.call("PUT", f"/v1/accounts/{account}/slots", {"zone": "Europe/Berlin", "slots": EVERY_DAY})
    assert answer.status_code == 200, answer.body
    return account


def post(site: Site, *accounts: str, text: str = "Hello", **headers: str) -> datetime:
    body = {
        "when": "next-free-slot",
        "entries": [{"text": text}],
        "accounts": [{"account": each} for each in accounts],
    }
    answer = site.call("POST", "/v1/posts", body, **headers)
    assert answer.status_code == 201, answer.body
    return clock.parse(answer.json_body["due"])


def test_an_account_has_the_common_timetable_until_it_gets_its_own(site: Site, world: World) -> None:
    account = connected(site, world)
    assert site.call("GET", f"/v1/accounts/{account}/slots").json_body["own"] is False
    site.call("PUT", f"/v1/accounts/{account}/slots", {"zone": "Europe/Berlin", "slots": EVERY_DAY})
    found = site.call("GET", f"/v1/accounts/{account}/slots").json_body
    assert found == {"zone": "Europe/Berlin", "slots": EVERY_DAY, "own": True}
    assert site.call("DELETE", f"/v1/accounts/{account}/slots").json_body["own"] is False


def test_posts_take_one_slot_after_the_other_at_nine_in_their_zone(site: Site, account: str) -> None:
    found = [post(site, account, text=f"Day {day}") for day in range(3)]
    local = [each.astimezone(ZoneInfo("Europe/Berlin")) for each in found]
    assert {f"{each:%H:%M}" for each in local} == {"09:00"}
    assert len({each.date() for each in local}) == 3
    assert found == sorted(found)


def test_the_check_names_the_slot_and_takes_none(site: Site, account: str) -> None:
    body = {"when": "next-free-slot", "entries": [{"text": "Hi"}], "accounts": [{"account": account}]}
    told = [site.call("POST", "/v1/posts/check", body).json_body["due"] for _ in range(2)]
    assert told[0] == told[1]
    assert clock.parse(told[0]) == post(site, account, text="Hi")


def test_the_next_free_slots_leave_out_what_is_taken(site: Site, account: str) -> None:
    first = post(site, account)
    answer = site.call("GET", f"/v1/accounts/{account}/slots/next?count=3").json_body["slots"]
    assert len(answer) == 3
    assert clock.iso(first) not in [each["at"] for each in answer]


def test_two_who_ask_before_either_has_saved_get_different_slots(site: Site, account: str) -> None:
    now = clock.now()
    first, second = (timetables.reserve("home", [account], now).at for _ in range(2))
    assert first < second


def test_a_slot_that_was_kept_and_not_used_is_free_again(site: Site, account: str, at: Clock) -> None:
    first = timetables.reserve("home", [account], clock.now()).at
    at.moment += timedelta(seconds=61)
    assert timetables.reserve("home", [account], clock.now()).at == first


def test_a_cancelled_posts_slot_is_free_again(site: Site, account: str, at: Clock) -> None:
    body = {"when": "next-free-slot", "entries": [{"text": "Hi"}], "accounts": [{"account": account}]}
    made = site.call("POST", "/v1/posts", body).json_body
    site.call("DELETE", f"/v1/posts/{made['id']}")
    at.moment += timedelta(seconds=61)
    assert post(site, account, text="Ho") == clock.parse(made["due"])


def test_a_post_is_moved_to_the_next_free_slot(site: Site, account: str) -> None:
    body = {"when": at(hours=50), "entries": [{"text": "Hi"}], "accounts": [{"account": account}]}
    made = site.call("POST", "/v1/posts", body).json_body
    moved = site.call("PATCH", f"/v1/posts/{made['id']}", {"when": "next-free-slot"})
    assert moved.status_code == 200, moved.body
    assert f"{clock.parse(moved.json_body['due']).astimezone(ZoneInfo('Europe/Berlin')):%H:%M}" == "09:00"


def test_a_timetable_without_slots_says_that_nothing_is_free(site: Site, account: str) -> None:
    site.call("PUT", f"/v1/accounts/{account}/slots", {"zone": "UTC", "slots": []})
    body = {"when": "next-free-slot", "entries": [{"text": "Hi"}], "accounts": [{"account": account}]}
    assert refusal(site.call("POST", "/v1/posts", body)) == (422, "no-free-slot")


def test_several_accounts_get_a_slot_that_all_of_them_have(aws: object) -> None:
    slots = [(0, "09:00"), (2, "12:00"), (4, "18:00")]
    for name, mine in (("a", slots[:2]), ("b", slots[1:])):
        table = Timetable(slots=tuple(Slot(weekday=day, time=time) for day, time in mine))
        timetables.save("home", name, table)
    found = timetables.reserve("home", ["a", "b"], clock.now()).at
    assert (found.weekday(), f"{found:%H:%M}") == (2, "12:00")


def test_nobody_reads_or_changes_the_slots_of_another_workspace(site: Site, account: str) -> None:
    other = Site(site.client, people.first_key(clock.now(), "other"))
    for method, path, body in (
        ("GET", "slots", None),
        ("PUT", "slots", {"zone": "UTC", "slots": []}),
        ("DELETE", "slots", None),
        ("GET", "slots/next", None),
    ):
        answer = other.call(method, f"/v1/accounts/{account}/{path}", body)
        assert refusal(answer) == (404, "unknown-account")


def test_the_same_request_again_takes_no_second_slot(site: Site, account: str) -> None:
    key = {"Idempotency-Key": "one"}
    assert post(site, account, **key) == post(site, account, **key)


def test_the_same_key_with_another_post_is_told(site: Site, account: str) -> None:
    post(site, account, **{"Idempotency-Key": "one"})
    body = {"when": "now", "entries": [{"text": "Other"}], "accounts": [{"account": account}]}
    answer = site.call("POST", "/v1/posts", body, **{"Idempotency-Key": "one"})
    assert refusal(answer) == (422, "key-reused")
