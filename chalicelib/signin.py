"""The ways to sign in, as data, and how each signs a request; `oauth.py` speaks the protocols."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from .sessions import Session


@dataclass(frozen=True)
class Field:
    """One thing asked of a person before or instead of a consent page."""

    name: str
    label: str
    secret: bool = False
    value: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Auth:
    """What every way of signing in has: fields to fill in first, and how a request is signed."""

    fields: tuple[Field, ...] = ()

    def sign(self, session: "Session", method: str, url: str) -> dict[str, str]:
        """The headers that make a request this account's."""
        return {"Authorization": f"Bearer {session.token.access}"} if session.token.access else {}


@dataclass(frozen=True)
class Form(Auth):
    """No consent page: a password made for apps, or a key. The provider's `login` turns it into a token.

    `ahead`: seconds before its end that a token is renewed by the provider's own `refresh`. `kind`: what a
    person is asked for, in two words.
    """

    ahead: float = 300
    kind: str = "app password"


@dataclass(frozen=True)
class OAuth2(Auth):
    """RFC 6749 with its dialects. Addresses may be paths at the provider's base.

    `names` renames parameters (TikTok says `client_key`); `extra` are added to the consent address, and
    `token_extra` to the exchange of the code;
    `lifetime` is assumed, in seconds, when the answer names none; `ahead` is how long before its end a
    token is refreshed, in seconds; `granted` says whether the answer lists scopes to be
    compared, and `spare` are those that an account may lack; `keep` names fields of the token's answer that the provider wants in `Token.data`.
    """

    authorize: str = ""
    token: str = ""
    revoke: str = ""
    scopes: tuple[str, ...] = ()
    separator: str = " "
    pkce: bool = False
    client_auth: Literal["client_secret_post", "client_secret_basic", "none"] = "client_secret_post"
    client_id: str = ""
    client_secret: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, str] = field(default_factory=dict)
    token_method: Literal["POST", "GET"] = "POST"
    token_headers: Mapping[str, str] = field(default_factory=dict)
    token_extra: Mapping[str, str] = field(default_factory=dict)
    refreshes: bool = True
    lifetime: float | None = None
    ahead: float = 300
    granted: bool = True
    spare: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()


@dataclass(frozen=True)
class OAuth1(Auth):
    """RFC 5849, HMAC-SHA1. JSON and multipart bodies are not part of the signature."""

    request_token: str = ""
    authorize: str = ""
    access_token: str = ""
    consumer_key: str = ""
    consumer_secret: str = ""

    def sign(self, session: "Session", method: str, url: str) -> dict[str, str]:
        from authlib.oauth1 import ClientAuth

        signer = ClientAuth(
            session.app[self.consumer_key],
            session.app[self.consumer_secret],
            token=session.token.access or None,
            token_secret=session.token.secret or None,
        )
        _, headers, _ = signer.sign(method, url, {}, b"")
        return {"Authorization": headers["Authorization"]}
