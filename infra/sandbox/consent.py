"""OAuth 2.0 as a stand-in speaks it: a consent page to click through, codes used once, tokens that end."""

import base64
import hashlib
import html
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal
from urllib.parse import urlencode

from werkzeug.wrappers import Request, Response

from .base import Person, Refusal, StandIn, answer


@dataclass
class Grant:
    """What a person allowed an app: kept under its code, then under its tokens."""

    person: str
    scopes: tuple[str, ...]
    redirect: str = ""
    challenge: str = ""
    until: datetime | None = None
    client: str = ""


class OAuth2StandIn(StandIn):
    """A stand-in with a consent page and a token endpoint.

    Subclasses route `authorize`, `decide` (POST of the page's form) and `token` to the platform's paths:
    `route("GET", "/oauth/authorize")(OAuth2StandIn.authorize)` style, or call them from views of their own.
    """

    client_id: ClassVar[str]
    client_secret: ClassVar[str]
    client_name: ClassVar[str] = "client_id"
    known_scopes: ClassVar[tuple[str, ...]] = ()
    separator: ClassVar[str] = " "
    client_auth: ClassVar[Literal["client_secret_post", "client_secret_basic", "none"]] = "client_secret_post"
    pkce: ClassVar[bool] = False
    code_life: ClassVar[float] = 600
    token_life: ClassVar[float | None] = 3600
    refreshes: ClassVar[bool] = True
    rotates: ClassVar[bool] = True

    def reset(self) -> None:
        super().reset()
        with self.lock:
            self.codes: dict[str, Grant] = {}
            self.tokens: dict[str, Grant] = {}
            self.refreshing: dict[str, Grant] = {}

    # -- the consent page --------------------------------------------------------------------------------

    def client_known(self, client: str) -> bool:
        return client == self.client_id

    def authorize(self, request: Request) -> Response:
        """The page where a person allows or denies; wrong requests are refused in words."""
        query = request.args
        if not self.client_known(query.get(self.client_name, "")):
            return page("Unknown app", f"<p>No app has the {self.client_name} of this request.</p>", 400)
        if query.get("response_type") != "code" or not query.get("redirect_uri"):
            return page(
                "Wrong request", "<p>response_type must be code, and a redirect_uri is needed.</p>", 400
            )
        if self.pkce and query.get("code_challenge_method") != "S256":
            return page("Wrong request", "<p>A code_challenge with S256 is needed.</p>", 400)
        unknown = set(self._scopes(query.get("scope", ""))) - set(self.known_scopes)
        if unknown and self.known_scopes:
            return page(
                "Wrong request", f"<p>Unknown scope: {html.escape(', '.join(sorted(unknown)))}</p>", 400
            )
        return page(f"{self.key.title()} (sandbox)", consent_form(request, self.people, self.key))

    def _scopes(self, text: str) -> tuple[str, ...]:
        return tuple(scope for scope in text.split(self.separator) if scope)

    def decide(self, request: Request) -> Response:
        """The page's form: back to the app with a code, or with a denial."""
        form = request.form
        back: dict[str, str] = {"state": form.get("state", "")}
        if form.get("decision") != "allow":
            return redirect(form["redirect_uri"], {**self.denial(), **back})
        code = secrets.token_urlsafe(24)
        with self.lock:
            self.codes[code] = Grant(
                person=form["person"],
                scopes=self.allowed(self._scopes(form.get("scope", "")), form),
                redirect=form["redirect_uri"],
                challenge=form.get("code_challenge", ""),
                until=self.now() + timedelta(seconds=self.code_life),
                client=form.get(self.client_name, ""),
            )
        return redirect(form["redirect_uri"], {"code": code, **back})

    def denial(self) -> dict[str, str]:
        return {"error": "access_denied", "error_description": "The user denied the request"}

    def allowed(self, asked: tuple[str, ...], form: Any) -> tuple[str, ...]:
        """The scopes that the person left ticked."""
        dropped = set(form.getlist("without"))
        return tuple(scope for scope in asked if scope not in dropped)

    # -- tokens ------------------------------------------------------------------------------------------

    def token(self, request: Request) -> Any:
        """The token endpoint: form-encoded, the client known, a code once, PKCE and redirect compared."""
        form = request.form if request.method == "POST" else request.args
        client = self._client(request, form)
        match form.get("grant_type"):
            case "authorization_code":
                return self.grant(self._redeem(form, client))
            case "refresh_token" if self.refreshes:
                return self.grant(self._renew(form.get("refresh_token", "")))
        raise self.token_refusal("unsupported_grant_type")

    def _client(self, request: Request, form: Any) -> str:
        if self.client_auth == "client_secret_basic":
            given = request.authorization
            client = (given.username or "", given.password or "") if given else ("", "")
        else:
            client = (form.get(self.client_name, ""), form.get("client_secret", ""))
        if not self.client_fits(*client):
            raise self.token_refusal("invalid_client", 401)
        return client[0]

    def client_fits(self, client: str, secret: str) -> bool:
        return self.client_known(client) and (self.client_auth == "none" or secret == self.client_secret)

    def _redeem(self, form: Any, client: str) -> Grant:
        with self.lock:
            grant = self.codes.pop(form.get("code", ""), None)
        if grant is None or (grant.until and grant.until < self.now()):
            raise self.token_refusal("invalid_grant")
        if grant.redirect != form.get("redirect_uri") or grant.client != client:
            raise self.token_refusal("invalid_grant")
        if grant.challenge and grant.challenge != challenge(form.get("code_verifier", "")):
            raise self.token_refusal("invalid_grant")
        return grant

    def _renew(self, token: str) -> Grant:
        with self.lock:
            grant = self.refreshing.pop(token, None) if self.rotates else self.refreshing.get(token)
        if grant is None:
            raise self.token_refusal("invalid_grant")
        return grant

    def token_refusal(self, error: str, status: int = 400) -> Refusal:
        return Refusal(status, {"error": error, "error_description": error.replace("_", " ")})

    def grant(self, grant: Grant) -> Any:
        """A new access token (and refresh token) for a grant."""
        access, again = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        until = None if self.token_life is None else self.now() + timedelta(seconds=self.token_life)
        with self.lock:
            self.tokens[access] = Grant(grant.person, grant.scopes, until=until, client=grant.client)
            body: dict[str, Any] = {
                "access_token": access,
                "token_type": "bearer",
                "scope": self.separator.join(grant.scopes),
            }
            if self.token_life is not None:
                body["expires_in"] = int(self.token_life)
            if self.refreshes:
                self.refreshing[again] = grant
                body["refresh_token"] = again
        return body

    def revoke_token(self, token: str) -> None:
        with self.lock:
            self.tokens.pop(token, None)
            self.refreshing.pop(token, None)

    def expire_tokens(self) -> None:
        """Ends every access token now, as time would."""
        with self.lock:
            for grant in self.tokens.values():
                grant.until = self.now() - timedelta(seconds=1)

    # -- who calls ---------------------------------------------------------------------------------------

    def caller(self, request: Request, *scopes: str) -> Person:
        """The person whose token this is; refuses a missing, unknown or ended token and a missing scope."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        given = token if scheme.lower() == "bearer" else ""
        with self.lock:
            grant = self.tokens.get(given)
        if grant is None or (grant.until is not None and grant.until < self.now()):
            raise self.unauthorized()
        if missing := [scope for scope in scopes if scope not in grant.scopes]:
            raise self.forbidden(missing[0])
        return self.person(grant.person)

    def unauthorized(self) -> Refusal:
        return Refusal(401, {"error": "invalid_token"})

    def forbidden(self, scope: str) -> Refusal:
        return Refusal(403, {"error": "insufficient_scope", "scope": scope})


def challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def redirect(url: str, query: dict[str, str]) -> Response:
    joined = "&" if "?" in url else "?"
    return answer("", 302, {"Location": f"{url}{joined}{urlencode({k: v for k, v in query.items() if v})}"})


def page(title: str, body: str, status: int = 200) -> Response:
    """A plain page of the sandbox."""
    style = "body{font:16px system-ui;max-width:32rem;margin:4rem auto;padding:0 1rem}button{font:inherit;padding:.5rem 1.5rem}"
    return Response(
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{html.escape(title)}</title>"
        f"<style>{style}</style><h1>{html.escape(title)}</h1>{body}",
        status,
        content_type="text/html; charset=utf-8",
    )


def consent_form(request: Request, people: tuple[Person, ...], key: str) -> str:
    """Who signs in, and *Allow* or *Deny*; everything of the request travels on in hidden fields."""
    hidden = "".join(
        f'<input type=hidden name="{html.escape(name)}" value="{html.escape(value)}">'
        for name, value in request.args.items()
    )
    choice = "".join(
        f'<p><label><input type=radio name=person value="{person.id}"{" checked" if index == 0 else ""}> '
        f"{html.escape(person.name)} ({html.escape(person.handle)})</label>"
        for index, person in enumerate(people)
    )
    return (
        f"<p>Lamppost wants to post to {html.escape(key)} as</p><form method=post>{hidden}{choice}"
        "<p><button name=decision value=allow>Allow</button> <button name=decision value=deny>Deny</button></form>"
    )
