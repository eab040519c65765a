"""What a person may set for a post of a publication, and what it may hold."""

import re
from typing import Literal

from pydantic import Field, field_validator

from ..base import Options, Part, Rules

#: beehiiv names no limit; this much is kept here of one post.
LENGTH = 100_000
PICTURES = 20

RULES = Rules(
    first=Part(length=LENGTH, images=PICTURES, gifs=PICTURES, mixed=True, most=PICTURES), fits=False
)

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class BeehiivOptions(Options):
    """How a post is headed and who gets it; what is left out is as the publication has it."""

    title: str = Field(json_schema_extra={"minLength": 1})
    subtitle: str = ""
    subject: str = Field("", description="The e-mail's subject; the title where there is none.")
    preview: str = Field("", description="What a list of mails shows beside the subject.")
    slug: str = Field("", json_schema_extra={"pattern": "^[a-z0-9-]*$"})
    audience: tuple[Literal["free", "premium"], ...] = ()
    thumbnail: str = Field("", description="The public address of a picture.")
    tags: tuple[str, ...] = ()
    post_template_id: str = ""

    @field_validator("title")
    @classmethod
    def _titled(cls, title: str) -> str:
        if not title.strip():
            raise ValueError("A newsletter needs a title.")
        return title.strip()

    @field_validator("slug")
    @classmethod
    def _plain(cls, slug: str) -> str:
        if slug and not _SLUG.fullmatch(slug):
            raise ValueError(
                "The last part of the address takes small letters, digits and hyphens between them."
            )
        return slug

    @field_validator("thumbnail")
    @classmethod
    def _public(cls, address: str) -> str:
        if address and not address.startswith("https://"):
            raise ValueError("The thumbnail is a public address that begins with https://.")
        return address
