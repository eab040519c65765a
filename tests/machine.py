"""The whole machine in one process, with a clock of its own and faults on order.

KMS, S3 and SSM are moto's, DynamoDB too unless a table in memory is given (which is faster). SQS and Scheduler are stand-ins that know delays, deduplication,
visibility time-outs and dead letters by the test's clock, so that a day passes in a second. Every call that
leaves the process is a numbered step, at which the process may die, the call fail, or its answer get lost.
"""

import heapq
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import boto3

from chalicelib import due, publish
from chalicelib.models import Message
from infra.lanes import PUBLISH_TIMEOUT
from infra.template import GRACE, TIMEOUTS
from tests.conftest import Clock, forget
from tests.tables import VERBS, Table
from tests.twins import Counted, SchedulerStandIn, SqsStandIn, cut, refused

#: How long each Lambda may run.
RELEASE_RUNS, DEAD_RUNS = timedelta(seconds=TIMEOUTS["due"]), timedelta(seconds=TIMEOUTS["dead"])
SWEEP_RUNS, PUBLISH_RUNS = timedelta(seconds=60), timedelta(seconds=PUBLISH_TIMEOUT)
#: How much longer a message stays hidden from other workers; a one-by-one lane waits meanwhile.
HIDDEN = timedelta(seconds=GRACE)
RECEIVES = 5
DEDUPLICATION = timedelta(minutes=5)


class Death(BaseException):
    """The process is gone at this very point."""


@dataclass(frozen=True)
class Fault:
    """What happens at one step: the process dies `before` or `after` the call, the call `fails`, its answer is `lost`.

    `slow`: the call hangs until the Lambda is out of time, takes effect in the last second, and the process is ended.
    """

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

    def __init__(self, clock: Clock, monkeypatch: Any, clients: dict[str, Any] | None = None,
                 table: Table | None = None) -> None:  # fmt: skip
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
        self.lane_steps = 0  # that came before the first message in a lane: the same on every platform
        self.blocked: dict[str, datetime] = {}
        self.ends = clock()
        self.sweeps_at = clock() + timedelta(minutes=1)
        self.twice = False
        self.takes = timedelta()  # how long a one-by-one lane is busy with one message
        self._numbers = itertools.count()
        make: Any = boto3.session.Session.client
        self._twins: dict[str, Any] = {}
        monkeypatch.setattr(
            boto3.session.Session,
            "client",
            lambda session, name, **options: self._client(name, lambda: make(session, name, **options)),
        )
        for verb, operation in VERBS.items() if table else ():
            call = self._counted(f"dynamodb.{operation}", getattr(table, verb))
            monkeypatch.setattr(f"chalicelib.store.table.{verb}", call)
        monkeypatch.setattr("chalicelib.wire.Wire.send", self._wire_send(monkeypatch))
        forget()

    # -- the boundary of the process ---------------------------------------------------------------------

    def _client(self, name: str, make: Callable[[], Any]) -> Any:
        twins = {"sqs": SqsStandIn, "scheduler": SchedulerStandIn}
        if name in twins:
            inner = self._twins.setdefault(name, twins[name](self))
        elif name in self._clients:
            inner = self._clients[name]
        else:
            inner = self._clients.setdefault(name, make())
        return Counted(self, name, inner)

    def _counted(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *args, **parts: self.step(name, lambda: call(*args, **parts), refused)

    def _wire_send(self, monkeypatch: Any) -> Callable[..., Any]:
        from chalicelib.wire import Wire

        send = Wire.send

        def counted(wire: Any, platform: str, method: str, url: str, **parts: Any) -> Any:
            return self.step(
                f"http {method} {platform}", lambda: send(wire, platform, method, url, **parts), cut
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
        if kind == "slow":
            self.clock.moment = max(self.clock(), self.ends - timedelta(seconds=1))
        result = call()
        if kind == "slow":
            self.clock.moment = max(self.clock(), self.ends)
        if kind in {"after", "slow"}:
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
            self._alive(lambda: due.sweep(self.clock()), SWEEP_RUNS)
        if self.waiting and self.waiting[0].at <= now:
            self._receive(heapq.heappop(self.waiting))

    def _receive(self, waiting: Waiting) -> None:
        if waiting.queue == "lamppost-test-outbox":
            self.events.append(json.loads(waiting.body))
            return
        if (until := self.blocked.get(waiting.queue, waiting.at)) > self.clock():
            heapq.heappush(self.waiting, replace(waiting, at=until))
            return
        message = Message.model_validate_json(waiting.body)
        if waiting.receives >= RECEIVES:
            self.buried.append(waiting.body)
            self._alive(lambda: due.bury(message), DEAD_RUNS)
            return
        early = waiting.queue == "lamppost-test-due"
        until = self.clock() + (RELEASE_RUNS if early else PUBLISH_RUNS) + HIDDEN
        if not self._handle(waiting.queue, message):
            self._hide(waiting, until)
        elif waiting.queue.endswith(".fifo"):
            self.blocked[waiting.queue] = self.clock() + self.takes

    def _hide(self, waiting: Waiting, until: datetime) -> None:
        """Nobody said that the message is done with: it comes back, and in a one-by-one lane nothing overtakes it."""
        if waiting.queue.endswith(".fifo"):
            self.blocked[waiting.queue] = until
        heapq.heappush(self.waiting, replace(waiting, at=until, receives=waiting.receives + 1))

    def _handle(self, queue: str, message: Message) -> bool:
        if queue == "lamppost-test-due":
            return self._alive(lambda: due.release(message), RELEASE_RUNS)
        self.lane_steps = self.lane_steps or len(self.steps)
        return self._alive(lambda: publish.deliver(message, self._seconds_left), PUBLISH_RUNS)

    def _seconds_left(self) -> float:
        return (self.ends - self.clock()).total_seconds()

    def _alive(self, work: Callable[[], Any], runs: timedelta) -> bool:
        """Whether a Lambda ended well; a dead or failing one starts anew next time, with nothing in memory."""
        self.ends = self.clock() + runs
        try:
            work()
        except (Death, Exception):  # noqa: BLE001  # Lambda catches everything too
            forget()
            return False
        return True
