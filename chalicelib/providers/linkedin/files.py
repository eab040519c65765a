"""Files on their way into LinkedIn: pictures and documents in one piece, a video part by part."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from urllib.parse import quote

from ..base import Answer, Expired, File, Job, Rejected, Retry

PICTURES = ("image/jpeg", "image/png", "image/gif")
#: Width times height; LinkedIn advises 6000 x 6000 for what is larger.
PIXELS = 36_000_000
#: One page of a carousel, so that twenty stay under LinkedIn's 100 MB for a document.
PAGE_BYTES = 4_500_000
#: The address of an upload has ended; the upload begins anew.
LATE = "An upload to LinkedIn took too long and begins anew."
#: Seconds that an invocation must have left for one more file or part.
ENOUGH = 20
_STEP = 4_194_304

State = dict[str, Any]
Piece = Callable[[Job, str, State], str | None]


def bring_in(job: Job, owner: str, state: State) -> bool:
    """Uploads what `state` does not name yet, for `owner` (a URN); False when the time of this run is over."""
    for piece in _pieces(job)[len(state["media"]) :]:
        if job.seconds_left() < ENOUGH or (urn := piece(job, owner, state)) is None:
            return False
        state["media"].append(urn)
        state["upload"] = None
        job.save(state)
    return True


def available(job: Job, urn: str) -> bool:
    """Whether LinkedIn is done with an uploaded file."""
    answer = _look(job, urn)
    if answer.find("status") == "PROCESSING_FAILED":
        why = answer.find("processingFailureReason", default="")
        raise Rejected("LinkedIn could not read a file.", words=f"{why} {answer.words}".strip())
    return bool(answer.find("status") == "AVAILABLE")


def _urn(begun: Answer, what: str) -> str:
    """The name of a file that is about to be uploaded."""
    found = begun.pick("value", what)
    if not found.startswith(f"urn:li:{what}:"):
        raise begun.unreadable(f"“value.{what}” is no URN")
    return found


def kind(urn: str) -> str:
    """`image`, `video` or `document`, from `urn:li:image:…`."""
    return urn.split(":")[2]


def _look(job: Job, urn: str) -> Answer:
    return job.ask("GET", f"/rest/{kind(urn)}s/{quote(urn, safe='')}")


def _pieces(job: Job) -> list[Piece]:
    if job.options.post_as_images_carousel:
        return [_carousel]
    if job.options.link and job.options.link.image and not job.files:
        return [_card]
    by_kind = {"image": _picture, "gif": _picture, "document": _document, "video": _video}
    return [partial(by_kind[file.media.kind], file) for file in job.files]


def _begin(job: Job, where: str, owner: str, **more: Any) -> Answer:
    asked = {"initializeUploadRequest": {"owner": owner, **more}}
    return job.ask("POST", f"/rest/{where}?action=initializeUpload", json=asked)


# -- in one piece ------------------------------------------------------------------------------------------


def _picture(file: File, job: Job, owner: str, state: State) -> str:
    if file.media.kind == "gif":  # an animation stays what it is
        return _put(job, "image", owner, file.read(), file.media.mime)
    fitted = file.fit(PICTURES, max_pixels=PIXELS)
    return _put(job, "image", owner, fitted.data, fitted.mime)


def _card(job: Job, owner: str, state: State) -> str:
    """The picture of a link card, from its address; a card whose picture cannot be had goes without."""
    from ... import cards
    from ...pictures import Unreadable, fit

    found = cards.picture(job.wire, job.provider.key, job.options.link.image)
    try:
        fitted = fit(found or b"", PICTURES, max_pixels=PIXELS)
    except Unreadable:
        return ""
    return _put(job, "image", owner, fitted.data, fitted.mime)


def _put(job: Job, what: str, owner: str, data: bytes, mime: str) -> str:
    begun = _begin(job, f"{what}s", owner)
    job.ask("PUT", begun.pick("value", "uploadUrl"), content=data, headers={"Content-Type": mime})
    return _urn(begun, what)


def _document(file: File, job: Job, owner: str, state: State) -> str:
    begun = _begin(job, "documents", owner)
    headers = {"Content-Type": file.media.mime, "Content-Length": str(file.media.size)}
    job.ask("PUT", begun.pick("value", "uploadUrl"), content=_ranges(file), headers=headers)
    return _urn(begun, "document")


def _ranges(file: File) -> Iterator[bytes]:
    for start in range(0, file.media.size, _STEP):
        yield file.read(start, min(start + _STEP, file.media.size))


def _carousel(job: Job, owner: str, state: State) -> str:
    from ...pictures import pages

    fitted = [file.fit(PICTURES[:2], max_bytes=PAGE_BYTES, max_pixels=PIXELS).data for file in job.files]
    return _put(job, "document", owner, pages(fitted, job.options.carousel_name), "application/pdf")


# -- part by part ------------------------------------------------------------------------------------------


def _video(file: File, job: Job, owner: str, state: State) -> str | None:
    if state["upload"] is None:
        state["upload"] = _begin_video(file, job, owner)
        job.save(state)
    upload = state["upload"]
    for part in upload["parts"][len(upload["etags"]) :]:
        if job.seconds_left() < ENOUGH:
            return None
        upload["etags"].append(_send(file, job, part))
        job.save(state)
    _finish(job, state)
    return str(upload["urn"])


def _begin_video(file: File, job: Job, owner: str) -> State:
    begun = _begin(
        job, "videos", owner, fileSizeBytes=file.media.size, uploadCaptions=False, uploadThumbnail=False
    )
    return {
        "urn": _urn(begun, "video"),
        "token": begun.find("value", "uploadToken", default=""),
        "parts": _parts(begun),
        "etags": [],
        "closing": False,
    }


def _parts(begun: Answer) -> list[list[Any]]:
    """Address, first byte and last byte of each part, in the order in which they are sent."""
    told = begun.records("value", "uploadInstructions")
    try:
        parts = [[str(each["uploadUrl"]), int(each["firstByte"]), int(each["lastByte"])] for each in told]
    except (KeyError, TypeError, ValueError) as strange:
        raise begun.unreadable("strange upload instructions") from strange
    if not parts:
        raise begun.unreadable("no upload instructions")
    return parts


def _send(file: File, job: Job, part: list[Any]) -> str:
    url, first, last = part
    headers = {"Content-Type": "application/octet-stream"}
    try:
        answer = job.ask("PUT", url, content=file.read(first, last + 1), headers=headers, signed=False)
    except Expired as late:  # the address is signed, not the request: it is the address that has ended
        raise Retry(LATE, words=late.words, after=1) from late
    if not answer.header("etag"):
        raise answer.unreadable("no etag of a part")
    return answer.header("etag")


def _finish(job: Job, state: State) -> None:
    """Puts the parts together, once: a run that died in here may have done it already."""
    upload = state["upload"]
    if upload["closing"] and _look(job, upload["urn"]).find("status") != "WAITING_UPLOAD":
        return
    upload["closing"] = True
    job.save(state)
    asked = {"video": upload["urn"], "uploadToken": upload["token"], "uploadedPartIds": upload["etags"]}
    job.ask("POST", "/rest/videos?action=finalizeUpload", json={"finalizeUploadRequest": asked})
