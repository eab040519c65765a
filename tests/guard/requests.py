"""A good request for every route there is: its path parameters and its body, with ids of one's own or of another.

A route whose parameter or body is not known here has not been thought about, and fails the tests.
"""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import app
from chalicelib import clock
from chalicelib.api.http import ROUTES, Route

Ids = Mapping[str, str]

#: Routes as the app serves them.
EVERY = tuple(each for each in ROUTES if app.app.routes[each.path])
PUBLIC = "/public/v1/"

#: What a path parameter is an id of, where its name is not that of the thing; by path first.
MEANINGS: dict[tuple[str, str], str] = {
    ("/public/v1/posts/group/{group}", "group"): "post",
    ("/public/v1/social/{integration}", "integration"): "platform",
    **{(path, "post"): "delivery" for path in {each.path for each in ROUTES if each.path.startswith(PUBLIC)}},
}
NAMES = {"integration": "account"}
#: Parameters that are no ids of a workspace's things.
WORDS = {"platform": "mastodon", "tool": "channels", "version": "1", "name": "file.png"}
THINGS = {
    "account", "post", "delivery", "webhook", "sending", "media", "group", "key", "person", "series", "signature", "tag"
}  # fmt: skip


def meaning(path: str, parameter: str) -> str:
    """What a path parameter names; one that nobody has thought about is an error."""
    found = MEANINGS.get((path, parameter), NAMES.get(parameter, parameter))
    assert found in {*THINGS, *WORDS, "workspace"}, f"“{parameter}” of {path} is not known to tests/guard"
    return found


def parameters(route: Route) -> list[str]:
    return re.findall(r"{(\w+)}", route.path)


def named(route: Route) -> set[str]:
    """The kinds of things that a route names by id in its path."""
    return {meaning(route.path, each) for each in parameters(route)} & THINGS


def path(route: Route, ids: Ids) -> str:
    """The path with these ids."""
    known = {each: {**WORDS, **ids}[meaning(route.path, each)] for each in parameters(route)}
    return re.sub(r"{(\w+)}", lambda found: known[found[1]], route.path) + QUERIES.get(route.path, "")


#: What a route must be asked with besides.
QUERIES = {
    "/v1/posts": "?from=2020-01-01T00:00:00Z&to=2040-01-01T00:00:00Z",
    "/v1/deliveries": "?state=scheduled,failed,draft",
    "/public/v1/posts": "?startDate=2020-01-01&endDate=2040-01-01",
}


def post(ids: Ids) -> dict[str, Any]:
    return {
        "when": clock.iso(clock.now() + timedelta(hours=3)),
        "entries": [{"text": "A", "media": [{"id": ids["media"]}]}],
        "accounts": [{"account": ids["account"]}],
        "signature": ids["signature"],
    }


def _public_post(ids: Ids) -> dict[str, Any]:
    image = {"id": ids["media"], "path": ""}
    value = {"content": "A", "image": [image], "id": ids["delivery"]}
    return {
        "type": "schedule",
        "date": clock.iso(clock.now() + timedelta(hours=3)),
        "shortLink": False,
        "tags": [],
        "posts": [{"integration": {"id": ids["account"]}, "value": [value]}],
    }


#: A body that passes, by method and path.
BODIES: dict[tuple[str, str], Callable[[Ids], Any]] = {
    ("POST", "/v1/posts"): post,
    ("POST", "/v1/posts/check"): post,
    ("PUT", "/v1/posts/{post}"): post,
    ("PATCH", "/v1/posts/{post}"): lambda ids: {"when": clock.iso(clock.now() + timedelta(hours=5))},
    ("POST", "/v1/deliveries/{delivery}/resolve"): lambda ids: {"outcome": "out"},
    ("PUT", "/v1/groups/{group}"): lambda ids: {"name": "Mine", "accounts": [ids["account"]]},
    ("POST", "/v1/webhooks"): lambda ids: {"url": "https://example.com/"},
    ("PATCH", "/v1/webhooks/{webhook}"): lambda ids: {"name": "Another"},
    ("PATCH", "/v1/series/{series}"): lambda ids: {
        "accounts": [{"account": ids["account"]}],
        "signature": ids["signature"],
        "entries": [{"text": "B", "media": [{"id": ids["media"]}]}],
    },
    ("POST", "/v1/signatures"): lambda ids: {"name": "Mine", "text": "Yours, A."},
    ("PATCH", "/v1/signatures/{signature}"): lambda ids: {"text": "Yours, B."},
    ("POST", "/v1/tags"): lambda ids: {"name": "Mine", "colour": "#aabbcc"},
    ("PATCH", "/v1/tags/{tag}"): lambda ids: {"colour": "#ccbbaa"},
    ("POST", "/v1/import"): lambda ids: {"csv": f"when,text,accounts\ndraft,C,{ids['account']}\n"},
    ("POST", "/v1/keys"): lambda ids: {"name": "Mine", "scopes": ["read"]},
    ("POST", "/v1/people"): lambda ids: {"name": "Somebody", "role": "editor"},
    ("PATCH", "/v1/people/{person}"): lambda ids: {"role": "reviewer"},
    ("POST", "/v1/workspaces"): lambda ids: {"name": "Another"},
    ("PATCH", "/v1/workspaces/{workspace}"): lambda ids: {"name": "Another"},
    ("POST", "/v1/posts/{post}/review"): lambda ids: {"decision": "approve"},
    ("POST", "/v1/media"): lambda ids: {"name": "a.png", "mime": "image/png", "size": 9},
    ("POST", "/v1/media/from-url"): lambda ids: {"url": "https://127.0.0.1/"},
    ("POST", "/v1/accounts/{account}/tools/{tool}"): lambda ids: {"parameters": {}},
    ("PUT", "/v1/accounts/{account}/slots"): lambda ids: {"zone": "UTC", "slots": []},
    ("POST", "/public/v1/posts"): _public_post,
    ("PUT", "/public/v1/posts/{post}/status"): lambda ids: {"status": "draft"},
    ("PUT", "/public/v1/posts/{post}/settings"): lambda ids: {
        "settings": {"thumbnail": {"id": ids["media"], "path": ""}}
    },
    ("PUT", "/public/v1/posts/{post}/release-id"): lambda ids: {"releaseId": "1"},
    ("POST", "/public/v1/upload-from-url"): lambda ids: {"url": "https://127.0.0.1/"},
    ("POST", "/public/v1/integration-trigger/{integration}"): lambda ids: {"methodName": "channels"},
}
#: The kinds of things that a body names by id.
IN_BODIES: dict[tuple[str, str], tuple[str, ...]] = {
    ("POST", "/v1/posts"): ("account", "media", "signature"),
    ("PUT", "/v1/posts/{post}"): ("account", "media", "signature"),
    ("POST", "/v1/posts/check"): ("account", "media", "signature"),
    ("PATCH", "/v1/series/{series}"): ("account", "media", "signature"),
    ("POST", "/v1/import"): ("account",),
    ("PUT", "/v1/groups/{group}"): ("account",),
    ("POST", "/public/v1/posts"): ("account", "media", "delivery"),
    ("PUT", "/public/v1/posts/{post}/settings"): ("media",),
}


def body(route: Route, ids: Ids) -> Any:
    """A body that passes; a route whose body is not known here is an error."""
    if route.body is None:
        return None
    made = BODIES.get((route.method, route.path))
    assert made is not None, f"the body of {route.method} {route.path} is not known to tests/guard"
    return made(ids)
