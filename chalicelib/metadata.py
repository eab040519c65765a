"""Takes out of a picture what its maker did not mean to publish (place, camera, notes), without touching a pixel.

Pillow can only write a picture anew, which costs quality; these three containers are simple enough to walk.
"""

import re
import struct
import zlib
from collections.abc import Iterator

from .files import Unreadable

# Kept in JPEG: JFIF, the colour profile and Adobe's colour transform; Exif, XMP, IPTC, comments and previews go.
_APP0, _APP2, _APP14, _APP15, _COMMENT, _SCAN, _END = 0xE0, 0xE2, 0xEE, 0xEF, 0xFE, 0xDA, 0xD9
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_PNG_DROPPED = (b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME")
_WEBP_FLAGS = 0x0C  # in VP8X: “has Exif” and “has XMP”


def strip_jpeg(data: bytes, orientation: int) -> bytes:
    """A JPEG without metadata but for its orientation (1 to 8), cut off at its end: phones hide films behind it."""
    kept = b"".join(_segments(data))
    exif = b"Exif\0\0" + _orientation_only(orientation)
    mark = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif if orientation != 1 else b""
    return b"\xff\xd8" + mark + kept


def _segments(data: bytes) -> Iterator[bytes]:
    at = 2
    while (marker := _marker(data, at)) != _END:
        length = int.from_bytes(data[at + 2 : at + 4])
        end = at + 2 + length
        if marker == _SCAN:
            found = _NEXT_MARKER.search(data, end)
            # A file cut short shows as far as it goes; decoders treat it so too.
            end = found.start() if found else len(data)
        if length < 2 or end > len(data):
            raise Unreadable("The picture is damaged.")
        if _is_kept(marker, data[at + 4 : at + 16]):
            yield data[at:end]
        if end == len(data):
            break
        at = end
    yield b"\xff\xd9"


def _marker(data: bytes, at: int) -> int:
    if data[at : at + 1] != b"\xff" or at + 2 > len(data):
        raise Unreadable("The picture is damaged.")
    return data[at + 1]


def _is_kept(marker: int, start: bytes) -> bool:
    if marker == _APP2:
        return start.startswith(b"ICC_PROFILE\0")
    return marker in (_APP0, _APP14) or not (_APP0 < marker <= _APP15 or marker == _COMMENT)


def strip_png(data: bytes, orientation: int) -> bytes:
    """A PNG without its text, time and Exif chunks, but for its orientation."""
    exif = _orientation_only(orientation)
    mark = struct.pack(">I", len(exif)) + b"eXIf" + exif + struct.pack(">I", zlib.crc32(b"eXIf" + exif))
    out, at = [data[:8]], 8
    while at < len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4])
        kind = data[at + 4 : at + 8]
        if kind not in _PNG_DROPPED:
            out.append(data[at:end])
        if kind == b"IHDR" and orientation != 1:
            out.append(mark)
        # Whatever follows the end of the picture is no part of it.
        at = len(data) if kind == b"IEND" else end
    return b"".join(out)


def strip_webp(data: bytes, orientation: int) -> bytes:
    """A WebP without its Exif and XMP chunks, but for its orientation."""
    out, at = [], 12
    whole = min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    while at + 8 <= whole:
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        end = at + 8 + size + size % 2
        kind, body = data[at : at + 4], data[at + 8 : end]
        if kind == b"VP8X" and body:
            flags = body[0] & ~_WEBP_FLAGS | (0x08 if orientation != 1 else 0)
            out.append(data[at : at + 8] + bytes([flags]) + body[1:])
        elif kind not in (b"EXIF", b"XMP "):
            out.append(data[at:end])
        at = end
    if orientation != 1:
        exif = _orientation_only(orientation)
        out.append(b"EXIF" + struct.pack("<I", len(exif)) + exif)
    body = b"WEBP" + b"".join(out)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _orientation_only(orientation: int) -> bytes:
    """Exif with a single entry: tag 0x0112, one short."""
    return b"II*\0\x08\0\0\0" + struct.pack("<HHHIHHI", 1, 0x0112, 3, 1, orientation, 0, 0)
