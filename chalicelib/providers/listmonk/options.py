"""What a person may set for a campaign, and what a campaign may hold."""

from typing import Any

from pydantic import Field, field_validator

from ..base import Options, Part, Rules

#: listmonk has no limit of its own; this much is kept here of one post.
LENGTH = 100_000
SUBJECT = 5_000
PICTURES = 20
#: What every mail program shows; a server may allow fewer.
TYPES = ("image/jpeg", "image/png", "image/gif")

RULES = Rules(
    first=Part(length=LENGTH, images=PICTURES, gifs=PICTURES, mixed=True, most=PICTURES, image_types=TYPES)
)


class ListmonkOptions(Options):
    """Whom a campaign is sent to, and how it is dressed. `list` and `template` are numbers of the server's."""

    subject: str = Field(json_schema_extra={"minLength": 1, "maxLength": SUBJECT})
    list: int = Field(json_schema_extra={"minimum": 1})
    preview: str = ""
    template: int = Field(0, description="0 for the server's default.")
    from_email: str = ""
    tags: tuple[str, ...] = ()
    archive: bool = Field(False, description="Show it in the server's public archive too.")
    allow_template: bool = Field(False, description="Read {{ … }} as listmonk's template expressions.")

    @field_validator("subject")
    @classmethod
    def _titled(cls, subject: str) -> str:
        if not subject.strip():
            raise ValueError("A newsletter needs a subject.")
        if len(subject.strip()) > SUBJECT:
            raise ValueError(f"listmonk takes {SUBJECT:,} characters of subject.")
        return " ".join(subject.split())

    @field_validator("template", mode="before")
    @classmethod
    def _default(cls, given: Any) -> Any:
        return given or 0

    @field_validator("list")
    @classmethod
    def _numbered(cls, number: int) -> int:
        if number < 1:
            raise ValueError("Say which list the newsletter is for, by its number.")
        return number
