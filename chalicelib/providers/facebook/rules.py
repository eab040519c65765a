"""What a Facebook Page may be given: parts, options, and what neither can say."""

import re
from typing import Literal

from pydantic import field_validator

from ..base import Entry, Media, Options, Part, Rules

PHOTOS = ("image/jpeg", "image/png", "image/bmp", "image/gif", "image/tiff")
PHOTO_BYTES = 10_000_000
FILMS = ("video/mp4", "video/quicktime")
# (unconfirmed): size and length of a video sent in parts, the number of photos, a comment's length.
VIDEO_BYTES, VIDEO_SECONDS, MOST_PHOTOS, COMMENT_LENGTH = 10_000_000_000, 14_400, 10, 8_000
PRESET_LENGTH = 130
REEL_SECONDS, STORY_SECONDS = (3, 90), (3, 60)
REEL_TYPE, REEL_SIDES, FETCHED_BYTES = "video/mp4", (540, 960), 1_000_000_000

_PHOTO = {"image_types": PHOTOS, "image_bytes": PHOTO_BYTES, "gif_bytes": PHOTO_BYTES, "video_types": FILMS}
POST = Part(
    length=63_206, images=MOST_PHOTOS, gifs=MOST_PHOTOS, videos=1, most=MOST_PHOTOS, mixed=True,
    video_bytes=VIDEO_BYTES, video_seconds=(1, VIDEO_SECONDS), **_PHOTO,
)  # fmt: skip
COMMENT = Part(length=COMMENT_LENGTH, images=1, gifs=1, most=1, mixed=True, **_PHOTO)
#: A link stands without words too.
LINK = Rules(first=POST.model_copy(update={"needs": "nothing"}), rest=COMMENT)
STORY = Part(
    length=63_206, images=10, gifs=10, videos=10, most=10, mixed=True, needs="media",
    video_bytes=FETCHED_BYTES, video_seconds=STORY_SECONDS, **{**_PHOTO, "video_types": (REEL_TYPE,)},
)  # fmt: skip


class FacebookOptions(Options):
    """How a Page's post is shown; the background's id is one of Facebook's own, which it does not list."""

    post_type: Literal["post", "story"] = "post"
    url: str | None = None
    text_format_preset_id: str | None = None
    video_kind: Literal["video", "reel"] | None = None
    title: str = ""

    @field_validator("url")
    @classmethod
    def _link(cls, url: str | None) -> str | None:
        if url and not (re.match(r"https?://[^\s/]", url) and not re.search(r"\s", url)):
            raise ValueError("The link must be an address that begins with http:// or https://.")
        return url

    @field_validator("text_format_preset_id")
    @classmethod
    def _number(cls, preset: str | None) -> str | None:
        if preset and not re.fullmatch(r"[0-9]+", preset):
            raise ValueError("The background is named by its number.")
        return preset


def is_reel(entry: Entry, options: FacebookOptions) -> bool:
    """As asked; else a reel where the film is known to be one that Facebook takes as such."""
    film = entry.media[0]
    if options.video_kind:
        return options.video_kind == "reel"
    return film.seconds is not None and _upright(film) and not _reel_complaints(film)


def _upright(film: Media) -> bool:
    return abs((film.width or 0) / (film.height or 1) - 9 / 16) < 0.01


def complaints(entry: Entry, options: FacebookOptions) -> list[str]:
    films_, words = [each for each in entry.media if each.kind == "video"], entry.text.strip()
    if options.post_type == "story":
        return ["A Facebook story shows no text; leave it empty."] if words else []
    said = []
    if films_ and len(entry.media) > 1:
        said.append("Facebook takes one video alone in a post: no second one, and no photos with it.")
    if options.text_format_preset_id and (entry.media or options.url):
        said.append("A coloured background is for text alone: no files and no link with it.")
    if options.text_format_preset_id and len(words) > PRESET_LENGTH:
        said.append(
            f"A text on a coloured background may have {PRESET_LENGTH} characters; this has {len(words)}."
        )
    return said + (_reel_complaints(films_[0]) if films_ and options.video_kind == "reel" else [])


def _reel_complaints(film: Media) -> list[str]:
    said, (width, height) = [], REEL_SIDES
    if film.mime != REEL_TYPE:
        said.append(f"A Facebook reel is MP4; this film is {film.mime}.")
    if film.size > FETCHED_BYTES:
        said.append(f"A Facebook reel has 1 GB at the most; this film has {film.size / 1e9:.1f} GB.")
    if film.seconds is not None and not REEL_SECONDS[0] <= film.seconds <= REEL_SECONDS[1]:
        said.append(f"A Facebook reel is 3 to 90 s long; this film is {film.seconds:.1f} s.")
    if film.width and film.height and not _upright(film):
        said.append(f"A Facebook reel is upright, 9:16; this film is {film.width}x{film.height}.")
    if film.width and film.height and (film.width < width or film.height < height):
        said.append(
            f"A Facebook reel has {width}x{height} pixels at least; this film has {film.width}x{film.height}."
        )
    return said
