"""How X reads a body, and the forms in which it refuses."""

from typing import Any

from werkzeug.wrappers import Request

from ..base import Refusal


def body_of(request: Request, known: set[str]) -> dict[str, Any]:
    """The body's fields; X refuses another content type, unknown names and nothing in place of a value."""
    if request.mimetype != "application/json":
        raise problem(415, "Unsupported Media Type", "Content-Type must be application/json.")
    wanted = request.get_json(silent=True)
    if not isinstance(wanted, dict):
        raise invalid("The body is no JSON object.")
    for name, value in wanted.items():
        if name not in known:
            raise invalid(
                f"$.{name}: is not defined in the schema and the schema does not allow additional properties"
            )
        if value is None:
            raise invalid(f"$.{name}: null found")
    return wanted


def problem(status: int, title: str, detail: str, kind: str = "about:blank") -> Refusal:
    return Refusal(status, {"title": title, "detail": detail, "type": kind, "status": status})


def invalid(message: str) -> Refusal:
    kind = "https://api.twitter.com/2/problems/invalid-request"
    body = {"errors": [{"message": message}], "title": "Invalid Request", "detail": message, "type": kind}
    return Refusal(400, body)


def coded(status: int, code: int, message: str) -> Refusal:
    return Refusal(status, {"errors": [{"code": code, "message": message}]})
