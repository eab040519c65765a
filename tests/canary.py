"""Canaries: every secret that the software seals, reads or shows once is remembered, and looked for after each test.

A secret that turns up in a log record, an answer of the API, an event of the outbox or a webhook's body fails the
test. What is a secret is learned where it enters: what `vault` seals and unseals, the operator's secrets, keys and
one-time links. So no test has to think of it, and each test is one.
"""

import json
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

#: Shorter ones would be found by chance; stand-ins have names like `sandbox-x-api-key` for some of theirs.
SHORTEST = 12
#: Answers that show a secret once, because that is what they are for: method, path, field.
SHOWN_ONCE = (
    ("POST", r"/v1/keys$", "key"),
    ("POST", r"/v1/webhooks$", "secret"),
)


class Aviary:
    """The secrets of one test, and everything that was said in it."""

    def __init__(self) -> None:
        self.secrets: dict[str, str] = {}
        self.said: list[tuple[str, str]] = []

    def plant(self, what: str, secret: Any) -> None:
        if isinstance(secret, str) and len(secret) >= SHORTEST:
            self.secrets[secret] = what

    def hear(self, where: str, text: str) -> None:
        if text:
            self.said.append((where, text))

    def found(self) -> list[str]:
        """Which secret was said where."""
        return sorted(
            {
                f"{what} in {where}"
                for secret, what in self.secrets.items()
                for where, text in self.said
                if secret in text
            }
        )


class Ear(logging.Handler):
    """Hears every record as it is written, and everything that hangs on it."""

    def __init__(self, aviary: Aviary) -> None:
        super().__init__(logging.INFO)
        self._aviary = aviary
        self._format = logging.Formatter()

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith(("lamppost", "httpx2", "chalice", "authlib", "boto")) or record.exc_info:
            self._aviary.hear(f"the log of {record.name}", f"{self._format.format(record)} {vars(record)}")


@pytest.fixture(autouse=True)
def canaries(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Aviary]:
    """Plants and listens during a test; a secret that was said fails it."""
    aviary = Aviary()
    plant(aviary, monkeypatch)
    listen(aviary, monkeypatch)
    ear, root = Ear(aviary), logging.getLogger()
    loggers = [root, logging.getLogger("lamppost")]
    loggers[1].setLevel(logging.INFO)  # as the workers have it
    for each in loggers:
        each.addHandler(ear)
    yield aviary
    for each in loggers:
        each.removeHandler(ear)
    if request.node.get_closest_marker("sings") is None:
        found = aviary.found()
        assert not found, f"a secret was told: {found}"


# -- where secrets enter -------------------------------------------------------------------------------------


def plant(aviary: Aviary, monkeypatch: pytest.MonkeyPatch) -> None:
    from chalicelib import oauth, people, renew, vault
    from chalicelib.store import people as stored
    from chalicelib.store import signins

    def token(name: str) -> Callable[[Any], None]:
        def note(found: Any) -> None:
            for part in ("access", "refresh", "secret"):
                aviary.plant(f"a token's {part} ({name})", getattr(found, part))

        return note

    after(monkeypatch, vault, "unseal", token("unsealed"))
    before(monkeypatch, vault, "seal", token("sealed"))
    after(monkeypatch, oauth, "token_of", token("granted"))
    _texts(aviary, monkeypatch)
    after(monkeypatch, renew, "_app_at", lambda found: _operators(aviary, found))
    after(monkeypatch, vault, "secrets", lambda found: _operators(aviary, found))
    after(
        monkeypatch, stored, "issue_key", lambda made: aviary.plant("an API key", made[1].rpartition(".")[2])
    )
    after(monkeypatch, signins, "once", lambda secret: aviary.plant("a one-time secret", secret))
    after(monkeypatch, people, "_signed", lambda value: aviary.plant("a session", value))


def _texts(aviary: Aviary, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is sealed apart from tokens; of an app at an instance only some of it is secret."""
    from chalicelib import vault

    real = vault.seal_text

    def sealed(text: str, *, purpose: str) -> str:
        if not purpose.startswith("app "):
            aviary.plant(f"what was sealed for a {purpose.partition(' ')[0]}", text)
        return real(text, purpose=purpose)

    monkeypatch.setattr(vault, "seal_text", sealed)


def _operators(aviary: Aviary, found: dict[str, str]) -> None:
    """Client ids stand in consent addresses and are no secrets; nor are addresses and modes."""
    for name, value in found.items():
        if name.endswith(("SECRET", "TOKEN", "PASSWORD", "SESSION_KEY", "PRIVATE_KEY")):
            aviary.plant(f"the operator's {name}", value)


def before(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, note: Callable[[Any], None]) -> None:
    """Notes the first argument of every call."""
    real = getattr(module, name)

    def noted(first: Any, *args: Any, **more: Any) -> Any:
        note(first)
        return real(first, *args, **more)

    monkeypatch.setattr(module, name, _alike(noted, real))


def after(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, note: Callable[[Any], None]) -> None:
    """Notes what every call returns."""
    real = getattr(module, name)

    def noted(*args: Any, **more: Any) -> Any:
        found = real(*args, **more)
        note(found)
        return found

    monkeypatch.setattr(module, name, _alike(noted, real))


def _alike(noted: Any, real: Any) -> Any:
    """A cached function keeps its way to forget."""
    if hasattr(real, "cache_clear"):
        noted.cache_clear = real.cache_clear
    return noted


# -- where something is said ---------------------------------------------------------------------------------


def listen(aviary: Aviary, monkeypatch: pytest.MonkeyPatch) -> None:
    from chalice.local import LocalGateway

    from chalicelib import queues
    from chalicelib.store import hooks

    def heard(gateway: Any, method: str, path: str, headers: Any, body: Any) -> Any:
        answer = real(gateway, method, path, headers, body)
        aviary.hear(f"the answer to {method} {path.partition('?')[0]}", _answer(method, path, answer))
        return answer

    real = LocalGateway.handle_request
    monkeypatch.setattr(LocalGateway, "handle_request", heard)
    before(
        monkeypatch,
        queues,
        "post_outbox",
        lambda event: aviary.hear("an event", json.dumps(event, default=str)),
    )
    before(monkeypatch, hooks, "log", lambda sending: aviary.hear("a webhook", sending.body))


def _answer(method: str, path: str, answer: dict[str, Any]) -> str:
    """Body and headers; without cookies, which are for this browser, and without what is shown this once."""
    body = answer.get("body") or ""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body)
    for shown, where, field in SHOWN_ONCE:
        if method == shown and re.search(where, path.partition("?")[0]):
            text = re.sub(rf'"{field}": ?"[^"]*"', "", text)
    headers = {n: v for n, v in (answer.get("headers") or {}).items() if n.lower() != "set-cookie"}
    return _without_links(text) + _without_links(str(headers))


def _without_links(text: str) -> str:
    """A one-time link stands in the answer that was asked for it, and in the form that it opens."""
    return re.sub(r'once=[\w-]+|name="once" value="[^"]*"', "", text)
