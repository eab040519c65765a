"""Posts: composed for several accounts at once, read with every delivery, moved, cancelled, tried again."""

from datetime import datetime
from typing import Any, Literal

from chalice.app import Blueprint
from pydantic import Field

from chalicelib import clock, compose, counts, decide, recur, renew, rewrite, twice
from chalicelib.answers import understood
from chalicelib.decide import Found
from chalicelib.models import Delivery, Post
from chalicelib.refusals import Refused
from chalicelib.states import OPEN, of_post
from chalicelib.store import accounts, posts, tags

from .given import Given, NewPost, draft, due_of, moment, moments
from .http import Ask, answer, route, tag
from .shapes import DeliveryShown, NumbersShown, PostChecked, PostEdited, PostShown, PostsShown, Span

blueprint = Blueprint(__name__)


class Moved(Given):
    """Another moment, as in a new post."""

    when: str = Field(description="A moment, `now` or `next-free-slot`, as in a new post.")
    zone: str = Field("UTC", description="An IANA time zone, as Europe/Berlin.")


class Resolved(Given):
    """What a person saw at the platform: it is out, at this address, or it is not."""

    outcome: Literal["out", "again"] = Field(description="It is out, or it is to be posted again.")
    url: str = Field("", max_length=2000, description="Where it is out, if you know.")


@route(
    blueprint,
    "POST",
    "/v1/posts",
    scope="write",
    body=NewPost,
    answers=PostShown,
    status=201,
    tagged=True,
    keyed=True,
)
def create(ask: Ask, given: NewPost) -> Any:
    """Saves a post for its accounts and schedules it."""
    return made(ask.workspace, given, ask.header("idempotency-key"))


@route(blueprint, "POST", "/v1/posts/check", body=NewPost, answers=PostChecked)
def check(ask: Ask, given: NewPost) -> Any:
    """What stands in the way of a post, without saving it; its lengths as each platform counts, and its moment."""
    return checked(ask.workspace, given)


@route(blueprint, "GET", "/v1/posts", query=Span, answers=PostsShown)
def listed(ask: Ask) -> Any:
    """Posts that are due, or have a delivery that is, between `from` and `to` (ISO 8601), soonest first, by pages."""
    asked = ask.read(Span)
    found = paged(ask.workspace, asked.start, asked.to, asked.after, asked.limit)
    return {**found, "posts": [each for each in found["posts"] if tags.among(asked.tag, each["tags"])]}


@route(blueprint, "GET", "/v1/posts/{post}", answers=PostShown, tagged=True)
def read(ask: Ask, post: str) -> Any:
    """One post with every delivery."""
    return shown(*decide.load(ask.workspace, post))


@route(
    blueprint,
    "PUT",
    "/v1/posts/{post}",
    scope="write",
    body=NewPost,
    answers=PostEdited,
    tagged=True,
    matched=True,
)
def put(ask: Ask, given: NewPost, post: str) -> Any:
    """The whole post anew: texts, accounts, options and time; `kept` says what was out already and stays."""
    if given.repeat is not None:
        sentence = "A post that is there does not begin to repeat. Make a new one with `repeat`, or change its series."
        raise Refused(422, "no-repeat", sentence)
    now, found = clock.now(), _matched(ask, post) or decide.load(ask.workspace, post)
    kept = rewrite.rewrite(found, draft(ask.workspace, given, now), now)
    body = shown(*decide.load(ask.workspace, post))
    return answer({**body, "kept": kept}, headers={"ETag": tag(body)})


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
    found = _matched(ask, post)
    due, _ = moment(
        ask.workspace, given.when, given.zone, clock.now(), lambda: _still_open(ask.workspace, post)
    )
    return shown(*decide.move(ask.workspace, post, due, clock.now(), found))


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
    with understood(session.provider.title):
        return {"entries": [session.provider.metrics(session, receipt) for receipt in found.receipts]}


def _still_open(workspace: str, post: str) -> list[str]:
    """The accounts of a post that it may still be moved on."""
    return [part.account for part in decide.load(workspace, post)[1] if part.state in OPEN]


def _matched(ask: Ask, post: str) -> Found | None:
    """The post as it was read for `If-Match`: what is decided next holds only while it is still that."""
    if not ask.header("if-match"):
        return None
    found = decide.load(ask.workspace, post)
    ask.match(shown(*found))
    return found


# -- the same for every way in -------------------------------------------------------------------------------


def made(workspace: str, given: NewPost, key: str) -> dict[str, Any]:
    """A post saved and scheduled; the same idempotency key again answers with the first."""
    now = clock.now()
    wanted = draft(workspace, given, now)
    if repeats := moments(given, wanted.due):
        return shown(*recur.begin(workspace, wanted, repeats, now, key[:200]))
    return shown(*compose.save(workspace, wanted, now, key[:200]))


def checked(workspace: str, given: NewPost) -> dict[str, Any]:
    """What stands in the way of a post, its lengths, and the moment that was understood."""
    now = clock.now()
    wanted = draft(workspace, given, now, look=True)
    repeats = moments(given, wanted.due)
    later = recur.soon(repeats) if repeats else []
    warned = [] if given.again else twice.warnings(workspace, wanted, *later)
    return {
        "complaints": [*compose.check(workspace, wanted, now), *warned],
        "counts": counts.counted(workspace, wanted),
        "due": clock.iso(wanted.due),
        "said": due_of(workspace, given, now)[1] or (repeats.said if repeats else ""),
        "repeats": {"times": repeats.count, "last": clock.iso(repeats.last)} if repeats else None,
    }


def paged(
    workspace: str, start: datetime, end: datetime, after: str = "", limit: int = 200
) -> dict[str, Any]:
    """A page of posts with their deliveries, and the cursor of the next; `limit` counts both."""
    if start >= end:
        return {"posts": [], "next": None}
    found, last = posts.between(workspace, start, end, _cursor(after, workspace), limit)
    return {
        "posts": [shown(post, parts) for post, parts in found],
        "next": _cursor_text(last) if last else None,
    }


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
        **post.model_dump(mode="json", exclude={"workspace", "apart"}),
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
