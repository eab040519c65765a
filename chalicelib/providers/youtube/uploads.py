"""A video on its way to YouTube: one session, chunk by chunk, from wherever YouTube says that it stopped.

The session's address carries the right to upload: it lives in the job's state and in no log.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from ... import text
from ..base import Answer, File, Job, Pending, Retry
from .options import described

UPLOAD: Final = "https://www.googleapis.com/upload/youtube/v3"
CHUNK = 16 * 2**20  # bytes; a multiple of 256 KiB


def bring(job: Job, film: File, state: dict[str, Any]) -> Pending | None:
    """Sends what YouTube does not have yet; None when the video is made."""
    _resume(job, film, state)
    while "video" not in state:
        if "upload" not in state or state["sent"] >= film.media.size:
            return Pending(state=state, after=60)  # the session ended, or is finishing: ask again
        if job.seconds_left() < 20:
            return Pending(state=state, after=1)
        _send(job, film, state)
        job.save(state)
    return None


def _resume(job: Job, film: File, state: dict[str, Any]) -> None:
    """YouTube's own offset counts, not ours; a session that is gone may have made the video before."""
    if "upload" in state and _hear(_ask_offset(job, film, state), state):
        return job.save(state)
    if job.doubt is not None and (made := uploaded(job, state)) is not None:
        state["video"] = made
    else:
        _open(job, film, state)
    return job.save(state)


def _ask_offset(job: Job, film: File, state: dict[str, Any]) -> Answer:
    where = {"Content-Range": f"bytes */{film.media.size}"}
    return job.ask("PUT", state["upload"], headers=where, content=b"")


def _open(job: Job, film: File, state: dict[str, Any]) -> None:
    quiet = {} if job.options.notifySubscribers else {"notifySubscribers": "false"}
    answer = job.ask(
        "POST",
        f"{UPLOAD}/videos",
        params={"uploadType": "resumable", "part": "snippet,status", **quiet},
        json=described(job.options, job.entry.text),
        headers={
            "Content-Type": "application/json; charset=UTF-8",
            "X-Upload-Content-Length": str(film.media.size),
            "X-Upload-Content-Type": film.media.mime,
        },
    )
    if not answer.header("location"):
        raise answer.unreadable("no address to upload to")
    state |= {"upload": answer.header("location"), "sent": 0, "since": job.now.isoformat()}


def _send(job: Job, film: File, state: dict[str, Any]) -> None:
    """One chunk; the last one makes the video, and is the commit."""
    first, size = state["sent"], film.media.size
    end = min(first + CHUNK, size)
    answer = (job.commit if end == size else job.ask)(
        "PUT",
        state["upload"],
        content=film.read(first, end),
        headers={"Content-Type": film.media.mime, "Content-Range": f"bytes {first}-{end - 1}/{size}"},
    )
    if _hear(answer, state) and "video" not in state and state["sent"] <= first:
        raise Retry("YouTube did not keep the last piece of the video; it is sent again.", after=30)


def _hear(answer: Answer, state: dict[str, Any]) -> bool:
    """Takes over what the session says; False: it is gone."""
    if answer.status in (404, 410):
        del state["upload"]
        return False
    if answer.status == 308:
        state["sent"] = _stored(answer)
    else:
        privacy = answer.find("status", "privacyStatus", default="")
        state |= {"video": answer.pick("id"), "privacy": privacy}
    return True


def uploaded(job: Job, state: dict[str, Any]) -> str | None:
    """The video of a session that is gone, in the channel's list of uploads."""
    begun = datetime.fromisoformat(state["since"]) if "since" in state else job.doubt or job.now
    wanted = {
        "part": "snippet,contentDetails",
        "playlistId": job.me.data.get("uploads", ""),
        "maxResults": 50,
    }
    for item in job.ask("GET", "/youtube/v3/playlistItems", params=wanted).records("items"):
        same = text.comparable(at(item, "snippet", "title")) == text.comparable(job.options.title)
        if same and moment(at(item, "snippet", "publishedAt")) >= begun - timedelta(minutes=1):
            return at(item, "contentDetails", "videoId") or None
    return None


def speaks(answer: Answer) -> bool:
    """Whether this is an upload's session that says by its status: 308 go on, 404 and 410 gone."""
    return answer.status in (308, 404, 410) and answer.method == "PUT"


def _stored(answer: Answer) -> int:
    """How many bytes YouTube has: `Range: bytes=0-N`, or none of them without that header."""
    last = answer.header("range").rpartition("-")[2]
    return int(last) + 1 if last.isdigit() else 0


def at(item: dict[str, Any], *path: str) -> str:
    """The text at `path`, or none where YouTube left it out."""
    here: Any = item
    for step in path:
        here = here.get(step) if isinstance(here, dict) else None
    return here if isinstance(here, str) else ""


def moment(written: str) -> datetime:
    """A time as YouTube writes it; what cannot be read is long past."""
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
