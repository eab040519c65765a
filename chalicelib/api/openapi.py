"""`/openapi.json`: OpenAPI 3.1, made from the routes and their models."""

import re
from functools import cache
from typing import Any, cast

from chalice.app import Blueprint
from pydantic import BaseModel

from chalicelib.settings import settings

from .examples import EXAMPLES
from .http import LONGEST, ROUTES, Ask, Route, answer, route
from .shapes import ProblemShown

blueprint = Blueprint(__name__)

#: What may go wrong, by status.
REFUSALS = {
    "400": "The request cannot be read.",
    "401": "Nobody is signed in, or the key is not one.",
    "403": "The key may not do this.",
    "404": "There is no such thing in this workspace.",
    "409": "It cannot be done to this thing as it is now.",
    "412": "It has changed since it was read.",
    "413": "The request is larger than 1 MB.",
    "415": "The body is not JSON.",
    "422": "The request says something that cannot be.",
    "429": "Too many requests; `Retry-After` says when to come again.",
    "503": "The platform, or an AWS service, asks to wait.",
}

#: What each noun is about.
NOUNS = {
    "accounts": "Connected profiles, pages and channels: who they are, how they are, their timetables and tools.",
    "posts": "What goes out: written, checked, scheduled, changed, cancelled.",
    "deliveries": "One post on one account. The delivery owns the state, and a person's word changes it.",
    "groups": "Accounts under one name, as one customer's.",
    "webhooks": "Addresses that are told what happens, and what came of each telling.",
    "signatures": "Words for the end of posts.",
    "tags": "Words to find posts by, and their colours.",
    "export": "Everything there is, to take along.",
    "import": "Posts from a table.",
    "keys": "API keys and what they may do.",
    "media": "Files: uploaded, looked at, posted.",
    "people": "Who may do what in the workspace.",
    "signout": "The end of every session of one's own.",
    "platforms": "What can be connected here, and what a post may hold there.",
    "reviews": "Posts that wait for a reviewer.",
    "series": "Posts that repeat.",
    "workspaces": "Tenants: nothing crosses from one to another.",
}
#: Operations whose view is named otherwise than a client would call it.
CALLED = {
    "accounts_slots": "accounts_read_slots",
    "accounts_use": "accounts_use_tool",
    "deliveries_cancel_one": "deliveries_cancel",
    "export_table": "export_posts",
    "import_take": "import_posts",
    "keys_make": "keys_create",
    "posts_say": "posts_review",
    "signout_sign_out": "signout_everywhere",
    "webhooks_retry": "webhooks_retry_delivery",
    "webhooks_sendings": "webhooks_list_deliveries",
    "workspaces_make": "workspaces_create",
}

#: The two ways to show a key.
SCHEMES = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key, with what it may do: read, write or admin.",
    },
    "key": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "The same key without `Bearer`, as clients of Postiz send it.",
    },
}


@route(blueprint, "GET", "/openapi.json", scope=None)
def described(ask: Ask) -> Any:
    """The description of `/v1`."""
    return answer(description(), headers={"Cache-Control": "public, max-age=300"})


def description() -> dict[str, Any]:
    """The whole description, made once for an address."""
    return _described(settings().public_url)


@cache
def _described(address: str) -> dict[str, Any]:
    routes = [each for each in ROUTES if each.path.startswith("/v1/")]
    schemas, names = _schemas(routes)
    paths: dict[str, dict[str, Any]] = {}
    for each in routes:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each, names)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Lamppost",
            "version": "1",
            "summary": "Write once; it goes out on time, once, everywhere.",
            "description": "Every request carries a key: `Authorization: Bearer lp.…`. What goes wrong is told as "
            "problem+json (RFC 9457), with a sentence for people in `detail` and a stable word in `code`.",
        },
        "servers": [{"url": address}],
        "security": [{"bearer": []}, {"key": []}],
        "tags": [{"name": name, "description": NOUNS[name]} for name in dict.fromkeys(map(_tag, routes))],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": SCHEMES},
    }


def _schemas(routes: list[Route]) -> tuple[dict[str, Any], dict[tuple[type[BaseModel], str], Any]]:
    """Every model's schema by name, and the reference to each: as it is taken, and as it is given."""
    from pydantic.json_schema import models_json_schema

    taken = {each.body for each in routes if each.body}
    given = {each.answers for each in routes if each.answers} | {ProblemShown}
    wanted: list[tuple[type[BaseModel], Any]] = [(model, "validation") for model in _sorted(taken)]
    wanted += [(model, "serialization") for model in _sorted(given)]
    names, whole = models_json_schema(wanted, ref_template="#/components/schemas/{model}")
    return _even(whole.get("$defs", {})), {
        (cast("type[BaseModel]", model), mode): ref for (model, mode), ref in names.items()
    }


def _even(schema: Any) -> Any:
    """Lists of a fixed length say what they hold also to programs that do not know `prefixItems`."""
    if isinstance(schema, list):
        return [_even(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: _even(each) for name, each in schema.items()}
    return {**made, "items": made["prefixItems"][0]} if "prefixItems" in made else made


def _sorted(models: set[type[BaseModel]]) -> list[type[BaseModel]]:
    return sorted(models, key=lambda model: (model.__name__, model.__module__))


def _operation(route: Route, names: dict[tuple[type[BaseModel], str], Any]) -> dict[str, Any]:
    said = " ".join((route.view.__doc__ or "").split())
    found: dict[str, Any] = {
        "operationId": _called(route),
        "summary": _sentence(said),
        "description": f"{said} Needs a key that may {route.scope}." if route.scope else said,
        "tags": [_tag(route)],
        "x-scope": route.scope,
        "parameters": [*_path_parameters(route), *_query_parameters(route), *_headers(route)],
        "responses": {str(route.status): _answer(route, names), **_refusals(route, names)},
    }
    if route.body:
        schema = names[(route.body, "validation")]
        taken = {"schema": schema, "example": EXAMPLES[route.body.__name__]}
        found["requestBody"] = {"required": True, "content": {"application/json": taken}}
    return found


def _answer(route: Route, names: dict[tuple[type[BaseModel], str], Any]) -> dict[str, Any]:
    if route.answers is None:
        return {"description": "See the summary."}
    told = (route.answers.__doc__ or "").strip()
    schema = names[(route.answers, "serialization")]
    found: dict[str, Any] = {
        "description": told,
        "content": {getattr(route.answers, "media_type", "application/json"): {"schema": schema}},
    }
    if route.tagged:
        found["headers"] = {"ETag": {"schema": {"type": "string"}}}
    return found


def _refusals(route: Route, names: dict[tuple[type[BaseModel], str], Any]) -> dict[str, Any]:
    """What else may be answered; only those who send a body or an `If-Match` are told of theirs."""
    content = {"application/problem+json": {"schema": names[(ProblemShown, "serialization")]}}
    never = {"413"} - {"413" if route.body else ""} | {"412"} - {"412" if route.matched else ""}
    found: dict[str, Any] = {
        status: {"description": said, "content": content}
        for status, said in REFUSALS.items()
        if status not in never
    }
    if route.tagged and route.method == "GET":
        found["304"] = {"description": "It is as `If-None-Match` says."}
    return found


def _sentence(said: str) -> str:
    """The first sentence of a docstring."""
    return re.split(r"(?<=\.)\s", said, maxsplit=1)[0]


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": f"Which {name}, by its {'name' if name == 'tool' else 'id'}.",
            "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST},
        }
        for name in re.findall(r"{(\w+)}", route.path)
    ]


def _query_parameters(route: Route) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    schema = route.query.model_json_schema()
    needed = schema.get("required", [])
    return [
        {
            "name": name,
            "in": "query",
            "required": name in needed,
            "description": each.pop("description", ""),
            "schema": {key: value for key, value in each.items() if key != "title"},
        }
        for name, each in schema["properties"].items()
    ]


def _headers(route: Route) -> list[dict[str, Any]]:
    found = []
    if route.repeatable or route.keyed:
        found.append(("Idempotency-Key", "The same key again, within a day, answers with the first result."))
    if route.matched:
        found.append(("If-Match", "The ETag that was read: a change since then is refused with 412."))
    if route.tagged and route.method == "GET":
        found.append(("If-None-Match", "The ETag that is known: answered with 304 while it is still that."))
    return [
        {"name": name, "in": "header", "description": said, "schema": {"type": "string"}}
        for name, said in found
    ]


def _called(route: Route) -> str:
    """What generated clients call it: the noun, and what is done with it."""
    plain = f"{_tag(route)}_{route.view.__name__}"
    return CALLED.get(plain, plain.replace("_listed", "_list"))


def _tag(route: Route) -> str:
    return route.path.split("/")[2]
