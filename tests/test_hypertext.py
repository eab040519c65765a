import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.text import plain


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<p>Hello</p><p>World</p>", "Hello\nWorld"),
        ("<p>Hello</p><p></p><p>World</p>", "Hello\n\nWorld"),
        ("<p>Hello</p><p><br></p><p>World</p>", "Hello\n\nWorld"),
        ("<p>Hello<br>World</p>", "Hello\nWorld"),
        ("<p>Hello<br/><br/>World</p>", "Hello\n\nWorld"),
        ("<h1>Title</h1><p>Text</p>after", "Title\nText\nafter"),
        ("<p>Buy:</p><ul><li>milk</li><li><p>eggs</p></li></ul><p>Bye</p>", "Buy:\n- milk\n- eggs\nBye"),
        ("<ul>\n  <li>a</li>\n  <li>b</li>\n</ul>\n", "- a\n- b"),
        ("<p>a</p>\n<p>b</p>", "a\nb"),
        ("<p>a <strong>b</strong> <u>c</u> <span>d</span></p>", "a b c d"),
        ("<p>1 &lt; 2 &amp; 3 &gt; 2&nbsp;&#8364; &#x1F44B;</p>", "1 < 2 & 3 > 2 € 👋"),
        ("<p>&amp;lt;b&amp;gt;</p>", "&lt;b&gt;"),
        ("<script>alert(1)</script><style>p{}</style><p>x</p>", "x"),
        ("<!-- no --><p>x</p>", "x"),
        ('<p><a href="https://a.com/b">https://a.com/b</a></p>', "https://a.com/b"),
        ('<p><a href="https://a.com/">a.com</a></p>', "a.com"),
        ('<p>see <a href="https://a.com/b">this</a>!</p>', "see this (https://a.com/b)!"),
        ('<p><a href="javascript:x">this</a></p>', "this"),
        (
            '<p>Hi <span data-mention-id="urn:li:organization:1" data-mention-label="@A Co">@A Co</span>!</p>',
            "Hi @[A Co](urn:li:organization:1)!",
        ),
        ('<p><span data-mention-id="did:plc:1" data-mention-label="@a.com">@a.com</span></p>', "@a.com"),
        ("<p>unclosed <b>and", "unclosed and"),
        ("</p></ul></a>x", "x"),
        ("", ""),
    ],
)
def test_html_becomes_the_text_that_is_shown(html: str, shown: str) -> None:
    assert plain(html) == shown


@pytest.mark.parametrize(
    "written",
    [
        "a\n\nb\n- c",
        "I <3 this & that",
        "1 < 2 > 0",
        "https://a.com/?a=1&copy=2&lt=3",
        "AT&T",
        "5 &; 6 &# 7",
    ],
)
def test_text_without_tags_passes_unchanged(written: str) -> None:
    assert plain(written) == written


@given(
    st.lists(
        st.sampled_from([*"ab \n&;", "<p>", "</p>", "<br>", "<li>", "</li>", "<a href='http://x'>", "</a>"])
    )
)
def test_no_letter_is_lost_however_badly_the_tags_are_nested(pieces: list[str]) -> None:
    shown = plain("".join(pieces)).replace("(http://x)", "")
    assert [letter for letter in shown if letter in "ab"] == [
        piece for piece in pieces if piece in {"a", "b"}
    ]


@given(st.text(st.sampled_from("<>/&;!-ab ='\"p\n")))
def test_any_text_is_read(html: str) -> None:
    assert plain(html) == plain(html).strip()
