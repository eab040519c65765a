"""One sandbox for the whole suite, and a bench for each platform."""

from collections.abc import Iterator

import pytest

from chalicelib.providers import PROVIDERS
from infra.sandbox import Sandbox, serve, stop
from tests.contract.cases import case
from tests.contract.harness import FILES, Bench


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    sandbox, server = serve()
    sandbox.files = FILES
    yield sandbox
    stop(server)


@pytest.fixture(params=sorted(PROVIDERS))
def bench(request: pytest.FixtureRequest, sandbox: Sandbox) -> Bench:
    key: str = request.param
    sandbox[key].reset()
    return Bench(key, case(key), sandbox)
