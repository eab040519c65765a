import re
import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chalicelib import text
from chalicelib.text import Count, Facet
from chalicelib.twitter import library

FAMILY = "👨‍👩‍👧‍👦"
WORDS = st.lists(
    st.sampled_from(
        [*"abc dE.!?,\n\r\t 。日本한é#@_*()[]", "e\u0301", FAMILY, "🇫🇷", "1️⃣", "👍🏽", "नि", "example.com"]
    ),
    max_size=120,
).map("".join) | st.text(max_size=60)
HOWS: list[Count] = ["weighted", "graphemes", "mastodon", "utf16", "points", "bytes"]


# --- counting


@pytest.mark.parametrize(
    ("written", "weight"),
    [
        ("Hello, world! 👋", 16),
        ("see https://example.com/a/b?c=d#e now", 31),
        ("example.com", 23),
        ("test.py", 23),
        ("mail@example.com", 16),
        (FAMILY, 2),
        ("🇫🇷", 2),
        ("1️⃣", 2),
        ("日本", 4),
        ("한국", 4),
        ("привет", 6),
        ("cafe\u0301", 4),
        ("“q”…", 5),
        ("–—‘’", 4),
        ("•", 2),
        ("€", 2),
        ("a\r\nb", 3),
        ("日" * 140, 280),
        ("日" * 141, 282),
        ("", 0),
    ],
)
def test_x_weighs_as_its_own_counter_does(written: str, weight: int) -> None:
    assert text.count(written, "weighted") == weight


@given(WORDS)
def test_x_counts_the_same_with_our_link_finding_as_with_its_own(written: str) -> None:
    assert text.count(written, "weighted") == library()[0](written).weightedLength


def test_many_names_in_a_row_are_still_links() -> None:
    assert text.count(",".join(["a.com"] * 40), "weighted") == 40 * 23 + 39
    assert text.count("日" * 300 + " example.com/" + "ü" * 20, "weighted") == 601 + 23


@pytest.mark.parametrize(
    ("written", "graphemes", "utf16", "points", "octets"),
    [
        ("abc", 3, 3, 3, 3),
        ("é", 1, 1, 1, 2),
        ("e\u0301", 1, 2, 2, 3),
        ("👋", 1, 2, 1, 4),
        (FAMILY, 1, 11, 7, 25),
        ("\r\n", 1, 2, 2, 2),
        ("\ud83d", 1, 1, 1, 3),
    ],
)
def test_the_plain_counts(written: str, graphemes: int, utf16: int, points: int, octets: int) -> None:
    assert [text.count(written, how) for how in HOWS[1:]] == [graphemes, graphemes, utf16, points, octets]


@pytest.mark.parametrize(
    ("written", "length"),
    [
        ("https://example.com/" + "a" * 200, 23),
        ("http://a.io", 23),
        ("see https://example.com, now", 4 + 23 + 5),
        ("example.com", 11),
        ("@someone@mastodon.example", 8),
        ("@someone", 8),
        ("(@some.one@mastodon.example)", 11),
        ("me@mastodon.example", 19),
        (f"{FAMILY} @a@b.example {FAMILY}", 6),
    ],
)
def test_mastodon_shortens_links_and_remote_mentions(written: str, length: int) -> None:
    assert text.count(written, "mastodon") == length


def test_an_instance_may_charge_another_price_for_a_link() -> None:
    assert text.count("a https://example.com/long/path", "mastodon", url_length=30) == 32
    assert text.count("a https://example.com/long/path", "weighted", url_length=30) == 32


def test_a_hostile_text_is_counted_in_reasonable_time() -> None:
    began = time.monotonic()
    for hostile in (
        "a." * 5000,
        "@a" * 5000,
        "@" + "a-" * 5000,
        "http://" * 1500,
        "#" * 10_000,
        "(" * 10_000,
    ):
        for how in HOWS:
            text.count(hostile, how)
        text.facets(hostile)
        text.little(hostile)
    assert time.monotonic() - began < 20


# --- cutting


def bare(written: str) -> str:
    return "".join(written.split())


@given(WORDS, st.integers(25, 60), st.sampled_from(HOWS))
def test_parts_are_within_the_limit_and_lose_nothing(written: str, limit: int, how: Count) -> None:
    try:
        parts = text.split(written, limit, how)
    except ValueError:
        # Only what cannot be cut may be refused: a cluster or a link longer than a whole part.
        atoms = [*re.findall(r"\S+", written)]
        assert max(text.count(atom, how) for atom in atoms) > limit
        return
    assert all(text.count(part, how) <= limit for part in parts)
    assert bare("".join(parts)) == bare(written)
    assert len(parts) == 1 or all(parts)


@given(WORDS, st.integers(25, 60))
def test_no_grapheme_is_cut(written: str, limit: int) -> None:
    parts = text.split(written, limit, "graphemes")
    assert sum(text.count(bare(part), "graphemes") for part in parts) == text.count(
        bare(written), "graphemes"
    )


@given(
    st.lists(
        st.sampled_from(["https://example.com/a/b?c=d", "word", "http://x.io", "long" * 9, "日本語", "\n\n"]),
        min_size=1,
    )
)
def test_no_link_is_cut(pieces: list[str]) -> None:
    written = " ".join(pieces)
    parts = text.split(written, 40, "weighted")
    assert [link.url for part in parts for link in text.links(part)] == [
        link.url for link in text.links(written)
    ]


@given(WORDS)
def test_what_fits_stays_whole(written: str) -> None:
    assert text.split(written, 2000, "points") == [written.strip()]


def test_paragraphs_are_kept_together_before_sentences_and_sentences_before_words() -> None:
    assert text.split("One two three.\n\nFour five six.", 20, "points") == [
        "One two three.",
        "Four five six.",
    ]
    assert text.split("One two three. Four five six seven.", 25, "points") == [
        "One two three.",
        "Four five six seven.",
    ]
    assert text.split("one two three four", 10, "points") == ["one two", "three four"]
    assert text.split("日本語です。次の文です。", 7, "points") == ["日本語です。", "次の文です。"]
    assert text.split("abcdefghij", 4, "points") == ["abcd", "efgh", "ij"]


def test_a_short_paragraph_does_not_make_a_short_part() -> None:
    first, second = text.split("Hi.\n\n" + "word " * 18, 60, "points")
    assert first.startswith("Hi.\n\nword")
    assert len(first) > 50
    assert second.endswith("word")


def test_a_cut_that_leaves_more_than_half_a_part_empty_is_no_good_cut() -> None:
    first = text.split("A paragraph of some words.\n\n" + "word " * 18, 60, "points")[0]
    assert len(first) > 50
    first = text.split("A paragraph of some more words.\n\n" + "word " * 18, 60, "points")[0]
    assert first == "A paragraph of some more words."


def test_a_link_longer_than_a_post_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match=r"“https://example.com/a+….*longer than the 50 characters"):
        text.split("see https://example.com/" + "a" * 60, 50, "points")


def test_a_long_text_is_split_in_reasonable_time() -> None:
    began = time.monotonic()
    parts = text.split("Many words make a long text, see https://example.com/page. " * 400, 280, "weighted")
    assert len(parts) > 60
    assert time.monotonic() - began < 30


# --- links and facets


def test_links_are_found_where_they_stand() -> None:
    written = "👋 see https://en.wikipedia.org/wiki/A_(b), example.com and me@mail.com"
    assert [link.url for link in text.links(written)] == [
        "https://en.wikipedia.org/wiki/A_(b)",
        "example.com",
    ]
    assert all(written[link.start : link.end] == link.url for link in text.links(written))


def test_the_vector_of_the_sheet() -> None:
    written = "✨ example mentioning @atproto.com to share the URL 👨‍❤️‍👨 https://en.wikipedia.org/wiki/CBOR."
    assert text.facets(written) == [
        Facet("mention", 23, 35, "atproto.com"),
        Facet("link", 74, 108, "https://en.wikipedia.org/wiki/CBOR"),
    ]


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("(see example.com/a)", [("link", "https://example.com/a")]),
        ("see example.com/a!", [("link", "https://example.com/a")]),
        ("(https://a.com/b)", [("link", "https://a.com/b")]),
        ("https://a.com/b_(c)", [("link", "https://a.com/b_(c)")]),
        ("httpbin.org", [("link", "https://httpbin.org")]),
        ("not.adomain", []),
        ("x@example.com", []),
        ("@alice.bsky.social, hi", [("mention", "alice.bsky.social")]),
        ("@alice", []),
        ("@alice.test", [("mention", "alice.test")]),
        ("#tag, #two.", [("tag", "tag"), ("tag", "two")]),
        ("＃日本語", [("tag", "日本語")]),
        ("#123 #1a a#b", [("tag", "1a")]),
        ("#" + "a" * 65, []),
        ("#" + "a" * 64, [("tag", "a" * 64)]),
        ("#\ufe0f", []),
        ("https://a.com/(@b.com", [("link", "https://a.com/(@b.com")]),
    ],
)
def test_detection_rules(written: str, found: list[tuple[str, str]]) -> None:
    assert [(facet.kind, facet.value) for facet in text.facets(written)] == found


@given(WORDS | st.lists(st.sampled_from([*"@#.( é👋", "a.com", "https://"]), max_size=40).map("".join))
def test_facets_lie_on_character_borders_in_order_and_apart(written: str) -> None:
    assume(not re.search("[\ud800-\udfff]", written))
    octets, last = written.encode(), 0
    for facet in text.facets(written):
        assert last <= facet.start_byte < facet.end_byte <= len(octets)
        shown = octets[facet.start_byte : facet.end_byte].decode()
        assert shown.endswith(facet.value) or facet.value == f"https://{shown}"
        last = facet.end_byte


# --- LinkedIn


@pytest.mark.parametrize(
    ("written", "little"),
    [
        (
            "a (b) [c] {d} <e> f_g *h* ~i~ j|k @l \\m",
            r"a \(b\) \[c\] \{d\} \<e\> f\_g \*h\* \~i\~ j\|k \@l \\m",
        ),
        ("Hi @[A Co](urn:li:organization:12), bye", "Hi @[A Co](urn:li:organization:12), bye"),
        ("@[x](javascript:1)", r"\@\[x\]\(javascript:1\)"),
        ("#news and #two_words", r"{hashtag|\#|news} and {hashtag|\#|two\_words}"),
        ("C# and #1 and a#b", r"C\# and \#1 and a\#b"),
        ("#हिन्दी", r"{hashtag|\#|हिन्दी}"),
        ("https://a.com/x_y#z", r"https://a.com/x\_y\#z"),
        ("https://a.com/(#z)", r"https://a.com/\(\#z\)"),
        ("", ""),
    ],
)
def test_little_text_escapes_all_but_mentions_and_hashtags(written: str, little: str) -> None:
    assert text.little(written) == little


@given(WORDS | st.text(st.sampled_from("\\|{}@[]()<>#*_~ a"), max_size=60))
def test_little_text_is_undone_by_dropping_its_marks(written: str) -> None:
    made = text.little(written)
    undone = re.sub(r"\{hashtag\|\\#\|((?:[^}\\]|\\.)*)\}", lambda tag: "\\#" + tag[1], made)
    assert re.sub(r"\\(.)", r"\1", undone) == written.replace("＃", "#") or "＃" in written
    assert not re.search(r"(?<!\\)(?:\\\\)*[|{}@\[\]()<>#*_~]", undone)


# --- comparing


@given(WORDS)
def test_comparing_twice_changes_nothing_more(written: str) -> None:
    assert text.comparable(text.comparable(written)) == text.comparable(written)


def test_what_platforms_change_compares_equal() -> None:
    assert text.comparable("cafe\u0301 \r\n\r\nx\t\r\n") == text.comparable("café\n\nx")
    assert text.comparable("a b") != text.comparable("ab")
    assert text.comparable("a\n\nb") != text.comparable("a\nb")


@pytest.mark.parametrize(
    ("said", "limit", "how", "expected"),
    [
        ("lamps", 5, "points", "lamps"),
        ("lamps and more", 5, "points", "lamps "),
        ("👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧", 2, "graphemes", "👨‍👩‍👧👨‍👩‍👧"),
        ("ééé", 3, "bytes", "é"),
        ("lamps", 0, "points", ""),
    ],
)
def test_the_beginning_for_which_there_is_room_cuts_no_grapheme(
    said: str, limit: int, how: text.Count, expected: str
) -> None:
    assert text.beginning(said, limit, how) == expected
