"""OAuth 1.0a as X checks it (RFC 5849), written from the text of the RFC and not from the library that signs."""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, quote, unquote


def parameters(header: str) -> dict[str, str]:
    """The `oauth_…` parameters of an Authorization header."""
    given = (part.strip().partition("=") for part in header.removeprefix("OAuth ").split(","))
    return {unquote(name): unquote(value.strip('"')) for name, _, value in given}


def signature(method: str, url: str, signed: Iterable[tuple[str, str]], secrets: tuple[str, str]) -> str:
    """HMAC-SHA1 over method, address and sorted parameters (§3.4.1), keyed by both secrets (§3.4.2)."""
    pairs = sorted((encoded(name), encoded(value)) for name, value in signed)
    joined = "&".join(f"{name}={value}" for name, value in pairs)
    base = "&".join((method.upper(), encoded(url), encoded(joined)))
    key = "&".join(map(encoded, secrets))
    return base64.b64encode(hmac.new(key.encode(), base.encode(), hashlib.sha1).digest()).decode()


def to_sign(oauth: Mapping[str, str], query: str, form: str) -> list[tuple[str, str]]:
    """What is signed: the header's parameters but the signature, the query's, and a form body's."""
    own = [(name, value) for name, value in oauth.items() if name not in {"oauth_signature", "realm"}]
    return own + parse_qsl(query, keep_blank_values=True) + parse_qsl(form, keep_blank_values=True)


def encoded(text: str) -> str:
    """RFC 3986: all but letters, digits and `-._~`."""
    return quote(text, safe="-._~")
