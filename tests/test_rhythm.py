"""When a post goes out again: at the same local time over every change of clocks, and never without an end."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.rhythm import LONGEST, MOST, Repeat, Rhythm, longest, rhythm
from chalicelib.slots import local_to_utc
from tests.test_slots import ODD, ZONES

REPEATS = st.builds(
    Repeat,
    every=st.integers(1, 30),
    unit=st.sampled_from(["days", "weeks"]),
    times=st.integers(1, 60),
)
STARTS = st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)).map(lambda at: at.replace(microsecond=0))  # noqa: DTZ001


def made(repeat: Repeat, local: datetime, zone: str) -> Rhythm:
    """As long as it may be, where it would be too long."""
    step = repeat.step
    times = min(repeat.times or 1, LONGEST // step + 1)
    return rhythm(repeat.model_copy(update={"times": times}), local, local_to_utc(local, zone).at, zone)


@settings(deadline=None, max_examples=60)
@given(REPEATS, STARTS, ZONES | ODD)
def test_every_occurrence_stands_at_the_local_time_asked_for_unless_that_does_not_exist(
    repeat: Repeat, local: datetime, zone: str
) -> None:
    found = made(repeat, local, zone)
    for number in range(found.count):
        moment = found.moment(number)
        shown = moment.at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        wanted = local + number * found.step
        assert shown == wanted or (moment.moved and shown > wanted and moment.said)


@settings(deadline=None, max_examples=60)
@given(REPEATS, STARTS, ZONES | ODD)
def test_no_two_occurrences_that_take_place_fall_together(repeat: Repeat, local: datetime, zone: str) -> None:
    found = made(repeat, local, zone)
    moments = [found.moment(number).at for number in range(found.count) if found.takes_place(number)]
    assert all(one < other for one, other in pairwise(moments))


def wish(local: str, zone: str, **repeat: object) -> Rhythm:
    at = datetime.fromisoformat(local)
    return rhythm(Repeat.model_validate(repeat), at, local_to_utc(at, zone).at, zone)


def test_nine_stays_nine_and_the_weekday_stays_when_the_clocks_change() -> None:
    found = wish("2027-03-22T09:00", "Europe/Berlin", every=1, unit="weeks", times=3)
    hours = [f"{found.moment(number).at:%m-%d %H:%M}" for number in range(3)]
    assert hours == ["03-22 08:00", "03-29 07:00", "04-05 07:00"]


def test_an_hour_that_the_clocks_skip_moves_on_that_day_alone_and_is_said() -> None:
    found = wish("2027-03-27T02:30", "Europe/Berlin", times=3)
    local = [found.moment(n).at.astimezone(ZoneInfo("Europe/Berlin")) for n in range(3)]
    assert [f"{each:%d %H:%M}" for each in local] == ["27 02:30", "28 03:30", "29 02:30"]
    assert found.said.startswith("02:30 does not exist on 2027-03-28 in Europe/Berlin")


def test_the_second_of_two_hours_of_the_same_name_is_kept_where_it_was_asked_for() -> None:
    local, second = datetime.fromisoformat("2027-10-31T02:30"), datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    found = rhythm(Repeat(times=2), local, second, "Europe/Berlin")
    assert [found.moment(n).at for n in range(2)] == [second, datetime(2027, 11, 1, 1, 30, tzinfo=UTC)]


def test_a_day_that_a_zone_skips_has_no_occurrence() -> None:
    found = wish("2011-12-29T09:00", "Pacific/Apia", times=3)
    assert [found.takes_place(number) for number in range(3)] == [True, False, True]


def test_until_is_the_last_day_that_counts() -> None:
    assert wish("2027-01-01T23:30", "Asia/Tokyo", every=2, until=date(2027, 1, 5)).count == 3
    assert wish("2027-01-01T23:30", "Asia/Tokyo", every=2, until=date(2027, 1, 4)).count == 2
    assert wish("2027-01-01T09:00", "UTC", until=date(2027, 1, 9), times=4).count == 4


@pytest.mark.parametrize(
    ("repeat", "said"),
    [
        ({}, "Say when it ends"),
        ({"until": date(2026, 12, 31)}, "before it begins"),
        ({"until": date(2028, 12, 31)}, "500 times at the most"),
        ({"unit": "weeks", "every": 3, "times": 400}, "two years at the most"),
    ],
)
def test_without_an_end_or_with_one_too_far_it_is_refused(repeat: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        wish("2027-01-01T09:00", "UTC", **repeat)


@pytest.mark.parametrize("every", [1, 7, 30, 365])
def test_the_longest_series_is_one_that_is_taken(every: int) -> None:
    found = wish("2027-01-01T09:00", "UTC", **longest(every).model_dump())
    assert found.count <= MOST
    assert found.last - datetime(2027, 1, 1, 9, tzinfo=UTC) <= LONGEST + timedelta(hours=2)
