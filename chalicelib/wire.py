"""The one HTTP client of a process, and the way to a stand-in where a platform has one.

Providers write the platform's real addresses. Where a platform is answered by the sandbox, `https://host/path`
is sent to `<sandbox>/host/path` instead: the code, the signatures and the redirects stay those of production.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

if TYPE_CHECKING:
    import httpx2

log = logging.getLogger("lamppost.wire")
logging.getLogger("httpx2").setLevel(logging.WARNING)  # it writes whole addresses, and some hold a token

#: Seconds: to connect, between two bytes read, between two bytes written.
TIMEOUTS = (5.0, 30.0, 60.0)


@dataclass(frozen=True)
class Wire:
    """Where platforms are reached: `sandbox` is an address, `sandboxed` the platforms answered there."""

    sandbox: str = ""
    sandboxed: frozenset[str] = field(default_factory=frozenset)

    def route(self, platform: str, url: str) -> str:
        """`url` itself, or its place in the sandbox."""
        if not self.sandbox or platform not in self.sandboxed:
            return url
        parts = urlsplit(url)
        there = urlsplit(self.sandbox)
        if parts.port == there.port and parts.hostname in {there.hostname, "localhost", "127.0.0.1"}:
            return url
        return urlunsplit((there.scheme, there.netloc, f"/{parts.netloc}{parts.path}", parts.query, ""))

    @cached_property
    def client(self) -> "httpx2.Client":
        """The client for addresses written in a provider's file."""
        import httpx2

        connect, read, write = TIMEOUTS
        return httpx2.Client(
            timeout=httpx2.Timeout(read, connect=connect, write=write), headers={"User-Agent": AGENT}
        )

    @cached_property
    def guarded(self) -> "httpx2.Client":
        """The client for addresses that a person gave: public ones only, checked as it connects."""
        import httpx2

        from .guard import guarded_transport

        connect, read, write = TIMEOUTS
        return httpx2.Client(
            transport=guarded_transport(),
            timeout=httpx2.Timeout(read, connect=connect, write=write),
            headers={"User-Agent": AGENT},
        )

    def send(
        self, platform: str, method: str, url: str, *, guarded: bool = False, **parts: Any
    ) -> "httpx2.Response":
        """One request and its whole answer; redirects are answers too."""
        routed = self.route(platform, url)
        client = self.guarded if guarded and routed == url else self.client
        response = client.request(method, routed, **parts)
        host = urlsplit(url).netloc
        log.info("%s %s%s -> %s", method, host, urlsplit(url).path, response.status_code)
        return response


AGENT = "Lamppost/0.1 (scheduled posts)"


def words(headers: Mapping[str, str], body: str) -> str:
    """A platform's own words, short enough to keep and without markup when it answered with a page."""
    if "html" in headers.get("content-type", ""):
        return f"(a web page of {len(body):,} characters instead of an answer)"
    return body[:1000]
