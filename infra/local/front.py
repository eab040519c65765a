"""The one address of the local copy: what a custom domain and API Gateway's stage `api` are in production."""

from urllib.parse import urlsplit

from infra.local.relay import Handler, Server, forward, serve


def start(port: int, aws_port: int, api: str) -> Server:
    """Answer on `port`: `/api/…` goes to the REST API `api`, everything else leads there."""

    class Front(Handler):
        def answer(self) -> None:
            body = self.body()
            path = urlsplit(self.path).path
            if path.startswith("/api/"):
                forward(self, aws_port, f"/_aws/execute-api/{api}{self.path}", body, self._forwarded())
            elif path in ("/", "/api"):
                self.reply(302, b"", [("Location", "/api/")])
            else:
                self.reply(404, b"Everything is under /api/.\n", [("Content-Type", "text/plain")])

        def _forwarded(self) -> list[tuple[str, str]]:
            return [
                ("X-Forwarded-For", str(self.client_address[0])),
                ("X-Forwarded-Proto", "http"),
                ("X-Forwarded-Port", str(port)),
            ]

    return serve(Front, port)
