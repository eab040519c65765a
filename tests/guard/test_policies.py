"""Each function may do what it does, and nothing else: every recorded call against the function's policy, both ways."""

from pathlib import Path

import pytest
from chalice.test import Client

from chalicelib import clock
from chalicelib.providers import PROVIDERS
from chalicelib.workers import function_name
from infra import config, policies
from infra.sandbox import Sandbox
from tests.aws import build
from tests.conftest import ENVIRONMENT, Clock, forget
from tests.contract.cases import case
from tests.guard.calls import Call, Recorder, Right, rights
from tests.guard.shifts import Shift
from tests.world import World

KEYS = sorted(PROVIDERS)


def richest(platform: str) -> str:
    """The kind of entry with the most files."""
    entries = case(platform).entries
    return max(entries, key=lambda kind: sum(len(entry.media) for entry in entries[kind]))


@pytest.fixture(scope="module")
def recorder(sandbox: Sandbox) -> Recorder:
    """A day of every function, once for all tests of this file."""
    from moto import mock_aws

    made, at = Recorder(), Clock()
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        surrounded(patch, sandbox)
        forget()
        build()
        worked(Shift(made, sandbox, at, patch), patch)
    forget()
    return made


def surrounded(patch: pytest.MonkeyPatch, sandbox: Sandbox) -> None:
    every = dict.fromkeys(("SANDBOX_PLATFORMS", "PLATFORMS"), ",".join(KEYS))
    for name, value in {**ENVIRONMENT, **every, "SANDBOX": sandbox.public}.items():
        patch.setenv(name, value)


def worked(shift: Shift, patch: pytest.MonkeyPatch) -> None:
    import app

    patch.setattr(clock, "now", shift.at)
    shift.recorder.listen(patch)
    for key in KEYS:
        shift.sandbox[key].reset()
        patch.setattr(shift.sandbox[key], "now", shift.at)
    patch.setattr(
        "authlib.oauth1.rfc5849.client_auth.generate_timestamp", lambda: f"{shift.at().timestamp():.0f}"
    )
    World(shift.sandbox).secrets(*KEYS)
    with Client(app.app) as client:
        shift.api(client)
    for key in KEYS:
        shift.deliver(key, richest(key))
    for key in ("reddit", "x"):
        shift.refused(key)
    shift.early()
    shift.dead()
    shift.refreshed("reddit")
    shift.sweep()
    shift.outbox()


#: Allowed though nothing of ours asks for it here, and why; by function kind where it is only for one.
UNASKED = {
    "logs:CreateLogStream": "Lambda itself writes the function's log, with the function's rights.",
    "logs:PutLogEvents": "Lambda itself writes the function's log, with the function's rights.",
    "sqs:ReceiveMessage": "Lambda itself takes the messages from the function's queue, with the function's rights.",
    "sqs:DeleteMessage": "Lambda itself removes a message that its function is done with.",
    "sqs:GetQueueAttributes": "Lambda itself asks how long a message stays hidden.",
    "s3:ListBucket": "Who may not list is told 403 and not 404 about a file that is not there (`bucket.size`).",
    "api scheduler:UpdateSchedule": "A post is moved whose old schedule could not be dropped.",
    "sweep scheduler:UpdateSchedule": "A run that died right after it made a series' schedule makes it again.",
}


def policy_of(who: str) -> str:
    """The name of a function's policy."""
    file: str = config.read()["lambda_functions"][who]["iam_policy_file"]
    return file.removeprefix("policy-").removesuffix(".json")


def allowed(name: str) -> set[Right]:
    return rights(config.ROOT / ".chalice" / f"policy-{name}.json")


def asked(recorder: Recorder, name: str) -> set[Call]:
    """What every function with this policy asked for."""
    return {call for who, calls in recorder.calls.items() if policy_of(who) == name for call in calls}


def test_every_function_was_at_work(recorder: Recorder) -> None:
    deployed = set(config.read()["lambda_functions"])
    assert set(recorder.calls) == deployed
    assert {function_name(key) for key in KEYS} <= deployed


def test_no_function_asks_for_what_it_may_not(recorder: Recorder) -> None:
    refused = sorted(
        (who, call)
        for who, calls in recorder.calls.items()
        for call in calls
        if not any(right.covers(call) for right in allowed(policy_of(who)))
    )
    assert refused == []


@pytest.mark.parametrize("name", policies.POLICIES)
def test_no_function_may_what_it_never_asks_for(recorder: Recorder, name: str) -> None:
    calls = asked(recorder, name)
    idle = {right for right in allowed(name) if not any(right.covers(call) for call in calls)}
    assert {each for each in idle if not ({each.action, f"{name} {each.action}"} & set(UNASKED))} == set()


def test_what_is_let_be_unasked_is_allowed_somewhere_and_truly_never_asked(recorder: Recorder) -> None:
    for each in UNASKED:
        name, _, action = each.rpartition(" ")
        names = [name] if name else list(policies.POLICIES)
        assert [known for known in names if action in {right.action for right in allowed(known)}], each
        assert not [call for known in names for call in asked(recorder, known) if call.action == action], each


def test_what_one_stage_may_reaches_into_no_other(recorder: Recorder, tmp_path: Path) -> None:
    """The same calls, as another stage's functions would make them, are covered by nothing of this one's."""
    for name in policies.POLICIES:
        narrow = tmp_path / f"{name}.json"
        narrow.write_text(policies.text(name, "dev"))
        assert not [
            (each, right) for each in asked(recorder, name) for right in rights(narrow) if right.covers(each)
        ]
        narrow.write_text(policies.text(name, "test"))
        own = rights(narrow)
        assert all(any(right.covers(each) for right in own) for each in asked(recorder, name)), name
