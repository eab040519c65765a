"""Bodies of requests."""

from typing import Any

from tests.test_api import at


def post(*accounts: str | dict[str, Any], text: str = "The lamps are lit", **more: Any) -> dict[str, Any]:
    targets = [each if isinstance(each, dict) else {"account": each} for each in accounts]
    return {"when": at(hours=3), "entries": [{"text": text}], "accounts": targets, **more}
