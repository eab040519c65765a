"""Media: files go straight to the bucket; what arrives is looked at before it may be posted."""

from typing import Any

from chalice.app import Blueprint
from pydantic import BaseModel, ConfigDict, Field

from chalicelib import clock, library
from chalicelib.refusals import Refused

from .http import Ask, redirect, route
from .shapes import Deleted, MediaListed, MediaShown, Page, UploadBegun

blueprint = Blueprint(__name__)

ALT = "What it shows, for those who cannot see it; a post may say it otherwise."


class NewFile(BaseModel):
    """What is about to be uploaded; `size` in bytes."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200, description="The file's name.")
    mime: str = Field(max_length=100, description="Its type, as `image/png`; its bytes decide in the end.")
    size: int = Field(gt=0, description="In bytes.")
    alt: str = Field("", max_length=5000, description=ALT)


class FromUrl(BaseModel):
    """A public address to fetch a file from."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(
        max_length=4000, description="Where the file is: http or https, public, 50 MB at the most."
    )
    alt: str = Field("", max_length=5000, description=ALT)


@route(
    blueprint,
    "POST",
    "/v1/media",
    scope="write",
    body=NewFile,
    answers=UploadBegun,
    status=201,
    repeatable=True,
)
def begin(ask: Ask, given: NewFile) -> Any:
    """A place to upload to: `upload` says where to POST the form with the file as its last field, `file`."""
    upload, form = library.begin(ask.workspace, given.name, given.mime, given.size, clock.now(), given.alt)
    return {"id": upload.id, "upload": form}


@route(blueprint, "POST", "/v1/media/{media}/done", scope="write", answers=MediaShown)
def done(ask: Ask, media: str) -> Any:
    """Looks at what was uploaded: its real type, size, dimensions and length."""
    return shown(library.finish(ask.workspace, media, clock.now()))


@route(
    blueprint,
    "POST",
    "/v1/media/from-url",
    scope="write",
    body=FromUrl,
    answers=MediaShown,
    status=201,
    repeatable=True,
)
def from_url(ask: Ask, given: FromUrl) -> Any:
    """Fetches a file from a public address (50 MB at the most) and looks at it."""
    return shown(library.fetch(ask.workspace, given.url, clock.now(), given.alt))


@route(blueprint, "GET", "/v1/media", query=Page, answers=MediaListed)
def listed(ask: Ask) -> Any:
    """The workspace's files, newest first, a page at a time."""
    asked = ask.read(Page)
    found, following = library.listed(ask.workspace, asked.after, asked.limit)
    return {"media": [shown(each) for each in found], "next": following}


@route(blueprint, "GET", "/v1/media/{media}", answers=MediaShown)
def read(ask: Ask, media: str) -> Any:
    """One file."""
    return shown(library.load(ask.workspace, media))


@route(blueprint, "DELETE", "/v1/media/{media}", scope="write", answers=Deleted)
def remove(ask: Ask, media: str) -> Any:
    """Deletes a file; posts that still need it will say that it is gone."""
    library.remove(ask.workspace, media)
    return {"id": media, "deleted": True}


@route(blueprint, "GET", "/media/{workspace}/{media}", scope=None)
def show(ask: Ask, workspace: str, media: str) -> Any:
    """A file for whoever knows its address: platforms that embed it come back for it for as long as the post stands."""
    upload = library.load(workspace, media)
    if upload.media is None:
        raise Refused(404, "unknown-media", "There is no such file here.")
    return redirect(library.address(upload))


def shown(upload: Any) -> dict[str, Any]:
    """A file as clients see it, with an address to look at it for an hour."""
    known = upload.media.model_dump(mode="json", exclude={"key"}) if upload.media else {"id": upload.id}
    address = library.address(upload) if upload.media else None
    return {**known, "name": upload.name, "state": upload.state, "url": address}
