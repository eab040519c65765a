"""Tables as spreadsheets write them: whatever is written is read the same, and whatever is read is told in a sentence."""

import csv
import io

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some

from chalicelib import sheet_times, sheets

QUICK = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
CELLS = some.text(some.characters(codec="utf-8", exclude_characters="\0"), max_size=30)
COLUMNS = ("when", "accounts", "text", "first comment", "title")


@QUICK
@given(some.lists(some.tuples(*[CELLS] * len(COLUMNS)), max_size=8))
@example([("=1+1", "'=1", "''@x", "\t", "\n-")])
def test_what_is_written_is_read_again(cells: list[tuple[str, ...]]) -> None:
    rows = [dict(zip(COLUMNS, each, strict=True)) for each in cells]
    found = sheets.read(sheets.write(COLUMNS, rows))
    kept = [row for row in rows if any(sheets.guarded(cell).strip() for cell in row.values())]
    assert [dict(row.cells) for row in found.rows] == kept
    assert not found.unknown


@QUICK
@given(CELLS)
@example(" \t=HYPERLINK(1)")
@example("＝1")
@example("-1")
def test_no_cell_begins_a_formula_and_none_is_altered(text: str) -> None:
    cell = sheets.guarded(text)
    assert cell.lstrip(" \u00a0")[:1] not in {*"=+-@＝＋－＠\t\r\n"} - {""}
    assert sheets.plain(cell) == text


@QUICK
@given(some.text(max_size=200))
@example('when;text\n"open')
@example("sep=;\n")
@example("")
def test_whatever_is_read_is_a_sheet_or_a_sentence(text: str) -> None:
    try:
        sheets.read(text)
    except ValueError as wrong:
        assert str(wrong)[0].isupper()  # noqa: PT017


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_separators_line_ends_and_marks_of_spreadsheets(separator: str, ends: str, mark: str) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, lineterminator=ends)
    writer.writerows([["When", "Account", "Text"], ["now", "@ada", 'a, b; c\td\n"e"']])
    found = sheets.read(mark + out.getvalue())
    (row,) = found.rows
    assert dict(row.cells) == {"when": "now", "accounts": "@ada", "text": 'a, b; c\td\n"e"'}


def test_excels_line_about_the_separator_is_heeded_and_counted() -> None:
    found = sheets.read("sep=;\r\nwhen;text\r\nnow;a,b\r\n")
    assert [(row.number, row.cells["text"]) for row in found.rows] == [(3, "a,b")]


def test_rows_keep_the_numbers_that_a_spreadsheet_shows() -> None:
    found = sheets.read('when,text\nnow,"two\nlines"\n,\n\nnow,b\n')
    assert [row.number for row in found.rows] == [2, 5]


def test_columns_that_nobody_knows_are_named_and_those_of_an_export_are_not() -> None:
    assert sheets.read("when,text,mood,URL,platform\nnow,a,b,c,d\n").unknown == ["mood"]


def test_of_lists_several_columns_may_stand_side_by_side() -> None:
    (row,) = sheets.read("when,text,image,video\nnow,a,1,2\n").rows
    assert row.cells["media"] == "1\n2"


@pytest.mark.parametrize("text", ["", "\n\n", "a,b,c\n1,2,3\n", "\0"])
def test_a_table_without_a_head_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="first row must name the columns"):
        sheets.read(text)


def test_a_quotation_mark_that_never_ends_is_told_of_its_row() -> None:
    rows = sheets.read('when,text\nnow,good\nnow,"open\nnow,swallowed\n').rows
    assert [row.torn for row in rows] == [False, True]
    assert [row.torn for row in sheets.read('when,text\nnow,a 5" lamp\n').rows] == [False]


# -- days and times ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026-12-24T18:00:00+01:00", "2026-12-24T18:00:00+01:00"),
        ("2026-12-24 18:00 +0100", "2026-12-24T18:00+01:00"),
        ("2026-12-24T17:00:00.250Z", "2026-12-24T17:00:00.250Z"),
        ("2026-12-24 18:00", "2026-12-24T18:00:00"),
        ("2026-12-24T18:00:30", "2026-12-24T18:00:30"),
        ("2026/12/4 8:05", "2026-12-04T08:05:00"),
        ("24.12.2026 18:00", "2026-12-24T18:00:00"),
        ("24/12/2026 18:00", "2026-12-24T18:00:00"),
        ("12/24/2026 6:00 PM", "2026-12-24T18:00:00"),
        ("5/5/2027, 12:00 am", "2027-05-05T00:00:00"),
        ("46380.75", "2026-12-24T18:00:00"),
        ("46380,75", "2026-12-24T18:00:00"),
        (" NOW ", "now"),
        ("draft", "draft"),
    ],
)
def test_a_moment_is_read_as_it_was_written(cell: str, expected: str) -> None:
    assert sheet_times.when(cell) == expected


def test_a_day_and_a_time_may_stand_in_two_columns() -> None:
    assert sheet_times.when("24.12.2026", "18:00") == "2026-12-24T18:00:00"


def test_a_day_that_may_be_two_is_asked_about() -> None:
    with pytest.raises(ValueError, match="may be 2027-04-03 or 2027-03-04"):
        sheet_times.when("03/04/2027 18:00")
    assert sheet_times.when("03/04/2027 18:00", order="day-first") == "2027-04-03T18:00:00"
    assert sheet_times.when("03/04/2027 18:00", order="month-first") == "2027-03-04T18:00:00"
    assert sheet_times.when("24/12/2026 18:00", order="month-first") == "2026-12-24T18:00:00"


@QUICK
@given(
    some.text(some.sampled_from("0123456789./-: TZ+apm"), max_size=24), some.sampled_from(("", "day-first"))
)
@example("31.02.2027 10:00", "")
@example("2026-12-24", "")
@example("99999.9", "")
@example("1/1/0000 1:00", "")
def test_whatever_stands_in_a_cell_is_a_moment_or_a_sentence(cell: str, order: sheet_times.Order) -> None:
    try:
        sheet_times.when(cell, order=order)
    except ValueError as wrong:
        assert str(wrong)[0] in "“T"  # noqa: PT017
