"""What a sign-in does where a platform answers strangely."""

from typing import Any

import pytest

from chalicelib import connect
from chalicelib.problems import Retry
from infra.sandbox import Sandbox
from infra.sandbox.base import Failure
from tests.conftest import Clock
from tests.world import BROWSER, opened


def test_a_first_step_that_cannot_be_read_is_a_sentence_and_no_crash(
    sandbox: Sandbox, aws: Any, at: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(sandbox, monkeypatch, "x")
    half = "oauth_token=abc&oauth_callback_confirmed=true"
    sandbox["x"].failures.append(Failure(path="request_token", status=200, body=half))
    with pytest.raises(Retry, match="could not be read"):
        connect.begin("home", "x", {}, BROWSER, at())
