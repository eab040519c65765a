"""Postiz's uploads: `/public/v1/upload` and `/upload-from-url`, and the lasting address of a file."""

import io
from pathlib import PurePosixPath
from typing import Any

from chalice.app import Blueprint
from pydantic import BaseModel, Field

from chalicelib import clock, library
from chalicelib.refusals import Refused

from . import http
from . import public_shapes as shapes
from .http import Ask, redirect
from .public import msg, route

blueprint = Blueprint(__name__)

#: Bytes of a multipart body that reach a Lambda: 6 MB, of which base64 takes a quarter.
MOST = 4_500_000


class FromUrl(BaseModel):
    """A public address."""

    url: str = Field(max_length=4000)


@route(blueprint, "POST", "/upload", scope="write", plain=True, types=("multipart/form-data",))
def upload(ask: Ask) -> Any:
    """Keeps a file as what its bytes say it is; larger ones go another way."""
    if len(ask.raw) > MOST:
        raise msg(
            413,
            "An upload here can be 4.5 MB at the most, as AWS lets no larger request through. Larger files go "
            "to the address that POST /v1/media gives, or are fetched by POST /public/v1/upload-from-url.",
        )
    name, data = _file(ask.header("content-type"), ask.raw)
    return shapes.file(library.store(ask.workspace, name, data, clock.now()))


@route(blueprint, "POST", "/upload-from-url", scope="write", body=FromUrl, plain=True)
def from_url(ask: Ask, given: FromUrl) -> Any:
    """Fetches a file from a public address (50 MB at the most)."""
    return shapes.file(library.fetch(ask.workspace, given.url, clock.now()))


@route(blueprint, "POST", "/generate-video", scope="write", plain=True)
def generate(ask: Ask) -> Any:
    """Postiz has films made by outside services; here is none."""
    raise msg(501, "Lamppost makes no videos. Make them elsewhere and upload them.")


@route(blueprint, "POST", "/video/function", plain=True)
def ask_generator(ask: Ask) -> Any:
    """What belongs to `generate-video`."""
    raise msg(501, "Lamppost makes no videos, so there are no voices to choose from.")


@http.route(blueprint, "GET", "/media/{workspace}/{media}/{name}", scope=None)
def show(ask: Ask, workspace: str, media: str, name: str) -> Any:
    """The same as `/media/{workspace}/{media}`, with a name at its end for those who judge a file by it."""
    found = library.load(workspace, media)
    if found.media is None:
        raise Refused(404, "unknown-media", "There is no such file here.")
    return redirect(library.address(found))


def _file(content_type: str, raw: bytes) -> tuple[str, bytes]:
    """Name and bytes of the part `file`."""
    import multipart  # type: ignore[import-untyped, unused-ignore]

    kind, options = multipart.parse_options_header(content_type)
    if kind != "multipart/form-data" or not options.get("boundary"):
        raise msg(400, "No file provided")
    try:
        parts = multipart.MultipartParser(
            io.BytesIO(raw), options["boundary"], len(raw), memory_limit=MOST, spool_limit=MOST
        )
        part = parts.get("file")
    except multipart.MultipartError as wrong:
        raise msg(400, "The multipart body cannot be read.") from wrong
    if part is None or not part.size:
        raise msg(400, "No file provided")
    name = PurePosixPath((part.filename or "file").replace("\\", "/")).name[:200] or "file"
    return name, part.raw
