"""What Instagram may be given, whichever login it is reached by: parts, options, faults."""

import re
from typing import Any, Literal

from pydantic import Field, field_validator

from ..base import Entry, Fault, Model, Options, Part, Problem, Reconnect, Rejected, Retry
from ..containers import Full, Missing, Spent, Unbuilt, Unfetched
from ..meta import HOUR, TROUBLE_SAID, grant_faults, wait_faults

IMAGES, IMAGE_BYTES, FEED_RATIO = ("image/jpeg",), 8_000_000, (4 / 5, 1.91)
CAPTION, HASHTAGS, MENTIONS = 2200, 30, 20
# (unconfirmed): the longest comment, the number of collaborators, the span of a story's film.
COMMENT_LENGTH, COLLABORATORS, STORY_SECONDS = 2200, 3, (3, 60)

_FILES: dict[str, Any] = {
    "images": 10, "videos": 10, "most": 10, "mixed": True, "needs": "media", "alt": 1000,
    "image_types": IMAGES, "image_bytes": IMAGE_BYTES, "video_types": ("video/mp4", "video/quicktime"),
}  # fmt: skip
POST = Part(length=CAPTION, video_bytes=300_000_000, video_seconds=(3, 900), ratio=FEED_RATIO, **_FILES)
STORY = Part(length=CAPTION, video_bytes=100_000_000, video_seconds=STORY_SECONDS, **_FILES)
COMMENT = Part(length=COMMENT_LENGTH, needs="text")


class Collaborator(Model):
    """Somebody who is asked to share the post; `label` is the username."""

    label: str

    @field_validator("label")
    @classmethod
    def _name(cls, label: str) -> str:
        if not re.fullmatch(r"@?[A-Za-z0-9._]{1,30}", label):
            raise ValueError("A collaborator is named by an Instagram username.")
        return label.removeprefix("@")


class Audio(Model):
    """A sound from the tool `audio`, and how loud it and the film's own are (0 to 100)."""

    id: str
    title: str | None = None
    artist: str | None = None
    image: str | None = None
    audio_volume: int | None = Field(None, ge=0, le=100)
    video_volume: int | None = Field(None, ge=0, le=100)


class StandaloneOptions(Options):
    """How a post is shown; the cover is a JPEG's address, or a moment of the film in milliseconds."""

    post_type: Literal["post", "story"] = "post"
    collaborators: tuple[Collaborator, ...] = ()
    is_trial_reel: bool = False
    graduation_strategy: Literal["MANUAL", "SS_PERFORMANCE"] = "MANUAL"
    share_to_feed: bool = True
    cover_url: str | None = None
    thumb_offset: int | None = Field(None, ge=0)
    is_ai_generated: bool = False

    @field_validator("cover_url")
    @classmethod
    def _address(cls, url: str | None) -> str | None:
        if url and not (url.startswith("https://") and url.isascii()):
            raise ValueError("The cover's address must begin with https:// and be plain ASCII.")
        return url


class InstagramOptions(StandaloneOptions):
    """Facebook's login knows sounds too."""

    audio: Audio | None = None


def complaints(entry: Entry, options: StandaloneOptions) -> list[str]:
    """What the parts cannot say: captions, and options that fit only one kind of post."""
    reel = len(entry.media) == 1 and entry.media[0].kind == "video"
    story, audio = options.post_type == "story", getattr(options, "audio", None)
    tags, names = re.findall(r"#\w+", entry.text), re.findall(r"(?<!\w)@[\w.]+", entry.text)
    said = {
        "An Instagram story shows no text; leave it empty.": story and bool(entry.text.strip()),
        f"Instagram takes {HASHTAGS} hashtags; this has {len(tags)}.": len(tags) > HASHTAGS,
        f"Instagram takes {MENTIONS} mentions; this has {len(names)}.": len(names) > MENTIONS,
        "An Instagram story takes no collaborators.": story and bool(options.collaborators),
        f"Instagram takes {COLLABORATORS} collaborators at the most.": len(options.collaborators) > COLLABORATORS,
        "A trial reel is one video alone, and no story.": options.is_trial_reel and (story or not reel),
        "A sound goes with one video alone, and not with a story.": bool(audio) and (story or not reel),
    }  # fmt: skip
    return [sentence for sentence, true in said.items() if true]


def faults(title: str, dead: type[Problem] = Reconnect) -> tuple[Fault, ...]:
    """The error table; subcodes first, since one code stands for many things."""
    return (
        Fault(Unfetched, f"{title} could not fetch a file.", ("subcode=2207003", "subcode=2207052", "subcode=2207077", "code=9004")),
        Fault(Spent, f"{title} let the prepared post run out; it is prepared anew.", ("subcode=2207020",), after=1),
        Fault(Missing, f"{title} does not find what it prepared.", ("subcode=2207006",)),
        Fault(Unbuilt, f"{title} cannot find its own work just now.", ("subcode=2207008",)),
        Fault(Retry, f"{title} is still preparing the post.", ("subcode=2207027", "code=9007"), after=30),
        Fault(Full, f"{title} takes no more posts from this account today.", ("subcode=2207042",), after=HOUR),
        Fault(Rejected, f"Open {title}: it takes this for spam.", ("subcode=2207051",)),
        Fault(Rejected, f"Open {title}: the account is restricted, or wants a check.", ("subcode=2207050",)),
        Fault(Rejected, f"{title} takes pictures of 8 MB at the most.", ("subcode=2207004",)),
        Fault(Rejected, f"{title} takes JPEG pictures only.", ("subcode=2207005",)),
        Fault(Rejected, f"{title} takes pictures from 4:5 to 1.91:1.", ("subcode=2207009",)),
        Fault(Rejected, f"{title} does not take this caption: 2,200 characters, 30 hashtags, 20 mentions.", ("subcode=2207010",)),
        Fault(Rejected, f"{title} does not know this kind of media.", ("subcode=2207023",)),
        Fault(Rejected, f"{title} does not take this film's format.", ("subcode=2207026",)),
        Fault(Rejected, f"{title} takes 2 to 10 files in a carousel.", ("subcode=2207028",)),
        Fault(Rejected, f"{title} does not accept who is tagged.", ("subcode=2207035", "subcode=2207036", "subcode=2207037", "subcode=2207040")),
        Fault(Rejected, f"{title} finds the cover's moment outside the film.", ("subcode=2207057",)),
        Fault(Rejected, f"{title} offers this account no trial reels.", ("subcode=2207081",)),
        Fault(Rejected, f"{title} could not process a file.", ("subcode=2207076",)),
        Fault(Spent, TROUBLE_SAID.format(title), ("subcode=2207001", "subcode=2207032", "subcode=2207053", "subcode=2207082", "An unknown error occurred")),
        Fault(Reconnect, f"Reconnect {title}: make it a business or creator account first.", ("user is not an Instagram Business",)),
        Fault(Reconnect, f"Reconnect {title}: this account may not post.", ("Not enough permissions to post",)),
        *grant_faults(title, dead),
        *wait_faults(title),
        Fault(Rejected, f"What this comments on is gone from {title}.", ("gone=parent",)),
        Fault(Reconnect, f"Reconnect {title}: the account cannot be found.", ("gone=own",)),
        Fault(Rejected, f"{title} does not take this post.", ("code=100",)),
    )  # fmt: skip
