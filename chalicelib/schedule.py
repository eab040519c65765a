"""When: a message that comes back at a moment, by the shortest of three ways.

Within 15 minutes: the `due` queue with a delay. Later: a one-time schedule of EventBridge Scheduler, a minute
early (it promises the minute, not the second), whose target is the `due` queue. `release` does the rest.
"""

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from . import queues
from .models import Message
from .settings import client, settings

#: A schedule fires this long before the moment; `release` waits out what is left.
EARLY = timedelta(minutes=1)


def arrange(message: Message, at: datetime, now: datetime) -> None:
    """Makes `message` reach `release` at `at` (1 call). The same again replaces the schedule."""
    wait = (at - now).total_seconds()
    if wait <= queues.MOST_DELAY:
        queues.post_due(message, wait)
    else:
        _schedule(message, at - EARLY)


def _schedule(message: Message, at: datetime) -> None:
    request: dict[str, Any] = {
        "Name": name(message.delivery),
        "GroupName": settings().prefix,
        "ScheduleExpression": f"at({at:%Y-%m-%dT%H:%M:%S})",
        "ScheduleExpressionTimezone": "UTC",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "ActionAfterCompletion": "DELETE",
        "Target": {
            "Arn": _arn(queues.due()),
            "RoleArn": _role(),
            "Input": message.model_dump_json(),
            "RetryPolicy": {"MaximumEventAgeInSeconds": 86_400, "MaximumRetryAttempts": 185},
        },
    }
    scheduler = client("scheduler")
    try:
        scheduler.create_schedule(**request)
    except scheduler.exceptions.ConflictException:
        scheduler.update_schedule(**request)


def clear(delivery: str) -> None:
    """Drops a delivery's schedule, if it has one; a message that is on its way finds nothing to do."""
    scheduler = client("scheduler")
    try:
        scheduler.delete_schedule(Name=name(delivery), GroupName=settings().prefix)
    except scheduler.exceptions.ResourceNotFoundException:
        return


def name(delivery: str) -> str:
    """A schedule's name: the delivery's id, at most 64 of Scheduler's letters."""
    return delivery[:64]


@cache
def _role() -> str:
    partition, account, _ = _here()
    return f"arn:{partition}:iam::{account}:role/{settings().prefix}-scheduler"


def _arn(queue: str) -> str:
    partition, account, region = _here()
    return f"arn:{partition}:sqs:{region}:{account}:{queue}"


@cache
def _here() -> tuple[str, str, str]:
    """Partition, account and region, as the identity we run under tells them (1 call per container)."""
    sts = client("sts")
    arn: str = sts.get_caller_identity()["Arn"]
    return arn.split(":")[1], arn.split(":")[4], sts.meta.region_name
