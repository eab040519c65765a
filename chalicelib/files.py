"""What a file really is, by its first bytes, whatever its name says."""

import re
from typing import Final

#: So many first bytes are enough for `sniff`.
SNIFF_BYTES: Final = 64

_PREFIXES: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"ID3", "audio/mpeg"),
)
# What stands after “ftyp”: the brand of an ISO media file. All others of that family are played as MP4.
_BRANDS: Final = {
    **dict.fromkeys((b"avif", b"avis"), "image/avif"),
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), "image/heic"),
    b"qt  ": "video/quicktime",
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
}
# QuickTime before it had brands begins with one of these boxes.
_OLD_QUICKTIME: Final = (b"moov", b"mdat", b"wide", b"pnot")
# Matroska's element DocType; its length may be written in one to eight bytes.
_WEBM: Final = re.compile(rb"\x42\x82.{1,8}webm", re.DOTALL)
_BMP_HEADERS: Final = frozenset({12, 40, 52, 56, 64, 108, 124})


class Unreadable(ValueError):
    """A file that cannot be what it should be; its text is a sentence for the person who sent it."""


def sniff(first: bytes) -> str | None:
    """The media type of a file that begins with `first` (64 bytes are enough), or None for one we do not know."""
    for prefix, mime in _PREFIXES:
        if first.startswith(prefix):
            return mime
    return _iso(first) or _riff(first) or _matroska(first) or _weak(first)


def _iso(first: bytes) -> str | None:
    if first[4:8] in _OLD_QUICKTIME:
        return "video/quicktime"
    if first[4:8] != b"ftyp":
        return None
    brand = first[8:12]
    if brand in (b"mif1", b"msf1") and b"avif" in first[16:]:
        return "image/avif"
    return _BRANDS.get(brand, "video/mp4")


def _riff(first: bytes) -> str | None:
    kinds = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
    return kinds.get(first[8:12]) if first.startswith(b"RIFF") else None


def _matroska(first: bytes) -> str | None:
    if not first.startswith(b"\x1a\x45\xdf\xa3"):
        return None
    return "video/webm" if _WEBM.search(first) else "video/x-matroska"


def _weak(first: bytes) -> str | None:
    """Types whose mark is too short to be trusted alone."""
    if first.startswith(b"BM") and int.from_bytes(first[14:18], "little") in _BMP_HEADERS:
        return "image/bmp"
    # MPEG audio: 11 set bits, version 1 or 2, layer III, and a bit rate that exists.
    if len(first) > 2 and first[0] == 0xFF and first[1] & 0xF6 == 0xF2 and first[2] >> 4 not in (0, 15):
        return "audio/mpeg"
    return None
