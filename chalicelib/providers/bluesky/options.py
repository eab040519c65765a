"""What a person may set for a post on Bluesky, and what Bluesky is known to refuse before it is asked."""

import re
from typing import Any, Literal, Self

from pydantic import field_validator, model_validator

from ... import text
from ...models import Entry
from ..base import Options

MOST_BYTES = 3000
_FILM_ALT = 1000
_POST = re.compile(
    r"(?:https?://bsky\.app/profile/|at://)([^/\s]+)/(?:post|app\.bsky\.feed\.post)/([a-zA-Z0-9._~-]+)/?"
)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{1,8})*")


class BlueskyOptions(Options):
    """Languages, warnings, who may answer or quote, and what the post carries besides text and files."""

    langs: tuple[str, ...] = ()
    labels: tuple[Literal["porn", "sexual", "nudity", "graphic-media"], ...] = ()
    reply_control: tuple[Literal["nobody", "mention", "follower", "following"], ...] = ()
    disable_quotes: bool = False
    card: bool = True
    quote: str = ""
    repost: str = ""

    @field_validator("langs")
    @classmethod
    def _few_languages(cls, langs: tuple[str, ...]) -> tuple[str, ...]:
        if len(langs) > 3:
            raise ValueError("A post on Bluesky names 3 languages at the most.")
        if not all(map(_LANGUAGE.fullmatch, langs)):
            raise ValueError("A language is named like “en” or “pt-BR”.")
        return langs

    @field_validator("reply_control")
    @classmethod
    def _nobody_alone(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        if "nobody" in given and len(given) > 1:
            raise ValueError("Either nobody may reply, or those that are named.")
        return given

    @field_validator("quote", "repost", mode="before")
    @classmethod
    def _post(cls, given: Any) -> Any:
        if isinstance(given, str) and given.strip() and not _POST.fullmatch(given.strip()):
            raise ValueError(
                "A post is named by its address, like https://bsky.app/profile/lamp.post/post/3l25zusnsfck2."
            )
        return given.strip() if isinstance(given, str) else given or ""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if self.quote and self.repost:
            raise ValueError("A post on Bluesky quotes a post or reposts one, not both.")
        return self


def named(address: str) -> tuple[str, str]:
    """Who wrote a post (handle or DID), and its record key, from its address."""
    found = _POST.fullmatch(address)
    assert found is not None, "the options have checked it"
    return found[1], found[2]


def refused(entry: Entry, index: int, options: BlueskyOptions | None) -> list[str]:
    """A sentence for each thing in an entry that Bluesky does not take, beyond lengths and numbers of files."""
    said = [
        f"The description of “{media.name}” is too long; Bluesky takes {_FILM_ALT:,} characters."
        for media in entry.media
        if media.kind == "video" and text.count(media.alt, "graphemes") > _FILM_ALT
    ]
    if (size := text.count(entry.text, "bytes")) > MOST_BYTES:
        said.append(f"The text is {size:,} bytes long; Bluesky takes {MOST_BYTES:,}.")
    if options and options.repost and index == 0 and (entry.text.strip() or entry.media):
        said.append("A repost on Bluesky has no text and no files of its own: quote the post to add to it.")
    return said
