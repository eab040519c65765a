"""Slack's own requests to us: their signature (v0), and what each kind of event means."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..base import Event, Rejected

#: Seconds that a request may be old, or ahead: what is older may have been sent again by someone else.
WINDOW = 300

_UNINSTALLED = "Lamppost was removed from the Slack workspace. Connect it again."
_REVOKED = "Slack's access was revoked in the workspace. Connect it again."


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """`v0=` and 64 hex digits over the raw body, as Slack makes them."""
    signed = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256)
    return f"v0={signed.hexdigest()}"


def verify(headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> None:
    """Refuses what Slack did not sign, or signed more than five minutes ago."""
    named = {name.lower(): value for name, value in headers.items()}
    timestamp = named.get("x-slack-request-timestamp", "")
    given = named.get("x-slack-signature", "")
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12 and secret):
        raise Rejected("This request is not signed by Slack.")
    if abs(now.timestamp() - int(timestamp)) > WINDOW:
        raise Rejected("This request is older than five minutes.")
    if not hmac.compare_digest(signature(secret, timestamp, body).encode(), given.encode()):
        raise Rejected("This request is not signed by Slack.")


def read(body: bytes) -> Event:
    """What a verified body says; one of an unknown kind is only acknowledged, so that Slack does not repeat it."""
    try:
        said = json.loads(body)
    except ValueError:
        return Event({})  # the form of a slash command's `ssl_check`
    if not isinstance(said, dict):
        return Event({})
    match said.get("type"):
        case "url_verification":
            return Event({"challenge": str(said.get("challenge", ""))})
        case "app_rate_limited":
            return Event(
                {}, sentence="Slack holds back events: more than 30,000 an hour came from a workspace."
            )
        case "event_callback":
            return _event(said)
    return Event({})


def _event(said: dict[str, Any]) -> Event:
    """`tokens_revoked` names user ids, not tokens: it concerns us where our bot is among them."""
    team, event = said.get("team_id"), said.get("event")
    if not isinstance(team, str) or not isinstance(event, dict):
        return Event({})
    match event.get("type"):
        case "app_uninstalled":
            return Event({}, gone=(team,), sentence=_UNINSTALLED)
        case "tokens_revoked" if bots := _bots(event.get("tokens")):
            return Event({}, gone=(team,), bots=bots, sentence=_REVOKED)
    return Event({})


def _bots(tokens: Any) -> tuple[str, ...]:
    found = tokens.get("bot") if isinstance(tokens, dict) else None
    return tuple(each for each in found if isinstance(each, str)) if isinstance(found, list) else ()
