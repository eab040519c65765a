"""Posts that repeat, by the API: a few lie ahead, one alone or all that follow are changed, and a series ends."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chalicelib import clock, due, keep, people, sameness
from chalicelib.models import Entry
from chalicelib.providers import PROVIDERS
from chalicelib.providers.base import Complaint
from chalicelib.store import accounts, deliveries, posts, sayings
from tests.conftest import Clock
from tests.test_api import Site, connected, refusal, site, world
from tests.world import World

__all__ = ["site", "world"]

BERLIN = ZoneInfo("Europe/Berlin")
DAILY = {"every": 1, "unit": "days", "times": 6}


@pytest.fixture
def account(at: Clock, site: Site, world: World) -> str:
    at.moment = at.moment.replace(hour=12, minute=0, second=0, microsecond=0)
    return connected(site, world)


def body(
    account: str, *, repeat: Any = DAILY, text: str = "Again", days: int = 1, **more: Any
) -> dict[str, Any]:
    day = (clock.now().astimezone(BERLIN) + timedelta(days=days)).date()
    return {
        "when": f"{day}T09:00",
        "zone": "Europe/Berlin",
        "entries": [{"text": text}],
        "accounts": [{"account": account}],
        "repeat": repeat,
        **more,
    }


def begun(site: Site, account: str, **more: Any) -> Any:
    answer = site.call("POST", "/v1/posts", body(account, **more))
    assert answer.status_code == 201, answer.body
    return answer.json_body


def read(site: Site, series: str) -> Any:
    return site.call("GET", f"/v1/series/{series}").json_body


def dues(found: Any) -> list[datetime]:
    return [clock.parse(each["due"]).astimezone(BERLIN) for each in found["coming"]]


def live() -> list[tuple[str, str]]:
    """Every post that is still to go out: its day in Berlin, and its text."""
    found, _ = posts.between("home", clock.now(), clock.now() + timedelta(days=900))
    return [
        (f"{post.due.astimezone(BERLIN):%m-%d %H:%M}", part.entries[0].text)
        for post, parts in found
        for part in parts
        if part.state == "scheduled"
    ]


def test_three_occurrences_lie_ahead_at_the_same_local_time(site: Site, account: str) -> None:
    first = begun(site, account)
    found = read(site, first["series"])
    assert (first["number"], found["state"], found["times"]) == (0, "running", 6)
    assert found["coming"][0]["post"] == first["id"]
    assert [f"{each:%H:%M}" for each in dues(found)] == ["09:00"] * 3
    assert len({each.date() for each in dues(found)}) == 3
    assert [each["id"] for each in site.call("GET", "/v1/series").json_body["series"]] == [first["series"]]


def test_each_that_passes_has_another_one_made_and_the_end_comes(site: Site, account: str, at: Clock) -> None:
    series = begun(site, account)["series"]
    seen = {each["number"] for each in read(site, series)["coming"]}
    for _ in range(7):
        at.forward(days=1)
        due.sweep(at())
        seen |= {each["number"] for each in read(site, series)["coming"]}
    assert seen == set(range(6))
    assert (read(site, series)["state"], read(site, series)["coming"]) == ("finished", [])
    due.sweep(at())
    found, _ = posts.between("home", at() - timedelta(days=30), at() + timedelta(days=30))
    assert len(found) == 6


def test_nothing_wakes_the_sweeper_before_an_occurrence_has_passed(
    site: Site, account: str, at: Clock
) -> None:
    begun(site, account, days=5)
    at.forward(days=4)
    assert due.sweep(at()) == 0


def test_the_check_says_how_often_and_when_for_the_last_time(site: Site, account: str) -> None:
    told = site.call("POST", "/v1/posts/check", body(account)).json_body
    last = clock.parse(told["repeats"]["last"]) - clock.parse(told["due"])
    assert (told["repeats"]["times"], told["complaints"]) == (6, [])
    assert timedelta(days=4, hours=22) < last < timedelta(days=5, hours=2)
    assert site.call("GET", "/v1/series").json_body == {"series": []}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"repeat": {"every": 1, "unit": "days"}}, "bad-repeat"),
        ({"repeat": {"times": 501}}, "invalid"),
        ({"repeat": {"every": 0, "times": 2}}, "invalid"),
        ({"when": "draft"}, "draft-repeats"),
        ({"entries": []}, "not-postable"),
    ],
)
def test_a_series_that_cannot_be_is_refused_and_nothing_is_stored(
    site: Site, account: str, change: dict[str, Any], code: str
) -> None:
    assert refusal(site.call("POST", "/v1/posts", body(account) | change)) == (422, code)
    assert site.call("GET", "/v1/series").json_body == {"series": []}
    assert live() == []


def test_one_occurrence_is_moved_or_cancelled_alone(site: Site, account: str, at: Clock) -> None:
    series = begun(site, account)["series"]
    one, two, _ = read(site, series)["coming"]
    site.call("DELETE", f"/v1/posts/{one['post']}")
    site.call(
        "PATCH", f"/v1/posts/{two['post']}", {"when": clock.iso(clock.parse(two["due"]) + timedelta(hours=3))}
    )
    assert [moment[-5:] for moment, _ in live()] == ["12:00", "09:00"]
    at.forward(days=1)
    due.sweep(at())
    assert len(live()) == 3


def test_this_and_the_following_say_something_else_from_then_on(site: Site, account: str, at: Clock) -> None:
    series = begun(site, account)["series"]
    second = read(site, series)["coming"][1]
    change = {"from": second["post"], "entries": [{"text": "Anew"}]}
    answer = site.call("PATCH", f"/v1/series/{series}", change)
    assert answer.status_code == 200, answer.body
    assert [text for _, text in live()] == ["Again", "Anew", "Anew"]
    assert [f"{each:%H:%M}" for each in dues(answer.json_body)] == ["09:00"] * 3
    at.forward(days=2)
    due.sweep(at())
    assert {text for _, text in live()} == {"Anew"}


def test_this_and_the_following_move_to_another_hour_and_rhythm(site: Site, account: str) -> None:
    series = begun(site, account)["series"]
    second = read(site, series)["coming"][1]
    day = clock.parse(second["due"]).astimezone(BERLIN).date()
    change = {
        "from": second["post"],
        "when": f"{day}T18:30",
        "repeat": {"every": 1, "unit": "weeks", "times": 4},
    }
    found = site.call("PATCH", f"/v1/series/{series}", change).json_body
    assert [f"{each:%H:%M}" for each in dues(found)] == ["09:00", "18:30", "18:30"]
    assert dues(found)[2].date() - dues(found)[1].date() == timedelta(days=7)
    assert (found["times"], found["unit"]) == (4, "weeks")


def test_what_a_person_cancelled_stays_so_when_the_series_is_changed_twice(site: Site, account: str) -> None:
    series = begun(site, account)["series"]
    second = read(site, series)["coming"][1]
    site.call("DELETE", f"/v1/posts/{second['post']}")
    day = f"{clock.parse(second['due']).astimezone(BERLIN):%m-%d}"
    for text in ("Once", "Twice"):
        site.call("PATCH", f"/v1/series/{series}", {"entries": [{"text": text}]})
        assert {said for _, said in live()} == {text}
        assert len(live()) == 3
        assert not [moment for moment, _ in live() if moment.startswith(day)]


def test_an_occurrence_that_was_brought_forward_and_is_out_is_not_made_again(
    site: Site, account: str
) -> None:
    series = begun(site, account)["series"]
    second = read(site, series)["coming"][1]
    (part,) = deliveries.of_post("home", second["post"])
    deliveries.alter(part, state="published", next=None)
    site.call("PATCH", f"/v1/series/{series}", {"entries": [{"text": "Anew"}]})
    day = f"{clock.parse(second['due']).astimezone(BERLIN):%m-%d}"
    assert not [moment for moment, _ in live() if moment.startswith(day)]


def test_a_stopped_series_sends_nothing_more(site: Site, account: str, at: Clock) -> None:
    series = begun(site, account)["series"]
    for _ in range(2):
        found = site.call("DELETE", f"/v1/series/{series}").json_body
        assert (found["state"], found["coming"]) == ("stopped", [])
    assert live() == []
    at.forward(days=3)
    due.sweep(at())
    assert live() == []


def test_a_series_is_ended_from_an_occurrence_on(site: Site, account: str, at: Clock) -> None:
    series = begun(site, account)["series"]
    third = read(site, series)["coming"][2]
    found = site.call("DELETE", f"/v1/series/{series}?from={third['post']}").json_body
    assert (found["times"], len(found["coming"]), len(live())) == (2, 2, 2)
    at.forward(days=5)
    due.sweep(at())
    assert live() == []


def test_a_series_cut_short_is_made_longer_again(site: Site, account: str) -> None:
    series = begun(site, account)["series"]
    for times in (2, 5):
        site.call("PATCH", f"/v1/series/{series}", {"repeat": {**DAILY, "times": times}})
        assert len(live()) == min(times, 3)


def test_an_occurrence_that_has_passed_is_no_place_to_change_from(
    site: Site, account: str, at: Clock
) -> None:
    first = begun(site, account)
    at.forward(days=2)
    due.sweep(at())
    change = {"from": first["id"], "tags": ["late"]}
    assert refusal(site.call("PATCH", f"/v1/series/{first['series']}", change)) == (409, "not-ahead")


def test_a_change_holds_only_for_the_series_that_was_read(site: Site, account: str) -> None:
    series = begun(site, account)["series"]
    read_ = site.call("GET", f"/v1/series/{series}").headers["ETag"]
    assert (
        site.call("PATCH", f"/v1/series/{series}", {"tags": ["a"]}, **{"If-Match": read_}).status_code == 200
    )
    late = site.call("DELETE", f"/v1/series/{series}", **{"If-Match": read_})
    assert refusal(late) == (412, "changed-meanwhile")


def test_the_same_key_again_begins_no_second_series(site: Site, account: str) -> None:
    key = {"Idempotency-Key": "one"}
    made = [site.call("POST", "/v1/posts", body(account), **key).json_body["id"] for _ in range(2)]
    assert made[0] == made[1]
    assert len(live()) == 3


def test_a_series_whose_accounts_are_gone_ends_and_says_why(site: Site, account: str, at: Clock) -> None:
    series = begun(site, account)["series"]
    found = accounts.read("home", account)
    assert found is not None
    keep.disconnect(found, at())
    at.forward(days=1)
    due.sweep(at())
    assert read(site, series)["state"] == "stopped"
    assert "none of its accounts" in read(site, series)["why"]


def test_what_was_due_while_nothing_ran_is_sent_late_or_waits_for_a_person(
    site: Site, account: str, at: Clock
) -> None:
    series = begun(site, account)["series"]
    at.forward(days=5, hours=1)
    due.sweep(at())
    found, _ = posts.between("home", at() - timedelta(days=30), at() + timedelta(days=30))
    states = {post.number: parts[0].state for post, parts in found if post.series == series}
    assert sorted(states) == list(range(6))
    assert states[3] == "failed"
    assert states[5] == "scheduled"


def test_nobody_sees_or_ends_the_series_of_another_workspace(site: Site, account: str) -> None:
    series = begun(site, account)["series"]
    other = Site(site.client, people.first_key(clock.now(), "other"))
    assert other.call("GET", "/v1/series").json_body == {"series": []}
    for method, given in (("GET", None), ("PATCH", {"tags": []}), ("DELETE", None)):
        assert refusal(other.call(method, f"/v1/series/{series}", given)) == (404, "unknown-series")


# -- held against the rules, and against what is said already ------------------------------------------------


def occurrences() -> list[tuple[int, str]]:
    found, _ = posts.between("home", clock.now() - timedelta(days=30), clock.now() + timedelta(days=900))
    return [(post.number, part.state) for post, parts in found if post.series for part in parts]


def test_an_occurrence_that_would_be_refused_is_told_days_before_it_is_due(
    site: Site, account: str, at: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(site, account, text="x" * 300)
    told: list[tuple[str, str]] = []
    monkeypatch.setattr(
        "chalicelib.notify.tell", lambda event, _, data: told.append((event, data.get("reason", "")))
    )
    monkeypatch.setattr(
        type(PROVIDERS["mastodon"]), "check", lambda *_: [Complaint(entry=0, sentence="Too long here.")]
    )
    at.forward(days=1)
    due.sweep(at())
    assert occurrences()[-1] == (3, "failed")
    assert [state for _, state in occurrences()[:-1]] == ["scheduled"] * 3
    assert [event for event, _ in told] == ["post.created", "post.failed"]
    assert told[1][1].startswith("Too long here. It would be refused when it is due")


def test_an_occurrence_that_was_mended_goes_out_when_it_is_due(
    site: Site, account: str, at: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    series = begun(site, account)["series"]
    with monkeypatch.context() as patch:
        patch.setattr(
            type(PROVIDERS["mastodon"]), "check", lambda *_: [Complaint(entry=0, sentence="Too long here.")]
        )
        at.forward(days=1)
        due.sweep(at())
    assert occurrences()[-1] == (3, "failed")
    changed = site.call("PATCH", f"/v1/series/{series}", {"entries": [{"text": "Shorter"}]})
    assert changed.status_code == 200, changed.body
    assert [text for _, text in live()][-3:] == ["Shorter"] * 3


def test_the_same_text_near_an_occurrence_is_refused_also_near_a_later_one(
    site: Site, account: str, at: Clock
) -> None:
    begun(site, account)
    for days in (1, 3):
        near = {key: value for key, value in body(account, days=days).items() if key != "repeat"}
        answer = site.call("POST", "/v1/posts", {**near, "when": near["when"].replace("T09", "T13")})
        assert refusal(answer) == (409, "same-text"), days
    at.forward(days=1)
    due.sweep(at())
    near = {key: value for key, value in body(account, days=3).items() if key != "repeat"}
    assert refusal(site.call("POST", "/v1/posts", near)) == (409, "same-text")
    assert site.call("POST", "/v1/posts", {**near, "again": True}).status_code == 201


@pytest.mark.parametrize("days", [1, 2, 3])
def test_a_series_that_says_what_is_said_near_one_of_its_first_posts_is_refused(
    site: Site, account: str, days: int
) -> None:
    near = {key: value for key, value in body(account, days=days).items() if key != "repeat"}
    assert site.call("POST", "/v1/posts", near).status_code == 201
    checked = site.call("POST", "/v1/posts/check", body(account)).json_body["complaints"]
    assert [each["kind"] for each in checked] == ["warning"]
    refused = site.call("POST", "/v1/posts", body(account))
    assert refusal(refused) == (409, "same-text")
    assert site.call("GET", "/v1/series").json_body == {"series": []}
    assert site.call("POST", "/v1/posts", {**body(account), "again": True}).status_code == 201


def test_a_series_is_remembered_by_its_key_though_its_own_posts_say_the_same(
    site: Site, account: str
) -> None:
    key = {"Idempotency-Key": "one"}
    made = [site.call("POST", "/v1/posts", body(account), **key).json_body["id"] for _ in range(2)]
    assert made[0] == made[1]


def test_the_marks_of_a_long_series_do_not_pile_up(site: Site, account: str, at: Clock) -> None:
    """They lie on one item, and each is paid for whenever one is added."""
    begun(site, account, repeat={"every": 1, "unit": "days", "times": 30})
    for _ in range(20):
        at.forward(days=1)
        due.sweep(at())
    own = sameness.digest((Entry(text="Again"),))
    assert len(sayings.read("home", [own])[own].said) <= 6
