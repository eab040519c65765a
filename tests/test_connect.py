"""What a sign-in does where a platform answers strangely."""

from typing import Any

import pytest

from chalicelib import connect
from chalicelib.problems import Retry
from infra.sandbox import Sandbox
from infra.sandbox.base import Failure
from tests.conftest import Clock, forget
from tests.world import BROWSER, World


def test_a_first_step_that_cannot_be_read_is_a_sentence_and_no_crash(
    sandbox: Sandbox, aws: Any, at: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SANDBOX", sandbox.public)
    monkeypatch.setenv("SANDBOX_PLATFORMS", "x")
    monkeypatch.setenv("PLATFORMS", "x")
    forget()
    sandbox["x"].reset()
    World(sandbox).secrets("x")
    half = "oauth_token=abc&oauth_callback_confirmed=true"
    sandbox["x"].failures.append(Failure(path="request_token", status=200, body=half))
    with pytest.raises(Retry, match="could not be read"):
        connect.begin("home", "x", {}, BROWSER, at())
