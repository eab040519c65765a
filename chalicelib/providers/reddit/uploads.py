"""Files on their way into Reddit's storage: a lease for each, then one form with the file at its end."""

from typing import IO

from ...streams import stream
from ..base import File, Job, Rejected
from .places import PICTURE_BYTES, Asset

_PICTURES = ("image/jpeg", "image/png")


def upload(job: Job, file: File) -> Asset:
    """The file's address and id there; a lease that storage refuses may be old, so one more is asked for."""
    try:
        return _leased(job, file)
    except Rejected as refused:
        if "EntityTooLarge" in refused.words:
            raise
    return _leased(job, file)


def _leased(job: Job, file: File) -> Asset:
    name, body, mime = _content(file)
    lease = job.ask("POST", "/api/media/asset.json", data={"filepath": name, "mimetype": mime})
    where = "https:" + lease.pick("args", "action").removeprefix("https:")
    fields = {str(each.get("name")): str(each.get("value")) for each in lease.records("args", "fields")}
    job.ask("POST", where, data=fields, files={"file": (name, body, mime)}, signed=False)
    url = f"{where}/{fields.get('key', '')}"
    return {"id": lease.pick("asset", "asset_id"), "url": url, "kind": file.media.kind}


def _content(file: File) -> tuple[str, bytes | IO[bytes], str]:
    """A file's name, content and type: films and GIFs as a stream, pictures as Reddit takes them."""
    media = file.media
    if media.kind != "image":
        return media.name or f"file.{media.mime.rpartition('/')[2]}", stream(file), media.mime
    picture = file.fit(_PICTURES, max_bytes=PICTURE_BYTES)
    stem = (media.name or "picture").rpartition(".")[0] or "picture"
    return f"{stem}.{'png' if picture.mime == 'image/png' else 'jpg'}", picture.data, picture.mime
