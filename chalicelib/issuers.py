"""What is asked of an OpenID Connect provider: its description, its keys, a code's worth; and an ID token verified.

Authlib and joserfc speak the protocol; they are imported where somebody signs in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from .refusals import Refused
from .settings import settings

#: What an ID token may be signed with: keys of the provider's alone. A shared secret, or none, is no signature.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA"]  # fmt: skip
#: What reading an answer that is none may end in, by whichever library it was read.
UNREADABLE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
#: Seconds that our clock and the provider's may differ by.
LEEWAY = 120


@dataclass(frozen=True)
class Client:
    """What the operator registered at the provider; `allowed` are addresses and domains that may come uninvited."""

    issuer: str
    id: str
    secret: str
    name: str
    allowed: tuple[str, ...]

    def allows(self, email: str) -> bool:
        return email in self.allowed or email.rpartition("@")[2] in self.allowed


def refused(sentence: str) -> Refused:
    return Refused(403, "not-signed-in", f"{sentence} Begin again from the sign-in page.")


def _silent(ours: Client) -> Refused:
    return Refused(503, "provider-silent", f"{ours.name} did not answer as it should. Try again in a minute.")


def discovered(ours: Client) -> dict[str, Any]:
    """The provider's description of itself, kept in this process; one that speaks for another issuer is refused."""
    try:
        found = _description(ours.issuer)
    except UNREADABLE as wrong:  # httpx2's too: addresses, answers that are no JSON
        raise _silent(ours) from wrong
    return found


@cache
def _description(issuer: str) -> dict[str, Any]:
    _refuse_plain(issuer)
    found = _got(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    if found.get("issuer") != issuer or not all(isinstance(found.get(each), str) for each in needed):
        raise ValueError("the description is another issuer's, or not whole")
    for each in needed:
        _refuse_plain(found[each])
    return found


@cache
def _keys(address: str) -> Any:
    from joserfc.jwk import KeySet

    return KeySet.import_key_set(_got(address))  # type: ignore[arg-type]  # joserfc checks it


def forget() -> None:
    """Lets the next sign-in ask the provider again."""
    _description.cache_clear()
    _keys.cache_clear()


def _refuse_plain(address: str) -> None:
    """Only TLS, but for a provider on this very machine."""
    parts = urlsplit(address)
    if parts.scheme != "https" and parts.hostname not in {"localhost", "127.0.0.1"}:
        raise ValueError("the provider's address must begin with https://")


def _got(address: str, access: str = "") -> dict[str, Any]:
    """A JSON object; ValueError for whatever else comes back, or nothing."""
    import httpx2

    headers = {"Authorization": f"Bearer {access}"} if access else {}
    try:
        answer = httpx2.get(address, timeout=5, headers=headers)
        found = answer.raise_for_status().json()
    except httpx2.HTTPError as lost:
        raise ValueError("no answer") from lost
    if not isinstance(found, dict):
        raise ValueError("no object")  # noqa: TRY004  # one kind for all that is wrong with an answer
    return found


def speaker(ours: Client) -> Any:
    from authlib.integrations.httpx_client import OAuth2Client

    return OAuth2Client(
        client_id=ours.id,
        client_secret=ours.secret or None,
        token_endpoint_auth_method=_method(ours),
        scope="openid email profile",
        redirect_uri=f"{settings().public_url}/signin/oidc/callback",
        code_challenge_method="S256",
        timeout=5,
    )


def _method(ours: Client) -> str:
    """How we show who we are: the standard's default, unless the provider knows only the other."""
    if not ours.secret:
        return "none"
    known = discovered(ours).get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return "client_secret_basic" if "client_secret_basic" in known else "client_secret_post"


def exchanged(ours: Client, code: str, verifier: str) -> dict[str, Any]:
    """The token endpoint's answer."""
    import httpx2
    from authlib.integrations.base_client import OAuthError

    try:
        with speaker(ours) as speaking:
            return dict(
                speaking.fetch_token(discovered(ours)["token_endpoint"], code=code, code_verifier=verifier)
            )
    except OAuthError as declined:
        raise refused(f"{ours.name} did not accept the sign-in.") from declined
    except (httpx2.HTTPError, *UNREADABLE) as lost:
        raise _silent(ours) from lost


def verified(ours: Client, token: Mapping[str, Any], nonce: str, now: datetime) -> dict[str, Any]:
    """The ID token's claims, signed by the provider for us and this sign-in; with the userinfo's where it has no email."""
    from joserfc.errors import JoseError

    access = str(token.get("access_token") or "")
    try:
        claims = _claims(ours, str(token.get("id_token") or ""), nonce, access, now)
        more = discovered(ours).get("userinfo_endpoint")
        if "email" not in claims and access and more:
            _refuse_plain(more)
            told = _got(more, access)
            claims = {**told, **claims} if told.get("sub") == claims["sub"] else claims
    except (JoseError, *UNREADABLE) as forged:
        raise refused(f"{ours.name}'s answer could not be verified.") from forged
    return claims


def _claims(ours: Client, text: str, nonce: str, access: str, now: datetime) -> dict[str, Any]:
    from authlib.oidc.core import CodeIDToken

    decoded = _decoded(discovered(ours)["jwks_uri"], text)
    wanted = {"iss": {"essential": True, "value": ours.issuer}, "aud": {"essential": True, "value": ours.id}}
    claims = CodeIDToken(
        decoded.claims,
        decoded.header,
        options=wanted,
        params={"nonce": nonce, "client_id": ours.id, "access_token": access},
    )
    claims.validate(now=int(now.timestamp()), leeway=LEEWAY)
    return dict(claims)


def _decoded(address: str, text: str) -> Any:
    """The token by the keys that are known, or by the provider's keys of now: it may have changed them."""
    from joserfc import jwt
    from joserfc.errors import JoseError

    try:
        return jwt.decode(text, _keys(address), algorithms=ALGORITHMS)
    except (JoseError, *UNREADABLE):
        _keys.cache_clear()
        return jwt.decode(text, _keys(address), algorithms=ALGORITHMS)
