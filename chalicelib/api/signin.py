"""Connecting: `GET /integration/social/{platform}` begins, its `/callback` finishes, `/choose` is the second step.

A sign-in belongs to the browser that began it: a cookie says so, and every state is good once.
"""

import secrets
from typing import Any

from chalice.app import Blueprint, Response

from chalicelib import clock, connect, decide, farewells, people, siblings
from chalicelib.connect import Finished
from chalicelib.people import Caller
from chalicelib.problems import Problem
from chalicelib.refusals import Refused
from chalicelib.settings import settings
from chalicelib.signin import Form

from . import accounts as accounts_api
from .http import BROWSER, Ask, answer, kept_cookie, page, redirect, route
from .views import render

blueprint = Blueprint(__name__)

PATH = "/integration/social/{platform}"


@route(blueprint, "GET", PATH, scope=None)
def begin(ask: Ask, platform: str) -> Any:
    """Sends the browser to the platform's consent page, or shows the form that stands in its place.

    With an API key and `Accept: application/json` the answer is an address for any browser instead.
    """
    caller = _may_connect(ask, platform)
    if not ask.wants_page and "application/json" in ask.header("accept"):
        return {"url": people.connect_link(caller.workspace, platform, clock.now())}
    provider = connect.provider_of(platform)
    browser = ask.cookies.get(BROWSER) or secrets.token_urlsafe(24)
    given = {name: value for name, value in ask.query.items() if name not in {"once", "back"}}
    asked = provider.auth.fields and not given and not isinstance(provider.auth, Form)
    cookie = kept_cookie(BROWSER, browser, 3600)
    if asked and ask.wants_page:
        once = people.connect_link(caller.workspace, platform, clock.now()).rpartition("once=")[2]
        html = render("connect.html", provider=provider, action="", method="get", hidden={"once": once})
        return page(html, 200, cookie)
    begun = connect.begin(caller.workspace, platform, given, browser, clock.now())
    if begun.url:
        return redirect(begun.url, cookie)
    action = f"{settings().public_url}/integration/social/{platform}/callback"
    html = render(
        "connect.html",
        provider=provider,
        action=action,
        method="post",
        hidden={"state": begun.state, "csrf": ask.who.csrf if ask.who else ""},
    )
    return page(html, 200, cookie)


def _may_connect(ask: Ask, platform: str) -> Caller:
    if once := ask.query.get("once"):
        caller = people.open_connect(once, platform, clock.now())
        if caller is None:
            raise Refused(403, "link-used", "This link was used already or is too old. Ask for a new one.")
        return caller
    if ask.who is None:
        raise Refused(401, "unauthorized", "Sign in, or send an API key in the Authorization header.")
    if not ask.who.may("admin"):
        raise Refused(403, "forbidden", "Only an owner may connect accounts.")
    return ask.who


@route(blueprint, "GET", f"{PATH}/callback", scope=None)
def callback(ask: Ask, platform: str) -> Any:
    """Where the platform sends the browser back to."""
    browser = ask.cookies.get(BROWSER, "")
    return _told(ask, platform, lambda: connect.finish(platform, ask.query, browser, clock.now()))


@route(blueprint, "POST", f"{PATH}/callback", scope=None, forms=True)
def submitted(ask: Ask, platform: str) -> Any:
    """A filled form instead of a consent page."""
    browser = ask.cookies.get(BROWSER, "")
    given = {name: values[0] for name, values in ask.form.items()}
    state, _ = given.pop("state", ""), given.pop("csrf", "")
    return _told(ask, platform, lambda: connect.submit(platform, given, state, browser, clock.now()))


@route(blueprint, "POST", f"{PATH}/choose", scope=None, forms=True)
def choose(ask: Ask, platform: str) -> Any:
    """The second step: the pages, boards or channels that were ticked."""
    browser, form = ask.cookies.get(BROWSER, ""), ask.form
    chosen = form.get("choice", [""])[0]

    def act() -> Finished:
        found = connect.choose(chosen, form.get("id", []), browser, clock.now())
        return Finished(accounts=tuple(found), platform=platform)

    return _told(ask, platform, act)


def _told(ask: Ask, platform: str, act: Any) -> Response:
    """The outcome as a page for browsers and as JSON for scripts; a problem is a sentence either way."""
    try:
        finished: Finished = act()
    except (Problem, Refused) as problem:
        if not ask.wants_page:
            raise
        html = render("told.html", title="Not connected", sentence=problem.sentence, platform=platform)
        return page(html, getattr(problem, "status", 422))
    for account in siblings.served(finished.accounts):
        decide.release_held(account, clock.now())
    if ask.wants_page:
        return _shown(finished, platform, ask.who.csrf if ask.who else "")
    return answer(_plain(finished))


def _shown(finished: Finished, platform: str, csrf: str) -> Response:
    if finished.choices:
        action = f"{settings().public_url}/integration/social/{platform}/choose"
        return page(render("choose.html", finished=finished, action=action, csrf=csrf))
    return redirect(f"{settings().public_url}/?connected={platform}")


def _plain(finished: Finished) -> dict[str, Any]:
    return {
        "accounts": [accounts_api.shown(account) for account in finished.accounts],
        "choice": finished.choice or None,
        "choices": [
            each.profile.model_dump(include={"id", "name", "handle", "picture"}) for each in finished.choices
        ],
    }


@route(blueprint, "POST", f"{PATH}/events", scope=None, forms=True)
def events(ask: Ask, platform: str) -> Any:
    """What a platform tells us by a signed request (an app that was removed)."""
    return farewells.heard(platform, dict(ask.request.headers), ask.raw, clock.now())


@route(blueprint, "POST", f"{PATH}/deletion", scope=None, forms=True)
def deletion(ask: Ask, platform: str) -> Any:
    """A signed request to delete what a person's sign-in gave; Meta wants a code, and an address that tells of it."""
    farewells.erased(platform, dict(ask.request.headers), ask.raw, clock.now())
    code = secrets.token_hex(8)
    url = f"{settings().public_url}/integration/social/{platform}/deletion?code={code}"
    return {"url": url, "confirmation_code": code}


@route(blueprint, "GET", f"{PATH}/deletion", scope=None)
def deleted(ask: Ask, platform: str) -> Any:
    """What was deleted, for the person who asked for it."""
    title = connect.provider_of(platform).title
    sentence = (
        f"Whoever has a confirmation code of Lamppost asked {title} for deletion, and it was done before the code "
        "was given: the access, the name and the picture of every account connected with that login are gone. "
        "What was published stays on the platform until it is deleted there."
    )
    return page(render("told.html", title="Deleted", sentence=sentence, platform=""))
