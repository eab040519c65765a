"""Postiz's own command-line client, unchanged, against our API over HTTP: only its address and its key differ."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from chalice.test import Client

from chalicelib import clock, people, publish
from chalicelib.models import Account, Delivery, Trouble
from chalicelib.store import deliveries
from infra.sandbox import Sandbox
from tests.conftest import forget
from tests.contract.cases.discord import LOBBY
from tests.contract.harness import picture
from tests.flow.postiz import INSTALLED, Cli
from tests.served import Behind
from tests.world import World

PLATFORMS = "mastodon,discord"

pytestmark = INSTALLED


@pytest.fixture
def world(sandbox: Sandbox, aws: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    for name, value in (
        ("SANDBOX", sandbox.public),
        ("SANDBOX_PLATFORMS", PLATFORMS),
        ("PLATFORMS", PLATFORMS),
    ):
        monkeypatch.setenv(name, value)
    forget()
    for key in PLATFORMS.split(","):
        sandbox[key].reset()
    world = World(sandbox)
    world.secrets(*PLATFORMS.split(","))
    return world


@pytest.fixture
def ada(world: World) -> Account:
    return world.connect("mastodon", clock.now())


@pytest.fixture
def cli(world: World, tmp_path: Path) -> Iterator[Cli]:
    import app

    with Client(app.app) as client:
        server = Behind(client)
        yield Cli(f"{server.url}/api", people.first_key(clock.now()), tmp_path)
        server.stop()


def stored(number: str) -> Delivery:
    found = deliveries.read("home", number)
    assert found is not None
    return found


def test_the_client_lists_accounts_their_settings_and_their_tools(
    cli: Cli, ada: Account, world: World
) -> None:
    room = world.connect("discord", clock.now())
    assert {each["id"] for each in cli.read("integrations:list")} == {ada.id, room.id}
    settings = cli.read("integrations:settings", room.id)["output"]
    assert settings["maxLength"] == 2000
    channels = cli.read("integrations:trigger", room.id, "channels")["output"]
    assert LOBBY in [each["id"] for each in channels]


def test_the_client_uploads_creates_lists_and_deletes(cli: Cli, ada: Account) -> None:
    lamp = cli.home / "lamp.png"
    lamp.write_bytes(picture()[1])
    kept = cli.read("upload", str(lamp))
    due = clock.iso(clock.now() + timedelta(hours=3))
    said = ("-c", "The lamps are lit", "-m", kept["path"], "-c", "And so is this", "-d", "2")
    (made,) = cli.read("posts:create", *said, "-s", due, "-i", ada.id)
    assert made["integration"] == ada.id
    delivery = stored(made["postId"])
    assert [entry.text for entry in delivery.entries] == ["The lamps are lit", "And so is this"]
    assert [media.id for media in delivery.entries[0].media] == [kept["id"]]
    assert (delivery.entries[1].delay, delivery.due) == (120, clock.parse(due))
    listed = cli.read("posts:list")["posts"]
    assert [(each["id"], each["state"]) for each in listed] == [(made["postId"], "QUEUE")]
    cli.read("posts:delete", made["postId"])
    assert stored(made["postId"]).state == "cancelled"
    assert cli.read("posts:list")["posts"] == []


def test_the_client_posts_with_settings_and_the_post_goes_out(cli: Cli, world: World) -> None:
    room = world.connect("discord", clock.now())
    settings = json.dumps({"channel": LOBBY})
    now = clock.iso(clock.now())
    (made,) = cli.read("posts:create", "-c", "Lit", "-s", now, "--settings", settings, "-i", room.id)
    publish.deliver(deliveries.message(stored(made["postId"])), lambda: 100.0)
    assert [post.text for post in world.sandbox["discord"].shown] == ["Lit"]
    assert cli.read("posts:list")["posts"][0]["state"] == "PUBLISHED"
    assert isinstance(cli.read("analytics:post", made["postId"]), list)
    assert isinstance(cli.read("analytics:platform", room.id), list)


def test_the_client_connects_a_post_that_was_in_doubt(cli: Cli, ada: Account) -> None:
    due = clock.iso(clock.now() + timedelta(hours=3))
    (made,) = cli.read("posts:create", "-c", "Lit", "-s", due, "-i", ada.id)
    trouble = Trouble(sentence="It may be out.", at=clock.now())
    deliveries.alter(stored(made["postId"]), state="unsure", trouble=trouble)
    cli.read("posts:missing", made["postId"])
    assert cli.read("posts:connect", made["postId"], "--release-id", "77")["releaseId"] == "77"
    assert stored(made["postId"]).receipts[0].id == "77"


def test_the_client_posts_what_a_file_holds_as_a_draft(cli: Cli, ada: Account) -> None:
    whole = {
        "type": "draft",
        "date": clock.iso(clock.now() + timedelta(days=1)),
        "shortLink": False,
        "tags": [{"value": "news", "label": "News"}],
        "posts": [
            {"integration": {"id": ada.id}, "value": [{"content": "<p>Not <b>yet</b></p>", "image": []}]}
        ],
    }
    (cli.home / "post.json").write_text(json.dumps(whole))
    (made,) = cli.read("posts:create", "--json", "post.json")
    assert (stored(made["postId"]).state, stored(made["postId"]).entries[0].text) == ("draft", "Not yet")


def test_the_client_shows_our_sentence_where_something_cannot_be(cli: Cli, ada: Account) -> None:
    due = clock.iso(clock.now() + timedelta(hours=3))
    done = cli.run("posts:create", "-c", "x" * 600, "-s", due, "-i", ada.id)
    assert done.returncode == 1
    assert "500 is the most" in done.stdout + done.stderr
