"""A Mastodon server's own numbers, and the rules that they make."""

from typing import Any, Final

from ..base import Part

PICTURES: Final = ("image/jpeg", "image/png", "image/gif", "image/webp")
FILMS: Final = ("video/mp4", "video/quicktime", "video/webm")
STATUS: Final = Part(
    length=500, count="mastodon", images=4, gifs=1, videos=1, image_types=PICTURES, video_types=FILMS,
    image_bytes=16_777_216, gif_bytes=16_777_216, video_bytes=103_809_024, alt=1500, card=True,
)  # fmt: skip
_PIXELS: Final = 33_177_600


class Limits:
    """A server's own numbers; what it does not say, or says strangely, stays at the default."""

    def __init__(self, configuration: Any) -> None:
        self._configuration = configuration if isinstance(configuration, dict) else {}

    def read(self, group: str, name: str, default: int) -> int:
        value = self._find(group, name)
        return value if isinstance(value, int) and value > 0 else default

    def types(self, known: tuple[str, ...]) -> tuple[str, ...]:
        """Those of `known` types that the server takes; all of them where it does not say, or knows none."""
        told = self._find("media_attachments", "supported_mime_types")
        taken = tuple(each for each in known if each in told) if isinstance(told, list) else ()
        return taken or known

    @property
    def picture_bytes(self) -> int:
        return self.read("media_attachments", "image_size_limit", STATUS.image_bytes or 0)

    @property
    def picture_pixels(self) -> int:
        return self.read("media_attachments", "image_matrix_limit", _PIXELS)

    def status(self, spoiler: int) -> Part:
        """The rules of a status whose content warning is `spoiler` graphemes long."""
        changed = {
            "length": self.read("statuses", "max_characters", STATUS.length) - spoiler,
            "url_length": self.read("statuses", "characters_reserved_per_url", STATUS.url_length),
            "images": self.read("statuses", "max_media_attachments", STATUS.images),
            "alt": self.read("media_attachments", "description_limit", STATUS.alt),
            "gif_bytes": self.picture_bytes,
            "video_bytes": self.read("media_attachments", "video_size_limit", STATUS.video_bytes or 0),
            "video_types": self.types(FILMS),
        }
        return STATUS.model_copy(update=changed)

    def _find(self, group: str, name: str) -> Any:
        found = self._configuration.get(group)
        return found.get(name) if isinstance(found, dict) else None
