"""The half of LinkedIn's stand-in that takes comments, at both generations of its address."""

from typing import Any

from werkzeug.wrappers import Request, Response

from ..base import Refusal, Shown, answer, route
from .members import refused
from .uploads import Uploads

COMMENT = 1250


class Comments(Uploads):
    """Comments and what they share with posts: the newer address asks for rights that most apps lack."""

    def reset(self) -> None:
        super().reset()
        with self.lock:
            self.posts: dict[str, dict[str, Any]] = {}
            self.comments: dict[str, dict[str, Any]] = {}

    @route("POST", "/rest/socialActions/<urn>/comments")
    def comment(self, request: Request, urn: str) -> Any:
        body = self.json(request)
        self.acts_for(request, body.get("actor"))
        page = str(body["actor"]).startswith("urn:li:organization:")
        self._feed(request, "CREATE", "w_organization_social_feed" if page else "w_member_social_feed")
        return self._say(urn, body)

    @route("POST", "/v2/socialActions/<urn>/comments")
    def old_comment(self, request: Request, urn: str) -> Any:
        body = self.json(request)
        self.caller(request, "w_member_social")
        return self._say(urn, body)

    def _feed(self, request: Request, method: str, scope: str) -> None:
        try:
            self.member(request, scope)
        except Refusal as no:
            version = request.headers.get("LinkedIn-Version")
            what = f"partnerApiSocialActions.{method}.{version}"
            raise refused(403, "ACCESS_DENIED", f"Not enough permissions to access: {what}") from no

    def _say(self, urn: str, body: dict[str, Any]) -> Response:
        post = self.shown_post(urn)
        allowed(body, {"actor", "object", "message", "parentComment"})
        said = (body.get("message") or {}).get("text")
        if not isinstance(said, str) or not said.strip() or body.get("object") != urn:
            raise invalid("MISSING_FIELD", "object and message.text are needed")
        if len(said) > COMMENT:
            raise invalid("FIELD_LENGTH_TOO_LONG", "message.text")
        number = self.number()
        own = f"urn:li:comment:(urn:li:activity:{urn.rpartition(':')[2]},{number})"
        created = {"time": int(self.now().timestamp() * 1000)}
        self.comments[own] = {**body, "id": str(number), "commentUrn": own, "created": created}
        self.show(own, body["actor"], said, post.url, reply_to=urn)
        return answer(self.comments[own], 201, {"x-restli-id": str(number)})

    def shown_post(self, urn: str) -> Shown:
        number = urn.rpartition(":")[2]
        found = [shown for shown in self.shown if shown.id in self.posts and shown.id.endswith(f":{number}")]
        if not found:
            raise refused(404, "NOT_FOUND", "Unable to obtain activity")
        return found[0]

    @route("GET", "/rest/socialActions/<urn>/comments")
    def said(self, request: Request, urn: str) -> Any:
        self._feed(request, "GET", "r_organization_social_feed")
        here = [each for own, each in self.comments.items() if each["object"] == urn and self.find(own)]
        return {"elements": here[::-1]}

    @route("DELETE", "/<any(rest,v2):generation>/socialActions/<urn>/comments/<number>")
    def unsay(self, request: Request, generation: str, urn: str, number: str) -> Any:
        self.caller(request, "w_member_social")
        if generation == "rest":
            self._feed(request, "DELETE", "w_member_social_feed")
        own = next((own for own, each in self.comments.items() if each["id"] == number), "")
        if not own or request.args.get("actor") != self.comments[own]["actor"]:
            raise refused(404, "NOT_FOUND", "no such comment")
        self.hide(own)
        return answer("", 204)

    @staticmethod
    def json(request: Request) -> dict[str, Any]:
        body = request.get_json(silent=True)
        if request.mimetype != "application/json" or not isinstance(body, dict):
            raise refused(400, "ILLEGAL_ARGUMENT", "a JSON object is needed")
        return body

    def hide(self, urn: str) -> None:
        with self.lock:
            self.shown = [shown for shown in self.shown if shown.id != urn]


def invalid(code: str, description: str) -> Refusal:
    """422, with the code where LinkedIn puts it for inputs."""
    inner = {"inputErrors": [{"code": code, "description": description}]}
    body = {"status": 422, "code": "UNPROCESSABLE_ENTITY", "message": description, "errorDetails": inner}
    return Refusal(422, body)


def allowed(given: Any, names: set[str]) -> None:
    if not isinstance(given, dict) or set(given) - names:
        raise invalid("UNRECOGNIZED_FIELD", f"{given} :: unrecognized field found but not allowed")
