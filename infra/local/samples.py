"""What the smoke test posts on each platform: a picture or a film with a text, and the settings it cannot do without.

The places (a board, a channel, a subreddit) are the stand-ins'.
"""

import io
import struct
from typing import Any

from PIL import Image

from chalicelib import clock

#: Platforms that take films only, or where a film is what people post.
FILMS = {"youtube", "tiktok"}
#: The dashboard lets a person choose these; a script names them.
OPTIONS: dict[str, dict[str, Any]] = {
    "beehiiv": {"title": "A lamp"},
    "discord": {"channel": "600000000000000011"},
    "dribbble": {"title": "A lamp"},
    "github": {"title": "A lamp"},
    "listmonk": {"subject": "A lamp", "list": 1},
    "pinterest": {"board": "549755885175", "title": "A lamp"},
    "reddit": {"subreddit": [{"value": {"subreddit": "lamps", "title": "A lamp", "type": "self"}}]},
    "slack": {"channel": "C0GEN"},
    "tiktok": {"content_posting_method": "DIRECT_POST", "privacy_level": "PUBLIC_TO_EVERYONE"},
    "youtube": {"title": "A lamp", "type": "public"},
}
#: Platforms where this kind of post holds no file.
WORDS_ONLY = {"reddit"}


def target(account: dict[str, Any], text: str, picture: str, film: str) -> dict[str, Any]:
    """One account's part of the post; `picture` and `film` are ids of the library."""
    platform = account["platform"]
    file = [] if platform in WORDS_ONLY else [{"id": film if platform in FILMS else picture}]
    entry = {"text": text, "media": file}
    return {"account": account["id"], "entries": [entry], "options": OPTIONS.get(platform, {})}


def picture() -> bytes:
    """A small picture of no two runs' bytes: platforms may refuse one that they have. Dribbble wants exactly 4:3."""
    shade = clock.now().microsecond
    image = Image.new("RGB", (800, 600), (255, 200 + shade % 50, shade // 50 % 200))
    data = io.BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


def film(size: int = 2_000_000) -> bytes:
    """Ten seconds of upright MP4 by its index; nobody decodes the rest. Of no two runs' bytes."""
    shade = clock.now().microsecond.to_bytes(4, "big")
    head = _box(b"ftyp", b"isom", bytes(4), b"isommp42") + _index(10_000)
    return head + _box(b"mdat", (shade * (size // 4))[: size - len(head) - 8])


def _index(length: int) -> bytes:
    picture, sound = _track(b"vide", b"avc1", length), _track(b"soun", b"mp4a", length)
    return _box(b"moov", _timed(b"mvhd", length), picture, sound)


def _track(handler: bytes, codec: bytes, length: int) -> bytes:
    size = struct.pack(">HH", 720, 1280)
    shown = struct.pack(">II", 720 << 16, 1280 << 16)
    upright = struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
    entry = _box(codec, bytes(24), size, bytes(50))
    table = _box(
        b"stbl",
        _box(b"stsd", bytes(4), struct.pack(">I", 1), entry),
        _box(b"stsz", bytes(8), struct.pack(">I", length * 30 // 1000)),
    )
    media = _box(
        b"mdia", _timed(b"mdhd", length), _box(b"hdlr", bytes(8), handler, bytes(13)), _box(b"minf", table)
    )
    return _box(b"trak", _box(b"tkhd", b"\0\0\0\7", bytes(20), bytes(16), upright, shown), media)


def _timed(kind: bytes, length: int) -> bytes:
    return _box(kind, bytes(12), struct.pack(">II", 1000, length), bytes(80))


def _box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", 8 + len(body)) + kind + body
