"""SQS: the `due` queue, the lanes and the outbox; the only user of its client."""

import json
import logging
import math
from functools import cache
from typing import Any

from .models import Message
from .settings import client, settings

log = logging.getLogger("lamppost")

#: The longest delay that SQS knows, in seconds.
MOST_DELAY = 900


def lane(key: str, concurrency: int) -> str:
    """A platform's lane: one at a time is a FIFO queue, more are a standard one."""
    return f"{settings().prefix}-{key}{'.fifo' if concurrency == 1 else ''}"


def due() -> str:
    return f"{settings().prefix}-due"


def outbox() -> str:
    return f"{settings().prefix}-outbox"


def post_due(message: Message, delay: float = 0) -> None:
    """Puts a message into `due`, to come out after `delay` seconds (900 at the most)."""
    client("sqs").send_message(
        QueueUrl=_url(due()),
        MessageBody=message.model_dump_json(),
        DelaySeconds=max(0, min(MOST_DELAY, math.ceil(delay))),
        MessageGroupId=message.workspace,  # fair queues: a noisy workspace does not delay a quiet one
    )


def post_lane(message: Message, key: str, concurrency: int) -> None:
    """Puts a message into its platform's lane, where it may start now.

    A FIFO lane has one message group, so that one message is under way at a time, and drops the same attempt
    sent twice within five minutes. A standard lane's groups are the workspaces.
    """
    name = lane(key, concurrency)
    group = key if concurrency == 1 else message.workspace
    client("sqs").send_message(
        QueueUrl=_url(name), MessageBody=message.model_dump_json(), MessageGroupId=group
    )


def post_outbox(event: dict[str, Any], delay: float = 0) -> None:
    """Puts an event into the outbox, for webhooks and notices, to come out after `delay` seconds (900 at the most)."""
    client("sqs").send_message(
        QueueUrl=_url(outbox()),
        MessageBody=json.dumps(event, default=str),
        DelaySeconds=max(0, min(MOST_DELAY, math.ceil(delay))),
    )


def give_back(name: str, handle: str, receives: int) -> None:
    """Makes a message that could not be processed come again soon, and later each time; failing that, SQS brings it.

    In a FIFO lane it would hold up all behind it for as long as it is hidden (150 s).
    """
    try:
        client("sqs").change_message_visibility(
            QueueUrl=_url(name), ReceiptHandle=handle, VisibilityTimeout=5 * 3 ** (min(receives, 4) - 1)
        )
    except Exception:
        log.exception("a message could not be given back", extra={"queue": name})


@cache
def _url(name: str) -> str:
    url: str = client("sqs").get_queue_url(QueueName=name)["QueueUrl"]
    return url
