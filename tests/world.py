"""A workspace with accounts at stand-ins, connected as a person does, for tests of the verbs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from chalicelib import clock, compose, connect, people
from chalicelib.compose import Draft, Target
from chalicelib.models import Account, Delivery, Entry, Post
from chalicelib.store import people as workspaces
from chalicelib.store.members import Role
from infra.sandbox import Sandbox
from tests.aws import secret
from tests.conftest import forget
from tests.contract.cases import case
from tests.contract.harness import Bench

BROWSER = "a browser of this test"


@dataclass
class World:
    """One workspace."""

    sandbox: Sandbox
    workspace: str = "home"

    def secrets(self, *keys: str) -> None:
        """The operator's secrets for these platforms, as the stand-ins know them."""
        for key in keys:
            for name, value in Bench(key, case(key), self.sandbox).app.items():
                if value:
                    secret(name, value)

    def connect(self, key: str, now: datetime, person: int = 0, choose: int = 0) -> Account:
        """Begin, consent, callback, and the second step."""
        bench = Bench(key, case(key), self.sandbox)
        begun = connect.begin(self.workspace, key, bench.case.given, BROWSER, now)
        if begun.url:
            finished = connect.finish(key, bench.press(begun.url, person), BROWSER, now)
        else:
            finished = connect.submit(key, bench.case.given, begun.state, BROWSER, now)
        if finished.choices:
            ids = [finished.choices[choose].profile.id]
            return connect.choose(key, finished.choice, ids, BROWSER, now)[0]
        return finished.accounts[0]

    def post(
        self, accounts: Sequence[Account], due: datetime, now: datetime, *texts: str, **more: Any
    ) -> tuple[Post, list[Delivery]]:
        """A scheduled post of one or more entries."""
        entries = tuple(Entry(text=text) for text in texts or ("The lamps are lit",))
        targets = tuple(Target(account=account.id, **more) for account in accounts)
        return compose.save(self.workspace, Draft(entries=entries, targets=targets, due=due), now)


def opened(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, *keys: str) -> World:
    """A world of these platforms alone: the sandbox's, as new, with the operator's secrets."""
    monkeypatch.setenv("SANDBOX", sandbox.public)
    for name in ("SANDBOX_PLATFORMS", "PLATFORMS"):
        monkeypatch.setenv(name, ",".join(keys))
    forget()
    for key in keys:
        sandbox[key].reset()
    made = World(sandbox)
    made.secrets(*keys)
    return made


def signed_in(workspace: str = "home", role: Role = "owner", name: str = "Ada") -> str:
    """The session cookie of a new member."""
    now = clock.now()
    workspaces.found_workspace(workspace, workspace.title(), now)
    member = people.add(workspace, people.make_person(name, "", now), role, now)
    return people.session(member, confined=True)
