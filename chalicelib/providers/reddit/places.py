"""Where a Reddit post goes and as what: one subreddit, its title, its kind, its flair."""

import re
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from ..base import Entry, Model, Options

Asset = dict[str, str]

_NAME = re.compile(r"u_[\w-]{3,20}|\w{2,21}", re.ASCII)
_SENT = {"api_type": "json", "raw_json": "1", "resubmit": "true", "validate_on_submit": "true"}
PICTURE_BYTES = 20_000_000
_TITLE = (2, 300)
_GALLERY = (2, 20)


class Flair(Model):
    """A flair's template by its id; `text` only where the subreddit lets people write their own."""

    id: str
    name: str = ""
    text: str = ""


def _bare(given: Any) -> Any:
    """`/r/name` as `name`, and a profile `/u/name` as the subreddit that it is."""
    if not isinstance(given, str):
        return given
    name = re.sub(r"^(https?://(www\.)?reddit\.com)?/?", "", given.strip()).rstrip("/")
    return re.sub(r"^u(ser)?/", "u_", re.sub(r"^r/", "", name))


def _kind(given: Any) -> Any:
    return "self" if given == "text" else given


class Place(Model):
    """One subreddit; `crosspost_of` is a post's id (`t3_…`) or the number of an earlier place, from 0."""

    subreddit: Annotated[str, BeforeValidator(_bare)]
    title: str = Field(json_schema_extra={"minLength": _TITLE[0], "maxLength": _TITLE[1]})
    type: Annotated[Literal["self", "link", "media", "gallery", "crosspost"], BeforeValidator(_kind)]
    url: str = ""
    crosspost_of: int | str | None = None
    is_flair_required: bool = False
    flair: Flair | None = None
    nsfw: bool = False
    spoiler: bool = False
    sendreplies: bool = True
    silent: bool = False
    """A film without sound, shown as Reddit shows a GIF."""

    @field_validator("subreddit")
    @classmethod
    def _named(cls, name: str) -> str:
        if not _NAME.fullmatch(name):
            raise ValueError(f"“{name[:40]}” is not the name of a subreddit.")
        return name

    @field_validator("title")
    @classmethod
    def _titled(cls, title: str) -> str:
        least, most = _TITLE
        if not least <= len(title.strip()) <= most:
            raise ValueError(f"A title on Reddit has {least} to {most} characters; this has {len(title)}.")
        return title.strip()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.type == "link" and not re.match(r"https?://\S+$", self.url):
            raise ValueError(f"{self.shown}: a link post needs an address that begins with https://.")
        if self.type == "crosspost" and self.crosspost_of is None:
            raise ValueError(f"{self.shown}: say which post is shared there.")
        if isinstance(self.crosspost_of, str) and not re.fullmatch(r"t3_[0-9a-z]+", self.crosspost_of):
            raise ValueError(f"“{self.crosspost_of[:40]}” is not the id of a post, like t3_abc123.")
        if self.is_flair_required and not (self.flair and self.flair.id):
            raise ValueError(f"{self.shown} wants a flair: choose one.")
        return self

    @property
    def shown(self) -> str:
        """The name as people write it."""
        return f"u/{self.subreddit[2:]}" if self.subreddit.startswith("u_") else f"r/{self.subreddit}"

    @property
    def page(self) -> str:
        """The subreddit's own page."""
        return f"https://www.reddit.com/r/{self.subreddit}/"

    @property
    def uploads(self) -> bool:
        return self.type in {"media", "gallery"}

    @property
    def without_id(self) -> bool:
        """Whether Reddit takes the post without naming it: it is to be found in the own list."""
        return self.type == "media"

    def complaints(self, entry: Entry) -> list[str]:
        """What stands in the way of `entry` as this kind of post."""
        kinds = sorted(media.kind for media in entry.media)
        match self.type:
            case "media" if kinds == ["video"]:
                return ["a video needs a cover: attach one picture next to it."]
            case "media" if kinds not in (["image"], ["gif"], ["image", "video"]):
                return ["a media post takes one picture, one GIF, or one video and its cover picture."]
            case "gallery" if set(kinds) != {"image"} or not _GALLERY[0] <= len(kinds) <= _GALLERY[1]:
                return [f"a gallery takes {_GALLERY[0]} to {_GALLERY[1]} pictures and nothing else."]
            case "self" | "link" | "crosspost" if kinds:
                return [f"a {self.type} post takes no files: choose media or gallery."]
        return []

    def fields(self, said: str, assets: list[Asset], crosspost: str) -> dict[str, str]:
        """The form of `POST /api/submit`."""
        form = {
            **_SENT,
            **self._marks(),
            "sr": self.subreddit,
            "title": self.title,
            "kind": {"media": "image"}.get(self.type, self.type),
            "text": said,
            "url": self.url,
            "crosspost_fullname": crosspost,
        }
        if self.type == "media":
            form |= _media(assets, self.silent)
        dropped = {"self": {"url"}, "crosspost": {"url", "text"}}.get(self.type, set())
        return {
            name: value
            for name, value in form.items()
            if name not in dropped and (value or (name, self.type) == ("text", "self"))
        }

    def gallery(self, said: str, assets: list[Asset]) -> dict[str, Any]:
        """The body of `POST /api/submit_gallery_post.json`."""
        marks = {name: {"true": True, "false": False}.get(v, v) for name, v in self._marks().items()}
        return {
            **marks,
            "sr": self.subreddit,
            "title": self.title,
            "text": said,
            "items": [{"media_id": asset["id"], "caption": "", "outbound_url": ""} for asset in assets],
            "api_type": "json",
            "show_error_list": True,
            "validate_on_submit": True,
        }

    def _marks(self) -> dict[str, str]:
        switches = {"nsfw": self.nsfw, "spoiler": self.spoiler, "sendreplies": self.sendreplies}
        marks = {name: str(on).lower() for name, on in switches.items()}
        if self.flair and self.flair.id:
            marks["flair_id"] = self.flair.id
            if self.flair.text:
                marks["flair_text"] = self.flair.text
        return marks


def _media(assets: list[Asset], silent: bool) -> dict[str, str]:
    film = next((asset["url"] for asset in assets if asset["kind"] == "video"), "")
    still = next((asset["url"] for asset in assets if asset["kind"] != "video"), "")
    if not film:
        return {"kind": "image", "url": still}
    return {"kind": "videogif" if silent else "video", "url": film, "video_poster_url": still}


class RedditOptions(Options):
    """The subreddits; Postiz wraps each in a `value` of its own, which is taken off."""

    subreddit: tuple[Place, ...]

    @field_validator("subreddit", mode="before")
    @classmethod
    def _unwrapped(cls, given: Any) -> Any:
        if not isinstance(given, list | tuple):
            return given
        return [
            each["value"] if isinstance(each, dict) and set(each) == {"value"} else each for each in given
        ]

    @field_validator("subreddit")
    @classmethod
    def _sound(cls, places: tuple[Place, ...]) -> tuple[Place, ...]:
        if not places:
            raise ValueError("Choose at least one subreddit.")
        titles = [(place.subreddit.lower(), place.title) for place in places]
        if len(set(titles)) < len(titles):
            raise ValueError("One subreddit stands there twice with the same title.")
        for number, place in enumerate(places):
            if isinstance(place.crosspost_of, int) and not 0 <= place.crosspost_of < number:
                raise ValueError(f"{place.shown}: only an earlier place can be shared; the first is 0.")
        return places
