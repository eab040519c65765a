"""One way for every route: who is asking, what is asked, and an answer, or a problem in a sentence."""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import parse_qs

from chalice.app import Blueprint, Request, Response
from pydantic import BaseModel, ValidationError

from chalicelib import people, rates
from chalicelib.people import Caller
from chalicelib.problems import Blocked, Problem, Reconnect, Retry
from chalicelib.refusals import Refused
from chalicelib.settings import settings
from chalicelib.store.people import Scope

log = logging.getLogger("lamppost")

#: The largest JSON body that is read, in bytes; files go to the bucket.
MOST = 1_000_000

COOKIE = "lamppost"
BROWSER = "lamppost_browser"

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Route:
    """What a route is, for its description and for the tests that try every one of them."""

    method: str
    path: str
    scope: Scope | None
    body: type[BaseModel] | None
    query: type[BaseModel] | None
    answers: type[BaseModel] | None
    status: int
    tagged: bool
    matched: bool
    repeatable: bool
    view: Callable[..., Any]


#: Every route that was registered, in that order.
ROUTES: list[Route] = []


@dataclass(frozen=True)
class Ask:
    """A request as a view sees it."""

    request: Request
    who: Caller | None

    @property
    def caller(self) -> Caller:
        assert self.who is not None, "this route lets nobody in unasked"
        return self.who

    @property
    def workspace(self) -> str:
        return self.caller.workspace

    @property
    def query(self) -> dict[str, str]:
        return dict(self.request.query_params or {})

    def header(self, name: str) -> str:
        return str(self.request.headers.get(name.lower(), ""))

    @property
    def cookies(self) -> dict[str, str]:
        return cookies(self.header("cookie"))

    @property
    def form(self) -> dict[str, list[str]]:
        """A form's fields; a body that is no form has none."""
        return _fields(self.request)

    @property
    def raw(self) -> bytes:
        """The body as it came."""
        return _raw(self.request)

    def match(self, body: Any) -> None:
        """Refuses with 412 where `If-Match` names another state of the thing than `body`, which it is now."""
        wanted = self.header("if-match")
        if wanted and wanted != "*" and tag(body) not in [each.strip() for each in wanted.split(",")]:
            sentence = "It has changed since you read it. Read it again and decide anew."
            raise Refused(412, "changed-meanwhile", sentence)

    @property
    def wants_page(self) -> bool:
        """Whether a browser is looking, and not a script."""
        return "text/html" in self.header("accept")


def cookies(header: str) -> dict[str, str]:
    """A Cookie header's pairs; what is no pair is left out."""
    pairs = (part.strip().partition("=") for part in header.split(";"))
    return {name: value for name, equals, value in pairs if equals}


def route(
    blueprint: Blueprint,
    method: str,
    path: str,
    *,
    scope: Scope | None = "read",
    body: type[BaseModel] | None = None,
    query: type[BaseModel] | None = None,
    answers: type[BaseModel] | None = None,
    forms: bool = False,
    status: int = 200,
    tagged: bool = False,
    matched: bool = False,
    repeatable: bool = False,
) -> Callable[[View], View]:
    """Registers `view(ask, [body], **path parameters)`.

    `scope` is what the caller must hold (None lets everyone in); `body` a model that the JSON must be; `query`
    and `answers` are models that describe the query's fields and the answer. `tagged` answers carry an ETag;
    `matched` says that the view heeds `If-Match` (`Ask.match`); `repeatable` that the same `Idempotency-Key`
    answers with the first result.
    A view answers with a model, a list or dict of them, or a Chalice `Response`.
    """
    types = ["application/json", *(["application/x-www-form-urlencoded"] if forms else [])]

    def register(view: View) -> View:
        made = Route(method, path, scope, body, query, answers, status, tagged, matched, repeatable, view)

        def wrapped(**parameters: str) -> Response:
            return _run(blueprint.current_request, made, parameters)

        wrapped.__name__ = f"{view.__module__.rsplit('.', 1)[-1]}_{view.__name__}"
        blueprint.route(path, methods=[method], content_types=types, name=wrapped.__name__)(wrapped)
        ROUTES.append(made)
        return view

    return register


def _run(request: Request, asked: Route, parameters: Mapping[str, str]) -> Response:
    try:
        ask = Ask(request, _who(request, asked.scope))
        given = (_body(request, asked.body),) if asked.body else ()
        key = ask.header("idempotency-key") if asked.repeatable and ask.who else ""
        if key:
            return _repeated(ask, asked, key, lambda: _answered(ask, asked, given, parameters))
        return _answered(ask, asked, given, parameters)
    except Refused as refused:
        return problem(refused.status, refused.code, refused.sentence, refused.details, wait=refused.wait)
    except Problem as trouble:
        return _of_problem(trouble)
    except ValidationError as wrong:
        return problem(422, "invalid", first_sentence(wrong), _details(wrong))
    except Exception:
        log.exception("a view stumbled")
        return problem(500, "stumbled", "Lamppost stumbled over this request; the operator was told.")


def _answered(ask: Ask, asked: Route, given: tuple[Any, ...], parameters: Mapping[str, str]) -> Response:
    body = asked.view(ask, *given, **parameters)
    return answer(body, asked.status, {"ETag": tag(body)} if asked.tagged else None)


def _repeated(ask: Ask, asked: Route, key: str, view: Callable[[], Response]) -> Response:
    """The first result of this key, or the view's, which is kept for the next who comes with it."""
    from chalicelib import clock
    from chalicelib.store import repeats

    shown_once = asked.answers is not None and {"secret", "key"} & set(asked.answers.model_fields)
    found = repeats.first(
        ask.workspace,
        f"{asked.path} {key[:200]}",
        ask.raw,
        clock.now(),
        view,
        lambda made: (made.status_code, None if shown_once else str(made.body)),
    )
    if isinstance(found, repeats.Told):
        headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
        return respond(found.body, found.status, headers)
    return found


def tag(body: Any) -> str:
    """The ETag of an answer: another one for another answer."""
    import hashlib

    text = json.dumps(plain(body), sort_keys=True, default=str)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:24]}"'


def _who(request: Request, scope: Scope | None) -> Caller | None:
    """The caller, who must hold the scope; a signed-in browser must show its CSRF token with every write."""
    headers: Mapping[str, str] = request.headers or {}
    who = people.by_key(key) if (key := headers.get("authorization", "")) else None
    if who is None and (cookie := cookies(headers.get("cookie", "")).get(COOKIE)):
        who = people.by_cookie(cookie)
        if who is not None and request.method not in {"GET", "HEAD"} and not _csrf(request, who):
            raise Refused(403, "csrf", "This page is too old. Reload it and try again.")
    if scope is None:
        return who
    if who is None:
        raise Refused(401, "unauthorized", "Sign in, or send an API key in the Authorization header.")
    if not who.may(scope):
        raise Refused(403, "forbidden", f"This key may not {scope}. Use one that may.")
    if who.key:
        rates.allow(who.workspace, who.key)
    return who


def _raw(request: Request) -> bytes:
    raw = request.raw_body or b""
    return raw.encode() if isinstance(raw, str) else bytes(raw)


def _fields(request: Request) -> dict[str, list[str]]:
    return parse_qs(_raw(request).decode("utf-8", "replace"), keep_blank_values=True)


def _csrf(request: Request, who: Caller) -> bool:
    import hmac

    headers: Mapping[str, str] = request.headers or {}
    given = str(headers.get("x-csrf-token", ""))
    if not given and "form-urlencoded" in str(headers.get("content-type", "")):
        given = _fields(request).get("csrf", [""])[0]
    return hmac.compare_digest(given.encode(), who.csrf.encode())


def _body(request: Request, model: type[BaseModel]) -> BaseModel:
    raw = _raw(request)
    if len(raw) > MOST:
        raise Refused(
            413,
            "too-large",
            "The request is larger than 1 MB. Files go to the address that POST /v1/media gives.",
        )
    try:
        return model.model_validate_json(raw)
    except (UnicodeDecodeError, RecursionError) as wrong:
        raise Refused(400, "not-json", "The request's body is not JSON.") from wrong


def _of_problem(trouble: Problem) -> Response:
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


def kept_cookie(name: str, value: str, seconds: int) -> str:
    """A Set-Cookie for this site alone: unreadable for scripts, and TLS only where we are served so."""
    secure = "; Secure" if settings().public_url.startswith("https://") else ""
    return f"{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
