"""Nobody in by `/mcp` either: every tool there is, with another workspace's ids and with too small a key."""

import json
from typing import Any

from chalice.test import Client

from chalicelib import clock, people
from chalicelib.api.mcp import tools
from chalicelib.store.people import Scope, issue_key
from tests.guard import requests
from tests.guard.requests import Ids
from tests.guard.tenants import Tenant, call, holdings
from tests.guard.test_strangers import MADE_UP, SCOPES, blank, words
from tests.world import signed_in


def once(ids: Ids) -> dict[str, Any]:
    return {**requests.post(ids), "idempotency_key": "the only one"}


#: Arguments that pass, by the name of the tool; one that is missing here fails the tests.
ARGUMENTS: dict[str, Any] = {
    "list_accounts": lambda ids: {},
    "platform_rules": lambda ids: {"account": ids["account"]},
    "check_post": requests.post,
    "list_posts": lambda ids: {},
    "list_failures": lambda ids: {},
    "save_draft": lambda ids: {n: what for n, what in once(ids).items() if n != "when"},
    "schedule_post": once,
    "retry_delivery": lambda ids: {"delivery": ids["delivery"]},
    "cancel_post": lambda ids: {"post": ids["post"]},
    "upload_media_from_url": lambda ids: {"url": "https://127.0.0.1/"},
}
#: Tools that name nothing by an id.
LISTS = {"list_accounts", "list_posts", "list_failures", "upload_media_from_url"}


def use(client: Client, key: str, name: str, ids: Ids) -> Any:
    params = {"name": name, "arguments": ARGUMENTS[name](ids)}
    asked = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    return call(client.http, "POST", "/mcp", asked, Authorization=key)


def failed(answer: Any) -> bool:
    return bool(json.loads(answer.body)["result"].get("isError"))


def test_no_tool_finds_or_changes_what_belongs_to_another_workspace(
    client: Client, victim: Tenant, stranger: Tenant
) -> None:
    before = holdings(victim.workspace)
    for name in tools.known():
        answer = use(client, stranger.key, name, victim.ids)
        nothing = use(client, stranger.key, name, {**victim.ids, **MADE_UP})
        assert blank(answer, victim.ids) == blank(nothing, {**victim.ids, **MADE_UP}), name
        assert failed(answer) == (name not in LISTS or name.startswith("upload")), name
        assert not [each for each in victim.words if each in words(answer)], name
    assert holdings(victim.workspace) == before


def test_the_same_arguments_pass_with_ids_of_ones_own(client: Client, stranger: Tenant) -> None:
    answers = {name: use(client, stranger.key, name, stranger.ids) for name in tools.known()}
    refused = {name: words(answer) for name, answer in answers.items() if failed(answer)}
    assert set(refused) == {"upload_media_from_url"}, refused  # its address is one inside


def test_a_tool_does_no_more_than_its_key_may(client: Client, victim: Tenant) -> None:
    keys: dict[Scope, str] = {}
    for scope in SCOPES:
        others: tuple[Scope, ...] = tuple(each for each in SCOPES if each != scope)
        keys[scope] = issue_key(victim.workspace, "x", others, clock.now())[1]
    for key in keys.values():
        call(client.http, "GET", "/v1/platforms", Authorization=key)  # notes its first use
    before = holdings(victim.workspace)
    for name, tool in tools.known().items():
        answer = use(client, keys[tool.scope], name, victim.ids)
        assert failed(answer), name
        assert not [each for each in victim.words if each in words(answer)], name
    after = {name: what for name, what in holdings(victim.workspace).items() if name in before}
    assert after == before


def test_neither_a_cookie_nor_a_page_of_another_site_talks_to_it(client: Client, victim: Tenant) -> None:
    cookie = signed_in(victim.workspace)
    who = people.by_cookie(cookie)
    assert who is not None
    asked = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    browser = {"Cookie": f"lamppost={cookie}", "X_CSRF_Token": who.csrf}
    assert call(client.http, "POST", "/mcp", asked, **browser).status_code == 401
    for origin in ("https://evil.example", "null", "http://localhost:8000.evil.example"):
        headers = {"Authorization": victim.key, "Origin": origin}
        assert call(client.http, "POST", "/mcp", asked, **headers).status_code == 403
