"""The links in a text, found as X and Mastodon find them (twitter-text)."""

import re
from typing import NamedTuple


class Link(NamedTuple):
    """A URL as it stands in a text, at `text[start:end]`."""

    start: int
    end: int
    url: str


def links(text: str) -> list[Link]:
    """Every URL that X would shorten: with a scheme, or a bare name under a real top-level domain."""
    return _twitter_links(text, bare=True) if "." in text else []


def written(text: str) -> list[Link]:
    """Only the URLs with a scheme, as Mastodon finds them."""
    return _twitter_links(text, bare=False) if "://" in text else []


def _twitter_links(text: str, *, bare: bool) -> list[Link]:
    from .twitter import library

    _, extract_urls_with_indices = library()

    found = extract_urls_with_indices(_tame(text), extract_urls_without_protocol=bare)
    return [Link(start, end, text[start:end]) for start, end in (each["indices"] for each in found)]


# The extractor's time grows with the square of a run that could be a host name; none has 12 labels or 254 characters.
_LETTER = r"[^\s!-,./:-@\[-^`{-~]"
_MANY_LABELS = re.compile(rf"(?:{_LETTER}{{1,63}}\.){{12,}}")
_LONG_NAME = re.compile(rf"{_LETTER}{{254,}}")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")


def _tame(text: str) -> str:
    """The same text, place by place, with what cannot be a host name made unlike one."""
    text = _MANY_LABELS.sub(lambda run: run[0].replace(".", ","), text)
    return _LONG_NAME.sub(lambda run: _NOT_ASCII.sub(" ", run[0][:-253]) + run[0][-253:], text)


def shorten(text: str, found: list[Link], url_length: int) -> str:
    """The text with `url_length` letters in place of each link."""
    for link in reversed(found):
        text = text[: link.start] + "x" * url_length + text[link.end :]
    return text
