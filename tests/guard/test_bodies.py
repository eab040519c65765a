"""Bad input from clients: whatever they send, in body, query, path, headers or cookies, is refused with a sentence and a
4xx, or taken; it is never a 500, and never half of an answer.
"""

import base64
import json
import os
import random
from typing import Any
from urllib.parse import quote

from chalice.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from chalicelib import rates
from chalicelib.api.http import Route
from tests.guard import requests
from tests.guard.requests import EVERY, PUBLIC, WORDS, Ids
from tests.guard.tenants import Tenant, call
from tests.guard.test_strangers import name
from tests.world import signed_in

EXAMPLES = int(os.environ.get("HYPOTHESIS_EXAMPLES", "12"))
QUICK = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
WITH_BODY = [each for each in EVERY if each.body is not None]

#: Bodies that are no JSON, or JSON as nobody writes it.
RAW = (
    b"", b"\xff\xfe{", b"{", b"nul", b"[" * 100_000, b'{"a":' * 50_000, b'"\\ud800"', b'{"\\udfff": 1}', b"\0",
    b'{"when": "\\u0000"}', b"1" * 5000, b"-0", b"1e999", b"NaN", b'{"a": Infinity}', b'{"a": 1, "a": 2}',
    b"\xef\xbb\xbf{}", "{}".encode("utf-16"), b"[]", b"null", b"true", b'"x"', b"{}" * 3, b" " * 1_000_001,
)  # fmt: skip
#: Texts that go wrong somewhere.
TEXTS = (
    "", "\0", "a\0b", "\r\nX: y", "é" * 1100, "x" * 5000, "w#victim", "../..", "%00", "%2e%2e%2f", "'\"<script>", "𝕏" * 40,
    "\u202e", "9" * 400, "-1", "1e309", "null", "{}", "[]", "a.b.c", ".", "..", "#", "key#", "None",
)  # fmt: skip
VALUES = some.recursive(
    some.sampled_from([None, True, 0, -1, 2**63, 10**30, 1.5, 1e300, *TEXTS]),
    lambda inner: (
        some.lists(inner, max_size=3) | some.dictionaries(some.sampled_from(TEXTS), inner, max_size=3)
    ),
    max_leaves=6,
)


def some_of(texts: list[str] | tuple[str, ...], route: Route) -> list[str]:
    """A few for one route; the same ones each time, and all of them over all routes."""
    return random.Random(name(route)).sample(list(texts), min(len(texts), max(EXAMPLES // 2, 6)))


def told(answer: Any, what: Any) -> None:
    """A 4xx with a sentence, or a success; never a stumble."""
    assert answer.status_code < 500 or answer.status_code in {501, 503}, (
        what,
        answer.status_code,
        answer.body,
    )
    answer.body.decode()
    if answer.status_code >= 400 and answer.body[:1] == b"{":
        said = json.loads(answer.body)
        assert any(said.get(each) for each in ("detail", "msg", "message", "Message", "jsonrpc")), said


def places(found: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(found, dict):
        return [here, *(each for name, value in found.items() for each in places(value, (*here, name)))]
    if isinstance(found, list):
        return [here, *(each for index, value in enumerate(found) for each in places(value, (*here, index)))]
    return [here]


def put(body: Any, place: tuple[Any, ...], value: Any) -> Any:
    if not place:
        return value
    made = json.loads(json.dumps(body))
    holder = made
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = value
    return made


def ask(client: Client, route: Route, ids: Ids, body: Any, key: str, **headers: str) -> Any:
    rates._paid.clear()
    return call(client.http, route.method, requests.path(route, ids), body, Authorization=key, **headers)


def test_a_body_that_is_no_json_is_refused_by_every_route_that_takes_one(
    client: Client, stranger: Tenant
) -> None:
    for route in WITH_BODY:
        for raw in RAW:
            answer = ask(client, route, stranger.ids, raw, stranger.key)
            told(answer, (name(route), raw[:20]))


def test_whatever_stands_at_any_place_of_a_body_is_refused_or_taken(client: Client, stranger: Tenant) -> None:
    for route in WITH_BODY:
        good = requests.body(route, stranger.ids)

        @given(some.sampled_from(places(good)), VALUES)
        @QUICK
        def holds(place: tuple[Any, ...], value: Any) -> None:
            body = json.dumps(put(good, place, value)).encode()  # noqa: B023  # called within the round
            answer = ask(client, route, stranger.ids, body, stranger.key)  # noqa: B023
            told(answer, (name(route), place, value))  # noqa: B023

        holds()


def test_whatever_stands_in_a_path_is_found_or_not(client: Client, stranger: Tenant) -> None:
    for route in EVERY:
        if not requests.parameters(route):
            continue
        for text in some_of(TEXTS, route):
            ids = {each: quote(text, safe="") or "%20" for each in (*stranger.ids, *WORDS)}
            path = requests.path(route, ids)
            for each in WORDS.values():
                path = (
                    path.replace(f"/{each}", f"/{quote(text, safe='') or '%20'}")
                    if "file" not in each
                    else path
                )
            rates._paid.clear()
            body = requests.body(route, stranger.ids)
            told(call(client.http, route.method, path, body, Authorization=stranger.key), (name(route), text))


QUERY = ("after", "before", "from", "to", "state", "startDate", "endDate", "date", "page", "group", "customer", "limit",
         "count", "once", "server", "connected", "to", "code", "error", "oauth_token", "denied")  # fmt: skip


def test_whatever_stands_in_a_query_is_refused_or_taken(client: Client, stranger: Tenant) -> None:
    texts = [*TEXTS, "2026-01-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-13-01",
             base64.urlsafe_b64encode(b'{"due_pk": "w#stranger"}').decode(), "=" * 9, "é"]  # fmt: skip
    for route in EVERY:
        if route.method != "GET":
            continue
        path = requests.path(route, stranger.ids).partition("?")[0]
        for text in some_of(texts, route):
            query = "&".join(f"{each}={quote(text)}" for each in QUERY)
            rates._paid.clear()
            answer = call(client.http, "GET", f"{path}?{query}", Authorization=stranger.key, Accept="*/*")
            told(answer, (name(route), text))


def test_whatever_stands_in_a_header_or_a_cookie_is_refused_or_taken(
    client: Client, stranger: Tenant
) -> None:
    good = signed_in("stranger")
    texts = [
        *(each for each in TEXTS if each.isprintable()),
        good[:-1],
        good + "x",
        good.swapcase(),
        good.split(".")[0],
    ]
    texts += [
        "=",
        ";;;",
        "lamppost",
        "lamppost==",
        "a=b; lamppost",
        "application/x-www-form-urlencoded; charset=nonsense",
    ]
    for route in EVERY:
        for text in some_of(texts, route):
            headers = {
                "Cookie": f"lamppost={text}; lamppost_browser={text}; {text}",
                **dict.fromkeys(HEADERS, text),
            }
            for key in (stranger.key, text):
                body = requests.body(route, stranger.ids)
                answer = ask(client, route, {**stranger.ids, "post": "none"}, body, key, **headers)
                told(answer, (name(route), text))


HEADERS = ("X_CSRF_Token", "Idempotency_Key", "If_Match", "If_None_Match", "Accept", "Origin", "Mcp_Protocol_Version",
           "X_Forwarded_Host")  # fmt: skip

FORMS = (b"", b"%", b"%ff=%ff", b"csrf", b"a=b&a=c", b"key=%00", b"state=%00&server=%5B", b"id=" + b"x" * 5000, b"=" * 3000,
         b"choice=" + b"%F0%9F" * 9, b"to=//evil.example", b"state=" + b"s" * 3000, b"\xff\xfe\x00")  # fmt: skip


def test_whatever_a_form_holds_is_refused_or_taken(client: Client, stranger: Tenant) -> None:
    kind = "application/x-www-form-urlencoded"
    for route in EVERY:
        if route.method != "POST" or route.scope is not None or route.path == "/mcp":
            continue
        for raw in FORMS:
            headers = {"Content_Type": kind, "Cookie": "lamppost_browser=b", "Accept": "text/html"}
            told(
                call(client.http, "POST", requests.path(route, stranger.ids), raw, **headers),
                (name(route), raw),
            )


def test_whatever_an_upload_holds_is_refused_or_taken(client: Client, stranger: Tenant) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\n\r\n%s\r\n--x--\r\n'
    raws = [b"", b"--x", b"--x--", b"--x\r\n\r\n\r\n--x--", part % (b"\xff\xfe", b"a"), part % (b"../../a.png", b"%PDF-"),
            part % (b"a" * 5000, b"GIF89a"), part % (b"a.png", b"\x89PNG\r\n\x1a\n"), part.replace(b"file", b"") % (b"", b"")]  # fmt: skip
    kinds = ("multipart/form-data; boundary=x", "multipart/form-data", "multipart/form-data; boundary=",
             "multipart/form-data; boundary=\xe9", "multipart/form-data; boundary=" + "x" * 500)  # fmt: skip
    for raw in raws:
        for kind in kinds:
            answer = call(
                client.http, "POST", f"{PUBLIC}upload", raw, Authorization=stranger.key, Content_Type=kind
            )
            told(answer, (raw, kind))


def test_whatever_an_assistant_says_is_refused_or_taken(client: Client, stranger: Tenant) -> None:
    good = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "platform_rules", "arguments": {"account": stranger.ids["account"]}},
    }

    @given(some.sampled_from(places(good)), VALUES)
    @QUICK
    def holds(place: tuple[Any, ...], value: Any) -> None:
        body = json.dumps(put(good, place, value)).encode()
        told(call(client.http, "POST", "/mcp", body, Authorization=stranger.key), (place, value))

    holds()
    for text in ('"\\ud800"', "NaN", "1e999", '{"\\udc00": []}', '["\\ud800"]'):
        for place in (
            '"id": {}',
            '"id": 1, "method": {}',
            '"id": 1, "method": "tools/call", "params": {{"name": {}}}',
        ):
            raw = ('{"jsonrpc": "2.0", ' + place.format(text) + "}").encode()
            told(call(client.http, "POST", "/mcp", raw, Authorization=stranger.key), raw)
    for raw in RAW:
        told(call(client.http, "POST", "/mcp", raw, Authorization=stranger.key), raw[:20])
