"""What Meta's stand-ins share: Graph errors, sixty-day tokens, files fetched by address, fields on request."""

import base64
import hashlib
import hmac
import ipaddress
import json
import secrets
from datetime import timedelta
from io import BytesIO
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit

import httpx2
from werkzeug.wrappers import Request, Response

from .base import Refusal
from .consent import Grant, OAuth2StandIn

LONG = 5_183_944
MEGABYTE = 1_000_000
DAY = timedelta(days=1)


def graph_error(code: int, message: str, subcode: int = 0, status: int = 400, **more: Any) -> Refusal:
    """An error as the Graph API words it."""
    error = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A1sandbox", **more}
    return Refusal(status, {"error": error | ({"error_subcode": subcode} if subcode else {})})


class GraphStandIn(OAuth2StandIn):
    """Consent with commas, tokens in the Bearer header, and errors with codes."""

    separator = ","
    refreshes = False
    token_life = 3600
    #: How many looks at a film or container say that it is not ready.
    processing: ClassVar[int] = 1

    def reset(self) -> None:
        super().reset()
        self.skew = 0.0

    def denial(self) -> dict[str, str]:
        return {
            "error": "access_denied",
            "error_reason": "user_denied",
            "error_description": "Permissions error",
        }

    def token_refusal(self, error: str, status: int = 400) -> Refusal:
        if error == "invalid_client":
            return graph_error(1, "Error validating client secret.")
        return graph_error(100, "This authorization code has been used, or is not valid.", 36009)

    def unauthorized(self) -> Refusal:
        return graph_error(190, "Error validating access token: Session has expired.", 463)

    def forbidden(self, scope: str) -> Refusal:
        return graph_error(10, f"(#10) This needs the permission {scope}.", 0, 403)

    def grant_of(self, token: str) -> Grant:
        """The grant of a token that is known and has not ended."""
        with self.lock:
            grant = self.tokens.get(token)
        if grant is None or (grant.until is not None and grant.until < self.now()):
            raise self.unauthorized()
        return grant

    def bearer(self, request: Request, *scopes: str) -> Grant:
        """Who calls, by header alone: a token in the query is refused, so that none lands in a log."""
        grant = self.grant_of(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if missing := [scope for scope in scopes if scope not in grant.scopes]:
            raise self.forbidden(missing[0])
        return grant

    def mint(self, grant: Grant, seconds: float | None) -> str:
        """A new token for a grant; None: without an end."""
        token = "EAA" + secrets.token_hex(24)
        until = None if seconds is None else self.now() + timedelta(seconds=seconds)
        with self.lock:
            self.tokens[token] = Grant(grant.person, grant.scopes, until=until, client=grant.client)
        return token

    def lengthened(self, token: str) -> dict[str, Any]:
        """The answer that brings a sixty-day token."""
        return {
            "access_token": self.mint(self.grant_of(token), LONG),
            "token_type": "bearer",
            "expires_in": LONG,
        }

    def farewell(self, person: str, **more: Any) -> bytes:
        """The form that Meta sends where somebody removes the app, or asks for deletion: signed by the app's secret."""
        said = {
            "algorithm": "HMAC-SHA256",
            "user_id": person,
            "issued_at": int(self.now().timestamp()),
            **more,
        }
        payload = _for_addresses(json.dumps(said).encode())
        signature = hmac.new(self.client_secret.encode(), payload.encode(), hashlib.sha256).digest()
        return urlencode({"signed_request": f"{_for_addresses(signature)}.{payload}"}).encode()

    def fetch(self, url: str, subcode: int, code: int = 9004) -> dict[str, Any]:
        """Fetches a file over HTTP as Meta's servers do: no redirects; keeps size, type and digest."""
        if not url.isascii() or urlsplit(url).scheme not in {"http", "https"}:
            raise graph_error(code, "Media download has failed: the address is not valid.", subcode)
        if urlsplit(url).scheme == "http" and not _loopback(urlsplit(url).hostname or ""):
            raise graph_error(code, "Media download has failed: https is needed.", subcode)
        try:
            got = httpx2.get(url)
        except httpx2.HTTPError:
            raise graph_error(
                code, "Media download has failed. The media URI doesn't answer.", subcode
            ) from None
        if got.status_code != 200:
            raise graph_error(
                code, "Only photo or video can be accepted as media type. The media URI doesn't meet our requirements.", subcode
            )  # fmt: skip
        return inspected(got.content)


class SelfRenewing(GraphStandIn):
    """Tokens that are traded for longer ones by the token itself: Instagram's and Threads' way."""

    exchange_grant: ClassVar[str]
    refresh_grant: ClassVar[str]

    def reset(self) -> None:
        super().reset()
        with self.lock:
            self.born: dict[str, Any] = {}
            self.refused: set[str] = set()

    def expire_tokens(self) -> None:
        """A day goes by, and no token is taken for calls any more; it may still be renewed."""
        self.skew += DAY.total_seconds() + 3600
        with self.lock:
            self.refused |= set(self.tokens)

    def bearer(self, request: Request, *scopes: str) -> Grant:
        if request.headers.get("Authorization", "").removeprefix("Bearer ") in self.refused:
            raise self.unauthorized()
        return super().bearer(request, *scopes)

    def mint(self, grant: Grant, seconds: float | None) -> str:
        token = super().mint(grant, seconds)
        self.born[token] = self.now()
        return token

    def lengthen(self, request: Request) -> Any:
        """Short to long, by the app's secret."""
        if request.args.get("grant_type") != self.exchange_grant:
            raise graph_error(100, "(#100) Unsupported grant type")
        if request.args.get("client_secret") != self.client_secret:
            raise graph_error(101, "Error validating application. Invalid client secret.")
        return self.lengthened(request.args.get("access_token", ""))

    def renew(self, request: Request) -> Any:
        """Long to another sixty days: at least a day old, and not over."""
        token = request.args.get("access_token", "")
        if request.args.get("grant_type") != self.refresh_grant:
            raise graph_error(100, "(#100) Unsupported grant type")
        self.grant_of(token)
        if self.now() - self.born.get(token, self.now()) < DAY:
            raise graph_error(100, "(#100) The access token is less than 24 hours old")
        return self.lengthened(token)

    def decide(self, request: Request) -> Response:
        """Codes come back with `#_` behind them, which is none of theirs."""
        back = super().decide(request)
        back.headers["Location"] += "#_"
        return back


def _for_addresses(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def inspected(data: bytes) -> dict[str, Any]:
    """What a file is by its bytes, and nothing of the bytes themselves."""
    known: dict[str, Any] = {
        "mime": _sniffed(data), "size": len(data), "sha256": hashlib.sha256(data).hexdigest()
    }  # fmt: skip
    if known["mime"].startswith("image/"):
        from PIL import Image

        with Image.open(BytesIO(data)) as picture:
            known["width"], known["height"] = picture.size
    return known


def _sniffed(data: bytes) -> str:
    marks = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png", b"GIF8": "image/gif", b"BM": "image/bmp"}
    if data[4:8] == b"ftyp":
        return "video/quicktime" if data[8:10] == b"qt" else "video/mp4"
    return next((mime for mark, mime in marks.items() if data.startswith(mark)), "application/octet-stream")


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def given(request: Request) -> dict[str, Any]:
    """Parameters wherever they stand: JSON, form or query."""
    body = request.get_json(silent=True) if request.is_json else request.form.to_dict()
    return {**request.args.to_dict(), **(body if isinstance(body, dict) else {})}


def chosen(record: dict[str, Any], request: Request, default: str = "id") -> dict[str, Any]:
    """Only the fields that were asked for; one that does not exist is refused."""
    wanted = [part for part in _fields(request.args.get("fields", default)) if part]
    names = [name.partition("{")[0].partition(".")[0] for name in wanted]
    for name in names:
        if name not in record:
            raise graph_error(100, f"(#100) Tried accessing nonexisting field ({name})")
    return {"id": record["id"]} | {name: record[name] for name in names if record[name] is not None}


def _fields(text: str) -> list[str]:
    """Field names at the top level: commas inside braces or brackets separate nothing."""
    depth, found = 0, [""]
    for letter in text:
        depth += (letter in "{(") - (letter in "})")
        if letter == "," and depth == 0:
            found.append("")
        else:
            found[-1] += letter
    return found


def paged(records: list[dict[str, Any]], request: Request, most: int = 100) -> dict[str, Any]:
    """One page of an edge, with a cursor and the `next` address that real ones have."""
    size, start = min(int(request.args.get("limit", 25)), most), int(request.args.get("after") or 0)
    body: dict[str, Any] = {"data": [chosen(each, request) for each in records[start : start + size]]}
    if start + size < len(records):
        body["paging"] = {
            "cursors": {"after": str(start + size)},
            "next": f"{request.base_url}?after={start + size}",
        }
    return body
