"""Messages and schedules as SQS and Scheduler take them (both by moto)."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib import clock, queues, schedule
from chalicelib.models import Message
from tests.aws import messages, schedules

MESSAGE = Message(workspace="home", delivery="post.account", version=1, attempt=0)


def test_a_near_moment_is_a_delayed_message(aws: Any) -> None:
    now = clock.now()
    schedule.arrange(MESSAGE, now, now)
    assert messages(queues.due()) == [MESSAGE.model_dump()]
    assert schedules() == {}


def test_a_far_moment_is_a_schedule_a_minute_early_that_deletes_itself(aws: Any) -> None:
    now = clock.now()
    schedule.arrange(MESSAGE, now + timedelta(hours=1), now)
    (found,) = schedules().values()
    early = now + timedelta(minutes=59)
    assert found["ScheduleExpression"] == f"at({early:%Y-%m-%dT%H:%M:%S})"
    assert found["ScheduleExpressionTimezone"] == "UTC"
    assert found["ActionAfterCompletion"] == "DELETE"
    assert found["Target"]["Arn"].endswith(f":{queues.due()}")
    assert Message.model_validate_json(found["Target"]["Input"]) == MESSAGE


def test_the_same_delivery_again_replaces_its_schedule(aws: Any) -> None:
    now = clock.now()
    schedule.arrange(MESSAGE, now + timedelta(hours=1), now)
    moved = MESSAGE.model_copy(update={"version": 2})
    schedule.arrange(moved, now + timedelta(hours=2), now)
    (found,) = schedules().values()
    assert Message.model_validate_json(found["Target"]["Input"]) == moved


def test_clearing_twice_is_no_matter(aws: Any) -> None:
    now = clock.now()
    schedule.arrange(MESSAGE, now + timedelta(hours=1), now)
    schedule.clear("post.account")
    schedule.clear("post.account")
    assert schedules() == {}


@pytest.mark.parametrize(
    ("key", "concurrency", "suffix"), [("x", 1, ".fifo"), ("linkedin", 2, ""), ("facebook", 100, "")]
)
def test_a_lane_is_one_by_one_only_where_the_platform_wants_it(
    key: str, concurrency: int, suffix: str
) -> None:
    assert queues.lane(key, concurrency) == f"lamppost-test-{key}{suffix}"


def test_the_same_attempt_enters_a_one_by_one_lane_once(aws: Any) -> None:
    queues.post_lane(MESSAGE, "x", 1)
    queues.post_lane(MESSAGE, "x", 1)
    queues.post_lane(MESSAGE.model_copy(update={"attempt": 1}), "x", 1)
    assert [each["attempt"] for each in messages(queues.lane("x", 1))] == [0, 1]


def test_a_delay_is_never_longer_than_sqs_knows_and_never_early(aws: Any) -> None:
    queues.post_due(MESSAGE, 5000)
    queues.post_due(MESSAGE, 0.2)
    assert messages(queues.due()) == []
