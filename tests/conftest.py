"""A wiped environment for every test, and for those that ask: AWS in memory, an account, a stand-in."""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib import clock, issuers, queues, rates, renew, schedule, settings, vault
from infra.sandbox import Sandbox, serve, stop
from tests.canary import canaries

__all__ = ["canaries"]

#: What tests of the deployed path may see of the machine.
KEPT = {"PATH", "HOME", "TMPDIR", "LANG", "VIRTUAL_ENV", "CI"}
os.environ.setdefault("STAGE", "test")
os.environ.setdefault("PLATFORMS", "")
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "STAGE": "test",
    "PUBLIC_URL": "http://localhost:8000/api",
}


@pytest.fixture(autouse=True)
def _wiped(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name not in KEPT and not name.startswith(("PYTEST", "PYTHON", "COV", "HYPOTHESIS")):
            monkeypatch.delenv(name)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    forget()


def forget() -> None:
    """Drops what a process keeps between messages: clients, settings, decrypted tokens, addresses."""
    settings.settings.cache_clear()
    settings.client.cache_clear()
    vault.unseal.cache_clear()
    vault.forget()
    queues._url.cache_clear()
    schedule._here.cache_clear()
    schedule._role.cache_clear()
    renew._wire.cache_clear()
    rates._paid.clear()
    issuers.forget()
    from chalicelib import bucket

    bucket.name.cache_clear()


@pytest.fixture(autouse=True)
def _truthful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a route of `/v1` answers in any test is the model that it declares."""
    from chalicelib.api import http

    plainly = http._answered

    def checked(ask: Any, asked: Any, given: Any, parameters: Any) -> Any:
        made = plainly(ask, asked, given, parameters)
        if asked.answers and made.status_code == asked.status and _json(made):
            asked.answers.model_validate_json(made.body)
        return made

    monkeypatch.setattr(http, "_answered", checked)


def _json(made: Any) -> bool:
    return bool(made.headers.get("Content-Type") == "application/json")


class Clock:
    """Time that moves when a test says so; it starts at the present, so that signatures are valid."""

    def __init__(self) -> None:
        self.moment = clock.now()

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **by: float) -> None:
        self.moment += timedelta(**by)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock that everything under test reads."""
    stopped = Clock()
    monkeypatch.setattr(clock, "now", stopped)
    return stopped


@pytest.fixture
def aws(_wiped: None) -> Iterator[Any]:
    """DynamoDB, SQS, Scheduler, S3, KMS and SSM in memory, with what `infra/template.yaml` makes."""
    from moto import mock_aws

    from tests.aws import build

    with mock_aws():
        build()
        yield
        forget()


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    sandbox, server = serve()
    from tests.contract.harness import FILES

    sandbox.files = FILES
    yield sandbox
    stop(server)


@pytest.fixture
def root() -> Path:
    return Path(__file__).parent.parent
