"""The half of the guard that needs the HTTP library: name → address, checked → connection, with no second look-up between."""

import socket
import ssl
from collections.abc import Iterable

import httpcore2
import httpx2

from .guard import Resolve, Unsafe, check, is_public, place

# A name may list many addresses that never answer, each for a whole time-out.
_TRIES = 3


class GuardedBackend(httpcore2.NetworkBackend):
    """Connects to public addresses, and to the places (`host:port`) of `allow`."""

    def __init__(
        self,
        allow: tuple[str, ...] = (),
        resolve: Resolve | None = None,
        inner: httpcore2.NetworkBackend | None = None,
    ) -> None:
        self._allow = allow
        self._resolve = resolve or _look_up
        self._inner = inner or httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        failure: Exception = httpcore2.ConnectError(f"{host} has no address.")
        for address in self._addresses(host, port):
            try:
                # The address, not the name: a second look-up could answer otherwise. TLS still checks the name.
                return self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure

    def _addresses(self, host: str, port: int) -> list[str]:
        try:
            found = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError(f"{host} is not known.") from error
        # One private address among public ones is a trap, not a misconfiguration to work around.
        if place(host, port) not in self._allow and not all(map(is_public, found)):
            raise Unsafe(f"“{host}” is not a public address.")
        return found[:_TRIES]

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        raise Unsafe("Only web addresses (https://…) are accepted.")


class GuardedTransport(httpx2.HTTPTransport):
    """httpx2's own transport over a pool with a guarded backend; a proxy would connect for us, so it knows none."""

    def __init__(
        self,
        *,
        http: bool = False,
        allow: tuple[str, ...] = (),
        resolve: Resolve | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        # Not super().__init__: it offers no way to name the backend.
        self._http, self._allow = http, allow
        self._pool = httpcore2.ConnectionPool(
            ssl_context=tls or httpx2.create_ssl_context(),
            network_backend=GuardedBackend(allow, resolve),
            max_connections=20,
            max_keepalive_connections=5,
            keepalive_expiry=5.0,
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        check(request.url, http=self._http, allow=self._allow)
        return super().handle_request(request)


def _look_up(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
