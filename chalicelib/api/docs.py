"""`/docs`: the description of the API as a page to read, made on the server and readable without scripts."""

import json
from functools import cache
from typing import Any

from chalice.app import Blueprint

from chalicelib.settings import settings

from .http import Ask, page, route
from .openapi import NOUNS, description
from .views import render

blueprint = Blueprint(__name__)


@route(blueprint, "GET", "/docs", scope=None)
def docs(ask: Ask) -> Any:
    """Every route with its fields, and how to call it from a shell."""
    who = {"csrf": ask.who.csrf, "workspace": ask.workspace} if ask.who and ask.who.csrf else {}
    return page(
        render("docs.html", chapters=chapters(settings().public_url), shapes=shapes(), here="/docs", **who)
    )


@cache
def chapters(address: str) -> list[dict[str, Any]]:
    """The operations by noun, each with its fields laid out for the page."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path, operations in description()["paths"].items():
        for method, operation in operations.items():
            found.setdefault(operation["tags"][0], []).append(
                _laid_out(method.upper(), path, operation, address)
            )
    return [
        {"name": name, "told": NOUNS[name], "operations": operations} for name, operations in found.items()
    ]


@cache
def shapes() -> list[dict[str, Any]]:
    """What bodies and answers are made of, by name."""
    schemas = description()["components"]["schemas"]
    return [
        {"name": name, "told": schema.get("description", ""), "fields": _fields(schema)}
        for name, schema in sorted(schemas.items())
        if schema.get("properties")
    ]


def _laid_out(method: str, path: str, operation: dict[str, Any], root: str) -> dict[str, Any]:
    body = _json(operation.get("requestBody", {}))
    status, good = next(each for each in operation["responses"].items() if each[0] < "300")
    return {
        "method": method,
        "path": path,
        "id": operation["operationId"],
        "told": operation["description"],
        "parameters": operation["parameters"],
        "body": _fields(_schema(body)) if body else [],
        "example": _example(method, f"{root}{path}", operation, body),
        "status": status,
        "answer": _name(answer) if (answer := _json(good)) else "",
        "answered": good["description"],
    }


def _json(content: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = content.get("content", {}).get("application/json", {}).get("schema", {})
    return found


def _name(schema: dict[str, Any]) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _schema(schema: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = description()["components"]["schemas"].get(_name(schema), schema)
    return found


def _example(method: str, address: str, operation: dict[str, Any], body: dict[str, Any]) -> str:
    """The request as a line for a shell, with this API's own address."""
    asked = [each for each in operation["parameters"] if each["in"] == "query" and each["required"]]
    query = "&".join(f"{each['name']}={_sample(each['schema'], each['name'])}" for each in asked)
    address = f"{address}?{query}" if query else address
    parts = [f"curl {'' if method == 'GET' else f'-X {method} '}'{address}'"]
    parts.append('-H "Authorization: Bearer $KEY"')
    if body:
        given = operation["requestBody"]["content"]["application/json"]["example"]
        text = json.dumps(given, indent=2, ensure_ascii=False).replace("'", "'\\''")
        parts += ["-H 'Content-Type: application/json'", f"-d '{text}'"]
    return " \\\n  ".join(parts)


def _sample(schema: dict[str, Any], name: str = "") -> Any:
    """Some value of a query's field."""
    if schema.get("format") == "date-time":
        return "2026-12-24T18:00:00Z"
    return {"state": "failed"}.get(name, "…")


def _fields(schema: dict[str, Any]) -> list[dict[str, Any]]:
    needed = schema.get("required", [])
    return [
        {
            "name": field,
            "types": _types(each),
            "needed": field in needed,
            "default": json.dumps(each["default"], ensure_ascii=False) if each.get("default") else "",
            "said": " ".join([each.get("description", ""), _bounds(each)]).strip(),
        }
        for field, each in schema.get("properties", {}).items()
    ]


def _bounds(schema: dict[str, Any]) -> str:
    words = {
        "minimum": "{} or more",
        "maximum": "{} at the most",
        "maxLength": "{} characters at the most",
        "minItems": "{} or more",
        "maxItems": "{} at the most",
    }
    told = [form.format(f"{schema[word]:,}") for word, form in words.items() if schema.get(word)]
    return f"{', '.join(told).capitalize()}." if told else ""


def _types(schema: dict[str, Any]) -> list[dict[str, str]]:
    """A schema in a few words, each perhaps the name of a shape."""
    if "$ref" in schema:
        linked = _schema(schema).get("properties")
        return [{"text": _name(schema), "shape": _name(schema) if linked else ""}]
    if options := schema.get("anyOf") or schema.get("oneOf"):
        told = [each for option in options for each in [*_types(option), {"text": " or ", "shape": ""}]]
        return told[:-1]
    if "enum" in schema or "const" in schema:
        words = schema.get("enum", [schema.get("const")])
        return [{"text": " | ".join(json.dumps(each) for each in words), "shape": ""}]
    if schema.get("type") == "array":
        return [{"text": "list of ", "shape": ""}, *_types(schema.get("items", {}))]
    kind = schema.get("format") or schema.get("type") or "anything"
    return [{"text": {"date-time": "moment"}.get(kind, kind), "shape": ""}]
