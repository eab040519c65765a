"""What is sent to X, against the models that X generates from its own OpenAPI description (PyPI `xdk`)."""

import re
from typing import Any

import pytest

from chalicelib.models import Entry
from infra.sandbox import Sandbox, serve, stop
from tests.contract.cases import case
from tests.contract.harness import FILES, Bench

pytestmark = pytest.mark.specs

posts = pytest.importorskip("xdk.posts.models")
media = pytest.importorskip("xdk.media.models")
users = pytest.importorskip("xdk.users.models")

MODELS = {
    r"POST /2/tweets": posts.CreateRequest,
    r"POST /2/users/\d+/retweets": users.RepostPostRequest,
    r"POST /2/media/upload": media.UploadRequest,
    r"POST /2/media/upload/initialize": media.InitializeUploadRequest,
    r"POST /2/media/upload/\d+/append": media.AppendUploadRequest,
    r"POST /2/media/metadata": media.CreateMetadataRequest,
}


@pytest.fixture(scope="module")
def bench() -> Any:
    sandbox: Sandbox
    sandbox, server = serve()
    sandbox.files = FILES
    yield Bench("x", case("x"), sandbox)
    stop(server)


def test_every_body_is_one_that_x_describes(bench: Bench) -> None:
    met = set()
    connected = bench.connect()
    for kind, entries in bench.case.entries.items():
        connected.publish(entries, bench.case.options.get(kind))
    first = connected.publish((Entry(text="To be quoted"),))[0]
    connected.publish((Entry(text="Quoting"),), {"quote": first.id, "who_can_reply_post": "following"})
    for seen in bench.stand_in.requests:
        for pattern, model in MODELS.items():
            if re.fullmatch(pattern, f"{seen['method']} {seen['path']}"):
                check(model, body_of(seen))
                met.add(pattern)
    assert met == set(MODELS)


def body_of(seen: dict[str, Any]) -> dict[str, Any]:
    """JSON as it is; of a form its fields, with the file that the sandbox does not keep."""
    return seen["body"] if seen["body"] is not None else {**seen["form"], "media": "…"}


def check(model: Any, body: dict[str, Any]) -> None:
    """Types by pydantic; names by hand, since the models let unknown ones pass and X does not."""
    found = model.model_validate(body)
    assert set(body) <= set(model.model_fields), f"{model.__name__}: {set(body) - set(model.model_fields)}"
    for name, value in body.items():
        below = getattr(found, name)
        if isinstance(value, dict) and hasattr(below, "model_fields_set"):
            check(type(below), value)


def test_the_check_would_notice_a_wrong_name_and_a_wrong_value() -> None:
    with pytest.raises(AssertionError):
        check(
            posts.CreateRequest,
            {"text": "a", "poll": {"options": ["a", "b"], "minutes": 5, "duration_minutes": 5}},
        )
    with pytest.raises(ValueError, match="reply_settings"):
        check(posts.CreateRequest, {"text": "a", "reply_settings": "everyone"})
