"""Postiz's published description of its public API, and how an answer of ours is held against it."""

import copy
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped, unused-ignore]

DESCRIPTION = Path(__file__).parent / "specs" / "descriptions" / "postiz-public-api.json"

#: Where the description is not what Postiz's server says, or not what ours can: schema → property → instead.
#: `docs/postiz.md` gives the reason of each.
DEVIATIONS: dict[str, dict[str, Any]] = {
    "Post": {"settings": {"type": "string"}, "releaseURL": {"type": ["string", "null"]}},
    "Integration": {"identifier": {"type": "string"}},
}
#: Answers that Postiz's server gives besides the one described.
ALSO: dict[str, Any] = {"/analytics/post/{postId}": {"missing": True}}
#: Properties that only some have.
OPTIONAL = {"customer", "voices"}
#: A POST that succeeds is a 201 with Postiz's server; the description says 200 throughout.
CREATED = {"POST": 201}


@cache
def _document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DESCRIPTION.read_text())
    for name, properties in DEVIATIONS.items():
        found["components"]["schemas"][name]["properties"] |= properties
    strict: dict[str, Any] = _strict(found)
    return strict


def _strict(schema: Any) -> Any:
    """The description requires nothing of an answer; a client reads whatever it names, so here all of it must be there."""
    if isinstance(schema, list):
        return [_strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: _strict(each) for name, each in schema.items()}
    if schema.get("type") == "object" and isinstance(schema.get("properties"), dict):
        made["required"] = sorted(set(schema["properties"]) - OPTIONAL)
    return made


def operation(method: str, path: str) -> str:
    """The path of the description that a request's path is an instance of."""
    given = path.partition("?")[0].removeprefix("/public/v1")
    fitting: list[str] = [
        known
        for known, methods in _document()["paths"].items()
        if method.lower() in methods and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", known), given)
    ]
    assert fitting, f"{method} {given} is not in the description"
    return min(fitting, key=lambda known: known.count("{"))


def check(method: str, path: str, status: int, body: Any) -> None:
    """A success must have its status and its schema; the other answers are not described but as sentences."""
    known = operation(method, path)
    if status >= 300 or body == ALSO.get(known, ...):
        return
    assert status == CREATED.get(method, 200)
    document = copy.copy(_document())
    where = known.replace("~", "~0").replace("/", "~1")
    described = document["paths"][known][method.lower()]["responses"]["200"]["content"]
    assert set(described) == {"application/json"}
    pointer = f"#/paths/{where}/{method.lower()}/responses/200/content/application~1json/schema"
    errors = Draft202012Validator({**document, "$ref": pointer}).iter_errors(body)
    said = [f"{error.json_path}: {error.message}" for error in errors]
    assert not said, f"{method} {known}: {said}"


def operations() -> set[tuple[str, str]]:
    """Everything that the description knows."""
    return {
        (method.upper(), path)
        for path, methods in json.loads(DESCRIPTION.read_text())["paths"].items()
        for method in methods
    }
