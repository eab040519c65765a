"""What goes wrong during a run: workers killed, AWS frozen, messages repeated; when so many posts are out, by a seed."""

import json
import os
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.chaos.plans import Plan
from infra.local.copies import Machine
from infra.local.deploying import client
from infra.local.processes import pause

Traffic = dict[str, dict[str, int]]
SPAN = (0.03, 0.5)
"""The shares of the posts between which things happen: what is hit must have time to heal."""


@dataclass
class Trouble:
    """The doer: what it did is in `done`, and told by `say` as it happens.

    Its clock is the share of the posts that were sent to their platforms, by the stand-ins' `traffic`: so the same
    share of the crowd is hit on a slow machine and on a quick one.
    """

    plan: Plan
    machine: Machine
    folder: Path
    seed: int
    traffic: Callable[[], Traffic]
    stray: Callable[[random.Random], str]
    say: Callable[[str], None]
    done: Counter[str] = field(default_factory=Counter)

    @property
    def over(self) -> bool:
        """Whether all that shall happen has happened."""
        return sum(self.done.values()) >= len(self._program())

    def begin(self) -> None:
        """Starts to do it all, in a thread of its own."""
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        waiting = self._program()
        while waiting:
            seen = self.traffic()
            for act in [act for act in waiting if self._share(act[2], seen) >= act[0]]:
                if self._do(act[1], act[2], seen):
                    waiting.remove(act)
            pause(0.05)

    def _share(self, of: str, seen: Traffic) -> float:
        """How far the crowd is: on the platform whose publisher is meant, else as a whole."""
        platform = of.removeprefix("publish_")
        keys = [platform] if platform in self.plan.posts else list(self.plan.posts)
        return sum(seen[key]["total"] for key in keys) / sum(self.plan.posts[key] for key in keys)

    def _program(self) -> list[tuple[float, str, str]]:
        """Shares of the posts, and what happens then; the same for the same seed."""
        dice, plan = random.Random(self.seed), self.plan
        acts = [("kill", name) for name, number in plan.kills.items() for _ in range(number)]
        acts += [("freeze", str(seconds)) for seconds in plan.freezes]
        acts += [("stray", str(dice.random())) for _ in range(plan.strays)]
        return sorted((dice.uniform(*SPAN), kind, of) for kind, of in acts)

    def _do(self, kind: str, of: str, seen: Traffic) -> bool:
        """Whether it is done; a publisher that is not in the middle of a commit is left for a better moment."""
        match kind:
            case "kill":
                return self._kill(of, seen)
            case "freeze":
                self._freeze(float(of))
            case _:
                self.done["stray"] += 1
                self.stray(random.Random(of))
        return True

    def _kill(self, name: str, seen: Traffic) -> bool:
        """`kill -9` for one worker of a function: of a publisher, one with a commit under way."""
        found = self._committing(name, seen)
        if found and _killed(random.Random(f"{self.seed}{self.done}").choice(found)):
            self.done[f"kill {name}"] += 1
            self.say(f"kill -9 for a worker of {name}")
            return True
        if self._share(name, seen) < 1:
            return False
        self.done["no kill"] += 1
        self.say(f"no worker of {name} to kill any more")
        return True

    def _committing(self, name: str, seen: Traffic) -> list[int]:
        """Publishers that put a commit on record a moment ago, and so wait for the answer; of others, any."""
        platform = name.removeprefix("publish_")
        if platform == name:
            return self._workers(name)
        found = self._workers(name) if seen[platform]["now"] else []
        return [pid for pid in found if 0.1 < _age(self.folder / "commits" / str(pid)) < 0.5]

    def _workers(self, name: str) -> list[int]:
        """Processes of a function: children of our MiniStack that have said so."""
        listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
        pairs = [line.split() for line in listed.stdout.splitlines()]
        server = str(self.machine.programs[0].pid)
        ours = [pid for pid, parent in pairs if parent == server]
        return [int(pid) for pid in ours if _named(self.folder / "workers" / pid).endswith(f"-{name}")]

    def _freeze(self, seconds: float) -> None:
        """The whole AWS is silent: nothing is delivered, and every call hangs."""
        server = self.machine.programs[0].pid
        self.say(f"AWS frozen for {seconds:g} s")
        os.kill(server, signal.SIGSTOP)
        try:
            pause(seconds)
        finally:
            os.kill(server, signal.SIGCONT)
        self.done["freeze"] += 1


def _killed(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:  # it ended by itself just now
        return False
    return True


def _age(file: Path) -> float:
    """Seconds since a file was touched; for ever if it never was."""
    return time.time() - file.stat().st_mtime if file.exists() else float("inf")


def _named(file: Path) -> str:
    return file.read_text() if file.exists() else ""


class Strays:
    """Messages that were sent before, sent again: into `due`, or past it straight into a lane."""

    def __init__(self, machine: Machine, deliveries: list[dict[str, Any]]) -> None:
        self.sqs = client(machine.environment, "sqs")
        self.deliveries = deliveries

    def __call__(self, dice: random.Random) -> str:
        delivery = dice.choice(self.deliveries)
        queue = "due" if dice.random() < 0.5 else _lane(delivery["platform"])
        return self.send(delivery, queue, attempt=dice.choice((0, 0, 1)))

    def send(self, delivery: dict[str, Any], queue: str, attempt: int) -> str:
        url = self.sqs.get_queue_url(QueueName=f"lamppost-local-{queue}")["QueueUrl"]
        message = {"workspace": "home", "delivery": delivery["id"], "version": delivery["version"]}
        body = json.dumps({**message, "attempt": attempt})
        self.sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=delivery["platform"])
        return queue


def _lane(platform: str) -> str:
    return "x.fifo" if platform == "x" else platform
