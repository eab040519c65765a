"""What an attempt came to: one write that says so, and a next moment where there is one."""

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from . import clock, notify, renew, schedule
from .models import Account, Delivery, Grant, Intent, Pending, State, Trouble
from .problems import Blocked, Expired, Problem, Reconnect, Rejected, Retry, Unsure
from .providers import PROVIDERS
from .providers.base import Provider
from .store import accounts, deliveries, paces, pauses

log = logging.getLogger("lamppost")

#: Attempts without getting on before a delivery fails; with the backoff below that is about a day.
TRIES = 14
#: Seconds before another try when the platform named none: doubling from the first to the last.
BACKOFF = (15, 3600 * 3)


@dataclass
class Run:
    """One attempt: the delivery as claimed, and what the attempt learns on its way."""

    delivery: Delivery
    provider: Provider
    account: Account
    seconds_left: Callable[[], float]
    grant: Grant | None = None
    doubt: datetime | None = None
    committed: datetime | None = None

    @property
    def index(self) -> int:
        """The entry that is next."""
        return len(self.delivery.receipts)


def conclude(run: Run, problem: Problem) -> None:
    """What the worker does about a problem, by its kind."""
    now = clock.now()
    log.info("%s: %s", type(problem).__name__, problem.sentence, extra={"delivery": run.delivery.id})
    match problem:
        case Unsure():
            _unsure(run, problem, now)
        case Rejected() if run.doubt is not None and run.committed is None:
            _unsure(run, problem, now)  # refused while finding out whether an earlier commit is out
        case Reconnect() | Expired():
            renew.need(run.account, problem, now, run.grant)
            hold(run.delivery, problem.sentence, now, words=problem.words, doubt=_open_doubt(run))
        case Blocked():
            _block(run, problem, now)
        case Retry():
            _retry(run, problem, now)
        case _:
            fail(run.delivery, problem, now)


def _open_doubt(run: Run) -> datetime | None:
    """A doubt that this run has not settled: its own commit, once answered, leaves none."""
    return run.doubt if run.committed is None else None


def _block(run: Run, problem: Problem, now: datetime) -> None:
    until = now + timedelta(seconds=problem.after or 3600)
    platform = run.delivery.platform
    pauses.pause(platform, until, problem.sentence)
    notify.tell("platform.paused", run.delivery.workspace, {"platform": platform, "until": until})
    log.error("platform paused", extra={"platform": platform, "why": problem.sentence})
    again(run.delivery, until, problem=problem, doubt=_open_doubt(run))


def _retry(run: Run, problem: Problem, now: datetime) -> None:
    delivery = run.delivery
    if delivery.tries >= TRIES:
        fail(delivery, problem, now, doubt=_open_doubt(run))
        return
    wait = problem.after if problem.after is not None else backoff(delivery.tries)
    until = now + timedelta(seconds=wait)
    if problem.after is not None:
        for pace in run.provider.paces:
            if pace.scope == "account":
                paces.hold(delivery.platform, delivery.account, pace.number, pace.per, until)
    again(delivery, until, problem=problem, doubt=_open_doubt(run))


def backoff(tries: int) -> float:
    """Seconds before the next try: doubling, with jitter, so that a thousand posts do not knock together."""
    first, last = BACKOFF
    ceiling = min(last, first * 2 ** max(0, tries - 1))
    return float(ceiling / 2 + random.random() * ceiling / 2)  # noqa: S311  # jitter, not a secret


def _unsure(run: Run, problem: Problem, now: datetime) -> None:
    """A lost answer: healed a little later where the platform can tell, else a person decides."""
    doubt = run.doubt or run.committed or now
    final = isinstance(problem, Unsure) and problem.final
    if final or run.provider.repeatable == "none" or run.delivery.tries >= TRIES:
        fail(run.delivery, problem, now, doubt=doubt)
        return
    until = now + timedelta(seconds=max(run.provider.heal_after, problem.after or 0))
    again(run.delivery, until, problem=problem, doubt=doubt)


def wait(run: Run, outcome: Pending) -> None:
    """The platform works on: its state is kept and looked at again; too long a wait is a failure."""
    delivery, now = run.delivery, clock.now()
    since = delivery.since or now
    if now - since > run.provider.patience:
        hours = run.provider.patience.total_seconds() / 3600
        sentence = f"{run.provider.title} was still working on it after {hours:g} h; it was given up."
        fail(delivery, Rejected(sentence), now, doubt=run.doubt)
        return
    until = now + timedelta(seconds=outcome.after)
    work = {"entry": run.index, "state": outcome.state}
    changes = {"work": work, "since": since, "next": until, "lease": None, "tries": 0, "trouble": None}
    done = deliveries.settle(delivery, state="pending", **changes, **_doubted(delivery, run.doubt))
    schedule.arrange(deliveries.message(done), until, now)


def again(delivery: Delivery, at: datetime, problem: Problem | None = None, *, tries: int | None = None,
           doubt: datetime | None = None) -> None:  # fmt: skip
    """Back to `scheduled`, with a message that comes at `at`; the sweeper heals a message that is lost."""
    now = clock.now()
    trouble = Trouble(sentence=problem.sentence, words=problem.words, at=now) if problem else None
    changes: dict[str, Any] = {"next": at, "lease": None, "reserved": False, "trouble": trouble}
    changes |= {} if tries is None else {"tries": tries}
    done = deliveries.settle(delivery, state="scheduled", **changes, **_doubted(delivery, doubt))
    schedule.arrange(deliveries.message(done), at, now)


def hold(
    delivery: Delivery, sentence: str, now: datetime, *, words: str = "", doubt: datetime | None = None
) -> None:
    """Waits for the person to reconnect the account; one who did so just before did not see this one yet."""
    trouble = Trouble(sentence=sentence, words=words, at=now)
    changes = {"lease": None, "next": None, "trouble": trouble}
    done = deliveries.settle(delivery, state="held", **changes, **_doubted(delivery, doubt))
    account = accounts.read(done.workspace, done.account)
    if account is not None and account.health == "fine":
        again(done, soonest(done, now), doubt=doubt)


def soonest(delivery: Delivery, now: datetime) -> datetime:
    """When it may be tried: at once, or, in doubt, as late as after a lost answer: the platform may not list it yet."""
    heals = 0.0 if delivery.intent is None else PROVIDERS[delivery.platform].heal_after
    return now + timedelta(seconds=heals)


def fail(delivery: Delivery, problem: Problem, now: datetime, *, doubt: datetime | None = None) -> None:
    """For good, with the sentence and the platform's own words; with an open doubt it is `unsure` instead."""
    state: State = "failed" if doubt is None else "unsure"
    trouble = Trouble(sentence=problem.sentence, words=problem.words, at=now)
    changes = {"lease": None, "next": None, "trouble": trouble, **({} if doubt else {"work": delivery.steps})}
    done = deliveries.settle(delivery, state=state, **changes, **_doubted(delivery, doubt))
    notify.tell(f"post.{state}", done.workspace, told(done))


def _doubted(delivery: Delivery, doubt: datetime | None) -> dict[str, Any]:
    """The intent to keep: an open doubt goes on, an answered one ends."""
    return {"intent": Intent(entry=len(delivery.receipts), at=doubt) if doubt else None}


def told(delivery: Delivery) -> dict[str, Any]:
    return {
        "post": delivery.post,
        "delivery": delivery.id,
        "account": delivery.account,
        "platform": delivery.platform,
        "state": delivery.state,
        "url": delivery.receipts[0].url if delivery.receipts else "",
        "reason": delivery.trouble.sentence if delivery.trouble else "",
    }
