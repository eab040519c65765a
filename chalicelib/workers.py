"""The Lambdas behind queues and clocks. They are a module of their own, so that `app.py` is not imported there."""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from aws_lambda_powertools import Logger
from chalice.app import Blueprint, Rate
from pydantic import ValidationError

from . import clock, due, hooks, publish, queues
from .models import Message
from .providers import PROVIDERS
from .providers.base import Provider
from .settings import settings

workers = Blueprint(__name__)
logger = Logger(service="lamppost", logger_formatter=None)
logging.getLogger("lamppost").handlers = logger.handlers
logging.getLogger("lamppost").setLevel(logging.INFO)


def _messages(event: Any) -> Iterator[Message]:
    """The messages of an event; what is none is told to the operator and dropped, since nothing can be done with it."""
    for record in event:
        try:
            yield Message.model_validate_json(record.body)
        except ValidationError:
            logger.exception("a message that is none was dropped", extra={"body": record.body[:500]})


@contextmanager
def _giving_back(queue: str, event: Any) -> Iterator[None]:
    """Who stumbles over a message (AWS is down, or a bug of ours) lets it come again soon, and tells Lambda."""
    try:
        yield
    except Exception:
        for record in event:
            receives = int(record.to_dict()["attributes"]["ApproximateReceiveCount"])
            queues.give_back(queue, record.receipt_handle, receives)
        raise


@workers.on_sqs_message(queue=queues.due(), batch_size=1, name="release")
def release(event: Any) -> None:
    """Lets what is due into its lane."""
    with _giving_back(queues.due(), event):
        for message in _messages(event):
            due.release(message)


@workers.schedule(Rate(1, unit=Rate.MINUTES), name="sweep")
def sweep(event: Any) -> None:
    """Finds what was lost between two writes."""
    due.sweep(clock.now(), lambda: event.context.get_remaining_time_in_millis() / 1000)


def _bury(event: Any) -> None:
    for message in _messages(event):
        due.bury(message)


@workers.on_sqs_message(queue=f"{settings().prefix}-dead", batch_size=1, name="dead")
def dead(event: Any) -> None:
    """Marks what no attempt could process."""
    _bury(event)


@workers.on_sqs_message(queue=f"{settings().prefix}-dead.fifo", batch_size=1, name="dead_fifo")
def dead_fifo(event: Any) -> None:
    """The same for the one-by-one lanes."""
    _bury(event)


@workers.on_sqs_message(queue=queues.outbox(), batch_size=1, name="outbox")
def outbox(event: Any) -> None:
    """Tells the webhooks what happened."""
    for record in event:
        hooks.receive(record.body, clock.now())


def _publisher(provider: Provider) -> Callable[[Any], None]:
    """The Lambda of one platform's lane; its name is the module attribute that Lambda looks for."""

    lane = queues.lane(provider.key, provider.concurrency)

    def publisher(event: Any) -> None:
        with _giving_back(lane, event):
            for message in _messages(event):
                publish.deliver(message, lambda: event.context.get_remaining_time_in_millis() / 1000)

    publisher.__name__ = publisher.__qualname__ = function_name(provider.key)
    limits: dict[str, Any] = (
        {} if provider.concurrency == 1 else {"maximum_concurrency": provider.concurrency}
    )
    register = workers.on_sqs_message(
        queue=lane,
        batch_size=1,
        name=publisher.__name__,
        **limits,
    )
    made: Callable[[Any], None] = register(publisher)
    return made


def function_name(key: str) -> str:
    """`publish_linkedin_page` for `linkedin-page`."""
    return f"publish_{key.replace('-', '_')}"


def _wanted() -> Iterator[str]:
    """The platforms whose publishers are made: all that are deployed, but in a Lambda only its own.

    So the function of one platform loads no other, and `release` loads none before it must.
    """
    running = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "")
    for key in settings().platforms:
        if key in PROVIDERS and (not running or running.endswith(f"-{function_name(key)}")):
            yield key


for _key in _wanted():
    globals()[function_name(_key)] = _publisher(PROVIDERS[_key])
