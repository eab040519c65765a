"""A TikTok post's settings, and what they become in a request."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from ... import text
from ..base import Answer, Entry, Job, Options, Rejected

_TITLE = 90  # UTF-16 units, of photos
_SIDES = (360, 4096)  # pixels, of videos


class TikTokOptions(Options):
    """How a post is shown; a draft in the inbox (`UPLOAD`) is finished, with all of these, in TikTok's app."""

    content_posting_method: Literal["DIRECT_POST", "UPLOAD"]
    privacy_level: (
        Literal["PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "FOLLOWER_OF_CREATOR", "SELF_ONLY"] | None
    ) = None
    title: str = ""
    comment: bool = False
    duet: bool = False
    stitch: bool = False
    brand_content_toggle: bool = False
    brand_organic_toggle: bool = False
    video_made_with_ai: bool = False
    autoAddMusic: Literal["yes", "no"] = "no"  # noqa: N815
    cover_timestamp_ms: int | None = Field(None, ge=0)

    @property
    def direct(self) -> bool:
        """Published by us, not sent to the inbox as a draft."""
        return self.content_posting_method == "DIRECT_POST"

    @field_validator("title")
    @classmethod
    def _title(cls, title: str) -> str:
        if (used := text.count(title, "utf16")) > _TITLE:
            raise ValueError(f"The title is {used} long as TikTok counts; {_TITLE} is the most.")
        return title

    @model_validator(mode="after")
    def _together(self) -> "TikTokOptions":
        if self.direct and self.privacy_level is None:
            raise ValueError("Choose who may see the post: TikTok wants that said for every post.")
        if self.direct and self.brand_content_toggle and self.privacy_level == "SELF_ONLY":
            raise ValueError("A paid partnership cannot be posted for oneself only.")
        return self


def video_info(options: TikTokOptions, caption: str) -> dict[str, Any]:
    """`post_info` of a video."""
    cover = options.cover_timestamp_ms
    return {
        **_info(options),
        "title": caption,
        "disable_duet": not options.duet,
        "disable_stitch": not options.stitch,
        "is_aigc": options.video_made_with_ai,
        **({} if cover is None else {"video_cover_timestamp_ms": cover}),
    }


def photo_info(options: TikTokOptions, description: str) -> dict[str, Any]:
    """`post_info` of photos; a draft has no privacy level yet."""
    known = {"description": description, **({"title": options.title} if options.title else {})}
    if not options.direct:
        return known
    return {**known, **_info(options), "auto_add_music": options.autoAddMusic == "yes"}


def _info(options: TikTokOptions) -> dict[str, Any]:
    return {
        "privacy_level": options.privacy_level,
        "disable_comment": not options.comment,
        "brand_content_toggle": options.brand_content_toggle,
        "brand_organic_toggle": options.brand_organic_toggle,
    }


def unfit(entries: Sequence[Entry]) -> list[str]:
    """What TikTok does not take of the first entry's videos, as sentences."""
    least, most = _SIDES
    return [
        f"“{media.name}” is {media.width} by {media.height} pixels; TikTok takes {least} to {most:,} on each side."
        for media in entries[0].media
        if media.kind == "video" and media.width and media.height
        if not (least <= min(media.width, media.height) and max(media.width, media.height) <= most)
    ]


def must_be_allowed(job: Job, creator: Answer) -> None:
    """What the person allows in TikTok's app at this moment: anything else would fail there, or be refused."""
    options: TikTokOptions = job.options
    told = creator.find("data", "privacy_level_options")
    if not isinstance(told, list):
        raise creator.unreadable("no “data.privacy_level_options”")
    allowed = [each for each in told if isinstance(each, str)]
    if options.privacy_level not in allowed:
        raise Rejected(
            f"This TikTok account may post to {', '.join(allowed) or 'nobody'} now, not to {options.privacy_level}.",
            words=creator.words,
        )
    film = job.files[0].media.kind == "video"
    for name in ("comment", "duet", "stitch") if film else ("comment",):
        if getattr(options, name) and creator.find("data", f"{name}_disabled") is True:
            raise Rejected(f"This TikTok account has {name}s switched off: take the choice off the post.")
    longest, seconds = creator.find("data", "max_video_post_duration_sec"), job.files[0].media.seconds
    if isinstance(longest, int) and seconds is not None and seconds > longest:
        raise Rejected(f"The video is {seconds:.0f} s long; this TikTok account may post {longest} s.")
