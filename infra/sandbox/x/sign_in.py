"""Signing in at X's stand-in: OAuth 1.0a with signatures that are really checked, OAuth 2.0 with PKCE."""

import hmac
import secrets
from typing import Any
from urllib.parse import urlencode

from werkzeug.wrappers import Request, Response

from ..base import Person, Refusal, route
from ..consent import Grant, OAuth2StandIn, consent_form, page, redirect
from .answers import coded, problem
from .signing import parameters, signature, to_sign


class XSignIn(OAuth2StandIn):
    people = (Person("2201", "Ada Lantern", "ada_lantern"), Person("2202", "Ben Wick", "benwick"))
    client_id = "sandbox-x-client-id"
    client_secret = "sandbox-x-client-secret"
    client_auth = "client_secret_basic"
    consumer = ("sandbox-x-api-key", "sandbox-x-api-secret")
    known_scopes = ("tweet.read", "tweet.write", "users.read", "media.write", "offline.access")
    pkce = True
    code_life = 30
    token_life = 7200

    def reset(self) -> None:
        super().reset()
        with self.lock:
            self.asked: dict[str, dict[str, str]] = {}
            self.signed: dict[str, tuple[str, str]] = {}
            self.nonces: set[str] = set()

    # -- OAuth 1.0a --------------------------------------------------------------------------------------

    def verified(self, request: Request, secret_of: Any) -> dict[str, str]:
        """The header's parameters, once consumer, time, nonce and signature are right."""
        given = parameters(request.headers.get("Authorization", ""))
        if given.get("oauth_consumer_key") != self.consumer[0] or given.get("oauth_version") != "1.0":
            raise coded(401, 32, "Could not authenticate you.")
        if abs(float(given.get("oauth_timestamp", 0)) - self.now().timestamp()) > 300:
            raise coded(401, 135, "Timestamp out of bounds.")
        secret = secret_of(given.get("oauth_token", ""))
        if secret is None:
            raise coded(401, 89, "Invalid or expired token.")
        form = (
            request.get_data(as_text=True) if request.mimetype == "application/x-www-form-urlencoded" else ""
        )
        signed = to_sign(given, request.query_string.decode(), form)
        wanted = signature(request.method, "https:/" + request.path, signed, (self.consumer[1], secret))
        with self.lock:
            again = given.get("oauth_nonce", "") in self.nonces
            self.nonces.add(given.get("oauth_nonce", ""))
        if again or not hmac.compare_digest(wanted, given.get("oauth_signature", "")):
            raise coded(401, 32, "Could not authenticate you.")
        return given

    @route("POST", "/oauth/request_token")
    def request_token(self, request: Request) -> Response:
        given = self.verified(request, lambda token: "" if not token else None)
        callback = given.get("oauth_callback", "")
        if not callback.startswith(("http://", "https://")):
            raise coded(403, 415, "Callback URL not approved for this client application.")
        token, secret = secrets.token_urlsafe(20), secrets.token_urlsafe(30)
        self.asked[token] = {"secret": secret, "callback": callback}
        back = {"oauth_token": token, "oauth_token_secret": secret, "oauth_callback_confirmed": "true"}
        return Response(urlencode(back), content_type="application/x-www-form-urlencoded")

    @route("GET", "/oauth/authenticate")
    @route("GET", "/oauth/authorize")
    def sign_in(self, request: Request) -> Response:
        if request.args.get("oauth_token") not in self.asked:
            return page("X (sandbox)", "<p>The request token for this page is invalid.</p>", 403)
        return page("X (sandbox)", consent_form(request, self.people, "X"))

    @route("POST", "/oauth/authenticate")
    @route("POST", "/oauth/authorize")
    def signed_in(self, request: Request) -> Response:
        token = request.form["oauth_token"]
        if request.form.get("decision") != "allow":
            return redirect(self.asked.pop(token)["callback"], {"denied": token})
        verifier = secrets.token_urlsafe(20)
        self.asked[token] |= {"verifier": verifier, "person": request.form["person"]}
        return redirect(self.asked[token]["callback"], {"oauth_token": token, "oauth_verifier": verifier})

    @route("POST", "/oauth/access_token")
    def access_token(self, request: Request) -> Response:
        given = self.verified(request, lambda token: self.asked.get(token, {}).get("secret"))
        asked = self.asked[given["oauth_token"]]
        verifier = given.get("oauth_verifier") or request.form.get("oauth_verifier")
        if not verifier or verifier != asked.get("verifier"):
            return Response("Error processing your OAuth request: Invalid oauth_verifier parameter", 401)
        del self.asked[given["oauth_token"]]
        person = self.person(asked["person"])
        token, secret = f"{person.id}-{secrets.token_urlsafe(20)}", secrets.token_urlsafe(30)
        self.signed[token] = (secret, person.id)
        back = {
            "oauth_token": token,
            "oauth_token_secret": secret,
            "user_id": person.id,
            "screen_name": person.handle,
        }
        return Response(urlencode(back), content_type="application/x-www-form-urlencoded")

    @route("POST", "/1.1/oauth/invalidate_token.json")
    def invalidate(self, request: Request) -> Any:
        given = self.verified(request, self._secret)
        del self.signed[given["oauth_token"]]
        return {"access_token": given["oauth_token"]}

    def _secret(self, token: str) -> str | None:
        return self.signed.get(token, (None, ""))[0]

    # -- OAuth 2.0 ---------------------------------------------------------------------------------------

    @route("GET", "/i/oauth2/authorize", "x.com")
    def consent(self, request: Request) -> Any:
        return self.authorize(request)

    @route("POST", "/i/oauth2/authorize", "x.com")
    def decided(self, request: Request) -> Any:
        return self.decide(request)

    @route("POST", "/2/oauth2/token")
    def exchange(self, request: Request) -> Any:
        if request.mimetype != "application/x-www-form-urlencoded" or "client_id" in request.form:
            raise self.token_refusal("invalid_request")
        return self.token(request)

    def grant(self, grant: Grant) -> Any:
        body = super().grant(grant)
        if "offline.access" not in grant.scopes:
            self.refreshing.pop(body.pop("refresh_token"))
        return body

    @route("POST", "/2/oauth2/revoke")
    def revoke(self, request: Request) -> Any:
        self._client(request, request.form)
        self.revoke_token(request.form.get("token", ""))
        return {"revoked": True}

    def expire_tokens(self) -> None:
        """OAuth 2.0 tokens end; those of OAuth 1.0a, which never do, are taken away by their person."""
        super().expire_tokens()
        with self.lock:
            self.signed.clear()

    def caller(self, request: Request, *scopes: str) -> Person:
        if request.headers.get("Authorization", "").startswith("OAuth "):
            given = self.verified(request, self._secret)
            return self.person(self.signed[given["oauth_token"]][1])
        return super().caller(request, *scopes)

    def unauthorized(self) -> Refusal:
        return problem(401, "Unauthorized", "Unauthorized")

    def forbidden(self, scope: str) -> Refusal:
        kind = "https://api.twitter.com/2/problems/unsupported-authentication"
        return problem(403, "Unsupported Authentication", f"The scope {scope} is needed here.", kind)
