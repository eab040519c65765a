"""A video on its way to TikTok: chunk by chunk, from wherever TikTok says that it stopped.

The upload's address carries the right to upload: it lives in the job's state and in no log.
"""

from typing import Any, Final

from ..base import Answer, File, Job, Pending, Retry

STATUS: Final = "/v2/post/publish/status/fetch/"
JSON: Final = {"Content-Type": "application/json; charset=UTF-8"}
#: Bytes: up to here a video goes in one chunk, a longer one in several whose last takes the remainder.
SINGLE = 64_000_000
CHUNK = 32_000_000


def plan(size: int) -> tuple[int, int]:
    """The size of a chunk, and how many there are: TikTok wants the number rounded down."""
    return (size, 1) if size <= SINGLE else (CHUNK, size // CHUNK)


def end_of(first: int, size: int) -> int:
    """Where the chunk ends that holds byte `first`."""
    chunk, number = plan(size)
    index = first // chunk
    return size if index >= number - 1 else (index + 1) * chunk


def source(size: int) -> dict[str, Any]:
    """`source_info` of a video."""
    chunk, number = plan(size)
    return {
        "source": "FILE_UPLOAD",
        "video_size": size,
        "chunk_size": chunk,
        "total_chunk_count": number,
    }


def ask_status(job: Job, state: dict[str, Any]) -> Answer:
    """How far TikTok is with a post; a failure for good is raised."""
    return job.ask("POST", STATUS, json={"publish_id": state["id"]}, headers=JSON)


def bring(job: Job, film: File, state: dict[str, Any]) -> Pending | None:
    """Sends what TikTok does not have yet; None when it has all of it."""
    while state["sent"] < film.media.size:
        if job.seconds_left() < 20:
            return Pending(state=state, after=1)
        answer = _send(job, film, state["sent"], state["url"])
        if answer.status in (403, 404):
            # The address has ended before all of the video was there, so this upload never becomes a post.
            return Pending(state={"again": state.get("again", False)}, after=5)
        _hear(job, answer, film, state)
        job.save(state)
    return None


def resume(job: Job, film: File, state: dict[str, Any]) -> None:
    """TikTok's own offset counts, not ours."""
    answer = ask_status(job, state)
    if answer.pick("data", "status") != "PROCESSING_UPLOAD":
        state["sent"] = film.media.size
        return
    there = answer.find("data", "uploaded_bytes")
    state["sent"] = there if isinstance(there, int) else state["sent"]


def _send(job: Job, film: File, first: int, url: str) -> Answer:
    """One chunk; with the last one TikTok makes the post, so it is the commit."""
    size = film.media.size
    end = end_of(first, size)
    answer = (job.commit if end == size else job.ask)(
        "PUT",
        url,
        signed=False,
        content=film.read(first, end),
        headers={"Content-Type": film.media.mime, "Content-Range": f"bytes {first}-{end - 1}/{size}"},
    )
    if end == size and answer.status not in (201, 403, 404, 416):
        raise answer.unreadable("not all of the video seems to be there")
    return answer


def _hear(job: Job, answer: Answer, film: File, state: dict[str, Any]) -> None:
    before = state["sent"]
    if answer.status == 416:
        resume(job, film, state)
        if state["sent"] == before:
            raise Retry("TikTok refused a piece of the video; it is sent again.", after=30)
    elif answer.status == 201:
        state["sent"] = film.media.size
    else:
        state["sent"] = end_of(before, film.media.size)
