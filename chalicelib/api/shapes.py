"""The answers of `/v1` as models: what the description is made from, and what tests hold every answer to."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from chalicelib import clock
from chalicelib.compose import Checked
from chalicelib.counts import Counted
from chalicelib.models import Entry, Health, Kind, Receipt, Review, State, Trouble
from chalicelib.rewrite import Kept
from chalicelib.rules import Rules
from chalicelib.store.members import Role
from chalicelib.store.people import Scope


class Shown(BaseModel):
    """An answer: it holds these fields and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _moment(text: object) -> object:
    """A moment as queries carry it: a `+` that nobody encoded arrives as a space."""
    return clock.parse(text.replace(" ", "+")) if isinstance(text, str) else text


Moment = Annotated[datetime, BeforeValidator(_moment)]


class Page(Shown):
    """Where a page of a list begins, and how much it holds at the most."""

    after: str = Field(
        "", max_length=2000, pattern=r"^[A-Za-z0-9._=-]*$", description="The `next` of the page before."
    )
    limit: int = Field(50, ge=1, le=200, description="How many at the most; a page may hold fewer.")


class States(Page):
    """Which states to list."""

    state: str = Field(description="One or more states, with commas between: `failed,unsure,held`.")


class Span(Page):
    """The span to list."""

    start: Moment = Field(alias="from", description="The first moment, ISO 8601 with `Z` or an offset.")
    to: Moment = Field(description="The moment before which the last one is.")
    tag: str = Field(
        "", max_length=200, description="Only with this tag; a page may hold none though more follow."
    )


class DeliveryShown(Shown):
    """One account's part of a post. `expected` is when it should leave, `doubt` whether it may be out already."""

    id: str
    post: str
    account: str
    platform: str
    entries: list[Entry]
    options: dict[str, Any]
    state: State
    due: datetime
    next: datetime | None
    version: int
    attempt: int
    receipts: list[Receipt]
    trouble: Trouble | None
    expected: datetime | None
    doubt: bool
    url: str | None


class PostShown(Shown):
    """A post with every delivery; `state` follows from theirs.

    `series` is what it is an occurrence of, or empty, and `number` which: the first is 0.
    """

    id: str
    due: datetime
    zone: str
    entries: list[Entry]
    tags: list[str]
    created: datetime
    version: int
    series: str
    number: int
    review: Review | None
    state: State
    deliveries: list[DeliveryShown]


class PostEdited(PostShown):
    """A post after it was written anew; `kept` are the deliveries that could no longer be changed, and why."""

    kept: list[Kept]


class PostsShown(Shown):
    """A page of posts; `next` is the `after` of the page that follows."""

    posts: list[PostShown]
    next: str | None


class DeliveriesShown(Shown):
    """A page of deliveries, the latest due first."""

    deliveries: list[DeliveryShown]
    next: str | None


class Repeats(Shown):
    """How often a post goes out altogether, and when for the last time."""

    times: int
    last: datetime


class PostChecked(Shown):
    """What stands in the way, each entry's length as its platform counts, and the moment that was understood."""

    complaints: list[Checked]
    counts: list[Counted]
    due: datetime
    said: str = Field(description="What is to be said about the moment: a local time that does not exist …")
    repeats: Repeats | None


class NumbersShown(Shown):
    """A published delivery's numbers, entry by entry, by the platform's names."""

    entries: list[dict[str, int]]


class AccountShown(Shown):
    """A connected profile, page or channel. Its tokens are shown nowhere."""

    id: str
    platform: str
    remote: str
    name: str
    handle: str
    picture: str
    host: str
    expires: datetime | None
    health: Health
    trouble: Trouble | None
    created: datetime


class AccountsShown(Shown):
    """A page of the workspace's accounts, in an order that stays."""

    accounts: list[AccountShown]
    next: str | None


class MediaShown(Shown):
    """A file; `url` shows it for an hour. Before it has been looked at, only its name and state are known."""

    id: str
    name: str
    state: Literal["waiting", "ready"]
    url: str | None
    kind: Kind | None = None
    mime: str | None = None
    size: int | None = None
    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    alt: str | None = None


class MediaListed(Shown):
    """A page of files, newest first; `next` is the `after` of the page that follows."""

    media: list[MediaShown]
    next: str | None


class UploadForm(Shown):
    """A form to POST to `url` as multipart/form-data: these `fields`, then the file as the last one, `file`."""

    url: str
    fields: dict[str, str]


class UploadBegun(Shown):
    """The new file's id, and where to send it; then say that it is done."""

    id: str
    upload: UploadForm


class Deleted(Shown):
    """It is gone."""

    id: str
    deleted: bool


class GroupShown(Shown):
    """A group of accounts."""

    id: str
    name: str
    accounts: list[str]


class GroupsShown(Shown):
    """The workspace's groups."""

    groups: list[GroupShown]


class HookShown(Shown):
    """A webhook; `paused` is why nothing is sent to it any more, or empty."""

    id: str
    url: str
    name: str
    events: list[str]
    created: datetime
    paused: str


class HookMade(HookShown):
    """A new webhook with its secret, which is shown this once."""

    secret: str


class HooksShown(Shown):
    """The workspace's webhooks, and every event there is with what it means."""

    webhooks: list[HookShown]
    events: dict[str, str]


class SendingShown(Shown):
    """One event as it was, or will be, sent; `status` and `said` are the last answer's."""

    id: str
    event: str
    body: str
    state: Literal["waiting", "delivered", "failed"]
    tries: int
    created: datetime
    next: datetime | None
    status: int | None
    said: str


class SendingsShown(Shown):
    """A page of sendings, newest first."""

    deliveries: list[SendingShown]
    next: str | None


class FieldShown(Shown):
    """A field of a platform's sign-in form."""

    name: str
    label: str
    secret: bool
    hint: str


class ToolShown(Shown):
    """A tool: what an option may name, asked of the platform."""

    name: str
    description: str
    parameters: dict[str, str]


class PlatformShown(Shown):
    """A platform: its rules, and the JSON Schema of its options."""

    key: str
    title: str
    docs: str
    fields: list[FieldShown]
    rules: Rules
    options: dict[str, Any]
    tools: list[ToolShown]


class PlatformsShown(Shown):
    """The platforms that can be connected here."""

    platforms: list[PlatformShown]


class ToolAnswered(Shown):
    """What the platform answered."""

    results: Any


class KeyShown(Shown):
    """An API key without its secret; `used` is its last use, to the hour."""

    id: str
    name: str
    scopes: list[Scope]
    created: datetime
    used: datetime | None
    revoked: datetime | None


class KeyMade(KeyShown):
    """A new key; `key` is its text, which is shown this once."""

    key: str


class KeysShown(Shown):
    """The workspace's keys."""

    keys: list[KeyShown]


class PersonShown(Shown):
    """A person in this workspace; `seen` is their last sign-in."""

    id: str
    name: str
    email: str
    role: Role
    created: datetime
    seen: datetime | None


class PersonInvited(PersonShown):
    """A new member; `link` signs them in once, for a week, and is shown this once."""

    link: str


class PeopleShown(Shown):
    """The workspace's people."""

    people: list[PersonShown]


class SignedOut(Shown):
    """In how many workspaces sessions were ended."""

    workspaces: int


class WorkspaceShown(Shown):
    """A workspace, and the caller's role in it; a key has none. `here` is the one that the caller speaks for."""

    id: str
    name: str
    created: datetime
    review: Literal["off", "required"]
    role: Role | None
    here: bool


class WorkspacesShown(Shown):
    """The workspaces that the caller can turn to."""

    workspaces: list[WorkspaceShown]


class Waiting(Shown):
    """What waits for a reviewer, soonest due first."""

    posts: list[PostShown]


class Trip(Shown):
    """One thing that is wrong with a request."""

    model_config = ConfigDict(extra="allow", frozen=True)


class ProblemShown(Shown):
    """RFC 9457: `detail` is a sentence for people, `code` a stable word for machines."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[Trip] = []
