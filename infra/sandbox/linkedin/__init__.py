"""A stand-in of LinkedIn (versions 202510 to 202609): consent, files, posts and comments of members and pages."""

import re
from typing import Any
from urllib.parse import unquote

from werkzeug.wrappers import Request

from ..base import answer, route
from ..consent import page
from .comments import Comments, allowed, invalid
from .members import refused
from .words import readable

LIMIT = 3000
FIELDS = {
    "author",
    "commentary",
    "visibility",
    "distribution",
    "content",
    "lifecycleState",
    "isReshareDisabledByAuthor",
    "reshareContext",
}


class LinkedInStandIn(Comments):
    key = "linkedin"
    also = ("linkedin-page",)
    hosts = ("www.linkedin.com", "api.linkedin.com", "media.licdn.com")

    # -- posts -------------------------------------------------------------------------------------------

    @route("POST", "/rest/posts")
    def post(self, request: Request) -> Any:
        body = self.json(request)
        self.acts_for(request, body.get("author"))
        said, media, urn_kind = self._judge(body)
        with self.lock:
            self._refuse_duplicate(body)
            urn = f"urn:li:{urn_kind}:{self.number()}"
            self.posts[urn] = {**body, "id": urn, "createdAt": int(self.now().timestamp() * 1000)}
            self.show(
                urn,
                body["author"],
                said,
                f"{self.public}/www.linkedin.com/feed/update/{urn}/",
                media=media,
                visibility=body["visibility"],
                content=body.get("content"),
            )
        return answer("", 201, {"x-restli-id": urn})

    def _judge(self, body: dict[str, Any]) -> tuple[str, list[dict[str, Any]], str]:
        if unknown := set(body) - FIELDS:
            raise invalid("UNRECOGNIZED_FIELD", f"{sorted(unknown)} unrecognized field found but not allowed")
        if body.get("lifecycleState") != "PUBLISHED" or not isinstance(body.get("commentary"), str):
            raise invalid("MISSING_FIELD", "commentary and lifecycleState PUBLISHED are needed")
        if body.get("distribution", {}).get("feedDistribution") != "MAIN_FEED":
            raise invalid("MISSING_FIELD", "distribution.feedDistribution is needed")
        seen = {"PUBLIC"} if "organization" in body["author"] else {"PUBLIC", "CONNECTIONS", "LOGGED_IN"}
        if body.get("visibility") not in seen:
            raise invalid("INVALID_VALUE", "visibility")
        said = readable(body["commentary"])
        if len(said) > LIMIT:
            raise invalid("FIELD_LENGTH_TOO_LONG", f"commentary is longer than {LIMIT}")
        media = self._content(body["author"], body.get("content"))
        if not said and not body.get("content") and not body.get("reshareContext"):
            raise invalid("MISSING_FIELD", "commentary is empty")
        return said, media, "ugcPost" if any(each["kind"] == "video" for each in media) else "share"

    def _content(self, owner: str, content: Any) -> list[dict[str, Any]]:
        if content is None:
            return []
        if not isinstance(content, dict) or len(content) != 1:
            raise invalid("INVALID_VALUE", "content holds one thing")
        name, what = next(iter(content.items()))
        read = {"media": self._one, "multiImage": self._many, "article": self._article, "poll": self._poll}
        if name not in read:
            raise invalid("INVALID_VALUE", f"content.{name}")
        return read[name](owner, what)

    def _one(self, owner: str, media: dict[str, Any]) -> list[dict[str, Any]]:
        allowed(media, {"id", "title", "altText"})
        kind = str(media.get("id")).split(":")[2]
        if kind == "document" and not media.get("title"):
            raise invalid("MISSING_FIELD", "content.media.title is needed for a document")
        return [{**self.usable(owner, media["id"], kind), "alt": media.get("altText", "")}]

    def _many(self, owner: str, many: dict[str, Any]) -> list[dict[str, Any]]:
        images = many.get("images", [])
        if not 2 <= len(images) <= 20:
            raise invalid("INVALID_VALUE", "multiImage holds 2 to 20 images")
        for each in images:
            allowed(each, {"id", "altText"})
        return [
            {**self.usable(owner, each.get("id"), "image"), "alt": each.get("altText", "")} for each in images
        ]

    def _article(self, owner: str, article: dict[str, Any]) -> list[dict[str, Any]]:
        allowed(article, {"source", "title", "description", "thumbnail"})
        if not str(article.get("source", "")).startswith("http") or not article.get("title"):
            raise invalid("MISSING_FIELD", "content.article needs source and title")
        if len(article.get("description", "")) >= 4086:
            raise invalid("FIELD_LENGTH_TOO_LONG", "content.article.description")
        return [self.usable(owner, article["thumbnail"], "image")] if article.get("thumbnail") else []

    def _poll(self, owner: str, poll: dict[str, Any]) -> list[dict[str, Any]]:
        allowed(poll, {"question", "options", "settings"})
        options = poll.get("options", [])
        durations = {"ONE_DAY", "THREE_DAYS", "SEVEN_DAYS", "FOURTEEN_DAYS"}
        if not 2 <= len(options) <= 4 or any(set(each) != {"text"} for each in options):
            raise invalid("INVALID_VALUE", "a poll has 2 to 4 options")
        if len(poll.get("question", "")) > 140 or any(len(each["text"]) > 30 for each in options):
            raise invalid("FIELD_LENGTH_TOO_LONG", "content.poll")
        if poll.get("settings", {}).get("duration") not in durations:
            raise invalid("INVALID_VALUE", "content.poll.settings.duration")
        return []

    def _refuse_duplicate(self, body: dict[str, Any]) -> None:
        if body.get("content"):
            return
        for shown in self.shown:
            known = self.posts.get(shown.id)
            if known and (known["author"], known["commentary"]) == (body["author"], body["commentary"]):
                raise invalid("DUPLICATE_POST", f"Content is a duplicate of {shown.id}")

    @route("GET", "/rest/posts")
    def listed(self, request: Request) -> Any:
        author = request.args.get("author", "")
        self.member(request, "r_organization_social")
        self.acts_for(request, author)
        if request.args.get("q") != "author" or not author.startswith("urn:li:organization:"):
            raise refused(403, "ACCESS_DENIED", "Not enough permissions to access: r_member_social")
        own = [
            self.posts[shown.id] for shown in self.shown if shown.account == author and shown.id in self.posts
        ]
        return {"elements": own[::-1][: int(request.args.get("count", 10))]}

    @route("DELETE", "/rest/posts/<urn>")
    def delete(self, request: Request, urn: str) -> Any:
        if urn in self.posts:
            self.acts_for(request, self.posts[urn]["author"])
        self.hide(urn)
        return answer("", 204)

    # -- numbers -----------------------------------------------------------------------------------------

    @route("GET", "/rest/memberCreatorPostAnalytics")
    def member_numbers(self, request: Request) -> Any:
        self.member(request, "r_member_postAnalytics")
        entity = re.search(rb"entity=\((share|ugc):([^)]+)\)", request.query_string)
        if entity is None or not self.find(unquote(entity[2].decode())):
            raise refused(400, "ILLEGAL_ARGUMENT", "entity is (share:urn) or (ugc:urn), the urn encoded")
        kinds = ("IMPRESSION", "MEMBERS_REACHED", "RESHARE", "REACTION", "COMMENT")
        if request.args.get("queryType") not in kinds:
            raise refused(400, "ILLEGAL_ARGUMENT", "queryType")
        return {"elements": [{"count": 40 + kinds.index(request.args["queryType"])}]}

    @route("GET", "/rest/organizationalEntityShareStatistics")
    def page_numbers(self, request: Request) -> Any:
        self.member(request, "r_organization_social")
        self.acts_for(request, request.args.get("organizationalEntity"))
        entity = re.search(rb"(shares|ugcPosts)=List\(([^)]+)\)", request.query_string)
        if entity is None or not self.find(unquote(entity[2].decode())):
            raise refused(400, "ILLEGAL_ARGUMENT", "shares=List(urn) or ugcPosts=List(urn), the urn encoded")
        names = ("impressionCount", "uniqueImpressionsCount", "clickCount", "likeCount", "commentCount")
        numbers = {name: 70 - index for index, name in enumerate(names)} | {"shareCount": 2}
        return {"elements": [{"totalShareStatistics": numbers}]}

    @route("GET", "/feed/update/<urn>", host="www.linkedin.com")
    def public_page(self, request: Request, urn: str) -> Any:
        import html

        shown = self.shown_post(urn)
        said = [each.text for each in self.shown if each.reply_to == urn]
        return page(shown.account, "".join(f"<p>{html.escape(each)}" for each in [shown.text, *said]))
