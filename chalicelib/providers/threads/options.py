"""What Threads may be given: the part, the options, and what neither can say."""

import re
from typing import Literal

from pydantic import field_validator

from ..base import Entry, Media, Options, Part

IMAGES, IMAGE_BYTES, RATIO = ("image/jpeg", "image/png"), 8_000_000, (1 / 10, 10.0)
LINKS = 5
PART = Part(
    length=500, card=True, count="threads", images=20, videos=20, most=20, mixed=True, image_types=IMAGES, image_bytes=IMAGE_BYTES,
    video_types=("video/mp4", "video/quicktime"), video_bytes=1_000_000_000, video_seconds=(0, 300), alt=1000,
)  # fmt: skip


class ThreadsOptions(Options):
    """How the first post is shown; spoilers hold for every file of the chain."""

    reply_control: Literal["everyone", "accounts_you_follow", "mentioned_only", "parent_post_author_only", "followers_only"] | None = None  # fmt: skip
    topic_tag: str | None = None
    link_attachment: str | None = None
    poll: tuple[str, ...] = ()
    quote_post_id: str | None = None
    is_spoiler_media: bool = False

    @field_validator("topic_tag")
    @classmethod
    def _topic(cls, topic: str | None) -> str | None:
        if topic and not re.fullmatch(r"[^.&]{1,50}", topic.strip().removeprefix("#")):
            raise ValueError("A topic has 1 to 50 characters, and neither a dot nor an ampersand.")
        return topic.strip().removeprefix("#") if topic else topic

    @field_validator("link_attachment")
    @classmethod
    def _link(cls, url: str | None) -> str | None:
        if url and not re.fullmatch(r"https?://\S+", url):
            raise ValueError("The link must be an address that begins with http:// or https://.")
        return url

    @field_validator("poll")
    @classmethod
    def _answers(cls, answers: tuple[str, ...]) -> tuple[str, ...]:
        if answers and not (2 <= len(answers) <= 4 and all(answer.strip() for answer in answers)):
            raise ValueError("A poll has 2 to 4 answers, and none is empty.")
        return answers

    @field_validator("quote_post_id")
    @classmethod
    def _number(cls, number: str | None) -> str | None:
        if number and not re.fullmatch(r"[0-9]+", number):
            raise ValueError("A quoted post is named by its number.")
        return number


def links(text: str) -> set[str]:
    """The different addresses of a text."""
    return {found.rstrip(".,;:!?)]}\"'") for found in re.findall(r"https?://\S+", text, re.IGNORECASE)}


def complaints(entry: Entry, options: ThreadsOptions) -> list[str]:
    media: tuple[Media, ...] = entry.media
    said = {
        "A poll on Threads stands with text alone: no files and no link card.": bool(options.poll)
        and bool(media or options.link_attachment),
        "A link card on Threads stands with text alone, without files.": bool(
            options.link_attachment and media
        ),
        "A poll on Threads needs a text.": bool(options.poll) and not entry.text.strip(),
    }
    return [sentence for sentence, true in said.items() if true]
