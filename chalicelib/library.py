"""The media library: a place to upload to, and a look at what arrived before anything is posted with it."""

import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from . import bucket
from .models import Kind, Media
from .refusals import Refused
from .settings import settings
from .store import files, keys
from .store.files import Upload

if TYPE_CHECKING:
    import httpx2

#: Seconds after which an upload that was never finished is forgotten.
FORGET = 2 * 86_400
#: The largest file that is fetched from an address, in bytes; larger ones are uploaded.
FETCH = 50_000_000

KINDS: dict[str, Kind] = {
    "image/jpeg": "image",
    "image/png": "image",
    "image/webp": "image",
    "image/heic": "image",
    "image/avif": "image",
    "image/bmp": "image",
    "image/tiff": "image",
    "image/gif": "gif",
    "video/mp4": "video",
    "video/quicktime": "video",
    "video/webm": "video",
    "application/pdf": "document",
}


def begin(
    workspace: str, name: str, mime: str, size: int, now: datetime, alt: str = ""
) -> tuple[Upload, dict[str, Any]]:
    """A new upload, and the form to POST the file with."""
    if mime not in KINDS:
        raise Refused(422, "unknown-type", f"Files of type “{mime[:60]}” cannot be posted anywhere.")
    if size > bucket.LARGEST:
        raise Refused(422, "too-large", "A file can be 5 GiB at the most.")
    number = f"{int(now.timestamp() * 1000):011x}{secrets.token_hex(6)}"
    upload = Upload(
        workspace=workspace,
        id=number,
        state="waiting",
        name=name,
        key=f"unfinished/{workspace}/{number}",
        created=now,
        alt=alt,
        ttl=int(now.timestamp()) + FORGET,
    )
    files.save(upload)
    return upload, bucket.upload_form(upload.key, mime, size)


def listed(workspace: str, before: str = "", limit: int = 50) -> tuple[list[Upload], str | None]:
    """A page of a workspace's files, newest first, and the id before which the next page begins (1 Query)."""
    after = keys.media(workspace, before) if before else None
    found, last = files.page(workspace, after, limit)
    return found, last["sk"].partition("#")[2] if last else None


def load(workspace: str, media: str) -> Upload:
    """One upload, or a 404."""
    found = files.read(workspace, media)
    if found is None:
        raise Refused(404, "unknown-media", "There is no such file here.")
    return found


def finish(workspace: str, media: str, now: datetime) -> Upload:
    """Looks at an upload by its bytes and keeps it; again is no matter."""
    upload = load(workspace, media)
    if upload.state == "ready":
        return upload
    size = bucket.size(upload.key)
    if size is None:
        raise Refused(409, "not-there", "The file has not arrived yet. Upload it, then say that it is done.")
    looked = look(upload, size)
    bucket.keep(upload.key, looked.key, looked.mime)
    ready = upload.model_copy(update={"state": "ready", "media": looked, "key": looked.key, "ttl": None})
    files.save(ready)
    return ready


def look(upload: Upload, size: int) -> Media:
    """What a file really is: type by its first bytes, dimensions in pixels as shown, length in seconds."""
    from .movies import sniff

    mime = sniff(bucket.read(upload.key, 0, 4096)) or ""
    kind = KINDS.get(mime)
    if kind is None:
        raise Refused(422, "unknown-type", "This is no picture, film or document that can be posted.")
    known = {
        "id": upload.id,
        "kind": kind,
        "mime": mime,
        "size": size,
        "name": upload.name,
        "alt": upload.alt,
    }
    key = f"media/{upload.workspace}/{upload.id}"
    return Media(**known, key=key, **_measure(upload.key, kind, size))


def _measure(key: str, kind: Kind, size: int) -> dict[str, Any]:
    from .pictures import Unreadable

    try:
        if kind in {"image", "gif"}:
            return _measure_picture(key, size)
        if kind == "video":
            return _measure_movie(key, size)
    except Unreadable as wrong:
        raise Refused(422, "unreadable", str(wrong)) from wrong
    return {}


def _measure_picture(key: str, size: int) -> dict[str, Any]:
    from .pictures import Unreadable, describe

    if size > FETCH:
        raise Unreadable("A picture can be 50 MB at the most.")
    found = describe(bucket.read(key))
    return {"width": found.width, "height": found.height}


def _measure_movie(key: str, size: int) -> dict[str, Any]:
    from .movies import describe

    found = describe(lambda start, length: bucket.read(key, start, start + length), size)
    return {"width": found.width, "height": found.height, "seconds": found.seconds}


def fetch(workspace: str, url: str, now: datetime, alt: str = "") -> Upload:
    """A file from a public address, under the guard: checked as it connects and at every redirect."""
    data = _download(url)
    name = urlsplit(url).path.rsplit("/", 1)[-1][:200] or "file"
    return store(workspace, name, data, now, alt)


def store(workspace: str, name: str, data: bytes, now: datetime, alt: str = "") -> Upload:
    """A file that is here already, kept as what its first bytes say it is."""
    from .files import sniff

    mime = sniff(data[:4096]) or "application/octet-stream"
    upload, _ = begin(workspace, name, mime, len(data), now, alt)
    bucket.write(upload.key, data, mime)
    return finish(workspace, upload.id, now)


def _download(url: str) -> bytes:
    import httpx2

    from .guard import Unsafe, follow, guarded_transport

    try:
        with (
            httpx2.Client(transport=guarded_transport(allow=settings().allowed), timeout=20) as client,
            follow(client, url) as response,
        ):
            return _body(response)
    except Unsafe as unsafe:
        raise Refused(422, "unsafe-address", str(unsafe)) from unsafe
    except (httpx2.HTTPError, httpx2.InvalidURL) as lost:
        raise Refused(422, "not-fetched", "The file could not be fetched from that address.") from lost


def _body(response: "httpx2.Response") -> bytes:
    """The whole body of a success, given up as soon as it is too large."""
    if response.status_code != 200:
        raise Refused(422, "not-fetched", f"That address answered {response.status_code}, not with a file.")
    data = bytearray()
    for piece in response.iter_bytes():
        data += piece
        if len(data) > FETCH:
            raise Refused(
                422, "too-large", "A file from an address can be 50 MB at the most; upload it instead."
            )
    return bytes(data)


def address(upload: Upload) -> str:
    """Where a file can be looked at for an hour."""
    return bucket.address(upload.key)


def remove(workspace: str, media: str) -> None:
    """Deletes a file."""
    upload = load(workspace, media)
    bucket.remove(upload.key)
    files.remove(workspace, media)
