"""One sandbox for the whole suite, and a bench for each platform."""

import pytest

from chalicelib.providers import PROVIDERS
from infra.sandbox import Sandbox
from tests.contract.cases import case
from tests.contract.harness import Bench


@pytest.fixture(params=sorted(PROVIDERS))
def bench(request: pytest.FixtureRequest, sandbox: Sandbox) -> Bench:
    key: str = request.param
    sandbox[key].reset()
    return Bench(key, case(key), sandbox)
