"""The whole machine in one process, with a clock of its own and faults on order.

DynamoDB, KMS, S3 and SSM are moto's. SQS and Scheduler are stand-ins that know delays, deduplication,
visibility time-outs and dead letters by the test's clock, so that a day passes in a second. Every call that
leaves the process is a numbered step, at which the process may die, the call fail, or its answer get lost.
"""

import heapq
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from botocore.exceptions import ClientError, ConnectTimeoutError

from chalicelib import due, publish
from chalicelib.models import Message
from tests.conftest import Clock, forget

VISIBILITY = timedelta(seconds=720)
RECEIVES = 5
DEDUPLICATION = timedelta(minutes=5)


class Death(BaseException):
    """The process is gone at this very point."""


@dataclass(frozen=True)
class Fault:
    """What happens at one step: the process dies `before` or `after` the call, the call `fails`, its answer is `lost`."""

    step: int
    kind: str


@dataclass(order=True)
class Waiting:
    """A message in a queue that comes out at a moment."""

    at: datetime
    number: int
    queue: str = field(compare=False)
    body: str = field(compare=False)
    receives: int = field(default=0, compare=False)


class Machine:
    """Queues, schedules, workers and the sweeper, run in the order of time."""

    def __init__(self, clock: Clock, monkeypatch: Any, clients: dict[str, Any] | None = None) -> None:
        self.clock = clock
        self._clients = {} if clients is None else clients
        self.waiting: list[Waiting] = []
        self.schedules: dict[str, tuple[datetime, str]] = {}
        self.sent: dict[tuple[str, str], datetime] = {}
        self.buried: list[str] = []
        self.events: list[dict[str, Any]] = []
        self.steps: list[str] = []
        self.fault: Fault | None = None
        self.recording = False
        self.sweeps_at = clock() + timedelta(minutes=1)
        self.twice = False
        self._numbers = itertools.count()
        self._make: Any = boto3.client
        self._twins: dict[str, Any] = {}
        monkeypatch.setattr(boto3, "client", self._client)
        monkeypatch.setattr("chalicelib.wire.Wire.send", self._wire_send(monkeypatch))
        forget()

    # -- the boundary of the process ---------------------------------------------------------------------

    def _client(self, name: str, **options: Any) -> Any:
        twins = {"sqs": SqsStandIn, "scheduler": SchedulerStandIn}
        if name in twins:
            inner = self._twins.setdefault(name, twins[name](self))
        elif name in self._clients:
            inner = self._clients[name]
        else:
            inner = self._clients.setdefault(name, self._make(name, **options))
        return Counted(self, name, inner)

    def _wire_send(self, monkeypatch: Any) -> Callable[..., Any]:
        from chalicelib.wire import Wire

        send = Wire.send

        def counted(wire: Any, platform: str, method: str, url: str, **parts: Any) -> Any:
            return self.step(
                f"http {method} {platform}", lambda: send(wire, platform, method, url, **parts), _cut
            )

        return counted

    def step(self, name: str, call: Callable[[], Any], failure: Callable[[str], Exception]) -> Any:
        """One call that leaves the process, with whatever is on order for it."""
        if not self.recording:
            return call()
        self.steps.append(name)
        kind = self.fault.kind if self.fault and self.fault.step == len(self.steps) - 1 else ""
        if kind == "before":
            raise Death(name)
        if kind == "fails":
            raise failure(name)
        result = call()
        if kind == "after":
            raise Death(name)
        if kind == "lost":
            raise failure(name)
        return result

    # -- queues ------------------------------------------------------------------------------------------

    def put(self, queue: str, body: str, delay: float = 0, receives: int = 0) -> None:
        at = self.clock() + timedelta(seconds=delay)
        heapq.heappush(self.waiting, Waiting(at, next(self._numbers), queue, body, receives))

    def send(self, queue: str, body: str, delay: float = 0) -> None:
        if queue.endswith(".fifo"):
            key, now = (queue, body), self.clock()
            if key in self.sent and now - self.sent[key] < DEDUPLICATION:
                return
            self.sent[key] = now
        self.put(queue, body, delay)
        if self.twice and not queue.endswith(".fifo"):
            self.put(queue, body, delay + 1)

    # -- time --------------------------------------------------------------------------------------------

    def run(self, until: datetime | None = None, **by: float) -> None:
        """Lets time pass: whatever comes out of queues and schedules meanwhile is worked on, in order."""
        end = until or self.clock() + timedelta(**by)
        while (moment := self._next()) <= end:
            self.clock.moment = max(self.clock.moment, moment)
            self._work()
        self.clock.moment = max(self.clock.moment, end)

    def _next(self) -> datetime:
        moments = [self.sweeps_at, *(at for at, _ in self.schedules.values())]
        if self.waiting:
            moments.append(self.waiting[0].at)
        return min(moments)

    def _work(self) -> None:
        now = self.clock()
        for name, (at, body) in list(self.schedules.items()):
            if at <= now:
                del self.schedules[name]
                self.put("lamppost-test-due", body)
        if self.sweeps_at <= now:
            self.sweeps_at = now + timedelta(minutes=1)
            self._alive(lambda: due.sweep(self.clock()))
        if self.waiting and self.waiting[0].at <= now:
            self._receive(heapq.heappop(self.waiting))

    def _receive(self, waiting: Waiting) -> None:
        if waiting.queue == "lamppost-test-outbox":
            self.events.append(json.loads(waiting.body))
            return
        message = Message.model_validate_json(waiting.body)
        if waiting.receives >= RECEIVES:
            self.buried.append(waiting.body)
            self._alive(lambda: due.bury(message))
            return
        if not self._alive(lambda: self._handle(waiting.queue, message)):
            self.put(waiting.queue, waiting.body, VISIBILITY.total_seconds(), waiting.receives + 1)

    def _handle(self, queue: str, message: Message) -> None:
        if queue == "lamppost-test-due":
            due.release(message)
        else:
            publish.deliver(message, lambda: 100.0)

    def _alive(self, work: Callable[[], Any]) -> bool:
        """Whether a Lambda ended well; a dead or failing one starts anew next time, with nothing in memory."""
        try:
            work()
        except (Death, Exception):  # noqa: BLE001  # Lambda catches everything too
            forget()
            return False
        return True


class Counted:
    """A client whose every call is a step of the machine's."""

    def __init__(self, machine: Machine, name: str, inner: Any) -> None:
        self._machine, self._name, self._inner = machine, name, inner

    def __getattr__(self, operation: str) -> Any:
        found = getattr(self._inner, operation)
        if not callable(found) or operation.startswith("generate_") or operation in {"exceptions", "meta"}:
            return found

        def call(*args: Any, **parts: Any) -> Any:
            return self._machine.step(f"{self._name}.{operation}", lambda: found(*args, **parts), _refused)

        return call


class SqsStandIn:
    """SQS as far as we use it."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def get_queue_url(self, QueueName: str) -> dict[str, str]:
        return {"QueueUrl": QueueName}

    def send_message(
        self, QueueUrl: str, MessageBody: str, DelaySeconds: int = 0, MessageGroupId: str = ""
    ) -> None:
        assert 0 <= DelaySeconds <= 900
        assert not (QueueUrl.endswith(".fifo") and DelaySeconds), "a FIFO queue knows no delay per message"
        self._machine.send(QueueUrl, MessageBody, DelaySeconds)


class SchedulerStandIn:
    """EventBridge Scheduler as far as we use it: one-time schedules in UTC, up to a minute late."""

    class exceptions:
        class ConflictException(Exception):
            pass

        class ResourceNotFoundException(Exception):
            pass

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def create_schedule(
        self, Name: str, ScheduleExpression: str, Target: dict[str, Any], **more: Any
    ) -> None:
        if Name in self._machine.schedules:
            raise self.exceptions.ConflictException
        self.update_schedule(Name, ScheduleExpression, Target, **more)

    def update_schedule(
        self, Name: str, ScheduleExpression: str, Target: dict[str, Any], **more: Any
    ) -> None:
        assert more["ActionAfterCompletion"] == "DELETE"
        at = datetime.strptime(ScheduleExpression, "at(%Y-%m-%dT%H:%M:%S)").replace(tzinfo=UTC)
        assert at > self._machine.clock(), "a schedule in the past"
        self._machine.schedules[Name] = (at.replace(second=0) + timedelta(seconds=59), Target["Input"])

    def delete_schedule(self, Name: str, GroupName: str) -> None:
        if self._machine.schedules.pop(Name, None) is None:
            raise self.exceptions.ResourceNotFoundException


def _refused(name: str) -> Exception:
    error = {
        "Error": {"Code": "InternalServerError", "Message": "on order"},
        "ResponseMetadata": {"HTTPStatusCode": 500},
    }
    return ClientError(error, name.rpartition(".")[2])  # type: ignore[arg-type]


def _cut(name: str) -> Exception:
    import httpx2

    return httpx2.ReadError(f"on order at {name}")


def timed_out(name: str) -> Exception:
    """A connection to AWS that never came about."""
    return ConnectTimeoutError(endpoint_url=name)
