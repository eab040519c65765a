"""The dashboard: HTML out; every deed on it is a call to the API."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from chalice.app import Blueprint, Response

from chalicelib import bucket, clock, connect, decide, reviews
from chalicelib.models import Account
from chalicelib.providers import PROVIDERS
from chalicelib.refusals import Refused
from chalicelib.store import accounts, lists, posts, series

from . import lines
from .http import Ask, page, respond, route
from .views import assets, release, render

blueprint = Blueprint(__name__)

TYPES = {
    "css": "text/css",
    "js": "text/javascript",
    "svg": "image/svg+xml",
    "webmanifest": "application/manifest+json",
}

#: How far ahead the queue looks: as far as a post may be scheduled.
AHEAD = timedelta(days=366 * 5)


def shown(ask: Ask, here: str, template: str, values: Callable[[], dict[str, Any]]) -> Response:
    """A page for whoever is signed in; for anybody else the way to sign in, and back to it."""
    if ask.who is None:
        return page(
            render("signin.html", wrong=False, to=f"{here}?{urlencode(ask.query)}" if ask.query else here)
        )
    try:
        known = values()
    except Refused as refused:
        told = render("told.html", title="Not found", sentence=refused.sentence, platform="")
        return page(told, refused.status)
    known |= {"csrf": ask.caller.csrf, "workspace": ask.workspace, "here": here}
    known |= {"may": ask.caller.may, "unreviewed": len(posts.waiting(ask.workspace))}
    return page(render(template, **known))


# -- pages -------------------------------------------------------------------------------------------------


@route(blueprint, "GET", "/", scope=None)
def home(ask: Ask) -> Any:
    """The queue: accounts and how they are, what waits for a person, what comes, what is past."""
    return shown(ask, "/", "home.html", lambda: _queue(ask.workspace, ask.query, clock.now()))


def _queue(workspace: str, query: dict[str, str], now: datetime) -> dict[str, Any]:
    own, mark = accounts.all_of(workspace), query.get("before", "")[:100]
    behind, older = lists.before(workspace, mark or clock.iso(now))
    earlier = [lines.of(*each) for each in behind]
    known: dict[str, Any] = {
        "accounts": by_id(own),
        "past": lines.past(earlier),
        "older": older,
        "before": mark,
    }
    known["connected"] = connected if (connected := query.get("connected", "")) in PROVIDERS else ""
    known["soonest"] = lines.soonest(part for line in earlier for part in line.parts)
    return known if mark else known | _present(workspace, own, earlier, older is None, now)


def _present(
    workspace: str, own: list[Account], earlier: list[lines.Line], whole: bool, now: datetime
) -> dict[str, Any]:
    """What the queue shows above the past: accounts, what waits for a person, what comes; `whole`: `earlier` is all."""
    ahead, more = posts.between(workspace, now, now + AHEAD, limit=100)
    later = [lines.of(*each) for each in ahead]
    read = [part for line in (*earlier, *later) for part in line.parts]
    known = lists.Known(parts=tuple(read), all_ahead=more is None, all_behind=whole)
    shelves = lists.shelves(workspace, [account.id for account in own], known)
    coming = lines.coming(later, earlier)
    return {
        "channels": lines.channels(own, shelves, now),
        "troubled": lines.troubled(shelves),
        "drafts": lines.drafts(shelves),
        "coming": coming,
        "soonest": lines.soonest(part for line in coming for part in line.parts),
        "platforms": connect.offered(),
    }


@route(blueprint, "GET", "/posts/{post}", scope=None)
def post_page(ask: Ask, post: str) -> Any:
    """One post with every delivery and what may be done about each."""

    def values() -> dict[str, Any]:
        head, parts = decide.load(ask.workspace, post)
        own = by_id(accounts.all_of(ask.workspace))
        repeating = series.read(ask.workspace, head.series) if head.series else None
        known = {"post": head, "line": lines.of(head, parts), "accounts": own, "series": repeating}
        return {**known, "soonest": lines.soonest(parts)}

    return shown(ask, f"/posts/{post}", "post.html", values)


@route(blueprint, "GET", "/failures", scope=None)
def failures(ask: Ask) -> Any:
    """Whatever waits for a person."""

    def values() -> dict[str, Any]:
        own = by_id(accounts.all_of(ask.workspace))
        waiting = lists.in_trouble(ask.workspace, own)
        return {"accounts": own, "troubled": lines.latest(waiting)}

    return shown(ask, "/failures", "failures.html", values)


@route(blueprint, "GET", "/accounts/{account}/times", scope=None)
def times(ask: Ask, account: str) -> Any:
    """An account's weekly timetable, to be changed."""

    def values() -> dict[str, Any]:
        found = accounts.read(ask.workspace, account)
        if found is None or found.health == "disconnected":
            raise Refused(404, "unknown-account", "There is no such account here.")
        return {"account": found}

    return shown(ask, f"/accounts/{account}/times", "times.html", values)


@route(blueprint, "GET", "/calendar", scope=None)
def calendar(ask: Ask) -> Any:
    """Months, weeks and a list; what is on them comes from the API."""
    return shown(ask, "/calendar", "calendar.html", dict)


@route(blueprint, "GET", "/import", scope=None)
def take_in(ask: Ask) -> Any:
    """Posts from a table, looked at before they are saved."""
    return shown(ask, "/import", "import.html", dict)


@route(blueprint, "GET", "/compose", scope=None)
def compose(ask: Ask) -> Any:
    """The composer; it may upload to the bucket's own address."""
    answer = shown(ask, "/compose", "compose.html", lambda: {"reviewed": reviews.needed(ask.workspace)})
    if ask.who is not None:
        place = urlsplit(bucket.upload_form("any", "image/png", 1)["url"])
        policy = answer.headers["Content-Security-Policy"]
        answer.headers["Content-Security-Policy"] = (
            f"{policy}; connect-src 'self' {place.scheme}://{place.netloc}; media-src *"
        )
    return answer


def by_id(own: list[Account]) -> dict[str, Account]:
    return {account.id: account for account in own}


# -- static files ------------------------------------------------------------------------------------------


@route(blueprint, "GET", "/static/{version}/{name}", scope=None)
def static(ask: Ask, version: str, name: str) -> Any:
    """A file of the dashboard; one of this version may be kept for ever."""
    kind, found = TYPES.get(name.rpartition(".")[2]), assets().get(name)
    if kind is None or found is None:
        raise Refused(404, "unknown", "There is no such file.")
    kept = "public, max-age=31536000, immutable" if version == release() else "no-cache"
    headers = {"Content-Type": f"{kind}; charset=utf-8", "Cache-Control": kept}
    return respond(found, 200, {**headers, "X-Content-Type-Options": "nosniff"})
