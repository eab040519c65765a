"""Two workspaces side by side, each with one of everything, and a client of the API for each."""

from collections.abc import Iterator
from typing import Any

import pytest
from chalice.test import Client

from infra.sandbox import Sandbox
from tests.conftest import Clock
from tests.guard.tenants import PLATFORMS, Tenant, furnish
from tests.world import World, opened


@pytest.fixture
def world(sandbox: Sandbox, aws: Any, at: Clock, monkeypatch: pytest.MonkeyPatch) -> World:
    return opened(sandbox, monkeypatch, *PLATFORMS)


@pytest.fixture
def client(world: World) -> Iterator[Client]:
    import app

    with Client(app.app) as made:
        yield made


@pytest.fixture
def victim(world: World) -> Tenant:
    return furnish(World(world.sandbox, "victim"), person=0)


@pytest.fixture
def stranger(world: World) -> Tenant:
    return furnish(World(world.sandbox, "stranger"), person=1)
