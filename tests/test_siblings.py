"""One person's accounts at LinkedIn sign with the newest token, as far as its rights and the app go."""

from typing import Any

import pytest

from chalicelib import keep, renew, siblings
from chalicelib.models import Account
from chalicelib.problems import Reconnect
from chalicelib.store import accounts, grants
from infra.sandbox import Sandbox
from tests.aws import secret
from tests.conftest import Clock, forget
from tests.world import World

PROFILE, PAGE = "linkedin", "linkedin-page"


@pytest.fixture
def world(sandbox: Sandbox, aws: Any, at: Clock, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("SANDBOX", sandbox.public)
    monkeypatch.setenv("SANDBOX_PLATFORMS", f"{PROFILE},{PAGE}")
    monkeypatch.setenv("PLATFORMS", f"{PROFILE},{PAGE}")
    forget()
    sandbox[PROFILE].reset()
    world = World(sandbox)
    world.secrets(PROFILE)
    secret("LINKEDIN_SCOPES", "openid profile w_member_social")
    return world


def stored(account: Account) -> Account:
    found = accounts.read(account.workspace, account.id)
    assert found is not None
    return found


def needy(account: Account, at: Clock) -> None:
    renew.need(account, Reconnect("The access has ended."), at())
    assert stored(account).health == "reconnect"


def test_a_page_that_is_connected_brings_the_profile_its_token(world: World, at: Clock) -> None:
    profile = world.connect(PROFILE, at())
    needy(profile, at)
    page = world.connect(PAGE, at())
    assert stored(profile).grant == page.grant
    assert stored(profile).health == "fine"
    assert stored(profile).trouble is None
    assert grants.read("home", profile.grant) is None
    assert renew.session_for(stored(profile), at()).token == renew.session_for(page, at()).token
    assert {each.id for each in siblings.served((page,))} == {profile.id, page.id}


def test_pages_of_one_member_are_mended_by_whichever_is_connected_again(world: World, at: Clock) -> None:
    first, second = world.connect(PAGE, at(), choose=0), world.connect(PAGE, at(), choose=1)
    assert stored(first).grant == second.grant
    needy(stored(first), at)
    again = world.connect(PAGE, at(), choose=1)
    assert stored(first).health == "fine"
    assert stored(first).grant == again.grant


def test_a_token_with_fewer_rights_leaves_the_page_its_own(world: World, at: Clock) -> None:
    page = world.connect(PAGE, at())
    profile = world.connect(PROFILE, at())
    assert stored(page).grant == page.grant != profile.grant


def test_another_member_s_accounts_keep_their_token(world: World, at: Clock) -> None:
    other = world.connect(PROFILE, at(), person=1)
    world.connect(PAGE, at())
    assert stored(other).grant == other.grant


def test_an_app_of_its_own_shares_nothing_with_the_profiles(world: World, at: Clock) -> None:
    profile = world.connect(PROFILE, at())
    world.secrets(PAGE)
    secret("LINKEDIN_SCOPES", "openid profile w_member_social")
    forget()
    assert world.connect(PAGE, at()).grant != stored(profile).grant == profile.grant


def test_another_workspace_keeps_its_own_token(world: World, at: Clock) -> None:
    profile = world.connect(PROFILE, at())
    World(world.sandbox, workspace="away").connect(PAGE, at())
    assert stored(profile).grant == profile.grant


def test_an_account_that_was_let_go_is_not_brought_back(world: World, at: Clock) -> None:
    profile = world.connect(PROFILE, at())
    keep.disconnect(profile, at())
    world.connect(PAGE, at())
    assert stored(profile).health == "disconnected"
