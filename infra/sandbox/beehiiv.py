"""A stand-in of beehiiv (API v2): keys, publications, posts that are built in the background and confirmed once."""

import re
import uuid
from datetime import timedelta
from typing import Any

from werkzeug.wrappers import Request, Response

from .base import Person, Refusal, StandIn, answer, route
from .consent import page
from .letters import read

API = "api.beehiiv.com"
PUBLICATIONS = {
    "pub_00000000-0000-4000-8000-00000000000a": ("The Lamp Letter", "Lantern Works"),
    "pub_00000000-0000-4000-8000-00000000000b": ("The Wick", "Lantern Works"),
}
CREATE = {
    "blocks", "body_content", "title", "subtitle", "post_template_id", "status", "scheduled_at",
    "custom_link_tracking_enabled", "email_capture_type_override", "override_scheduled_at", "social_share",
    "thumbnail_image_url", "recipients", "email_settings", "web_settings", "seo_settings", "content_tags",
    "guest_author_ids", "team_author_ids", "headers", "custom_fields", "newsletter_list_id",
}  # fmt: skip
UPDATE = CREATE - {"post_template_id", "custom_fields"} | {"content_merge_strategy"}
TEMPLATES = ("post_template_00000000-0000-4000-8000-000000000001",)


def refused(status: int, message: str, code: str = "INVALID") -> Refusal:
    return Refusal(
        status, {"status": status, "statusText": "no", "errors": [{"message": message, "code": code}]}
    )


class BeehiivStandIn(StandIn):
    key = "beehiiv"
    hosts = (API, "lamps.beehiiv.com")
    people = (Person("1", "Ada Lantern", "ada"),)
    token = "lamp-post-wick-1234"
    token_life = None
    #: How long the list does not know a new post.
    lag = timedelta(seconds=30)

    def reset(self) -> None:
        super().reset()
        with self.lock:
            self.posts: dict[str, dict[str, Any]] = {}
            self.may_send = True
            #: How often a new post is asked for before it is built.
            self.looks = 1

    def caller(self, request: Request, publication: str = "") -> Person:
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            raise refused(401, "The API key is missing or invalid", "UNAUTHORIZED")
        if publication and publication not in PUBLICATIONS:
            raise refused(404, "Publication not found", "NOT_FOUND")
        return self.people[0]

    # -- publications ------------------------------------------------------------------------------------

    @route("GET", "/v2/publications")
    def publications(self, request: Request) -> Any:
        self.caller(request)
        found = [self._publication(each) for each in PUBLICATIONS]
        return {"data": found, "limit": 100, "page": 1, "total_results": len(found), "total_pages": 1}

    @route("GET", "/v2/publications/<publication>")
    def publication(self, request: Request, publication: str) -> Any:
        self.caller(request, publication)
        return {"data": self._publication(publication)}

    @staticmethod
    def _publication(number: str) -> dict[str, Any]:
        name, organization = PUBLICATIONS[number]
        return {
            "id": number,
            "name": name,
            "organization_name": organization,
            "referral_program_enabled": False,
            "created": 1,
        }

    @route("GET", "/v2/publications/<publication>/post_templates")
    def templates(self, request: Request, publication: str) -> Any:
        self.caller(request, publication)
        return {"data": [{"id": each, "name": "Plain"} for each in TEMPLATES]}

    # -- posts -------------------------------------------------------------------------------------------

    @route("GET", "/v2/publications/<publication>/posts")
    def listed(self, request: Request, publication: str) -> Any:
        self.caller(request, publication)
        tags, status = set(request.args.getlist("content_tags[]")), request.args.get("status", "all")
        found = [
            each
            for each in self.posts.values()
            if each["publication"] == publication
            and self.now() - each["made"] >= self.lag
            and (not tags or tags & set(each["content_tags"]))
            and status in ("all", each["status"])
        ]
        return {
            "data": [self._shape(each) for each in found],
            "limit": 100,
            "page": 1,
            "total_results": len(found),
        }

    @route("POST", "/v2/publications/<publication>/posts")
    def create(self, request: Request, publication: str) -> Any:
        person = self.caller(request, publication)
        wanted = self._checked(request, CREATE)
        if not str(wanted.get("title", "")).strip() or ("body_content" in wanted) == ("blocks" in wanted):
            raise refused(400, "title, and either blocks or body_content, are required")
        if wanted.get("post_template_id", TEMPLATES[0]) not in TEMPLATES:
            raise refused(400, "Post template not found")
        with self.lock:
            number = f"post_{uuid.uuid4()}"
            known = {
                "id": number,
                "publication": publication,
                "looks": self.looks,
                "made": self.now(),
                "by": person.handle,
            }
            post = {"status": "draft", "content_tags": [], **wanted, **known}
            self.posts[number] = post
            if post["status"] == "confirmed":
                self._send(post)
        return answer({"data": {"id": number}}, 201)

    def _checked(self, request: Request, known: set[str]) -> dict[str, Any]:
        wanted: dict[str, Any] = request.get_json()
        if not self.may_send:
            raise refused(403, "This endpoint is available on the Max and Enterprise plans", "FORBIDDEN")
        if unknown := set(wanted) - known:
            raise refused(400, f"unknown fields {sorted(unknown)}")
        slug = wanted.get("web_settings", {}).get("slug", "")
        if slug and not re.fullmatch(r"[a-z0-9-]+", slug):
            raise refused(422, "slug is invalid")
        return wanted

    def _post(self, publication: str, number: str) -> dict[str, Any]:
        post = self.posts.get(number)
        if post is None or post["publication"] != publication:
            raise refused(404, "Post not found", "NOT_FOUND")
        return post

    def _building(self, post: dict[str, Any]) -> Response | None:
        with self.lock:
            post["looks"] -= 1
        if post["looks"] >= 0:
            return answer({"data": {"id": post["id"], "status": "processing"}}, 202, {"Retry-After": "3"})
        if post.get("fails"):
            raise refused(404, "The post could not be created", "POST_CREATION_FAILED")
        return None

    @route("GET", "/v2/publications/<publication>/posts/<number>")
    def one(self, request: Request, publication: str, number: str) -> Any:
        self.caller(request, publication)
        post = self._post(publication, number)
        stats = {
            "email": {"recipients": 7, "delivered": 7, "opens": 4, "clicks": 2},
            "web": {"views": 9, "clicks": 1},
        }
        more = {"stats": stats} if request.args.get("expand") == "stats" else {}
        return self._building(post) or {"data": {**self._shape(post), **more}}

    @route("PATCH", "/v2/publications/<publication>/posts/<number>")
    def change(self, request: Request, publication: str, number: str) -> Any:
        self.caller(request, publication)
        post, wanted = self._post(publication, number), self._checked(request, UPDATE | {"post_template_id"})
        if (building := self._building(post)) is not None:
            return building
        with self.lock:
            if "status" in wanted and (wanted["status"], post["status"]) != ("confirmed", "draft"):
                raise refused(422, "Only a draft can be confirmed")
            post |= wanted
            if "status" in wanted:
                self._send(post)
        return {"data": self._shape(post)}

    def _shape(self, post: dict[str, Any]) -> dict[str, Any]:
        slug = post.get("web_settings", {}).get("slug") or post["id"][5:13]
        known = {name: post.get(name) for name in ("id", "title", "subtitle", "status", "content_tags")}
        return {**known, "slug": slug, "platform": "both", "web_url": f"https://lamps.beehiiv.com/p/{slug}"}

    def _send(self, post: dict[str, Any]) -> None:
        said, pictures = read(post["body_content"])
        address = f"{self.public}/lamps.beehiiv.com/p/{self._shape(post)['slug']}"
        kept = ("title", "subtitle", "content_tags", "recipients", "email_settings", "thumbnail_image_url")
        more = {name: post[name] for name in kept if name in post}
        self.show(post["id"], post["by"], said, address, media=pictures, **more)

    @route("GET", "/p/<slug>", host="lamps.beehiiv.com")
    def letter(self, request: Request, slug: str) -> Any:
        found = next((each for each in self.posts.values() if self._shape(each)["slug"] == slug), None)
        out = found is not None and found["status"] == "confirmed"
        return page("beehiiv", found["body_content"] if found and out else "<p>Gone.</p>")
