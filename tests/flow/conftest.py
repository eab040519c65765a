"""One deployed copy for all tests of the deployed path: they share its worker (`xdist_group`)."""

import secrets
import shutil
from collections.abc import Iterator

import pytest

from infra.local import smoke
from infra.local.copies import Copy, Machine, running
from infra.local.places import Places


@pytest.fixture(scope="package")
def started() -> Iterator[tuple[Copy, Machine]]:
    """A copy of the product, with all of the stage's platforms, that is gone afterwards."""
    places = Places(f"test-{secrets.token_hex(3)}")
    try:
        with running(places, None) as found:
            yield found
    finally:
        shutil.rmtree(places.home, ignore_errors=True)


@pytest.fixture(scope="package")
def api(started: tuple[Copy, Machine]) -> Iterator[smoke.Client]:
    """A script's client, with an account on every platform."""
    with smoke.Client(started[0]) as api:
        for platform in api.ask("GET", "/v1/platforms")["platforms"]:
            smoke.connect(api, platform["key"])
        yield api
