"""Posts: composed for several accounts at once, read with every delivery, moved, cancelled, tried again."""

from datetime import datetime
from typing import Any, Literal

from chalice.app import Blueprint
from pydantic import BaseModel, ConfigDict, Field

from chalicelib import clock, compose, counts, decide, renew
from chalicelib.compose import Draft, Target
from chalicelib.decide import Found
from chalicelib.models import Delivery, Entry, Media, Post
from chalicelib.refusals import Refused
from chalicelib.slots import local_to_utc
from chalicelib.states import of_post
from chalicelib.store import accounts, files, posts

from .http import Ask, route
from .shapes import DeliveryShown, NumbersShown, PostChecked, PostShown, PostsShown

blueprint = Blueprint(__name__)


class Given(BaseModel):
    """What clients send: strict about names, so that a misspelt one is told."""

    model_config = ConfigDict(extra="forbid")


class GivenMedia(Given):
    """A file of the library, by id, and how it is described to those who cannot see it."""

    id: str
    alt: str = Field("", max_length=5000)


class GivenEntry(Given):
    """One text with its files; `delay` is seconds after the entry before."""

    text: str = Field("", max_length=200_000)
    media: list[GivenMedia] = Field(default=[], max_length=40)
    delay: int = Field(0, ge=0, le=86_400)


class GivenTarget(Given):
    """One account; `entries` only where it says something else than the others."""

    account: str
    entries: list[GivenEntry] | None = Field(default=None, min_length=1, max_length=100)
    options: dict[str, Any] = {}


class NewPost(Given):
    """`when` is `now`, `draft`, or a moment: ISO 8601 with an offset, or local to `zone`."""

    when: str
    zone: str = "UTC"
    entries: list[GivenEntry] = Field(default=[], max_length=100)
    accounts: list[GivenTarget] = Field(max_length=200)
    tags: list[str] = Field(default=[], max_length=50)


class Span(Given):
    """The span to list, and where the page begins."""

    start: datetime = Field(alias="from", description="The first moment, ISO 8601.")
    to: datetime = Field(description="The last moment, ISO 8601.")
    after: str = Field("", description="The `next` of the page before.")


class Moved(Given):
    """Another moment, as in a new post."""

    when: str
    zone: str = "UTC"


class Resolved(Given):
    """What a person saw at the platform: it is out, at this address, or it is not."""

    outcome: Literal["out", "again"]
    url: str = Field("", max_length=2000)


@route(
    blueprint,
    "POST",
    "/v1/posts",
    scope="write",
    body=NewPost,
    answers=PostShown,
    status=201,
    tagged=True,
    repeatable=True,
)
def create(ask: Ask, given: NewPost) -> Any:
    """Saves a post for its accounts and schedules it."""
    now = clock.now()
    draft = _draft(ask.workspace, given, now)
    post, parts = compose.save(ask.workspace, draft, now, ask.header("idempotency-key")[:200])
    return shown(post, parts)


@route(blueprint, "POST", "/v1/posts/check", body=NewPost, answers=PostChecked)
def check(ask: Ask, given: NewPost) -> Any:
    """What stands in the way of a post, without saving it; its lengths as each platform counts, and its moment."""
    now = clock.now()
    draft = _draft(ask.workspace, given, now)
    _, said = _moment(given.when, given.zone, now)
    return {
        "complaints": compose.check(ask.workspace, draft, now),
        "counts": counts.counted(ask.workspace, draft),
        "due": clock.iso(draft.due),
        "said": said,
    }


@route(blueprint, "GET", "/v1/posts", query=Span, answers=PostsShown)
def listed(ask: Ask) -> Any:
    """Posts due between `from` and `to` (ISO 8601), soonest first, a page at a time."""
    start, end = (_query_moment(ask, name) for name in ("from", "to"))
    after = _cursor(ask.query.get("after", ""), ask.workspace)
    found, last = posts.between(ask.workspace, start, end, after)
    return {
        "posts": [shown(post, parts) for post, parts in found],
        "next": _cursor_text(last) if last else None,
    }


@route(blueprint, "GET", "/v1/posts/{post}", answers=PostShown, tagged=True)
def read(ask: Ask, post: str) -> Any:
    """One post with every delivery."""
    return shown(*decide.load(ask.workspace, post))


@route(
    blueprint,
    "PATCH",
    "/v1/posts/{post}",
    scope="write",
    body=Moved,
    answers=PostShown,
    tagged=True,
    matched=True,
)
def move(ask: Ask, given: Moved, post: str) -> Any:
    """Another due time for what has not gone out."""
    due, _ = _moment(given.when, given.zone, clock.now())
    return shown(*decide.move(ask.workspace, post, due, clock.now(), _matched(ask, post)))


@route(blueprint, "DELETE", "/v1/posts/{post}", scope="write", answers=PostShown, tagged=True, matched=True)
def cancel(ask: Ask, post: str) -> Any:
    """Cancels what has not gone out."""
    return shown(*decide.cancel(ask.workspace, post, clock.now(), _matched(ask, post)))


@route(blueprint, "POST", "/v1/deliveries/{delivery}/retry", scope="write", answers=DeliveryShown)
def retry(ask: Ask, delivery: str) -> Any:
    """Another try for a delivery that failed or is held."""
    return shown_delivery(decide.retry(decide.load_delivery(ask.workspace, delivery), clock.now()))


@route(blueprint, "POST", "/v1/deliveries/{delivery}/cancel", scope="write", answers=DeliveryShown)
def cancel_one(ask: Ask, delivery: str) -> Any:
    """Cancels one account's delivery."""
    return shown_delivery(decide.cancel_delivery(decide.load_delivery(ask.workspace, delivery), clock.now()))


@route(
    blueprint,
    "POST",
    "/v1/deliveries/{delivery}/resolve",
    scope="write",
    body=Resolved,
    answers=DeliveryShown,
)
def resolve(ask: Ask, given: Resolved, delivery: str) -> Any:
    """A person's word on a delivery that may be out."""
    found = decide.load_delivery(ask.workspace, delivery)
    out = given.outcome == "out"
    return shown_delivery(decide.resolve(found, out=out, url=given.url, now=clock.now()))


@route(blueprint, "GET", "/v1/deliveries/{delivery}/metrics", answers=NumbersShown)
def metrics(ask: Ask, delivery: str) -> Any:
    """A published delivery's numbers, by the platform's names, entry by entry."""
    found = decide.load_delivery(ask.workspace, delivery)
    account = accounts.read(ask.workspace, found.account)
    if account is None or account.health != "fine" or not found.receipts:
        raise Refused(
            409, "no-numbers", "There are no numbers: it is not out, or its account is not connected."
        )
    session = renew.session_for(account, clock.now())
    if not session.provider.tells_numbers:
        raise Refused(409, "no-numbers", f"{session.provider.title} tells no numbers.")
    return {"entries": [session.provider.metrics(session, receipt) for receipt in found.receipts]}


def _matched(ask: Ask, post: str) -> Found | None:
    """The post as it was read for `If-Match`: what is decided next holds only while it is still that."""
    if not ask.header("if-match"):
        return None
    found = decide.load(ask.workspace, post)
    ask.match(shown(*found))
    return found


# -- from what clients send, and back ------------------------------------------------------------------------


def _draft(workspace: str, given: NewPost, now: datetime) -> Draft:
    due, _ = _moment(given.when, given.zone, now)
    return Draft(
        entries=_entries(workspace, given.entries),
        targets=tuple(_target(workspace, each) for each in given.accounts),
        due=due,
        zone=given.zone,
        draft=given.when == "draft",
        tags=tuple(given.tags),
    )


def _target(workspace: str, given: GivenTarget) -> Target:
    entries = None if given.entries is None else _entries(workspace, given.entries)
    return Target(account=given.account, entries=entries, options=given.options)


def _entries(workspace: str, given: list[GivenEntry]) -> tuple[Entry, ...]:
    return tuple(
        Entry(text=each.text, media=tuple(_media(workspace, file) for file in each.media), delay=each.delay)
        for each in given
    )


def _media(workspace: str, given: GivenMedia) -> Media:
    upload = files.read(workspace, given.id)
    if upload is None or upload.media is None:
        raise Refused(404, "unknown-media", f"There is no finished file “{given.id[:40]}” here.")
    return upload.media.model_copy(update={"alt": given.alt or upload.media.alt})


def _moment(when: str, zone: str, now: datetime) -> tuple[datetime, str]:
    """The moment that `when` names, and what is to be said about it (a local time that does not exist)."""
    try:
        if when in {"now", "draft"}:
            local_to_utc(now.replace(tzinfo=None), zone)
            return now, ""
        if when[-1:] == "Z" or "+" in when[10:] or "-" in when[10:]:
            local_to_utc(now.replace(tzinfo=None), zone)
            return clock.parse(when), ""
        moment = local_to_utc(_local(when), zone)
    except ValueError as wrong:
        raise Refused(422, "bad-time", str(wrong)) from wrong
    return moment.at, moment.said or ""


def _local(when: str) -> datetime:
    try:
        return clock.parse(f"{when}Z").replace(tzinfo=None)
    except ValueError as wrong:
        raise ValueError(
            f"“{when[:40]}” is not a time: say “now”, “draft”, or a moment like 2026-12-24T18:00:00+01:00."
        ) from wrong


def _query_moment(ask: Ask, name: str) -> datetime:
    try:
        return clock.parse(ask.query[name].replace(" ", "+"))
    except KeyError as missing:
        raise Refused(
            422, "bad-time", f"“{name}” is missing: a moment like 2026-12-24T18:00:00Z."
        ) from missing
    except ValueError as wrong:
        raise Refused(422, "bad-time", f"“{name}”: {wrong}") from wrong


def _cursor(text: str, workspace: str) -> dict[str, str] | None:
    """A page's beginning from its text; another workspace's, or an altered one, is refused."""
    if not text:
        return None
    import base64
    import json

    try:
        found: dict[str, str] = json.loads(base64.urlsafe_b64decode(text.encode()))
        if found["due_pk"] == f"w#{workspace}" and all(isinstance(each, str) for each in found.values()):
            return found
    except (ValueError, KeyError, TypeError):
        pass
    raise Refused(422, "bad-cursor", "“after” is not a cursor of this list.")


def _cursor_text(last: dict[str, str]) -> str:
    import base64
    import json

    return base64.urlsafe_b64encode(json.dumps(last).encode()).decode()


def shown(post: Post, parts: list[Delivery]) -> dict[str, Any]:
    """A post as clients see it; its state is computed here and stored nowhere."""
    return {
        **post.model_dump(mode="json", exclude={"workspace"}),
        "state": of_post(part.state for part in parts),
        "deliveries": [shown_delivery(part) for part in parts],
    }


def shown_delivery(delivery: Delivery) -> dict[str, Any]:
    """A delivery as clients see it: its expected moment, its receipts and, if there is one, its trouble."""
    inner = {"workspace", "lease", "work", "intent", "since", "generation", "reserved", "tries"}
    return {
        **delivery.model_dump(mode="json", exclude=inner),
        "expected": clock.iso(delivery.next or delivery.due)
        if delivery.state in {"scheduled", "pending"}
        else None,
        "doubt": delivery.intent is not None,
        "url": delivery.receipts[0].url if delivery.receipts else None,
    }
