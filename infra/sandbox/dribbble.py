"""A stand-in of Dribbble (API v2): consent, one picture a shot, answers before the work is done."""

import html
import re
from io import BytesIO
from typing import Any

from werkzeug.wrappers import Request, Response

from .base import Person, Refusal, answer, route
from .consent import OAuth2StandIn, page

FIELDS = {"title", "description", "tags[]", "team_id", "low_profile", "rebound_source_id"}
TEAMS = {
    "2001": {"id": 31, "name": "Lantern Works", "login": "lantern-works"},
    "2002": {"id": 32, "name": "Candle House", "login": "candle-house"},
}
PROSPECT = "2003"


class DribbbleStandIn(OAuth2StandIn):
    key = "dribbble"
    hosts = ("dribbble.com", "api.dribbble.com")
    people = (
        Person("2001", "Ada Lantern", "ada"),
        Person("2002", "Ben Wick", "ben"),
        Person(PROSPECT, "Cy Prospect", "cy"),
    )
    client_id = "sandbox-dribbble-client-id"
    client_secret = "sandbox-dribbble-client-secret"
    known_scopes = ("public", "upload")
    token_life = None
    refreshes = False

    def reset(self) -> None:
        super().reset()
        with self.lock:
            self.shots: dict[str, dict[str, Any]] = {}
            #: How many looks at a new shot find nothing yet.
            self.processing = 1

    def handle(self, request: Request, host: str, path: str) -> Response:
        """Every answer names the minute's budget and when it is whole again."""
        response = super().handle(request, host, path)
        reset = str(int(self.now().timestamp()) + 50)
        for name, value in (("Limit", "60"), ("Remaining", "59"), ("Reset", reset)):
            response.headers.setdefault(f"X-RateLimit-{name}", value)
        return response

    # -- consent -----------------------------------------------------------------------------------------

    @route("GET", "/oauth/authorize", host="dribbble.com")
    def consent(self, request: Request) -> Any:
        return self.authorize(request)

    @route("POST", "/oauth/authorize", host="dribbble.com")
    def decided(self, request: Request) -> Any:
        return self.decide(request)

    @route("POST", "/oauth/token", host="dribbble.com")
    def exchange(self, request: Request) -> Any:
        if request.args:
            raise self.token_refusal("invalid_request")
        return self.token(request)

    def unauthorized(self) -> Refusal:
        return Refusal(401, {"message": "Bad credentials."})

    def forbidden(self, scope: str) -> Refusal:
        return Refusal(403, {"message": f"The {scope} scope is required."})

    @route("GET", "/v2/user")
    def user(self, request: Request) -> Any:
        person = self.caller(request, "public")
        team = TEAMS.get(person.id)
        return {
            "id": int(person.id),
            "name": person.name,
            "login": person.handle,
            "html_url": f"https://dribbble.com/{person.handle}",
            "avatar_url": self.face(person),
            "type": "Player" if team else "User",
            "can_upload_shot": person.id != PROSPECT,
            "teams": [{**team, "html_url": f"https://dribbble.com/{team['login']}"}] if team else [],
        }

    # -- shots -------------------------------------------------------------------------------------------

    @route("POST", "/v2/shots")
    def upload(self, request: Request) -> Any:
        person = self.caller(request, "upload")
        if person.id == PROSPECT:
            raise Refusal(403, {"message": "Upload quota reached or uploads not allowed."})
        if request.mimetype != "multipart/form-data":
            raise Refusal(400, {"message": "Problem parsing JSON."})
        file, form = request.files.get("image"), request.form
        picture = self._picture(file)
        self._refuse(form, person)
        number = str(self.number())
        slug = re.sub(r"\W+", "-", form["title"])
        address = f"{self.public}/dribbble.com/shots/{number}-{slug}"
        said = readable(form.get("description", ""))
        options = {
            name: form[name] for name in ("team_id", "low_profile", "rebound_source_id") if name in form
        }
        self.show(
            number,
            person.handle,
            said,
            address,
            media=[picture],
            title=form["title"],
            tags=form.getlist("tags[]"),
            **options,
        )
        self.shots[number] = self._shot(number, slug, form, person)
        return answer("", 202, {"Location": f"https://api.dribbble.com/v2/shots/{number}-{slug}"})

    def _shot(self, number: str, slug: str, form: Any, person: Person) -> dict[str, Any]:
        now = self.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "id": int(number),
            "title": form["title"],
            "html_url": f"https://dribbble.com/shots/{number}-{slug}",
            "description": f"<p>{form.get('description', '')}</p>",
            "published_at": now,
            "updated_at": now,
            "owner": person.id,
            "looks": self.processing,
        }

    @staticmethod
    def _picture(file: Any) -> dict[str, Any]:
        from PIL import Image, UnidentifiedImageError

        if file is None or file.mimetype not in {"image/jpeg", "image/png", "image/gif"}:
            raise invalid("image", "must be a GIF, JPG or PNG")
        data = file.read()
        if len(data) > 8_388_608:
            raise invalid("image", "must be smaller than 8 MB")
        try:
            size = Image.open(BytesIO(data)).size
        except UnidentifiedImageError as no:
            raise invalid("image", "cannot be read") from no
        if size not in {(400, 300), (800, 600)}:
            raise invalid("image", "must be 400x300 or 800x600")
        return {"mime": file.mimetype, "size": len(data), "width": size[0], "height": size[1]}

    @staticmethod
    def _refuse(form: Any, person: Person) -> None:
        if unknown := set(form) - FIELDS:
            raise invalid("base", f"unknown fields {sorted(unknown)}")
        if not form.get("title", "").strip():
            raise invalid("title", "can't be blank")
        if len(form.getlist("tags[]")) > 12:
            raise invalid("tags", "are too many (maximum is 12)")
        team = form.get("team_id")
        if team is not None and team != str(TEAMS.get(person.id, {}).get("id")):
            raise invalid("team_id", "is no team of yours")
        if form.get("low_profile", "true") not in {"true", "false"}:
            raise invalid("low_profile", "is no boolean")

    @route("GET", "/v2/user/shots")
    def own(self, request: Request) -> Any:
        person = self.caller(request, "public")
        mine = [shot for shot in self.shots.values() if shot["owner"] == person.id]
        size, number = min(100, int(request.args.get("per_page", 12))), int(request.args.get("page", 1))
        return mine[::-1][size * (number - 1) : size * number]

    @route("GET", "/v2/shots/<number>")
    def shot(self, request: Request, number: str) -> Any:
        self.caller(request, "public")
        shot = self._known(number)
        shot["looks"] -= 1
        if shot["looks"] >= 0:
            raise Refusal(404, {"message": "Not found."})
        return shot

    @route("DELETE", "/v2/shots/<number>")
    def delete(self, request: Request, number: str) -> Any:
        self.caller(request, "upload")
        self._known(number)
        with self.lock:
            del self.shots[number]
            self.shown = [shown for shown in self.shown if shown.id != number]
        return answer("", 204)

    def _known(self, number: str) -> dict[str, Any]:
        if number not in self.shots:
            raise Refusal(404, {"message": "Not found."})
        return self.shots[number]

    @route("GET", "/shots/<number>", host="dribbble.com")
    def public_page(self, request: Request, number: str) -> Any:
        shown = self.find(number.partition("-")[0])
        if shown is None:
            raise Refusal(404, {"message": "Not found."})
        return page(html.escape(shown.more["title"]), f"<p>{html.escape(shown.text)}")


def invalid(attribute: str, message: str) -> Refusal:
    errors = [{"attribute": attribute, "message": message}]
    return Refusal(422, {"message": "Validation failed.", "errors": errors})


def readable(description: str) -> str:
    """What readers see of a description, which may hold some HTML: tags vanish, entities are characters."""
    return html.unescape(re.sub(r"<[^>]*>?", "", description))
