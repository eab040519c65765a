"""What every stand-in of a platform has: hosts, routes, state that is kept, and failures on order.

A stand-in answers as the platform's sheet says and refuses what the platform refuses. It is reached at
`<sandbox>/<real host>/<real path>`, so that providers and signatures use the real addresses.
"""

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar, Literal, TypeVar

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

View = TypeVar("View", bound=Callable[..., Any])


def route(method: str, path: str, host: str = "") -> Callable[[View], View]:
    """Marks a method as the view of one path (werkzeug's rule syntax); `host` where a path means two things."""

    def mark(view: View) -> View:
        view.__dict__.setdefault("routes", []).append((method, path, host))
        return view

    return mark


@dataclass(frozen=True)
class Person:
    """Somebody who could sign in there."""

    id: str
    name: str
    handle: str
    picture: str = ""


@dataclass
class Shown:
    """One thing that is public at the stand-in."""

    id: str
    account: str
    text: str
    url: str
    at: datetime
    media: list[dict[str, Any]] = field(default_factory=list)
    reply_to: str | None = None
    more: dict[str, Any] = field(default_factory=dict)


@dataclass
class Failure:
    """A failure on order: what to do with the next `times` requests that fit.

    `answer` replies with `status`, `headers`, `body` and does nothing; `lost` does the work and cuts the
    line; `drop` cuts the line before anything is done; `slow` waits `seconds` first.
    """

    path: str = ""
    method: str = ""
    mode: Literal["answer", "lost", "drop", "slow"] = "answer"
    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    seconds: float = 0
    times: int = 1

    def fits(self, request: Request) -> bool:
        return (
            self.times > 0
            and (not self.method or self.method == request.method)
            and re.search(self.path, request.path) is not None
        )


class Cut(Exception):
    """The line is cut without an answer."""


class Refusal(Exception):
    """An answer that refuses: raised anywhere in a view."""

    def __init__(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status} {body}")
        self.response = answer(body, status, headers)


def answer(body: Any = None, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer; text as it is, None as an empty body."""
    import json

    if body is None or isinstance(body, str):
        return Response(body or "", status, headers)
    return Response(json.dumps(body), status, headers, content_type="application/json")


def _drain(request: Request) -> None:
    """Reads what a view left of the body: a line closed on unread bytes loses the answer too."""
    while request.stream.read(65_536):
        pass


class StandIn:
    """One platform's stand-in. Subclasses name `key` and `hosts` and mark their views with `route`."""

    key: ClassVar[str]
    #: Other platforms that the same hosts answer for: one company, one stand-in.
    also: ClassVar[tuple[str, ...]] = ()
    hosts: ClassVar[tuple[str, ...]]
    people: ClassVar[tuple[Person, ...]] = ()

    def __init__(self, public: str) -> None:
        self.public = public
        self.lock = threading.RLock()
        self.shown: list[Shown] = []
        self.failures: list[Failure] = []
        self.requests: list[dict[str, Any]] = []
        self.numbers = 1000
        self.skew = 0.0
        self._maps: dict[str, Map] = {}
        self.reset()

    def reset(self) -> None:
        """Forgets everything; subclasses set their own state here."""
        with self.lock:
            self.shown, self.failures, self.requests = [], [], []
            self.skew = 0.0

    # -- what views use ----------------------------------------------------------------------------------

    def now(self) -> datetime:
        return datetime.fromtimestamp(time.time() + self.skew, UTC)

    def number(self) -> int:
        """The next id."""
        with self.lock:
            self.numbers += 1
            return self.numbers

    def show(self, number: str, account: str, text: str, url: str, **more: Any) -> Shown:
        """Makes something public. `url` may be a path on the platform's own host."""
        known = {name: more.pop(name) for name in ("media", "reply_to") if name in more}
        shown = Shown(id=number, account=account, text=text, url=url, at=self.now(), more=more, **known)
        with self.lock:
            self.shown.append(shown)
        return shown

    def find(self, number: str) -> Shown | None:
        with self.lock:
            return next((shown for shown in self.shown if shown.id == number), None)

    def person(self, number: str) -> Person:
        return next(person for person in self.people if person.id == number)

    def face(self, person: Person) -> str:
        return person.picture or f"{self.public}/_sandbox/face/{person.name}.svg"

    # -- how it is called --------------------------------------------------------------------------------

    def answers(self, host: str) -> bool:
        return host in self.hosts

    def handle(self, request: Request, host: str, path: str) -> Response:
        """One request to `host` and `path`: ordered failures first, then the view; all of it is noted."""
        failure = self._ordered(request)
        response: Response | None = None
        try:
            response = self._fail_first(failure) or self._view(request, host, path)
        except Refusal as refusal:
            response = refusal.response
        except HTTPException as missing:
            response = answer({"error": missing.name}, missing.code or 500)
        finally:
            self._note(request, host, path, response)
            _drain(request)
        if failure is not None and failure.mode == "lost":
            raise Cut
        return response

    def _ordered(self, request: Request) -> Failure | None:
        with self.lock:
            failure = next((failure for failure in self.failures if failure.fits(request)), None)
            if failure is not None:
                failure.times -= 1
        return failure

    def _fail_first(self, failure: Failure | None) -> Response | None:
        if failure is None or failure.mode == "lost":
            return None
        if failure.mode == "drop":
            raise Cut
        if failure.mode == "slow":
            threading.Event().wait(failure.seconds)
            return None
        return answer(failure.body, failure.status, failure.headers)

    def _view(self, request: Request, host: str, path: str) -> Response:
        if host not in self._maps:
            self._maps[host] = Map(list(self._rules(host)), strict_slashes=False, merge_slashes=False)
        adapter = self._maps[host].bind(host or "sandbox", default_method=request.method)
        view, values = adapter.match(path, method=request.method)
        found = getattr(self, view)(request, **values)
        return found if isinstance(found, Response) else answer(found)

    def _rules(self, host: str) -> Any:
        for name in dir(type(self)):
            for method, path, only in getattr(getattr(type(self), name), "routes", ()):
                if not only or only == host:
                    yield Rule(path, methods=[method], endpoint=name)

    def _note(self, request: Request, host: str, path: str, response: Response | None) -> None:
        with self.lock:
            self.requests.append(
                {
                    "method": request.method,
                    "host": host,
                    "path": path,
                    "query": request.args.to_dict(),
                    "headers": dict(request.headers),
                    "type": request.mimetype,
                    "body": request.get_json(silent=True) if request.is_json else None,
                    "form": request.form.to_dict() if request.form else {},
                    "status": response.status_code if response else 0,
                    "at": self.now(),
                }
            )
            del self.requests[:-5000]
