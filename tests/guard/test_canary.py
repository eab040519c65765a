"""The canaries sing: each way that a secret could get out is noticed, by trying it."""

import logging
from typing import Any

import pytest
from chalice.test import Client

from chalicelib import clock, notify, people, renew, vault
from chalicelib.api import accounts as accounts_api
from chalicelib.store import accounts, hooks
from tests.canary import Aviary
from tests.guard.tenants import Tenant, call
from tests.world import signed_in

pytestmark = pytest.mark.sings
log = logging.getLogger("lamppost")


@pytest.fixture
def token(victim: Tenant) -> str:
    account = accounts.read(victim.workspace, victim.ids["account"])
    assert account is not None
    return renew.session_for(account, clock.now()).token.access


def test_nothing_was_told_by_all_that_makes_a_workspace(canaries: Aviary, token: str) -> None:
    known = " ".join(canaries.secrets.values())
    for what in ("an API key", "a token's access", "what was sealed for a hook", "the operator's"):
        assert what in known
    assert {where.partition(" ")[0] for where, _ in canaries.said} >= {"the", "an"}
    assert canaries.found() == []


def test_a_token_is_noticed_in_a_message_in_extras_in_tracebacks_and_in_events(
    canaries: Aviary, token: str
) -> None:
    def stumble() -> None:
        try:
            raise ValueError(f"bad header Bearer {token}")
        except ValueError:
            log.exception("a provider stumbled")

    ways: list[Any] = [
        lambda: log.info("sent with %s", token),
        lambda: log.info("sent", extra={"headers": {"authorization": f"Bearer {token}"}}),
        stumble,
        lambda: notify.tell("post.failed", "victim", {"words": f"invalid token {token}"}),
    ]
    for way in ways:
        canaries.said.clear()
        way()
        assert canaries.found(), way


def test_a_secret_in_an_answer_is_noticed(
    canaries: Aviary, client: Client, victim: Tenant, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = accounts_api.shown
    monkeypatch.setattr(accounts_api, "shown", lambda account: {**shown(account), "name": token})
    canaries.said.clear()
    call(client.http, "GET", f"/v1/accounts/{victim.ids['account']}", Authorization=victim.key)
    assert canaries.found()


def test_the_operator_s_secrets_keys_links_and_sessions_are_secrets_too(
    canaries: Aviary, victim: Tenant
) -> None:
    link = people.sign_in_link(clock.now(), "victim")
    hook = hooks.read("victim", victim.ids["webhook"])
    assert hook is not None
    signing = vault.unseal_text(hook.secret, purpose=f"hook {hook.id}")
    for secret in (
        vault.secrets()["SESSION_KEY"],
        vault.secrets()["DISCORD_CLIENT_SECRET"],
        victim.key,
        link.partition("once=")[2],
        signed_in("victim"),
        signing,
    ):
        canaries.said.clear()
        log.warning("someone asked with %s", secret)
        assert canaries.found(), secret[:6]
