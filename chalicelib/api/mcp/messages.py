"""JSON-RPC in, JSON-RPC out, in every version of the protocol: with the handshake (2024 and 2025), and without (2026).

Shapes and versions are those of `mcp-types`, the protocol's own package; `docs/decisions/0012-mcp.md` says why
not more of it.
"""

import json
from collections.abc import Callable
from typing import Any

import mcp_types as types
from mcp_types import methods
from mcp_types.version import (
    HANDSHAKE_PROTOCOL_VERSIONS,
    KNOWN_PROTOCOL_VERSIONS,
    LATEST_HANDSHAKE_VERSION,
    MODERN_PROTOCOL_VERSIONS,
)
from pydantic import ValidationError
from pydantic_core import from_json

from chalicelib.people import Caller

from . import tools
from .envelopes import Header, Wrong, check_envelope

#: What an assistant is told once, before it sees the tools.
INSTRUCTIONS = (
    "Lamppost schedules social posts and publishes them on time, once, on every account that a post names. "
    "Look up accounts with list_accounts and what a platform takes with platform_rules; let check_post find what "
    "stands in the way, then schedule_post. A post that is scheduled goes out by itself. What could not go out is "
    "in list_failures, with the reason."
)
OURSELVES = types.Implementation(name="lamppost", title="Lamppost", version="1")
ABILITIES = types.ServerCapabilities(tools=types.ToolsCapability(list_changed=False))

#: Versions that have batches, and the most messages in one.
BATCHED, MOST = ("2024-11-05", "2025-03-26"), 20
#: HTTP's status for an error where the version sets one; elsewhere an error is an answer like any other.
STATUSES = {types.METHOD_NOT_FOUND: 404}
#: How long a client may keep the list of tools, in milliseconds.
KEPT = 300_000


def exchange(raw: bytes, header: Header, who: Caller) -> tuple[int, Any]:
    """The HTTP status and the JSON to answer with; None where no answer is owed."""
    version = header("mcp-protocol-version") or types.DEFAULT_NEGOTIATED_VERSION
    try:
        given = from_json(raw)  # stricter than the standard library's: no halves of letters
    except ValueError:
        return 400, _error(None, Wrong(types.PARSE_ERROR, "The message is not JSON."))
    if version not in KNOWN_PROTOCOL_VERSIONS:
        return 400, _error(given.get("id") if isinstance(given, dict) else None, _unsupported(version))
    if isinstance(given, list) and version in BATCHED and 0 < len(given) <= MOST:
        answers = [said for each in given if (said := _one(each, version, header, who)) is not None]
        return (200, answers) if answers else (202, None)
    said = _one(given, version, header, who)
    return (202, None) if said is None else (_status(said, version), said)


def _status(said: dict[str, Any], version: str) -> int:
    code = said.get("error", {}).get("code")
    if code is None or (version in HANDSHAKE_PROTOCOL_VERSIONS and code != types.INVALID_REQUEST):
        return 200
    return STATUSES.get(code, 400)


def _unsupported(version: str) -> Wrong:
    data = {"supported": list(KNOWN_PROTOCOL_VERSIONS), "requested": version[:40]}
    return Wrong(types.UNSUPPORTED_PROTOCOL_VERSION, "This version of the protocol is not spoken here.", data)


def _one(given: Any, version: str, header: Header, who: Caller) -> dict[str, Any] | None:
    """The answer to one message; a notification, and an answer to what nobody asked, get none."""
    if not isinstance(given, dict):
        return _error(None, Wrong(types.INVALID_REQUEST, "A message is a single JSON object here."))
    if "method" not in given and ({"result", "error"} & set(given)):
        return None
    try:
        if "id" not in given:
            types.JSONRPCNotification.model_validate(given)
            return None
        asked = types.JSONRPCRequest.model_validate(given)
    except ValidationError:
        return _error(None, Wrong(types.INVALID_REQUEST, "This is no JSON-RPC 2.0 request."))
    try:
        return {"jsonrpc": "2.0", "id": asked.id, "result": _result(asked, version, header, who)}
    except Wrong as wrong:
        return _error(asked.id, wrong)


def _error(number: Any, wrong: Wrong) -> dict[str, Any]:
    told = {"code": wrong.code, "message": wrong.sentence} | ({"data": wrong.data} if wrong.data else {})
    known = number if isinstance(number, int | str) else None
    return {"jsonrpc": "2.0", "id": known, "error": told}


def _result(asked: types.JSONRPCRequest, version: str, header: Header, who: Caller) -> dict[str, Any]:
    if version in MODERN_PROTOCOL_VERSIONS:
        check_envelope(asked, header)
    try:
        found = METHODS[asked.method]
        methods.validate_client_request(asked.method, version, asked.params)
    except KeyError:
        raise Wrong(types.METHOD_NOT_FOUND, f"There is no method “{asked.method[:60]}” here.") from None
    except ValidationError as wrong:
        first = wrong.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise Wrong(types.INVALID_PARAMS, f"“{where}”: {first['msg']}.") from wrong
    made = found(asked.params or {}, who).model_dump(mode="json", by_alias=True, exclude_none=True)
    result = methods.serialize_server_result(asked.method, version, made)
    if version in MODERN_PROTOCOL_VERSIONS:
        result["_meta"] = {types.SERVER_INFO_META_KEY: OURSELVES.model_dump(by_alias=True, exclude_none=True)}
    return result


# -- methods -------------------------------------------------------------------------------------------------


def _initialize(params: dict[str, Any], who: Caller) -> types.Result:
    """The client's version if we speak it, else our newest; there is nothing to remember of a handshake."""
    wanted = params["protocolVersion"]
    return types.InitializeResult(
        protocol_version=wanted if wanted in HANDSHAKE_PROTOCOL_VERSIONS else LATEST_HANDSHAKE_VERSION,
        capabilities=ABILITIES,
        server_info=OURSELVES,
        instructions=INSTRUCTIONS,
    )


def _discover(params: dict[str, Any], who: Caller) -> types.Result:
    return types.DiscoverResult(
        supported_versions=list(KNOWN_PROTOCOL_VERSIONS),
        capabilities=ABILITIES,
        instructions=INSTRUCTIONS,
        ttl_ms=KEPT,
    )


def _ping(params: dict[str, Any], who: Caller) -> types.Result:
    return types.EmptyResult()


def _list(params: dict[str, Any], who: Caller) -> types.Result:
    """The tools that this key may use."""
    return types.ListToolsResult(tools=[_shown(each) for each in tools.of(who)], ttl_ms=KEPT)


def _shown(tool: tools.Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.takes.model_json_schema(),
        output_schema=tool.gives.model_json_schema(mode="serialization"),
        annotations=types.ToolAnnotations(
            title=tool.title,
            read_only_hint=tool.scope == "read",
            destructive_hint=tool.destructive,
            idempotent_hint=tool.idempotent,
            open_world_hint=tool.outward,
        ),
    )


def _call(params: dict[str, Any], who: Caller) -> types.Result:
    """What a tool did: a sentence, the same as JSON for clients that read texts only, and as it is."""
    if params["name"] not in tools.known():
        raise Wrong(types.INVALID_PARAMS, f"There is no tool “{params['name'][:60]}” here.")
    done = tools.call(who, params["name"], params.get("arguments") or {})
    texts = [done.sentence, *([json.dumps(done.body, ensure_ascii=False)] if done.body is not None else [])]
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=text) for text in texts],
        structured_content=done.body,
        is_error=done.wrong,
    )


METHODS: dict[str, Callable[[dict[str, Any], Caller], types.Result]] = {
    "initialize": _initialize,
    "ping": _ping,
    "server/discover": _discover,
    "tools/list": _list,
    "tools/call": _call,
}
