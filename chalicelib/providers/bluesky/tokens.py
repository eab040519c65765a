"""What Bluesky gives when a session begins or goes on, as a token."""

import base64
import json
from datetime import UTC, datetime

from ..base import Answer, Token


def token_of(answer: Answer, before: Token) -> Token:
    """A session as a token: its two halves, when each ends, whose it is, and which server holds the account."""
    access, again = answer.pick("accessJwt"), answer.pick("refreshJwt")
    data = {**before.data, "did": answer.pick("did")}
    if pds := _pds(answer):
        data["pds"] = pds
    return Token(access=access, refresh=again, expires=_ends(access), refresh_expires=_ends(again), data=data)


def _pds(answer: Answer) -> str:
    for service in answer.records("didDoc", "service"):
        if str(service.get("id", "")).endswith("#atproto_pds"):
            return str(service.get("serviceEndpoint", "")).rstrip("/")
    return ""


def _ends(token: str) -> datetime | None:
    """The end that a JWT names; its signature is the server's business, not ours."""
    try:
        body = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return datetime.fromtimestamp(float(claims["exp"]), UTC)
    except (ValueError, KeyError, IndexError, TypeError, OverflowError):
        return None
