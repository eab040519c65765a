"""The subreddits of the stand-in of Reddit, each with rules of its own."""

from dataclasses import dataclass
from typing import Any

FLAIRS = [
    {"id": "f-news", "text": "News", "text_editable": False, "mod_only": False, "type": "text"},
    {"id": "f-own", "text": "Own words", "text_editable": True, "mod_only": False, "type": "text"},
    {"id": "f-mods", "text": "Official", "text_editable": False, "mod_only": True, "type": "text"},
]


@dataclass(frozen=True)
class Subreddit:
    """A subreddit's own rules."""

    name: str
    title: str
    takes: str = "any"
    media: bool = True
    flairs: bool = False
    flair_required: bool = False
    open: bool = True
    banned: tuple[str, ...] = ()


SUBREDDITS = (
    Subreddit("lamps", "Lamps and their light"),
    Subreddit("lanterns", "Lanterns", flairs=True, flair_required=True),
    Subreddit("wicks", "Wicks", flairs=True),
    Subreddit("lamptalk", "Only words", takes="self", media=False),
    Subreddit("lamplinks", "Only links", takes="link"),
    Subreddit("lampclub", "Members only", open=False),
    Subreddit("lampban", "Not for Ada", banned=("ada",)),
    Subreddit("u_ada", "Ada"),
    Subreddit("u_ben", "Ben"),
)


def about(there: Subreddit, handle: str) -> dict[str, Any]:
    return {
        "name": f"t5_{there.name}",
        "display_name": there.name,
        "display_name_prefixed": f"r/{there.name}",
        "title": there.title,
        "subscribers": 42,
        "over18": False,
        "subreddit_type": "public" if there.open else "private",
        "submission_type": there.takes,
        "allow_images": there.media,
        "allow_videos": there.media,
        "allow_galleries": there.media,
        "user_is_banned": handle in there.banned,
    }
