"""What follows an upload: thumbnail, playlists, and YouTube's own work on the video."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

from ..base import Blocked, File, Job, Pending, Published, Reconnect, Rejected, Retry, for_a_person
from .faults import fate, shortcoming
from .uploads import UPLOAD

_THUMBNAIL: Final = 2_000_000  # an older page says 2 MB, the newer one 50 MB
_LOOKS: Final = (20, 60, 180, 300)  # seconds between looks at the processing, some nine minutes in all


def add(job: Job, state: dict[str, Any]) -> Pending | None:
    """Thumbnail and playlists: the video is out, so what fails here is noted and fails nothing."""
    done: dict[str, str] = state.setdefault("added", {})
    for name, step in _additions(job, state["video"]):
        if name in done:
            continue
        try:
            step()
            done[name] = ""
        except Retry as busy:
            if (again := _again(busy, state)) is not None:
                return again
            done[name] = f"{name}: YouTube was too busy"
        except (Rejected, Reconnect, Blocked) as problem:
            done[name] = f"{name}: {shortcoming(problem)}"
        job.save(state)
    return None


def _additions(job: Job, video: str) -> Iterator[tuple[str, Callable[[], None]]]:
    for file in job.files:
        if file.media.kind == "image":
            yield "Thumbnail not set", partial(_set_thumbnail, job, file, video)
    for playlist in job.options.playlistIds:
        yield f"Not in playlist {playlist}", partial(_list, job, playlist, video)


def _set_thumbnail(job: Job, file: File, video: str) -> None:
    picture = file.fit(("image/jpeg", "image/png"), max_bytes=_THUMBNAIL, max_side=1280)
    job.ask(
        "POST",
        f"{UPLOAD}/thumbnails/set",
        params={"videoId": video, "uploadType": "media"},
        content=picture.data,
        headers={"Content-Type": picture.mime},
    )


def _list(job: Job, playlist: str, video: str) -> None:
    """Adding is not idempotent, so it is looked for first."""
    where, here = "/youtube/v3/playlistItems", {"playlistId": playlist, "videoId": video}
    if job.ask("GET", where, params={"part": "id", **here}).records("items"):
        return
    what = {"kind": "youtube#video", "videoId": video}
    body = {"snippet": {"playlistId": playlist, "resourceId": what}}
    job.ask("POST", where, params={"part": "snippet"}, json=body)


def follow(job: Job, state: dict[str, Any]) -> Published | Pending:
    """YouTube says only some time after the upload that it cannot use a video."""
    status, looks = _processing(job, state["video"]), state.get("looks", 0)
    if status.get("uploadStatus") in ("failed", "rejected", "deleted"):
        raise fate(status) if job.doubt is None else for_a_person(fate(status))
    if status.get("uploadStatus") == "uploaded" and looks < len(_LOOKS):
        return Pending(state=state | {"looks": looks + 1}, after=_LOOKS[looks])
    warnings = [said for said in state["added"].values() if said]
    if state.get("privacy") not in (None, "", job.options.type):
        warnings.append(
            f"YouTube made the video {state['privacy']} instead of {job.options.type}: "
            "the operator's Google project has yet to pass YouTube's audit"
        )
    url = f"https://www.youtube.com/watch?v={state['video']}"
    return Published(id=state["video"], url=url, data={"warnings": warnings} if warnings else {})


def _processing(job: Job, video: str) -> dict[str, Any]:
    wanted = {"part": "status,processingDetails", "id": video}
    try:
        found: Any = job.ask("GET", "/youtube/v3/videos", params=wanted).find("items", 0, "status")
    except (Retry, Reconnect, Rejected):
        found = None  # the video is out, whatever this look met
    return found if isinstance(found, dict) else {"uploadStatus": "uploaded"}


def _again(busy: Retry, state: dict[str, Any]) -> Pending | None:
    """A later try at an addition, but three at the most and none that is far away."""
    after, tries = busy.after or 60, state.get("tries", 0) + 1
    return Pending(state=state | {"tries": tries}, after=after) if tries <= 3 and after <= 600 else None
