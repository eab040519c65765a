from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from chalicelib.slots import Moment, Slot, Timetable, local_to_utc, next_free, upcoming

BERLIN = "Europe/Berlin"
ZONES = st.timezone_keys(allow_prefix=False).filter(
    lambda key: key not in ("localtime", "posixrules", "Factory")
)
# Zones that change their clocks in odd ways: by half an hour, at midnight, by a whole day, twice a year with Ramadan.
ODD = st.sampled_from(
    [
        BERLIN,
        "America/New_York",
        "Australia/Lord_Howe",
        "Africa/Cairo",
        "America/Nuuk",
        "Pacific/Apia",
        "Africa/Casablanca",
    ]
)
LOCALS = st.datetimes(datetime(1990, 1, 1), datetime(2037, 12, 31)).map(lambda at: at.replace(microsecond=0))  # noqa: DTZ001
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
SLOTS = st.builds(Slot, weekday=st.integers(0, 6), time=st.times().map(lambda at: f"{at:%H:%M}"))
TABLES = st.builds(Timetable, zone=ZONES | ODD, slots=st.lists(SLOTS, min_size=1, max_size=8).map(tuple))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def daily(zone: str, *times: str) -> Timetable:
    return Timetable(
        zone=zone, slots=tuple(Slot(weekday=day, time=each) for day in range(7) for each in times)
    )


# --- a local time


@given(LOCALS, ZONES | ODD)
def test_a_local_time_is_shown_again_there_unless_it_does_not_exist(asked: datetime, zone: str) -> None:
    moment = local_to_utc(asked, zone)
    shown = moment.at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert moment.at.tzinfo is UTC
    assert moment.moved == (shown != asked) == (moment.said is not None)
    assert shown >= asked


@given(LOCALS, ZONES | ODD)
def test_of_two_such_moments_it_is_the_first(asked: datetime, zone: str) -> None:
    at = local_to_utc(asked, zone).at
    second = asked.replace(tzinfo=ZoneInfo(zone), fold=1).astimezone(UTC)
    if second.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == asked:
        assert at <= second


@pytest.mark.parametrize(
    ("asked", "zone", "at", "said"),
    [
        ("2026-07-01T09:00", BERLIN, "2026-07-01T07:00", None),
        ("2026-12-01T09:00", BERLIN, "2026-12-01T08:00", None),
        ("2026-10-25T02:30", BERLIN, "2026-10-25T00:30", None),
        (
            "2026-03-29T02:30",
            BERLIN,
            "2026-03-29T01:30",
            "02:30 does not exist on 2026-03-29 in Europe/Berlin, as the clocks go forward; it will be 03:30.",
        ),
        ("2026-03-29T03:00", BERLIN, "2026-03-29T01:00", None),
        (
            "2011-12-30T12:00",
            "Pacific/Apia",
            "2011-12-30T22:00",
            "12:00 does not exist on 2011-12-30 in Pacific/Apia, as the clocks go forward; it will be 12:00 on 2011-12-31.",
        ),
        ("2026-07-01T09:00", "Asia/Kathmandu", "2026-07-01T03:15", None),
        ("2026-07-01T09:00", "UTC", "2026-07-01T09:00", None),
    ],
)
def test_local_times(asked: str, zone: str, at: str, said: str | None) -> None:
    assert local_to_utc(local(asked), zone) == Moment(utc(at), said is not None, said)


@pytest.mark.parametrize(
    "zone", ["", "Europe", "Mars/Olympus", "../etc/passwd", "/etc/localtime", "localtime", "x" * 300, "a\0b"]
)
def test_an_unknown_zone_is_refused_with_a_sentence(zone: str) -> None:
    with pytest.raises(ValueError, match=r"is not a time zone.*\.$"):
        local_to_utc(local("2026-07-01T09:00"), zone)
    with pytest.raises(ValidationError, match="is not a time zone"):
        Timetable(zone=zone)


def test_a_time_with_an_offset_is_no_local_time_and_the_ends_of_time_are_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        local_to_utc(utc("2026-07-01T09:00"), BERLIN)
    with pytest.raises(ValueError, match="reckoned"):
        local_to_utc(local("9999-12-31T23:59"), "America/New_York")
    with pytest.raises(ValueError, match="reckoned"):
        local_to_utc(local("0001-01-01T00:00"), "Asia/Tokyo")


# --- the timetable


@pytest.mark.parametrize(
    "wrong",
    [
        {"weekday": 7},
        {"weekday": -1},
        {"time": "24:00"},
        {"time": "9:00"},
        {"time": "09:60"},
        {"time": "09:00\n"},
    ],
)
def test_a_slot_that_is_none_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Slot.model_validate({"weekday": 0, "time": "09:00", **wrong})


@settings(deadline=None)
@given(TABLES, MOMENTS, st.integers(0, 20))
def test_upcoming_slots_are_in_order_in_the_span_and_at_the_times_of_the_table(
    table: Timetable, after: datetime, days: int
) -> None:
    until = after + timedelta(days=days)
    found = upcoming(table, after, until)
    assert [moment.at for moment in found] == sorted({moment.at for moment in found})
    assert all(after < moment.at <= until for moment in found)
    for moment in found:
        shown = moment.at.astimezone(ZoneInfo(table.zone))
        assert moment.moved or Slot(weekday=shown.weekday(), time=f"{shown:%H:%M}") in table.slots


@settings(deadline=None)
@given(TABLES, MOMENTS)
def test_no_slot_of_the_table_is_missed(table: Timetable, after: datetime) -> None:
    """Every minute of the span that the zone shows as a slot's is upcoming, unless it is the second of its kind."""
    here = ZoneInfo(table.zone)
    span = [
        after.replace(second=0, microsecond=0) + timedelta(minutes=number) for number in range(1, 3 * 24 * 60)
    ]
    wanted = {(slot.weekday, slot.time) for slot in table.slots}
    shown = ((at, at.astimezone(here)) for at in span)
    expected = {at for at, there in shown if (there.weekday(), f"{there:%H:%M}") in wanted and not there.fold}
    assert expected <= {moment.at for moment in upcoming(table, after, span[-1])}


@settings(deadline=None)
@given(TABLES, MOMENTS, st.integers(0, 30), st.timedeltas(timedelta(0), timedelta(seconds=59)))
def test_the_next_free_slot_is_the_first_that_is_not_taken(
    table: Timetable, after: datetime, count: int, late: timedelta
) -> None:
    ahead = [moment.at for moment in upcoming(table, after, after + timedelta(weeks=40))]
    found = next_free(table, {at + late for at in ahead[:count]}, after)
    assert found.at == ahead[count]


def test_a_moment_taken_is_taken_whatever_zone_it_is_written_in() -> None:
    table = daily("UTC", "09:00")
    taken = {utc("2026-07-01T09:00").astimezone(timezone(timedelta(hours=2)))}
    assert next_free(table, taken, utc("2026-07-01T00:00")).at == utc("2026-07-02T09:00")


def test_nine_stays_nine_when_the_clocks_change() -> None:
    found = upcoming(daily(BERLIN, "09:00"), utc("2026-03-28T00:00"), utc("2026-03-30T00:00"))
    assert [moment.at for moment in found] == [utc("2026-03-28T08:00"), utc("2026-03-29T07:00")]


def test_a_slot_in_the_lost_hour_moves_and_says_so_and_two_that_fall_together_count_once() -> None:
    found = upcoming(daily(BERLIN, "02:30", "03:15"), utc("2026-03-29T00:00"), utc("2026-03-29T12:00"))
    assert [(moment.at, moment.moved) for moment in found] == [
        (utc("2026-03-29T01:15"), False),
        (utc("2026-03-29T01:30"), True),
    ]
    both = upcoming(daily(BERLIN, "02:30", "03:30"), utc("2026-03-29T00:00"), utc("2026-03-29T12:00"))
    assert both == [Moment(utc("2026-03-29T01:30"))]


def test_a_slot_in_the_doubled_hour_comes_once() -> None:
    found = upcoming(daily(BERLIN, "02:30"), utc("2026-10-24T12:00"), utc("2026-10-25T12:00"))
    assert found == [Moment(utc("2026-10-25T00:30"))]


def test_a_slot_is_strictly_ahead() -> None:
    table = daily("UTC", "09:00")
    assert next_free(table, set(), utc("2026-07-01T08:59:59")).at == utc("2026-07-01T09:00")
    assert next_free(table, set(), utc("2026-07-01T09:00")).at == utc("2026-07-02T09:00")


def test_an_empty_table_and_a_full_one_say_so() -> None:
    with pytest.raises(ValueError, match="no slots yet"):
        next_free(Timetable(), set(), utc("2026-07-01T00:00"))
    full = {
        datetime.combine(date(2026, 7, 1) + timedelta(days=number), time(9), UTC) for number in range(800)
    }
    with pytest.raises(ValueError, match="next 104 weeks is taken"):
        next_free(daily("UTC", "09:00"), full, utc("2026-07-01T00:00"))
