"""Talking to a platform as one account: `ask` may be repeated, `commit` is the one call that may not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from .answers import Answer
from .models import Account, Entry, Media, Receipt, Token
from .problems import Problem, Rejected, Retry, Unsure
from .wire import Wire

if TYPE_CHECKING:
    from .providers.base import Provider

_NOBODY = Token(access="")


class File(Protocol):
    """One file of an entry, in the bucket; nothing is read before it is asked for."""

    @property
    def media(self) -> Media:
        """What is known of it."""
        ...

    def url(self) -> str:
        """An address signed now, for platforms that fetch by themselves; good for an hour."""
        ...

    def lasting(self) -> str:
        """An address that stays good, for platforms that show a file from where it lies."""
        ...

    def read(self, start: int = 0, end: int | None = None) -> bytes:
        """The bytes from `start` up to, not including, `end`."""
        ...

    def fit(
        self,
        types: tuple[str, ...],
        max_bytes: int | None = None,
        max_side: int | None = None,
        max_pixels: int | None = None,
        ratio: tuple[float, float] | None = None,
    ) -> "Picture":
        """The picture as it is if it is allowed so, else shrunk or converted as little as needed."""
        ...

    def fit_url(
        self,
        types: tuple[str, ...],
        max_bytes: int | None = None,
        max_side: int | None = None,
        max_pixels: int | None = None,
        ratio: tuple[float, float] | None = None,
    ) -> str:
        """What `fit` gives, as an address signed now, for platforms that fetch pictures by themselves."""
        ...


@dataclass(frozen=True)
class Picture:
    """A picture ready to send."""

    data: bytes
    mime: str
    width: int
    height: int


@dataclass
class Session:
    """One account's way to its platform: `app` holds the operator's secrets by name, `host` an instance."""

    provider: "Provider"
    wire: Wire
    app: Mapping[str, str]
    now: datetime
    token: Token = _NOBODY
    host: str = ""
    account: Account | None = None

    @property
    def me(self) -> Account:
        """The connected account; sign-in calls have none yet."""
        assert self.account is not None, "this call needs a connected account"
        return self.account

    def ask(self, method: str, url: str, **parts: Any) -> Answer:
        """A request that may be repeated: a read, an upload, anything not public by itself.

        `parts` are httpx2's (json, data, files, params, headers, content); `signed=False` sends no token.
        A path is taken at the provider's base. Raises the problem that the answer stands for.
        """
        return self._send(method, url, committed=False, **parts)

    def _send(self, method: str, url: str, *, committed: bool, signed: bool = True, **parts: Any) -> Answer:
        import httpx2

        from .guard import Unsafe

        url = url if "://" in url else self.provider.base(self) + url
        headers = {**self.provider.headers, **(parts.pop("headers", None) or {})}
        title = self.provider.title
        try:
            if signed:
                signature = self.provider.auth_for(self).sign(self, method, _with_query(url, parts))
                headers = {**signature, **headers}
            response = self.wire.send(
                self.provider.key,
                method,
                url,
                guarded=self.provider.own_hosts,
                headers={k: v for k, v in headers.items() if v},
                **parts,
            )
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as lost:
            raise Retry(
                f"{title} could not be reached; nothing was sent.", words=type(lost).__name__
            ) from lost
        except Unsafe as unsafe:
            raise Rejected(f"{title} cannot be reached there. {unsafe}") from unsafe
        except (httpx2.InvalidURL, UnicodeEncodeError) as strange:
            raise Retry(
                f"{title} named something that cannot be sent.", words=type(strange).__name__
            ) from strange
        except httpx2.HTTPError as lost:
            raise self._silence(committed, title, lost) from lost
        answer = Answer(response, title, committed)
        if (problem := self.provider.judge(answer, self.now)) is not None:
            raise problem
        return answer

    @staticmethod
    def _silence(committed: bool, title: str, lost: Exception) -> Problem:
        if committed:
            return Unsure(
                f"{title} did not answer after the post was sent; it may be out.", words=type(lost).__name__
            )
        return Retry(f"{title} did not answer.", words=type(lost).__name__)


def _with_query(url: str, parts: Mapping[str, Any]) -> str:
    """The address with its query, for signatures that cover both."""
    if not parts.get("params"):
        return url
    import httpx2

    return str(httpx2.URL(url).copy_merge_params(parts["params"]))


@dataclass
class Job(Session):
    """One entry to bring out: what it says, what came before it, and where an earlier run stopped.

    `key` is the same for every attempt at this entry and new when a person says “post again”. `state` is
    what the last `Pending` or `save` left. `doubt`: an earlier commit of this entry lost its answer, at that time.
    """

    entry: Entry = field(default_factory=Entry)
    index: int = 0
    entries: tuple[Entry, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    options: Any = None
    files: tuple[File, ...] = ()
    key: str = ""
    state: dict[str, Any] | None = None
    doubt: datetime | None = None
    seconds_left: Callable[[], float] = lambda: 60.0
    save: Callable[[dict[str, Any]], None] = lambda state: None
    intend: Callable[[], None] = lambda: None

    @property
    def first(self) -> Receipt | None:
        """The receipt of the post itself, for comments and threads."""
        return self.receipts[0] if self.receipts else None

    @property
    def before(self) -> Receipt | None:
        """The receipt of the entry just before this one."""
        return self.receipts[-1] if self.receipts else None

    def commit(self, method: str, url: str, **parts: Any) -> Answer:
        """The one request that makes this entry public; the intent is on record before it leaves."""
        self.intend()
        return self._send(method, url, committed=True, **parts)

    def keep(self, **changed: Any) -> None:
        """Changes names of the state and saves it."""
        self.state = {**(self.state or {}), **changed}
        self.save(self.state)

    def step(self, name: str, method: str, url: str, **parts: Any) -> Answer:
        """A commit that is one of several of this entry (a subreddit each).

        While it is under way `state["step"]` is its name and `state["sent"]` the time, so that `look` knows
        what a doubt is about. After a success the provider takes the name away in the save that adds the
        step's receipt to `state["done"]`, which outlives a failure and a person's retry. A refusal needs
        no save: it leaves no doubt, and saving would count as getting on.
        """
        if (self.state or {}).get("step") != name:
            self.keep(step=name, sent=self.now.isoformat())
        try:
            return self.commit(method, url, **parts)
        except Unsure:
            raise
        except Problem:
            self.state = {**(self.state or {}), "step": None}
            raise
