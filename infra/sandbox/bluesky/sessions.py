"""Sessions at Bluesky's stand-in: app passwords, tokens that end, refresh tokens that are good once, service tokens."""

import base64
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from werkzeug.wrappers import Request

from ..base import Person, Refusal, StandIn, route

PDS = "pds.bluesky.sandbox"


@dataclass
class Held:
    """Whose a token is, until when, and the session that it belongs to."""

    person: str
    until: datetime
    session: str


def refusal(status: int, error: str, message: str, **more: Any) -> Refusal:
    return Refusal(status, {"error": error, "message": message, **more})


def invalid(message: str) -> Refusal:
    return refusal(400, "InvalidRequest", message)


class BlueskySessions(StandIn):
    people = (
        Person("did:plc:ada2222222222222222222aa", "Ada Lantern", "ada.bsky.social"),
        Person("did:plc:ben2222222222222222222aa", "Ben Wick", "ben.bsky.social"),
    )
    app_password = "lamp-post-wick-1234"
    token_life = 7200.0

    def reset(self) -> None:
        super().reset()
        with self.lock:
            self.access: dict[str, Held] = {}
            self.again: dict[str, Held] = {}
            self.services: dict[str, tuple[str, str, str, float]] = {}

    def expire_tokens(self) -> None:
        with self.lock:
            for held in self.access.values():
                held.until = self.now() - timedelta(seconds=1)

    @route("POST", "/xrpc/com.atproto.server.createSession")
    def create_session(self, request: Request) -> Any:
        wanted = request.get_json(silent=True) or {}
        name = wanted.get("identifier")
        person = next((each for each in self.people if name in (each.handle, each.id)), None)
        if person is not None and wanted.get("password") == "the main password":
            raise refusal(
                401, "AuthFactorTokenRequired", "A sign in code has been sent to your email address"
            )
        if person is None or wanted.get("password") != self.app_password:
            raise refusal(401, "AuthenticationRequired", "Invalid identifier or password")
        return self._session(person, secrets.token_hex(8))

    def _session(self, person: Person, session: str) -> dict[str, Any]:
        access = self._jwt(person, "com.atproto.appPass", self.token_life)
        again = self._jwt(person, "com.atproto.refresh", 90 * 86_400)
        with self.lock:
            self.access[access] = Held(person.id, self.now() + timedelta(seconds=self.token_life), session)
            self.again[again] = Held(person.id, self.now() + timedelta(days=90), session)
        service = {
            "id": "#atproto_pds",
            "type": "AtprotoPersonalDataServer",
            "serviceEndpoint": f"https://{PDS}",
        }
        return {
            "accessJwt": access, "refreshJwt": again, "did": person.id, "handle": person.handle, "active": True,
            "didDoc": {"id": person.id, "service": [service]},
        }  # fmt: skip

    def _jwt(self, person: Person, scope: str, life: float) -> str:
        ends = int(self.now().timestamp() + life)
        claims = {"scope": scope, "sub": person.id, "exp": ends, "jti": secrets.token_hex(8)}
        parts = ({"typ": "at+jwt", "alg": "ES256K"}, claims)
        encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
        return ".".join((*encoded, secrets.token_urlsafe(32)))

    @route("POST", "/xrpc/com.atproto.server.refreshSession")
    def refresh_session(self, request: Request) -> Any:
        if request.get_data():
            raise invalid("A request body was provided when none was expected")
        held = self._refresh_token(request)
        return self._session(self.person(held.person), held.session)

    @route("POST", "/xrpc/com.atproto.server.deleteSession")
    def delete_session(self, request: Request) -> Any:
        held = self._refresh_token(request)
        with self.lock:
            for kept in (self.access, self.again):
                for token in [token for token, each in kept.items() if each.session == held.session]:
                    del kept[token]
        return None

    def _refresh_token(self, request: Request) -> Held:
        with self.lock:
            held = self.again.pop(_bearer(request), None)
        if held is None:
            raise refusal(400, "ExpiredToken", "Token has been revoked")
        return held

    def caller(self, request: Request) -> Person:
        """Whose access token this is."""
        given = _bearer(request)
        if not given:
            raise refusal(401, "AuthMissing", "Authentication Required")
        held = self.access.get(given)
        if held is None:
            raise refusal(400, "InvalidToken", "Token could not be verified")
        if held.until < self.now():
            raise refusal(400, "ExpiredToken", "Token has expired")
        return self.person(held.person)

    @route("GET", "/xrpc/com.atproto.server.getServiceAuth", PDS)
    def service_auth(self, request: Request) -> Any:
        person, query = self.caller(request), request.args
        ends = float(query.get("exp", self.now().timestamp() + 60))
        if not query.get("aud", "").startswith("did:") or not query.get("lxm"):
            raise invalid("aud and lxm are needed")
        if not self.now().timestamp() < ends <= self.now().timestamp() + 3600:
            raise refusal(400, "BadExpiration", "The expiration is in the past or too far in the future")
        token = secrets.token_urlsafe(32)
        self.services[token] = (person.id, query["aud"], query["lxm"], ends)
        return {"token": token}

    def service(self, request: Request, audience: str, method: str) -> Person:
        """Whose service token this is, if it is for this audience and method."""
        person, aud, lxm, ends = self.services.get(_bearer(request), ("", "", "", 0.0))
        if (aud, lxm) != (audience, method) or ends < self.now().timestamp():
            raise refusal(401, "AuthMissing", f"A service token for {audience} and {method} is needed")
        return self.person(person)


def _bearer(request: Request) -> str:
    return request.headers.get("Authorization", "").removeprefix("Bearer ")
