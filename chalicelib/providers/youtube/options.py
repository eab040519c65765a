"""A video's settings, and the resource that they become."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import field_validator

from ..base import Entry, Model, Options


class Tag(Model):
    """One tag, as Postiz sends it."""

    value: str
    label: str = ""


class Thumbnail(Model):
    """The picture, attached to the post beside the video, that becomes its thumbnail."""

    id: str
    path: str = ""


class YouTubeOptions(Options):
    """What YouTube wants to know about a video; the post's text is its description."""

    title: str
    type: Literal["public", "unlisted", "private"]
    selfDeclaredMadeForKids: Literal["yes", "no"] = "no"  # noqa: N815
    tags: tuple[Tag, ...] = ()
    thumbnail: Thumbnail | None = None
    categoryId: str = "22"  # noqa: N815
    playlistIds: tuple[str, ...] = ()  # noqa: N815
    notifySubscribers: bool = True  # noqa: N815
    containsSyntheticMedia: bool = False  # noqa: N815
    license: Literal["youtube", "creativeCommon"] = "youtube"
    embeddable: bool = True
    defaultLanguage: str | None = None  # noqa: N815

    @field_validator("title")
    @classmethod
    def _title(cls, title: str) -> str:
        if not 2 <= len(title.strip()) <= 100 or len(title) > 100:
            raise ValueError(f"The title has {len(title)} characters; YouTube takes 2 to 100.")
        if "<" in title or ">" in title:
            raise ValueError("YouTube takes no < and no > in a title.")
        return title

    @field_validator("tags")
    @classmethod
    def _tags(cls, tags: tuple[Tag, ...]) -> tuple[Tag, ...]:
        if (used := tags_length([tag.value for tag in tags])) > 500:
            raise ValueError(f"The tags are {used} characters long; YouTube takes 500.")
        return tags


def tags_length(tags: Sequence[str]) -> int:
    """How YouTube counts tags: commas between them, and quotes round one with a space."""
    return sum(len(tag) + 2 * (" " in tag) for tag in tags) + max(0, len(tags) - 1)


def described(options: YouTubeOptions, description: str) -> dict[str, Any]:
    """The video resource to open an upload with."""
    snippet = {
        "title": options.title,
        "description": description,
        "tags": [tag.value for tag in options.tags],
        "categoryId": options.categoryId,
        "defaultLanguage": options.defaultLanguage,
    }
    status = {
        "privacyStatus": options.type,
        "selfDeclaredMadeForKids": options.selfDeclaredMadeForKids == "yes",
        "containsSyntheticMedia": options.containsSyntheticMedia,
        "license": options.license,
        "embeddable": options.embeddable,
    }
    return {"snippet": {name: value for name, value in snippet.items() if value}, "status": status}


def unfit(entries: Sequence[Entry], options: YouTubeOptions) -> list[str]:
    """What options and entries do not allow each other, as sentences."""
    said = []
    if set("<>") & set(entries[0].text):
        said.append("YouTube takes no < and no > in a description.")
    pictures = {media.id for media in entries[0].media if media.kind == "image"}
    if options.thumbnail is not None and options.thumbnail.id not in pictures:
        said.append("Attach the thumbnail to the post, beside the video.")
    if len(entries) > 1 and options.selfDeclaredMadeForKids == "yes":
        said.append("YouTube allows no comments under a video that is made for kids.")
    if len(entries) > 1 and options.type == "private":
        said.append("YouTube allows no comments under a private video.")
    return said
