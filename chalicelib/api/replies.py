"""What goes back: JSON with its tag, problems in sentences, pages, redirects and cookies."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from chalice.app import Response
from pydantic import BaseModel, ValidationError

from chalicelib.problems import Blocked, Problem, Reconnect, Retry
from chalicelib.settings import settings


def tag(body: Any) -> str:
    """The ETag of an answer: another one for another answer."""
    import hashlib

    text = json.dumps(plain(body), sort_keys=True, default=str)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:24]}"'


def answer(body: Any, status: int = 200, headers: Mapping[str, Any] | None = None) -> Response:
    """JSON of models, lists and dicts; a Response as it is."""
    if isinstance(body, Response):
        return body
    return respond(
        json.dumps(plain(body), ensure_ascii=False, default=str),
        status,
        {"Content-Type": "application/json", "Cache-Control": "no-store", **(headers or {})},
    )


def respond(body: str, status: int, headers: dict[str, Any]) -> Response:
    """Chalice's answer, in the order that reads."""
    return Response(body=body, headers=headers, status_code=status)


def plain(body: Any) -> Any:
    """Models as what JSON holds."""
    match body:
        case BaseModel():
            return body.model_dump(mode="json")
        case dict():
            return {name: plain(value) for name, value in body.items()}
        case list() | tuple():
            return [plain(each) for each in body]
    return body


def problem(status: int, code: str, sentence: str, details: Any = (), wait: int = 0) -> Response:
    """RFC 9457: a sentence for people in `detail`, a stable word for machines in `code`."""
    body = {
        "type": f"about:blank#{code}",
        "title": sentence,
        "status": status,
        "detail": sentence,
        "code": code,
    }
    if details:
        body["errors"] = list(details)
    headers = {"Content-Type": "application/problem+json", "Cache-Control": "no-store"}
    headers |= {"Retry-After": str(wait)} if wait else {}
    return respond(json.dumps(body, ensure_ascii=False), status, headers)


def redirect(to: str, *set_cookies: str) -> Response:
    """A 302, with cookies."""
    headers: dict[str, Any] = {"Location": to, "Cache-Control": "no-store"}
    if set_cookies:
        headers["Set-Cookie"] = list(set_cookies)
    return respond("", 302, headers)


def page(html: str, status: int = 200, *set_cookies: str) -> Response:
    """A page of the dashboard; it loads nothing from elsewhere but pictures."""
    headers: dict[str, Any] = {
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": "no-store",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'self'; img-src * data:; frame-ancestors 'none'; form-action *",
    }
    if set_cookies:
        headers["Set-Cookie"] = list(set_cookies)
    return respond(html, status, headers)


def cookie_name(name: str) -> str:
    """A cookie's name on the wire. Over TLS it is one that no neighbouring site, and nobody on the line, can set."""
    return f"__Host-{name}" if _tls() else name


def kept_cookie(name: str, value: str, seconds: int) -> str:
    """A Set-Cookie for this site alone: unreadable for scripts, and TLS only where we are served so."""
    secure = "; Secure" if _tls() else ""
    return f"{cookie_name(name)}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"


def _tls() -> bool:
    return settings().public_url.startswith("https://")


def of_problem(trouble: Problem) -> Response:
    statuses = {Retry: 503, Blocked: 503, Reconnect: 409}
    status = next((found for kind, found in statuses.items() if isinstance(trouble, kind)), 422)
    details = [{"words": trouble.words}] if trouble.words else []
    return problem(status, type(trouble).__name__.lower(), trouble.sentence, details)


def first_sentence(wrong: ValidationError) -> str:
    """The first thing that is wrong with what was given, and where."""
    first = wrong.errors()[0]
    where = ".".join(map(str, first["loc"]))
    said = first["msg"].removeprefix("Value error, ")
    return f"“{where}”: {said}" if where else said


def _details(wrong: ValidationError) -> list[dict[str, Any]]:
    return [{"field": ".".join(map(str, e["loc"])), "sentence": e["msg"]} for e in wrong.errors()[:50]]


def of_invalid(wrong: ValidationError) -> Response:
    """A 422 with the first thing that is wrong as its sentence, and every one with its field."""
    return problem(422, "invalid", first_sentence(wrong), _details(wrong))


#: What Chalice says by itself, before any view: its code, ours, and the sentence.
_CHALICES = {
    "UnsupportedMediaType": (
        "unsupported-type",
        "This takes JSON. Send it with Content-Type: application/json.",
    ),
    "MethodNotAllowedError": ("wrong-method", "This address knows other methods, not this one: see Allow."),
    "BadRequest": ("not-acceptable", "The answer is a file; say in Accept that you take its type."),
    "InternalServerError": ("stumbled", "Lamppost stumbled over this request; the operator was told."),
}


def spoken(event: Any, respond_to: Callable[[Any], Response]) -> Response:
    """Chalice's own refusals as problems: a middleware of the app."""
    made = respond_to(event)
    said = made.body.get("Code") if isinstance(made.body, dict) else None
    if said not in _CHALICES:
        return made
    told = _told(event, made.status_code, *_CHALICES[said])
    told.headers |= {name: value for name, value in made.headers.items() if name.lower() == "allow"}
    return told


def _told(event: Any, status: int, code: str, sentence: str) -> Response:
    """A problem, or the shape that clients of Postiz's API know."""
    if str(event.context.get("resourcePath", "")).startswith("/public/v1/"):
        return answer({"statusCode": status, "message": sentence}, status)
    return problem(status, code, sentence)
