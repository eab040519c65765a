"""What a discussion or comment on GitHub says: options, Markdown, and the mark that it is found again by."""

import hashlib
import re

from pydantic import ConfigDict, Field, field_validator

from ..base import Job, Media, Options

#: Characters that a body may have, and what the mark takes of them.
BODY, MARK = 65_536, 80


class GitHubOptions(Options):
    """What a discussion is called, and where in the repository it goes."""

    model_config = ConfigDict(populate_by_name=True)

    title: str = Field(max_length=256, description="The discussion's title.")
    category: str = Field("", description="A category's id, from the tool “categories”.")
    labels: tuple[str, ...] = Field((), max_length=20, description="Labels' ids, from the tool “labels”.")
    append_media: bool = Field(True, alias="appendMedia", description="Files are shown under the text.")

    @field_validator("title")
    @classmethod
    def _there(cls, title: str) -> str:
        if not title.strip():
            raise ValueError("A GitHub discussion needs a title.")
        return title


def mark(job: Job) -> str:
    """An invisible line by which an entry is found again; it survives in what GitHub tells of the body."""
    return f"<!-- post:{hashlib.sha256(job.key.encode()).hexdigest()[:32]} -->"


def body(job: Job) -> str:
    """The Markdown as it was written, its files shown from where they lie, and the mark."""
    shown = [embed(file.media, file.lasting()) for file in job.files if job.options.append_media]
    return "\n\n".join(part for part in (job.entry.text, *shown, mark(job)) if part)


def embed(media: Media, url: str) -> str:
    """A picture, or a link to what GitHub does not show."""
    said = re.sub(r"\s+", " ", media.alt or media.name or media.kind)
    said = re.sub(r"([\\\[\]<>`*_])", r"\\\1", said)
    return f"{'!' if media.kind in {'image', 'gif'} else ''}[{said}]({url})"
