"""What a provider does with a platform, once recorded at its stand-in, and played again without one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from chalicelib import clock, oauth
from chalicelib.models import Published, Receipt
from chalicelib.providers.base import overrides, tools
from chalicelib.signin import Form, OAuth1, OAuth2
from chalicelib.wire import Wire
from tests.contract.harness import REDIRECT, Bench, Connected
from tests.guard.spoilt import Said

Deed = Callable[[], Any]


class Tape:
    """Answers in their order; played, each request gets the next one of its own address."""

    def __init__(self) -> None:
        self.answers: list[Said] = []
        self.committing = False
        self._heard: dict[tuple[str, str], int] = {}

    def intend(self) -> None:
        """The next request is the one that makes an entry public."""
        self.committing = True

    @contextmanager
    def recording(self) -> Iterator[None]:
        real = Wire.send

        def send(wire: Wire, platform: str, method: str, url: str, **parts: Any) -> httpx2.Response:
            response = real(wire, platform, method, url, **parts)
            headers = {n: v for n, v in response.headers.items() if n not in {"date", "server", "connection"}}
            said = Said(method, _where(url), response.status_code, response.content, headers, self.committing)
            self.committing = False
            self.answers.append(said)
            return response

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Wire, "send", send)
            yield

    @contextmanager
    def playing(self, answers: list[Said]) -> Iterator[None]:
        self._heard, self.committing = {}, False

        def send(wire: Wire, platform: str, method: str, url: str, **parts: Any) -> httpx2.Response:
            request = httpx2.Request(method, httpx2.URL(url))  # an address that is none is no request
            said = self._next(answers, method, _where(url))
            self.committing = False
            headers = [(name.encode(), value.encode("latin-1")) for name, value in said.headers.items()]
            return httpx2.Response(said.status, headers=headers, content=said.content, request=request)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Wire, "send", send)
            yield

    def _next(self, answers: list[Said], method: str, where: str) -> Said:
        fitting = [each for each in answers if (each.method, each.where) == (method, where)]
        index = self._heard.get((method, where), 0)
        self._heard[method, where] = index + 1
        if not fitting:
            return Said(method, where, 404, b'{"error": "not found"}', {"content-type": "application/json"})
        return fitting[min(index, len(fitting) - 1)]


def _where(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path}"


class Deeds:
    """Everything that one provider does, each deed ready to be done again."""

    def __init__(self, bench: Bench, tape: Tape) -> None:
        self.bench, self.tape = bench, tape
        self.connected = bench.connect()
        self.published: dict[str, tuple[Receipt, ...]] = {}

    def every(self) -> Iterator[tuple[str, Deed]]:
        yield "sign in", self.sign_in()
        for kind in self._kinds():
            yield f"publish {kind}", partial(self.publish, kind)
        provider, connected, kind = self.bench.provider, self.connected, self._kinds()[0]
        if overrides(provider, "look"):
            yield f"look for {kind}", lambda: provider.look(self._job(kind, doubt=clock.now()))
        receipts = self.published[kind]
        if provider.renews(connected.token):
            yield "refresh", lambda: provider.refresh(connected.session)
        if provider.tells_numbers:
            yield "metrics", lambda: provider.metrics(connected.session, receipts[0])
        for name, tool in tools(provider).items():
            if not tool.parameters:
                yield f"tool {name}", partial(self._use, name)
        if overrides(provider, "delete"):
            yield "delete", lambda: provider.delete(connected.session, receipts[0])

    def _use(self, tool: str) -> Any:
        return getattr(self.bench.provider, tool)(self.connected.session)

    def _kinds(self) -> list[str]:
        """The first kind of entry, and the one with the most files."""
        entries = self.bench.case.entries
        richest = max(entries, key=lambda kind: sum(len(entry.media) for entry in entries[kind]))
        return list(dict.fromkeys((next(iter(entries)), richest)))

    def _job(self, kind: str, **more: Any) -> Any:
        entries, options = self.bench.case.entries[kind], self.bench.case.options.get(kind)
        job = self.connected.job(entries, options=options, intend=self.tape.intend, **more)
        return replace(job, now=clock.now())

    def publish(self, kind: str) -> Any:
        """The first entry, to its end or to its tenth wait."""
        job = self._job(kind)
        for _ in range(10):
            outcome = self.bench.provider.publish(job)
            if isinstance(outcome, Published):
                receipt = Receipt(id=outcome.id, url=outcome.url, at=clock.now(), data=outcome.data)
                self.published.setdefault(kind, (receipt,))
                return outcome
            later = job.now + timedelta(seconds=outcome.after)
            job = replace(job, state=dict(outcome.state), now=later)
        return outcome

    def sign_in(self) -> Deed:
        """What follows the consent page; the page itself is passed once."""
        bench, redirect = self.bench, REDIRECT.format(self.bench.provider.key)
        host = bench.provider.place(bench.case.given, bench.app)
        session = bench.session(host=host)
        auth = bench.provider.auth_for(session)
        if isinstance(auth, Form):
            return lambda: self._enter(lambda fresh: bench.provider.login(fresh, bench.case.given))
        session.app = self.connected.app
        assert isinstance(auth, OAuth1 | OAuth2)
        url, kept = oauth.consent(session, auth, redirect, "the-state", "v" * 64)
        query = bench.press(bench.wire.route(bench.provider.key, url))
        known = kept or {"verifier": "v" * 64}

        def enter() -> Any:
            return self._enter(lambda fresh: oauth.exchange(fresh, auth, redirect, query, known))

        return enter

    def _enter(self, granted: Callable[[Any], Any]) -> Any:
        provider = self.bench.provider
        session = replace(self.connected.session, account=None)
        session.token = granted(session)
        session.token = provider.upgrade(session, session.token)
        if overrides(provider, "choices"):
            return provider.choices(session)
        return provider.me(session)


__all__ = ["Connected", "Deeds", "Tape"]
