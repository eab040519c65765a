"""The Model Context Protocol over real HTTP: the official client, and what no good client would send."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from chalice.test import Client
from mcp.client import Client as Assistant
from mcp_types import CallToolResult, TextContent
from mcp_types.version import KNOWN_PROTOCOL_VERSIONS

from chalicelib import clock, people
from chalicelib.models import Account, Trouble
from chalicelib.store import deliveries, posts
from chalicelib.store.people import Scope, issue_key
from infra.sandbox import Sandbox
from tests.assistants import talk
from tests.conftest import Clock
from tests.machine import Machine
from tests.served import Behind, Served
from tests.world import World, opened, signed_in

PLATFORMS = "mastodon,discord"
READS = {"list_accounts", "platform_rules", "check_post", "list_posts", "list_failures"}
WRITES = {"save_draft", "schedule_post", "retry_delivery", "cancel_post", "upload_media_from_url"}
MODERN = "2026-07-28"


@pytest.fixture
def world(sandbox: Sandbox, aws: Any, at: Clock, monkeypatch: pytest.MonkeyPatch) -> tuple[World, Machine]:
    machine = Machine(at, monkeypatch)
    return opened(sandbox, monkeypatch, *PLATFORMS.split(",")), machine


@pytest.fixture
def ada(world: tuple[World, Machine]) -> Account:
    return world[0].connect("mastodon", clock.now())


@pytest.fixture
def url(world: tuple[World, Machine]) -> Iterator[str]:
    import app

    with Client(app.app) as client:
        server = Behind(client)
        yield f"{server.url}/api/mcp"
        server.stop()


def a_key(*scopes: Scope, workspace: str = "home") -> str:
    people.first_key(clock.now(), workspace)
    return issue_key(workspace, "assistant", scopes or ("read", "write"), clock.now())[1]


def use(url: str, tool: str, key: str = "", /, **arguments: Any) -> CallToolResult:
    """One call of a tool; the client holds every structured answer against the tool's own schema."""
    said: CallToolResult = talk(url, key or a_key(), lambda client: client.call_tool(tool, arguments))
    return said


def sentence(said: CallToolResult) -> str:
    [first, *_] = said.content
    assert isinstance(first, TextContent)
    return first.text


def a_post(account: Account, **more: Any) -> dict[str, Any]:
    when = clock.iso(clock.now() + timedelta(hours=2))
    return {
        "when": when,
        "entries": [{"text": "The lamps are lit"}],
        "accounts": [{"account": account.id}],
        "idempotency_key": "first",
        **more,
    }


# -- the protocol, by its own client -------------------------------------------------------------------------


@pytest.mark.parametrize(("mode", "version"), [("legacy", "2025-11-25"), ("auto", MODERN), (MODERN, MODERN)])
def test_the_official_client_finds_its_version_and_the_tools(url: str, mode: str, version: str) -> None:
    async def say(client: Assistant) -> Any:
        return client.protocol_version, client.instructions, await client.list_tools()

    spoken, instructions, listed = talk(url, a_key(), say, mode)
    assert spoken == version
    assert {each.name for each in listed.tools} == READS | WRITES
    if mode != MODERN:  # a client that asks for nothing is told nothing
        assert "schedule_post" in instructions


def test_every_version_that_is_offered_is_one_whose_rules_were_read() -> None:
    assert KNOWN_PROTOCOL_VERSIONS == ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", MODERN)


def test_a_tool_says_what_it_does_what_it_takes_and_what_it_may_change(url: str) -> None:
    listed = talk(url, a_key(), lambda client: client.list_tools())
    tools = {each.name: each for each in listed.tools}
    for name, tool in tools.items():
        assert tool.description.endswith(".")
        assert tool.input_schema["type"] == "object"
        assert tool.input_schema["additionalProperties"] is False
        assert tool.annotations.read_only_hint == (name in READS)
    assert [name for name, tool in tools.items() if tool.annotations.destructive_hint] == ["cancel_post"]
    once = [name for name, tool in tools.items() if not tool.annotations.idempotent_hint]
    assert once == ["retry_delivery", "upload_media_from_url"]
    assert "idempotency_key" in tools["schedule_post"].input_schema["required"]
    assert "in public" in tools["schedule_post"].description


def test_a_key_that_may_only_read_is_offered_no_more_and_can_do_no_more(url: str, ada: Account) -> None:
    key = a_key("read")
    listed = talk(url, key, lambda client: client.list_tools())
    assert {each.name for each in listed.tools} == READS
    said = use(url, "schedule_post", key, **a_post(ada))
    assert said.is_error
    assert sentence(said) == "This key may not write. Use one that may."
    assert list(deliveries.of_account("home", ada.id, "scheduled")) == []


# -- the tools -----------------------------------------------------------------------------------------------


def test_a_post_that_an_assistant_schedules_goes_out_once(
    url: str, ada: Account, world: tuple[World, Machine]
) -> None:
    there, machine = world
    accounts = use(url, "list_accounts")
    assert accounts.structured_content["accounts"][0]["id"] == ada.id
    assert use(url, "check_post", **{k: v for k, v in a_post(ada).items() if k != "idempotency_key"})
    post = a_post(ada)
    said = use(url, "schedule_post", **post)
    again = use(url, "schedule_post", **post)
    assert said.structured_content == again.structured_content
    assert said.structured_content["state"] == "scheduled"
    assert said.structured_content["id"] in sentence(said)
    machine.run(hours=3)
    assert [each.text for each in there.sandbox["mastodon"].shown] == ["The lamps are lit"]
    span = {"from": clock.iso(clock.now() - timedelta(days=1)), "to": clock.iso(clock.now())}
    listed = use(url, "list_posts", **span)
    assert sentence(listed) == "1 post: 1 published."
    assert listed.structured_content["posts"][0]["deliveries"][0]["url"].startswith("http")


def test_the_same_key_for_another_post_is_refused(url: str, ada: Account) -> None:
    use(url, "schedule_post", **a_post(ada))
    said = use(url, "schedule_post", **a_post(ada, entries=[{"text": "Another"}]))
    assert said.is_error
    assert "Use a new key" in sentence(said)


def test_a_draft_stays_one_until_it_is_cancelled(
    url: str, ada: Account, world: tuple[World, Machine]
) -> None:
    draft = {k: v for k, v in a_post(ada).items() if k != "when"}
    made = use(url, "save_draft", **draft).structured_content
    assert made["state"] == "draft"
    world[1].run(hours=1)
    assert world[0].sandbox["mastodon"].shown == []
    for _ in range(2):
        done = use(url, "cancel_post", post=made["id"])
        assert done.structured_content["state"] == "cancelled"
    assert sentence(done) == "What could be cancelled is. Its deliveries: 1 cancelled."


def test_a_failure_is_listed_with_its_reason_and_tried_again(
    url: str, ada: Account, world: tuple[World, Machine]
) -> None:
    number = use(url, "schedule_post", **a_post(ada)).structured_content["deliveries"][0]["id"]
    found = deliveries.read("home", number)
    assert found is not None
    trouble = Trouble(sentence="Mastodon was not there.", at=clock.now())
    deliveries.alter(found, state="failed", trouble=trouble)
    world[1].run(hours=3)
    listed = use(url, "list_failures")
    assert sentence(listed) == "1 delivery for a person to decide. mastodon failed: Mastodon was not there."
    done = use(url, "retry_delivery", delivery=number)
    assert done.structured_content["state"] == "scheduled"
    world[1].run(minutes=1)
    assert len(world[0].sandbox["mastodon"].shown) == 1
    late = use(url, "retry_delivery", delivery=number)
    assert late.is_error
    assert sentence(late) == "This delivery is published; there is nothing to try again."


def test_the_rules_of_a_platform_and_of_an_account_are_told(url: str, ada: Account) -> None:
    said = use(url, "platform_rules", platform="discord")
    assert "2,000 characters" in sentence(said)
    assert "channel" in said.structured_content["options"]["required"]
    mine = use(url, "platform_rules", account=ada.id)
    assert mine.structured_content["key"] == "mastodon"
    assert use(url, "platform_rules").is_error
    assert use(url, "platform_rules", platform="myspace").is_error


def test_a_file_is_fetched_from_its_address_and_goes_out_with_the_post(
    url: str, ada: Account, world: tuple[World, Machine], monkeypatch: pytest.MonkeyPatch
) -> None:
    from werkzeug.wrappers import Request, Response

    from tests.contract.harness import picture

    class Pictures(Served):
        def answer(self, request: Request) -> Response:
            return Response(picture()[1], 200, {"Content-Type": "image/png"})

    there = Pictures()
    near = use(url, "upload_media_from_url", url=f"{there.url}/lamp.png")
    assert near.is_error  # an address inside a network
    monkeypatch.setattr("chalicelib.settings.Settings.allowed", (there.url.partition("://")[2],))
    kept = use(url, "upload_media_from_url", url=f"{there.url}/lamp.png").structured_content
    there.stop()
    entries = [{"text": "Lit", "media": [{"id": kept["id"], "alt": "A lamp"}]}]
    use(url, "schedule_post", **a_post(ada, entries=entries))
    found = list(deliveries.of_account("home", ada.id, "scheduled"))
    assert [(media.id, media.alt) for media in found[0].entries[0].media] == [(kept["id"], "A lamp")]


def test_what_no_platform_takes_is_told_for_every_account_and_not_saved(
    url: str, ada: Account, world: tuple[World, Machine]
) -> None:
    long = a_post(ada, entries=[{"text": "x" * 600}])
    checked = use(url, "check_post", **{k: v for k, v in long.items() if k != "idempotency_key"})
    assert not checked.is_error
    assert checked.structured_content["counts"][0]["used"] == 600
    said = use(url, "schedule_post", **long)
    assert said.is_error
    assert "500 is the most" in sentence(said)
    assert ada.id in sentence(said)
    assert use(url, "schedule_post", **a_post(ada)).is_error is False  # the key is free again


@pytest.mark.parametrize(
    ("tool", "arguments", "told"),
    [
        ("schedule_post", {}, "“when”: Field required."),
        ("schedule_post", {"whne": "now"}, "“when”: Field required."),
        ("list_posts", {"from": "tomorrow"}, "“from”: Input should be a valid datetime"),
        ("list_posts", {"after": "e30="}, "“after” is not a cursor of this list."),
        ("cancel_post", {"post": "nothing"}, "There is no such post here."),
        ("list_accounts", {"all": True}, "“all”: Extra inputs are not permitted."),
    ],
)
def test_bad_arguments_are_told_in_a_sentence_that_an_assistant_can_mend(
    url: str, tool: str, arguments: dict[str, Any], told: str
) -> None:
    said = use(url, tool, **arguments)
    assert said.is_error
    assert sentence(said).startswith(told)


def test_another_workspace_is_not_there(url: str, ada: Account) -> None:
    mine = use(url, "schedule_post", **a_post(ada)).structured_content
    key = a_key("read", "write", workspace="elsewhere")
    assert use(url, "list_accounts", key).structured_content == {"accounts": [], "next": None}
    span = {"from": clock.iso(clock.now()), "to": clock.iso(clock.now() + timedelta(days=9))}
    assert use(url, "list_posts", key, **span).structured_content["posts"] == []
    for tool, arguments in (
        ("cancel_post", {"post": mine["id"]}),
        ("retry_delivery", {"delivery": mine["deliveries"][0]["id"]}),
        ("platform_rules", {"account": ada.id}),
        ("schedule_post", a_post(ada)),
    ):
        said = use(url, tool, key, **arguments)
        assert said.is_error
        assert sentence(said).startswith("There is no ")
    found = posts.read("home", mine["id"])
    assert found is not None
    assert found[1][0].state == "scheduled"


# -- what no good client would send --------------------------------------------------------------------------


def post(url: str, said: Any, key: str = "", method: str = "POST", **headers: str) -> httpx2.Response:
    raw = said if isinstance(said, bytes) else json.dumps(said).encode()
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    whole = {"Authorization": f"Bearer {key or a_key()}", "Content-Type": "application/json", **given}
    return httpx2.request(method, url, content=raw, headers={k: v for k, v in whole.items() if v})


def rpc(method: str, params: Any = None, number: Any = 1) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "method": method, **({"params": params} if params else {})}


def modern(method: str, **params: Any) -> dict[str, Any]:
    known = "io.modelcontextprotocol/"
    meta = {f"{known}protocolVersion": MODERN, f"{known}clientCapabilities": {}}
    return rpc(method, {**params, "_meta": meta})


def test_without_a_good_key_the_answer_says_how_to_show_one(url: str) -> None:
    nobody = post(url, rpc("ping"), Authorization="")
    assert (nobody.status_code, nobody.headers["WWW-Authenticate"]) == (401, 'Bearer realm="Lamppost"')
    wrong = post(url, rpc("ping"), key="lp.home.x.y")
    assert wrong.status_code == 401
    assert 'error="invalid_token"' in wrong.headers["WWW-Authenticate"]


def test_a_browser_s_cookie_is_no_key(url: str) -> None:
    cookie = signed_in("home", "editor")
    caller = people.by_cookie(cookie)
    assert caller is not None
    headers = {"Authorization": "", "Cookie": f"lamppost={cookie}", "X_CSRF_Token": caller.csrf}
    assert post(url, rpc("ping"), **headers).status_code == 401


def test_a_page_from_elsewhere_is_refused_and_one_of_ours_is_not(url: str) -> None:
    assert post(url, rpc("ping"), Origin="https://evil.example").status_code == 403
    assert post(url, rpc("ping"), Origin="null").status_code == 403
    assert post(url, rpc("ping"), Origin="http://localhost:8000").json()["result"] == {}


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_there_is_no_stream_and_no_session(url: str, method: str) -> None:
    answer = post(url, b"", method=method)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        (b"{", 200, -32700),
        (b"\xff", 200, -32700),
        ({"id": 1}, 400, -32600),
        ({"jsonrpc": "2.0", "id": None, "method": "ping"}, 400, -32600),
        ("ping", 400, -32600),
        ([], 400, -32600),
        (rpc("resources/list"), 200, -32601),
        (rpc("tools/call", {"name": "drop_table"}), 200, -32602),
        (rpc("tools/call", {"arguments": {}}), 200, -32602),
        (rpc("initialize", {}), 200, -32602),
    ],
)
def test_a_wrong_message_is_an_error_of_the_protocol(url: str, said: Any, status: int, code: int) -> None:
    answer = post(url, said)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400 if code == -32700 else status, code)


@pytest.mark.parametrize(("wanted", "given"), [("2024-11-05", "2024-11-05"), ("1999-01-01", "2025-11-25")])
def test_a_version_is_agreed_on(url: str, wanted: str, given: str) -> None:
    info = {"protocolVersion": wanted, "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}
    assert post(url, rpc("initialize", info)).json()["result"]["protocolVersion"] == given


def test_notifications_and_answers_to_nothing_are_taken_in_silence(url: str) -> None:
    for said in (
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 5, "result": {}},
        [{"jsonrpc": "2.0", "method": "notifications/initialized"}],
    ):
        answer = post(url, said)
        assert (answer.status_code, answer.content) == (202, b"")


def test_batches_are_answered_in_the_version_that_has_them_only(url: str) -> None:
    batch = [rpc("ping", number="a"), {"jsonrpc": "2.0", "method": "notifications/x"}, rpc("nothing")]
    said = post(url, batch, MCP_Protocol_Version="2025-03-26").json()
    assert [each["id"] for each in said] == ["a", 1]
    assert said[1]["error"]["code"] == -32601
    later = post(url, batch, MCP_Protocol_Version="2025-06-18")
    assert (later.status_code, later.json()["error"]["code"]) == (400, -32600)
    assert post(url, [rpc("ping")] * 21).status_code == 400


def test_a_version_that_does_not_exist_is_refused_with_those_that_do(url: str) -> None:
    answer = post(url, rpc("ping"), MCP_Protocol_Version="2031-01-01")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, -32022)
    assert MODERN in answer.json()["error"]["data"]["supported"]


@pytest.mark.parametrize(
    ("said", "headers", "status", "code"),
    [
        (rpc("tools/list"), {"Mcp_Method": "tools/list"}, 400, -32602),
        (modern("tools/list"), {"Mcp_Method": "tools/call"}, 400, -32020),
        (modern("tools/list"), {}, 400, -32020),
        (modern("tools/call", name="list_posts"), {"Mcp_Method": "tools/call", "Mcp_Name": "x"}, 400, -32020),
        (modern("ping"), {"Mcp_Method": "ping"}, 404, -32601),
        (modern("subscriptions/listen"), {"Mcp_Method": "subscriptions/listen"}, 404, -32601),
    ],
)
def test_since_2026_a_request_must_say_the_same_in_its_headers(
    url: str, said: Any, headers: dict[str, str], status: int, code: int
) -> None:
    answer = post(url, said, MCP_Protocol_Version=MODERN, **headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_a_message_that_is_too_large_is_not_read(url: str) -> None:
    assert post(url, b" " * 1_000_001).status_code == 413


def test_the_protocol_is_imported_with_its_first_message_only() -> None:
    code = (
        "import app, sys; sys.exit(any(name.split('.')[0] in ('mcp', 'mcp_types') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
