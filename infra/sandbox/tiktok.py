"""A stand-in of TikTok's sign-in and Content Posting API: chunked uploads, pulled photos, posts that take a while."""

import hashlib
import html
import io
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from werkzeug.wrappers import Request

from chalicelib import text

from .base import Person, Refusal, answer, route
from .consent import Grant, OAuth2StandIn, page

PUBLIC = ["PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"]
PRIVATE = ["FOLLOWER_OF_CREATOR", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"]
TYPES = ("video/mp4", "video/quicktime", "video/webm")
FLAGS = {"disable_comment", "brand_content_toggle", "brand_organic_toggle"}
VIDEO_INFO = FLAGS | {
    "title",
    "privacy_level",
    "disable_duet",
    "disable_stitch",
    "video_cover_timestamp_ms",
    "is_aigc",
}
PHOTO_INFO = FLAGS | {"title", "description", "privacy_level", "auto_add_music"}
BOOLEANS = FLAGS | {"disable_duet", "disable_stitch", "is_aigc", "auto_add_music"}
LEAST, MOST, LAST = 5_000_000, 64_000_000, 128_000_000


@dataclass
class Work:
    """One publish_id: bytes are counted and hashed, never kept."""

    id: str
    owner: Person
    kind: str
    direct: bool
    info: dict[str, Any]
    source: dict[str, Any]
    until: datetime
    token: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    sent: int = 0
    digest: Any = field(default_factory=hashlib.sha256)
    looks: int = 0
    fail: str = ""
    post: str = ""
    media: list[dict[str, Any]] = field(default_factory=list)


class TikTokStandIn(OAuth2StandIn):
    key = "tiktok"
    hosts = ("www.tiktok.com", "open.tiktokapis.com", "open-upload.tiktokapis.com")
    people = (
        Person("open-id-ada", "Ada Lantern", "adalantern"),
        Person("open-id-ben", "Ben Wick (private)", "benwick"),
    )
    client_id = "sandbox-tiktok-client-id"
    client_secret = "sandbox-tiktok-client-secret"
    client_name = "client_key"
    separator = ","
    known_scopes = (
        "user.info.basic",
        "user.info.profile",
        "user.info.stats",
        "video.list",
        "video.publish",
        "video.upload",
    )
    token_life = 86_400

    def reset(self) -> None:
        super().reset()
        with self.lock:
            self.works: dict[str, Work] = {}
            #: Looks that a post is processed for, and then moderated for; how processing ends where it fails.
            self.processing = 1
            self.moderation = 1
            self.fails: list[str] = []
            #: What the app and the accounts may do.
            self.audited = True
            self.shares = 1000
            self.off: set[str] = set()
            self.longest = 600
            self.verified = {"127.0.0.1", "localhost"}

    # -- signing in --------------------------------------------------------------------------------------

    @route("GET", "/v2/auth/authorize/", "www.tiktok.com")
    def consent(self, request: Request) -> Any:
        if "client_id" in request.args:
            return page("Wrong request", "<p>TikTok knows a client_key, and no client_id.</p>", 400)
        return self.authorize(request)

    @route("POST", "/v2/auth/authorize/", "www.tiktok.com")
    def decided(self, request: Request) -> Any:
        return self.decide(request)

    @route("POST", "/v2/oauth/token/", "open.tiktokapis.com")
    def exchange(self, request: Request) -> Any:
        if request.mimetype != "application/x-www-form-urlencoded" or "client_id" in request.form:
            raise self.token_refusal("invalid_request")
        return self.token(request)

    def grant(self, grant: Grant) -> Any:
        more = {"open_id": grant.person, "refresh_expires_in": 31_536_000, "token_type": "Bearer"}
        return {**super().grant(grant), **more}

    def token_refusal(self, error: str, status: int = 400) -> Refusal:
        """TikTok refuses with status 200."""
        return Refusal(200, {"error": error, "error_description": error, "log_id": f"log-{self.number()}"})

    @route("POST", "/v2/oauth/revoke/", "open.tiktokapis.com")
    def revoke(self, request: Request) -> Any:
        form = request.form
        if not self.client_fits(form.get("client_key", ""), form.get("client_secret", "")):
            raise self.token_refusal("invalid_client")
        self.revoke_token(form.get("token", ""))
        return answer(None)

    def unauthorized(self) -> Refusal:
        return refusal(401, "access_token_invalid")

    def forbidden(self, scope: str) -> Refusal:
        return refusal(401, "scope_not_authorized")

    @route("GET", "/v2/user/info/")
    def who(self, request: Request) -> Any:
        person = self.caller(request, "user.info.basic")
        known = {
            "open_id": person.id,
            "union_id": f"union-{person.id}",
            "avatar_url": self.face(person),
            "display_name": person.name,
            "username": person.handle,
        }
        wanted = request.args.get("fields", "").split(",")
        if "username" in wanted:
            self.caller(request, "user.info.profile")
        return fine({"user": {name: known[name] for name in wanted if name in known}})

    # -- posting -----------------------------------------------------------------------------------------

    def levels(self, person: Person) -> list[str]:
        return PUBLIC if person is self.people[0] else PRIVATE

    @route("POST", "/v2/post/publish/creator_info/query/")
    def creator(self, request: Request) -> Any:
        person = self.caller(request, "video.publish")
        off = {f"{name}_disabled": name in self.off for name in ("comment", "duet", "stitch")}
        return fine(
            {
                "creator_avatar_url": self.face(person),
                "creator_username": person.handle,
                "creator_nickname": person.name,
                "privacy_level_options": self.levels(person),
                "max_video_post_duration_sec": self.longest,
                **off,
            }
        )

    @route("POST", "/v2/post/publish/video/init/")
    def begin_video(self, request: Request) -> Any:
        person, wanted = self.caller(request, "video.publish"), body(request, {"post_info", "source_info"})
        info = wanted.get("post_info", {})
        refuse_info(info, VIDEO_INFO, 2200)
        self._refuse_privacy(person, info)
        return self._upload(person, True, info, wanted.get("source_info", {}))

    @route("POST", "/v2/post/publish/inbox/video/init/")
    def begin_draft(self, request: Request) -> Any:
        person, wanted = self.caller(request, "video.upload"), body(request, {"source_info"})
        self._refuse_shares()
        return self._upload(person, False, {}, wanted.get("source_info", {}))

    def _upload(self, person: Person, direct: bool, info: dict[str, Any], source: dict[str, Any]) -> Any:
        refuse_plan(source)
        work = self._work(person, "video", direct, info, source)
        where = "https://open-upload.tiktokapis.com/video/"
        url = f"{where}?upload_id={work.id}&upload_token={work.token}"
        return fine({"publish_id": work.id, "upload_url": url})

    def _work(self, person: Person, kind: str, direct: bool, info: Any, source: Any) -> Work:
        number = f"v_pub_{'file' if kind == 'video' else 'url'}~v2.{self.number()}"
        until = self.now() + timedelta(hours=1)
        work = Work(number, person, kind, direct, info, source, until, looks=self.processing)
        self.works[number] = work
        return work

    def _refuse_privacy(self, person: Person, info: dict[str, Any]) -> None:
        if not self.audited and info.get("privacy_level") != "SELF_ONLY":
            raise refusal(403, "unaudited_client_can_only_post_to_private_accounts")
        if info.get("privacy_level") not in self.levels(person):
            raise refusal(403, "privacy_level_option_mismatch")
        if info.get("brand_content_toggle") and info["privacy_level"] == "SELF_ONLY":
            raise refusal(400, "invalid_params")

    def _refuse_shares(self) -> None:
        if sum(not work.direct for work in self.works.values()) >= self.shares:
            raise refusal(403, "spam_risk_too_many_pending_share")

    @route("PUT", "/video/", "open-upload.tiktokapis.com")
    def chunk(self, request: Request) -> Any:
        work = self.works.get(request.args.get("upload_id", ""))
        if work is None or work.token != request.args.get("upload_token"):
            return answer("", 404)
        if work.until < self.now():
            return answer("", 403)
        asked = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", request.headers.get("Content-Range", ""))
        if asked is None or request.mimetype not in TYPES or "Authorization" in request.headers:
            return answer("", 400)
        first, last, total = (int(number) for number in asked.groups())
        if first != work.sent:
            return answer("", 416)
        if total != work.source["video_size"] or not right_chunk(work, first, last, request.content_length):
            return answer("", 400)
        take(work, request)
        if work.sent < total:
            return answer("", 206)
        self._finish(work, [{"mime": request.mimetype, "size": total, "sha256": work.digest.hexdigest()}])
        return answer("", 201)

    @route("POST", "/v2/post/publish/content/init/")
    def begin_photos(self, request: Request) -> Any:
        wanted = body(request, {"media_type", "post_mode", "post_info", "source_info"})
        direct = wanted.get("post_mode") == "DIRECT_POST"
        person = self.caller(request, "video.publish" if direct else "video.upload")
        info, source = wanted.get("post_info", {}), wanted.get("source_info", {})
        self._refuse_photos(wanted, info, source)
        if direct:
            self._refuse_privacy(person, info)
        elif "privacy_level" in info:
            raise refusal(400, "invalid_params")
        else:
            self._refuse_shares()
        work = self._work(person, "photo", direct, info, source)
        pulled = [pull(url) for url in source["photo_images"]]
        work.fail = next((found for found in pulled if isinstance(found, str)), "")
        if not work.fail:
            self._finish(work, [found for found in pulled if isinstance(found, dict)])
        return fine({"publish_id": work.id})

    def _refuse_photos(self, wanted: dict[str, Any], info: dict[str, Any], source: dict[str, Any]) -> None:
        if wanted.get("media_type") != "PHOTO" or wanted.get("post_mode") not in (
            "DIRECT_POST",
            "MEDIA_UPLOAD",
        ):
            raise refusal(400, "invalid_params")
        refuse_info(info, PHOTO_INFO, 90)
        addresses = source.get("photo_images", [])
        cover = source.get("photo_cover_index")
        if (
            source.get("source") != "PULL_FROM_URL"
            or not 1 <= len(addresses) <= 35
            or cover not in range(len(addresses))
        ):
            raise refusal(400, "invalid_params")
        if any(urlsplit(address).hostname not in self.verified for address in addresses):
            raise refusal(403, "url_ownership_unverified")

    def _finish(self, work: Work, media: list[dict[str, Any]]) -> None:
        """All of it is there: what TikTok does with it is decided, and is told after some looks."""
        with self.lock:
            work.media = media
            work.fail = self.fails.pop(0) if self.fails else ""
            if work.fail:
                return
            work.post = str(7_400_000_000_000_000_000 + self.number())
            words = work.info.get("description" if work.kind == "photo" else "title", "")
            where = f"/www.tiktok.com/@{work.owner.handle}/{work.kind}/{work.post}"
            more = {"direct": work.direct, "info": work.info, "publish_id": work.id}
            self.show(work.post, work.owner.handle, words, f"{self.public}{where}", media=media, **more)

    @route("POST", "/v2/post/publish/status/fetch/")
    def status(self, request: Request) -> Any:
        person, wanted = self.caller(request), body(request, {"publish_id"})
        work = self.works.get(wanted.get("publish_id", ""))
        if work is None:
            raise refusal(400, "invalid_publish_id")
        if work.owner != person:
            raise refusal(400, "token_not_authorized_for_specified_publish_id")
        return fine(self._told(work))

    def _told(self, work: Work) -> dict[str, Any]:
        if not work.post and not work.fail:
            return {"status": "PROCESSING_UPLOAD", "uploaded_bytes": work.sent}
        work.looks -= 1
        if work.looks >= 0:
            return {
                "status": f"PROCESSING_{'UPLOAD' if work.kind == 'video' else 'DOWNLOAD'}",
                "uploaded_bytes": work.sent,
            }
        if work.fail:
            return {"status": "FAILED", "fail_reason": work.fail}
        if not work.direct:
            return {"status": "SEND_TO_USER_INBOX"}
        moderated = work.looks < -self.moderation and work.info["privacy_level"] == "PUBLIC_TO_EVERYONE"
        return {
            "status": "PUBLISH_COMPLETE",
            "publicaly_available_post_id": [int(work.post)] if moderated else [],
        }

    # -- what is public ----------------------------------------------------------------------------------

    @route("POST", "/v2/video/list/")
    def listed(self, request: Request) -> Any:
        person, wanted = self.caller(request, "video.list"), body(request, {"max_count", "cursor"})
        own = [shown for shown in self.shown if shown.account == person.handle and shown.more["direct"]]
        public = [shown for shown in own if shown.more["info"]["privacy_level"] == "PUBLIC_TO_EVERYONE"]
        videos = [
            {
                "id": shown.id,
                "create_time": int(shown.at.timestamp()),
                "title": shown.more["info"].get("title", ""),
                "video_description": shown.text,
                "share_url": f"https://www.tiktok.com/@{person.handle}/video/{shown.id}",
            }
            for shown in public[::-1]
        ]
        return fine({"videos": videos[: min(20, wanted.get("max_count", 10))], "has_more": False})

    @route("POST", "/v2/video/query/")
    def numbered(self, request: Request) -> Any:
        self.caller(request, "video.list")
        wanted = body(request, {"filters"})["filters"]["video_ids"]
        if len(wanted) > 20:
            raise refusal(400, "invalid_params")
        counts = {"like_count": 4, "comment_count": 1, "share_count": 2, "view_count": 99}
        return fine({"videos": [{"id": number, **counts} for number in wanted if self.find(number)]})

    @route("GET", "/@<handle>/<kind>/<post>", "www.tiktok.com")
    def public_page(self, request: Request, handle: str, kind: str, post: str) -> Any:
        shown = self.find(post)
        return page(f"@{handle}", f"<p>{html.escape(shown.text)}</p>" if shown else "<p>Nothing here</p>")


def fine(data: dict[str, Any]) -> dict[str, Any]:
    return {"data": data, "error": {"code": "ok", "message": "", "log_id": "log"}}


def refusal(status: int, code: str) -> Refusal:
    return Refusal(status, {"data": {}, "error": {"code": code, "message": code, "log_id": "log"}})


def body(request: Request, known: set[str]) -> dict[str, Any]:
    """The JSON of a request; other types and unknown names are refused."""
    wanted = request.get_json(silent=True)
    if "charset=utf-8" not in (request.content_type or "").lower() or not isinstance(wanted, dict):
        raise refusal(400, "invalid_params")
    if set(wanted) - known:
        raise refusal(400, "invalid_params")
    return wanted


def refuse_info(info: dict[str, Any], known: set[str], title: int) -> None:
    wrong = [name for name, value in info.items() if name in BOOLEANS and not isinstance(value, bool)]
    too_long = (
        text.count(info.get("title", ""), "utf16") > title
        or text.count(info.get("description", ""), "utf16") > 4000
    )
    if set(info) - known or wrong or too_long:
        raise refusal(400, "invalid_params")


def refuse_plan(source: dict[str, Any]) -> None:
    """TikTok's arithmetic of chunks."""
    size, chunk, number = (source.get(name) for name in ("video_size", "chunk_size", "total_chunk_count"))
    if source.get("source") != "FILE_UPLOAD" or not (size and chunk and number) or set(source) - {
        "source", "video_size", "chunk_size", "total_chunk_count"
    }:  # fmt: skip
        raise refusal(400, "invalid_params")
    single = number == 1 and chunk == size <= MOST
    several = 1 < number <= 1000 and number == size // chunk and LEAST <= chunk <= MOST
    if size > 4 * 2**30 or not (single or several):
        raise refusal(400, "invalid_params")


def right_chunk(work: Work, first: int, last: int, length: int | None) -> bool:
    chunk, total = work.source["chunk_size"], work.source["video_size"]
    is_last = first // chunk == work.source["total_chunk_count"] - 1
    return last + 1 == (total if is_last else first + chunk) and length == last - first + 1 <= LAST


def take(work: Work, request: Request) -> None:
    """Counts and hashes a chunk as it comes."""
    while block := request.stream.read(65_536):
        work.digest.update(block)
        work.sent += len(block)


def pull(url: str) -> dict[str, Any] | str:
    """A photo fetched from where it lies, without redirects; or why that failed."""
    import httpx2
    from PIL import Image

    try:
        found = httpx2.get(url, follow_redirects=False)
        found.raise_for_status()
        with Image.open(io.BytesIO(found.content)) as picture:
            kind, size = picture.format, picture.size
    except (httpx2.HTTPError, OSError):
        return "photo_pull_failed"
    if kind not in ("JPEG", "WEBP"):
        return "file_format_check_failed"
    if max(size) > 1920 or min(size) > 1080 or len(found.content) > 20_000_000:
        return "picture_size_check_failed"
    return {"mime": f"image/{kind.lower()}", "size": len(found.content), "width": size[0], "height": size[1]}
