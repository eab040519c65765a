"""The product for a real browser: Chalice's own gateway on a loopback port, and a bucket beside it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import formatdate
from io import BytesIO
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from chalice.test import Client

from chalicelib import bucket, clock, people, publish
from chalicelib.models import Message
from chalicelib.settings import client
from chalicelib.store import deliveries
from infra.local.relay import Handler, Server, serve
from tests.world import World

#: Where Chalice's gateway is one at a time: its application holds the request that it answers.
_ONE = Lock()


@dataclass
class Site:
    """The address of the product, and the world behind it."""

    url: str
    bucket: str
    world: World

    def link(self) -> str:
        """Signs a browser in, once."""
        return people.sign_in_link(clock.now())

    def now(self) -> datetime:
        return clock.now()

    def deliver(self, message: Message) -> None:
        """What the Lambda behind a lane does with a message; its due time counts as come."""
        found = deliveries.read(message.workspace, message.delivery)
        assert found is not None
        if found.state == "scheduled":
            deliveries.alter(found, version=found.version, due=clock.now())
        with _ONE:
            publish.deliver(message, lambda: 100.0)


def end(server: Server) -> None:
    """Closes a server when nothing is under way: what comes later must not meet the next test's world."""
    server.shutdown()
    with _ONE:
        server.server_close()


class Loopback(Handler):
    """Answers with the moment, as API Gateway does."""

    @property
    def ended(self) -> bool:
        assert isinstance(self.server, Server)
        return self.server.fileno() == -1

    def reply(self, status: int, content: bytes, headers: Any = ()) -> None:
        super().reply(status, content, [("Date", formatdate(usegmt=True)), *headers])


def product() -> Server:
    """The API and the dashboard under `/api`."""
    import app

    gateway = Client(app.app).http

    class Front(Loopback):
        def answer(self) -> None:
            body, path = self.body(), self.path.removeprefix("/api")
            with _ONE:
                if self.ended:
                    return
                given = {name.lower(): value for name, value in self.headers.items()}
                answered = gateway.request(self.command, path or "/", headers=given, body=body)
            self.reply(answered.status_code, answered.body, _flat(answered.headers))

    return serve(Front, 0)


def _flat(headers: dict[str, Any]) -> list[tuple[str, str]]:
    listed = [(name, value if isinstance(value, list) else [value]) for name, value in headers.items()]
    return [
        (name, str(each)) for name, values in listed for each in values if name.lower() != "content-length"
    ]


def storage() -> Server:
    """A bucket for browsers: takes a form as S3 does, and gives files back; what it holds is moto's."""
    names = ("Origin", "Methods", "Headers")
    allowed = [(f"Access-Control-Allow-{name}", "POST, GET" if name == "Methods" else "*") for name in names]

    class Store(Loopback):
        def answer(self) -> None:
            acts: dict[str, Callable[[], None]] = {
                "OPTIONS": lambda: self.reply(200, b"", allowed),
                "POST": self._take,
                "GET": self._give,
            }
            acts.get(self.command, lambda: self.reply(405, b""))()

        def _take(self) -> None:
            from werkzeug.formparser import parse_form_data

            environ = {"CONTENT_TYPE": self.headers["Content-Type"], "CONTENT_LENGTH": self.headers["Content-Length"],
                       "REQUEST_METHOD": "POST", "wsgi.input": BytesIO(self.body())}  # fmt: skip
            _, fields, files = parse_form_data(environ)
            with _ONE, files["file"].stream as sent:
                bucket.write(fields["key"], sent.read(), fields["Content-Type"])
            self.reply(204, b"", allowed)

        def _give(self) -> None:
            with _ONE:
                if self.ended:
                    return
                found = client("s3").get_object(
                    Bucket=bucket.name(), Key=urlsplit(self.path).path.lstrip("/")
                )
                data = found["Body"].read()
            self.reply(200, data, [*allowed, ("Content-Type", found["ContentType"])])

    return serve(Store, 0)


def address(server: Server) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}"
