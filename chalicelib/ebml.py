"""The beginning of a WebM file (Matroska, RFC 9559): its length and tracks, which stand before the film."""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from .boxes import Film, Track
from .files import Unreadable
from .ranges import Ranges

_SEGMENT, _INFO, _TRACKS, _CLUSTER = 0x18538067, 0x1549A966, 0x1654AE6B, 0x1F43B675
_SCALE, _DURATION = 0x2AD7B1, 0x4489
_ENTRY, _TYPE, _CODEC, _VIDEO, _WIDTH, _HEIGHT, _FRAME = 0xAE, 0x83, 0x86, 0xE0, 0xB0, 0xBA, 0x23E383
_KINDS = {1: "vide", 2: "soun"}
_MOST_ELEMENTS = 5000


class Element(NamedTuple):
    """An element from after its header (`start`) to its `end`; one of unknown size ends with its parent."""

    code: int
    start: int
    end: int


def film(source: Ranges) -> Film:
    """A recording by a browser does not tell its length; then `seconds` is 0."""
    segment = _first(source, 0, source.size, _SEGMENT)
    if segment is None:
        raise Unreadable("The film is damaged.")
    found: dict[int, Element] = {}
    for element in _elements(source, segment.start, segment.end):
        found.setdefault(element.code, element)
        if element.code == _CLUSTER:
            break
    if _TRACKS not in found:
        raise Unreadable("The film does not tell its tracks.")
    tracks = _elements(source, *found[_TRACKS][1:])
    seconds = _seconds(source, found[_INFO]) if _INFO in found else 0.0
    return Film(
        seconds, tuple(_track(source, each) for each in tracks if each.code == _ENTRY), index_first=True
    )


def _elements(source: Ranges, start: int, end: int) -> Iterator[Element]:
    at = start
    for _ in range(_MOST_ELEMENTS):
        if at >= end:
            return
        element = _element(source, at, end)
        yield element
        at = element.end
    raise Unreadable("The film is built in a way that cannot be read here.")


def _element(source: Ranges, at: int, end: int) -> Element:
    width, code = _number(source, at)
    length, size = _number(source, at + width)
    start = at + width + length
    size &= (1 << 7 * length) - 1
    last = end if size == (1 << 7 * length) - 1 else start + size
    if last > end:
        raise Unreadable("The film is damaged, or it ends early.")
    return Element(code, start, last)


def _number(source: Ranges, at: int) -> tuple[int, int]:
    """Width in bytes, and value with its marker bit, of a number that tells its width by its leading zero bits."""
    width = 9 - source.get(at, 1)[0].bit_length()
    if width > 8:
        raise Unreadable("The film is damaged.")
    return width, int.from_bytes(source.get(at, width))


def _first(source: Ranges, start: int, end: int, code: int) -> Element | None:
    return next((each for each in _elements(source, start, end) if each.code == code), None)


def _seconds(source: Ranges, info: Element) -> float:
    values = {each.code: each for each in _elements(source, info.start, info.end)}
    if _DURATION not in values:
        return 0.0
    scale = _integer(source, values[_SCALE]) if _SCALE in values else 1_000_000
    seconds = _float(source, values[_DURATION]) * scale / 1_000_000_000
    return seconds if 0 < seconds < float("inf") else 0.0


def _track(source: Ranges, entry: Element) -> Track:
    values = {each.code: each for each in _elements(source, entry.start, entry.end)}
    shown = {}
    if _VIDEO in values:
        shown = {each.code: each for each in _elements(source, *values[_VIDEO][1:])}
    return Track(
        kind=_KINDS.get(_integer(source, values.get(_TYPE)), ""),
        codec=_text(source, values.get(_CODEC)),
        width=_integer(source, shown.get(_WIDTH)),
        height=_integer(source, shown.get(_HEIGHT)),
        rotation=0,
        seconds=0.0,
        samples=0,
    )


def _content(source: Ranges, element: Element | None, most: int) -> bytes:
    if element is None:
        return b""
    return source.get(element.start, min(element.end - element.start, most))


def _integer(source: Ranges, element: Element | None) -> int:
    return int.from_bytes(_content(source, element, 8))


def _float(source: Ranges, element: Element) -> float:
    content = _content(source, element, 8)
    return (
        float(struct.unpack({4: ">f", 8: ">d"}[len(content)], content)[0]) if len(content) in (4, 8) else 0.0
    )


def _text(source: Ranges, element: Element | None) -> str:
    return _content(source, element, 64).decode("latin-1").rstrip("\0")
