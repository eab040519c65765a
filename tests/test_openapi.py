"""The description of `/v1` and what answers behind it: every route in it, and no answer that it does not foresee."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from chalice.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

import app
from chalicelib import clock, hooks, library, people
from chalicelib.api import examples, openapi
from chalicelib.api.http import ROUTES
from infra.sandbox import Sandbox
from tests.served import Behind
from tests.world import opened

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = int(os.environ.get("HYPOTHESIS_EXAMPLES", "12"))


@dataclass(frozen=True)
class Stage:
    """The API's address, a key with every right, and what is there by the names of path parameters."""

    url: str
    key: str
    there: dict[str, str]


@pytest.fixture
def served(sandbox: Sandbox, aws: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    world = opened(sandbox, monkeypatch, "mastodon")
    now = clock.now()
    account = world.connect("mastodon", now)
    post, (delivery,) = world.post([account], now + timedelta(days=1), now)
    hook, _ = hooks.make("home", "https://example.com/hook", ("post.created",), "", now)
    upload, _ = library.begin("home", "lamp.png", "image/png", 100, now)
    there = {
        "account": account.id,
        "post": post.id,
        "delivery": delivery.id,
        "webhook": hook.id,
        "media": upload.id,
    }
    with Client(app.app) as client:
        server = Behind(client)
        yield Stage(server.url, people.first_key(now), there)
        server.stop()


OPERATIONS = [(each.method, each.path) for each in ROUTES if each.path.startswith("/v1/")]


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_whatever_is_asked_the_answer_is_one_that_is_described(served: Stage, method: str, path: str) -> None:
    schema = schemathesis.openapi.from_dict(openapi.description())
    schema.config.update(base_url=f"{served.url}/api")
    operation = schema[path][method]
    wrong, right = (operation.as_strategy(generation_mode=mode) for mode in GenerationMode)

    @given(some.one_of(wrong, right), some.booleans())
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def holds(case: Any, known: bool) -> None:
        if known:
            case.path_parameters |= {
                name: there for name, there in served.there.items() if name in case.path_parameters
            }
        answer = case.call(headers={"Authorization": f"Bearer {served.key}"})
        case.validate_response(answer, checks=CHECKS)

    holds()


def test_every_route_of_the_api_is_described_with_its_answer() -> None:
    described = {
        (method.upper(), path)
        for path, operations in openapi.description()["paths"].items()
        for method in operations
    }
    own = [each for each in ROUTES if each.path.startswith("/v1/")]
    assert {(each.method, each.path) for each in own} == described
    assert [each.path for each in own if each.answers is None] == []


def test_every_operation_has_a_name_of_its_own_and_a_sentence() -> None:
    every = [each for operations in openapi.description()["paths"].values() for each in operations.values()]
    assert len({each["operationId"] for each in every}) == len(every)
    assert [each["operationId"] for each in every if not each["summary"].endswith(".")] == []


def test_what_is_sent_is_described_field_by_field_and_with_an_example_that_passes() -> None:
    bodies = {each.body for each in ROUTES if each.body and each.path.startswith("/v1/")}
    for body in bodies:
        body.model_validate(examples.EXAMPLES[body.__name__])
    assert set(examples.EXAMPLES) == {each.__name__ for each in bodies}
    fields = [(body.__name__, *field) for body in bodies for field in body.model_fields.items()]
    assert [(body, name) for body, name, field in fields if not field.description] == []


def test_every_shape_has_one_name_and_every_noun_its_words() -> None:
    found = openapi.description()
    assert [name for name in found["components"]["schemas"] if "__" in name] == []
    assert {each["name"] for each in found["tags"]} == set(openapi.NOUNS)
