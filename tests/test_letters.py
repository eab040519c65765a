"""A newsletter's text: what is typed is what readers see, and nothing in it is taken for HTML."""

from hypothesis import given
from hypothesis import strategies as st

from chalicelib import letters
from infra.sandbox.letters import read


def test_lines_stay_lines_and_paragraphs_paragraphs() -> None:
    assert letters.body("One\ntwo\n\nthree") == "<p>One<br>\ntwo</p>\n<p>three</p>"


def test_whole_addresses_become_links_and_words_with_a_dot_do_not() -> None:
    shown = letters.body("See https://example.com/?a=1&copy=2 and readme.md, ada@example.com")
    assert '<a href="https://example.com/?a=1&amp;copy=2">https://example.com/?a=1&amp;copy=2</a>' in shown
    assert shown.count("<a ") == 1


def test_marks_become_html() -> None:
    shown = letters.body("# Lit\n\n**All** of [them](https://example.com)\n\n- one\n- ~~two~~")
    for part in (
        "<h1>Lit</h1>",
        "<strong>All</strong>",
        '<a href="https://example.com">them</a>',
        "<s>two</s>",
    ):
        assert part in shown


def test_tags_and_scripts_are_shown_as_they_were_typed() -> None:
    shown = letters.body("<script>alert(1)</script> <b>x</b> [y](javascript:alert(1))")
    assert "<script" not in shown
    assert "<b>" not in shown
    assert "href" not in shown


@given(st.text(st.sampled_from("<>&\"'`{}[]()!*_ab:/ \n")))
def test_no_text_brings_in_a_tag_of_its_own(written: str) -> None:
    allowed = (
        "p",
        "br",
        "em",
        "strong",
        "code",
        "pre",
        "a",
        "img",
        "blockquote",
        "ul",
        "ol",
        "li",
        "hr",
        "h1",
        "h2",
    )
    for part in letters.body(written).split("<")[1:]:
        assert part.lstrip("/").split(">")[0].split(" ")[0] in allowed


def test_a_picture_holds_no_more_than_its_address_and_its_description() -> None:
    shown = letters.picture('https://a.b/"><x>', 'A "lamp" <lit>')
    assert read(shown) == ("", [{"url": 'https://a.b/"><x>', "alt": 'A "lamp" <lit>'}])
    assert "<x>" not in shown


def test_a_preview_is_hidden_in_the_letter_and_none_leaves_nothing() -> None:
    assert read(letters.preheader("Come <in>") + letters.body("Hello")) == ("Hello", [])
    assert "Come &lt;in&gt;" in letters.preheader("Come <in>")
    assert letters.preheader("  ") == ""
