"""A thousand posts at once: how fast they leave, and how long another workspace's single post waits behind them.

`python -m tests.faults.crowds` prints both for X, by the machine in one process (a few minutes).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chalicelib.models import Account, Delivery
from chalicelib.providers import PROVIDERS
from chalicelib.store import accounts, deliveries
from infra.sandbox.base import Refusal
from tests.faults.measure import bench
from tests.machine import Machine
from tests.world import World

PLATFORM = "x"
#: How long one post keeps X's lane busy: what X's own answers take.
TAKES = timedelta(milliseconds=500)


class Strict:
    """X's documented windows, counted sliding, the strictest way: what is over them is refused with 429."""

    def __init__(self, stand_in: Any) -> None:
        self.stand_in, self.refused = stand_in, 0
        self.times: dict[str, list[datetime]] = {}
        self._refuse = stand_in._refuse
        stand_in._refuse = self.refuse

    def refuse(self, person: Any, wanted: dict[str, Any]) -> None:
        now, times = self.stand_in.now(), self.times.setdefault(person.id, [])
        for pace in PROVIDERS[PLATFORM].paces:
            if pace.scope == "account" and sum(now - each < pace.per for each in times) >= pace.number:
                self.refused += 1
                raise Refusal(429, {"title": "Too Many Requests"})
        self._refuse(person, wanted)
        times.append(now)

    def end(self) -> None:
        self.stand_in._refuse = self._refuse


@dataclass(frozen=True)
class Crowd:
    """What became of many posts of one account: when they left, and what each had been told before."""

    posts: int
    out: int
    refused: int
    unexplained: int
    first: timedelta
    last: timedelta


def crowd(world: World, machine: Machine, posts: int) -> Crowd:
    """That many posts of one account, due now."""
    strict, start = Strict(world.sandbox[PLATFORM]), machine.clock()
    account = world.connect(PLATFORM, start)
    made = [world.post([account], start, start, f"Post {number}")[1][0] for number in range(posts)]
    machine.run(minutes=1)
    unexplained = sum(_unexplained(_read(each), machine.clock()) for each in made)
    machine.run(hours=posts / 80 + 1)
    left = _left(made)
    strict.end()
    return Crowd(posts, len(left), strict.refused, unexplained, left[0] - start, left[-1] - start)


def _unexplained(delivery: Delivery, now: datetime) -> bool:
    """Whether a post waits without a moment and a sentence for the person."""
    waits = delivery.state != "published"
    return waits and not (delivery.next and delivery.next > now and delivery.trouble)


def noise(world: World, machine: Machine, quiet: World, posts: int) -> timedelta:
    """How long one post of `quiet` waits when `world` has so many due in the same second, on many accounts."""
    start = machine.clock()
    first = world.connect(PLATFORM, start)
    noisy = _copies(first, max(1, posts // 10))
    for number in range(posts):
        world.post([noisy[number % len(noisy)]], start, start, f"Noise {number}")
    alone = quiet.connect(PLATFORM, start, person=1)
    due = start + timedelta(seconds=2)
    _, (delivery,) = quiet.post([alone], due, start, "The one")
    machine.takes = TAKES
    machine.run(minutes=posts / 100 + 5)
    return _read(delivery).receipts[0].at - due


def _copies(account: Account, number: int) -> list[Account]:
    """More accounts that sign with the same grant, so that no account's own pace slows the noise down."""
    copies = [account.model_copy(update={"id": f"{account.id[:10]}{each:06d}"}) for each in range(number)]
    for each in copies:
        accounts.save(each)
    return copies


def _read(delivery: Delivery) -> Delivery:
    found = deliveries.read(delivery.workspace, delivery.id)
    assert found is not None
    return found


def _left(made: Sequence[Delivery]) -> list[datetime]:
    return sorted(each.receipts[0].at for each in map(_read, made) if each.receipts)


def main(posts: int = 1000) -> None:
    with bench() as runs, runs.opened(PLATFORM) as (world, machine):
        found = crowd(world, machine, posts)
        print(f"{found.out} of {found.posts} posts of one X account left within {found.last}; "
              f"{found.refused} were refused, {found.unexplained} waited without a word.")  # fmt: skip
    with bench() as runs, runs.opened(PLATFORM) as (world, machine):
        waited = noise(world, machine, World(world.sandbox, "quiet"), posts)
        print(
            f"One post beside {posts} of another workspace left {waited.total_seconds():.1f} s after its time."
        )


if __name__ == "__main__":
    main()
