import random
import struct
import zlib
from io import BytesIO
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageCms, ImageStat, PdfParser

from chalicelib import pictures
from chalicelib.pictures import Picture, Unreadable

JPEG, PNG, GIF, WEBP = "image/jpeg", "image/png", "image/gif", "image/webp"
MIMES = {
    "JPEG": JPEG,
    "PNG": PNG,
    "GIF": GIF,
    "WEBP": WEBP,
    "BMP": "image/bmp",
    "TIFF": "image/tiff",
    "AVIF": "image/avif",
}
PLACE = "48.8584 N, 2.2945 E"


def noise(width: int, height: int, mode: str = "RGB") -> Image.Image:
    return Image.frombytes(mode, (width, height), random.Random(1).randbytes(width * height * len(mode)))


def arrow(width: int = 60, height: int = 40) -> Image.Image:
    """Red above, blue below left, green below right: every turn of it looks different."""
    image = Image.new("RGB", (width, height), "red")
    image.paste("blue", (0, height // 2, width // 2, height))
    image.paste("green", (width // 2, height // 2, width, height))
    return image


def write(image: Image.Image, form: str, **options: object) -> bytes:
    out = BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def exif(orientation: int = 1) -> Image.Exif:
    made = Image.Exif()
    made[0x0112] = orientation
    made[0x010E] = PLACE
    return made


def read(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


def alike(one: Image.Image, other: Image.Image) -> bool:
    difference = ImageChops.difference(one.convert("RGB"), other.convert("RGB"))
    return one.size == other.size and max(ImageStat.Stat(difference).mean) < 12


# --- describe


@pytest.mark.parametrize("form", MIMES)
def test_the_type_is_the_real_one(form: str) -> None:
    assert pictures.describe(write(arrow(), form)) == Picture(MIMES[form], 60, 40, animated=False, frames=1)


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_an_animation_is_known_with_its_frames(form: str) -> None:
    frames = [Image.new("RGB", (20, 10), colour) for colour in ("red", "green", "blue")]
    data = write(frames[0], form, save_all=True, append_images=frames[1:], duration=50)
    assert pictures.describe(data) == Picture(MIMES[form], 20, 10, animated=True, frames=3)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_width_and_height_are_those_of_the_upright_picture(form: str, orientation: int) -> None:
    found = pictures.describe(write(arrow(), form, exif=exif(orientation)))
    assert (found.width, found.height) == ((60, 40) if orientation <= 4 else (40, 60))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "not a picture"),
        (b"hello", "not a picture"),
        (b"%PDF-1.7", "not a picture"),
        (b"\0\0\0\x18ftypmp42", "not a picture"),
        (b"\0\0\0\x18ftypheic", "HEIC"),
        (b"\xff\xd8\xff\xe0" + bytes(40), "damaged"),
        (b"\x89PNG\r\n\x1a\n", "damaged"),
        (b"GIF89a", "damaged"),
    ],
)
def test_what_is_no_picture_is_refused_with_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(Unreadable, match=rf"{sentence}.*\.$"):
        pictures.describe(data)


def bomb(side: int) -> bytes:
    """A PNG of a few bytes that claims to be `side` pixels wide and high."""
    header = b"IHDR" + struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = [header, b"IDAT" + zlib.compress(bytes(100)), b"IEND"]
    written = [
        struct.pack(">I", len(each) - 4) + each + struct.pack(">I", zlib.crc32(each)) for each in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(written)


@pytest.mark.parametrize("side", [6001, 10_000, 40_000])
def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(side: int) -> None:
    for look in (pictures.describe, pictures.strip, lambda data: pictures.fit(data, [JPEG])):
        with pytest.raises(Unreadable, match="too many pixels"):
            look(bomb(side))


# --- fit


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP"])
def test_what_fits_is_the_very_same_object(form: str) -> None:
    data = write(noise(60, 40), form)
    fitted = pictures.fit(data, [JPEG, PNG, GIF, WEBP], len(data), 60 * 40, 60, (1.5, 1.5))
    assert fitted.data is data
    assert fitted[1:] == (MIMES[form], 60, 40)


def test_a_type_that_is_not_taken_is_converted_and_nothing_else_changes() -> None:
    for form in ("PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF"):
        fitted = pictures.fit(write(arrow(), form), [JPEG])
        assert fitted[1:] == (JPEG, 60, 40)
        assert read(fitted.data).format == "JPEG"
    assert alike(read(pictures.fit(write(arrow(64, 64), "PNG"), [JPEG]).data), arrow(64, 64))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_converted_picture_is_upright_without_exif(orientation: int) -> None:
    turned = arrow(64, 64).transpose(_UNDO[orientation]) if orientation in _UNDO else arrow(64, 64)
    fitted = pictures.fit(write(turned, "WEBP", exif=exif(orientation), lossless=True), [JPEG])
    assert alike(read(fitted.data), arrow(64, 64))
    assert PLACE.encode() not in fitted.data
    assert not read(fitted.data).getexif()


# The transformation that a camera held like this makes, which showing it undoes.
_UNDO = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def test_quality_goes_down_before_size_does() -> None:
    data = write(noise(300, 200), "JPEG", quality=95)
    fitted = pictures.fit(data, [JPEG], max_bytes=len(data) * 2 // 3)
    assert fitted[1:] == (JPEG, 300, 200)
    smaller = pictures.fit(data, [JPEG], max_bytes=len(data) // 10)
    assert len(smaller.data) <= len(data) // 10
    assert smaller.width < 300
    assert abs(smaller.width / smaller.height - 1.5) < 0.1


def test_a_large_png_becomes_a_jpeg_where_that_is_taken_and_a_small_png_where_it_is_not() -> None:
    data = write(noise(300, 200), "PNG")
    assert pictures.fit(data, [JPEG, PNG], max_bytes=60_000)[1:] == (JPEG, 300, 200)
    small = pictures.fit(data, [PNG], max_bytes=60_000)
    assert small.mime == PNG
    assert 100 < small.width < 300
    assert len(small.data) <= 60_000


def test_a_picture_keeps_its_type_where_that_is_taken() -> None:
    for form, mime in (("PNG", PNG), ("JPEG", JPEG), ("WEBP", WEBP)):
        assert pictures.fit(write(arrow(), form), [JPEG, PNG, WEBP], max_side=30)[1:] == (mime, 30, 20)


def test_transparency_becomes_white_only_where_it_cannot_be_kept() -> None:
    clear = Image.new("RGBA", (40, 40), (255, 0, 0, 0))
    clear.paste((0, 0, 255, 255), (0, 0, 20, 40))
    for data in (
        write(clear, "PNG"),
        write(clear, "GIF"),
        write(clear, "WEBP", lossless=True),
    ):
        assert read(data).convert("RGBA").getchannel("A").getextrema() == (0, 255)
        white = read(pictures.fit(data, [JPEG]).data).convert("L").getpixel((35, 20))
        assert isinstance(white, int)
        assert white > 240
    kept = pictures.fit(write(clear, "PNG"), [JPEG, WEBP])
    assert kept.mime == WEBP
    assert read(kept.data).convert("RGBA").getchannel("A").getextrema()[0] == 0


def test_an_opaque_alpha_channel_is_no_transparency() -> None:
    data = write(Image.new("RGBA", (40, 40), (255, 0, 0, 255)), "PNG")
    assert pictures.fit(data, [JPEG, WEBP]).mime == JPEG


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_can_be_converted(mode: str) -> None:
    image = (
        Image.new("L", (20, 10), 128).convert(mode)
        if mode != "I;16"
        else Image.new("I;16", (20, 10), 128 * 256)
    )
    pixel = read(pictures.fit(write(image, "PNG"), [JPEG]).data).convert("L").getpixel((5, 5))
    assert isinstance(pixel, int)
    assert 120 <= pixel <= 136 or mode == "1"


def test_a_cmyk_jpeg_becomes_rgb_without_a_profile_of_another_space() -> None:
    data = write(noise(40, 30, "CMYK"), "JPEG", icc_profile=b"a profile for printing")
    made = read(pictures.fit(data, [PNG]).data)
    assert made.mode == "RGB"
    assert "icc_profile" not in made.info


def test_a_colour_profile_survives() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    fitted = pictures.fit(write(arrow(), "PNG", icc_profile=profile), [JPEG])
    assert read(fitted.data).info["icc_profile"] == profile


def test_an_animation_is_kept_whole_or_refused_and_its_first_frame_taken_for_a_still() -> None:
    frames = [Image.new("RGB", (20, 10), colour) for colour in ("red", "green")]
    data = write(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert pictures.fit(data, [GIF]).data is data
    with pytest.raises(Unreadable, match="animation"):
        pictures.fit(data, [GIF], max_bytes=10)
    assert alike(read(pictures.fit(data, [JPEG]).data), frames[0])


def test_a_border_brings_a_picture_into_shape_and_nothing_is_cut_off() -> None:
    tall = pictures.fit(write(arrow(90, 160), "JPEG"), [JPEG], ratio=(0.8, 1.91))
    assert tall[2:] == (128, 160)
    made = read(tall.data).convert("RGB")
    assert alike(made.crop((19, 0, 109, 160)), read(write(arrow(90, 160), "JPEG")))
    assert made.getpixel((2, 80)) == (255, 255, 255)
    wide = pictures.fit(write(arrow(400, 100), "PNG"), [JPEG], ratio=(0.8, 1.91))
    assert wide[2:] == (400, 210)


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(st.integers(1, 90), st.integers(1, 90)),
    st.sampled_from(["JPEG", "PNG", "WEBP", "GIF"]),
    st.none() | st.integers(900, 4000),
    st.none() | st.integers(100, 4000),
    st.none() | st.integers(16, 100),
    st.none() | st.sampled_from([(0.8, 1.91), (1.0, 1.0), (0.5, 0.6)]),
)
def test_every_fitted_picture_keeps_to_every_limit(
    size: tuple[int, int],
    form: str,
    max_bytes: int | None,
    max_pixels: int | None,
    max_side: int | None,
    ratio: tuple[float, float] | None,
) -> None:
    data = write(noise(*size), form)
    fitted = pictures.fit(data, [JPEG, PNG], max_bytes, max_pixels, max_side, ratio)
    made = read(fitted.data)
    assert (fitted.mime, fitted.width, fitted.height) == (MIMES[str(made.format)], *made.size)
    assert max_bytes is None or len(fitted.data) <= max_bytes
    assert max_pixels is None or made.width * made.height <= max_pixels
    assert max_side is None or max(made.size) <= max_side
    assert ratio is None or ratio[0] <= made.width / made.height <= ratio[1]


def test_limits_that_no_picture_keeps_are_refused_with_a_sentence() -> None:
    data = write(noise(40, 40), "JPEG")
    with pytest.raises(Unreadable, match="as small as 100 bytes"):
        pictures.fit(data, [JPEG], max_bytes=100)
    with pytest.raises(Unreadable, match="shape"):
        pictures.fit(data, [JPEG], max_side=1, ratio=(0.5, 0.52))
    with pytest.raises(Unreadable, match="cannot be made one of image/gif"):
        pictures.fit(data, ["image/gif"])


# --- strip


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", [1, 3, 6])
def test_metadata_goes_and_pixels_and_orientation_stay(form: str, orientation: int) -> None:
    more = {"comment": PLACE} if form == "JPEG" else {}
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = write(noise(60, 40), form, exif=exif(orientation), xmp=PLACE.encode(), icc_profile=profile, **more)
    assert PLACE.encode() in data
    bare = pictures.strip(data)
    assert PLACE.encode() not in bare
    assert read(bare).tobytes() == read(data).tobytes()
    assert read(bare).getexif().get(0x0112, 1) == orientation
    assert read(bare).info["icc_profile"] == profile
    assert pictures.describe(bare) == pictures.describe(data)
    assert pictures.strip(bare) == bare
    if form == "WEBP":  # VP8X tells whether Exif (8) and XMP (4) follow
        assert bare[20] & 0x0C == (0 if orientation == 1 else 8)


@pytest.mark.parametrize("options", [{"progressive": True}, {"optimize": True}, {"restart_marker_blocks": 2}])
def test_every_way_of_writing_a_jpeg_is_walked(options: dict[str, object]) -> None:
    data = write(noise(90, 70), "JPEG", exif=exif(), **options)
    bare = pictures.strip(data)
    assert read(bare).tobytes() == read(data).tobytes()
    assert len(bare) < len(data)


def test_a_film_hidden_behind_a_picture_goes_too() -> None:
    for form in ("JPEG", "PNG", "WEBP"):
        data = write(noise(60, 40), form)
        assert pictures.strip(data + PLACE.encode()) in (data, pictures.strip(data))


def test_an_animation_loses_its_metadata_and_no_frame() -> None:
    frames = [Image.new("RGB", (20, 10), colour) for colour in ("red", "green", "blue")]
    for form in ("PNG", "WEBP"):
        data = write(frames[0], form, save_all=True, append_images=frames[1:], exif=exif())
        bare = pictures.strip(data)
        assert PLACE.encode() not in bare
        assert pictures.describe(bare).frames == 3


def test_a_jpeg_that_ends_early_is_stripped_as_far_as_it_goes() -> None:
    data = write(noise(60, 40), "JPEG", exif=exif())
    assert PLACE.encode() not in pictures.strip(data[:-200])


def test_what_is_not_walked_passes_as_it_is() -> None:
    data = write(arrow(), "GIF")
    assert pictures.strip(data) is data


# --- pages


def test_pages_are_as_large_as_the_largest_picture_and_in_order() -> None:
    data = pictures.pages(
        [write(arrow(60, 40), "PNG"), write(arrow(30, 80), "JPEG"), write(arrow(), "GIF")], "Slides é"
    )
    parsed = PdfParser.PdfParser(buf=bytearray(data))
    boxes = [parsed.read_indirect(page)[b"MediaBox"] for page in parsed.pages]
    assert boxes == [[0, 0, 60.0, 80.0]] * 3
    assert bytes(parsed.info[b"Title"]).decode("utf-16") == "Slides é"
    drawn = [parsed.read_indirect(page)[b"Resources"][b"XObject"][b"Picture"] for page in parsed.pages]
    jpegs = [read(bytes(parsed.read_indirect(each).buf)) for each in drawn]
    assert [each.size for each in jpegs] == [(60, 40), (30, 80), (60, 40)]
    assert all(each.mode == "RGB" for each in jpegs)
    assert data == pictures.pages(
        [write(arrow(60, 40), "PNG"), write(arrow(30, 80), "JPEG"), write(arrow(), "GIF")], "Slides é"
    )


def test_pages_are_at_most_2160_pixels() -> None:
    parsed = PdfParser.PdfParser(buf=bytearray(pictures.pages([write(arrow(4320, 2000), "PNG")], "x")))
    assert parsed.read_indirect(parsed.pages[0])[b"MediaBox"] == [0, 0, 2160.0, 1000.0]


def test_no_pages_of_nothing() -> None:
    with pytest.raises(Unreadable, match="no pictures"):
        pictures.pages([], "x")


# --- whatever is sent


SAMPLES = [
    write(noise(24, 16), "JPEG", exif=exif(6), progressive=True),
    write(noise(24, 16), "PNG", exif=exif(6)),
    write(noise(24, 16), "WEBP", exif=exif(6)),
    write(Image.new("P", (24, 16)), "GIF", save_all=True, append_images=[Image.new("P", (24, 16), 3)]),
    write(noise(24, 16), "TIFF", exif=exif(6)),
    write(noise(24, 16), "BMP"),
]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SAMPLES), st.data())
def test_a_damaged_picture_is_read_or_refused_and_nothing_else_happens(
    sample: bytes, data: st.DataObject
) -> None:
    damaged = bytearray(sample)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(sample) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(damaged[: data.draw(st.integers(1, len(sample)))])
    for change in (
        pictures.describe,
        pictures.strip,
        lambda each: pictures.fit(each, [JPEG, PNG], max_side=10),
    ):
        try:
            change(cut)
        except Unreadable as refusal:
            assert str(refusal).endswith(".")  # noqa: PT017


def test_smaller_limits_never_give_larger_pictures() -> None:
    data = write(noise(200, 150), "PNG")
    sizes = [
        len(pictures.fit(data, [JPEG], max_bytes=limit).data) for limit in (50_000, 20_000, 8_000, 3_000)
    ]
    assert all(before > after for before, after in pairwise(sizes))
