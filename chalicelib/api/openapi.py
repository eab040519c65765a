"""`/openapi.json`: OpenAPI 3.1, made from the routes and their models; and `/docs`, a page to read it."""

import re
from functools import cache
from typing import Any, cast

from chalice.app import Blueprint
from pydantic import BaseModel

from chalicelib.settings import settings

from .http import ROUTES, Ask, Route, answer, page, route
from .shapes import ProblemShown
from .views import render

blueprint = Blueprint(__name__)

#: What may go wrong with any request that somebody signs.
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


@route(blueprint, "GET", "/openapi.json", scope=None)
def described(ask: Ask) -> Any:
    """The description of `/v1`."""
    return answer(description(), headers={"Cache-Control": "public, max-age=300"})


@route(blueprint, "GET", "/docs", scope=None)
def docs(ask: Ask) -> Any:
    """The same, to read."""
    return page(render("docs.html", api=description(), chapters=chapters(), here="/docs"))


@cache
def description() -> dict[str, Any]:
    """The whole description; the same for as long as the program is."""
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
        "servers": [{"url": settings().public_url}],
        "security": [{"key": []}],
        "tags": [{"name": name} for name in dict.fromkeys(map(_tag, routes))],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key: read, write or admin.",
                }
            },
        },
    }


def _schemas(routes: list[Route]) -> tuple[dict[str, Any], dict[tuple[type[BaseModel], str], Any]]:
    """Every model's schema by name, and the reference to each: as it is taken, and as it is given."""
    from pydantic.json_schema import models_json_schema

    taken = {each.body for each in routes if each.body}
    given = {each.answers for each in routes if each.answers} | {ProblemShown}
    wanted: list[tuple[type[BaseModel], Any]] = [(model, "validation") for model in _sorted(taken)]
    wanted += [(model, "serialization") for model in _sorted(given)]
    names, whole = models_json_schema(wanted, ref_template="#/components/schemas/{model}")
    return whole.get("$defs", {}), {
        (cast("type[BaseModel]", model), mode): ref for (model, mode), ref in names.items()
    }


def _sorted(models: set[type[BaseModel]]) -> list[type[BaseModel]]:
    return sorted(models, key=lambda model: (model.__name__, model.__module__))


def _operation(route: Route, names: dict[tuple[type[BaseModel], str], Any]) -> dict[str, Any]:
    said = (route.view.__doc__ or "").strip()
    found: dict[str, Any] = {
        "operationId": f"{_tag(route)}_{route.view.__name__}",
        "summary": said.partition("\n")[0],
        "tags": [_tag(route)],
        "x-scope": route.scope,
        "parameters": [*_path_parameters(route), *_query_parameters(route), *_headers(route)],
        "responses": {str(route.status): _answer(route, names), **_refusals(names)},
    }
    if route.body:
        schema = names[(route.body, "validation")]
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return found


def _answer(route: Route, names: dict[tuple[type[BaseModel], str], Any]) -> dict[str, Any]:
    if route.answers is None:
        return {"description": "See the summary."}
    told = (route.answers.__doc__ or "").strip()
    schema = names[(route.answers, "serialization")]
    found: dict[str, Any] = {
        "description": told,
        "content": {"application/json": {"schema": schema}},
    }
    if route.tagged:
        found["headers"] = {"ETag": {"schema": {"type": "string"}}}
    return found


def _refusals(names: dict[tuple[type[BaseModel], str], Any]) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": names[(ProblemShown, "serialization")]}}
    return {status: {"description": said, "content": content} for status, said in REFUSALS.items()}


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
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
    return [
        {"name": name, "in": "header", "description": said, "schema": {"type": "string", "maxLength": 200}}
        for name, said in found
    ]


def _tag(route: Route) -> str:
    return route.path.split("/")[2]


def chapters() -> list[dict[str, Any]]:
    """The operations by noun, each with its fields laid out for the page."""
    api = description()
    found: dict[str, list[dict[str, Any]]] = {}
    for path, operations in api["paths"].items():
        for method, operation in operations.items():
            found.setdefault(operation["tags"][0], []).append(_laid_out(method, path, operation, api))
    return [{"name": name, "operations": operations} for name, operations in found.items()]


def _laid_out(method: str, path: str, operation: dict[str, Any], api: dict[str, Any]) -> dict[str, Any]:
    schemas = api["components"]["schemas"]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    good = next(each for status, each in operation["responses"].items() if status < "300")
    shape = good.get("content", {}).get("application/json", {}).get("schema")
    return {
        "method": method.upper(),
        "path": path,
        "id": operation["operationId"],
        "summary": operation["summary"],
        "scope": operation["x-scope"],
        "parameters": operation["parameters"],
        "body": _fields(body, schemas) if body else [],
        "answer": _fields(shape, schemas) if shape else [],
        "told": good["description"],
    }


def _fields(schema: dict[str, Any], schemas: dict[str, Any]) -> list[dict[str, Any]]:
    name = schema["$ref"].rpartition("/")[2]
    whole = schemas[name]
    needed = whole.get("required", [])
    return [
        {
            "name": field,
            "type": _type(each),
            "needed": field in needed,
            "default": each.get("default"),
            "said": each.get("description", ""),
        }
        for field, each in whole.get("properties", {}).items()
    ]


def _type(schema: dict[str, Any]) -> str:
    """A schema in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(map(_type, schema["anyOf"])))
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "anything")
