"""Ways into the dashboard: a link, a key, an identity provider; another workspace, and out."""

import re
import secrets
from typing import Any

from chalice.app import Blueprint, Response

from chalicelib import clock, oidc, people, staff
from chalicelib.people import STAY
from chalicelib.refusals import Refused
from chalicelib.settings import settings
from chalicelib.store import people as workspaces

from .http import BROWSER, COOKIE, Ask, kept_cookie, page, redirect, route
from .views import render

blueprint = Blueprint(__name__)

#: An address of our own to come back to after signing in.
_OURS = re.compile(r"(/(?!\.)[\w.-]+){1,3}(\?[\w.%=&~:+-]{0,200})?", re.ASCII)


@route(blueprint, "GET", "/signin", scope=None)
def by_link(ask: Ask) -> Any:
    """A one-time link signs its first visitor in."""
    secret = ask.query.get("once", "")
    if ask.led_here and (member := people.look_at_link(secret, clock.now())):
        asking = workspaces.read_workspace(member.workspace, consistent=False)
        known = {"member": member, "asking": asking.name if asking else member.workspace, "once": secret}
        return page(render("enter.html", csrf_of=ask.who.csrf if ask.who else "", **known))
    return _opened(secret)


@route(blueprint, "POST", "/signin", scope=None, forms=True)
def by_key(ask: Ask) -> Any:
    """An API key signs a person in as well; a one-time link does, where another site led to it."""
    if secret := ask.form.get("once", [""])[0]:
        return _opened(secret)
    to = ask.form.get("to", ["/"])[0]
    caller = people.by_key(ask.form.get("key", [""])[0].strip())
    if caller is None:
        return page(render("signin.html", wrong=True, to=to), 403)
    return _signed_in(people.key_session(caller.workspace, caller.key), to)


@route(blueprint, "GET", "/signin/oidc", scope=None)
def to_provider(ask: Ask) -> Any:
    """Sends the browser to the identity provider."""
    browser = ask.browser or secrets.token_urlsafe(24)
    try:
        url = oidc.begin(browser, ask.query.get("to", "/")[:200], clock.now())
    except Refused as refused:
        return _told(ask, refused)
    return redirect(url, kept_cookie(BROWSER, browser, 3600))


@route(blueprint, "GET", "/signin/oidc/callback", scope=None)
def from_provider(ask: Ask) -> Any:
    """Where the identity provider sends the browser back to."""
    try:
        cookie, to = oidc.finish(ask.query, ask.browser, clock.now())
    except Refused as refused:
        return _told(ask, refused)
    return _signed_in(cookie, to)


@route(blueprint, "POST", "/switch", forms=True)
def switch(ask: Ask) -> Any:
    """Turns to another workspace of the same person."""
    try:
        cookie = staff.turn_to(ask.caller, ask.form.get("workspace", [""])[0], clock.now())
    except Refused as refused:
        return _told(ask, refused)
    return _signed_in(cookie, "/")


@route(blueprint, "POST", "/signout", scope=None, forms=True)
def sign_out(ask: Ask) -> Any:
    """Forgets the browser."""
    return redirect(f"{settings().public_url}/", kept_cookie(COOKIE, "", 0))


def _opened(secret: str) -> Response:
    cookie = people.open_link(secret, clock.now())
    if cookie is None:
        return page(render("signin.html", wrong=bool(secret), to="/"), 403)
    return _signed_in(cookie, "/")


def _signed_in(cookie: str, to: str) -> Response:
    there = to if _OURS.fullmatch(to) else "/"
    return redirect(f"{settings().public_url}{there}", kept_cookie(COOKIE, cookie, int(STAY.total_seconds())))


def _told(ask: Ask, refused: Refused) -> Response:
    """Why there is no way in, as a page for browsers."""
    if not ask.wants_page:
        raise refused
    return page(render("told.html", title="Not here", sentence=refused.sentence, platform=""), refused.status)
