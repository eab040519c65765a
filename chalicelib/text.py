"""How platforms count, cut, mark up and compare text; pure, and the larger libraries load on first need."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, Literal, NamedTuple

import regex

from .hypertext import plain as plain
from .links import Link as Link
from .links import links as links
from .links import shorten, written

Length = Callable[[str], int]
Count = Literal["weighted", "graphemes", "mastodon", "utf16", "points", "bytes", "threads"]

# X and Mastodon show every link shortened to this many characters.
URL_LENGTH: Final = 23


class Facet(NamedTuple):
    """What Bluesky must be told to make clickable: a URL, a handle (yet to be resolved) or a tag without its `#`."""

    kind: Literal["link", "mention", "tag"]
    start_byte: int
    end_byte: int
    value: str


# --- counting


def count(text: str, how: Count, url_length: int = URL_LENGTH) -> int:
    """The length of `text` as a platform counts it; `url_length` is what a link costs where links are shortened."""
    return COUNTERS[how](text, url_length)


def _weighted(text: str, url_length: int) -> int:
    """X's own counter (twitter-text v3), which finds no link itself once the links are shortened and the dots are gone."""
    from .twitter import library

    parse_tweet, _ = library()

    text = unicodedata.normalize("NFC", text)
    return int(parse_tweet(shorten(text, links(text), url_length).replace(".", ",")).weightedLength)


def _graphemes(text: str, _url_length: int = 0) -> int:
    return sum(1 for _ in _GRAPHEME.finditer(text))


def _mastodon(text: str, url_length: int) -> int:
    """Graphemes, after links shrink to `url_length` and `@user@host` to `@user` (Mastodon's StatusLengthValidator)."""
    return _graphemes(without_hosts(shorten(text, written(text), url_length)))


def without_hosts(text: str) -> str:
    """Mentions as Mastodon counts and shows them: `@user@host` is `@user`."""
    return _REMOTE_MENTION.sub(r"\1", text)


def _threads(text: str, _url_length: int = 0) -> int:
    """Characters, but an emoji costs what its UTF-8 does."""
    clusters = _GRAPHEME.findall(text)
    return sum(_octets(each) if _EMOJI.search(each) else len(each) for each in clusters)


def _octets(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


# surrogatepass: half an emoji must be counted too, not crash the count.
COUNTERS: Final[dict[Count, Callable[[str, int], int]]] = {
    "weighted": _weighted,
    "graphemes": _graphemes,
    "mastodon": _mastodon,
    "utf16": lambda text, _: len(text.encode("utf-16-le", "surrogatepass")) // 2,
    "points": lambda text, _: len(text),
    "bytes": lambda text, _: _octets(text),
    "threads": _threads,
}

_GRAPHEME = regex.compile(r"\X")
_EMOJI = regex.compile(r"[\p{Extended_Pictographic}\p{Regional_Indicator}\u20e3]")
_REMOTE_MENTION = re.compile(r"(?<![=/\w])(@[a-z0-9_]+(?:[.-]+[a-z0-9_]+)*)@[\w.-]*\w", re.IGNORECASE)


# --- cutting

# From the kindest cut to the last resort; a match is what lies between two parts or before the next.
_CUTS = (
    re.compile(r"\n[^\S\n]*\n\s*"),
    re.compile(r"\n\s*"),
    re.compile(r"(?<=[.!?…])[\"'”’»)\]]*\s+|(?<=[。！？])[」』”’）]*\s*"),
    re.compile(r"\s+"),
)
_SCHEME_LINK = re.compile(r"https?://[!-~]+", re.IGNORECASE)


def split(text: str, limit: int, how: Count, url_length: int = URL_LENGTH) -> list[str]:
    """Thread parts of at most `limit`, cut at the best place that fills at least half a part.

    Only white space at the cuts and ends is dropped; no link and no grapheme is ever cut, so one
    that is longer than `limit` is a ValueError with a sentence.
    """
    length = partial(count, how=how, url_length=url_length)
    rest, parts = text.strip(), []
    while length(window := _window(rest, limit, length)) > limit:
        end = _cut(window, limit, length)
        parts.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [*parts, rest]


def beginning(text: str, limit: int, how: Count, url_length: int = URL_LENGTH) -> str:
    """As much of a text as `limit` has room for; no grapheme is cut."""
    length = partial(count, how=how, url_length=url_length)
    if length(text) <= limit:
        return text
    ends = [found.end() for found in _GRAPHEME.finditer(_window(text, limit, length))]
    return text[: _last_fit(text, ends, limit, length)]


def _window(text: str, limit: int, length: Length) -> str:
    """As much of the beginning as the next part can depend on: counting the whole rest for every cut takes too long."""
    size = max(limit, 1) * 2
    while size < len(text) and length(text[:size]) <= limit:
        size *= 2
    return text[:size]


def _cut(text: str, limit: int, length: Length) -> int:
    fallback = 0
    for pattern in _CUTS:
        end = _last_fit(text, [match.end() for match in pattern.finditer(text)], limit, length)
        if end and length(text[:end].rstrip()) * 2 >= limit:
            return end
        fallback = max(fallback, end)
    return fallback or _hard_cut(text, limit, length)


def _last_fit(text: str, ends: list[int], limit: int, length: Length) -> int:
    """The last of `ends` whose prefix fits, else 0."""
    fitting = bisect_right(ends, limit, key=lambda end: length(text[:end].rstrip()))
    # A count is not quite monotonic (a name becomes a link by its last letter), so look again.
    return next((end for end in reversed(ends[:fitting]) if length(text[:end].rstrip()) <= limit), 0)


def _hard_cut(text: str, limit: int, length: Length) -> int:
    word = re.match(r"\S+", text)
    stop = word.end() if word else len(text)
    whole = [*links(text), *(Link(*found.span(), found.group()) for found in _SCHEME_LINK.finditer(text))]
    inside = {place for link in whole for place in range(link.start + 1, link.end)}
    ends = [found.end() for found in _GRAPHEME.finditer(text, 0, stop) if found.end() not in inside]
    if end := _last_fit(text, ends, limit, length):
        return end
    raise ValueError(
        f"“{text[: ends[0] if ends else stop][:60]}…” alone is longer than the {limit} characters of a post."
    )


# --- Bluesky

_MENTION = re.compile(r"(?:^|[\s(])@([a-zA-Z0-9.-]+)(?a:\b)")
_LINK = re.compile(r"(?:^|[\s(])((https?://)\S+|([A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z0-9]+)+)\S*)", re.MULTILINE)
_INVISIBLE = r"\u00ad\u2060\u200a-\u200d\u20e2"
_TAG = regex.compile(
    rf"(?:^|\s)([#＃](?!\ufe0f)([^\s{_INVISIBLE}]*[^0-9\s\p{{P}}{_INVISIBLE}]+[^\s{_INVISIBLE}]*))"
)
_TRAILING = regex.compile(r"\p{P}+$")
_TAG_LENGTH = 64

_Span = tuple[int, int, Literal["link", "mention", "tag"], str]


def facets(text: str) -> list[Facet]:
    """Links, mentions and tags by the rules of Bluesky's own SDK (@atproto/api, rich-text/detection), in order, never overlapping."""
    kept: list[_Span] = []
    for span in sorted([*_link_spans(text), *_mention_spans(text), *_tag_spans(text)]):
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return [Facet(kind, _bytes(text[:start]), _bytes(text[:end]), value) for start, end, kind, value in kept]


def _link_spans(text: str) -> Iterator[_Span]:
    for match in _LINK.finditer(text):
        shown, scheme, domain = match.groups()
        if not scheme and not _is_domain(domain):
            continue
        url = re.sub(r"[.,;:!?]$", "", shown)
        url = url[:-1] if url.endswith(")") and "(" not in url else url
        yield match.start(1), match.start(1) + len(url), "link", url if scheme else f"https://{url}"


def _mention_spans(text: str) -> Iterator[_Span]:
    for match in _MENTION.finditer(text):
        if _is_domain(match[1]) or match[1].endswith(".test"):
            yield match.start(1) - 1, match.end(1), "mention", match[1]


def _tag_spans(text: str) -> Iterator[_Span]:
    for match in _TAG.finditer(text):
        tag = _TRAILING.sub("", match[2])
        if tag and count(tag, "utf16") <= _TAG_LENGTH:
            yield match.start(1), match.start(1) + 1 + len(tag), "tag", tag


def _is_domain(name: str) -> bool:
    return any(link.url == name for link in links(name))


def _bytes(text: str) -> int:
    return count(text, "bytes")


# --- LinkedIn

_LITTLE = regex.compile(
    r"(?P<mention>@\[[^\]]+\]\(urn:li:(?:organization|person):[A-Za-z0-9_-]+\))"
    r"|(?P<link>https?://\S+)"
    r"|(?<![^\s(\[{\"'“‘«])[#＃](?P<tag>\w*\p{L}\w*)"
    r"|(?P<mark>[\\|{}@\[\]()<>#*_~])"
)
_RESERVED = re.compile(r"([\\|{}@\[\]()<>#*_~])")
_ESCAPED = r"\\\1"


def little(text: str) -> str:
    """LinkedIn's little text: every reserved character escaped, since a bare one silently cuts the post, but mentions and hashtags alive."""
    return str(_LITTLE.sub(_little, text))


def _little(match: "re.Match[str]") -> str:  # regex has no types; its matches behave as re's
    if match["mention"]:
        return match[0]
    if match["tag"]:
        return f"{{hashtag|\\#|{_RESERVED.sub(_ESCAPED, match['tag'])}}}"
    return _RESERVED.sub(_ESCAPED, match[0])


# --- comparing


def comparable(text: str) -> str:
    """The text as it compares: NFC, `\\n` line ends, no white space at the ends of lines or of the whole."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()
