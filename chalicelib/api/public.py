"""Postiz's way with every route of `/public/v1`: its key header, its statuses, its error bodies, its limit.

The contract is Postiz's published description and what its clients meet; `docs/postiz.md` lists the differences.
"""

import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any, TypeVar

from chalice.app import Blueprint, Request, Response
from pydantic import BaseModel, ValidationError

from chalicelib import clock, people
from chalicelib.people import Caller
from chalicelib.problems import Blocked, Expired, Problem, Reconnect, Retry
from chalicelib.refusals import Refused
from chalicelib.store import accounts, limits
from chalicelib.store.people import Scope

from .http import ROUTES, Ask, Route, answer

log = logging.getLogger("lamppost")

#: Posts that a workspace may send at once; they grow back over an hour.
POSTS, WINDOW = 90, timedelta(hours=1)

JSON = "application/json"
View = TypeVar("View", bound=Callable[..., Any])


class Told(Exception):
    """An answer that is no success, as it will be sent."""

    def __init__(self, status: int, body: Any, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(str(body))
        self.status, self.body, self.headers = status, body, headers or {}


def msg(status: int, text: str) -> Told:
    """The shape of Postiz's own refusals."""
    return Told(status, {"msg": text})


def refusal(status: int, message: str | list[str], **more: Any) -> Told:
    """The shape of its framework's refusals."""
    named = {"error": HTTPStatus(status).phrase} if status in {400, 404} and not more else {}
    return Told(status, {"statusCode": status, **more, "message": message, **named})


@dataclass(frozen=True)
class Rule:
    """What one route asks of a request, and how it refuses (`plain`: as `{"msg": …}`)."""

    scope: Scope
    body: type[BaseModel] | None
    status: int
    counted: bool
    plain: bool


def route(
    blueprint: Blueprint,
    method: str,
    path: str,
    *,
    scope: Scope = "read",
    body: type[BaseModel] | None = None,
    counted: bool = False,
    plain: bool = False,
    types: tuple[str, ...] = (JSON,),
) -> Callable[[View], View]:
    """Registers `view(ask, [body], **path parameters)` under `/public/v1`; a POST that succeeds is a 201."""
    rule = Rule(scope, body, 201 if method == "POST" else 200, counted, plain)

    def register(view: View) -> View:
        def wrapped(**parameters: str) -> Response:
            return _run(blueprint.current_request, view, rule, parameters)

        wrapped.__name__ = f"{view.__module__.rsplit('.', 1)[-1]}_{view.__name__}"
        where = f"/public/v1{path}"
        blueprint.route(where, methods=[method], content_types=list(types), name=wrapped.__name__)(wrapped)
        ROUTES.append(_described(method, where, rule, view))
        return view

    return register


def _described(method: str, where: str, rule: Rule, view: Callable[..., Any]) -> Route:
    """The route among all others; Postiz's own description says what it answers."""
    return Route(
        method=method,
        path=where,
        scope=rule.scope,
        body=rule.body,
        query=None,
        answers=None,
        status=rule.status,
        tagged=False,
        matched=False,
        repeatable=False,
        keyed=False,
        view=view,
    )


def _run(request: Request, view: Callable[..., Any], rule: Rule, parameters: Mapping[str, str]) -> Response:
    headers: dict[str, str] = {}
    workspace = ""
    try:
        ask = Ask(request, _who(request, rule.scope))
        workspace = ask.workspace
        if rule.counted:
            headers |= _count(workspace)
        given = (rule.body.model_validate_json(ask.raw or b"null"),) if rule.body else ()
        with people.acting(ask.who):
            return answer(view(ask, *given, **parameters), rule.status, headers)
    except Exception as trouble:  # noqa: BLE001  # every trouble has its shape; a bug is logged there
        told = _told(trouble, rule, workspace)
        return answer(told.body, told.status, {**headers, **told.headers})


def _who(request: Request, scope: Scope) -> Caller:
    """The caller by the raw key of the `Authorization` header; `Bearer` in front of it is no matter."""
    headers: Mapping[str, Any] = request.headers or {}
    key = str(headers.get("authorization", "")).strip()
    if not key:
        raise msg(401, "No API Key found")
    caller = people.by_key(key)
    if caller is None:
        raise msg(401, "Invalid OAuth token" if key.startswith("pos_") else "Invalid API key")
    if not caller.may(scope):
        raise msg(403, f"This key may not {scope}. Use one that may.")
    return caller


def _count(workspace: str) -> dict[str, str]:
    """Takes one of the workspace's posts of this hour; the headers that say how many are left."""
    taken = limits.take(f"posts {workspace}", POSTS, WINDOW, clock.now())
    headers = {
        "X-RateLimit-Limit": str(taken.limit),
        "X-RateLimit-Remaining": str(taken.left),
        "X-RateLimit-Reset": str(math.ceil(taken.whole)),
    }
    if not taken.passes:
        body = {"statusCode": 429, "message": "ThrottlerException: Too Many Requests"}
        raise Told(429, body, {**headers, "Retry-After": str(max(1, math.ceil(taken.wait)))})
    return headers


# -- every trouble in its shape ------------------------------------------------------------------------------


def _told(trouble: Exception, rule: Rule, workspace: str) -> Told:
    match trouble:
        case Told():
            return trouble
        case ValidationError():
            return refusal(400, [_sentence(each) for each in trouble.errors()[:50]])
        case UnicodeDecodeError() | RecursionError():
            return refusal(400, "The request's body is not JSON.")
        case Refused():
            return _of_refused(trouble, rule, workspace)
        case Problem():
            return _of_problem(trouble, rule)
    log.error("a public view stumbled", exc_info=trouble)
    return Told(500, {"statusCode": 500, "message": "Internal server error"})


def _sentence(error: Any) -> str:
    where = ".".join(map(str, error["loc"]))
    said = error["msg"].removeprefix("Value error, ")
    return f"{where}: {said}" if where else said


def _of_refused(refused: Refused, rule: Rule, workspace: str) -> Told:
    """Postiz knows 400 where we say 409 and 422; what a platform would not take is told with its account."""
    status = refused.status if refused.status in {403, 404, 413} else 400
    if rule.plain:
        return msg(status, refused.sentence)
    if refused.code == "not-postable" and refused.details:
        first = refused.details[0]
        account = accounts.read(workspace, first["account"])
        name = account.name if account else ""
        return refusal(400, first["sentence"], provider=first["platform"], name=name)
    return refusal(status, refused.sentence)


def _of_problem(problem: Problem, rule: Rule) -> Told:
    if isinstance(problem, Reconnect | Expired):
        return msg(401, "Channel disconnected due to expired token")
    busy = isinstance(problem, Retry | Blocked)
    told = msg(503 if busy else 400, problem.sentence) if rule.plain else None
    told = told or refusal(503 if busy else 400, problem.sentence)
    if busy and problem.after is not None:
        return Told(told.status, told.body, {"Retry-After": str(max(1, math.ceil(problem.after)))})
    return told
