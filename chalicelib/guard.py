"""Addresses that people give (media, webhooks, instances): public ones only, checked when read and again when connected."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import httpx2

#: Host and port → the addresses it has now.
Resolve = Callable[[str, int], list[str]]

PORTS: Final = {"http": 80, "https": 443}

# Of all IPv6 space only this is given out for the public, less what carries IPv4 inside (Teredo, 6to4) or is for documents.
_PUBLIC_V6: Final = IPv6Network("2000::/3")
_NOT_PUBLIC_V6: Final = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))

_NAME = re.compile(r"(?:[a-z0-9_-]{1,63}\.)+(?=[a-z])[a-z0-9-]{2,63}\.?", re.ASCII)
_INSIDE = re.compile(r"(?:^|\.)(?:localhost|local|localdomain|internal|home\.arpa)\.?$")


class Unsafe(ValueError):
    """An address that must not be called; its text is a sentence for the person who gave it."""


def refuse(url: str, *, http: bool = False, allow: tuple[str, ...] = ()) -> None:
    """Raises `Unsafe` unless `url` may be called as far as its text tells; `allow` holds `host:port` that always may.

    What the host's name stands for is only known, and checked, when `guarded_transport` connects.
    """
    import httpx2

    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL as error:
        raise Unsafe("This is not an address.") from error
    check(parsed, http=http, allow=allow)


def check(url: "httpx2.URL", *, http: bool, allow: tuple[str, ...]) -> None:
    """`refuse` for an address as the HTTP library reads it: one reader, so that nothing hides between two readings."""
    if url.userinfo:
        raise Unsafe("The address must not hold a user name or password.")
    if url.scheme not in PORTS:
        raise Unsafe("Only web addresses (https://…) are accepted.")
    host, port = url.raw_host.decode("ascii"), PORTS[url.scheme] if url.port is None else url.port
    if place(host, port) in allow:
        return
    if url.scheme == "http" and not http:
        raise Unsafe("Only https addresses are accepted.")
    # Below 1024 live mail, file and login services that a crafted request could talk to.
    if port not in PORTS.values() and not 1024 <= port <= 65535:
        raise Unsafe(f"Port {port} is not accepted in an address.")
    _check_host(host)


def _check_host(host: str) -> None:
    try:
        public = is_public(host)
    except ValueError:
        # Not an address: then a name with a top-level domain. “127.1” and “0x7f.1” are neither.
        public = bool(_NAME.fullmatch(host)) and not _INSIDE.search(host)
    if not public:
        raise Unsafe(f"“{host}” is not a public address.")


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet; no address at all is a ValueError."""
    ip = ip_address(address)
    return _is_public_v4(ip) if isinstance(ip, IPv4Address) else _is_public_v6(ip)


def _is_public_v4(ip: IPv4Address) -> bool:
    return ip.is_global and not (ip.is_multicast or ip.is_reserved)


def _is_public_v6(ip: IPv6Address) -> bool:
    return ip in _PUBLIC_V6 and not any(ip in network for network in _NOT_PUBLIC_V6)


def place(host: str, port: int) -> str:
    """`host:port`, as `allow` names it."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def guarded_transport(
    *, http: bool = False, allow: tuple[str, ...] = (), resolve: Resolve | None = None
) -> "httpx2.HTTPTransport":
    """A transport that checks every request, redirects included, and connects only to the address that it checked."""
    from .guarded import GuardedTransport

    return GuardedTransport(http=http, allow=allow, resolve=resolve)


@contextmanager
def follow(client: "httpx2.Client", url: str, limit: int = 3) -> Iterator["httpx2.Response"]:
    """The open, unread answer to a GET after at most `limit` redirects, each checked by the client's guarded transport."""
    request = client.build_request("GET", url)
    for _ in range(limit + 1):
        response = client.send(request, stream=True, follow_redirects=False)
        try:
            if not response.has_redirect_location:
                yield response
                return
        finally:
            response.close()
        request = _next(response)
    raise Unsafe(f"The address redirects more than {limit} times.")


def _next(response: "httpx2.Response") -> "httpx2.Request":
    if response.next_request is None:
        raise Unsafe("The address redirects to something that is not an address.")
    return response.next_request
