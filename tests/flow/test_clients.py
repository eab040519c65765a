"""Other people's clients, unchanged, against the deployed stack: only their address and their key differ."""

import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from mcp.client import Client as Assistant

from chalicelib import clock
from infra.local import samples, smoke
from infra.local.copies import Copy, Machine
from infra.local.processes import pause
from tests.assistants import talk
from tests.flow.postiz import INSTALLED, Cli

pytestmark = [pytest.mark.flow, pytest.mark.xdist_group("local")]


def mastodon(api: smoke.Client) -> str:
    accounts = api.ask("GET", "/v1/accounts")["accounts"]
    return str(next(each["id"] for each in accounts if each["platform"] == "mastodon"))


@INSTALLED
def test_postiz_s_client_lists_uploads_creates_and_deletes(
    started: tuple[Copy, Machine], api: smoke.Client, tmp_path: Path
) -> None:
    copy, account = started[0], mastodon(api)
    cli = Cli(f"{copy.url}/api", copy.api_key, tmp_path)
    assert account in {each["id"] for each in cli.read("integrations:list")}
    assert cli.read("integrations:settings", account)["output"]["maxLength"] == 500
    (tmp_path / "lamp.png").write_bytes(samples.picture())
    kept = cli.read("upload", "lamp.png")
    text, later = f"By Postiz's client {secrets.token_hex(4)}", clock.iso(clock.now() + timedelta(hours=3))
    said = ("-c", text, "-m", kept["path"], "-i", account)
    (waiting,) = cli.read("posts:create", *said, "-s", later)
    (leaving,) = cli.read("posts:create", *said, "-s", clock.iso(clock.now()))
    cli.read("posts:delete", waiting["postId"])
    assert _becomes(cli, leaving["postId"], "PUBLISHED")["releaseURL"].startswith("http")
    assert waiting["postId"] not in {each["id"] for each in cli.read("posts:list")["posts"]}
    assert sum(text in each["text"] for each in smoke.public(copy)) == 1


def _becomes(cli: Cli, post: str, state: str) -> Any:
    """The post as the client lists it, once it is in that state."""
    end = clock.now() + smoke.PATIENCE
    while clock.now() < end:
        found = next(each for each in cli.read("posts:list")["posts"] if each["id"] == post)
        if found["state"] == state:
            return found
        pause(1)
    raise AssertionError(f"The post is still {found['state']}: {found['error']}.")


def test_an_assistant_schedules_a_post_that_goes_out(
    started: tuple[Copy, Machine], api: smoke.Client
) -> None:
    copy, text = started[0], f"By an assistant {secrets.token_hex(4)}"
    post = {
        "when": "now",
        "entries": [{"text": text}],
        "accounts": [{"account": mastodon(api)}],
        "idempotency_key": text,
    }

    async def say(client: Assistant) -> Any:
        wrong = await client.call_tool("cancel_post", {"post": "nothing"})
        once = await client.call_tool("schedule_post", post)
        again = await client.call_tool("schedule_post", post)
        return client.protocol_version, wrong, once, again

    version, wrong, once, again = talk(f"{copy.url}/api/mcp", copy.api_key, say)
    assert version == "2026-07-28"
    assert wrong.is_error
    assert once.structured_content == again.structured_content
    done = smoke.wait(api, once.structured_content)
    assert [each["state"] for each in done["deliveries"]] == ["published"]
    assert sum(text in each["text"] for each in smoke.public(copy)) == 1
