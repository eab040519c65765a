"""The dashboard without a browser: who sees which page, what stands in it, and the reads that only pages have."""

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest
from chalice.test import Client

from chalicelib import clock, people
from chalicelib.api.scripts import joined
from chalicelib.api.views import assets, release
from chalicelib.models import Account, Entry, Intent, Receipt
from chalicelib.store import accounts, deliveries, lists, table
from infra.sandbox import Sandbox
from tests.browser import seeds
from tests.world import World, opened, signed_in

PLATFORMS = ("bluesky", "mastodon", "slack")
PAGES = ("/", "/calendar", "/compose", "/failures", "/import")


@pytest.fixture
def world(sandbox: Sandbox, aws: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    return opened(sandbox, monkeypatch, *PLATFORMS)


@pytest.fixture
def http(world: World) -> Iterator[Any]:
    import app

    with Client(app.app) as client:
        yield client.http


class Visitor:
    """A signed-in browser."""

    def __init__(self, http: Any, workspace: str = "home") -> None:
        self.http = http
        self.cookie = signed_in(workspace)
        self.csrf = people.by_cookie(self.cookie).csrf  # type: ignore[union-attr]

    def get(self, path: str) -> Any:
        return self.http.get(path, headers={"cookie": f"lamppost={self.cookie}", "accept": "text/html"})

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"cookie": f"lamppost={self.cookie}", "x-csrf-token": self.csrf}
        headers |= {"content-type": "application/json"}
        data = b"" if body is None else json.dumps(body).encode()
        return self.http.request(method, path, headers=headers, body=data)


@pytest.fixture
def visitor(http: Any) -> Visitor:
    return Visitor(http)


@pytest.fixture
def account(world: World) -> Account:
    return world.connect("mastodon", clock.now())


class Elements(HTMLParser):
    """Every element with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


# -- who sees what -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*PAGES, "/posts/nothing"])
def test_a_stranger_sees_only_the_way_in(http: Any, path: str) -> None:
    answer = http.get(path, headers={"accept": "text/html"})
    elements = Elements(answer.body.decode())
    assert [each["name"] for each in elements.named("input")] == ["to", "key"]
    assert elements.named("script") == []


@pytest.mark.parametrize(
    ("to", "expected"),
    [("/failures", "/failures"), ("/posts/abc", "/posts/abc"), ("//evil.example", "/"), ("https://evil.example", "/"),
     ("/\\evil.example", "/"), ("", "/")],
)  # fmt: skip
def test_signing_in_leads_back_to_a_page_of_our_own(http: Any, world: World, to: str, expected: str) -> None:
    key = people.first_key(clock.now())
    headers = {"content-type": "application/x-www-form-urlencoded", "accept": "text/html"}
    answer = http.post("/signin", headers=headers, body=f"key={key}&to={to}".encode())
    assert answer.headers["Location"] == f"http://localhost:8000/api{expected}"


def test_another_workspaces_post_is_not_there(http: Any, world: World, account: Account) -> None:
    (part,) = seeds.post(world, [account], "Mine alone")
    answer = Visitor(http, "other").get(f"/posts/{part.post}")
    assert answer.status_code == 404
    assert b"Mine alone" not in answer.body
    assert b"Mine alone" not in Visitor(http, "other").get("/").body


@pytest.mark.parametrize("path", PAGES)
def test_a_page_runs_only_scripts_of_our_own(visitor: Visitor, path: str) -> None:
    answer = visitor.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    elements = Elements(answer.body.decode())
    assert all(
        str(each["src"]).startswith("http://localhost:8000/api/static/") for each in elements.named("script")
    )
    assert not [
        name
        for _, attributes in elements.found
        for name in attributes
        if name.startswith("on") or name == "style"
    ]


def test_only_the_composer_may_reach_the_bucket(visitor: Visitor) -> None:
    policies = {path: visitor.get(path).headers["Content-Security-Policy"] for path in PAGES}
    assert [path for path, policy in policies.items() if "connect-src" in policy] == ["/compose"]
    assert re.search(r"connect-src 'self' https://s3[.\w-]*\.amazonaws\.com", policies["/compose"])


# -- what stands in it ---------------------------------------------------------------------------------------


def test_the_queue_shows_last_and_next_of_every_account(
    visitor: Visitor, world: World, account: Account
) -> None:
    (soon,) = seeds.post(world, [account], "Soon", hours=3)
    seeds.post(world, [account], "Later", hours=9)
    for hours in (-9, -3):
        seeds.settle(seeds.post(world, [account], f"{hours}", hours=hours)[0], "published")
    read = tuple(part for _, parts in lists.before("home", "3")[0] for part in parts)
    for known in (lists.Known(), lists.Known(parts=read, all_ahead=True, all_behind=True)):
        shelf = lists.shelves("home", [account.id], known)[account.id]
        assert shelf.next is not None
        assert shelf.next.id == soon.id
        assert shelf.last is not None
        assert shelf.last.entries[0].text == "-3"
    html = visitor.get("/").body.decode()
    assert html.index("Soon") < html.index("Later") < html.index(">-3<") < html.index(">-9<")


def test_the_queue_costs_two_queries_an_account_and_the_older_pages_none(
    visitor: Visitor, world: World, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds.post(world, [account, world.connect("bluesky", clock.now())], "Soon", hours=3)
    asked: list[str | None] = []
    query = table.query

    def counted(*given: Any, **more: Any) -> Any:
        asked.append(more.get("index"))
        return query(*given, **more)

    monkeypatch.setattr(table, "query", counted)
    assert visitor.get("/").body.count(b"Nothing scheduled") == 0
    assert asked.count("by_account") == 1 + 2 * 2  # what waits for a review, and two for each account
    asked.clear()
    visitor.get("/?before=2020-01-01T00:00:00.000Z")
    assert asked.count("by_account") == 1


def test_an_account_whose_access_ends_soon_is_warned_of(visitor: Visitor, account: Account) -> None:
    accounts.mark(account, expires=clock.now() + timedelta(days=5, hours=1))
    assert b"Its access ends in 5 days." in visitor.get("/").body


def test_drafts_stand_apart_from_what_comes_and_what_is_past(
    visitor: Visitor, world: World, account: Account
) -> None:
    seeds.post(world, [account], "Half a thought", hours=0, draft=True)
    html = visitor.get("/").body.decode()
    assert html.count("Half a thought") == 1
    assert html.index('id="drafts"') < html.index("Half a thought") < html.index('id="coming"')


def test_the_deeds_on_offer_are_those_that_the_state_allows(
    visitor: Visitor, world: World, account: Account
) -> None:
    offered = {}
    for state in ("scheduled", "failed", "held", "unsure", "published", "cancelled"):
        (part,) = seeds.post(world, [account], state, hours=1)
        if state != "scheduled":
            part = seeds.settle(part, state)
        html = visitor.get(f"/posts/{part.post}").body.decode()
        calls = (each.get("data-call") for _, each in Elements(html).found)
        offered[state] = {call.rpartition("/")[2] for call in calls if call and part.id in call}
    assert offered == {
        "scheduled": {"cancel"},
        "failed": {"retry", "cancel"},
        "held": {"retry", "cancel"},
        "unsure": {"resolve"},
        "published": set(),
        "cancelled": set(),
    }


def test_what_is_on_hold_and_may_be_out_asks_a_person_who_looked(
    visitor: Visitor, world: World, account: Account
) -> None:
    (part,) = seeds.post(world, [account], "Lit")
    deliveries.alter(part, state="held", intent=Intent(entry=0, at=clock.now()))
    html = visitor.get(f"/posts/{part.post}").body.decode()
    assert f"/v1/deliveries/{part.id}/resolve" in html
    assert f"/v1/deliveries/{part.id}/cancel" not in html


def test_an_entry_that_is_out_bars_editing_but_not_retrying(
    visitor: Visitor, world: World, account: Account
) -> None:
    (part,) = seeds.post(world, [account], "", entries=(Entry(text="One"), Entry(text="Two")))
    receipt = Receipt(id="1", url="https://mastodon.example/1", at=clock.now())
    deliveries.alter(part, state="failed", receipts=(receipt,))
    html = visitor.get(f"/posts/{part.post}").body.decode()
    assert "/retry" in html
    assert "compose?delivery" not in html
    assert "1 of 2 entries are not out yet." in html


def test_a_form_in_place_of_a_consent_page_carries_the_csrf_token(visitor: Visitor) -> None:
    form = Elements(visitor.get("/integration/social/bluesky").body.decode())
    assert [each["value"] for each in form.named("input") if each["name"] == "csrf"] == [visitor.csrf]


# -- pages of the past ---------------------------------------------------------------------------------------


def test_the_past_is_listed_page_by_page_and_no_post_is_lost_or_cut(world: World, account: Account) -> None:
    other = world.connect("bluesky", clock.now())
    due = [(-1, "a"), (-1, "b"), (-2, "c"), (-3, "d"), (-3, "e"), (-4, "f")]
    for hours, text in due:
        seeds.post(world, [account, other], text, hours=hours)
    seen, mark = [], clock.iso(clock.now())
    for _ in range(9):
        listed, after = lists.before("home", mark, limit=5)
        seen += [(post.entries[0].text, len(parts)) for post, parts in listed]
        if after is None:
            break
        mark = after
    assert sorted(seen) == [(text, 2) for _, text in due]
    assert [text for text, _ in seen][-1] == "f"


def test_older_posts_are_a_link_away(
    visitor: Visitor, world: World, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = lists.before
    monkeypatch.setattr(lists, "before", lambda ws, mark: whole(ws, mark, limit=2))
    for hours in (-1, -2):
        seeds.settle(seeds.post(world, [account], f"{hours} h", hours=hours)[0], "published")
    html = visitor.get("/").body.decode()
    (older,) = [href for each in Elements(html).named("a") if "before=" in (href := str(each.get("href")))]
    split = urlsplit(older)
    page = visitor.get(f"{split.path.removeprefix('/api')}?{split.query}").body.decode()
    assert "-1 h" in html
    assert "-2 h" in page
    assert "-1 h" not in page


# -- static files --------------------------------------------------------------------------------------------


def test_static_files_may_be_kept_for_ever_under_their_releases_name(http: Any) -> None:
    kept = http.get(f"/static/{release()}/page.js")
    assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert kept.headers["Content-Type"] == "text/javascript; charset=utf-8"
    other = http.get("/static/0123456789ab/page.js")
    assert (other.status_code, other.headers["Cache-Control"]) == (200, "no-cache")
    assert http.get(f"/static/{release()}/nothing.js").status_code == 404
    assert http.get(f"/static/{release()}/..%2Ftemplates%2Fbase.html").status_code == 404


def test_a_page_asks_for_one_script_that_holds_every_module_it_needs_once(visitor: Visitor) -> None:
    for path in PAGES:
        (script,) = Elements(visitor.get(path).body.decode()).named("script")
        text = assets()[str(script["src"]).rpartition("/")[2]]
        assert not re.search(r"^(import|export)\b", text, re.MULTILINE)
        made = re.findall(r"^const \$(\w+) = \(\(\) => \{$", text, re.MULTILINE)
        assert len(made) == len(set(made))
        assert text.index("const $dom =") < text.index("const $page =")
        for wanted in re.findall(r"^const .+ = \$(\w+);$", text, re.MULTILINE):
            assert wanted in made


def test_modules_are_joined_in_the_order_in_which_they_need_each_other() -> None:
    modules = {
        "a": 'import { b as c } from "./b.js";\nimport * as d from "./d.js";\nexport const a = c + d.d();\n',
        "b": 'import { d } from "./d.js";\nexport class b {}\n',
        "d": "export async function d() {}\nconst own = 1;\n",
    }
    text = joined(["a"], modules)
    assert [text.index(f"const ${name} =") for name in "dba"] == sorted(
        text.index(f"const ${name} =") for name in "dba"
    )
    assert "const { b: c } = $b;" in text
    assert "const d = $d;" in text
    assert "return { d };" in text


# -- reads for pages -----------------------------------------------------------------------------------------


def test_deliveries_are_listed_by_state(visitor: Visitor, world: World, account: Account) -> None:
    for state in ("failed", "unsure", "published"):
        seeds.settle(seeds.post(world, [account], state, hours=-1)[0], state)
    listed = visitor.ask("GET", "/v1/deliveries?state=failed,unsure,held").json_body["deliveries"]
    assert {each["state"] for each in listed} == {"failed", "unsure"}
    assert visitor.ask("GET", "/v1/deliveries?state=lost").status_code == 422
    foreign = Visitor(visitor.http, "other").ask("GET", "/v1/deliveries?state=failed").json_body
    assert foreign == {"deliveries": [], "next": None}


def test_a_check_counts_each_entry_as_its_platform_does(
    visitor: Visitor, world: World, account: Account
) -> None:
    other = world.connect("bluesky", clock.now())
    body = {
        "when": "draft",
        "entries": [{"text": "https://example.com/" + "a" * 80}, {"text": "👨‍👩‍👧"}],
        "accounts": [{"account": account.id}, {"account": other.id, "entries": [{"text": "own"}]}],
    }
    counts = visitor.ask("POST", "/v1/posts/check", body).json_body["counts"]
    assert [(each["account"], each["entry"], each["used"], each["most"]) for each in counts] == [
        (account.id, 0, 23, 500),
        (account.id, 1, 1, 500),
        (other.id, 0, 3, 300),
    ]


def test_a_check_tells_the_moment_and_what_is_odd_about_it(visitor: Visitor, account: Account) -> None:
    body = {"when": "2027-03-28T02:30:00", "zone": "Europe/Berlin", "entries": [{"text": "x"}]}
    told = visitor.ask("POST", "/v1/posts/check", {**body, "accounts": [{"account": account.id}]}).json_body
    assert clock.parse(told["due"]) == datetime.fromisoformat("2027-03-28T01:30:00+00:00")
    assert "does not exist" in told["said"]


def test_a_tool_is_asked_of_the_platform_in_the_accounts_name(visitor: Visitor, world: World) -> None:
    slack = world.connect("slack", clock.now())
    found = visitor.ask("POST", f"/v1/accounts/{slack.id}/tools/channels", {}).json_body["results"]
    assert found
    assert {"id", "name"} <= set(found[0])


@pytest.mark.parametrize(
    ("tool", "parameters", "code"),
    [("publish", {}, "unknown-tool"), ("channels", {"colour": "red"}, "unknown-parameter")],
)
def test_what_is_no_tool_is_not_called(
    visitor: Visitor, world: World, tool: str, parameters: dict[str, str], code: str
) -> None:
    slack = world.connect("slack", clock.now())
    answer = visitor.ask("POST", f"/v1/accounts/{slack.id}/tools/{tool}", {"parameters": parameters})
    assert json.loads(answer.body)["code"] == code
    stranger = Visitor(visitor.http, "other").ask("POST", f"/v1/accounts/{slack.id}/tools/channels", {})
    assert stranger.status_code == 404
