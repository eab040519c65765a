"""How a film gets to Facebook: sent in parts (videos) or fetched by an address (reels, stories); then watched."""

from typing import Any
from urllib.parse import urljoin, urlsplit

from ..base import Answer, File, Job, Pending, Published, Rejected
from ..meta import Graph, mark

CHUNK = 64 * 1024 * 1024
SECONDS_NEEDED = 20
LOOKS = (10, 15, 20, 30)
MOST_LOOKS = 32  # a quarter of an hour

State = dict[str, Any]


def fetched(job: Job, state: State, file: File, edge: str) -> Pending | None:
    """A film that Facebook fetches into a place it has named; None when it has all of it."""
    if not state.get("video"):
        start = job.ask("POST", f"/{job.me.remote}/{edge}", json={"upload_phase": "start"})
        mark(job, state, video=start.pick("video_id"), upload=_place(start), sent=False, looks=0)
    if not state["sent"]:
        headers = {"Authorization": f"OAuth {job.token.access}", "file_url": file.url()}
        job.ask("POST", state["upload"], headers=headers)
        mark(job, state, sent=True)
    answer = job.ask("GET", f"/{state['video']}", params={"fields": "status"})
    return None if _status(answer) in {"upload_complete", "ready"} else _later(job, state)


def sent(job: Job, state: State, file: File) -> Pending | None:
    """A film sent in the parts that Facebook asks for, each on record; None when there are no more."""
    edge = f"/{job.me.remote}/videos"
    if not state.get("video"):
        start = job.ask("POST", edge, json={"upload_phase": "start", "file_size": file.media.size})
        names = {"session": start.pick("upload_session_id"), "video": start.pick("video_id")}
        mark(job, state, **names, **_offsets(start))
    while state["start"] < state["end"]:
        if job.seconds_left() < SECONDS_NEEDED:
            return Pending(state=state, after=1)
        chunk = file.read(state["start"], min(state["end"], state["start"] + CHUNK))
        part = {
            "upload_phase": "transfer",
            "upload_session_id": state["session"],
            "start_offset": state["start"],
        }
        mark(
            job,
            state,
            **_offsets(job.ask("POST", edge, data=part, files={"video_file_chunk": ("part", chunk)})),
        )
    return Pending(state=state, after=1) if job.seconds_left() < SECONDS_NEEDED else None


def finish(job: Job, edge: str, known: State, extra: State) -> Answer:
    """The request that makes a film public."""
    answer = job.commit("POST", f"/{job.me.remote}/{edge}", json={"upload_phase": "finish", **known, **extra})
    if answer.find("success") is not True:
        raise answer.unreadable("no “success”")
    return answer


def settled(job: Job, state: State) -> Published | Pending:
    """The film is taken; Facebook has a quarter of an hour to say that it cannot be shown after all."""
    assert isinstance(job.provider, Graph)
    video = state["video"]
    answer = job.provider.told(job, video, "status,permalink_url")
    if (answer is None or _status(answer) != "ready") and state["looks"] < MOST_LOOKS:
        return _later(job, state)
    return Published(id=state["finished"], url=permalink(answer, f"reel/{video}"), data={"video": video})


def permalink(answer: Answer | None, otherwise: str) -> str:
    """The public address, which Facebook gives as a path for films."""
    told = answer.find("permalink_url") if answer else None
    return urljoin("https://www.facebook.com/", told if isinstance(told, str) else otherwise)


def _later(job: Job, state: State) -> Pending:
    mark(job, state, looks=state["looks"] + 1)
    return Pending(state=state, after=LOOKS[min(state["looks"], len(LOOKS)) - 1])


def _status(answer: Answer) -> str:
    """How far the film is; an error of the film is final."""
    status = answer.find("status", "video_status", default="")
    if status in {"error", "expired"}:
        raise Rejected(f"{answer.title} could not process the film.", words=answer.words)
    return str(status)


def _place(start: Answer) -> str:
    """Where the film goes with the Page's token: only ever to Facebook."""
    url = start.pick("upload_url")
    parts = urlsplit(url)
    if parts.scheme != "https" or not f".{parts.hostname}".endswith(".facebook.com"):
        raise start.unreadable("an upload address that is not Facebook's")
    return url


def _offsets(answer: Answer) -> dict[str, int]:
    found = answer.pick("start_offset"), answer.pick("end_offset")
    if not all(each.isdecimal() for each in found):
        raise answer.unreadable("offsets that are no numbers")
    return {"start": int(found[0]), "end": int(found[1])}
