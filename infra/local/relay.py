"""Pass an HTTP request on to another server, and its answer back."""

from collections.abc import Callable, Iterable
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

Headers = list[tuple[str, str]]
CHUNK = 64 * 1024
OF_THIS_HOP = {
    "connection",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}


class Handler(BaseHTTPRequestHandler):
    """A quiet HTTP/1.1 handler that answers every method by `answer`."""

    protocol_version = "HTTP/1.1"
    timeout = 60

    def answer(self) -> None:
        raise NotImplementedError

    def __getattr__(self, name: str) -> Callable[[], None]:
        """The server asks for `do_GET`, `do_POST` …"""
        if name.startswith("do_"):
            return self.answer
        raise AttributeError(name)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing: the servers behind have logs of their own."""

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def reply(self, status: int, content: bytes, headers: Iterable[tuple[str, str]] = ()) -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def forward(handler: Handler, port: int, path: str, body: bytes, extra: Headers | None = None) -> None:
    """Send the handler's request to `path` on a loopback port and stream the answer back as it comes."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        headers = [(name, value) for name, value in handler.headers.items() if not _ours(name)]
        _send(connection, handler.command, path, [*headers, *(extra or [])], body)
        _stream(handler, connection.getresponse())
    except OSError as error:
        handler.close_connection = True
        handler.reply(502, f"Nothing answers behind this address: {error}.".encode())
    finally:
        connection.close()


def _ours(name: str) -> bool:
    return name.lower() in OF_THIS_HOP or name.lower() == "content-length"


def _send(connection: HTTPConnection, method: str, path: str, headers: Headers, body: bytes) -> None:
    """By hand, so that the `Host` and repeated headers stay as they were."""
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    for name, value in headers:
        connection.putheader(name, value)
    connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)


def _stream(handler: Handler, response: HTTPResponse) -> None:
    handler.send_response_only(response.status)
    for name, value in response.getheaders():
        if name.lower() not in OF_THIS_HOP:
            handler.send_header(name, value)
    if response.getheader("Content-Length") is None:
        handler.send_header("Connection", "close")
    handler.end_headers()
    while chunk := response.read1(CHUNK):
        handler.wfile.write(chunk)


class Server(ThreadingHTTPServer):
    """A server in threads of its own; a person who closes a page half way is no error."""

    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Connections end when browsers like."""


def serve(handler: type[Handler], port: int) -> Server:
    """Start answering on a loopback port; `shutdown` and `server_close` end it."""
    server = Server(("127.0.0.1", port), handler)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    return server
