"""Nobody in: every route there is, tried without a key, with too small a key, from a browser led astray, and
with the ids of another workspace. The routes are those that the app has, so a new one is tried too.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from chalice.test import Client

import app
from chalicelib import clock, people, rates
from chalicelib.api.http import Route
from chalicelib.store.people import Scope, issue_key
from tests.guard import requests
from tests.guard.requests import EVERY, PUBLIC, THINGS, Ids
from tests.guard.tenants import Tenant, call, holdings
from tests.world import signed_in

#: Open to everybody, and why.
OPEN = {
    ("GET", "/media/{workspace}/{media}"): "platforms fetch files from there",
    ("GET", "/media/{workspace}/{media}/{name}"): "platforms fetch files from there",
    ("GET", "/openapi.json"): "a description, the same for all",
    ("GET", "/docs"): "the same to read",
    ("GET", "/mcp"): "only says that there is nothing to listen to",
    ("DELETE", "/mcp"): "only says that there is nothing to end",
    ("GET", "/signin"): "takes a one-time link",
    ("POST", "/signin"): "takes a key",
    ("GET", "/signin/oidc"): "leads to the identity provider",
    ("GET", "/signin/oidc/callback"): "takes a state of its own browser",
    ("POST", "/signout"): "forgets a cookie",
    ("GET", "/static/{version}/{name}"): "the dashboard's files",
    ("GET", "/integration/social/{platform}/callback"): "takes a state of its own browser",
    ("POST", "/integration/social/{platform}/callback"): "takes a state of its own browser",
    ("POST", "/integration/social/{platform}/choose"): "takes a choice of its own browser",
    ("POST", "/integration/social/{platform}/events"): "takes what the platform signed",
    ("POST", "/integration/social/{platform}/deletion"): "takes what the platform signed",
    ("GET", "/integration/social/{platform}/deletion"): "says what deletion means, the same to all",
}
#: Pages: a stranger sees the way to sign in instead.
PAGES = {
    "/",
    "/posts/{post}",
    "/failures",
    "/calendar",
    "/compose",
    "/import",
    "/settings",
    "/review",
    "/accounts/{account}/times",
}
FORM = "application/x-www-form-urlencoded"
SCOPES: tuple[Scope, ...] = ("read", "write", "admin", "review")
MADE_UP = dict.fromkeys(THINGS, "00000000000000000000") | {"delivery": "00000000000.0000000000"}


def name(route: Route) -> str:
    return f"{route.method} {route.path}"


def ask(client: Client, route: Route, ids: Ids, **headers: str) -> Any:
    """A good request with these ids; limits by number are not what is tried here."""
    rates._paid.clear()
    kind = "multipart/form-data; boundary=x" if route.path == f"{PUBLIC}upload" else "application/json"
    return call(
        client.http,
        route.method,
        requests.path(route, ids),
        requests.body(route, ids),
        **{"Content_Type": kind, **headers},
    )


def words(answer: Any) -> str:
    body = answer.body
    return (body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body)) + json.dumps(
        dict(answer.headers)
    )


# -- without a key -------------------------------------------------------------------------------------------


def test_without_a_key_every_route_is_closed_but_those_that_are_meant_to_be_open(
    client: Client, victim: Tenant
) -> None:
    before = holdings()
    for route in EVERY:
        if (route.method, route.path) in OPEN:
            assert route.scope is None, name(route)
            continue
        answer = ask(client, route, victim.ids, Accept="application/json")
        if route.path in PAGES and route.method == "GET":
            assert b"API key" in answer.body, name(route)
            assert answer.status_code == 200, name(route)
        else:
            assert answer.status_code == 401, name(route)
        assert not [each for each in victim.words if each in words(answer)], name(route)
    assert holdings() == before


def test_a_key_in_the_address_is_no_key(client: Client, victim: Tenant) -> None:
    for route in EVERY:
        if route.scope is None:
            continue
        path = requests.path(route, victim.ids)
        for field in ("key", "api_key", "apikey", "access_token", "token", "authorization", "Authorization"):
            where = f"{path}{'&' if '?' in path else '?'}{field}={victim.key}"
            assert call(client.http, route.method, where).status_code in {401, 415}, (name(route), field)


LOOKALIKES = (
    "Basic {key}", "Bearer", "{key}x", "{key}\x00", "{key}.", ".{key}", "lp.victim..", "lp.victim.{id}.",
    "lp.stranger.{id}.{secret}", "lp.victim#p#x.{id}.{secret}", "lp." + "v" * 3000 + ".a.b",
    "lp.victim." + "k" * 2000 + ".b", "lp..a.b", "lp.victim..b", "lp.\x00.\x00.\x00", "lp.ä.ö.ü",
)  # fmt: skip


def test_what_only_looks_like_a_key_is_none(client: Client, victim: Tenant, stranger: Tenant) -> None:
    _, _, number, secret = victim.key.split(".")
    for header in LOOKALIKES:
        given = header.format(key=victim.key, id=number, secret=secret)
        for path in ("/v1/accounts", f"{PUBLIC}integrations"):
            answer = call(client.http, "GET", path, Authorization=given)
            assert answer.status_code == 401, (header, answer.body)


# -- with too small a key ------------------------------------------------------------------------------------


def test_a_key_that_may_all_but_what_a_route_asks_is_refused_and_changes_nothing(
    client: Client, victim: Tenant
) -> None:
    keys = {
        each: issue_key(victim.workspace, "x", tuple(s for s in SCOPES if s != each), clock.now())[1]
        for each in SCOPES
    }
    for key in keys.values():
        call(client.http, "GET", "/v1/platforms", Authorization=key)  # notes its first use
    before = settled(victim)
    for route in EVERY:
        if route.scope is None:
            continue
        answer = ask(client, route, victim.ids, Authorization=keys[route.scope])
        assert answer.status_code == 403, name(route)
        assert not [each for each in victim.words if each in words(answer)], name(route)
    answer = call(
        client.http, "GET", "/integration/social/mastodon", Authorization=keys["admin"], Accept="*/*"
    )
    assert answer.status_code == 403
    assert settled(victim) == before


def settled(tenant: Tenant) -> dict[str, str]:
    """What a workspace holds, without the counting of requests."""
    return {
        name: what
        for name, what in holdings(tenant.workspace).items()
        if not name.startswith("pace#limit#key")
    }


# -- from a browser led astray -------------------------------------------------------------------------------


def test_no_write_of_a_signed_in_browser_passes_without_its_token(client: Client, victim: Tenant) -> None:
    cookie = signed_in(victim.workspace)
    other = people.by_cookie(signed_in(victim.workspace))
    assert other is not None
    before, tried = holdings(), 0
    for route in EVERY:
        if route.method in {"GET", "HEAD"}:
            continue
        takes = app.app.routes[route.path][route.method].content_types
        form = {"Content_Type": FORM} if FORM in takes else {}
        for wrong in ({}, {"X_CSRF_Token": ""}, {"X_CSRF_Token": "x"}, {"X_CSRF_Token": other.csrf}):
            answer = ask(client, route, victim.ids, Cookie=f"lamppost={cookie}", **form, **wrong)
            closed = 401 if route.path.startswith(PUBLIC) else 403
            assert answer.status_code == closed, (name(route), wrong)
            tried += 1
    assert tried > 60
    assert holdings() == before


def test_a_token_in_the_body_counts_only_in_a_form(client: Client, victim: Tenant) -> None:
    cookie = signed_in(victim.workspace)
    who = people.by_cookie(cookie)
    assert who is not None
    for kind in ("application/json", "text/plain", "multipart/form-data"):
        headers = {"Cookie": f"lamppost={cookie}", "Content_Type": kind}
        path = f"/v1/posts/{victim.ids['post']}"
        answer = call(client.http, "DELETE", path, f"csrf={who.csrf}".encode(), **headers)
        assert answer.status_code in {403, 415}, kind


def test_a_cookie_opens_nothing_of_the_public_api(client: Client, victim: Tenant) -> None:
    cookie = signed_in(victim.workspace)
    for route in EVERY:
        if route.path.startswith(PUBLIC):
            answer = ask(client, route, victim.ids, Cookie=f"lamppost={cookie}")
            assert answer.status_code == 401, name(route)


# -- from another workspace ----------------------------------------------------------------------------------


def mixed(own: Ids, foreign: Ids) -> Iterator[tuple[str, Ids, set[str]]]:
    """Own ids with one kind of foreign ones among them, and with all of them foreign."""
    for thing in sorted(THINGS):
        yield thing, {**own, thing: foreign[thing]}, {thing}
    yield "everything", {**own, **{thing: foreign[thing] for thing in THINGS}}, set(THINGS)


def test_ids_of_another_workspace_are_ids_of_nothing(
    client: Client, victim: Tenant, stranger: Tenant
) -> None:
    before, tried = holdings(victim.workspace), set()
    for route in EVERY:
        known = requests.named(route) | set(requests.IN_BODIES.get((route.method, route.path), ()))
        for what, ids, foreign in mixed(stranger.ids, victim.ids):
            if not known & foreign:
                continue
            none = {**ids, **{each: MADE_UP[each] for each in foreign}}
            answer = asked(client, route, ids, stranger)
            nothing = asked(client, route, none, stranger)
            assert blank(answer, ids) == blank(nothing, none), (name(route), what)
            assert not [each for each in victim.words if each in words(answer)], (name(route), what)
            tried.add(name(route))
    assert holdings(victim.workspace) == before
    assert {name(each) for each in EVERY if requests.named(each)} <= tried


def asked(client: Client, route: Route, ids: Ids, who: Tenant) -> Any:
    """With the key, or where only browsers come in with the cookie and its token."""
    if route.scope is not None:
        return ask(client, route, ids, Authorization=who.key)
    cookie = signed_in(who.workspace)
    caller = people.by_cookie(cookie)
    assert caller is not None
    headers = {"Cookie": f"lamppost={cookie}", "X_CSRF_Token": caller.csrf, "Accept": "text/html"}
    return ask(client, route, ids, **headers)


def blank(answer: Any, ids: Ids) -> tuple[int, str]:
    """An answer without the ids that were asked for, and without what is another each time."""
    said = answer.body.decode("utf-8", "replace") if isinstance(answer.body, bytes) else str(answer.body)
    for each in sorted(ids.values(), key=len, reverse=True):
        said = said.replace(each, "…")
    return answer.status_code, re.sub(
        r'csrf"[^>]*>|"(created|at|id|key|url|postId|post|secret)": ?"[^"]*"', "", said
    )


def test_with_the_ids_of_another_workspace_no_thing_is_found(
    client: Client, victim: Tenant, stranger: Tenant
) -> None:
    wrong = []
    for route in EVERY:
        makes = (route.method, route.path) == (
            "PUT",
            "/v1/groups/{group}",
        )  # its id is the client's to choose
        if requests.named(route) and not makes:
            ids = {**stranger.ids, **{thing: victim.ids[thing] for thing in THINGS}}
            answer = asked(client, route, ids, stranger)
            missing = answer.body in (b"[]", b'{"missing": true}')
            if not (400 <= answer.status_code < 500 or missing):
                wrong.append((name(route), answer.status_code, answer.body))
    assert wrong == []


def test_what_one_owns_is_found_by_the_same_requests(client: Client, stranger: Tenant) -> None:
    """Else the tests above would prove nothing: the requests are good ones."""
    statuses = {
        name(route): asked(client, route, stranger.ids, stranger).status_code
        for route in EVERY
        if route.method == "GET" and requests.named(route)
    }
    conflicts = {"GET /v1/deliveries/{delivery}/metrics"}  # it is not out yet
    assert {each: status for each, status in statuses.items() if status not in {200, 302}} == dict.fromkeys(
        conflicts, 409
    )


def test_lists_hold_nothing_of_another_workspace(client: Client, victim: Tenant, stranger: Tenant) -> None:
    import base64

    due = {"due_pk": "w#victim", "due_sk": "2026", "pk": f"w#victim#p#{victim.ids['post']}", "sk": "post"}
    own = {**due, "due_pk": "w#stranger"}
    cursors = [base64.urlsafe_b64encode(json.dumps(each).encode()).decode() for each in (due, own)]
    afters = [victim.ids["media"], "x#y", "media#", "zzzz", "../../victim", *cursors]
    for route in EVERY:
        if route.method != "GET" or requests.named(route) or route.scope is None:
            continue
        path = requests.path(route, stranger.ids)
        for after in afters:
            where = f"{path}{'&' if '?' in path else '?'}after={after}&group={victim.ids['group']}"
            answer = call(
                client.http, "GET", f"{where}&customer={victim.ids['group']}", Authorization=stranger.key
            )
            assert answer.status_code < 500, (name(route), after)
            assert not [each for each in victim.words if each in words(answer)], (name(route), after)


def test_the_same_idempotency_key_in_two_workspaces_is_two_keys(
    client: Client, victim: Tenant, stranger: Tenant
) -> None:
    made = []
    for who in (victim, stranger):
        for route in EVERY:
            if (route.method, route.path) == ("POST", "/v1/posts"):
                body = requests.body(route, who.ids)
                answer = call(
                    client.http, "POST", "/v1/posts", body, Authorization=who.key, Idempotency_Key="same"
                )
                assert answer.status_code == 201, answer.body
                made.append(answer.json_body["id"])
    assert len(set(made)) == 2
