import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.hypertext import MARKUPS, Dialect, marked, plain


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
        ("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"),
        ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n   - b\n- c"),
        ("", ""),
    ],
)
def test_html_becomes_the_text_that_is_shown(html: str, shown: str) -> None:
    assert plain(html) == shown


#: One text as an editor sends it, and what each platform's own markup makes of it.
RICH = (
    "<h2>News</h2><p>It is <strong>lit </strong><em>now</em>, <s>soon</s>.</p><p>One<br>two</p>"
    '<ul><li><p><b>Milk</b></p></li><li><p>eggs</p></li></ul><p><u>See</u> <a href="https://a.com/b_(c)">the [map]</a></p>'
)


@pytest.mark.parametrize(
    ("dialect", "shown"),
    [
        (
            "plain",
            "News\nIt is lit now, soon.\nOne\ntwo\n- Milk\n- eggs\nSee the [map] (https://a.com/b_(c))",
        ),
        (
            "markdown",
            (
                "## News\n\nIt is **lit** *now*, ~~soon~~.\n\nOne  \ntwo\n\n- **Milk**\n- eggs\n\n"
                "See [the \\[map\\]](https://a.com/b_%28c%29)"
            ),
        ),
        (
            "discord",
            (
                "## News\nIt is **lit** *now*, ~~soon~~.\nOne\ntwo\n- **Milk**\n- eggs\n"
                "__See__ [the \\[map\\]](https://a.com/b_%28c%29)"
            ),
        ),
        (
            "mrkdwn",
            "*News*\nIt is *lit* _now_, ~soon~.\nOne\ntwo\n- *Milk*\n- eggs\nSee <https://a.com/b_%28c%29|the [map]>",
        ),
    ],
)
def test_each_platform_s_own_marks_are_written(dialect: Dialect, shown: str) -> None:
    assert marked(RICH, dialect) == shown


@pytest.mark.parametrize(
    ("dialect", "html", "shown"),
    [
        ("markdown", "<p><strong>one<br>two</strong></p>", "**one**  \n**two**"),
        ("markdown", "<p>a<b></b>b <b> </b>c</p>", "ab  c"),
        ("markdown", "<p><b><strong>once</strong></b></p>", "**once**"),
        ("markdown", "<p><em><strong>both</strong></em></p>", "***both***"),
        ("markdown", "<p><b>open</p><p>end", "**open**\n\n**end**"),
        ("mrkdwn", "<h1><strong>Title</strong></h1>", "*Title*"),
        ("mrkdwn", '<p><a href="https://a.com">a &gt; b</a></p>', "<https://a.com|a &gt; b>"),
        ("discord", '<p>x<a href="https://a.com/"> a.com </a>y</p>', "x https://a.com/ y"),
        ("discord", '<p>one</p><a href="https://a.com">two</a>', "one\n[two](https://a.com)"),
        ("markdown", "<p>a</p><p></p><p></p><p>b</p>", "a\n\nb"),
        ("markdown", "<p>1</p><ol><li>a</li><li>b</li></ol><p>2</p>", "1\n\n1. a\n2. b\n\n2"),
        (
            "markdown",
            '<p><span data-mention-id="urn:li:person:1" data-mention-label="@A">@A</span></p>',
            "@A",
        ),
    ],
)
def test_marks_touch_their_words_and_links_keep_theirs(dialect: Dialect, html: str, shown: str) -> None:
    assert marked(html, dialect) == shown


@pytest.mark.parametrize("dialect", MARKUPS)
@pytest.mark.parametrize(
    "written",
    [
        "**by** *hand*",
        "a\n\n\n\nb",
        "<@U024BE91L> <!here>",
        "<https://a.com/?a=1&b=2|the lamp>",
        "<t:1700000000:R> <a:lamp:12> <:lamp:12> <#34>",
        "- a\n- b",
    ],
)
def test_marks_made_by_hand_pass_unchanged(dialect: Dialect, written: str) -> None:
    assert marked(written, dialect) == written


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


TAGS = [
    "<p>",
    "</p>",
    "<br>",
    "<ol>",
    "<ul>",
    "<li>",
    "</li>",
    "</ul>",
    "<b>",
    "</b>",
    "<i>",
    "</i>",
    "<h1>",
    "</h1>",
]
LINKS = ["<a href='http://x'>", "</a>"]


@given(
    st.sampled_from(sorted(MARKUPS)),
    st.lists(st.sampled_from([*"ab \n&;", *TAGS, *LINKS])),
)
def test_no_letter_is_lost_however_badly_the_tags_are_nested(dialect: Dialect, pieces: list[str]) -> None:
    shown = marked("".join(pieces), dialect)
    assert [letter for letter in shown if letter in "ab"] == [
        piece for piece in pieces if piece in {"a", "b"}
    ]


@given(st.sampled_from(sorted(MARKUPS)), st.text(st.sampled_from("<>/&;!-ab ='\"p\n")))
def test_any_text_is_read(dialect: Dialect, html: str) -> None:
    assert marked(html, dialect) == marked(html, dialect).strip()
