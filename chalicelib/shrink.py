"""As small a change as makes a picture fit: first its type, then its quality, then its size."""

import math
from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Final, NamedTuple

from .files import Unreadable

if TYPE_CHECKING:
    from PIL import Image

_QUALITIES: Final = (92, 85, 75, 65)
_WRITTEN: Final = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
_LEAST_SIDE: Final = 16

Size = tuple[int, int]


class Fitted(NamedTuple):
    """A picture ready for a platform, as its bytes, its type, and its width and height as shown."""

    data: bytes
    mime: str
    width: int
    height: int


class Limits(NamedTuple):
    """What a platform takes: bytes, area and longer side in pixels, and width divided by height (least, most)."""

    max_bytes: int | None = None
    max_pixels: int | None = None
    max_side: int | None = None
    ratio: tuple[float, float] | None = None

    def allow(self, size: Size) -> bool:
        """Whether a picture of this size needs no change of its size."""
        width, height = size
        return (
            (self.max_side is None or max(size) <= self.max_side)
            and (self.max_pixels is None or width * height <= self.max_pixels)
            and (self.ratio is None or self.ratio[0] <= width / height <= self.ratio[1])
        )

    def hold(self, length: int) -> bool:
        """Whether a file of this length needs no change of its length."""
        return self.max_bytes is None or length <= self.max_bytes

    def canvas(self, size: Size, scale: float = 1.0) -> Size:
        """The size of the scaled picture with the border that its ratio needs."""
        width, height = scaled(size, scale)
        least, most = self.ratio or (0.0, math.inf)
        return max(width, math.ceil(height * least)), max(height, math.ceil(width / most))


def scaled(size: Size, scale: float) -> Size:
    """Width and height in whole pixels, at least one."""
    return max(1, int(size[0] * scale)), max(1, int(size[1] * scale))


def first_scale(size: Size, limits: Limits) -> float:
    """The largest scale, 1 at the most, at which the picture keeps to the limits for pixels."""
    width, height = limits.canvas(size)
    by_side = (limits.max_side or math.inf) / max(width, height)
    by_area = math.sqrt((limits.max_pixels or math.inf) / (width * height))
    scale = min(1.0, by_side, by_area)
    while not limits.allow(limits.canvas(size, scale)):
        scale *= 0.995  # a border is rounded up, which may be a pixel too much
        if scale * max(size) < 1:
            raise Unreadable("The picture cannot be brought into the shape that is asked for.")
    return scale


def recipes(mime: str, types: Sequence[str], *, alpha: bool) -> list[tuple[str, int]]:
    """Ways to write the picture, best first: type and quality; PNG only for what was one, or where nothing else is taken."""
    offered = [each for each in types if each in _WRITTEN]
    unwanted = "image/jpeg" if alpha else "" if mime == "image/png" else "image/png"
    wanted = [each for each in offered if each != unwanted] or offered
    if not wanted:
        raise Unreadable(f"The picture cannot be made one of {', '.join(types)}.")
    wanted.sort(key=lambda each: each != mime)
    return [(each, quality) for each in wanted for quality in (_QUALITIES if each != "image/png" else (100,))]


def shrink(
    image: "Image.Image", size: Size, ways: list[tuple[str, int]], limits: Limits, scale: float
) -> Fitted:
    """`image`, which stands for a picture of `size`, written in the first of `ways` that is short enough, at `scale` or less."""
    while True:
        content = image.resize(scaled(size, scale)) if scaled(size, scale) != image.size else image
        page = on_canvas(content, limits.canvas(size, scale))
        shortest = math.inf
        for mime, quality in ways:
            data = _write(page, mime, quality)
            if limits.hold(len(data)):
                return Fitted(data, mime, *page.size)
            shortest = min(shortest, len(data))
        if max(page.size) <= _LEAST_SIDE:
            raise Unreadable(f"The picture cannot be made as small as {limits.max_bytes:,} bytes.")
        scale *= min(0.9, math.sqrt((limits.max_bytes or 0) / shortest) + 0.01)


def on_canvas(image: "Image.Image", size: Size) -> "Image.Image":
    """The picture in the middle of a white (where it has alpha: clear) page of `size`."""
    if image.size == size:
        return image
    from PIL import Image

    page = Image.new(image.mode, size, (255, 255, 255, 0)[: len(image.getbands())])
    page.paste(image, ((size[0] - image.width) // 2, (size[1] - image.height) // 2))
    page.info = image.info
    return page


def flat(image: "Image.Image") -> "Image.Image":
    """Without transparency: what was clear becomes white."""
    if image.mode == "RGB":
        return image
    from PIL import Image

    page = Image.new("RGB", image.size, "white")
    page.paste(image, mask=image.getchannel("A"))
    page.info = image.info
    return page


def _write(image: "Image.Image", mime: str, quality: int) -> bytes:
    out = BytesIO()
    shown = flat(image) if mime == "image/jpeg" else image
    # PNG knows no quality and ignores it.
    shown.save(out, _WRITTEN[mime], quality=quality, icc_profile=image.info.get("icc_profile"))
    return out.getvalue()
