"""Films and stories at the Facebook stand-in: upload in parts or by address, then a look or two of processing."""

import hashlib
from typing import Any

from werkzeug.wrappers import Request

from ..base import route
from ..meta import GraphStandIn, given, graph_error, inspected

PART = 1_000_000
KINDS = {"video_reels": "reel", "video_stories": "story", "videos": "video"}


class FacebookFilms(GraphStandIn):
    """`films` by video id; a film's bytes are counted and digested, never kept."""

    page: Any
    post: Any
    take_photo: Any
    stamp: Any
    stories: list[dict[str, Any]]

    def reset(self) -> None:
        super().reset()
        with self.lock:
            self.films: dict[str, dict[str, Any]] = {}
            self.sessions: dict[str, str] = {}
            self.parts: list[int] = []

    def film_record(self, number: str) -> dict[str, Any] | None:
        """A film as Facebook tells it; every look brings its processing on."""
        film = self.films.get(number)
        if film is None:
            return None
        with self.lock:
            film["looks"] -= 1
        done = "ready" if film["published"] else "upload_complete"
        waiting = "processing" if film["published"] else "in_progress"
        status = film.get("fails") or (done if film["looks"] < 0 else waiting)
        return {
            "id": number, "status": {"video_status": status if film["complete"] else "uploading"},
            "published": film["published"], "permalink_url": film.get("url"), "post_id": film.get("post"),
        }  # fmt: skip

    def _film(self, page: str, kind: str, **more: Any) -> str:
        number = str(self.number())
        with self.lock:
            self.films[number] = {
                "page": page, "kind": kind, "looks": self.processing, "complete": False, "published": False, **more
            }  # fmt: skip
        return number

    # -- sent in parts -----------------------------------------------------------------------------------

    @route("POST", "/<version>/<number>/videos")
    def videos(self, request: Request, version: str, number: str) -> Any:
        page, wanted = self.page(request, number, "pages_manage_posts"), given(request)
        match wanted.get("upload_phase"):
            case "start":
                return self._begin(page, wanted)
            case "transfer":
                return self._part(request, wanted)
            case "finish":
                return self._end(page, wanted)
        raise graph_error(100, "(#100) upload_phase must be one of start, transfer, finish")

    def _begin(self, page: Any, wanted: dict[str, Any]) -> Any:
        size = wanted.get("file_size")
        if not isinstance(size, int) or size < 1:
            raise graph_error(100, "(#100) Param file_size must be an integer greater than 0")
        video = self._film(page.id, "video", size=size, at=0, digest=hashlib.sha256())
        session = str(self.number())
        self.sessions[session] = video
        return {"upload_session_id": session, "video_id": video, **self._offsets(video)}

    def _offsets(self, video: str) -> dict[str, str]:
        film = self.films[video]
        return {"start_offset": str(film["at"]), "end_offset": str(min(film["at"] + PART, film["size"]))}

    def _session(self, wanted: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        video = self.sessions.get(str(wanted.get("upload_session_id")))
        if video is None:
            raise graph_error(100, "(#100) The upload session is not known")
        return video, self.films[video]

    def _part(self, request: Request, wanted: dict[str, Any]) -> Any:
        video, film = self._session(wanted)
        part, start = request.files.get("video_file_chunk"), int(wanted.get("start_offset", -1))
        if part is None:
            raise graph_error(100, "(#100) video_file_chunk is missing")
        if start > film["at"]:
            raise graph_error(6000, "There was a problem uploading your video file.", 1363037)
        if start == film["at"]:  # a part that is here already is answered with where to go on
            data = part.read()
            film["digest"].update(data)
            film["at"] += len(data)
            film.setdefault("mime", inspected(data)["mime"])
        self.parts.append(start)
        return self._offsets(video)

    def _end(self, page: Any, wanted: dict[str, Any]) -> Any:
        video, film = self._session(wanted)
        if film["at"] != film["size"]:
            raise graph_error(6000, "The video is not complete.", 1363037)
        film["complete"] = True
        media = {"mime": film["mime"], "size": film["size"], "sha256": film["digest"].hexdigest()}
        self._show(page, video, media, wanted)
        return {"success": True}

    # -- fetched by address ------------------------------------------------------------------------------

    @route("POST", "/<version>/<number>/video_reels")
    def reels(self, request: Request, version: str, number: str) -> Any:
        return self._phases(request, number, "video_reels")

    @route("POST", "/<version>/<number>/video_stories")
    def video_stories(self, request: Request, version: str, number: str) -> Any:
        return self._phases(request, number, "video_stories")

    def _phases(self, request: Request, number: str, edge: str) -> Any:
        page, wanted = self.page(request, number, "pages_manage_posts"), given(request)
        if wanted.get("upload_phase") == "start":
            video = self._film(page.id, KINDS[edge])
            return {
                "video_id": video,
                "upload_url": f"https://rupload.facebook.com/video-upload/v25.0/{video}",
            }
        if wanted.get("upload_phase") != "finish":
            raise graph_error(100, "(#100) upload_phase must be one of start, finish")
        return self._finished(page, wanted, edge)

    @route("POST", "/video-upload/<version>/<video>", host="rupload.facebook.com")
    def fetched(self, request: Request, version: str, video: str) -> Any:
        self.grant_of(request.headers.get("Authorization", "").removeprefix("OAuth "))
        film = self.films.get(video)
        if film is None:
            raise graph_error(100, "(#100) Unknown upload", 33)
        film["media"] = self.fetch(request.headers.get("file_url", ""), 2069019, 100)
        if not film["media"]["mime"].startswith("video/"):
            raise graph_error(100, "(#100) Not a video", 1349125)
        film["complete"] = True
        return {"success": True}

    def _finished(self, page: Any, wanted: dict[str, Any], edge: str) -> Any:
        video = str(wanted.get("video_id"))
        film = self.films.get(video)
        if film is None or film["kind"] != KINDS[edge] or film["page"] != page.id:
            raise graph_error(100, "(#100) Unknown video", 33)
        if not film["complete"] or film["looks"] >= 0 or film["published"]:
            raise graph_error(100, "(#100) The video is not ready, or is published already")
        if edge == "video_stories":
            film["published"] = True
            return {"success": True, "post_id": self._story(page, video, film["media"])}
        if wanted.get("video_state") != "PUBLISHED":
            raise graph_error(100, "(#100) video_state must be PUBLISHED here")
        return {"success": True, "post_id": self._show(page, video, film["media"], wanted)}

    def _show(self, page: Any, video: str, media: dict[str, Any], wanted: dict[str, Any]) -> str:
        said, film = wanted.get("description", ""), self.films[video]
        post = self.post(
            page, said, [media], [video], video=video, kind=film["kind"], title=wanted.get("title", "")
        )
        film |= {
            "published": True,
            "looks": self.processing,
            "post": post["id"],
            "url": f"{self.public}/www.facebook.com/reel/{video}",
        }
        return str(post["id"])

    @route("GET", "/<version>/<number>/video_reels")
    def listed_reels(self, request: Request, version: str, number: str) -> Any:
        self.page(request, number, "pages_read_engagement")
        own = [
            video
            for video, film in self.films.items()
            if film["kind"] == "reel" and film["published"] and film["page"] == number
        ]
        return {"data": [self.film_record(video) for video in own]}

    # -- stories -----------------------------------------------------------------------------------------

    @route("POST", "/<version>/<number>/photo_stories")
    def photo_stories(self, request: Request, version: str, number: str) -> Any:
        page, wanted = self.page(request, number, "pages_manage_posts"), given(request)
        with self.lock:
            media = self.take_photo(str(wanted.get("photo_id")), page.id)
            return {"success": True, "post_id": self._story(page, str(wanted["photo_id"]), media)}

    def _story(self, page: Any, source: str, media: dict[str, Any]) -> str:
        number = str(self.number())
        url = f"{self.public}/www.facebook.com/stories/{number}"
        self.show(number, page.username, "", url, media=[media], kind="story", source=source)
        told = {"post_id": number, "media_id": source, "status": "published", "url": url, "page": page.id}
        with self.lock:
            self.stories.append(told)
        return number

    @route("GET", "/<version>/<number>/stories")
    def listed_stories(self, request: Request, version: str, number: str) -> Any:
        if number.startswith("1784"):
            return self.media_stories(request, number)
        self.page(request, number, "pages_read_engagement")
        return {"data": [story for story in self.stories if story["page"] == number]}

    media_stories: Any
