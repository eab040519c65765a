"""The Model Context Protocol's official client, with its key in a header as people configure it."""

from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio
import httpx2
from mcp.client import Client as Assistant
from mcp.client.streamable_http import streamable_http_client


def talk(url: str, key: str, say: Callable[[Assistant], Awaitable[Any]], mode: str = "auto") -> Any:
    """What comes of a conversation; in a thread of its own, since a browser's event loop may run in this one."""

    async def whole() -> Any:
        async with (
            httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=60) as http,
            Assistant(streamable_http_client(url, http_client=http), mode=mode) as client,
        ):
            return await say(client)

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(anyio.run, whole).result()
