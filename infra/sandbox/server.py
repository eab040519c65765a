"""The sandbox: one server for every stand-in, with a few routes of its own to order failures and look around.

`GET /` shows what is public everywhere; `/_sandbox/posts`, `/_sandbox/failures`, `/_sandbox/expire`,
`/_sandbox/requests`, `/_sandbox/slow`, `/_sandbox/traffic` and `/_sandbox/reset` are for scripts; each takes `platform`.
"""

import dataclasses
import html
import json
import socket
import threading
from collections.abc import Iterable
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from .base import Cut, Failure, StandIn, answer
from .consent import OAuth2StandIn, page
from .traffic import Slow, Traffic


class Sandbox:
    """All stand-ins behind one address; a WSGI application."""

    def __init__(self, public: str, stand_ins: Iterable[type[StandIn]] | None = None) -> None:
        from .register import STAND_INS

        self.public = public.rstrip("/")
        self.traffic = Traffic()
        self.files: dict[str, bytes] = {}
        """What a test wants fetched by address, under `/_sandbox/files/<id>/<name>`."""
        made = [each(self.public) for each in stand_ins or STAND_INS]
        self.stand_ins = {key: each for each in made for key in (each.key, *each.also)}

    def __getitem__(self, key: str) -> Any:
        return self.stand_ins[key]

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        request = Request(environ)
        with request:
            try:
                response = self._answer(request)
            except Cut:
                environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
                return []
            return response(environ, start)

    def _answer(self, request: Request) -> Response:
        host, _, path = request.path.lstrip("/").partition("/")
        if host == "_sandbox":
            return self._control(request, path)
        if not host:
            return self._overview()
        stand_in = next((each for each in self.stand_ins.values() if each.answers(host)), None)
        if stand_in is None:
            return answer({"error": f"no stand-in answers for {host}"}, 404)
        with self.traffic.passing(stand_in.key, request):
            return stand_in.handle(request, host, f"/{path}")

    def _control(self, request: Request, path: str) -> Response:
        if path.startswith("face/"):
            return _face(path.removeprefix("face/").removesuffix(".svg"))
        if path.startswith("files/"):
            return self._file(path.split("/")[1])
        wanted = request.args.get("platform")
        chosen = [each for each in self._once() if wanted in (None, each.key, *each.also)]
        if request.method == "GET":
            return self._listed(path, chosen)
        act = {"failures": _order, "slow": self._slow, "expire": _expire, "reset": _reset}.get(path)
        if act is None:
            return answer({"error": "unknown"}, 404)
        for each in chosen:
            act(each, request)
        return answer({"done": [each.key for each in chosen]})

    def _slow(self, stand_in: StandIn, request: Request) -> None:
        self.traffic.rules[stand_in.key] = Slow(**request.get_json())

    def _once(self) -> list[StandIn]:
        """Every stand-in once, though it may answer for several platforms."""
        return list(dict.fromkeys(self.stand_ins.values()))

    def _file(self, name: str) -> Response:
        if name not in self.files:
            return answer({"error": "no such file"}, 404)
        return Response(self.files[name], content_type="application/octet-stream")

    def _listed(self, path: str, chosen: list[StandIn]) -> Response:
        match path:
            case "posts":
                return _json(
                    [{"platform": each.key, **_plain(post)} for each in chosen for post in each.shown]
                )
            case "traffic":
                return _json(self.traffic.seen())
            case "requests":
                return _json([{"platform": each.key, **seen} for each in chosen for seen in each.requests])
        return answer({"error": "unknown"}, 404)

    def _overview(self) -> Response:
        rows = "".join(
            f"<li><b>{each.key}</b> <a href='{html.escape(post.url)}'>{html.escape(post.text[:200]) or '(media)'}</a> "
            f"<small>{post.at:%H:%M:%S} {html.escape(post.account)}</small>"
            for each in self._once()
            for post in each.shown
        )
        return page(
            "Sandbox", f"<p>Stand-ins of {len(self.stand_ins)} platforms. Public here:</p><ul>{rows}</ul>"
        )


def _order(stand_in: StandIn, request: Request) -> None:
    stand_in.failures.append(Failure(**request.get_json()))


def _expire(stand_in: StandIn, request: Request) -> None:
    if isinstance(stand_in, OAuth2StandIn):
        stand_in.expire_tokens()


def _reset(stand_in: StandIn, request: Request) -> None:
    stand_in.reset()


def _plain(post: Any) -> dict[str, Any]:
    return dataclasses.asdict(post)


def _json(body: Any) -> Response:
    return Response(json.dumps(body, default=str), content_type="application/json")


def _face(name: str) -> Response:
    colour = sum(map(ord, name)) * 37 % 360
    return Response(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" '
        f'fill="hsl({colour} 55% 45%)"/><text x="32" y="43" font-family="sans-serif" font-size="30" '
        f'text-anchor="middle" fill="#fff">{html.escape(name[:1])}</text></svg>',
        content_type="image/svg+xml",
    )


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def make_environ(self) -> dict[str, Any]:
        """Headers with an underscore too, which werkzeug drops and Meta's uploads have."""
        environ = super().make_environ()
        environ.update({f"HTTP_{name.upper()}": value for name, value in self.headers.items() if "_" in name})
        return environ

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Says nothing: requests are noted by the stand-ins."""

    def connection_dropped(self, error: BaseException, environ: Any = None) -> None:
        """A cut line is what was ordered, or a client that left."""


def serve(
    sandbox_at: str = "127.0.0.1",
    port: int = 0,
    public: str = "",
    stand_ins: Iterable[type[StandIn]] | None = None,
) -> tuple[Sandbox, BaseWSGIServer]:
    """Starts the sandbox in a thread; `stop` ends it. Port 0 takes a free one."""
    with socket.create_server((sandbox_at, port), backlog=256) as held:
        return _start(held, sandbox_at, public, stand_ins)


def _start(
    held: socket.socket, sandbox_at: str, public: str, stand_ins: Iterable[type[StandIn]] | None
) -> tuple[Sandbox, BaseWSGIServer]:
    real = held.getsockname()[1]
    sandbox = Sandbox(public or f"http://{sandbox_at}:{real}", stand_ins)
    server = make_server(sandbox_at, real, sandbox, threaded=True, request_handler=_Quiet, fd=held.fileno())
    threading.Thread(target=server.serve_forever, name="sandbox", daemon=True).start()
    return sandbox, server


def stop(server: BaseWSGIServer) -> None:
    """Ends a server that `serve` started."""
    server.shutdown()
    server.server_close()
