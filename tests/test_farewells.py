"""What Meta tells by signed requests: a person who removed the app, or wants deleted what it knows of them."""

import json
from typing import Any

import pytest
from chalice.test import Client

import app
from chalicelib import farewells, keep
from chalicelib.models import Account
from chalicelib.problems import Rejected
from chalicelib.store import accounts, grants
from infra.sandbox import Sandbox
from tests.conftest import Clock
from tests.guard.tenants import call
from tests.world import World, opened

KEYS = ("facebook", "instagram", "instagram-standalone", "threads", "slack")
META = KEYS[:4]
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def world(sandbox: Sandbox, aws: Any, at: Clock, monkeypatch: pytest.MonkeyPatch) -> World:
    return opened(sandbox, monkeypatch, *KEYS)


def stored(account: Account) -> Account:
    found = accounts.read(account.workspace, account.id)
    assert found is not None
    return found


def farewell(world: World, account: Account, **more: Any) -> bytes:
    body: bytes = world.sandbox[account.platform].farewell(account.data["person"], **more)
    return body


@pytest.mark.parametrize("key", META)
def test_a_person_who_removes_the_app_is_asked_to_connect_again(world: World, at: Clock, key: str) -> None:
    account, other = world.connect(key, at(), person=0), world.connect(key, at(), person=1)
    farewells.heard(key, {}, farewell(world, account), at())
    assert stored(account).health == "reconnect"
    trouble = stored(account).trouble
    assert trouble is not None
    assert "removed Lamppost" in trouble.sentence
    assert stored(other).health == "fine"


@pytest.mark.parametrize("key", META)
def test_what_a_login_gave_is_deleted_when_its_person_asks(world: World, at: Clock, key: str) -> None:
    account, other = world.connect(key, at(), person=0), world.connect(key, at(), person=1)
    farewells.heard(key, {}, farewell(world, account), at())
    farewells.erased(key, {}, farewell(world, account), at())
    left = stored(account)
    assert left.health == "disconnected"
    assert left.name.startswith("Deleted at ")
    assert (left.handle, left.picture, left.data, left.trouble) == ("", "", {}, None)
    assert grants.read("home", account.grant) is None
    assert stored(other) == other


def test_one_login_at_facebook_is_that_of_its_pages_and_of_instagram_in_every_workspace(
    world: World, at: Clock
) -> None:
    away = World(world.sandbox, workspace="away")
    all_of_it = [world.connect("facebook", at()), world.connect("facebook", at(), choose=1)]
    all_of_it += [world.connect("instagram", at()), away.connect("facebook", at())]
    farewells.heard("facebook", {}, farewell(world, all_of_it[0]), at())
    assert [stored(each).health for each in all_of_it] == ["reconnect"] * 4


def test_an_account_that_was_disconnected_stays_so(world: World, at: Clock) -> None:
    account = world.connect("threads", at())
    said = farewell(world, account)
    keep.disconnect(account, at())
    farewells.heard("threads", {}, said, at())
    assert stored(account).health == "disconnected"


@pytest.mark.parametrize(
    "spoilt",
    [
        b"", b"signed_request=", b"signed_request=a.b", b"signed_request=.", b"\xff\xfe", b"signed_request=%F0.%F0",
    ],
)  # fmt: skip
def test_what_meta_did_not_sign_changes_nothing(world: World, at: Clock, spoilt: bytes) -> None:
    account = world.connect("threads", at())
    good = farewell(world, account)
    for body in (spoilt, good[:-3] + b"AAA", good.replace(b"signed_request", b"signed")):
        for hear in (farewells.heard, farewells.erased):
            with pytest.raises(Rejected, match="not signed"):
                hear("threads", {}, body, at())
    assert stored(account).health == "fine"


@pytest.mark.parametrize(
    "wrong", [{"algorithm": "none"}, {"user_id": None}, {"user_id": ["1"]}, {"issued_at": 1_500_000_000}, {"issued_at": "soon"}]
)  # fmt: skip
def test_a_signed_request_that_is_old_or_names_nobody_changes_nothing(
    world: World, at: Clock, wrong: dict[str, Any]
) -> None:
    account = world.connect("threads", at())
    with pytest.raises(Rejected):
        farewells.heard("threads", {}, farewell(world, account, **wrong), at())
    assert stored(account).health == "fine"


def test_the_answer_to_a_deletion_is_a_code_and_an_address_that_tells_of_it(world: World, at: Clock) -> None:
    account = world.connect("facebook", at())
    with Client(app.app) as client:
        path = "/integration/social/facebook/deletion"
        answer = call(client.http, "POST", path, farewell(world, account), Content_Type=FORM)
        assert answer.status_code == 200, answer.body
        told = json.loads(answer.body)
        assert set(told) == {"url", "confirmation_code"}
        assert told["url"].endswith(f"{path}?code={told['confirmation_code']}")
        shown = call(client.http, "GET", f"{path}?code={told['confirmation_code']}", Accept="text/html")
        assert shown.status_code == 200
        assert b"deletion" in shown.body
        refused = call(client.http, "POST", path, b"signed_request=a.b", Content_Type=FORM)
        assert refused.status_code == 422


def test_a_platform_that_asks_for_no_deletion_is_refused(world: World, at: Clock) -> None:
    with pytest.raises(Rejected):
        farewells.erased("slack", {}, b"{}", at())
