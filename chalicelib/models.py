"""The things of Lamppost: frozen, typed, the same in the API, in the table and in the workers."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["image", "gif", "video", "document"]
State = Literal[
    "draft", "scheduled", "publishing", "pending", "published", "failed", "unsure", "held", "cancelled"
]
Health = Literal["fine", "reconnect", "disconnected"]


class Model(BaseModel):
    """Frozen, and strict about names: an unknown field is a mistake, not a wish. What does not fit is not repeated
    in the error, since it may be a secret."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Media(Model):
    """One file in the bucket: `size` in bytes, `width` and `height` in pixels as shown, `seconds` long."""

    id: str
    kind: Kind
    mime: str
    key: str
    size: int
    name: str = ""
    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    alt: str = ""


class Entry(Model):
    """One text with its media; `delay` is seconds after the entry before."""

    text: str = ""
    media: tuple[Media, ...] = ()
    delay: int = Field(0, ge=0)


class Token(Model):
    """What an account signs its requests with. `secret` is OAuth 1.0a's, or an app password.

    `data` holds what else the grant's answer said, where a sign-in keeps it (`OAuth2.keep`).
    """

    access: str
    refresh: str | None = None
    secret: str | None = None
    expires: datetime | None = None
    refresh_expires: datetime | None = None
    scopes: tuple[str, ...] = ()
    data: dict[str, Any] = {}


class Profile(Model):
    """Who an account is on its platform; `data` is what the provider wants to remember about it."""

    id: str
    name: str = ""
    handle: str = ""
    picture: str = ""
    data: dict[str, Any] = {}


class Choice(Model):
    """One page, board or channel of the second step; `token` where it signs with its own."""

    profile: Profile
    token: Token | None = None


class Trouble(Model):
    """Why something is as it is: a sentence for the person, the platform's own words, and when."""

    sentence: str
    words: str = ""
    at: datetime


class Account(Model):
    """One connected profile, page or channel; `grant` is what it signs with.

    `expires` is when the person must connect again, where the access cannot be renewed by itself.
    """

    workspace: str
    id: str
    platform: str
    remote: str
    name: str = ""
    handle: str = ""
    picture: str = ""
    host: str = ""
    data: dict[str, Any] = {}
    grant: str = ""
    expires: datetime | None = None
    health: Health = "fine"
    trouble: Trouble | None = None
    created: datetime


class Grant(Model):
    """What one sign-in gave: a token under KMS (`sealed`), shared by the accounts that were chosen then.

    `generation` counts its renewals: of two who would renew the same one, one does.
    """

    workspace: str
    id: str
    platform: str
    sealed: tuple[str, ...] = ()
    expires: datetime | None = None
    refreshable: bool = False
    generation: int = 0


class Receipt(Model):
    """What the platform answered for one entry; `data` is what the next entry needs of it (a cid …)."""

    id: str
    url: str = ""
    at: datetime
    data: dict[str, Any] = {}


class Intent(Model):
    """A commit that was about to be sent: the entry's number, and when."""

    entry: int
    at: datetime


class Delivery(Model):
    """One post on one account; it owns the state.

    `next` is when something should happen to it, `lease` until when a publisher has it, `attempt` how
    often it was claimed, `tries` how often since it last got on, `version` what a person's changes bump,
    `generation` what “post again” bumps. `intent`: a commit whose answer is not known. `work` is what the
    platform is still busy with, `since` when. `reserved`: `next` is a moment that the pace has granted.
    """

    workspace: str
    id: str
    post: str
    account: str
    platform: str
    entries: tuple[Entry, ...]
    options: dict[str, Any] = {}
    state: State = "draft"
    due: datetime
    next: datetime | None = None
    version: int = 1
    generation: int = 0
    attempt: int = 0
    tries: int = 0
    lease: datetime | None = None
    receipts: tuple[Receipt, ...] = ()
    intent: Intent | None = None
    work: dict[str, Any] | None = None
    since: datetime | None = None
    reserved: bool = False
    trouble: Trouble | None = None

    @property
    def steps(self) -> dict[str, Any] | None:
        """The part of `work` that outlives a failure: steps of an entry that are out already (`Job.step`)."""
        work = self.work or {}
        done = work.get("state", {}).get("done")
        return {"entry": work["entry"], "state": {"done": done}} if done else None


class Target(Model):
    """One account of a post: its own entries where it says something else, and its platform's options."""

    account: str
    entries: tuple[Entry, ...] | None = None
    options: dict[str, Any] = {}


class By(Model):
    """Who did something: a person or a key, under the name that it had then."""

    kind: Literal["person", "key"]
    id: str
    name: str = ""


class Review(Model):
    """A post that needs a reviewer's word: who asked for it, for which moment, and what was decided."""

    asked: By
    at: datetime
    due: datetime
    decision: Literal["waiting", "approved", "sent back"] = "waiting"
    decided: By | None = None
    decided_at: datetime | None = None
    words: str = ""


class Post(Model):
    """What a person composed for one or more accounts; its state is computed from its deliveries.

    `apart`: not all of them are due when it is.
    `series` is what it is an occurrence of, if it is one, and `number` which: the first is 0.
    """

    workspace: str
    id: str
    due: datetime
    zone: str = "UTC"
    entries: tuple[Entry, ...]
    tags: tuple[str, ...] = ()
    created: datetime
    version: int = 1
    apart: bool = False
    series: str = ""
    number: int = 0
    review: Review | None = None

    @property
    def waits(self) -> bool:
        """Whether a reviewer has not said yet what becomes of it."""
        return self.review is not None and self.review.decision == "waiting"


class Published(Model):
    """An entry is out: the platform's id and the public address."""

    id: str
    url: str = ""
    data: dict[str, Any] = {}


class Pending(Model):
    """The platform is still working: come back after `after` seconds with `state`, which survives a crash."""

    state: dict[str, Any]
    after: float = 10


class Message(Model):
    """All that travels through the queues; the rest is read when it is needed."""

    workspace: str
    delivery: str
    version: int
    attempt: int
