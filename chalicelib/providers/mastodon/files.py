"""Files on their way to a Mastodon server, and back on their way when it has lost one."""

from typing import IO, Any, Final

from ...streams import stream
from ..base import File, Job, Problem, Rejected, Retry
from .faults import GONE, STUMBLED
from .limits import PICTURES, Limits

_MISSING: Final = ("could not be found", "not found")


def bring(job: Job, state: dict[str, Any]) -> bool:
    """Takes every file there, noting each in `state`; whether the server is through with all of them."""
    for file in job.files[len(state["media"]) :]:
        _upload(job, file, state)
        job.save(state)
    state["waiting"] = [media for media in state["waiting"] if not _ready(job, media, state)]
    return not state["waiting"]


def _upload(job: Job, file: File, state: dict[str, Any]) -> None:
    try:
        sent = job.ask(
            "POST", "/api/v2/media", files={"file": _content(job, file)}, data={"description": file.media.alt}
        )
    except Retry as stumbled:
        if stumbled.sentence != STUMBLED:
            raise
        if state.get("stumbled"):
            raise Rejected("Mastodon could not read a file.", words=stumbled.words) from stumbled
        state["stumbled"] = True
        job.save(state)
        raise
    state["media"].append(sent.pick("id"))
    if sent.status == 202:
        state["waiting"].append(sent.pick("id"))


def _content(job: Job, file: File) -> tuple[str, bytes | IO[bytes], str]:
    """Name, content and type: pictures as the server takes them, all else as a stream whose length is known."""
    media, limits = file.media, Limits(job.me.data.get("limits"))
    if media.kind != "image":
        return media.name or "file", stream(file), media.mime
    fitted = file.fit(
        limits.types(PICTURES), max_bytes=limits.picture_bytes, max_pixels=limits.picture_pixels
    )
    return media.name or "file", fitted.data, fitted.mime


def _ready(job: Job, media: str, state: dict[str, Any]) -> bool:
    try:
        return job.ask("GET", f"/api/v1/media/{media}").status == 200
    except Rejected as refused:
        if missing(refused, state):
            raise again(job, state, refused) from refused
        raise


def missing(refused: Rejected, state: dict[str, Any]) -> bool:
    """Whether a refusal may be for a file that the server has no more, or has used up."""
    words = refused.words.lower()
    return bool(state["media"]) and (refused.sentence == GONE or any(each in words for each in _MISSING))


def again(job: Job, state: dict[str, Any], refused: Rejected) -> Problem:
    """Forgets the files, so that the next try sends them anew; the second time it is the refusal itself."""
    if state.get("anew"):
        return refused
    job.save({"media": [], "waiting": [], "anew": True})
    return Retry("Mastodon no longer has a file; it is sent again.", words=refused.words, after=1)
