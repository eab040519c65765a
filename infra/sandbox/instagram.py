"""Instagram's publishing as stand-ins speak it: containers, a look or two, one publish each, comments."""

import json
import re
from typing import Any, ClassVar

from werkzeug.wrappers import Request, Response

from .base import Person, route
from .consent import page
from .meta import GraphStandIn, given, graph_error, paged

QUOTA = 100


class InstagramPublishing(GraphStandIn):
    """What graph.facebook.com and graph.instagram.com have in common."""

    publish_scope: ClassVar[str]
    comment_scope: ClassVar[str]
    insight_scope: ClassVar[str]
    delete_scope: ClassVar[str] = ""
    site: ClassVar[str] = "www.instagram.com"
    #: Facebook login knows sounds; the other login does not.
    sounds: ClassVar[bool] = True

    def reset(self) -> None:
        super().reset()
        with self.lock:
            self.containers: dict[str, dict[str, Any]] = {}
            self.media: dict[str, dict[str, Any]] = {}
            self.remarks: dict[str, list[dict[str, Any]]] = {}
            self.used = 0

    def instagram_of(self, request: Request, number: str, scope: str) -> Person:
        """The account `number`, if the token may speak for it."""
        raise NotImplementedError

    # -- containers --------------------------------------------------------------------------------------

    @route("POST", "/<version>/<number>/media")
    def contain(self, request: Request, version: str, number: str) -> Any:
        account, wanted = self.instagram_of(request, number, self.publish_scope), given(request)
        kind, child = wanted.get("media_type", "IMAGE"), str(wanted.get("is_carousel_item", "")) == "true"
        self._refuse(wanted, kind, child)
        files = self._children(wanted, account) if kind == "CAROUSEL" else [self._file(wanted, kind, child)]
        slow = any(file["mime"].startswith("video/") for file in files) and kind != "CAROUSEL"
        made = str(self.number())
        with self.lock:
            self.containers[made] = {
                "owner": account.id, "kind": kind, "child": child, "files": files, "wanted": wanted,
                "caption": wanted.get("caption", "") if kind != "STORIES" else "",
                "looks": self.processing if slow else 0, "status": "",
            }  # fmt: skip
        return {"id": made}

    def _refuse(self, wanted: dict[str, Any], kind: str, child: bool) -> None:
        if kind not in {"IMAGE", "VIDEO", "REELS", "STORIES", "CAROUSEL"} or (kind == "VIDEO" and not child):
            raise graph_error(100, "Unknown media type", 2207023)
        caption = wanted.get("caption", "")
        tags, names = re.findall(r"#\w+", caption), re.findall(r"@\w+", caption)
        if len(caption) > 2200 or len(tags) > 30 or len(names) > 20:
            raise graph_error(36004, "Caption too long", 2207010)
        if child and (caption or wanted.get("collaborators")):
            raise graph_error(100, "A carousel's child takes no caption and no collaborators", 2207028)
        if wanted.get("audio_configuration") and (kind != "REELS" or not self.sounds):
            raise graph_error(100, "(#100) audio_configuration is for reels under Facebook login", 2207023)
        if kind == "REELS" and wanted.get("share_to_feed") not in ("true", "false"):
            raise graph_error(100, "(#100) share_to_feed must be true or false")
        for name in ("collaborators", "trial_params", "audio_configuration"):
            if name in wanted:
                _structured(name, wanted[name])

    def _file(self, wanted: dict[str, Any], kind: str, child: bool) -> dict[str, Any]:
        video = wanted.get("video_url")
        if (kind in {"REELS", "VIDEO"} and not video) or (kind == "IMAGE" and not wanted.get("image_url")):
            raise graph_error(100, "(#100) The media's address is missing", 2207023)
        known = self.fetch(video or wanted.get("image_url", ""), 2207052)
        if video:
            if not known["mime"].startswith("video/"):
                raise graph_error(352, "The video format is not supported", 2207026)
            return known
        self._judge_picture(known, kind)
        return {**known, "alt": wanted.get("alt_text", "")}

    def _judge_picture(self, known: dict[str, Any], kind: str) -> None:
        if known["size"] > 8 * 1024 * 1024:
            raise graph_error(36000, "The image is larger than 8 MiB", 2207004)
        if known["mime"] != "image/jpeg":
            raise graph_error(36001, "The image format is not supported: JPEG only", 2207005)
        ratio = known["width"] / known["height"]
        if kind == "IMAGE" and not 0.79 <= ratio <= 1.92:
            raise graph_error(36003, "The aspect ratio is not supported", 2207009)

    def _children(self, wanted: dict[str, Any], account: Person) -> list[dict[str, Any]]:
        names = str(wanted.get("children", "")).split(",")
        known = [self.containers[name] for name in names if name in self.containers]
        if not 2 <= len(names) <= 10 or len(known) != len(names):
            raise graph_error(100, "A carousel has 2 to 10 children", 2207028)
        if any(each["looks"] > 0 or not each["child"] or each["owner"] != account.id for each in known):
            raise graph_error(9007, "A child is not ready to be published", 2207027)
        return [each["files"][0] for each in known]

    def container_record(self, number: str) -> dict[str, Any] | None:
        """A container or a published medium; every look brings a container on."""
        if number in self.media:
            return self.media[number]
        box = self.containers.get(number)
        if box is None:
            return None
        with self.lock:
            box["looks"] -= 1
        status = box["status"] or ("FINISHED" if box["looks"] < 0 else "IN_PROGRESS")
        if status == "FINISHED":
            box["looks"] = 0
        return {"id": number, "status_code": status, "status": box.get("says", status.title())}

    def fail_container(self, number: str, status: str, says: str = "") -> None:
        """What a test wants a container to come to."""
        self.containers[number] |= {"status": status, "says": says or status}

    # -- publishing --------------------------------------------------------------------------------------

    @route("POST", "/<version>/<number>/media_publish")
    def media_publish(self, request: Request, version: str, number: str) -> Any:
        account, wanted = self.instagram_of(request, number, self.publish_scope), given(request)
        box = self.containers.get(str(wanted.get("creation_id")))
        if box is None or box["child"] or box["owner"] != account.id or box["status"] == "PUBLISHED":
            raise graph_error(24, "The media with this id cannot be found", 2207006)
        if box["looks"] > 0 or box["status"]:
            raise graph_error(9007, "The media is not ready to be published", 2207027)
        with self.lock:
            if self.used >= QUOTA:
                raise graph_error(9, "Maximum number of posts reached", 2207042)
            self.used += 1
            box["status"] = "PUBLISHED"
            return {"id": self._publish(account, box)}

    def _publish(self, account: Person, box: dict[str, Any]) -> str:
        number, wanted = str(self.number()), box["wanted"]
        url = f"{self.public}/{self.site}/p/{number}"
        told = ("collaborators", "trial_params", "audio_configuration", "share_to_feed", "cover_url",
                "thumb_offset", "is_ai_generated")  # fmt: skip
        more = {name: wanted[name] for name in told if name in wanted}
        self.show(number, account.handle, box["caption"], url, media=box["files"], kind=box["kind"], **more)
        self.media[number] = {
            "id": number, "caption": box["caption"] or None, "permalink": url, "owner": account.id,
            "timestamp": self.now().strftime("%Y-%m-%dT%H:%M:%S+0000"), "media_type": box["kind"],
            "media_product_type": {"STORIES": "STORY", "REELS": "REELS"}.get(box["kind"], "FEED"),
        }  # fmt: skip
        return number

    @route("GET", "/<version>/<number>/media")
    def own_media(self, request: Request, version: str, number: str) -> Any:
        self.instagram_of(request, number, self.publish_scope)
        return paged(self._own(number, story=False), request)

    def media_stories(self, request: Request, number: str) -> Any:
        self.instagram_of(request, number, self.publish_scope)
        return paged(self._own(number, story=True), request)

    def _own(self, number: str, *, story: bool) -> list[dict[str, Any]]:
        own = [each for each in self.media.values() if each["owner"] == number]
        return [each for each in own if (each["media_product_type"] == "STORY") is story][::-1]

    @route("GET", "/<version>/<number>/content_publishing_limit")
    def limit(self, request: Request, version: str, number: str) -> Any:
        self.instagram_of(request, number, self.publish_scope)
        config = {"quota_total": QUOTA, "quota_duration": 86400}
        return {"data": [{"quota_usage": self.used, "config": config}]}

    # -- what is public ----------------------------------------------------------------------------------

    def profile_record(self, person: Person) -> dict[str, Any]:
        return {
            "id": person.id, "username": person.handle, "name": person.name,
            "profile_picture_url": self.face(person),
        }  # fmt: skip

    def discovered(self, username: str) -> dict[str, Any] | None:
        """Another professional account, as `business_discovery` tells it."""
        return {"id": "17850", "username": username} if username == "night.market" else None

    def media_comment(self, request: Request, number: str) -> Any:
        medium = self.media[number]
        account = self.instagram_of(request, medium["owner"], self.comment_scope)
        said = given(request).get("message", "")
        if not said.strip() or medium["media_product_type"] == "STORY":
            raise graph_error(100, "(#100) The comment is empty, or cannot be made here")
        made = str(self.number())
        self.show(made, account.handle, said, f"{medium['permalink']}/c/{made}", reply_to=number)
        stamp = self.now().strftime("%Y-%m-%dT%H:%M:%S+0000")
        with self.lock:
            told = {"id": made, "text": said, "timestamp": stamp, "username": account.handle}
            self.remarks.setdefault(number, []).append(told)
        return {"id": made}

    def media_comments(self, request: Request, number: str) -> Any:
        self.instagram_of(request, self.media[number]["owner"], self.comment_scope)
        return paged(self.remarks.get(number, [])[::-1], request)

    def media_delete(self, request: Request, number: str) -> Any:
        if not self.delete_scope:
            raise graph_error(100, "Unsupported delete request", 33)
        self.instagram_of(request, self.media[number]["owner"], self.delete_scope)
        with self.lock:
            self.media.pop(number)
            self.shown = [shown for shown in self.shown if shown.id != number]
        return {"success": True}

    def media_insights(self, request: Request) -> Any:
        self.bearer(request, self.insight_scope)
        values = {"views": 40, "reach": 30, "saved": 2, "likes": 9, "comments": 1, "shares": 3}
        names = request.args.get("metric", "").split(",")
        if any(name not in values for name in names):
            raise graph_error(100, "(#100) The value must be a valid insights metric")
        return {"data": [{"name": name, "values": [{"value": values[name]}]} for name in names]}

    @route("GET", "/<version>/ig_audio")
    def audio(self, request: Request, version: str) -> Any:
        if not self.sounds:
            raise graph_error(100, "Unsupported get request", 33)
        self.instagram_of(request, request.args.get("user_id", ""), self.publish_scope)
        if request.args.get("audio_type") not in {"music", "original_sound"}:
            raise graph_error(100, "(#100) audio_type must be music or original_sound")
        found = {
            "audio_id": "880",
            "title": "Lanterns",
            "display_artist": "The Wicks",
            "duration_in_ms": 61000,
        }
        return {"audio": [found] if request.args.get("search_query", "").lower() in "lanterns" else []}

    def shown_page(self, path: str) -> Response:
        """The small public page of what was published under `path`."""
        found = next((each for each in self.shown if each.url.endswith(f"/{path}")), None)
        if found is None:
            return page("Gone", "<p>Nothing is public here.</p>", 404)
        import html

        return page(found.account, f"<p>{html.escape(found.text)}</p><p>{len(found.media)} files</p>")


def _structured(name: str, value: str) -> None:
    """Lists and objects travel as JSON text in a form."""
    try:
        found = json.loads(value)
    except (ValueError, TypeError):
        found = None
    if not isinstance(found, list if name == "collaborators" else dict):
        raise graph_error(100, f"(#100) Param {name} must be JSON")
