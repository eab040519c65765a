"""The dashboard: HTML out; every deed on it is a call to the API."""

from datetime import timedelta
from typing import Any

from chalice.app import Blueprint

from chalicelib import clock, connect, people
from chalicelib.people import STAY
from chalicelib.refusals import Refused
from chalicelib.settings import settings
from chalicelib.states import of_post
from chalicelib.store import accounts, posts

from .http import COOKIE, Ask, kept_cookie, page, redirect, respond, route
from .views import asset, render

blueprint = Blueprint(__name__)

TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@route(blueprint, "GET", "/", scope=None)
def home(ask: Ask) -> Any:
    """Platforms with *Connect*, accounts, and the posts of the weeks around now."""
    if ask.who is None:
        return page(render("signin.html", wrong=False), 200)
    now, workspace = clock.now(), ask.workspace
    found, _ = posts.between(workspace, now - timedelta(days=14), now + timedelta(days=60))
    own = {account.id: account for account in accounts.all_of(workspace) if account.health != "disconnected"}
    html = render(
        "home.html",
        platforms=connect.offered(),
        accounts=own,
        posts=[(post, of_post(part.state for part in parts), parts) for post, parts in reversed(found)],
        connected=ask.query.get("connected", ""),
        csrf=ask.caller.csrf,
        now=now,
    )
    return page(html)


@route(blueprint, "GET", "/signin", scope=None)
def by_link(ask: Ask) -> Any:
    """A one-time link signs its first visitor in."""
    cookie = people.open_link(ask.query.get("once", ""), clock.now())
    if cookie is None:
        return page(render("signin.html", wrong=True), 403)
    return _signed_in(cookie)


@route(blueprint, "POST", "/signin", scope=None, forms=True)
def by_key(ask: Ask) -> Any:
    """An API key signs a person in as well."""
    caller = people.by_key(ask.form.get("key", [""])[0])
    if caller is None:
        return page(render("signin.html", wrong=True), 403)
    return _signed_in(people.cookie(caller.workspace, caller.scopes))


@route(blueprint, "POST", "/signout", scope=None, forms=True)
def sign_out(ask: Ask) -> Any:
    """Forgets the browser."""
    return redirect(f"{settings().public_url}/", kept_cookie(COOKIE, "", 0))


def _signed_in(cookie: str) -> Any:
    return redirect(f"{settings().public_url}/", kept_cookie(COOKIE, cookie, int(STAY.total_seconds())))


@route(blueprint, "GET", "/static/{name}", scope=None)
def static(ask: Ask, name: str) -> Any:
    """A file of the dashboard."""
    kind, found = TYPES.get(f".{name.rsplit('.', 1)[-1]}"), asset(name)
    if kind is None or found is None:
        raise Refused(404, "unknown", "There is no such file.")
    headers = {"Content-Type": f"{kind}; charset=utf-8", "Cache-Control": "public, max-age=300"}
    return respond(found, 200, headers)
