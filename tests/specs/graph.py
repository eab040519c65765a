"""What was sent to the Graph API, against the builders of Meta's own SDK: names, types and enumerations."""

import json

import pytest


def refusals(builder, sent):
    """What the SDK's checker says against a request's parameters: unknown names, wrong types."""
    checker = builder(params={}, pending=True)._param_checker
    said = [f"{name} is not known" for name in sent if not checker.is_valid_key(name)]
    for name, value in sent.items():
        found = _native(value, checker.get_type(name))
        if not any(checker.is_valid_pair(name, each) for each in (found, _upper(found))):
            said.append(f"{name}: {found!r} is no {checker.get_type(name)}")
    return said


def _native(value, kind):
    """Lists and objects travel as JSON text in a form, and a list of ids as a text with commas."""
    if isinstance(value, str) and str(kind).startswith(("list", "map")):
        try:
            return json.loads(value)
        except ValueError:
            return value.split(",")
    return value


def _upper(value):
    """The SDK writes some enumerations in capitals that Meta's guides write small."""
    return value.upper() if isinstance(value, str) else value


@pytest.fixture(scope="module")
def requests(request):
    """Every request of every kind of entry of the platform that the test module names."""
    from infra.sandbox import serve, stop
    from tests.contract.cases import case
    from tests.contract.harness import FILES, Bench

    sandbox, server = serve()
    sandbox.files = FILES
    bench = Bench(request.module.KEY, case(request.module.KEY), sandbox)
    connected = bench.connect()
    for kind, entries in bench.case.entries.items():
        connected.publish(entries, bench.case.options.get(kind))
    yield list(bench.stand_in.requests)
    stop(server)


def posted(requests, edge):
    """The parameters of each POST to an edge."""
    found = [each for each in requests if each["method"] == "POST" and each["path"].endswith(f"/{edge}")]
    assert found, edge
    return [each["body"] or each["form"] for each in found]
