"""TikTok: a video or photos, published or as a draft. https://developers.tiktok.com/doc/content-posting-api-get-started"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from ..base import (
    TRANSIENT,
    Account,
    Answer,
    Blocked,
    Complaint,
    Entry,
    File,
    Job,
    OAuth2,
    Pace,
    Part,
    Pending,
    Problem,
    Profile,
    Provider,
    Published,
    Receipt,
    Reconnect,
    Rejected,
    Retry,
    Rules,
    Session,
    Unsure,
    check,
    days,
    for_a_person,
    hours,
    minutes,
    tool,
)
from . import options as tiktok_options
from . import posts as tiktok_posts
from . import uploads as tiktok_uploads
from .faults import FAULTS, PASSING
from .uploads import JSON

_INIT = "/v2/post/publish/{}/init/"
_CREATOR = "/v2/post/publish/creator_info/query/"
_PICTURES = ("image/jpeg", "image/webp")
_LONG, _SHORT = 1920, 1080  # pixels of a photo: “1080p”
_PICTURE_BYTES = 20_000_000
_NUMBERS = ("view_count", "like_count", "comment_count", "share_count")
_FILM = Part(
    length=2200, count="utf16", images=35, videos=1, needs="media", image_types=_PICTURES, image_bytes=_PICTURE_BYTES,
    video_types=("video/mp4", "video/quicktime", "video/webm"), video_bytes=4 * 2**30,
    video_seconds=(3, 600),  # (unconfirmed) three seconds; each account has its own longest
)  # fmt: skip
_PHOTOS = _FILM.model_copy(update={"length": 4000})


class TikTok(Provider):
    """One TikTok account: a video by upload, or photos that TikTok fetches from a verified address."""

    key = "tiktok"
    title = "TikTok"
    docs = "https://developers.tiktok.com/doc/content-posting-api-get-started"
    api = "https://open.tiktokapis.com"
    auth = OAuth2(
        authorize="https://www.tiktok.com/v2/auth/authorize/",
        token="/v2/oauth/token/",
        revoke="/v2/oauth/revoke/",
        scopes=(
            "user.info.basic",
            "user.info.profile",
            "user.info.stats",
            "video.list",
            "video.publish",
            "video.upload",
        ),
        separator=",",
        client_id="TIKTOK_CLIENT_ID",
        client_secret="TIKTOK_CLIENT_SECRET",
        names={"client_id": "client_key"},
        ahead=3600,
        lifetime=86_400,
    )
    secrets = ("TIKTOK_CLIENT_ID", "TIKTOK_CLIENT_SECRET")
    optional = ("TIKTOK_MEDIA_DOMAIN",)
    rules = Rules(first=_FILM)
    Options = tiktok_options.TikTokOptions
    concurrency = 20
    paces = (Pace(6, per=minutes(1)), Pace(15, per=days(1)))
    repeatable = "look"
    patience = hours(24)
    faults = FAULTS

    # -- signing in --------------------------------------------------------------------------------------

    def me(self, session: Session) -> Profile:
        wanted = {"fields": "open_id,union_id,avatar_url,display_name,username"}
        who = session.ask("GET", "/v2/user/info/", params=wanted)
        name = who.find("data", "user", "username", default="")
        return Profile(
            id=who.pick("data", "user", "open_id"),
            name=who.find("data", "user", "display_name", default=""),
            handle=f"@{name}" if name else "",
            picture=who.find("data", "user", "avatar_url", default=""),
            data={"username": name},
        )

    def judge_grant(self, answer: Answer) -> Problem | None:
        """Refusals may come with status 200."""
        error = answer.find("error")
        if answer.status < 400 and isinstance(error, str) and error:
            if error in TRANSIENT:
                return Retry("TikTok is busy; the sign-in is tried again.", words=answer.words)
            if error in ("invalid_client", "unauthorized_client"):
                return Blocked("TikTok does not accept the operator's app credentials.", words=answer.words)
            return Reconnect("TikTok refused the access. Connect again.", words=answer.words)
        return super().judge_grant(answer)

    # -- how answers are read ----------------------------------------------------------------------------

    def signs(self, answer: Answer) -> frozenset[str]:
        code, reason = answer.find("error", "code"), answer.find("data", "fail_reason")
        return frozenset({f"code={code}", f"fail={reason}"})

    def refused(self, answer: Answer) -> bool:
        code = answer.find("error", "code")
        failed = answer.find("data", "status") == "FAILED" and not _passing(answer)
        return failed or (isinstance(code, str) and code != "ok")

    def judge(self, answer: Answer, now: datetime) -> Problem | None:
        if answer.method == "PUT" and answer.status in (403, 404, 416):
            return None  # a chunk's answers speak by their status
        problem = super().judge(answer, now)
        if answer.committed and isinstance(problem, Retry) and "code=internal_error" in self.signs(answer):
            return Unsure("TikTok failed while taking the post; it may be out.", words=answer.words)
        return problem

    # -- what may be posted ------------------------------------------------------------------------------

    def check(self, entries: Sequence[Entry], account: Account, options: Any) -> list[Complaint]:
        if not entries:
            return check(entries, self.rules, self.title)
        films = any(media.kind == "video" for media in entries[0].media)
        said = check(entries, self.rules if films else Rules(first=_PHOTOS), self.title)
        return said + [Complaint(entry=0, sentence=each) for each in tiktok_options.unfit(entries)]

    # -- publishing --------------------------------------------------------------------------------------

    def publish(self, job: Job) -> Published | Pending:
        try:
            return self._publish(job, dict(job.state or {}))
        except (Rejected, Reconnect) as problem:
            if '"FAILED"' not in problem.words:
                raise
            if isinstance(problem, Rejected):
                raise problem if job.doubt is None else for_a_person(problem) from problem
            job.save(
                {"again": False}
            )  # of that post nothing comes any more: after reconnecting it begins anew
            raise

    def _publish(self, job: Job, state: dict[str, Any]) -> Published | Pending:
        if job.files[0].media.kind != "video":
            if "id" not in state:
                self._begin_photos(job, state)
            return tiktok_posts.follow(job, state)
        film = job.files[0]
        if "id" not in state:
            self._begin_video(job, film, state)
        elif state["sent"] < film.media.size:
            tiktok_uploads.resume(job, film, state)
        return tiktok_uploads.bring(job, film, state) or tiktok_posts.follow(job, state)

    def _begin_video(self, job: Job, film: File, state: dict[str, Any]) -> None:
        """Until all bytes are there nothing is made of it, so this is not the commit."""
        body: dict[str, Any] = {"source_info": tiktok_uploads.source(film.media.size)}
        if job.options.direct:
            self._must_be_allowed(job)
            body["post_info"] = tiktok_options.video_info(job.options, job.entry.text)
        where = _INIT.format("video" if job.options.direct else "inbox/video")
        begun = job.ask("POST", where, json=body, headers=JSON)
        state |= {"id": begun.pick("data", "publish_id"), "url": begun.pick("data", "upload_url"), "sent": 0}
        state["begun"] = job.now.isoformat()
        job.save(state)

    def _begin_photos(self, job: Job, state: dict[str, Any]) -> None:
        """TikTok fetches the photos by itself from here on: this is the commit."""
        if job.options.direct:
            self._must_be_allowed(job)
        addresses = [_address(job, file) for file in job.files]
        body = {
            "media_type": "PHOTO",
            "post_mode": "DIRECT_POST" if job.options.direct else "MEDIA_UPLOAD",
            "post_info": tiktok_options.photo_info(job.options, job.entry.text),
            "source_info": {"source": "PULL_FROM_URL", "photo_cover_index": 0, "photo_images": addresses},
        }
        state["begun"] = job.now.isoformat()
        job.save(state)
        begun = job.commit("POST", _INIT.format("content"), json=body, headers=JSON)
        state["id"] = begun.pick("data", "publish_id")
        job.save(state)

    def _must_be_allowed(self, job: Job) -> None:
        tiktok_options.must_be_allowed(job, job.ask("POST", _CREATOR, headers=JSON))

    def look(self, job: Job) -> Published | Pending | None:
        """A post that TikTok still tells about is followed by `publish`; the others may be in the list."""
        state = job.state
        if state is not None and "id" in state:
            try:
                tiktok_uploads.ask_status(job, state)
            except Unsure:
                return tiktok_posts.listed(job)
            except (Rejected, Reconnect):
                pass  # `publish` meets it again, and says so
            return None
        if state is not None and "begun" not in state:
            return None
        return tiktok_posts.listed(job)

    # -- afterwards --------------------------------------------------------------------------------------

    def metrics(self, session: Session, receipt: Receipt) -> dict[str, int]:
        number = receipt.id if receipt.id.isdigit() else self._later_id(session, receipt)
        body = {"filters": {"video_ids": [number]}}
        fields = {"fields": ",".join(("id", *_NUMBERS))}
        found = session.ask("POST", "/v2/video/query/", params=fields, json=body, headers=JSON)
        return {name: int(found.find("data", "videos", 0, name, default=0)) for name in _NUMBERS}

    def _later_id(self, session: Session, receipt: Receipt) -> str:
        body = {"publish_id": receipt.id}
        if number := tiktok_posts.post_id(
            session.ask("POST", tiktok_uploads.STATUS, json=body, headers=JSON)
        ):
            return number
        raise Rejected("TikTok tells numbers of public posts only.")

    @tool("Who the account is, and what it may post at this moment")
    def creator(self, session: Session) -> list[dict[str, Any]]:
        answer = session.ask("POST", _CREATOR, headers=JSON)
        names = ("creator_nickname", "creator_username", "creator_avatar_url", "privacy_level_options",
                 "comment_disabled", "duet_disabled", "stitch_disabled", "max_video_post_duration_sec")  # fmt: skip
        return [{name: answer.find("data", name) for name in names}]


def _address(job: Job, file: File) -> str:
    """Where TikTok may fetch a photo: under the domain that the operator has verified there."""
    url = file.fit_url(
        _PICTURES, max_bytes=_PICTURE_BYTES, max_side=_long_side(file), max_pixels=_LONG * _SHORT
    )
    parts, domain = urlsplit(url), job.app.get("TIKTOK_MEDIA_DOMAIN", "")
    return urlunsplit(parts._replace(netloc=domain)) if domain else url


def _long_side(file: File) -> int:
    """The longer side of a picture that is to be at most 1080 pixels on its shorter one."""
    sides = sorted((file.media.width or 0, file.media.height or 0))
    return min(_LONG, _SHORT * sides[1] // sides[0]) if sides[0] else _LONG


def _passing(answer: Answer) -> bool:
    return answer.find("data", "fail_reason") in PASSING
