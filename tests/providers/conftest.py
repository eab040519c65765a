"""A bench for the platform that a test module names in `KEY`."""

import pytest

from infra.sandbox import Sandbox
from tests.contract.cases import case
from tests.contract.harness import Bench


@pytest.fixture
def bench(request: pytest.FixtureRequest, sandbox: Sandbox) -> Bench:
    key: str = request.module.KEY
    sandbox[key].reset()
    return Bench(key, case(key), sandbox)
