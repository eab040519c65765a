"""What is sent to GitHub, against its own GraphQL schema (npm `@octokit/graphql-schema`).

The schema is looked for in `OCTOKIT_SCHEMA`, else in `.local/npm` where the checks' make target puts it.
"""

import os
from pathlib import Path

import pytest

from chalicelib.providers.github import queries as github_queries
from infra.sandbox import serve, stop
from tests.contract.cases import case
from tests.contract.harness import FILES, Bench

pytestmark = pytest.mark.specs
graphql = pytest.importorskip("graphql")

DOCUMENTS = {
    name: text for name, text in vars(github_queries).items() if name.isupper() and not name.startswith("_")
}
_INSTALLED = Path(__file__).parents[2] / ".local/npm/node_modules/@octokit/graphql-schema/schema.graphql"


@pytest.fixture(scope="module")
def schema():
    path = Path(os.environ.get("OCTOKIT_SCHEMA", _INSTALLED))
    if not path.exists():
        pytest.skip("npm's @octokit/graphql-schema is not installed")
    return graphql.build_schema(path.read_text(), assume_valid=True, assume_valid_sdl=True)


@pytest.fixture(scope="module")
def requests():
    """Every GraphQL request of every kind of entry under both kinds of app, of healing, numbers, lists and deletion."""
    sandbox, server = serve()
    sandbox.files = FILES
    bench = Bench("github", case("github"), sandbox)
    for kind_of_app in ("app", "oauth"):
        bench.app["GITHUB_APP_KIND"] = kind_of_app
        connected = bench.connect()
        for kind, entries in bench.case.entries.items():
            receipts = connected.publish(entries, bench.case.options[kind])
            for index, receipt in enumerate(receipts):
                bench.provider.look(connected.job(entries, index, receipts[:index], bench.case.options[kind]))
                bench.provider.metrics(connected.session, receipt)
            for receipt in reversed(receipts):
                bench.provider.delete(connected.session, receipt)
    bench.provider.categories(connected.session)
    bench.provider.labels(connected.session)
    yield [each["body"] for each in bench.stand_in.requests if each["path"] == "/graphql"]
    stop(server)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_document_is_valid_by_githubs_schema(schema, name):
    errors = graphql.validate(schema, graphql.parse(DOCUMENTS[name]))
    assert [error.message for error in errors] == []


def test_every_document_is_used(requests):
    assert {each["query"] for each in requests} == set(DOCUMENTS.values())


def test_every_variable_is_what_the_schema_wants(schema, requests):
    for each in requests:
        document = graphql.parse(each["query"])
        definitions = document.definitions[0].variable_definitions or ()
        found = graphql.execution.values.get_variable_values(schema, definitions, each["variables"])
        assert not isinstance(found, list), [error.message for error in found]
        assert set(each["variables"]) <= {definition.variable.name.value for definition in definitions}


def test_a_wrong_field_would_be_noticed(schema):
    definitions = graphql.parse(github_queries.CREATE).definitions[0].variable_definitions
    wrong = {"in": {"repositoryId": "R", "categoryId": "C", "title": "t", "body": "b", "colour": "red"}}
    assert isinstance(graphql.execution.values.get_variable_values(schema, definitions, wrong), list)
    assert graphql.validate(schema, graphql.parse("query{viewer{colour}}"))
