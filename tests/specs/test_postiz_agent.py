"""`postiz-agent`'s API client (PyPI) against our own server: its models refuse an answer that lacks a field.

Of the framework that it belongs to it needs an error and a decorator; the test gives it these two.
"""

import sys
from collections.abc import Iterator
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from chalice.test import Client

from chalicelib import clock, people, publish
from chalicelib.models import Account, Trouble
from chalicelib.store import deliveries
from infra.sandbox import Sandbox
from tests.contract.harness import picture
from tests.served import Behind, Served
from tests.world import opened

pytestmark = pytest.mark.specs


class Unauthorized(Exception):
    """As `agent_utilities.exceptions` has it."""


@pytest.fixture
def agent(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The package's modules, with the two names that they import from its framework."""
    framework = {name: ModuleType(f"agent_utilities{name}") for name in ("", ".api_utilities", ".exceptions")}
    framework[".api_utilities"].require_auth = lambda view: view  # type: ignore[attr-defined]
    framework[".exceptions"].UnauthorizedError = Unauthorized  # type: ignore[attr-defined]
    for name, module in framework.items():
        monkeypatch.setitem(sys.modules, f"agent_utilities{name}", module)
    pytest.importorskip("postiz_agent.api.api_client_posts")
    from postiz_agent.api import (
        api_client_analytics,
        api_client_integrations,
        api_client_notifications,
        api_client_posts,
        api_client_uploads,
    )

    class Agent(
        api_client_analytics.AnalyticsClient,
        api_client_integrations.IntegrationsClient,
        api_client_notifications.NotificationsClient,
        api_client_posts.PostsClient,
        api_client_uploads.UploadsClient,
    ):
        """All of it as one client, as its own package has it."""

    return Agent


@pytest.fixture
def ada(sandbox: Sandbox, aws: Any, monkeypatch: pytest.MonkeyPatch) -> Account:
    return opened(sandbox, monkeypatch, "mastodon").connect("mastodon", clock.now())


@pytest.fixture
def address(ada: Account) -> Iterator[str]:
    import app

    with Client(app.app) as client:
        server = Behind(client)
        yield f"{server.url}/api"
        server.stop()


@pytest.fixture
def client(agent: Any, address: str) -> Any:
    return agent(address, people.first_key(clock.now()))


def created(client: Any, account: Account, **more: Any) -> str:
    due = clock.iso(clock.now() + timedelta(hours=3))
    posts = [{"integration": {"id": account.id}, "value": [{"content": "<p>Lit</p>"}]}]
    [made] = client.create_post({"type": "schedule", "date": due, "posts": posts, **more})
    return str(made["postId"])


def span(client: Any) -> list[Any]:
    start, end = clock.now() - timedelta(days=1), clock.now() + timedelta(days=1)
    return list(client.list_posts(clock.iso(start), clock.iso(end)))


def test_a_wrong_key_is_told_as_it_expects(agent: Any, address: str) -> None:
    with pytest.raises(Unauthorized):
        agent(address, "nonsense")


def test_it_reads_channels_slots_news_and_numbers(client: Any, ada: Account) -> None:
    [found] = client.get_integrations()
    assert (found.id, found.identifier, found.disabled) == (ada.id, "mastodon", False)
    assert client.is_connected() is True
    assert client.find_slot(ada.id)["date"]
    assert client.get_integration_url("mastodon")["url"].startswith("http")
    assert client.list_notifications().notifications == []
    assert client.get_analytics(ada.id) == []


def test_it_creates_lists_and_deletes_posts(client: Any, ada: Account) -> None:
    number = created(client, ada)
    assert [(each.id, each.content, each.state) for each in span(client)] == [(number, "Lit", "QUEUE")]
    client.delete_post(number)
    assert span(client) == []
    client.delete_post_by_group(created(client, ada))
    assert span(client) == []


def test_it_reads_what_is_out_and_connects_what_is_in_doubt(client: Any, ada: Account) -> None:
    number = created(client, ada, type="now")
    found = deliveries.read("home", number)
    assert found is not None
    publish.deliver(deliveries.message(found), lambda: 100.0)
    [shown] = span(client)
    assert (shown.state, shown.releaseURL.startswith("http")) == ("PUBLISHED", True)
    assert {each.label for each in client.get_post_analytics(number)}
    doubted = deliveries.read("home", created(client, ada))
    assert doubted is not None
    deliveries.alter(doubted, state="unsure", trouble=Trouble(sentence="It may be out.", at=clock.now()))
    assert client.get_missing_content(doubted.id) == []
    assert client.update_release_id(doubted.id, "77")["releaseId"] == "77"


def test_it_brings_files_in_by_their_address(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from werkzeug.wrappers import Request, Response

    class Pictures(Served):
        def answer(self, request: Request) -> Response:
            return Response(picture()[1], 200, {"Content-Type": "image/png"})

    there = Pictures()
    monkeypatch.setattr("chalicelib.settings.Settings.allowed", (there.url.partition("://")[2],))
    assert client.upload_from_url(f"{there.url}/lamp.png").path.startswith("http")
    there.stop()
