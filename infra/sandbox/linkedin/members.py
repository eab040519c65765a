"""Who is who at LinkedIn's stand-in: consent, tokens that last sixty days, members, and the pages they administer."""

import base64
import re
from typing import Any

from werkzeug.wrappers import Request, Response

from ..base import Person, Refusal, answer, route
from ..consent import OAuth2StandIn, redirect

VERSIONS = range(202510, 202610)
ROLES = {"ADMINISTRATOR", "DIRECT_SPONSORED_CONTENT_POSTER", "CONTENT_ADMIN", "CONTENT_ADMINISTRATOR"}
PAGES = {
    "5001": {"name": "Lantern Works", "vanity": "lantern-works", "ada-7f": "ADMINISTRATOR"},
    "5002": {"name": "Wick & Sons", "vanity": "wick-and-sons", "ada-7f": "CONTENT_ADMINISTRATOR"},
    "5003": {"name": "Only Numbers", "vanity": "only-numbers", "ada-7f": "ANALYST"},
    "5004": {"name": "Candle House", "vanity": "candle-house", "ben-3c": "ADMINISTRATOR"},
}
#: A black picture of four pixels.
_DOT = "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACAQAAAABazTCJAAAADElEQVR42mNgYGAAAAAEAAHI6uv5AAAAAElFTkSuQmCC"


def refused(status: int, code: str, message: str) -> Refusal:
    """LinkedIn's way to say no."""
    return Refusal(status, {"status": status, "code": code, "message": message})


class Members(OAuth2StandIn):
    """Consent, tokens and roles; `member` and `acts_for` are what the other views ask."""

    people = (Person("ada-7f", "Ada Lantern", "ada-lantern"), Person("ben-3c", "Ben Wick", "ben-wick"))
    clients = {
        "sandbox-linkedin-client-id": "sandbox-linkedin-client-secret",
        "sandbox-linkedin-page-client-id": "sandbox-linkedin-page-client-secret",
    }
    known_scopes = (
        "openid",
        "profile",
        "email",
        "w_member_social",
        "w_member_social_feed",
        "r_basicprofile",
        "rw_organization_admin",
        "w_organization_social",
        "r_organization_social",
        "w_organization_social_feed",
        "r_organization_social_feed",
        "r_member_postAnalytics",
    )
    token_life = 5_184_000
    rotates = False

    def reset(self) -> None:
        super().reset()
        #: Whether LinkedIn lets the app renew tokens by itself (partners only).
        self.partner = True

    # -- consent and tokens ------------------------------------------------------------------------------

    def client_known(self, client: str) -> bool:
        return client in self.clients

    def client_fits(self, client: str, secret: str) -> bool:
        return self.clients.get(client) == secret

    @route("GET", "/oauth/v2/authorization", host="www.linkedin.com")
    def consent(self, request: Request) -> Any:
        unknown = set(request.args.get("scope", "").split()) - set(self.known_scopes)
        if unknown and request.args.get("redirect_uri"):
            refusal = {"error": "unauthorized_scope_error", "state": request.args.get("state", "")}
            return redirect(request.args["redirect_uri"], refusal)
        return self.authorize(request)

    @route("POST", "/oauth/v2/authorization", host="www.linkedin.com")
    def decided(self, request: Request) -> Any:
        return self.decide(request)

    def denial(self) -> dict[str, str]:
        return {"error": "user_cancelled_authorize", "error_description": "The user cancelled the request"}

    @route("POST", "/oauth/v2/accessToken", host="www.linkedin.com")
    def exchange(self, request: Request) -> Any:
        body = self.token(request)
        body["scope"] = body["scope"].replace(" ", ",")
        fresh = body.pop("refresh_token")
        if given := request.form.get("refresh_token"):
            self.refreshing.pop(fresh)
            fresh = given
        return body | (
            {"refresh_token": fresh, "refresh_token_expires_in": 31_536_000} if self.partner else {}
        )

    @route("POST", "/oauth/v2/revoke", host="www.linkedin.com")
    def revoke(self, request: Request) -> Any:
        if not self.client_fits(request.form.get("client_id", ""), request.form.get("client_secret", "")):
            raise self.token_refusal("invalid_client", 401)
        self.revoke_token(request.form.get("token", ""))
        return answer("", 200)

    def unauthorized(self) -> Refusal:
        body = {"status": 401, "serviceErrorCode": 65601, "message": "The token used is not valid any more"}
        return Refusal(401, body)

    def forbidden(self, scope: str) -> Refusal:
        return refused(403, "ACCESS_DENIED", f"Not enough permissions to access: {scope}")

    # -- who calls ---------------------------------------------------------------------------------------

    def member(self, request: Request, *scopes: str) -> str:
        version = request.headers.get("LinkedIn-Version", "")
        if not re.fullmatch(r"\d{6}", version):
            raise refused(400, "VERSION_MISSING", "A version must be present")
        if int(version) not in VERSIONS:
            raise refused(426, "NONEXISTENT_VERSION", f"Requested version {version} is not active")
        if request.headers.get("X-Restli-Protocol-Version") != "2.0.0":
            raise refused(400, "ILLEGAL_ARGUMENT", "Rest.li protocol 2.0.0 is needed")
        return self.caller(request, *scopes).id

    def acts_for(self, request: Request, urn: Any) -> None:
        """Members for themselves, and for pages where their role lets them."""
        if str(urn).startswith("urn:li:organization:"):
            member = self.member(request, "w_organization_social")
            if PAGES.get(str(urn).rpartition(":")[2], {}).get(member) not in ROLES:
                raise refused(403, "ACCESS_DENIED", f"{member} may not act for {urn}")
        elif urn != f"urn:li:person:{self.member(request, 'w_member_social')}":
            raise refused(403, "ACCESS_DENIED", f"{urn} is somebody else")

    @route("GET", "/v2/userinfo")
    def who(self, request: Request) -> Any:
        person = self.caller(request, "openid", "profile")
        return {"sub": person.id, "name": person.name, "picture": self.face(person)}

    @route("GET", "/v2/me")
    def me(self, request: Request) -> Any:
        person = self.caller(request, "r_basicprofile")
        return {"id": person.id, "vanityName": person.handle}

    @route("GET", "/rest/organizationAcls")
    def roles(self, request: Request) -> Any:
        member = self.member(request, "rw_organization_admin")
        start, count = int(request.args.get("start", 0)), int(request.args.get("count", 10))
        rows = [
            {"organization": f"urn:li:organization:{number}", "role": page[member], "state": "APPROVED"}
            for number, page in PAGES.items()
            if member in page
        ]
        wanted = [row for row in rows if request.args.get("role") in (None, row["role"])]
        return {"elements": wanted[start : start + count], "paging": {"start": start, "count": count}}

    @route("GET", "/v2/organizationalEntityAcls")
    def logos(self, request: Request) -> Any:
        member = self.caller(request, "rw_organization_admin").id
        return {"elements": [self._logo(number) for number, page in PAGES.items() if member in page]}

    def _logo(self, number: str) -> dict[str, Any]:
        face = f"{self.public}/_sandbox/face/{PAGES[number]['name'][0]}.svg"
        sizes = {"elements": [{"identifiers": [{"identifier": face}]}]}
        return {
            "organizationalTarget": f"urn:li:organization:{number}",
            "organizationalTarget~": {
                "localizedName": PAGES[number]["name"],
                "logoV2": {"original~": sizes},
            },
        }

    @route("GET", "/rest/organizations/<number>")
    def organization(self, request: Request, number: str) -> Any:
        self.member(request, "rw_organization_admin")
        if number not in PAGES:
            raise refused(404, "NOT_FOUND", "no such organization")
        return {
            "id": int(number),
            "localizedName": PAGES[number]["name"],
            "vanityName": PAGES[number]["vanity"],
        }

    @route("GET", "/rest/organizations")
    def organizations(self, request: Request) -> Any:
        self.member(request)
        name = request.args.get("vanityName")
        found = [(number, each) for number, each in PAGES.items() if each["vanity"] == name]
        return {"elements": [{"id": int(number), "localizedName": each["name"]} for number, each in found]}

    @route("GET", "/<name>.<any(png,html):kind>", host="media.licdn.com")
    def picture(self, request: Request, name: str, kind: str) -> Any:
        """A public picture called lamp.png, and pages that are none."""
        if kind == "html":
            return Response("<p>a page", content_type="text/html")
        if name != "lamp":
            raise refused(404, "NOT_FOUND", "no such picture")
        return Response(base64.b64decode(_DOT), content_type="image/png")
