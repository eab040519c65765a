"""Small HTTP servers of a test's own, on a free port of this machine."""

import threading
from collections.abc import Iterable
from typing import Any

from chalice.test import Client
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002  # werkzeug's name
        """Says nothing."""


class Served:
    """Answers each request by `answer`, one at a time, until it is stopped."""

    def __init__(self) -> None:
        self._server = make_server("127.0.0.1", 0, self._serve, request_handler=Quiet)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def answer(self, request: Request) -> Response:
        raise NotImplementedError

    def _serve(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        with Request(environ) as request:
            return self.answer(request)(environ, start)

    def stop(self) -> None:
        """Frees the port; again is no matter."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()


class Behind(Served):
    """A Chalice app behind a real port, under the stage's name as API Gateway has it."""

    def __init__(self, client: Client) -> None:
        self._client = client
        super().__init__()

    def answer(self, request: Request) -> Response:
        path = request.environ["REQUEST_URI"].removeprefix("/api")
        headers = {name: value for name, value in request.headers.items() if value}
        answer = self._client.http.request(request.method, path, headers=headers, body=request.get_data())
        return Response(answer.body, answer.status_code, answer.headers)
