"""Everything of a workspace to take along: as JSON, and its posts as a table. No token and no secret is in either."""

import base64
from datetime import datetime
from typing import Any

from chalice.app import Blueprint
from pydantic import Field

from chalicelib import clock, library
from chalicelib.models import Entry
from chalicelib.refusals import Refused
from chalicelib.settings import settings
from chalicelib.slots import Slot
from chalicelib.store import accounts, groups, hooks, signatures, tags, timetables, whole

from . import accounts as account_routes
from . import groups as group_routes
from . import hooks as hook_routes
from . import signatures as signature_routes
from . import tags as tag_routes
from .http import Ask, route
from .posts import shown_delivery
from .shapes import AccountShown, DeliveryShown, GroupShown, HookShown, Shown
from .signatures import SignatureShown
from .tags import TagShown

blueprint = Blueprint(__name__)


class FileShown(Shown):
    """A file; `address` shows it for as long as it is kept."""

    id: str
    name: str
    kind: str | None
    mime: str | None
    size: int | None
    width: int | None
    height: int | None
    seconds: float | None
    alt: str | None
    created: datetime
    address: str


class TimesShown(Shown):
    """An account's own week."""

    account: str
    zone: str
    slots: list[Slot]


class PostHead(Shown):
    """A post; its deliveries stand beside it, each with its `post`."""

    id: str
    due: datetime
    zone: str
    entries: list[Entry]
    tags: list[str]
    created: datetime
    version: int


class Exported(Shown):
    """A page of a workspace. All pages' lists put together are the whole; `next` is the `after` of the next one."""

    workspace: str
    exported: datetime
    accounts: list[AccountShown] = []
    groups: list[GroupShown] = []
    tags: list[TagShown] = []
    signatures: list[SignatureShown] = []
    webhooks: list[HookShown] = []
    timetables: list[TimesShown] = []
    posts: list[PostHead] = []
    deliveries: list[DeliveryShown] = []
    media: list[FileShown] = []
    next: str | None


class From(Shown):
    """Where a page begins."""

    after: str = Field(
        "", max_length=600, pattern=r"^[A-Za-z0-9_=-]*$", description="The `next` of the page before."
    )


@route(blueprint, "GET", "/v1/export", scope="admin", query=From, answers=Exported)
def everything(ask: Ask) -> Any:
    """Everything of the workspace but its secrets, a page at a time: first what is set up, then posts, then files."""
    workspace, (part, _, mark) = ask.workspace, opened(ask.read(From).after).partition(" ")
    told: dict[str, Any] = {"workspace": workspace, "exported": clock.iso(clock.now())}
    match part:
        case "":
            return Exported.model_validate(told | _set_up(workspace) | {"next": sealed("posts")})
        case "posts":
            return Exported.model_validate(told | _posts(workspace, mark))
        case "media":
            return Exported.model_validate(told | _media(workspace, mark))
    raise Refused(422, "bad-cursor", "“after” is not a cursor of this list.")


def _set_up(workspace: str) -> dict[str, Any]:
    return {
        "accounts": [account_routes.shown(each) for each in accounts.all_of(workspace)],
        "groups": [group_routes.shown(each) for each in groups.all_of(workspace)],
        "tags": [tag_routes.shown(each) for each in tags.all_of(workspace)],
        "signatures": [signature_routes.shown(each) for each in signatures.all_of(workspace)],
        "timetables": [
            {"account": each.account, **each.timetable.model_dump()} for each in timetables.all_of(workspace)
        ],
        "webhooks": [hook_routes.shown(each) for each in hooks.all_of(workspace)],
    }


def _posts(workspace: str, mark: str) -> dict[str, Any]:
    heads, parts, following = whole.page(workspace, mark)
    names = set(PostHead.model_fields)
    return {
        "posts": [each.model_dump(mode="json", include=names) for each in heads],
        "deliveries": [shown_delivery(each) for each in parts],
        "next": sealed(f"posts {following}" if following else "media"),
    }


def _media(workspace: str, mark: str) -> dict[str, Any]:
    found, following = library.listed(workspace, mark, limit=500)
    return {
        "media": [_file(each) for each in found],
        "next": sealed(f"media {following}") if following else None,
    }


def _file(upload: Any) -> dict[str, Any]:
    measured = ("kind", "mime", "size", "width", "height", "seconds", "alt")
    return {
        **{name: getattr(upload.media, name, None) for name in measured},
        "id": upload.id,
        "name": upload.name,
        "created": clock.iso(upload.created),
        "address": f"{settings().public_url}/media/{upload.workspace}/{upload.id}",
    }


def sealed(mark: str) -> str:
    """A mark as a cursor that fits into addresses."""
    return base64.urlsafe_b64encode(mark.encode()).decode()


def opened(cursor: str) -> str:
    try:
        return base64.urlsafe_b64decode(cursor.encode()).decode()
    except ValueError as wrong:
        raise Refused(422, "bad-cursor", "“after” is not a cursor of this list.") from wrong
