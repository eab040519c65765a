"""What becomes of a post at TikTok: how far it is, and whether it is in the account's list."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from ... import text
from ..base import Answer, Job, Pending, Published, Rejected, Unsure, for_a_person, minutes
from .uploads import JSON, ask_status

_WAITS: Final = (5, 15, 30, 30, *(60,) * 30)  # seconds between looks; then hourly
_HOURS: Final = (
    20  # of hourly looks; less than the provider's patience, after which the post would count as failed
)
_ID_LOOKS: Final = (
    3  # how often a public post that is out is asked for its id: moderation takes about a minute
)


def follow(job: Job, state: dict[str, Any]) -> Published | Pending:
    """Asks how far TikTok is: seconds for most videos, hours where moderation takes its time."""
    answer, looks = ask_status(job, state), state.get("looks", 0)
    match answer.pick("data", "status"):
        case "SEND_TO_USER_INBOX":
            return _published(job, state, "", "https://www.tiktok.com/messages?lang=en")
        case "PUBLISH_COMPLETE":
            number, tries = post_id(answer), state.get("tries", 0)
            if number or tries >= _ID_LOOKS or job.options.privacy_level != "PUBLIC_TO_EVERYONE":
                return _published(job, state, number, _page(job, number))
            return Pending(state=state | {"tries": tries + 1}, after=20)
        case "FAILED":
            return _once_more(job, state, answer)
    after = _WAITS[looks] if looks < len(_WAITS) else 3600
    if looks >= len(_WAITS) + _HOURS:
        raise for_a_person(
            Unsure(
                f"TikTok is still working on this after {_HOURS} hours. Look there, then say what you saw."
            )
        )
    return Pending(state=state | {"looks": looks + 1}, after=after)


def _once_more(job: Job, state: dict[str, Any], answer: Answer) -> Pending:
    """TikTok itself failed, or could not fetch a file: one new beginning is allowed."""
    if state.get("again"):
        raise Rejected("TikTok tried twice and could not make the post of the files.", words=answer.words)
    job.save({"again": True})
    return Pending(state={"again": True}, after=60)


def listed(job: Job) -> Published | Pending:
    """The list holds public posts only, so that a post which is missing there may be out all the same."""
    state, doubt, wanted = job.state or {}, job.doubt or job.now, text.comparable(job.entry.text)
    begun = datetime.fromisoformat(state["begun"]) if "begun" in state else doubt
    fields = {"fields": "id,create_time,title,video_description,share_url"}
    found = job.ask("POST", "/v2/video/list/", params=fields, json={"max_count": 20}, headers=JSON)
    for each in found.records("data", "videos"):
        said = {text.comparable(str(each.get(name) or "")) for name in ("title", "video_description")}
        if wanted and wanted in said and _made(each) >= begun - timedelta(minutes=1):
            return Published(id=str(each.get("id")), url=str(each.get("share_url") or ""))
    public = job.options.direct and job.options.privacy_level == "PUBLIC_TO_EVERYONE"
    if public and job.now - doubt < minutes(10):
        return Pending(state=state, after=120)
    raise Unsure("TikTok cannot tell whether the post is out. Look there, then say what you saw.")


def _published(job: Job, state: dict[str, Any], number: str, url: str) -> Published:
    return Published(id=number or state["id"], url=url, data={"publish_id": state["id"]})


def _page(job: Job, number: str) -> str:
    kind = "video" if job.files[0].media.kind == "video" else "photo"
    home = f"https://www.tiktok.com/@{job.me.data.get('username', '')}"
    return f"{home}/{kind}/{number}" if number else home


def post_id(answer: Answer) -> str:
    """The public id, once there is one; TikTok spells the field so, and the numbers need 64 bits."""
    number = answer.find("data", "publicaly_available_post_id", 0)
    return str(number) if isinstance(number, int | str) else ""


def _made(video: dict[str, Any]) -> datetime:
    created = video.get("create_time")
    return datetime.fromtimestamp(created if isinstance(created, int) else 0, UTC)
