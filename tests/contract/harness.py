"""Signs in at a stand-in as a person would and publishes without a store, so that only the provider is tested."""

import hashlib
import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2

from chalicelib import clock, oauth
from chalicelib.healing import bring_out
from chalicelib.models import Account, Choice, Entry, Media, Pending, Published, Receipt, Token
from chalicelib.problems import Problem
from chalicelib.providers import PROVIDERS
from chalicelib.providers.base import overrides
from chalicelib.sessions import Job, Picture, Session
from chalicelib.signin import Form, OAuth1, OAuth2
from chalicelib.wire import Wire
from infra.sandbox import Sandbox

REDIRECT = "http://localhost:8000/api/integration/social/{}/callback"


@dataclass(frozen=True)
class Refused:
    """An answer of the platform and the problem that it must become.

    `path` is where the failure is ordered (a regular expression on the sandbox's path), `mark` a text that
    the failing fault's sentence must contain; `after` the wait in seconds that must be read from it (±5).
    """

    problem: type[Problem]
    status: int
    body: Any
    path: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    mark: str = ""
    after: float | None = None
    #: made when the test runs, for headers that hold a moment: name -> seconds from now, and the form
    resets: dict[str, tuple[float, str]] = field(default_factory=dict)
    #: How often in a row, where a provider tries a second way of its own.
    times: int = 1


@dataclass(frozen=True)
class Case:
    """One platform as the suite sees it.

    `entries` are posts that must work (each a tuple: the post and its thread), with the options for each in
    `options`; `commit` is the path of the request that makes an entry public, `ask` one that does not;
    `given` fills a form's fields, or those before a consent page.
    """

    entries: dict[str, tuple[Entry, ...]]
    commit: str
    refusals: tuple[Refused, ...]
    ask: str = ""
    #: Where another request has the same path.
    commit_method: str = ""
    options: dict[str, dict[str, Any]] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)
    app: dict[str, str] = field(default_factory=dict)
    #: After a lost answer: "healed" (exactly one is out) or "unsure" (a person must look).
    lost: dict[str, str] = field(default_factory=dict)
    #: Kinds of entry that the post's text cannot be compared for (stories without text …).
    textless: tuple[str, ...] = ()


def picture(
    name: str = "lamp.png", alt: str = "A lamp", width: int = 640, height: int = 480
) -> tuple[Media, bytes]:
    """A real PNG of the asked size, as the bucket would hold it."""
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (width, height), (width % 255, height % 255, 90)).save(out, "PNG")
    data = out.getvalue()
    media = Media(
        id=hashlib.sha256(name.encode() + data).hexdigest()[:12],
        kind="image", mime="image/png", key=name, size=len(data), name=name, width=width, height=height, alt=alt,
    )  # fmt: skip
    FILES[media.id] = data
    return media, data


def movie(name: str = "lamp.mp4", size: int = 3_000_000, seconds: float = 12, mime: str = "video/mp4",
          width: int = 720, height: int = 1280) -> Media:  # fmt: skip
    """A film by name; its bytes are a pattern (stand-ins do not decode)."""
    media = Media(
        id=hashlib.sha256(f"{name}{size}".encode()).hexdigest()[:12],
        kind="video", mime=mime, key=name, size=size, name=name, width=width, height=height, seconds=seconds,
    )  # fmt: skip
    block = hashlib.sha256(name.encode()).digest()
    FILES[media.id] = b"\0\0\0\x18ftypmp42" + (block * (size // 32 + 1))[: size - 12]
    return media


def document(name: str = "lamp.pdf", size: int = 20_000) -> Media:
    media = Media(
        id=hashlib.sha256(name.encode()).hexdigest()[:12], kind="document", mime="application/pdf", key=name,
        size=size, name=name,
    )  # fmt: skip
    FILES[media.id] = (b"%PDF-1.7\n" + b"0" * size)[:size]
    return media


FILES: dict[str, bytes] = {}


@dataclass
class MemoryFile:
    """A file of an entry, from memory; `base` is where the harness serves it over HTTP."""

    media: Media
    base: str = ""

    def url(self) -> str:
        return f"{self.base}/_sandbox/files/{self.media.id}/{self.media.name}"

    def lasting(self) -> str:
        return self.url()

    def read(self, start: int = 0, end: int | None = None) -> bytes:
        return FILES[self.media.id][start:end]

    def fit(self, types: tuple[str, ...], max_bytes: int | None = None, max_side: int | None = None,
            max_pixels: int | None = None, ratio: tuple[float, float] | None = None) -> Picture:  # fmt: skip
        from chalicelib.pictures import fit

        return Picture(
            *fit(
                self.read(), types, max_bytes=max_bytes, max_side=max_side, max_pixels=max_pixels, ratio=ratio
            )
        )

    def fit_url(self, types: tuple[str, ...], max_bytes: int | None = None, max_side: int | None = None,
                max_pixels: int | None = None, ratio: tuple[float, float] | None = None) -> str:  # fmt: skip
        picture = self.fit(types, max_bytes, max_side, max_pixels, ratio)
        name = f"{self.media.id}-fit"
        FILES[name] = picture.data
        return f"{self.base}/_sandbox/files/{name}/{self.media.name}"


class Bench:
    """One provider, its stand-in, and a connected account."""

    def __init__(self, key: str, case: Case, sandbox: Sandbox) -> None:
        self.case, self.sandbox = case, sandbox
        self.provider = PROVIDERS[key]
        self.stand_in = sandbox[key]
        self.wire = Wire(sandbox.public, frozenset({key}))
        self.app = {
            name: f"sandbox-{name.lower().replace('_', '-')}"
            for name in (*self.provider.secrets, *self.provider.optional)
            if not name.endswith(("_URL", "_MODE", "_VERSION", "_SCOPES"))
        } | case.app
        self.saved: list[dict[str, Any]] = []
        self.intents = 0

    # -- signing in --------------------------------------------------------------------------------------

    def session(self, **more: Any) -> Session:
        return Session(provider=self.provider, wire=self.wire, app=self.app, now=clock.now(), **more)

    def connect(self, person: int = 0, choose: int = 0, **decision: Any) -> "Connected":
        """Through the consent page, or the form; then the second step where there is one."""
        redirect = REDIRECT.format(self.provider.key)
        session = self.session(host=self.provider.place(self.case.given, self.app))
        auth = self.provider.auth_for(session)
        if isinstance(auth, Form):
            session.token = self.provider.login(session, self.case.given)
        else:
            if overrides(self.provider, "register"):
                session.app = {**self.app, **self.provider.register(session, redirect)}
            assert isinstance(auth, OAuth1 | OAuth2)
            verifier = "v" * 64
            url, kept = oauth.consent(session, auth, redirect, "the-state", verifier)
            query = self.press(self.wire.route(self.provider.key, url), person, **decision)
            session.token = oauth.exchange(session, auth, redirect, query, kept or {"verifier": verifier})
            session.token = self.provider.upgrade(session, session.token)
        profile, token = self.provider.me(session), session.token
        choices: list[Choice] = []
        if overrides(self.provider, "choices"):
            choices = self.provider.choices(session)
            profile, token = choices[choose].profile, choices[choose].token or token
        account = Account(
            workspace="w", id="a", platform=self.provider.key, remote=profile.id, name=profile.name,
            handle=profile.handle, picture=profile.picture, host=session.host, data=profile.data, created=clock.now(),
        )  # fmt: skip
        return Connected(self, account, token, dict(session.app), choices)

    def press(self, url: str, person: int = 0, **decision: Any) -> dict[str, str]:
        """Opens the consent page, fills its form and presses a button; the callback's query."""
        with httpx2.Client(timeout=60) as browser:
            shown = browser.get(url)
            assert shown.status_code == 200, shown.text
            form = dict(re.findall(r'<input type=hidden name="([^"]*)" value="([^"]*)"', shown.text))
            import html

            form = {html.unescape(name): html.unescape(value) for name, value in form.items()}
            people = re.findall(r'name=person value="([^"]*)"', shown.text)
            form |= {"person": people[person], "decision": "allow", **decision}
            back = browser.post(url, data=form)
        assert back.status_code == 302, back.text
        return dict(parse_qsl(urlsplit(back.headers["location"]).query))


@dataclass
class Connected:
    """An account, ready to publish."""

    bench: Bench
    account: Account
    token: Token
    app: dict[str, str]
    choices: list[Choice]

    @property
    def session(self) -> Session:
        session = self.bench.session(token=self.token, host=self.account.host, account=self.account)
        session.app = self.app
        return session

    def job(self, entries: tuple[Entry, ...], index: int = 0, receipts: tuple[Receipt, ...] = (),
            options: dict[str, Any] | None = None, **more: Any) -> Job:  # fmt: skip
        entry = entries[index]
        return Job(
            provider=self.bench.provider, wire=self.bench.wire, app=self.app, now=clock.now(), token=self.token,
            host=self.account.host, account=self.account, entry=entry, index=index, entries=entries,
            receipts=receipts, options=self.bench.provider.Options.model_validate(options or {}),
            files=tuple(MemoryFile(media, self.bench.sandbox.public) for media in entry.media),
            **{"key": f"delivery-{index}", "save": lambda state: self.bench.saved.append(dict(state)), **more},
        )  # fmt: skip

    def bring_out(self, job: Job, most: int = 50) -> Published:
        """One entry to its end: every `Pending` is taken up again, as the worker does."""
        for _ in range(most):
            outcome = bring_out(job)
            if isinstance(outcome, Published):
                return outcome
            assert isinstance(outcome, Pending)
            assert outcome.after > 0
            self.bench.saved.append(dict(outcome.state))
            job = replace(job, state=dict(outcome.state), now=job.now + timedelta(seconds=outcome.after))
        raise AssertionError("still pending after fifty looks")

    def publish(
        self, entries: tuple[Entry, ...], options: dict[str, Any] | None = None
    ) -> tuple[Receipt, ...]:
        """A post and its thread."""
        receipts: tuple[Receipt, ...] = ()
        for index in range(len(entries)):
            out = self.bring_out(
                self.job(entries, index, receipts, options, key=f"k-{clock.now().timestamp()}-{index}")
            )
            receipts += (Receipt(id=out.id, url=out.url, at=clock.now(), data=out.data),)
        return receipts
