"""A stand-in of Facebook's Graph API: login, Pages, posts, photos, films, stories, comments; Instagram behind it."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from werkzeug.wrappers import Request, Response

from ..base import Person, route
from ..consent import Grant
from ..instagram import InstagramPublishing
from ..meta import LONG, MEGABYTE, chosen, given, graph_error, paged
from .films import FacebookFilms

PRESETS = ("106018623298955", "122708641613922")


@dataclass(frozen=True)
class Page:
    """A Page, with the Instagram account that is linked to it; `task`: whether the person may post there."""

    id: str
    name: str
    username: str
    owner: str
    instagram: Person | None = None
    task: bool = True
    business: str = ""


PAGES = (
    Page("5001", "Lantern Works", "lanternworks", "101", Person("17841", "Lantern Works", "lantern.works")),
    Page("5002", "Old Lantern", "oldlantern", "101", task=False),
    Page("5003", "Lantern Café", "lanterncafe", "101"),
    Page("5004", "Harbour Lights", "harbourlights", "101", Person("17844", "Harbour", "harbour.lights"), business="9001"),
    Page("5005", "Wick Studio", "wickstudio", "102", Person("17845", "Wick Studio", "wick.studio")),
)  # fmt: skip


class FacebookStandIn(FacebookFilms, InstagramPublishing):
    key = "facebook"
    also = ("instagram",)
    hosts = ("graph.facebook.com", "www.facebook.com", "rupload.facebook.com")
    people = (Person("101", "Ada Lantern", "ada"), Person("102", "Ben Wick", "ben"))
    client_id = "sandbox-facebook-app-id"
    client_secret = "sandbox-facebook-app-secret"
    known_scopes = (
        "pages_show_list", "business_management", "pages_manage_posts", "pages_manage_engagement",
        "pages_read_engagement", "read_insights", "instagram_basic", "instagram_content_publish",
        "instagram_manage_comments", "instagram_manage_insights", "instagram_manage_contents",
    )  # fmt: skip
    publish_scope, comment_scope = "instagram_content_publish", "instagram_manage_comments"
    site = "www.facebook.com"
    delete_scope, insight_scope = "instagram_manage_contents", "instagram_manage_insights"

    def reset(self) -> None:
        super().reset()
        with self.lock:
            self.photos: dict[str, dict[str, Any]] = {}
            self.posts: dict[str, dict[str, Any]] = {}
            self.stories: list[dict[str, Any]] = []
            self.comments: dict[str, list[dict[str, Any]]] = {}
            #: Scopes that a person left unticked: asked for again only with `auth_type=rerequest`.
            self.declined: dict[str, set[str]] = {}

    # -- login -------------------------------------------------------------------------------------------

    @route("GET", "/<version>/dialog/oauth", host="www.facebook.com")
    def consent(self, request: Request, version: str) -> Any:
        return self.authorize(request)

    @route("POST", "/<version>/dialog/oauth", host="www.facebook.com")
    def decided(self, request: Request, version: str) -> Any:
        return self.decide(request)

    def allowed(self, asked: tuple[str, ...], form: Any) -> tuple[str, ...]:
        again = form.get("auth_type") == "rerequest"
        before = set() if again else self.declined.get(form["person"], set())
        self.declined[form["person"]] = before | set(form.getlist("without"))
        return tuple(scope for scope in super().allowed(asked, form) if scope not in before)

    @route("GET", "/<version>/oauth/access_token", host="graph.facebook.com")
    def exchange(self, request: Request, version: str) -> Any:
        if request.args.get("grant_type") == "fb_exchange_token":
            self._client(request, request.args)
            return self.lengthened(request.args.get("fb_exchange_token", ""))
        body = self.token(request)
        return {name: body[name] for name in ("access_token", "token_type", "expires_in")}

    @route("GET", "/<version>/debug_token")
    def debug(self, request: Request, version: str) -> Any:
        if request.headers.get("Authorization") != f"Bearer {self.client_id}|{self.client_secret}":
            raise self.unauthorized()
        grant = self.grant_of(request.args.get("input_token", ""))
        ends = int((self.now() + timedelta(days=90)).timestamp())
        told = {"is_valid": True, "expires_at": int(grant.until.timestamp()) if grant.until else 0}
        return {"data": {**told, "data_access_expires_at": ends, "scopes": list(grant.scopes)}}

    @route("GET", "/<version>/me/permissions")
    def permissions(self, request: Request, version: str) -> Any:
        granted = self.bearer(request).scopes
        rows = [{"permission": scope, "status": "granted"} for scope in granted]
        return {"data": [*rows, {"permission": "email", "status": "declined"}]}

    @route("GET", "/<version>/me")
    def who(self, request: Request, version: str) -> Any:
        person = self.person(self.bearer(request).person)
        return chosen(
            {"id": person.id, "name": person.name, "picture": {"data": {"url": self.face(person)}}}, request
        )

    # -- Pages -------------------------------------------------------------------------------------------

    @route("GET", "/<version>/me/accounts")
    def accounts(self, request: Request, version: str) -> Any:
        grant = self.bearer(request, "pages_show_list")
        own = [page for page in PAGES if page.owner == grant.person and not page.business]
        return paged([self._page(page, grant) for page in own], request, most=2)

    @route("GET", "/<version>/me/businesses")
    def businesses(self, request: Request, version: str) -> Any:
        grant = self.bearer(request, "business_management")
        return {
            "data": [{"id": page.business} for page in PAGES if page.business and page.owner == grant.person]
        }

    @route("GET", "/<version>/<business>/owned_pages")
    def owned(self, request: Request, version: str, business: str) -> Any:
        grant = self.bearer(request, "business_management")
        return paged([self._page(page, grant) for page in PAGES if page.business == business], request)

    @route("GET", "/<version>/<business>/client_pages")
    def clients(self, request: Request, version: str, business: str) -> Any:
        raise graph_error(100, "(#100) This business has no clients")

    def _page(self, page: Page, grant: Grant) -> dict[str, Any]:
        linked = {"id": page.instagram.id} if page.instagram else None
        token = self.mint(Grant(page.id, grant.scopes, client=grant.client), None) if page.task else None
        face = {"data": {"url": f"{self.public}/_sandbox/face/{page.username}.svg"}}
        return {
            "id": page.id, "name": page.name, "username": page.username, "access_token": token,
            "picture": face, "instagram_business_account": linked,
        }  # fmt: skip

    def page(self, request: Request, number: str, *scopes: str) -> Page:
        """The Page `number`, whose own token this must be."""
        if self.bearer(request, *scopes).person != number:
            raise graph_error(200, "(#200) The user hasn't authorized the application to perform this action")
        return next(page for page in PAGES if page.id == number)

    # -- posts -------------------------------------------------------------------------------------------

    @route("POST", "/<version>/<number>/photos")
    def photo(self, request: Request, version: str, number: str) -> Any:
        page, wanted = self.page(request, number, "pages_manage_posts"), given(request)
        if wanted.get("published") is not False:
            raise graph_error(100, "(#100) The stand-in takes photos unpublished only")
        known = self.fetch(wanted.get("url", ""), 0, 324)
        if not known["mime"].startswith("image/") or known["size"] > 10 * MEGABYTE:
            raise graph_error(100, "(#100) The photo is too large or of a wrong type", 1366046)
        photo = str(self.number())
        with self.lock:
            self.photos[photo] = {**known, "alt": wanted.get("alt_text_custom", ""), "page": page.id}
        return {"id": photo}

    @route("POST", "/<version>/<number>/feed")
    def feed(self, request: Request, version: str, number: str) -> Any:
        page, wanted = self.page(request, number, "pages_manage_posts"), given(request)
        self._refuse_post(wanted)
        with self.lock:
            photos = [each["media_fbid"] for each in wanted.get("attached_media", ())]
            media = [self.take_photo(photo, page.id) for photo in photos]
            more = {name: wanted[name] for name in ("link", "text_format_preset_id") if wanted.get(name)}
            post = self.post(page, wanted.get("message", ""), media, photos, **more)
        return chosen(post, request)

    def _refuse_post(self, wanted: dict[str, Any]) -> None:
        message, link, preset = (
            wanted.get("message", ""),
            wanted.get("link"),
            wanted.get("text_format_preset_id"),
        )
        if not isinstance(message, str) or len(message) > 63_206:
            raise graph_error(100, "(#100) Param message must be a string of at most 63206 characters")
        if not message.strip() and not wanted.get("attached_media") and not link:
            raise graph_error(
                100, "(#100) Must upload or provide at least one of message, link, attached_media"
            )
        if link and not link.startswith(("http://", "https://")):
            raise graph_error(100, "(#100) url should represent a valid URL", 2061006)
        if link and (urlsplit(link).hostname or "").endswith("facebook.com"):
            raise graph_error(100, "(#100) Links to facebook.com are not allowed", 1609008)
        if preset and (preset not in PRESETS or wanted.get("attached_media") or link):
            raise graph_error(100, "(#100) Param text_format_preset_id is not valid")

    def take_photo(self, photo: str, page: str) -> dict[str, Any]:
        """An unpublished photo, used up from here on."""
        known = self.photos.get(photo)
        if known is None or known["page"] != page:
            raise graph_error(100, "(#100) Object does not exist", 33)
        if known.get("used"):
            raise graph_error(100, "(#100) Already posted", 1366051)
        self.photos[photo] = {**known, "used": True}
        return known

    def post(
        self, page: Page, message: str, media: list[dict[str, Any]], targets: list[str], **more: Any
    ) -> dict[str, Any]:
        """Makes a post public."""
        number = f"{page.id}_{self.number()}"
        url = f"{self.public}/www.facebook.com/{number}"
        self.show(number, page.username, message, url, media=media, **more)
        hung = [
            {"target": {"id": target}, "media_type": "photo", "subattachments": {"data": []}}
            for target in targets
        ]
        self.posts[number] = {
            "id": number, "message": message or None, "created_time": self.stamp(), "permalink_url": url,
            "page": page.id, "attachments": {"data": hung} if hung else None,
        }  # fmt: skip
        return self.posts[number]

    def stamp(self) -> str:
        return self.now().strftime("%Y-%m-%dT%H:%M:%S+0000")

    @route("GET", "/<version>/<number>/published_posts")
    def published(self, request: Request, version: str, number: str) -> Any:
        self.page(request, number, "pages_read_engagement")
        return paged([post for post in self.posts.values() if post["page"] == number][::-1], request)

    # -- comments ----------------------------------------------------------------------------------------

    @route("POST", "/<version>/<number>/comments")
    def comment(self, request: Request, version: str, number: str) -> Any:
        if number in self.media:
            return self.media_comment(request, number)
        grant, wanted = self.bearer(request, "pages_manage_engagement"), given(request)
        self._known(number)
        if not wanted.get("message") and not wanted.get("attachment_url"):
            raise graph_error(100, "(#100) The comment is empty")
        media = [self.fetch(wanted["attachment_url"], 0, 324)] if wanted.get("attachment_url") else []
        made, page = f"{number}_{self.number()}", next(page for page in PAGES if page.id == grant.person)
        url = f"{self.public}/www.facebook.com/{made}"
        self.show(made, page.username, wanted.get("message", ""), url, media=media, reply_to=number)
        author = {"id": page.id, "name": page.name}
        told = {
            "id": made,
            "message": wanted.get("message", ""),
            "created_time": self.stamp(),
            "from": author,
        }
        with self.lock:
            self.comments.setdefault(number, []).append(told)
        return {"id": made}

    @route("GET", "/<version>/<number>/comments")
    def listed(self, request: Request, version: str, number: str) -> Any:
        if number in self.media:
            return self.media_comments(request, number)
        self.bearer(request, "pages_read_engagement")
        self._known(number)
        return paged(self.comments.get(number, [])[::-1], request)

    def _known(self, number: str) -> None:
        """Something one may comment on; `GET` and `POST` of what is gone answer with subcode 33."""
        if number not in self.posts and not self.find(number) and number not in self.films:
            raise graph_error(100, f"Unsupported request. Object with ID '{number}' does not exist", 33)

    # -- one object --------------------------------------------------------------------------------------

    @route("GET", "/<version>/<number>")
    def read(self, request: Request, version: str, number: str) -> Any:
        known = (self.film_record(number), self.posts.get(number), self._page_record(request, number))
        for found in (*known, self.instagram_record(request, number)):
            if found is not None:
                self.bearer(request)
                return chosen(found, request)
        raise graph_error(100, f"Unsupported get request. Object with ID '{number}' does not exist", 33)

    def _page_record(self, request: Request, number: str) -> dict[str, Any] | None:
        """A Page, for the person who has it."""
        grant = self.bearer(request)
        found = next((page for page in PAGES if page.id == number and page.owner == grant.person), None)
        return self._page(found, grant) if found else None

    @route("DELETE", "/<version>/<number>")
    def delete(self, request: Request, version: str, number: str) -> Any:
        if number in self.media:
            return self.media_delete(request, number)
        self.bearer(request, "pages_manage_posts")
        self._known(number)
        with self.lock:
            self.posts.pop(number, None)
            self.shown = [shown for shown in self.shown if number not in (shown.id, shown.more.get("video"))]
        return {"success": True}

    @route("GET", "/<version>/<number>/insights")
    def insights(self, request: Request, version: str, number: str) -> Any:
        if number in self.media:
            return self.media_insights(request)
        self.bearer(request, "read_insights")
        values = {
            "post_total_media_view_unique": 12,
            "post_reactions_by_type_total": {"like": 3, "love": 2},
            "post_clicks": 4,
        }
        names = request.args.get("metric", "").split(",")
        if any(name not in values for name in names):
            raise graph_error(100, "(#100) The value must be a valid insights metric")
        return {
            "data": [
                {"name": name, "period": "lifetime", "values": [{"value": values[name]}]} for name in names
            ]
        }

    # -- Instagram behind a Page -------------------------------------------------------------------------

    def instagram_of(self, request: Request, number: str, scope: str) -> Person:
        """By the token of the Page it is linked to, or of the person who has that Page."""
        grant = self.bearer(request, scope)
        for page in PAGES:
            if page.instagram and page.instagram.id == number and grant.person in (page.id, page.owner):
                return page.instagram
        raise graph_error(10, "(#10) Not enough permissions to post", 0, 403)

    def instagram_record(self, request: Request, number: str) -> dict[str, Any] | None:
        found = next(
            (page.instagram for page in PAGES if page.instagram and page.instagram.id == number), None
        )
        if found is None:
            return self.container_record(number)
        record = self.profile_record(found)
        if wanted := re.search(r"username\(([^)]*)\)", request.args.get("fields", "")):
            record["business_discovery"] = self.discovered(wanted[1])
        return record

    @route("GET", "/<path:shown>", host="www.facebook.com")
    def public_page(self, request: Request, shown: str) -> Response:
        return self.shown_page(shown)

    def token_for(self, person: str, scopes: tuple[str, ...] | None = None) -> str:
        """A long token of a person, for tests that skip the consent page."""
        return self.mint(Grant(person, scopes or self.known_scopes, client=self.client_id), LONG)
