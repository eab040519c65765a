"""Meta's own requests to us: a `signed_request` in a form, made with the app's secret, about one person."""

import base64
import binascii
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from ..base import Rejected

#: Seconds that a request may be old, or ahead: an older one may have been sent again by someone else.
WINDOW = 86_400


def person_of(body: bytes, secret: str, now: datetime, title: str) -> str:
    """The id of the person whom a request is about; refuses what the app's secret did not sign."""
    given = parse_qs(body.decode("utf-8", "replace")).get("signed_request", [""])[0]
    signature, _, payload = given.partition(".")
    wanted = hmac.new(secret.encode(), payload.encode(), hashlib.sha256).digest()
    if not secret or not payload or not hmac.compare_digest(_bytes(signature), wanted):
        raise Rejected(f"This request is not signed by {title}.")
    said = _read(payload)
    person, issued = said.get("user_id"), said.get("issued_at", now.timestamp())
    if (
        str(said.get("algorithm", "")).upper() != "HMAC-SHA256"
        or not isinstance(person, str | int)
        or not person
    ):
        raise Rejected(f"This request of {title} names nobody.")
    if not isinstance(issued, int | float) or abs(now.timestamp() - issued) > WINDOW:
        raise Rejected("This request is older than a day.")
    return str(person)


def _bytes(text: str) -> bytes:
    """Base64 for addresses, without its padding; none where it is no such thing."""
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""


def _read(payload: str) -> dict[str, Any]:
    try:
        said = json.loads(_bytes(payload))
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
