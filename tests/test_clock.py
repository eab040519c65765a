from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import clock

OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
# Years 2 to 9998: an offset must not push the moment out of what a datetime holds.
MOMENTS = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=OFFSETS)  # noqa: DTZ001


def test_now_is_utc_and_survives_being_written_and_read() -> None:
    moment = clock.now()
    assert moment.utcoffset() == timedelta(0)
    assert clock.parse(clock.iso(moment)) == moment


@given(MOMENTS)
def test_what_is_written_is_read_back_to_the_millisecond(moment: datetime) -> None:
    again = clock.parse(clock.iso(moment))
    assert timedelta(0) <= moment - again < timedelta(milliseconds=1)
    assert again.tzinfo is UTC


@given(MOMENTS, MOMENTS)
def test_texts_sort_as_the_moments_do(one: datetime, other: datetime) -> None:
    if clock.iso(one) < clock.iso(other):
        assert one < other
    assert len(clock.iso(one)) == len("2026-10-05T07:30:00.000Z")


@given(MOMENTS)
def test_any_offset_is_read(moment: datetime) -> None:
    assert abs(clock.parse(moment.isoformat()) - moment) < timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-10-05T09:30:00+02:00", "2026-10-05T07:30:00.000Z"),
        ("2026-10-05T07:30Z", "2026-10-05T07:30:00.000Z"),
        ("2026-10-05T07:30:00.123456789Z", "2026-10-05T07:30:00.123Z"),
        ("2026-10-05T07:30:00.9999Z", "2026-10-05T07:30:00.999Z"),
        ("2026-01-01T00:00:00+05:45", "2025-12-31T18:15:00.000Z"),
    ],
)
def test_examples(text: str, utc: str) -> None:
    assert clock.iso(clock.parse(text)) == utc


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-10-05",
        "2026-10-05T07:30:00",
        "2026-10-05 07:30:00Z",
        "2026-W41-1T07:30:00Z",
        "20261005T073000Z",
        "2026-10-05T07:30:00+0200",
        "2026-13-05T07:30:00Z",
        "2026-02-30T07:30:00Z",
        "2026-10-05T24:00:00Z",
        "2026-10-05T07:30:60Z",
        "2026-10-05T07:30:00+25:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-10-05T07:30:00Z\n",
        "٢٠٢٦-10-05T07:30:00Z",
    ],
)
def test_anything_else_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"(?s)^“.*\.$"):
        clock.parse(text)


def test_a_time_without_a_zone_is_never_written() -> None:
    with pytest.raises(ValueError, match="has no zone"):
        clock.iso(datetime(2026, 10, 5))  # noqa: DTZ001
