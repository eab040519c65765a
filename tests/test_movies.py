import struct
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib import movies
from chalicelib.movies import Movie, Unreadable

GIB = 1 << 30
Matrix = tuple[int, int, int, int]
UPRIGHT: Matrix = (1, 0, 0, 1)


# --- films made by hand


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", 8 + len(body)) + kind + body


def ftyp(brand: bytes = b"isom") -> bytes:
    return box(b"ftyp", brand, bytes(4), b"isommp42")


def timed(kind: bytes, scale: int, length: int, *, wide: bool = False) -> bytes:
    """An mvhd or mdhd box, by version 0 or (wide) 1."""
    if wide:
        return box(kind, b"\1\0\0\0", bytes(16), struct.pack(">IQ", scale, length), bytes(80))
    return box(kind, bytes(12), struct.pack(">II", scale, length), bytes(80))


def tkhd(width: int, height: int, matrix: Matrix = UPRIGHT, *, wide: bool = False) -> bytes:
    a, b, c, d = (number << 16 for number in matrix)
    before = b"\1\0\0\7" + bytes(32) if wide else b"\0\0\0\7" + bytes(20)
    turned = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    return box(b"tkhd", before, bytes(16), turned, struct.pack(">II", width << 16, height << 16))


def track(
    handler: bytes = b"vide",
    codec: bytes = b"avc1",
    size: tuple[int, int] = (1280, 720),
    matrix: Matrix = UPRIGHT,
    samples: int = 300,
    shown: tuple[int, int] | None = None,
    more: bytes = b"",
    wide: bool = False,
) -> bytes:
    entry = box(codec, bytes(24), struct.pack(">HH", *size), bytes(50))
    table = box(
        b"stbl",
        box(b"stsd", bytes(4), struct.pack(">I", 1), entry),
        box(b"stts", bytes(8)),
        more,
        box(b"stsz", bytes(8), struct.pack(">I", samples)),
    )
    media = box(
        b"mdia",
        timed(b"mdhd", 30_000, 300_000, wide=wide),
        box(b"hdlr", bytes(8), handler, bytes(13)),
        box(b"minf", table),
    )
    return box(b"trak", tkhd(*(shown or size), matrix, wide=wide), media)


def moov(*tracks: bytes, length: int = 10_000, wide: bool = False) -> bytes:
    return box(
        b"moov", timed(b"mvhd", 1000, length, wide=wide), *(tracks or (track(), track(b"soun", b"mp4a")))
    )


def describe(data: bytes) -> Movie:
    return movies.describe(lambda at, length: data[at : at + length], len(data))


class Sparse:
    """A file of any size that is nothing but zeros between its pieces; counts what is read of it."""

    def __init__(self, *pieces: tuple[int, bytes]) -> None:
        self.pieces = pieces
        self.size = max(at + len(data) for at, data in pieces)
        self.reads: list[int] = []

    def read(self, at: int, length: int) -> bytes:
        assert 0 <= at <= at + length <= self.size
        self.reads.append(length)
        found = bytearray(length)
        for start, data in self.pieces:
            low, high = max(at, start), min(at + length, start + len(data))
            if low < high:
                found[low - at : high - at] = data[low - start : high - start]
        return bytes(found)


# --- MP4 and QuickTime


def test_a_film_is_described() -> None:
    assert describe(ftyp() + moov() + box(b"mdat", bytes(99))) == Movie(
        mime="video/mp4",
        container="mp4",
        width=1280,
        height=720,
        seconds=10.0,
        video="h264",
        audio="aac",
        rotation=0,
        frame_rate=30.0,
        index_first=True,
    )


def test_the_index_may_stand_behind_the_film() -> None:
    found = describe(ftyp() + box(b"free") + box(b"mdat", bytes(99)) + moov())
    assert (found.width, found.seconds, found.index_first) == (1280, 10.0, False)


@pytest.mark.parametrize("film", [GIB + 5, 4 * GIB + 5, 40 * GIB])
def test_the_index_behind_a_huge_film_is_found_by_a_few_small_reads(film: int) -> None:
    head = ftyp() + struct.pack(">I4sQ", 1, b"mdat", 16 + film)
    sparse = Sparse((0, head), (len(head) + film, moov()))
    assert movies.describe(sparse.read, sparse.size).seconds == 10.0
    assert len(sparse.reads) <= 4
    assert sum(sparse.reads) < 300_000


def test_the_index_itself_may_be_huge() -> None:
    table = box(b"stco", bytes(30_000_000))
    data = ftyp() + moov(track(more=table), track(b"soun", b"mp4a", more=table)) + box(b"mdat")
    sparse = Sparse((0, data))
    found = movies.describe(sparse.read, sparse.size)
    assert (found.frame_rate, found.audio) == (30.0, "aac")
    assert len(sparse.reads) < 20


@pytest.mark.parametrize(
    ("matrix", "rotation", "size"),
    [
        ((1, 0, 0, 1), 0, (1280, 720)),
        ((0, 1, -1, 0), 90, (720, 1280)),
        ((-1, 0, 0, -1), 180, (1280, 720)),
        ((0, -1, 1, 0), 270, (720, 1280)),
        ((0, 0, 0, 0), 0, (1280, 720)),
    ],
)
@pytest.mark.parametrize("wide", [False, True])
def test_a_film_of_a_turned_phone_has_the_size_that_is_shown(
    matrix: Matrix, rotation: int, size: tuple[int, int], wide: bool
) -> None:
    found = describe(ftyp() + moov(track(matrix=matrix, wide=wide), wide=wide) + box(b"mdat"))
    assert (found.rotation, (found.width, found.height), found.seconds) == (rotation, size, 10.0)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (b"avc1", "h264"),
        (b"hvc1", "hevc"),
        (b"av01", "av1"),
        (b"vp09", "vp9"),
        (b"apcn", "prores"),
        (b"XY12", "XY12"),
    ],
)
def test_codecs_have_the_names_that_platforms_use(code: bytes, name: str) -> None:
    assert describe(ftyp() + moov(track(codec=code)) + box(b"mdat")).video == name


def test_a_silent_film_has_no_sound_and_the_order_of_tracks_does_not_matter() -> None:
    assert describe(ftyp() + moov(track()) + box(b"mdat")).audio is None
    found = describe(ftyp() + moov(track(b"text", b"tx3g"), track(b"soun", b"mp4a"), track()) + box(b"mdat"))
    assert (found.video, found.audio) == ("h264", "aac")


def test_quicktime_with_and_without_a_brand() -> None:
    for start in (ftyp(b"qt  "), box(b"wide"), b""):
        found = describe(start + moov() + box(b"mdat"))
        assert (found.mime, found.container) == ("video/quicktime", "mov")


def test_a_size_only_in_the_sample_is_found_and_one_in_the_header_wins() -> None:
    assert describe(ftyp() + moov(track(shown=(0, 0))) + box(b"mdat")).width == 1280
    assert describe(ftyp() + moov(track(shown=(960, 720))) + box(b"mdat")).width == 960


@pytest.mark.parametrize("length", [0, 0xFFFF_FFFF])
def test_a_length_that_is_not_told_is_that_of_the_longest_track(length: int) -> None:
    assert describe(ftyp() + moov(length=length) + box(b"mdat")).seconds == 10.0


def test_a_film_in_fragments_tells_its_length_apart_or_not_at_all() -> None:
    empty = box(b"trak", tkhd(640, 360), box(b"mdia", timed(b"mdhd", 1, 0), box(b"hdlr", bytes(8), b"vide")))
    header = timed(b"mvhd", 600, 0)
    told = box(b"mvex", box(b"mehd", bytes(4), struct.pack(">I", 1200)))
    for more, seconds in ((told, 2.0), (box(b"mvex"), None), (b"", None)):
        found = describe(ftyp() + box(b"moov", header, empty, more) + box(b"moof") + box(b"mdat"))
        assert (found.seconds, found.frame_rate, found.index_first) == (seconds, None, True)


def test_a_last_box_may_have_no_size() -> None:
    assert describe(ftyp() + moov() + b"\0\0\0\0mdat" + bytes(50)).width == 1280


GOOD = ftyp() + box(b"mdat", bytes(50)) + moov()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "not a film"),
        (b"hello", "not a film"),
        (b"\x89PNG\r\n\x1a\n", "not a film"),
        (box(b"ftyp", b"M4A ", bytes(8)) + moov(), "not a film"),
        (ftyp(), "no index"),
        (ftyp() + box(b"mdat", bytes(50)), "no index"),
        (ftyp() + moov() + struct.pack(">I4s", 500, b"mdat") + bytes(20), "ends early"),
        (GOOD[:-1], "ends early"),
        (GOOD[:200], "ends early"),
        (ftyp() + struct.pack(">I4sQ", 1, b"mdat", 1 << 63) + moov(), "ends early"),
        (ftyp() + struct.pack(">I4sQ", 1, b"mdat", 3) + moov(), "damaged"),
        (ftyp() + struct.pack(">I4s", 4, b"free") + moov(), "damaged"),
        (ftyp() + struct.pack(">I4s", 1, b"mdat"), "ends early"),
        (ftyp() + box(b"moov") + box(b"mdat"), "no moving picture"),
        (ftyp() + moov(track(b"soun", b"mp4a")) + box(b"mdat"), "no moving picture"),
        (ftyp() + moov(track(size=(0, 0))) + box(b"mdat"), "no moving picture"),
        (ftyp() + moov(box(b"trak")) + box(b"mdat"), "damaged"),
        (ftyp() + moov(box(b"trak", box(b"tkhd"), box(b"mdia"))) + box(b"mdat"), "damaged"),
        (ftyp() + box(b"free") * 6000 + moov(), "cannot be read here"),
        (
            ftyp()
            + moov(box(b"trak", box(b"tkhd", bytes(99)), box(b"mdia", box(b"free") * 6000)))
            + box(b"mdat"),
            "cannot",
        ),
    ],
)
def test_a_damaged_or_hostile_film_is_refused_with_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(Unreadable, match=rf"{sentence}.*\.$"):
        describe(data)


def test_a_film_cut_into_countless_pieces_is_given_up_before_it_costs_much() -> None:
    step = 100_000
    piece = struct.pack(">I4s", step, b"free")
    head = ftyp()
    sparse = Sparse((0, head), *((len(head) + step * index, piece) for index in range(2000)))
    with pytest.raises(Unreadable, match="cannot be read here"):
        movies.describe(sparse.read, sparse.size)
    assert len(sparse.reads) <= 300


def test_a_film_of_countless_tracks_is_given_up_before_it_takes_long() -> None:
    many = box(b"trak", tkhd(0, 0), box(b"mdia", *[box(b"free")] * 4000))
    for count in (5, 400):
        began = time.monotonic()
        with pytest.raises(Unreadable, match="cannot be read here"):
            describe(ftyp() + moov(*[many] * count) + box(b"mdat"))
        assert time.monotonic() - began < 5


def test_a_store_that_answers_short_is_noticed() -> None:
    with pytest.raises(Unreadable, match="ends early"):
        movies.describe(lambda at, length: GOOD[at : at + length][:-1], len(GOOD))


# --- WebM


def element(code: int, *parts: bytes, unknown: bool = False) -> bytes:
    body = b"".join(parts)
    size = b"\x01" + b"\xff" * 7 if unknown else struct.pack(">Q", 1 << 56 | len(body))
    return code.to_bytes((code.bit_length() + 7) // 8) + size + body


DOCTYPE = element(0x1A45DFA3, element(0x4282, b"webm"))
VIDEO = element(
    0xAE,
    element(0x83, b"\1"),
    element(0x86, b"V_VP9"),
    element(0xE0, element(0xB0, b"\2\x80"), element(0xBA, b"\1\x68")),
)
AUDIO = element(0xAE, element(0x83, b"\2"), element(0x86, b"A_OPUS\0"))
TRACKS = element(0x1654AE6B, AUDIO, VIDEO)
CLUSTER = element(0x1F43B675, bytes(9), unknown=True)


def info(seconds: float | None, scale: int = 1_000_000) -> bytes:
    told = element(0x4489, struct.pack(">d", seconds * 1e9 / scale)) if seconds is not None else b""
    return element(0x1549A966, element(0x2AD7B1, scale.to_bytes(4)), told)


def test_a_webm_is_described() -> None:
    data = DOCTYPE + element(0x18538067, element(0xEC, bytes(40)), info(12.5), TRACKS, CLUSTER)
    assert describe(data) == Movie(
        "video/webm", "webm", 640, 360, 12.5, "vp9", "opus", 0, None, index_first=True
    )


def test_a_webm_as_browsers_record_it_has_no_length_and_no_size() -> None:
    found = describe(DOCTYPE + element(0x18538067, info(None), TRACKS, CLUSTER, unknown=True))
    assert (found.seconds, found.width) == (None, 640)


def test_a_huge_webm_is_read_at_its_beginning_only() -> None:
    size = 4 * GIB
    head = (
        DOCTYPE + b"\x18\x53\x80\x67" + struct.pack(">Q", 1 << 56 | size) + info(1.0, 1000) + TRACKS + CLUSTER
    )
    sparse = Sparse((0, head), (len(DOCTYPE) + 12 + size - 1, b"\0"))
    assert movies.describe(sparse.read, sparse.size).seconds == pytest.approx(1.0)
    assert len(sparse.reads) == 1


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (DOCTYPE, "damaged"),
        (DOCTYPE.replace(b"webm", b"mkva"), "not a film"),
        (DOCTYPE + element(0x18538067, info(1.0), CLUSTER), "does not tell its tracks"),
        (DOCTYPE + element(0x18538067, info(1.0), element(0x1654AE6B, AUDIO)), "no moving picture"),
        ((DOCTYPE + element(0x18538067, info(1.0), TRACKS))[:-3], "ends early"),
        (DOCTYPE + element(0x18538067, bytes(40)), "damaged"),
        (DOCTYPE + element(0x18538067, element(0xEC) * 6000), "cannot be read here"),
    ],
)
def test_a_damaged_webm_is_refused_with_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(Unreadable, match=rf"{sentence}.*\.$"):
        describe(data)


# --- whatever is sent


SAMPLES = [
    GOOD,
    ftyp() + moov(track(wide=True), wide=True) + box(b"mdat", bytes(9)),
    DOCTYPE + element(0x18538067, info(12.5), TRACKS, CLUSTER, unknown=True),
]


@settings(max_examples=500, deadline=2000)
@given(st.sampled_from(SAMPLES), st.data())
def test_a_mutated_film_is_described_or_refused_and_never_read_for_long(
    sample: bytes, data: st.DataObject
) -> None:
    damaged = bytearray(sample)
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(sample) - 1))
        damaged[at : at + 4] = data.draw(
            st.sampled_from([bytes(4), b"\xff" * 4, b"\0\0\0\1"]) | st.binary(min_size=1, max_size=4)
        )
    sparse = Sparse((0, bytes(damaged)))
    try:
        found = movies.describe(sparse.read, sparse.size)
    except Unreadable:
        pass
    else:
        assert found.width > 0
        assert found.height > 0
    assert len(sparse.reads) <= 300


@settings(max_examples=300, deadline=2000)
@given(st.sampled_from(SAMPLES), st.binary(max_size=200))
def test_any_bytes_after_a_good_beginning_are_refused_or_described(sample: bytes, tail: bytes) -> None:
    for data in (sample[:20] + tail, sample + tail, tail):
        try:
            describe(data)
        except Unreadable as refusal:
            assert str(refusal).endswith(".")  # noqa: PT017


# --- types by first bytes


@pytest.mark.parametrize(
    ("first", "mime"),
    [
        (b"\xff\xd8\xff\xe1", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\1\2\3\4WEBPVP8 ", "image/webp"),
        (b"RIFF\1\2\3\4WAVEfmt ", "audio/wav"),
        (b"RIFF\1\2\3\4AVI LIST", None),
        (b"BM" + bytes(12) + b"\x28\0\0\0", "image/bmp"),
        (b"BMW is a car maker", None),
        (b"II*\0", "image/tiff"),
        (b"MM\0*", "image/tiff"),
        (ftyp(b"heic"), "image/heic"),
        (box(b"ftyp", b"mif1", bytes(4), b"mif1heic"), "image/heic"),
        (box(b"ftyp", b"mif1", bytes(4), b"mif1avif"), "image/avif"),
        (ftyp(b"avif"), "image/avif"),
        (ftyp(b"isom"), "video/mp4"),
        (ftyp(b"mp42"), "video/mp4"),
        (ftyp(b"M4V "), "video/mp4"),
        (ftyp(b"qt  "), "video/quicktime"),
        (ftyp(b"M4A "), "audio/mp4"),
        (DOCTYPE, "video/webm"),
        (DOCTYPE.replace(b"webm", b"mkva"), "video/x-matroska"),
        (b"%PDF-1.7", "application/pdf"),
        (b"ID3\4\0", "audio/mpeg"),
        (b"\xff\xfb\x90\x64", "audio/mpeg"),
        (b"\xff\xf3\x40\xc0", "audio/mpeg"),
        (b"\xff\xfb\xf0\0", None),
        (b"\xff\xfe<\0", None),
        (b"<svg xmlns=", None),
        (b"<!doctype html>", None),
        (b"PK\3\4", None),
        (b"", None),
        (b"\xff", None),
    ],
)
def test_sniffing(first: bytes, mime: str | None) -> None:
    assert movies.sniff(first) == mime


@given(st.sampled_from(SAMPLES), st.binary(max_size=80))
def test_sniffing_needs_no_more_than_64_bytes(sample: bytes, tail: bytes) -> None:
    for data in (sample + tail, tail):
        assert movies.sniff(data) == movies.sniff(data[:64])
