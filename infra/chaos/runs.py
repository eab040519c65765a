"""One run: a copy of the product, the crowd, the trouble, and the wait until everything has come to rest."""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from unittest.mock import patch

import httpx2

from chalicelib import clock, settings
from infra.chaos import crowds, hurry, verdicts
from infra.chaos.crowds import Crowd
from infra.chaos.plans import ANSWERS, COMMITS, Plan
from infra.chaos.trouble import Strays, Trouble
from infra.chaos.verdicts import Verdict
from infra.local import smoke
from infra.local.copies import Copy, Machine, running
from infra.local.deploying import STAGE, client
from infra.local.places import ROOT, Places
from infra.local.processes import pause
from infra.local.smoke import Client
from infra.local.steps import step

BAD_DAY = ROOT / "infra" / "chaos" / "bad_day"
#: Share of the workers' AWS calls that fail.
FAILING = 0.2
OVER = {"published", "failed", "unsure", "held", "cancelled"}
EVERY = 5.0


def run(places: Places, plan: Plan, seed: int) -> Verdict:
    """All of it, from the deploy to the verdict; the copy is stopped at the end, its folder stays."""
    folder = places.home / "bad-day"
    for name in ("workers", "commits"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    variables = {
        "PYTHONPATH": str(BAD_DAY),
        "FAILING": str(FAILING),
        "FAILING_FOLDER": str(folder),
        "FAILING_SEED": str(seed),
    }
    keys = ",".join(plan.posts)
    with (
        running(places, None, keys, variables=variables) as (copy, machine),
        _inside(machine),
        Client(copy) as api,
    ):
        return _Run(places, plan, seed, copy, machine, api).whole()


@contextmanager
def _inside(machine: Machine) -> Iterator[None]:
    """The product's own store, in this process, speaks to the copy's table meanwhile."""
    kept = (settings.settings, settings.client)
    with patch.dict(os.environ, {**machine.environment, "STAGE": STAGE}):
        for each in kept:
            each.cache_clear()
        try:
            yield
        finally:
            for each in kept:
                each.cache_clear()


@dataclass
class _Run:
    places: Places
    plan: Plan
    seed: int
    copy: Copy
    machine: Machine
    api: Client

    def whole(self) -> Verdict:
        crowd = self._crowd()
        trouble = self._trouble(crowd)
        self._early(crowd)
        trouble.begin()
        self._watch(crowd, trouble)
        return self._verdict(crowd, trouble.done)

    def _crowd(self) -> Crowd:
        for platform, path in COMMITS.items():
            slow = {
                "path": path,
                "method": "POST",
                "least": ANSWERS[0],
                "most": ANSWERS[1],
                "seed": self.seed,
            }
            self._sandbox("POST", "slow", params={"platform": platform}, json=slow)
        known = crowds.gather(self.api, self.plan)
        number = sum(self.plan.posts.values())
        with step(f"save {number} posts for {', '.join(self.plan.posts)}") as told:
            due = (clock.now() + self.plan.ahead).replace(microsecond=0)
            crowd = crowds.schedule(self.api, known, self.plan, due)
            told.append(f"all due at {due:%H:%M:%S} UTC")
        return crowd

    def _trouble(self, crowd: Crowd) -> Trouble:
        stray = Strays(self.machine, crowds.deliveries(self.api, crowd.posts))
        return Trouble(
            self.plan, self.machine, self.places.home / "bad-day", self.seed, self._traffic, stray,
            lambda what: print(f"      ! {what}", flush=True),
        )  # fmt: skip

    def _early(self, crowd: Crowd) -> None:
        """Messages of posts that are hours away, long before their time: each must end as the same one schedule."""
        strays = Strays(self.machine, [])
        for delivery in crowds.deliveries(self.api, crowd.far):
            for _ in range(3):
                strays.send(delivery, "due", attempt=0)

    def _sandbox(self, method: str, path: str, **more: Any) -> httpx2.Response:
        return httpx2.request(
            method, f"{self.copy.sandbox}/_sandbox/{path}", timeout=60, **more
        ).raise_for_status()

    def _watch(self, crowd: Crowd, trouble: Trouble) -> None:
        """Until every delivery is over, or patience is; says every few seconds how far it is."""
        end = crowd.due + self.plan.patience
        before: Counter[str] = Counter()
        while clock.now() < end:
            pause(EVERY)
            found = hurry.stored(crowd.posts)
            states: Counter[str] = Counter(each.state for each in found)
            traffic = self._traffic()
            print(_progress(crowd.due, states, traffic), flush=True)
            if trouble.over and all(each.state in OVER for each in found):
                return
            quiet = states == before and not any(seen["now"] for seen in traffic.values())
            if self.plan.hurry and quiet and trouble.over:
                hurry.age(found, client(self.machine.environment, "lambda"))
            before = states

    def _traffic(self) -> dict[str, dict[str, int]]:
        seen: dict[str, dict[str, int]] = self._sandbox("GET", "traffic").json()
        return seen

    def _verdict(self, crowd: Crowd, done: Counter[str]) -> Verdict:
        found = crowds.deliveries(self.api, crowd.posts)
        scheduler = client(self.machine.environment, "scheduler")
        listed = scheduler.list_schedules(GroupName="lamppost-local")["Schedules"]
        return Verdict(
            fates=verdicts.fates(found, smoke.public(self.copy), crowd.due),
            traffic=self._traffic(),
            calls=verdicts.calls(self.places.home / "bad-day" / "calls"),
            done=done,
            schedules=(len(listed), self.plan.far),
        )


def _progress(due: datetime, states: Counter[str], traffic: dict[str, dict[str, int]]) -> str:
    since = (clock.now() - due).total_seconds()
    counted = ", ".join(f"{number} {state}" for state, number in sorted(states.items()))
    flying = ", ".join(f"{platform} {seen['now']}" for platform, seen in traffic.items())
    return f"    {since:+5.0f} s  {counted}  ·  in flight: {flying}"
