"""What Postiz's clients send for a post, and what it means here. Unknown fields are ignored, as Postiz does."""

import copy
import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from chalicelib.hypertext import Dialect, marked
from chalicelib.models import Account, Entry
from chalicelib.providers import PROVIDERS
from chalicelib.refusals import Refused

from .public_files import Finder

#: A date this far in the past means now: a client's work may take its time before it asks.
LATE = timedelta(days=1)


class GivenFile(BaseModel):
    """A file by our id or by an address."""

    id: str = ""
    path: str = Field("", max_length=4000)
    alt: str | None = Field(None, max_length=5000)


class GivenValue(BaseModel):
    """One text (HTML or plain) with its files; `delay` is minutes after the one before."""

    content: str = Field(max_length=200_000)
    image: Annotated[list[GivenFile], BeforeValidator(lambda given: given or [])] = Field([], max_length=40)
    id: str | None = None
    delay: float | None = Field(None, ge=0, le=60 * 24 * 30)


class GivenIntegration(BaseModel):
    """Which account; none is told in Postiz's own words."""

    id: str | None = ""


class GivenChannel(BaseModel):
    """One account's version of a post."""

    integration: GivenIntegration = GivenIntegration()
    value: list[GivenValue] = Field(min_length=1, max_length=100)
    settings: dict[str, Any] | None = None

    @property
    def account(self) -> str:
        return self.integration.id or ""

    @property
    def known(self) -> str:
        """The id of the delivery that this is to change, if it names one."""
        return self.value[0].id or ""


class GivenTag(BaseModel):
    label: str = Field(max_length=200)


def moment(given: str) -> datetime:
    """ISO 8601 in any of its forms; without an offset it is UTC."""
    given = re.sub(r"(T\S*) (\d\d:?\d\d)$", r"\1+\2", given.strip())  # a “+” that a query took for a space
    try:
        found = datetime.fromisoformat(given)
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError) as wrong:
        raise ValueError("must be a valid ISO 8601 date string") from wrong
    return found.replace(microsecond=found.microsecond // 1000 * 1000)


def _moment(given: Any) -> datetime:
    if not isinstance(given, str):
        raise ValueError("must be a valid ISO 8601 date string")  # noqa: TRY004  # pydantic wants a ValueError
    return moment(given)


class NewPosts(BaseModel):
    """The body of `POST /posts`; `shortLink`, `order` and `creationMethod` change nothing here."""

    type: Literal["draft", "schedule", "now", "update"]
    date: Annotated[datetime, BeforeValidator(_moment)]
    shortLink: bool  # noqa: N815  # the wire's name
    tags: list[GivenTag] = Field(max_length=50)
    inter: float | None = None
    republish: bool = False
    posts: list[GivenChannel] = Field(min_length=1, max_length=99)

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(tag.label for tag in self.tags if tag.label))


class NewStatus(BaseModel):
    status: Literal["draft", "schedule"]


class NewSettings(BaseModel):
    settings: dict[str, Any]


class NewRelease(BaseModel):
    releaseId: str = Field(min_length=1, max_length=2000)  # noqa: N815  # the wire's name


# -- what it means here --------------------------------------------------------------------------------------


def due(given: NewPosts, now: datetime) -> datetime:
    """When it is to go out: `now` at once, and so is what is up to a day late."""
    if given.type == "now" or now - LATE <= given.date < now:
        return now
    return given.date


def entries(channel: GivenChannel, platform: str, finder: Finder) -> tuple[Entry, ...]:
    """The texts and files of one account; one of them empty is refused, in drafts too."""
    dialect = PROVIDERS[platform].dialect
    found = tuple(_entry(value, index, dialect, finder) for index, value in enumerate(channel.value))
    if any(not entry.text.strip() and not entry.media for entry in found):
        raise Refused(422, "empty", "There is nothing to post: write a text or attach a file.")
    return found


def _entry(value: GivenValue, index: int, dialect: Dialect, finder: Finder) -> Entry:
    media = tuple(finder.find(each.id, each.path, each.alt or "") for each in value.image)
    delay = round((value.delay or 0) * 60) if index else 0
    return Entry(text=marked(value.content, dialect), media=media, delay=delay)


def options(account: Account, settings: dict[str, Any] | None) -> dict[str, Any]:
    """A channel's `settings` as our options: `__type`, nulls and what the platform does not know are left out."""
    model = PROVIDERS[account.platform].Options
    given = {
        name: value for name, value in (settings or {}).items() if name != "__type" and value is not None
    }
    given = copy.deepcopy(given)
    try:
        model.model_validate(given)
    except ValidationError as wrong:
        for error in wrong.errors():
            if error["type"] == "extra_forbidden":
                _drop(given, error["loc"])
    return given


def _drop(given: Any, path: tuple[int | str, ...]) -> None:
    """Takes out what a path leads to; Postiz wraps some list items in a `value` of their own."""
    for step in path[:-1]:
        given = _step(given, step)
    if isinstance(given, dict):
        inner = given["value"] if set(given) == {"value"} and isinstance(given["value"], dict) else given
        inner.pop(path[-1], None)


def _step(given: Any, step: int | str) -> Any:
    if isinstance(given, dict) and set(given) == {"value"} and step != "value":
        given = given["value"]
    try:
        return given[step]
    except (KeyError, IndexError, TypeError):
        return None


def with_thumbnail(
    found: tuple[Entry, ...], given: dict[str, Any], finder: Finder
) -> tuple[tuple[Entry, ...], dict[str, Any]]:
    """YouTube's thumbnail comes as a setting; here it is a file of the post, named by its id."""
    wanted = given.get("thumbnail")
    if not isinstance(wanted, dict) or not (wanted.get("id") or wanted.get("path")):
        return found, given
    picture = finder.find(str(wanted.get("id", "")), str(wanted.get("path", "")), "")
    first = found[0]
    if picture.id not in {media.id for media in first.media}:
        first = first.model_copy(update={"media": (*first.media, picture)})
    return (first, *found[1:]), {**given, "thumbnail": {"id": picture.id}}
