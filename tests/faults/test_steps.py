"""A fault at every step of a publication: nothing lost, nothing twice, and the state is the truth.

One platform for each way of healing, a thread, and a newsletter (a draft first); every platform and kind of post is `make faults`.
"""

from datetime import timedelta

import pytest

from chalicelib.providers import PROVIDERS
from tests.faults.runs import FEWER, Outcome, Runs
from tests.machine import Fault

#: By key, by an id of our own, by a look, and a newsletter, which nobody could take back.
WAYS = [("mastodon", "text"), ("bluesky", "thread"), ("github", "text"), ("listmonk", "text")]
assert {PROVIDERS[platform].repeatable for platform, _ in WAYS} == {"key", "id", "look"}
#: An attempt's lease, the sweeper's minute and a half, and the wait before a look.
LATE = timedelta(minutes=6)


def bad(outcome: Outcome) -> bool:
    return outcome.lost or outcome.twice or outcome.untrue


def test_no_step_from_the_api_to_the_last_receipt_can_lose_or_double_a_post(runs: Runs) -> None:
    outcomes = list(runs.every(*WAYS[0], FEWER))
    assert {"dynamodb", "kms", "scheduler", "sqs", "ssm", "sts"} <= {
        step.split(".")[0] for step in outcomes[0].steps
    }
    assert [outcome for outcome in outcomes if bad(outcome) or outcome.state != "published"] == []
    assert max(outcome.late for outcome in outcomes) < LATE


@pytest.mark.parametrize(("platform", "kind"), WAYS[1:])
def test_no_step_of_a_publisher_can_lose_or_double_a_post(runs: Runs, platform: str, kind: str) -> None:
    outcomes = list(runs.every(platform, kind, FEWER, lane_only=True))
    assert len(outcomes) > 40
    assert [outcome for outcome in outcomes if bad(outcome) or outcome.state != "published"] == []
    assert max(outcome.late for outcome in outcomes) < LATE


def test_where_nothing_can_tell_a_person_is_asked_and_nothing_is_sent_again(runs: Runs) -> None:
    with runs.blind("slack"):
        steps = runs.steps("slack", "text").steps
        commit = steps.index("http POST slack")
        outcomes = [
            (fault, runs.run("slack", "text", Fault(step, fault)))
            for step in range(commit - 2, commit + 2)
            for fault in FEWER
        ]
    assert [outcome for _, outcome in outcomes if bad(outcome)] == []
    assert {outcome.state for _, outcome in outcomes} == {"published", "unsure"}
