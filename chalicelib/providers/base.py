"""What a platform is: data for everything that can be data, and two short methods, `me` and `publish`.

A newcomer reads `dribbble/` first: it is the shortest complete one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal, TypeVar
from urllib.parse import urljoin

from ..answers import Answer, Wait
from ..hypertext import Dialect
from ..models import Account, Choice, Entry, Media, Model, Pending, Profile, Published, Receipt, Token
from ..problems import (
    Blocked,
    Duplicate,
    Expired,
    Fault,
    Problem,
    Reconnect,
    Rejected,
    Retry,
    Unsure,
    for_a_person,
    gone_already,
    only_asking,
)
from ..rules import Complaint, Part, Rules, check
from ..sessions import File, Job, Picture, Session
from ..signin import Auth, Field, Form, OAuth1, OAuth2

__all__ = [
    "TRANSIENT", "Account", "Answer", "Auth", "Blocked", "Choice", "Complaint", "Duplicate", "Entry",
    "Event", "Expired", "Fault", "Field", "File", "Form", "Job", "Media", "Model", "OAuth1", "OAuth2",
    "Options", "Pace", "Part", "Pending", "Picture", "Problem", "Profile", "Provider", "Published",
    "Receipt", "Reconnect", "Rejected", "Retry", "Rules", "Session", "Token", "Tool", "Unsure", "Wait",
    "check", "days", "for_a_person", "gone_already", "hours", "minutes", "only_asking", "overrides", "tool",
    "tools",
]  # fmt: skip


F = TypeVar("F", bound=Callable[..., Any])


class Options(Model):
    """A delivery's per-platform settings; each provider's own class becomes the JSON Schema of its form."""


@dataclass(frozen=True)
class Pace:
    """At most `number` entries in any `per`, for one account or for the operator's whole app."""

    number: int
    per: timedelta
    scope: Literal["account", "app", "workspace"] = "account"


@dataclass(frozen=True)
class Event:
    """What a platform's own request means: our answer to it, and what it says is gone.

    `gone` are accounts by their remote id, `people` those who signed in, by the id that the app knows them by.
    `bots`: of the accounts in `gone` only those that such a bot writes for (`data["bot"]`), where the request names bots.
    """

    answer: dict[str, Any]
    gone: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    bots: tuple[str, ...] = ()
    sentence: str = ""


@dataclass(frozen=True)
class Tool:
    """A pick list that composer and clients may ask for: boards, channels, subreddits …"""

    name: str
    description: str
    parameters: Mapping[str, str]


def tool(description: str, /, **parameters: str) -> Callable[[F], F]:
    """Marks `method(self, session, **parameters: str) -> list[dict]` as a tool; parameters are described."""

    def mark(method: F) -> F:
        method.__dict__["tool"] = Tool(method.__name__, description, parameters)
        return method

    return mark


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def days(number: float) -> timedelta:
    return timedelta(days=number)


class Provider:
    """One platform. Capabilities are found by what a class overrides, never by a flag that could lie."""

    key: ClassVar[str]
    title: ClassVar[str]
    docs: ClassVar[str] = ""
    api: ClassVar[str]
    auth: ClassVar[Auth]
    secrets: ClassVar[tuple[str, ...]] = ()
    optional: ClassVar[tuple[str, ...]] = ()
    rules: ClassVar[Rules]
    #: How its texts are marked up: what HTML that clients send becomes.
    dialect: ClassVar[Dialect] = "plain"
    Options: ClassVar[type[Options]] = Options
    concurrency: ClassVar[int]
    paces: ClassVar[tuple[Pace, ...]] = ()
    #: How a lost answer is healed: the same request again under its key or id, a look-up, or by a person.
    repeatable: ClassVar[Literal["key", "id", "look", "none"]]
    #: Seconds to let pass after a lost answer before healing begins.
    heal_after: ClassVar[float] = 60
    #: How long the platform remembers a key; older doubts are healed by `look`. None: for ever.
    key_life: ClassVar[timedelta | None] = None
    faults: ClassVar[tuple[Fault, ...]] = ()
    waits: ClassVar[tuple[Wait, ...]] = (Wait("retry-after", "retry-after"),)
    headers: ClassVar[dict[str, str]] = {}
    #: The address comes from a person (an instance): every request goes through the address guard.
    own_hosts: ClassVar[bool] = False
    #: A revoke ends every account that the same person connected through this app, so only the last one may.
    revokes_all: ClassVar[bool] = False
    #: A person has one token for an app: a new one serves all accounts of the same `data["member"]` (`siblings.py`).
    one_token: ClassVar[bool] = False
    #: How long the platform may work on an entry before it counts as failed.
    patience: ClassVar[timedelta] = hours(1)

    # -- what a platform must say ------------------------------------------------------------------------

    def me(self, session: Session) -> Profile:
        """Who the token belongs to."""
        raise NotImplementedError

    def publish(self, job: Job) -> Published | Pending:
        """Brings one entry out: any number of `job.ask`, then a single `job.commit`."""
        raise NotImplementedError

    # -- what a platform may say -------------------------------------------------------------------------

    def look(self, job: Job) -> Published | Pending | None:
        """Whether an entry whose answer was lost is there; None says surely not, `Pending` to look again."""
        raise NotImplementedError

    def choices(self, session: Session) -> list[Choice]:
        """The pages, boards or channels of the second step."""
        raise NotImplementedError

    def login(self, session: Session, given: dict[str, str]) -> Token:
        """A form's fields, as a token."""
        raise NotImplementedError

    def register(self, session: Session, redirect: str) -> dict[str, str]:
        """Registers our app at a person's instance: the secrets to keep for that host."""
        raise NotImplementedError

    def knows_app(self, session: Session) -> bool:
        """Whether an instance still knows the app that was registered there; asked before each sign-in."""
        return True

    def refresh(self, session: Session) -> Token:
        """The next token; the old one may be dead from here on."""
        from ..oauth import refresh

        auth = self.auth_for(session)
        if not isinstance(auth, OAuth2):
            raise Reconnect(f"{self.title} no longer accepts this sign-in. Connect again.")
        return refresh(session, auth)

    def renews(self, token: Token) -> bool:
        """Whether a token can be renewed without the person."""
        if overrides(self, "refresh"):
            return True
        return isinstance(self.auth, OAuth2) and self.auth.refreshes and bool(token.refresh)

    def revoke(self, session: Session) -> None:
        """Tells the platform that the account is disconnected."""
        from ..oauth import revoke

        auth = self.auth_for(session)
        if isinstance(auth, OAuth2) and auth.revoke:
            revoke(session, auth)

    def delete(self, session: Session, receipt: Receipt) -> None:
        """Takes one published entry back."""
        raise NotImplementedError

    def metrics(self, session: Session, receipt: Receipt) -> dict[str, int]:
        """Numbers of one published entry, by the platform's names."""
        raise NotImplementedError

    def event(self, headers: Mapping[str, str], body: bytes, app: Mapping[str, str], now: datetime) -> Event:
        """What the platform tells us by a signed request of its own; a forged one is `Rejected`."""
        raise NotImplementedError

    def token_answer(self, answer: dict[str, Any]) -> dict[str, Any]:
        """A token endpoint's answer in RFC 6749's names, for platforms that nest or rename them."""
        return answer

    @property
    def tells_numbers(self) -> bool:
        """Whether there are numbers for a post."""
        return overrides(self, "metrics")

    def upgrade(self, session: Session, token: Token) -> Token:
        """A longer-lived token for the one just granted, where the platform trades one."""
        return token

    def place(self, given: dict[str, str], app: dict[str, str]) -> str:
        """The host that a person named, for platforms made of many; empty for the others."""
        return ""

    # -- how it is reached and judged --------------------------------------------------------------------

    def base(self, session: Session) -> str:
        """Where paths are taken: `api`, or the account's own host."""
        return f"https://{session.host}" if self.own_hosts and session.host else self.api

    def absolute(self, session: Session, url: str) -> str:
        """`url` itself, or a path at the base."""
        return urljoin(self.base(session), url)

    def auth_for(self, session: Session) -> Auth:
        """The way of signing in; more than one only where an operator may choose."""
        return self.auth

    def scopes(self, session: Session) -> tuple[str, ...]:
        """What is asked of the person on the consent page."""
        auth = self.auth_for(session)
        return auth.scopes if isinstance(auth, OAuth2) else ()

    def missing(self, app: dict[str, str]) -> list[str]:
        """The names of secrets that the operator has yet to give."""
        return [name for name in self.secrets if not app.get(name)]

    def rules_for(self, account: Account, options: Any) -> Rules:
        """The rules of one account: an instance or a plan may have its own numbers."""
        return self.rules

    def check(self, entries: Sequence[Entry], account: Account, options: Any) -> list[Complaint]:
        """Every complaint that can be known when a post is saved."""
        return check(entries, self.rules_for(account, options), self.title)

    def signs(self, answer: Answer) -> frozenset[str]:
        """`name=value` marks of an answer, for the fault table: error codes and the like."""
        return frozenset()

    def wait(self, answer: Answer, now: datetime) -> float | None:
        """Seconds that the platform asks us to wait: the longest that its headers name."""
        told = [seconds for wait in self.waits if (seconds := wait.read(answer, now)) is not None]
        return max(told) if told else None

    def judge(self, answer: Answer, now: datetime) -> Problem | None:
        """The problem that an answer stands for, or None for a success: faults first, then the status."""
        if 200 <= answer.status < 300 and not self.refused(answer):
            return None
        problem = self._fault(answer, now) or self._by_status(answer, now)
        if answer.committed and answer.status >= 500 and isinstance(problem, Retry):
            return Unsure(f"{self.title} failed while taking the post; it may be out.", words=answer.words)
        return problem

    def refused(self, answer: Answer) -> bool:
        """Whether a 2xx is a refusal all the same (`"ok": false`)."""
        return False

    def judge_grant(self, answer: Answer) -> Problem | None:
        """The same for the token endpoint, where only a clear no may cost the grant."""
        if answer.status < 400:
            return None
        if answer.status == 429 or answer.status >= 500 or _unclear(answer):
            return Retry(f"{self.title} is busy; the sign-in is tried again.", words=answer.words)
        if str(answer.find("error")) in {"invalid_client", "unauthorized_client"}:
            return Blocked(
                f"{self.title} does not accept the operator's app credentials.", words=answer.words
            )
        return Reconnect(f"{self.title} refused the access. Connect again.", words=answer.words)

    def _fault(self, answer: Answer, now: datetime) -> Problem | None:
        signs, body = self.signs(answer), answer.text.lower()
        for fault in self.faults:
            if fault.matches(answer.status, signs, body):
                after = self.wait(answer, now) if issubclass(fault.problem, Retry | Blocked) else None
                return fault.problem(
                    fault.sentence, words=answer.words, after=fault.after if after is None else after
                )
        return None

    def _by_status(self, answer: Answer, now: datetime) -> Problem:
        title, words = self.title, answer.words
        match answer.status:
            case 429:
                return Retry(f"{title} asks us to wait.", words=words, after=self.wait(answer, now))
            case 401:
                return Expired(f"{title} no longer accepts the token.", words=words)
            case 408 | 425:
                return Retry(f"{title} was not ready.", words=words)
            case status if status >= 500:
                return Retry(f"{title} has trouble of its own.", words=words, after=self.wait(answer, now))
        return Rejected(f"{title} refused this ({answer.status}).", words=words)


#: What a token endpoint says of itself and not of the grant.
TRANSIENT = frozenset(
    {"server_error", "temporarily_unavailable", "internal_error", "rate_limit_exceeded", "slow_down"}
)


def _unclear(answer: Answer) -> bool:
    """Whether a refusal is none of the grant: a passing error by its name or status, or a page of something between us."""
    if answer.status in (408, 425) or str(answer.find("error")) in TRANSIENT:
        return True
    return answer.status not in (400, 401) and not isinstance(answer.json, dict)


def tools(provider: Provider) -> dict[str, Tool]:
    """A provider's tools, by name."""
    marked = (getattr(getattr(type(provider), name), "tool", None) for name in dir(type(provider)))
    return {each.name: each for each in marked if isinstance(each, Tool)}


def overrides(provider: Provider, name: str) -> bool:
    """Whether a provider's class has its own `name`: how capabilities are found."""
    return getattr(type(provider), name) is not getattr(Provider, name)
