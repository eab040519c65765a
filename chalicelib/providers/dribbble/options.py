"""What may be said about a shot, and which pictures Dribbble takes."""

from collections.abc import Iterator

from pydantic import Field, field_validator

from ..base import Account, Entry, Media, Options, Part, Rules

#: The sizes that are surely taken, larger first; that 4:3 up to 1600 x 1200 is taken too is not confirmed.
SIZES = ((800, 600), (400, 300))
IMAGE_BYTES = 8_000_000
TYPES = ("image/jpeg", "image/png", "image/gif")
TAGS = 12
#: No length of a description is documented; this is Postiz's.
LENGTH = 40_000

RULES = Rules(
    first=Part(
        length=LENGTH,
        images=1,
        gifs=1,
        most=1,
        image_types=TYPES,
        image_bytes=IMAGE_BYTES,
        gif_bytes=IMAGE_BYTES,
        needs="media",
    )
)


class DribbbleOptions(Options):
    """How a shot is shown. `team` is the address of a team's page, `team_id` its number."""

    title: str = Field(json_schema_extra={"minLength": 1})
    tags: tuple[str, ...] = Field((), json_schema_extra={"maxItems": TAGS})
    team_id: int | None = None
    team: str = ""
    low_profile: bool = False
    rebound_source_id: int | None = None

    @field_validator("title")
    @classmethod
    def _titled(cls, title: str) -> str:
        if not title.strip():
            raise ValueError("A shot needs a title.")
        return title.strip()

    @field_validator("tags")
    @classmethod
    def _few(cls, tags: tuple[str, ...]) -> tuple[str, ...]:
        kept = tuple(tag.strip() for tag in tags if tag.strip())
        if len(kept) > TAGS:
            raise ValueError(f"Dribbble takes {TAGS} tags at the most; there are {len(kept)}.")
        return kept


def against(entry: Entry, account: Account, options: DribbbleOptions) -> Iterator[str]:
    """What stands in the way of a shot, in sentences."""
    for media in entry.media:
        yield from _misshapen(media)
    if (options.team_id is not None or options.team) and team_of(account, options) is None:
        yield "This Dribbble account is in no such team."


def _misshapen(media: Media) -> Iterator[str]:
    if media.width is None or media.height is None:
        return
    name, size = media.name or "The picture", f"{media.width} × {media.height}"
    if media.kind == "gif" and (media.width, media.height) not in SIZES:
        yield f"“{name}” is {size}; Dribbble takes GIFs of 800 × 600 or 400 × 300."
    elif media.kind == "image" and sent_size(media.width, media.height) is None:
        yield f"“{name}” is {size}; Dribbble takes pictures of exactly four to three, from 400 × 300 up."


def sent_size(width: int, height: int) -> tuple[int, int] | None:
    """The size at which a picture is sent, or None where its shape is another than four to three."""
    if width * 3 != height * 4:
        return None
    return next((size for size in SIZES if size[0] <= width and size[1] <= height), None)


def team_of(account: Account, options: DribbbleOptions) -> int | None:
    """The number of the team that the options name, if the account is in it."""
    for each in account.data.get("teams", []):
        if each["id"] == options.team_id or (options.team and each["url"] == options.team.rstrip("/")):
            return int(each["id"])
    return None
