"""A workspace on two platforms, one of which takes no comments, and who asks about it."""

from collections.abc import Iterator
from typing import Any

import pytest
from chalice.test import Client

from chalicelib import clock, people
from infra.sandbox import Sandbox
from tests.test_api import Site
from tests.world import World, opened

PLATFORMS = ("mastodon", "pinterest")


@pytest.fixture
def world(sandbox: Sandbox, aws: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    return opened(sandbox, monkeypatch, *PLATFORMS)


@pytest.fixture
def site(world: World) -> Iterator[Site]:
    import app

    with Client(app.app) as client:
        yield Site(client, people.first_key(clock.now()))


@pytest.fixture
def other(site: Site) -> Site:
    """Somebody of another workspace."""
    return Site(site.client, people.first_key(clock.now(), "other"))


@pytest.fixture
def mastodon(world: World) -> str:
    return world.connect("mastodon", clock.now()).id


@pytest.fixture
def pinterest(world: World) -> str:
    return world.connect("pinterest", clock.now()).id
