"""What LinkedIn does not take is refused when it is saved, with a sentence that names the limit."""

from typing import Any

import pytest
from pydantic import ValidationError

from chalicelib import clock
from chalicelib.models import Account, Entry, Media
from chalicelib.providers.linkedin import LinkedIn
from chalicelib.providers.linkedin.options import LinkedInOptions
from tests.contract.cases.linkedin import LINK, POLL, pictures
from tests.contract.harness import document, movie, picture

KEY = "linkedin"
PICTURES, PAPER = pictures(2), document()
SMALL, LONG = movie("small.mp4", size=70_000), movie("long.mp4", seconds=1801)
SHEET = PAPER.model_copy(update={"mime": "application/vnd.ms-excel", "name": "sums.xls"})
CAROUSEL = {"post_as_images_carousel": True}


@pytest.mark.parametrize(
    ("media", "options", "sentence"),
    [
        ((movie(), PICTURES[0]), {}, "only alone"),
        ((PAPER, PICTURES[0]), {}, "only alone"),
        ((movie(), movie("b.mp4")), {}, "1 videos at the most"),
        (pictures(21), {}, "20 files at the most"),
        (PICTURES[:1], CAROUSEL, "two or more pictures"),
        ((movie(),), CAROUSEL, "two or more pictures"),
        (PICTURES[:1], {"poll": POLL}, "stands alone"),
        ((), {"poll": POLL, "link": LINK}, "stands alone"),
        (PICTURES, {"link": LINK}, "a single picture"),
        ((movie(),), {"link": LINK}, "a single picture"),
        ((SHEET,), {}, "PDF, PowerPoint and Word"),
        ((SMALL,), {}, "75 KB"),
        ((LONG,), {}, "3 to 1800 s"),
        ((movie("a.mov", mime="video/quicktime"),), {}, "video/mp4"),
        ((movie().model_copy(update={"size": 500_000_001}),), {}, "500.0 MB at the most"),
        ((PAPER.model_copy(update={"size": 100_000_001}),), {}, "100.0 MB at the most"),
        ((picture(alt="a" * 4087)[0],), {}, "4,086"),
    ],
)
def test_what_linkedin_does_not_take_is_refused_when_it_is_saved(
    media: tuple[Media, ...], options: dict[str, Any], sentence: str
) -> None:
    assert any(sentence in said for said in complaints((Entry(text="x", media=media),), options))


@pytest.mark.parametrize(
    ("comment", "sentence"),
    [
        (Entry(text="x" * 1251), "1,250"),
        (Entry(text=""), "text is needed"),
        (Entry(text="x", media=PICTURES[:1]), "no pictures here"),
    ],
)
def test_a_comment_is_text_only_and_short(comment: Entry, sentence: str) -> None:
    assert any(sentence in said for said in complaints((Entry(text="x"), comment), {}))


def test_the_length_is_counted_before_the_escapes() -> None:
    assert complaints((Entry(text="(" * 3000),), {}) == []
    assert complaints((Entry(text="(" * 3001),), {}) != []


def complaints(entries: tuple[Entry, ...], options: dict[str, Any]) -> list[str]:
    account = Account(workspace="w", id="a", platform=KEY, remote="1", created=clock.now())
    said = LinkedIn().check(entries, account, LinkedInOptions.model_validate(options))
    return [each.sentence for each in said]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"visibility": "LOGGED_OUT"}, "PUBLIC"),
        ({"poll": {**POLL, "question": "q" * 141}}, "140 characters"),
        ({"poll": {**POLL, "options": ["a"]}}, "two to four"),
        ({"poll": {**POLL, "options": ["a"] * 5}}, "two to four"),
        ({"poll": {**POLL, "options": ["a", "b" * 31]}}, "30 characters"),
        ({"poll": {**POLL, "options": ["a", " "]}}, "1 to 30"),
        ({"poll": {**POLL, "duration": "A_YEAR"}}, "ONE_DAY"),
        ({"link": {**LINK, "title": " "}}, "needs a title"),
        ({"link": {**LINK, "url": "javascript:1"}}, "https://"),
        ({"link": {**LINK, "image": "http://a.example/b.png"}}, "begins with https"),
        ({"link": {**LINK, "description": "d" * 4086}}, "4,085"),
        ({"unknown": 1}, "not permitted"),
    ],
)
def test_options_are_checked_with_a_sentence(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        LinkedInOptions.model_validate(options)
