"""What a picture is, and how it becomes one that a platform takes; Pillow loads on first need."""

import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Final, NamedTuple

from . import metadata
from .files import Unreadable as Unreadable
from .files import sniff
from .pdf import Sheet, pdf
from .shrink import Fitted as Fitted
from .shrink import Limits, first_scale, flat, recipes, shrink

if TYPE_CHECKING:
    from PIL import Image

#: More than this is refused undecoded: Pillow takes 4 bytes a pixel, transparency doubles that, and a Lambda has 512 MB.
MOST_PIXELS: Final = 36_000_000
#: JPEGs can be decoded at half their size.
MOST_JPEG_PIXELS: Final = 50_000_000
# Of a picture larger than this there is no room for a second copy: it is halved if it must change at all.
_LARGE: Final = 24_000_000

_FORMATS: Final = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/bmp": "BMP",
    "image/tiff": "TIFF",
    "image/avif": "AVIF",
}
# A second picture in a JPEG is a preview, in a TIFF another page.
_STILL: Final = ("image/jpeg", "image/tiff")
_REDUCIBLE: Final = ("L", "RGB", "RGBA", "CMYK")
_ORIENTATION: Final = 0x0112
_PAGE_SIDE: Final = 2160


class Picture(NamedTuple):
    """A picture as it is shown: width and height in pixels after turning it upright."""

    mime: str
    width: int
    height: int
    animated: bool
    frames: int

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.width, self.height


def describe(data: bytes) -> Picture:
    """Reads the header only; raises `Unreadable` for what is no picture, or one of too many pixels."""
    with _reading(data) as (mime, image):
        width, height = image.size if _orientation(image) <= 4 else image.size[::-1]
        frames = 1 if mime in _STILL else int(getattr(image, "n_frames", 1))
        return Picture(mime, width, height, frames > 1, frames)


def fit(
    data: bytes,
    types: Sequence[str],
    max_bytes: int | None = None,
    max_pixels: int | None = None,
    max_side: int | None = None,
    ratio: tuple[float, float] | None = None,
) -> Fitted:
    """`data`, the very object, if it is one of `types` within the limits; else a converted, bordered or smaller picture.

    Of a changed picture nothing but pixels and colour profile is kept. An animation is never made smaller
    (`Unreadable`); where its type is not taken, its first frame is the picture.
    """
    picture, limits = describe(data), Limits(max_bytes, max_pixels, max_side, ratio)
    if picture.mime in types:
        if limits.hold(len(data)) and limits.allow(picture.size):
            return Fitted(data, picture.mime, *picture.size)
        if picture.animated:
            raise Unreadable("The animation is too large, and an animation cannot be made smaller here.")
    return _changed(data, picture, types, limits)


def _changed(data: bytes, picture: Picture, types: Sequence[str], limits: Limits) -> Fitted:
    scale = first_scale(picture.size, limits)
    if picture.width * picture.height > _LARGE:
        scale = min(scale, 0.5)
    upright = _upright(data, scale)
    ways = recipes(picture.mime, types, alpha=upright.mode == "RGBA")
    return shrink(upright, picture.size, ways, limits, scale)


def strip(data: bytes) -> bytes:
    """The same pixels without place, camera and notes, still upright; for JPEG, PNG and WebP, others pass as they are."""
    walk = {
        "image/jpeg": metadata.strip_jpeg,
        "image/png": metadata.strip_png,
        "image/webp": metadata.strip_webp,
    }
    with _reading(data) as (mime, image):
        return walk[mime](data, _orientation(image)) if mime in walk else data


def pages(images: Sequence[bytes], title: str) -> bytes:
    """A PDF with one picture a page, in the middle of white; every page is as large as the largest, 2160 pixels at the most."""
    if not images:
        raise Unreadable("There are no pictures to make pages of.")
    return pdf([_sheet(data) for data in images], title)


def _sheet(data: bytes) -> Sheet:
    size, limits = describe(data).size, Limits(max_side=_PAGE_SIDE)
    scale = first_scale(size, limits)
    made = shrink(flat(_upright(data, scale)), size, [("image/jpeg", 90)], limits, scale)
    return Sheet(made.data, made.width, made.height)


@contextmanager
def _reading(data: bytes) -> Iterator[tuple[str, "Image.Image"]]:
    """The picture's type and the opened, not yet decoded picture; whatever goes wrong inside becomes `Unreadable`."""
    from PIL import Image

    mime = _picture_type(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of damaged Exif, and of bombs, which are refused below
            with Image.open(BytesIO(data), formats=[_FORMATS[mime]]) as image:
                _refuse_bombs(mime, image.width * image.height)
                yield mime, image
    except Unreadable:
        raise
    except Image.DecompressionBombError as error:
        raise Unreadable("The picture has too many pixels.") from error
    except Exception as error:  # on damaged files the decoders raise nearly anything
        raise Unreadable("The picture is damaged.") from error


def _picture_type(data: bytes) -> str:
    mime = sniff(data[:64])
    if mime == "image/heic":
        raise Unreadable("HEIC pictures cannot be read here; send it as a JPEG.")
    if mime not in _FORMATS:
        raise Unreadable("This is not a picture of a type that is taken here.")
    return mime


def _refuse_bombs(mime: str, pixels: int) -> None:
    most = MOST_JPEG_PIXELS if mime == "image/jpeg" else MOST_PIXELS
    if pixels > most:
        raise Unreadable(f"The picture has too many pixels; {most // 1_000_000} million are the most.")


def _orientation(image: "Image.Image") -> int:
    # A PNG without Exif in front is decoded whole to look for one behind.
    if image.format == "PNG" and "exif" not in image.info:
        return 1
    found = image.getexif().get(_ORIENTATION, 1)
    return int(found) if found in range(1, 9) else 1


def _upright(data: bytes, scale: float) -> "Image.Image":
    """The first frame, turned, as RGB, or as RGBA where something shows through; at least `scale` of its full size."""
    from PIL import ImageOps

    with _reading(data) as (_, image):
        profile = image.info.get("icc_profile") if image.mode in ("RGB", "RGBA", "P") else None
        least = math.ceil(max(image.size) * scale)
        if scale <= 0.5:
            # JPEG can be decoded at half, a quarter or an eighth of its size, which spares memory.
            image.draft("RGB", (math.ceil(image.width * scale), math.ceil(image.height * scale)))
        ImageOps.exif_transpose(image, in_place=True)
        upright = _in_colour(_halved(image, least))
        # The rest of what it carries (Exif, XMP, comments) must not be written again.
        upright.info = {"icc_profile": profile} if profile else {}
        return upright


def _halved(image: "Image.Image", least: int) -> "Image.Image":
    if image.width * image.height <= _LARGE or max(image.size) < 2 * least or image.mode not in _REDUCIBLE:
        return image
    return image.reduce(2)


def _in_colour(image: "Image.Image") -> "Image.Image":
    if image.mode.startswith("I"):  # 16 bits of grey: the upper 8 are what can be shown
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.has_transparency_data:
        clear = image.convert("RGBA")
        if clear.getchannel("A").getextrema()[0] != 255:
            return clear
    return image if image.mode == "RGB" else image.convert("RGB")
