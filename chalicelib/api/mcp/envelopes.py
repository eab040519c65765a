"""What every request says of itself since 2026-07-28: the version in `_meta`, and headers that mirror the message."""

from collections.abc import Callable
from typing import Any

import mcp_types as types

Header = Callable[[str], str]


class Wrong(Exception):
    """An error of the protocol: its code, a sentence, and data for the client."""

    def __init__(self, code: int, sentence: str, data: Any = None) -> None:
        super().__init__(sentence)
        self.code, self.sentence, self.data = code, sentence, data


def check_envelope(asked: types.JSONRPCRequest, header: Header) -> None:
    """Refuses a request without its envelope, or whose headers say something else than itself."""
    params = asked.params or {}
    meta = params.get("_meta")
    needed = (types.PROTOCOL_VERSION_META_KEY, types.CLIENT_CAPABILITIES_META_KEY)
    if not isinstance(meta, dict) or any(key not in meta for key in needed):
        raise Wrong(types.INVALID_PARAMS, f"“_meta” must hold {' and '.join(needed)}.")
    mirrored = {
        "mcp-protocol-version": meta[types.PROTOCOL_VERSION_META_KEY],
        "mcp-method": asked.method,
        **({"mcp-name": params.get("name")} if asked.method == "tools/call" else {}),
    }
    for name, said in mirrored.items():
        if header(name) != said:
            raise Wrong(types.HEADER_MISMATCH, f"The header {name} says something else than the message.")
