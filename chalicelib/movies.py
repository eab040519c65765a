"""What a film is (size, length, codecs), from a few ranges of it and without decoding."""

from typing import Final, NamedTuple

from . import boxes, ebml
from .files import Unreadable as Unreadable
from .files import sniff as sniff
from .ranges import Ranges, Read

_CONTAINERS: Final = {"video/mp4": "mp4", "video/quicktime": "mov", "video/webm": "webm"}

# Container's code → the name that platforms use; a code that is not here is given as it is.
_CODECS: Final = {
    **dict.fromkeys(("avc1", "avc3"), "h264"),
    **dict.fromkeys(("hvc1", "hev1", "dvh1", "dvhe"), "hevc"),
    **dict.fromkeys(("av01", "V_AV1"), "av1"),
    **dict.fromkeys(("vp08", "V_VP8"), "vp8"),
    **dict.fromkeys(("vp09", "V_VP9"), "vp9"),
    **dict.fromkeys(("apch", "apcn", "apcs", "apco", "ap4h", "ap4x"), "prores"),
    **dict.fromkeys(("mp4a", "A_AAC"), "aac"),
    **dict.fromkeys(("Opus", "A_OPUS"), "opus"),
    **dict.fromkeys(("lpcm", "sowt", "twos", "in24", "fl32"), "pcm"),
    "mp4v": "mpeg4",
    "A_VORBIS": "vorbis",
    ".mp3": "mp3",
    "ac-3": "ac3",
    "ec-3": "eac3",
}


class Movie(NamedTuple):
    """A film as it is shown: size in pixels after turning it, and None for what the file does not tell.

    `index_first`: it can be played while it is being loaded, which Instagram and Threads ask for.
    """

    mime: str
    container: str
    width: int
    height: int
    seconds: float | None
    video: str
    audio: str | None
    rotation: int
    frame_rate: float | None
    index_first: bool


def describe(read: Read, size: int) -> Movie:
    """`read(offset, length)` fetches a range of a file of `size` bytes, some 64 KiB at a time; raises `Unreadable`.

    A dozen ranges are enough for a whole film of any length, wherever its index stands.
    """
    source = Ranges(read, size)
    mime = sniff(source.get(0, min(64, size))) or ""
    if mime not in _CONTAINERS:
        raise Unreadable("This is not a film of a type that is taken here (MP4, MOV, WebM).")
    film = ebml.film(source) if mime == "video/webm" else boxes.film(source)
    picture = next(
        (track for track in film.tracks if track.kind == "vide" and track.width and track.height), None
    )
    if picture is None:
        raise Unreadable("The file holds no moving picture.")
    return _movie(mime, film, picture)


def _movie(mime: str, film: boxes.Film, picture: boxes.Track) -> Movie:
    sound = next((track for track in film.tracks if track.kind == "soun"), None)
    size = (picture.width, picture.height)
    width, height = size[::-1] if picture.rotation in (90, 270) else size
    return Movie(
        mime=mime,
        container=_CONTAINERS[mime],
        width=width,
        height=height,
        seconds=film.seconds or None,
        video=_CODECS.get(picture.codec, picture.codec),
        audio=_CODECS.get(sound.codec, sound.codec) if sound else None,
        rotation=picture.rotation,
        frame_rate=picture.samples / picture.seconds if picture.samples and picture.seconds else None,
        index_first=film.index_first,
    )
