"""The index of an MP4 or QuickTime file (ISO 14496-12), found and read without the film.

Own code, as no library fits: pymediainfo is native, 15 MB, and made for a newer C library than the python3.11
runtime has; hachoir is GPL; pymp4 reads whole boxes. A dozen fields are needed, and their places are fixed.
"""

from collections.abc import Iterator
from typing import NamedTuple

from .files import Unreadable
from .ranges import Ranges


class Box(NamedTuple):
    """A box from after its header (`start`) to its `end`, both offsets in the file."""

    kind: bytes
    start: int
    end: int


class Track(NamedTuple):
    """One track; sizes are those before turning it by `rotation` degrees, `seconds` is 0 where it is not told."""

    kind: str
    codec: str
    width: int
    height: int
    rotation: int
    seconds: float
    samples: int


class Film(NamedTuple):
    """Length in seconds (0: not told), the tracks, and whether the index stands before the film."""

    seconds: float
    tracks: tuple[Track, ...]
    index_first: bool


_MOST_BOXES = 5000


def film(source: Ranges) -> Film:
    """Finds the index (`moov`), also behind a film of any length, and reads it."""
    places: dict[bytes, Box] = {}
    for box in _boxes(source, 0, source.size):
        places.setdefault(box.kind, box)
        if b"moov" in places and (b"mdat" in places or b"moof" in places):
            break
    if b"moov" not in places:
        raise Unreadable("The film has no index: its recording or its upload was not finished.")
    inside = list(_boxes(source, *places[b"moov"][1:]))
    tracks = tuple(_track(source, box) for box in inside if box.kind == b"trak")
    seconds = max(_length(source, inside), *(track.seconds for track in tracks), 0.0)
    film_at = min(box.start for kind, box in places.items() if kind in (b"mdat", b"moof", b"moov"))
    return Film(seconds, tracks, index_first=film_at == places[b"moov"].start)


def _boxes(source: Ranges, start: int, end: int) -> Iterator[Box]:
    at = start
    for _ in range(_MOST_BOXES):
        # QuickTime may close a list with four zero bytes.
        if end - at < 8:
            return
        box = _box(source, at, end)
        yield box
        at = box.end
    raise Unreadable("The film is built in a way that cannot be read here.")


def _box(source: Ranges, at: int, end: int) -> Box:
    size, kind = source.unpack(">I4s", at)
    start = at + 8
    if size == 1:
        (size,) = source.unpack(">Q", at + 8)
        start = at + 16
    elif size == 0:
        size = end - at
    if not start <= at + size <= end:
        raise Unreadable("The film is damaged, or it ends early.")
    return Box(kind, start, at + size)


def _inside(source: Ranges, box: Box, *path: bytes) -> Box | None:
    """The first box at the end of `path`."""
    here: Box | None = box
    for kind in path:
        if here is None:
            return None
        here = next((each for each in _boxes(source, here.start, here.end) if each.kind == kind), None)
    return here


def _length(source: Ranges, inside: list[Box]) -> float:
    seconds, scale = 0.0, 0
    for box in inside:
        if box.kind == b"mvhd":
            seconds, scale = _seconds(source, box)
        # A film in fragments tells its length apart, in the scale of the header before it.
        if box.kind == b"mvex" and (told := _inside(source, box, b"mehd")):
            wide = source.get(told.start, 1) == b"\1"
            (length,) = source.unpack(">Q" if wide else ">I", told.start + 4)
            seconds = seconds or length / max(scale, 1)
    return seconds


def _seconds(source: Ranges, box: Box) -> tuple[float, int]:
    """Length and time scale of an mvhd or mdhd box; all ones mean “not known”."""
    if source.get(box.start, 1) == b"\1":
        scale, length = source.unpack(">IQ", box.start + 20)
        unknown = 0xFFFF_FFFF_FFFF_FFFF
    else:
        scale, length = source.unpack(">II", box.start + 12)
        unknown = 0xFFFF_FFFF
    return (length / scale if scale and length != unknown else 0.0), scale


def _track(source: Ranges, trak: Box) -> Track:
    header, media = _inside(source, trak, b"tkhd"), _inside(source, trak, b"mdia")
    if header is None or media is None:
        raise Unreadable("The film is damaged.")
    table = _inside(source, media, b"minf", b"stbl")
    times, handler = _inside(source, media, b"mdhd"), _inside(source, media, b"hdlr")
    codec, width, height = _sample(source, table)
    rotation, shown_width, shown_height = _header(source, header)
    return Track(
        kind=_text(source.get(handler.start + 8, 4)) if handler else "",
        codec=codec,
        # What a player shows; the sample's size only where the header leaves it open.
        width=shown_width or width,
        height=shown_height or height,
        rotation=rotation,
        seconds=_seconds(source, times)[0] if times else 0.0,
        samples=_samples(source, table),
    )


def _sample(source: Ranges, table: Box | None) -> tuple[str, int, int]:
    """Code, width and height of the first sample description; a sound has no size, what stands there is not read."""
    found = _inside(source, table, b"stsd") if table else None
    if found is None or found.end - found.start < 16:
        return "", 0, 0
    entry = _box(source, found.start + 8, found.end)
    if entry.end - entry.start < 28:
        return _text(entry.kind), 0, 0
    return _text(entry.kind), *source.unpack(">HH", entry.start + 24)


def _samples(source: Ranges, table: Box | None) -> int:
    sizes = (table and _inside(source, table, b"stsz")) or (table and _inside(source, table, b"stz2"))
    return int(source.unpack(">I", sizes.start + 8)[0]) if sizes else 0


def _header(source: Ranges, header: Box) -> tuple[int, int, int]:
    """Rotation in degrees clockwise, and width and height in whole pixels, from a tkhd box."""
    start = header.start + (48 if source.get(header.start, 1) == b"\1" else 36) + 4
    a, b, *_, width, height = source.unpack(">11i", start)
    turns = {(1, 0): 0, (0, 1): 90, (-1, 0): 180, (0, -1): 270}
    return turns.get((_sign(a), _sign(b)), 0), abs(width) >> 16, abs(height) >> 16


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def _text(code: bytes) -> str:
    return code.decode("latin-1").strip("\0 ")
