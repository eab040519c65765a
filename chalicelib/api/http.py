"""One way for every route: who is asking, what is asked, and an answer, or a problem in a sentence."""

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import parse_qs

from chalice.app import Blueprint, Request, Response
from pydantic import BaseModel, ValidationError

from chalicelib import people, rates
from chalicelib.people import Caller
from chalicelib.problems import Problem
from chalicelib.refusals import Refused
from chalicelib.store.people import Scope

from .repeating import once
from .replies import (
    answer,
    cookie_name,
    first_sentence,
    kept_cookie,
    of_invalid,
    of_problem,
    page,
    plain,
    problem,
    redirect,
    respond,
    tag,
)

__all__ = [
    "BROWSER",
    "COOKIE",
    "ROUTES",
    "Ask",
    "Route",
    "answer",
    "cookies",
    "first_sentence",
    "kept_cookie",
    "page",
    "plain",
    "problem",
    "redirect",
    "respond",
    "route",
    "tag",
]

log = logging.getLogger("lamppost")

#: The largest JSON body that is read, in bytes; files go to the bucket.
MOST = 1_000_000

#: The longest part of an address that can be anything's name, in bytes.
LONGEST = 300

COOKIE = "lamppost"
BROWSER = "lamppost_browser"
#: What we name browsers.
_NAMED = re.compile(r"[\w-]{32}", re.ASCII)

View = TypeVar("View", bound=Callable[..., Any])
Asked = TypeVar("Asked", bound=BaseModel)


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
    keyed: bool
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
    def browser(self) -> str:
        """The name that this browser was given; empty where it has none, or one that is none of ours."""
        given = cookies(self.header("cookie")).get(cookie_name(BROWSER), "")
        return given if _NAMED.fullmatch(given) else ""

    @property
    def led_here(self) -> bool:
        """Whether a page of another site brought the browser here."""
        return _led(self.request)

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
        if wanted and wanted.strip() != "*" and tag(body) not in _tags(wanted):
            sentence = "It has changed since you read it. Read it again and decide anew."
            raise Refused(412, "changed-meanwhile", sentence)

    def read(self, model: type[Asked]) -> Asked:
        """The query's fields as a model; a wrong one is a 422."""
        return model.model_validate(self.query)

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
    keyed: bool = False,
) -> Callable[[View], View]:
    """Registers `view(ask, [body], **path parameters)`.

    `scope` is what the caller must hold (None lets everyone in); `body` a model that the JSON must be; `query`
    and `answers` are models that describe the query's fields and the answer. `tagged` answers carry an ETag;
    `matched` says that the view heeds `If-Match` (`Ask.match`); `repeatable` that the same `Idempotency-Key`
    answers with the first result, and `keyed` that the view itself sees to that.
    A view answers with a model, a list or dict of them, or a Chalice `Response`.
    """
    types = ["application/json", *(["application/x-www-form-urlencoded"] if forms else [])]

    def register(view: View) -> View:
        made = Route(
            method, path, scope, body, query, answers, status, tagged, matched, repeatable, keyed, view
        )

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
        if any(len(each.encode()) > LONGEST for each in parameters.values()):
            raise Refused(404, "unknown", "There is nothing at this address.")
        given = (_body(request, asked.body),) if asked.body else ()
        if asked.query:
            asked.query.model_validate(ask.query)
        if asked.repeatable and ask.who and (key := ask.header("idempotency-key")):
            return once(ask, asked, key, parameters, lambda: _answered(ask, asked, given, parameters))
        return _answered(ask, asked, given, parameters)
    except Refused as refused:
        return problem(refused.status, refused.code, refused.sentence, refused.details, wait=refused.wait)
    except Problem as trouble:
        return of_problem(trouble)
    except ValidationError as wrong:
        return of_invalid(wrong)
    except Exception:
        log.exception("a view stumbled")
        return problem(500, "stumbled", "Lamppost stumbled over this request; the operator was told.")


def _answered(ask: Ask, asked: Route, given: tuple[Any, ...], parameters: Mapping[str, str]) -> Response:
    with people.acting(ask.who):
        body = asked.view(ask, *given, **parameters)
    if not asked.tagged or isinstance(body, Response):
        return answer(body, asked.status)
    made = tag(body)
    if asked.method == "GET" and made in _tags(ask.header("if-none-match")):
        return respond("", 304, {"ETag": made, "Cache-Control": "no-store"})
    return answer(body, asked.status, {"ETag": made})


def _tags(header: str) -> list[str]:
    return [each.strip().removeprefix("W/") for each in header.split(",")]


def _who(request: Request, scope: Scope | None) -> Caller | None:
    """The caller, who must hold the scope; a signed-in browser must show its CSRF token with every write."""
    headers: Mapping[str, str] = request.headers or {}
    who = people.by_key(key) if (key := headers.get("authorization", "")) else None
    if who is None and _led(request) and request.method not in {"GET", "HEAD"}:
        raise Refused(403, "csrf", "Another site sent this. Do it on Lamppost's own page.")
    if who is None and (cookie := cookies(headers.get("cookie", "")).get(cookie_name(COOKIE))):
        who = people.by_cookie(cookie)
        if who is not None and request.method not in {"GET", "HEAD"} and not _csrf(request, who):
            raise Refused(403, "csrf", "This page is too old. Reload it and try again.")
    if who is not None and who.key:
        rates.allow(who.workspace, who.key)
    if scope is None:
        return who
    if who is None:
        raise Refused(401, "unauthorized", "Sign in, or send an API key in the Authorization header.")
    if not who.may(scope):
        raise Refused(403, "forbidden", _may_not(who, scope))
    return who


def _led(request: Request) -> bool:
    """Whether a page of another site made the browser ask: browsers say so themselves, and no page can change it."""
    headers: Mapping[str, str] = request.headers or {}
    return headers.get("sec-fetch-site", "") in {"cross-site", "same-site"}


def _may_not(who: Caller, scope: Scope) -> str:
    if who.person:
        return "Your role here does not allow this. An owner of the workspace can change your role."
    return f"This key may not {scope}. Use one that may."


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
