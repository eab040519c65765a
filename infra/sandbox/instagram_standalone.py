"""A stand-in of Instagram's own login: one token of sixty days that renews itself after a day; then publishing."""

from typing import Any

from werkzeug.wrappers import Request, Response

from .base import Person, Refusal, route
from .instagram import InstagramPublishing
from .meta import SelfRenewing, chosen, graph_error

HOSTS = ("graph.instagram.com", "www.instagram.com", "api.instagram.com")


class InstagramStandaloneStandIn(SelfRenewing, InstagramPublishing):
    key = "instagram-standalone"
    hosts = HOSTS
    people = (
        Person("17841", "Ada Lantern", "ada.lantern"),
        Person("17842", "Ben Wick", "ben.wick"),
        Person("17843", "Cy Private", "cy.private"),
    )
    client_id = "sandbox-instagram-app-id"
    client_secret = "sandbox-instagram-app-secret"
    known_scopes = (
        "instagram_business_basic", "instagram_business_content_publish",
        "instagram_business_manage_comments", "instagram_business_manage_insights",
    )  # fmt: skip
    publish_scope, comment_scope = known_scopes[1], known_scopes[2]
    insight_scope = known_scopes[3]
    sounds = False
    exchange_grant, refresh_grant = "ig_exchange_token", "ig_refresh_token"

    @route("GET", "/oauth/authorize", host="www.instagram.com")
    def consent(self, request: Request) -> Any:
        return self.authorize(request)

    @route("POST", "/oauth/authorize", host="www.instagram.com")
    def decided(self, request: Request) -> Any:
        return self.decide(request)

    @route("POST", "/oauth/access_token", host="api.instagram.com")
    def exchange(self, request: Request) -> Any:
        if request.mimetype != "application/x-www-form-urlencoded":
            raise graph_error(100, "(#100) A form is needed")
        token = self.token(request)["access_token"]
        grant = self.tokens[token]
        return {
            "data": [{"access_token": token, "user_id": grant.person, "permissions": ",".join(grant.scopes)}]
        }

    def token_refusal(self, error: str, status: int = 400) -> Refusal:
        """This endpoint has a form of its own."""
        said = "Invalid platform app" if error == "invalid_client" else "Invalid authorization code"
        return Refusal(400, {"error_type": "OAuthException", "code": 400, "error_message": said})

    @route("GET", "/access_token", host="graph.instagram.com")
    def long(self, request: Request) -> Any:
        return self.lengthen(request)

    @route("GET", "/refresh_access_token", host="graph.instagram.com")
    def again(self, request: Request) -> Any:
        self.grant_of(request.args.get("access_token", ""))
        return self.renew(request)

    # -- reading -----------------------------------------------------------------------------------------

    @route("GET", "/<version>/me", host="graph.instagram.com")
    def who(self, request: Request, version: str) -> Any:
        person = self.person(self.bearer(request, "instagram_business_basic").person)
        kind = "PERSONAL" if person.handle == "cy.private" else "BUSINESS"
        record = {**self.profile_record(person), "user_id": person.id, "account_type": kind}
        return {"data": [chosen({**record, "id": f"app-{person.id}"}, request)]}

    def instagram_of(self, request: Request, number: str, scope: str) -> Person:
        if self.bearer(request, scope).person != number:
            raise graph_error(10, "(#10) Not enough permissions to post", 0, 403)
        return self.person(number)

    @route("GET", "/<version>/<number>", host="graph.instagram.com")
    def read(self, request: Request, version: str, number: str) -> Any:
        self.bearer(request)
        found = self.container_record(number)
        if found is None:
            raise graph_error(100, f"Unsupported get request. Object with ID '{number}' does not exist", 33)
        return chosen(found, request)

    @route("GET", "/<version>/<number>/stories", host="graph.instagram.com")
    def stories(self, request: Request, version: str, number: str) -> Any:
        return self.media_stories(request, number)

    @route("POST", "/<version>/<number>/comments", host="graph.instagram.com")
    def comment(self, request: Request, version: str, number: str) -> Any:
        return self.media_comment(request, self._there(number))

    @route("GET", "/<version>/<number>/comments", host="graph.instagram.com")
    def comments(self, request: Request, version: str, number: str) -> Any:
        return self.media_comments(request, self._there(number))

    @route("GET", "/<version>/<number>/insights", host="graph.instagram.com")
    def insights(self, request: Request, version: str, number: str) -> Any:
        self._there(number)
        return self.media_insights(request)

    def _there(self, number: str) -> str:
        if number not in self.media:
            raise graph_error(100, f"Unsupported request. Object with ID '{number}' does not exist", 33)
        return number

    @route("GET", "/<path:path>", host="www.instagram.com")
    def public_page(self, request: Request, path: str) -> Response:
        return self.shown_page(path)
