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
from chalicelib.providers.base import Provider
from chalicelib.refusals import Refused
from chalicelib.settings import settings
from chalicelib.signin import Form
from chalicelib.store import people as workspaces

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
    caller, meant = _may_connect(ask, platform)
    if not ask.wants_page and "application/json" in ask.header("accept"):
        return {"url": people.connect_link(caller.workspace, platform, clock.now())}
    provider = connect.provider_of(platform)
    browser = ask.browser or secrets.token_urlsafe(24)
    given = {name: value for name, value in ask.query.items() if name != "once"}
    asked = bool(provider.auth.fields) and not given
    if ask.wants_page and not isinstance(provider.auth, Form) and (asked or not meant):
        return _asking(caller, provider, browser, given)
    begun = connect.begin(caller.workspace, platform, given, browser, clock.now())
    if begun.url:
        return redirect(begun.url, kept_cookie(BROWSER, browser, 3600))
    action = f"{settings().public_url}/integration/social/{platform}/callback"
    hidden = {"state": begun.state, "csrf": ask.who.csrf if ask.who else ""}
    return _form(caller, provider, browser, action, "post", hidden)


def _asking(caller: Caller, provider: Provider, browser: str, given: dict[str, str]) -> Response:
    """A page of our own in front: who is asking, what is missing, and a button that only this browser can press."""
    link = people.connect_link(caller.workspace, provider.key, clock.now(), browser)
    fields = {each.name for each in provider.auth.fields}
    known = {name: value for name, value in given.items() if name in fields}
    return _form(caller, provider, browser, "", "get", {**known, "once": link.rpartition("once=")[2]})


def _form(
    caller: Caller, provider: Provider, browser: str, action: str, method: str, hidden: dict[str, str]
) -> Response:
    asking = workspaces.read_workspace(caller.workspace, consistent=False)
    html = render(
        "connect.html",
        provider=provider,
        action=action,
        method=method,
        hidden=hidden,
        asking=asking.name if asking else caller.workspace,
    )
    return page(html, 200, kept_cookie(BROWSER, browser, 3600))


def _may_connect(ask: Ask, platform: str) -> tuple[Caller, bool]:
    """Who connects, and whether whoever sits at this browser surely means it.

    A link may have been sent by somebody else, and a page of another site may have brought the browser here: some
    platforms then say yes without asking, and the account would land where its owner never wanted it.
    """
    if once := ask.query.get("once"):
        opened = people.open_connect(once, platform, ask.browser, clock.now())
        if opened is None:
            raise Refused(403, "link-used", "This link was used already or is too old. Ask for a new one.")
        return opened
    if ask.who is None:
        raise Refused(401, "unauthorized", "Sign in, or send an API key in the Authorization header.")
    if not ask.who.may("admin"):
        raise Refused(403, "forbidden", "Only an owner may connect accounts.")
    return ask.who, not ask.led_here


@route(blueprint, "GET", f"{PATH}/callback", scope=None)
def callback(ask: Ask, platform: str) -> Any:
    """Where the platform sends the browser back to."""
    return _told(ask, platform, lambda: connect.finish(platform, ask.query, ask.browser, clock.now()))


@route(blueprint, "POST", f"{PATH}/callback", scope=None, forms=True)
def submitted(ask: Ask, platform: str) -> Any:
    """A filled form instead of a consent page."""
    given = {name: values[0] for name, values in ask.form.items()}
    state, _ = given.pop("state", ""), given.pop("csrf", "")
    return _told(ask, platform, lambda: connect.submit(platform, given, state, ask.browser, clock.now()))


@route(blueprint, "POST", f"{PATH}/choose", scope=None, forms=True)
def choose(ask: Ask, platform: str) -> Any:
    """The second step: the pages, boards or channels that were ticked."""
    form = ask.form
    chosen = form.get("choice", [""])[0]

    def act() -> Finished:
        found = connect.choose(platform, chosen, form.get("id", []), ask.browser, clock.now())
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
