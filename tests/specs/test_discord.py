"""What is sent to Discord, against its own OpenAPI description (MIT; the used paths of v10, without the prose).

The description lets unknown names pass and texts of 4,000; here unknown names are refused, and the stand-in
holds bots to their 2,000.
"""

import json
import re
from pathlib import Path

import pytest

from infra.sandbox import serve, stop
from tests.contract.cases import case
from tests.contract.harness import FILES, Bench

pytestmark = pytest.mark.specs
jsonschema = pytest.importorskip("jsonschema")

DESCRIPTION = json.loads((Path(__file__).parent / "descriptions" / "discord.json").read_text())


def strict(node):
    """The same schema, refusing names that it does not know."""
    if isinstance(node, list):
        return [strict(each) for each in node]
    if not isinstance(node, dict):
        return node
    closed = (
        {"additionalProperties": False} if isinstance(node.get("properties"), dict) and "type" in node else {}
    )
    return {**closed, **{name: strict(value) for name, value in node.items()}}


COMPONENTS = strict(DESCRIPTION["components"])


@pytest.fixture(scope="module")
def requests():
    """Every request of every kind of entry, of its deletion and its numbers, and of the pick lists."""
    sandbox, server = serve()
    sandbox.files = FILES
    bench = Bench("discord", case("discord"), sandbox)
    connected = bench.connect()
    for kind, entries in bench.case.entries.items():
        receipts = connected.publish(entries, bench.case.options[kind])
        for index, receipt in enumerate(receipts):
            job = connected.job(entries, index, receipts[:index], bench.case.options[kind])
            bench.provider.look(job)
            bench.provider.metrics(connected.session, receipt)
            bench.provider.delete(connected.session, receipt)
    bench.provider.channels(connected.session)
    bench.provider.mentions(connected.session, query="a")
    yield [each for each in bench.stand_in.requests if each["path"].startswith("/api/v10/")]
    stop(server)


def operation(request):
    """The description's operation for a request, or none."""
    path = request["path"].removeprefix("/api/v10")
    for template, methods in DESCRIPTION["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", r"\\d+", template), path) and request["method"].lower() in methods:
            return methods[request["method"].lower()]
    return None


def body(request):
    """The body; the numbers of files, which Discord's guide writes as such, as the description has them: in letters."""
    if request["type"] == "application/json":
        return request["body"]
    found = json.loads(request["form"]["payload_json"])
    for each in found.get("message", found)["attachments"]:
        assert isinstance(each["id"], int)
        each["id"] = str(each["id"])
    return found


def test_every_request_is_one_of_the_description(requests):
    unknown = [(each["method"], each["path"]) for each in requests if operation(each) is None]
    assert unknown == []


def test_every_operation_of_the_cut_description_is_used(requests):
    used = {operation(each)["operationId"] for each in requests}
    assert used == {op["operationId"] for path in DESCRIPTION["paths"].values() for op in path.values()}


def test_every_query_has_only_known_names(requests):
    for each in requests:
        known = {parameter["name"] for parameter in operation(each).get("parameters", ())}
        assert set(each["query"]) <= known, each["path"]


def test_every_body_is_valid_and_of_a_described_type(requests):
    bodies = [each for each in requests if each["method"] == "POST" and "requestBody" in operation(each)]
    assert {each["type"] for each in bodies} == {"application/json", "multipart/form-data"}
    for each in bodies:
        content = operation(each)["requestBody"]["content"]
        assert each["type"] in content
        schema = {**content["application/json"]["schema"], "components": COMPONENTS}
        jsonschema.Draft202012Validator(schema).validate(body(each))


def test_a_wrong_name_or_type_would_be_noticed(requests):
    post = next(each for each in requests if each["path"].endswith("/messages") and each["method"] == "POST")
    schema = {
        **operation(post)["requestBody"]["content"]["application/json"]["schema"],
        "components": COMPONENTS,
    }
    for wrong in (
        {"contents": "x"},
        {"nonce": "n" * 26},
        {"flags": "4"},
        {"allowed_mentions": {"parse": ["all"]}},
    ):
        assert not jsonschema.Draft202012Validator(schema).is_valid({**body(post), **wrong})
