"""What may be said about a LinkedIn post beside its text and files, and which of it goes together."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field, field_validator, model_validator

from ..base import Entry, Model, Options, Part, Rules
from .files import PICTURES

#: Numbers that no document of LinkedIn's confirms.
QUESTION, ANSWER = 140, 30
DESCRIPTION = 4085
DOCUMENTS = (
    "application/pdf",
    "application/msword",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
)
FILM_BYTES = 75_000
#: The length of a comment stands in no document; it is what LinkedIn's own page takes.
COMMENT = 1250

RULES = Rules(
    first=Part(
        length=3000,
        images=20,
        gifs=20,
        videos=1,
        documents=1,
        mixed=True,
        most=20,
        image_types=PICTURES,
        video_bytes=500_000_000,
        video_seconds=(3, 1800),
        document_bytes=100_000_000,
        alt=4086,
    ),
    rest=Part(length=COMMENT, needs="text"),
)


class LinkCard(Model):
    """An article card, for LinkedIn does not read the page itself.

    `image` is the address of its picture; a single picture attached to the post goes before it.
    """

    url: str
    title: str
    description: str = Field("", json_schema_extra={"maxLength": DESCRIPTION})
    image: str = ""

    @model_validator(mode="after")
    def _complete(self) -> "LinkCard":
        if not self.url.startswith(("http://", "https://")):
            raise ValueError("The link of a card begins with https:// or http://.")
        if self.image and not self.image.startswith("https://"):
            raise ValueError("The image of a card is an address that begins with https://.")
        if not self.title.strip():
            raise ValueError("A link card needs a title: LinkedIn does not read the page.")
        if len(self.description) > DESCRIPTION:
            raise ValueError(f"The description of a link card takes {DESCRIPTION:,} characters.")
        return self


class Poll(Model):
    """A question with two to four answers."""

    question: str = Field(json_schema_extra={"maxLength": QUESTION})
    options: tuple[str, ...] = Field(json_schema_extra={"minItems": 2, "maxItems": 4})
    duration: Literal["ONE_DAY", "THREE_DAYS", "SEVEN_DAYS", "FOURTEEN_DAYS"] = "THREE_DAYS"

    @field_validator("question")
    @classmethod
    def _asked(cls, question: str) -> str:
        if not 1 <= len(question.strip()) <= QUESTION:
            raise ValueError(f"The question of a poll has 1 to {QUESTION} characters.")
        return question

    @field_validator("options")
    @classmethod
    def _answered(cls, options: tuple[str, ...]) -> tuple[str, ...]:
        if not 2 <= len(options) <= 4:
            raise ValueError("A poll has two to four answers.")
        if any(not 1 <= len(option.strip()) <= ANSWER for option in options):
            raise ValueError(f"An answer of a poll has 1 to {ANSWER} characters.")
        return options


class LinkedInPageOptions(Options):
    """How a page's post is made."""

    post_as_images_carousel: bool = False
    carousel_name: str = "slides"
    link: LinkCard | None = None
    poll: Poll | None = None

    @field_validator("carousel_name")
    @classmethod
    def _named(cls, name: str) -> str:
        return name.strip() or "slides"


class LinkedInOptions(LinkedInPageOptions):
    """The same, and who sees a member's post."""

    visibility: Literal["PUBLIC", "CONNECTIONS"] = "PUBLIC"


def against(entry: Entry, options: LinkedInPageOptions) -> Iterator[str]:
    """What does not go together in a LinkedIn post, in sentences."""
    kinds = {media.kind for media in entry.media}
    pictures = kinds <= {"image"}
    if len(entry.media) > 1 and kinds & {"video", "document"}:
        yield "LinkedIn takes a video or a document only alone, with no other file."
    if options.post_as_images_carousel and not (len(entry.media) >= 2 and pictures):
        yield "A carousel is made of two or more pictures and nothing else."
    if options.poll and (entry.media or options.link):
        yield "A LinkedIn poll stands alone: no files and no link card beside it."
    if options.link and (options.post_as_images_carousel or len(entry.media) > 1 or not pictures):
        yield "A LinkedIn link card takes no files but a single picture, which becomes its image."
    for media in entry.media:
        if media.kind == "document" and media.mime not in DOCUMENTS:
            yield f"“{media.name}” is {media.mime}; LinkedIn takes PDF, PowerPoint and Word documents."
        if media.kind == "video" and media.size < FILM_BYTES:
            yield f"“{media.name}” is smaller than the 75 KB that LinkedIn asks of a video."
