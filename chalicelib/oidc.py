"""Signing in by an OpenID Connect provider: whom it is, where the browser goes, and who comes back."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from . import issuers, staff, vault
from .issuers import Client
from .refusals import Refused
from .store import signins

#: The operator's secrets; the first two are needed.
SECRETS = ("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_NAME", "OIDC_ALLOWED")


def client() -> Client | None:
    """The provider that this stage signs people in by, if there is one."""
    kept = vault.secrets()
    if not kept.get("OIDC_ISSUER") or not kept.get("OIDC_CLIENT_ID"):
        return None
    allowed = kept.get("OIDC_ALLOWED", "").lower().replace(",", " ").split()
    return Client(
        issuer=kept["OIDC_ISSUER"],
        id=kept["OIDC_CLIENT_ID"],
        secret=kept.get("OIDC_CLIENT_SECRET", ""),
        name=kept.get("OIDC_NAME", "") or urlsplit(kept["OIDC_ISSUER"]).hostname or "your organisation",
        allowed=tuple(each.removeprefix("@") for each in allowed),
    )


def offered() -> str:
    """The name to offer for signing in; empty where there is no provider."""
    found = client()
    return found.name if found else ""


def begin(browser: str, to: str, now: datetime) -> str:
    """Where to send a browser, known by a secret of its own; `to` is the page that it comes back to in the end."""
    ours = _client()
    state, verifier, nonce = secrets.token_urlsafe(24), secrets.token_urlsafe(48), secrets.token_urlsafe(24)
    sealed = vault.seal_text(verifier, purpose="sign-in")
    kept = {"platform": "oidc", "browser": browser, "sealed": sealed, "nonce": nonce, "to": to}
    signins.remember(state, kept, now)
    with issuers.speaker(ours) as speaker:
        url: str = speaker.create_authorization_url(
            issuers.discovered(ours)["authorization_endpoint"],
            state=state,
            code_verifier=verifier,
            nonce=nonce,
        )[0]
    return url


def finish(query: Mapping[str, str], browser: str, now: datetime) -> tuple[str, str]:
    """The session cookie for what the callback brings, and the page to go to. Each state is good once."""
    ours = _client()
    state = query.get("state", "")
    kept = signins.recall(state, now) if state else None
    if kept is None or kept["platform"] != "oidc":
        raise issuers.refused("This sign-in is unknown, was used already, or is older than ten minutes.")
    if not signins.same(kept["browser"], browser):
        raise issuers.refused("This sign-in was begun in another browser.")
    if query.get("iss", ours.issuer) != ours.issuer:
        raise issuers.refused("The answer came from another provider than was asked.")
    if not query.get("code"):
        raise issuers.refused(f"{ours.name} did not sign you in.")
    token = issuers.exchanged(ours, query["code"], vault.unseal_text(kept["sealed"], purpose="sign-in"))
    claims = issuers.verified(ours, token, kept["nonce"], now)
    email = _address(ours, claims)
    name = str(claims.get("name") or claims.get("preferred_username") or email)[:100]
    cookie = staff.admit(ours.issuer, str(claims["sub"]), email, name, now, allowed=ours.allows(email))
    return cookie, kept["to"]


def _address(ours: Client, claims: Mapping[str, object]) -> str:
    """The address, which the provider must have verified: some write that as text."""
    email = str(claims.get("email") or "").strip().lower()
    if not email or claims.get("email_verified") not in (True, "true"):
        raise Refused(
            403,
            "email-not-verified",
            f"{ours.name} does not vouch for your email address (claims email and email_verified). "
            "Verify it there, or ask an owner for a link.",
        )
    return email


def _client() -> Client:
    found = client()
    if found is None:
        raise Refused(
            404, "no-provider", "No identity provider is set up here. Sign in with a link or a key."
        )
    return found
