"""A stand-in of Google's sign-in and the YouTube Data API v3: resumable uploads, comments, playlists."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from werkzeug.wrappers import Request

from .base import Person, Refusal, Shown, answer, route
from .consent import Grant, OAuth2StandIn, page

AUTH = "https://www.googleapis.com/auth/"
UPLOAD, READ, FORCE = f"{AUTH}youtube.upload", f"{AUTH}youtube.readonly", f"{AUTH}youtube.force-ssl"
CATEGORIES = {"1": "Film & Animation", "22": "People & Blogs", "28": "Science & Technology"}
MULTIPLE = 262_144
FIELDS = {
    "snippet": {"title", "description", "tags", "categoryId", "defaultLanguage"},
    "status": {"privacyStatus", "selfDeclaredMadeForKids", "containsSyntheticMedia", "license",
               "embeddable", "publishAt"},
}  # fmt: skip


@dataclass
class Upload:
    """A resumable upload: bytes are counted and hashed, never kept."""

    owner: Person
    about: dict[str, Any]
    total: int
    mime: str
    sent: int = 0
    digest: Any = field(default_factory=hashlib.sha256)
    video: str = ""


class YouTubeStandIn(OAuth2StandIn):
    key = "youtube"
    hosts = (
        "accounts.google.com",
        "oauth2.googleapis.com",
        "www.googleapis.com",
        "youtube.googleapis.com",
        "www.youtube.com",
    )
    people = (
        Person("UCada0000000000000000001", "Ada Lantern", "@adalantern"),
        Person("UCben0000000000000000002", "Ben Wick", "@benwick"),
        Person("", "Cy Dark (has no channel)", "cy"),
    )
    client_id = "sandbox-youtube-client-id"
    client_secret = "sandbox-youtube-client-secret"
    known_scopes = (UPLOAD, READ, FORCE, f"{AUTH}youtube", f"{AUTH}yt-analytics.readonly")
    rotates = False

    def reset(self) -> None:
        super().reset()
        with self.lock:
            self.offline: set[str] = set()
            self.uploads: dict[str, Upload] = {}
            self.videos: dict[str, dict[str, Any]] = {}
            self.playlists: dict[str, dict[str, Any]] = {}
            self.items: list[dict[str, Any]] = []
            self.comments: dict[str, dict[str, Any]] = {}
            #: How many looks a video is processed for, and how that ends.
            self.processing = 1
            self.fate: dict[str, str] = {"uploadStatus": "processed"}
            #: What the project and the channel may do.
            self.audited = True
            self.verified = True
            self.commentable = True

    # -- Google's sign-in --------------------------------------------------------------------------------

    @route("GET", "/o/oauth2/v2/auth", "accounts.google.com")
    def consent(self, request: Request) -> Any:
        back = request.args.get("redirect_uri", "")
        if not re.match(r"https://|http://(localhost|127\.0\.0\.1)[:/]", back):
            return page("Error 400: redirect_uri_mismatch", "<p>https, or localhost.</p>", 400)
        return self.authorize(request)

    @route("POST", "/o/oauth2/v2/auth", "accounts.google.com")
    def decided(self, request: Request) -> Any:
        if request.form.get("access_type") == "offline" and request.form.get("prompt") == "consent":
            self.offline.add(request.form["person"])
        return self.decide(request)

    @route("POST", "/token", "oauth2.googleapis.com")
    def exchange(self, request: Request) -> Any:
        body = self.token(request)
        if request.form.get("grant_type") == "refresh_token":
            self.refreshing.pop(body.pop("refresh_token"), None)
        return body

    def grant(self, grant: Grant) -> Any:
        body = super().grant(grant)
        if grant.person not in self.offline:
            self.refreshing.pop(body.pop("refresh_token"), None)
        return body

    @route("POST", "/revoke", "oauth2.googleapis.com")
    def revoke(self, request: Request) -> Any:
        """Ends all that the person granted to the project."""
        given = request.form.get("token", "")
        grant = self.tokens.get(given) or self.refreshing.get(given)
        if grant is None:
            raise Refusal(400, {"error": "invalid_token"})
        for held in (self.tokens, self.refreshing):
            for token in [token for token, each in held.items() if each.person == grant.person]:
                del held[token]
        return {}

    def unauthorized(self) -> Refusal:
        return refusal(401, "authError", "Invalid Credentials", "UNAUTHENTICATED")

    def forbidden(self, scope: str) -> Refusal:
        return refusal(403, "insufficientPermissions", "Insufficient Permission", "PERMISSION_DENIED")

    def channel(self, request: Request, scope: str) -> Person:
        person = self.caller(request, scope)
        if not person.id:
            raise refusal(401, "youtubeSignupRequired", "Unauthorized")
        return person

    # -- channels and categories -------------------------------------------------------------------------

    @route("GET", "/youtube/v3/channels")
    def channels(self, request: Request) -> Any:
        person = self.caller(request, READ)
        if not person.id:
            return {"kind": "youtube#channelListResponse", "items": []}
        snippet = {
            "title": person.name,
            "customUrl": person.handle,
            "thumbnails": {"default": {"url": self.face(person)}},
        }
        details = {"relatedPlaylists": {"uploads": uploads_of(person)}}
        return {"items": [{"id": person.id, "snippet": snippet, "contentDetails": details}]}

    @route("GET", "/youtube/v3/videoCategories")
    def categories(self, request: Request) -> Any:
        self.caller(request, READ)
        known = [
            {"id": number, "snippet": {"title": title, "assignable": True}}
            for number, title in CATEGORIES.items()
        ]
        return {"items": [*known, {"id": "18", "snippet": {"title": "Short Movies", "assignable": False}}]}

    # -- uploads -----------------------------------------------------------------------------------------

    @route("POST", "/upload/youtube/v3/videos", "www.googleapis.com")
    def open(self, request: Request) -> Any:
        person = self.channel(request, UPLOAD)
        wanted = request.args
        if wanted.get("uploadType") != "resumable" or set(wanted.get("part", "").split(",")) != set(FIELDS):
            raise refusal(400, "badRequest", "uploadType=resumable and part=snippet,status are needed")
        if not request.content_type.lower().startswith("application/json"):
            raise refusal(400, "badContent", "Unsupported content type")
        total, mime = (
            request.headers.get("X-Upload-Content-Length", ""),
            request.headers.get("X-Upload-Content-Type", ""),
        )
        if not total.isdigit() or not (mime.startswith("video/") or mime == "application/octet-stream"):
            raise refusal(400, "mediaBodyRequired", "The request does not include the video content.")
        about = request.get_json(silent=True) or {}
        refuse_details(about)
        name = f"session-{self.number()}"
        self.uploads[name] = Upload(
            person, {**about, "quiet": wanted.get("notifySubscribers") == "false"}, int(total), mime
        )
        where = "https://youtube.googleapis.com/upload/youtube/v3/videos"
        return answer("", 200, {"Location": f"{where}?uploadType=resumable&upload_id={name}"})

    @route("PUT", "/upload/youtube/v3/videos", "youtube.googleapis.com")
    def send(self, request: Request) -> Any:
        person = self.channel(request, UPLOAD)
        upload = self.uploads.get(request.args.get("upload_id", ""))
        if upload is None or upload.owner != person:
            return answer("Not Found", 404)
        asked = re.fullmatch(r"bytes (?:\*|(\d+)-(\d+))/(\d+)", request.headers.get("Content-Range", ""))
        if asked is None or int(asked[3]) != upload.total:
            return answer("Failed to parse Content-Range header.", 400)
        if asked[1] is not None and not upload.video:
            refuse_chunk(upload, int(asked[1]), int(asked[2]), request)
            take(upload, request, int(asked[2]) - int(asked[1]) + 1)
        return self._progress(upload)

    def _progress(self, upload: Upload) -> Any:
        if upload.sent < upload.total:
            headers = {"Range": f"bytes=0-{upload.sent - 1}"} if upload.sent else {}
            return answer("", 308, headers)
        with self.lock:
            if not upload.video:
                upload.video = self._make(upload)
        return self.videos[upload.video]

    def _make(self, upload: Upload) -> str:
        number, snippet = f"vid{self.number()}", upload.about["snippet"]
        status = dict(upload.about["status"])
        if not self.audited:
            status["privacyStatus"] = "private"
        film = {"mime": upload.mime, "size": upload.total, "sha256": upload.digest.hexdigest()}
        description = snippet.get("description", "")
        more = {"title": snippet["title"], "about": upload.about, "privacy": status["privacyStatus"]}
        url = f"{self.public}/www.youtube.com/watch?v={number}"
        self.show(number, upload.owner.handle, description, url, media=[film], **more)
        self.videos[number] = {
            "kind": "youtube#video",
            "id": number,
            "snippet": {**snippet, "channelId": upload.owner.id, "publishedAt": self.now().isoformat()},
            "status": {**status, "uploadStatus": "uploaded"},
            "looks": self.processing,
        }
        return number

    # -- videos ------------------------------------------------------------------------------------------

    @route("GET", "/youtube/v3/videos")
    def read(self, request: Request) -> Any:
        self.caller(request, READ)
        found = [self.videos[each] for each in request.args["id"].split(",") if each in self.videos]
        parts = request.args["part"].split(",")
        return {"items": [self._read(video, parts) for video in found]}

    def _read(self, video: dict[str, Any], parts: list[str]) -> dict[str, Any]:
        statistics = {"viewCount": "12", "likeCount": "3", "favoriteCount": "0", "commentCount": "1"}
        if "status" in parts:
            video["looks"] -= 1
            if video["looks"] < 0:
                video["status"].update(self.fate)
        known = {"snippet": video["snippet"], "status": video["status"], "statistics": statistics}
        return {"id": video["id"], **{part: known[part] for part in parts if part in known}}

    @route("DELETE", "/youtube/v3/videos")
    def delete(self, request: Request) -> Any:
        person = self.caller(request, FORCE)
        video = self._own(request.args.get("id", ""), person)
        with self.lock:
            del self.videos[video["id"]]
            self.shown = [shown for shown in self.shown if video["id"] not in (shown.id, shown.reply_to)]
        return answer(None, 204)

    def _video(self, number: str) -> dict[str, Any]:
        if number not in self.videos:
            raise refusal(404, "videoNotFound", "The video cannot be found.")
        return self.videos[number]

    def _own(self, number: str, person: Person) -> dict[str, Any]:
        video = self._video(number)
        if video["snippet"]["channelId"] != person.id:
            raise refusal(403, "forbidden", "Forbidden")
        return video

    @route("POST", "/upload/youtube/v3/thumbnails/set", "www.googleapis.com")
    def thumbnail(self, request: Request) -> Any:
        video = self._own(request.args.get("videoId", ""), self.channel(request, UPLOAD))
        if not self.verified:
            raise refusal(403, "forbidden", "The authenticated user may not set custom thumbnails.")
        data = request.get_data()
        if request.mimetype not in ("image/jpeg", "image/png") or not 0 < len(data) <= 2_000_000:
            raise refusal(400, "invalidImage", "The provided image content is invalid.")
        self._shown(video["id"]).media.append(
            {"mime": request.mimetype, "size": len(data), "thumbnail": True}
        )
        return {"kind": "youtube#thumbnailSetResponse", "items": []}

    def _shown(self, number: str) -> Shown:
        found = self.find(number)
        assert found is not None
        return found

    # -- playlists ---------------------------------------------------------------------------------------

    @route("GET", "/youtube/v3/playlists")
    def list_playlists(self, request: Request) -> Any:
        person = self.caller(request, READ)
        own = [each for each in self.playlists.values() if each["owner"] == person.id]
        start = int(request.args.get("pageToken", 0))
        more = {"nextPageToken": str(start + 50)} if len(own) > start + 50 else {}
        return {"items": own[start : start + 50], **more}

    @route("POST", "/youtube/v3/playlists")
    def make_playlist(self, request: Request) -> Any:
        person, wanted = self.channel(request, FORCE), request.get_json()
        if not wanted.get("snippet", {}).get("title"):
            raise refusal(400, "playlistTitleRequired", "A title is needed.")
        made = {"id": f"PL{self.number()}", "owner": person.id, **wanted}
        self.playlists[made["id"]] = made
        return made

    @route("GET", "/youtube/v3/playlistItems")
    def list_items(self, request: Request) -> Any:
        person, playlist = self.caller(request, READ), request.args.get("playlistId", "")
        if playlist == uploads_of(person):
            return {"items": list(self._uploaded(person))[: int(request.args.get("maxResults", 5))]}
        self._playlist(playlist)
        wanted = (playlist, request.args.get("videoId"))
        return {"items": [each for each in self.items if (each["playlist"], each["video"]) == wanted]}

    def _uploaded(self, person: Person) -> Iterator[dict[str, Any]]:
        for number, video in reversed(self.videos.items()):
            snippet = video["snippet"]
            if snippet["channelId"] == person.id:
                about = {"title": snippet["title"], "publishedAt": snippet["publishedAt"]}
                yield {"snippet": about, "contentDetails": {"videoId": number}}

    @route("POST", "/youtube/v3/playlistItems")
    def add_item(self, request: Request) -> Any:
        person, wanted = self.channel(request, FORCE), request.get_json()["snippet"]
        if wanted.get("resourceId", {}).get("kind") != "youtube#video":
            raise refusal(400, "invalidContentDetails", "The kind is wrong.")
        playlist, video = self._playlist(wanted["playlistId"]), self._video(wanted["resourceId"]["videoId"])
        if playlist["owner"] != person.id:
            raise refusal(403, "playlistItemsNotAccessible", "Forbidden")
        item = {"id": str(self.number()), "playlist": playlist["id"], "video": video["id"]}
        self.items.append(item)
        return item

    def _playlist(self, number: str) -> dict[str, Any]:
        if number not in self.playlists:
            raise refusal(404, "playlistNotFound", "The playlist cannot be found.")
        return self.playlists[number]

    # -- comments ----------------------------------------------------------------------------------------

    @route("GET", "/youtube/v3/commentThreads")
    def list_threads(self, request: Request) -> Any:
        self.caller(request, FORCE)
        wanted = self._video(request.args.get("videoId", ""))["id"]
        found = [each for each in self.comments.values() if each["snippet"]["videoId"] == wanted]
        return {"items": found[::-1]}

    @route("POST", "/youtube/v3/commentThreads")
    def comment(self, request: Request) -> Any:
        person, wanted = self.channel(request, FORCE), request.get_json()["snippet"]
        video, said = self._video(wanted["videoId"]), wanted["topLevelComment"]["snippet"]["textOriginal"]
        closed = (
            video["status"].get("selfDeclaredMadeForKids") or video["status"]["privacyStatus"] == "private"
        )
        if closed or not self.commentable:
            raise refusal(403, "commentsDisabled", "The video has disabled comments.")
        if not said.strip():
            raise refusal(400, "commentTextRequired", "A text is needed.")
        number = f"Ug{self.number()}"
        url = f"{self.public}/www.youtube.com/watch?v={video['id']}&lc={number}"
        self.show(number, person.handle, said, url, reply_to=video["id"])
        about = {
            "textOriginal": said,
            "authorChannelId": {"value": person.id},
            "publishedAt": self.now().isoformat(),
            "likeCount": 2,
        }
        made = {
            "id": number,
            "snippet": {"videoId": video["id"], "topLevelComment": {"id": number, "snippet": about}},
        }
        self.comments[number] = made
        return made

    @route("GET", "/youtube/v3/comments")
    def read_comment(self, request: Request) -> Any:
        self.caller(request, FORCE)
        found = self.comments.get(request.args.get("id", ""))
        return {"items": [found["snippet"]["topLevelComment"]] if found else []}

    @route("DELETE", "/youtube/v3/comments")
    def delete_comment(self, request: Request) -> Any:
        self.channel(request, FORCE)
        number = request.args.get("id", "")
        if self.comments.pop(number, None) is None:
            raise refusal(404, "commentNotFound", "The comment cannot be found.")
        self.shown = [shown for shown in self.shown if shown.id != number]
        return answer(None, 204)

    # -- the public page ---------------------------------------------------------------------------------

    @route("GET", "/watch", "www.youtube.com")
    def watch(self, request: Request) -> Any:
        video = self._video(request.args.get("v", ""))
        return page(
            video["snippet"]["title"], f"<pre>{json.dumps(video['snippet'].get('description', ''))}</pre>"
        )


def uploads_of(person: Person) -> str:
    return f"UU{person.id.removeprefix('UC')}"


def refusal(status: int, reason: str, message: str, name: str = "") -> Refusal:
    """An error as Google words it."""
    errors = [{"domain": "youtube", "reason": reason, "message": message}]
    return Refusal(
        status, {"error": {"code": status, "message": message, "errors": errors, "status": name or reason}}
    )


def refuse_details(about: dict[str, Any]) -> None:
    """Refuses a video resource that YouTube would not take."""
    for part, known in FIELDS.items():
        if unknown := set(about.get(part, {})) - known:
            raise refusal(400, "badRequest", f"Unknown name {sorted(unknown)} at '{part}'")
    snippet, status = about.get("snippet", {}), about.get("status", {})
    title, description, tags = (snippet.get(name, "") for name in ("title", "description", "tags"))
    known_privacy = status.get("privacyStatus") in ("public", "unlisted", "private")
    wrong = {
        "invalidTitle": not title or len(title) > 100 or set("<>") & set(title),
        "invalidDescription": len(description.encode()) > 5000 or set("<>") & set(description),
        "invalidTags": len(",".join(f'"{tag}"' if " " in tag else tag for tag in tags)) > 500,
        "invalidCategoryId": snippet.get("categoryId", "22") not in CATEGORIES,
        "invalidVideoMetadata": not (
            known_privacy and isinstance(status.get("selfDeclaredMadeForKids"), bool)
        ),
    }
    for reason in (reason for reason, found in wrong.items() if found):
        raise refusal(400, reason, "The request metadata is invalid.")


def refuse_chunk(upload: Upload, first: int, last: int, request: Request) -> None:
    """Chunks come in order, whole, and in steps of 256 KiB but for the last."""
    size = last - first + 1
    if first != upload.sent or last >= upload.total or request.content_length != size:
        raise Refusal(400, "Invalid request. The bytes do not follow those that are there.")
    if last + 1 < upload.total and size % MULTIPLE:
        raise Refusal(400, "Invalid request. The number of bytes must be a multiple of 262144.")


def take(upload: Upload, request: Request, size: int) -> None:
    """Counts and hashes a chunk as it comes."""
    while block := request.stream.read(min(65_536, size)):
        upload.digest.update(block)
        upload.sent += len(block)
        size -= len(block)
