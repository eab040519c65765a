"""Files on their way to X: pictures in one request, films and GIFs in numbered chunks that may be sent again."""

from copy import deepcopy
from typing import Any, Final

from ..base import Answer, File, Job, Rejected

IMAGES: Final = ("image/jpeg", "image/png", "image/webp")
IMAGE_BYTES: Final = 5_000_000
#: What is known to work; (unconfirmed) whether X takes the 5 MB of its older interface.
CHUNK: Final = 1_048_576
#: Seconds before X forgets a file at which it is sent anew.
_MARGIN: Final = 600
_CATEGORIES: Final = {"gif": "tweet_gif", "video": "tweet_video"}


def kept(job: Job) -> dict[str, Any]:
    """What an earlier run left at X, unless X has forgotten it by now."""
    state = deepcopy(job.state or {})
    if state.get("until", 0) <= job.now.timestamp():
        state = {"media": []}
    job.state = state
    return state


def bring(job: Job, state: dict[str, Any]) -> float | None:
    """Takes every file to X, noting each step in `state`; seconds to wait where one is not there yet."""
    for file in job.files[len(state["media"]) :]:
        if file.media.kind == "image":
            number = _send_picture(job, file, state)
        else:
            number, after = _send_chunks(job, file, state)
            if after is not None:
                return after
        _describe(job, file, number)
        state.pop("upload", None)
        state["media"].append(number)
        job.save(state)
    return None


def _send_picture(job: Job, file: File, state: dict[str, Any]) -> str:
    picture = file.fit(IMAGES, max_bytes=IMAGE_BYTES)
    part = (file.media.name or "picture", picture.data, picture.mime)
    sent = job.ask("POST", "/2/media/upload", files={"media": part}, data={"media_category": "tweet_image"})
    _note_end(job, sent, state)
    return sent.pick("data", "id")


def _send_chunks(job: Job, file: File, state: dict[str, Any]) -> tuple[str, float | None]:
    """The upload's id, and seconds to wait until it is whole and X has worked through it."""
    upload = state.get("upload") or _open(job, file, state)
    number = upload["id"]
    if upload["closed"]:
        known = job.ask("GET", "/2/media/upload", params={"command": "STATUS", "media_id": number})
        return number, _seconds_to_wait(known)
    while upload["sent"] * CHUNK < file.media.size:
        if job.seconds_left() < 20:
            return number, 1
        _send_chunk(job, file, upload)
        job.save(state)
    closed = job.ask("POST", f"/2/media/upload/{number}/finalize")
    upload["closed"] = True
    job.save(state)
    return number, _seconds_to_wait(closed)


def _open(job: Job, file: File, state: dict[str, Any]) -> dict[str, Any]:
    wanted = {
        "media_type": file.media.mime,
        "total_bytes": file.media.size,
        "media_category": _CATEGORIES[file.media.kind],
    }
    opened = job.ask("POST", "/2/media/upload/initialize", json=wanted)
    _note_end(job, opened, state)
    upload = {"id": opened.pick("data", "id"), "sent": 0, "closed": False}
    state["upload"] = upload
    job.save(state)
    return upload


def _send_chunk(job: Job, file: File, upload: dict[str, Any]) -> None:
    start = upload["sent"] * CHUNK
    part = ("chunk", file.read(start, start + CHUNK), "application/octet-stream")
    there = f"/2/media/upload/{upload['id']}/append"
    job.ask("POST", there, files={"media": part}, data={"segment_index": str(upload["sent"])})
    upload["sent"] += 1


def _seconds_to_wait(answer: Answer) -> float | None:
    """None once X is done with a film; one that X cannot read is `Rejected`."""
    match answer.find("data", "processing_info", "state"):
        case None | "succeeded":
            return None
        case "failed":
            said = answer.find("data", "processing_info", "error", "message", default="")
            raise Rejected(f"X could not work with a file. {said}".strip(), words=answer.words)
    after = answer.find("data", "processing_info", "check_after_secs", default=5)
    return max(1.0, float(after)) if isinstance(after, int | float) else 5.0


def _describe(job: Job, file: File, number: str) -> None:
    """The description, where X keeps one: of pictures and GIFs."""
    if file.media.alt and file.media.kind != "video":
        described = {"id": number, "metadata": {"alt_text": {"text": file.media.alt}}}
        job.ask("POST", "/2/media/metadata", json=described)


def _note_end(job: Job, answer: Answer, state: dict[str, Any]) -> None:
    """The moment, as an epoch, at which the first of the files is forgotten by X."""
    lasts = answer.find("data", "expires_after_secs")
    end = int(job.now.timestamp() + (lasts if isinstance(lasts, int | float) else 86_400)) - _MARGIN
    state["until"] = min(state.get("until", end), end)
