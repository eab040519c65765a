"""Tags: a name and a colour. Posts carry names, so that a name needs no tag, and a tag's name stays."""

from typing import Annotated, Any

from chalice.app import Blueprint
from pydantic import Field, StringConstraints

from chalicelib.refusals import Refused
from chalicelib.store import tags
from chalicelib.store.table import Lost
from chalicelib.store.tags import Tag

from .given import Given
from .http import Ask, route
from .shapes import Deleted, Shown

blueprint = Blueprint(__name__)

#: As a browser's colour field writes it.
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$", to_lower=True)]


class NewTag(Given):
    """A name, and its colour as `#rrggbb`."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)] = Field(
        description="The word that posts carry."
    )
    colour: Colour = Field("#2f6f9f", description="As `#rrggbb`.")


class ChangedTag(Given):
    """Another colour. The name stays, since posts carry it."""

    colour: Colour = Field(description="As `#rrggbb`.")


class TagShown(Shown):
    """A tag."""

    id: str
    name: str
    colour: str = Field(description="As `#rrggbb`.")


class TagsShown(Shown):
    """The workspace's tags."""

    tags: list[TagShown]


@route(blueprint, "GET", "/v1/tags", answers=TagsShown)
def listed(ask: Ask) -> Any:
    """The workspace's tags, by name."""
    found = sorted(tags.all_of(ask.workspace), key=lambda tag: tag.name.casefold())
    return {"tags": [shown(each) for each in found]}


@route(
    blueprint, "POST", "/v1/tags", scope="write", body=NewTag, answers=TagShown, status=201, repeatable=True
)
def create(ask: Ask, given: NewTag) -> Any:
    """A new tag."""
    made = Tag(workspace=ask.workspace, id=tags.identify(given.name), name=given.name, colour=given.colour)
    try:
        tags.add(made)
    except Lost as lost:
        sentence = f"There is a tag “{given.name[:40]}” already. Change its colour, or choose another name."
        raise Refused(409, "tag-exists", sentence) from lost
    return shown(made)


@route(blueprint, "GET", "/v1/tags/{tag}", answers=TagShown, tagged=True)
def read(ask: Ask, tag: str) -> Any:
    """One tag."""
    return shown(_load(ask.workspace, tag))


@route(
    blueprint,
    "PATCH",
    "/v1/tags/{tag}",
    scope="write",
    body=ChangedTag,
    answers=TagShown,
    tagged=True,
    matched=True,
)
def change(ask: Ask, given: ChangedTag, tag: str) -> Any:
    """Another colour."""
    before = _load(ask.workspace, tag)
    ask.match(shown(before))
    after = before.model_copy(update={"colour": given.colour})
    tags.save(after)
    return shown(after)


@route(blueprint, "DELETE", "/v1/tags/{tag}", scope="write", answers=Deleted)
def remove(ask: Ask, tag: str) -> Any:
    """Forgets a tag's colour; posts keep its name."""
    if not tags.remove(ask.workspace, tag):
        raise _unknown(tag)
    return {"id": tag, "deleted": True}


def _load(workspace: str, tag: str) -> Tag:
    found = tags.read(workspace, tag)
    if found is None:
        raise _unknown(tag)
    return found


def _unknown(tag: str) -> Refused:
    return Refused(404, "unknown-tag", f"There is no tag “{tag[:40]}” here.")


def shown(tag: Tag) -> dict[str, Any]:
    return tag.model_dump(mode="json", exclude={"workspace"})
