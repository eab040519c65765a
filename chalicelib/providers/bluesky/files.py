"""Files on their way to Bluesky: pictures as blobs of the account's server, a film by the video service."""

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

from ..base import File, Job, Rejected, Session

IMAGES: Final = ("image/jpeg", "image/png", "image/webp")
#: Newer servers take 2,000,000; (unconfirmed) which do.
IMAGE_BYTES: Final = 1_000_000
VIDEO: Final = "https://video.bsky.app"
_BLOCK: Final = 1_048_576


def bring(job: Job, state: dict[str, Any]) -> float | None:
    """Takes every file there, noting each step in `state`; seconds to wait where a film is not through yet."""
    for file in job.files[len(state["blobs"]) :]:
        if job.seconds_left() < 20:
            return 1
        known = _film(job, file, state) if file.media.kind == "video" else _picture(job, file)
        if known is None:
            return 5
        state.pop("film", None)
        state["blobs"].append(known)
        job.save(state)
    return None


def _picture(job: Job, file: File) -> dict[str, Any]:
    picture = file.fit(IMAGES, max_bytes=IMAGE_BYTES)
    blob = _upload(job, picture.data, picture.mime)
    return {"blob": blob, "width": picture.width, "height": picture.height}


def _upload(job: Job, data: bytes, mime: str) -> dict[str, Any]:
    sent = job.ask("POST", "/xrpc/com.atproto.repo.uploadBlob", content=data, headers={"Content-Type": mime})
    blob = sent.find("blob")
    if not isinstance(blob, dict) or "ref" not in blob:
        raise sent.unreadable("no “blob”")
    return blob


def blob_of_picture(job: Job, data: bytes) -> dict[str, Any] | None:
    """The blob of a picture that was fetched for a card; None where it is no picture."""
    from ...pictures import Unreadable, fit

    try:
        picture = fit(data, IMAGES, max_bytes=IMAGE_BYTES)
    except Unreadable:
        return None
    return _upload(job, picture.data, picture.mime)


def _film(job: Job, file: File, state: dict[str, Any]) -> dict[str, Any] | None:
    """The film's blob, or None while the video service works on it."""
    if "film" not in state:
        state["film"] = _send_film(job, file)
        job.save(state)
    there = f"{VIDEO}/xrpc/app.bsky.video.getJobStatus"
    answer = job.ask("GET", there, params={"jobId": state["film"]}, signed=False)
    if isinstance(blob := answer.find("jobStatus", "blob"), dict):
        return {"blob": blob, "width": file.media.width, "height": file.media.height}
    if answer.find("jobStatus", "state") == "JOB_STATE_FAILED":
        del state["film"]
        job.save(state)  # a person's next try sends it anew
        why = answer.find("jobStatus", "message", default="")
        raise Rejected(f"Bluesky could not work with the film. {why}".strip(), words=answer.words)
    return None


def _send_film(job: Job, file: File) -> str:
    """The video service's number for the film; the same film again gets the same one."""
    _may_send(job)
    token = _service_token(
        job, f"did:web:{urlsplit(job.provider.base(job)).netloc}", "com.atproto.repo.uploadBlob"
    )
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": file.media.mime,
        "Content-Length": str(file.media.size),
    }
    params = {"did": job.me.remote, "name": f"{file.media.id}.mp4"}
    there = f"{VIDEO}/xrpc/app.bsky.video.uploadVideo"
    sent = job.ask("POST", there, params=params, headers=headers, content=_blocks(file), signed=False)
    return sent.pick("jobStatus", "jobId") if sent.find("jobStatus") else sent.pick("jobId")


def _blocks(file: File) -> Iterator[bytes]:
    """The film, a block at a time: it is never whole in memory."""
    for start in range(0, file.media.size, _BLOCK):
        yield file.read(start, start + _BLOCK)


def _may_send(job: Job) -> None:
    """Asks for the day's quota before a hundred megabytes are sent in vain."""
    token = _service_token(job, "did:web:video.bsky.app", "app.bsky.video.getUploadLimits")
    there = f"{VIDEO}/xrpc/app.bsky.video.getUploadLimits"
    limits = job.ask("GET", there, headers={"Authorization": f"Bearer {token}"}, signed=False)
    if limits.find("canUpload") is False:
        why = limits.find("message", default="")
        raise Rejected(
            f"Bluesky takes no more films of this account today. {why}".strip(), words=limits.words
        )


def _service_token(session: Session, audience: str, method: str) -> str:
    ends = int(session.now.timestamp()) + 1800
    wanted = {"aud": audience, "lxm": method, "exp": str(ends)}
    return session.ask("GET", "/xrpc/com.atproto.server.getServiceAuth", params=wanted).pick("token")
