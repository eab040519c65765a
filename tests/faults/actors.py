"""Processes that a test holds by the hand: each stops before every call that leaves it, until it is told to go on.

Every actor is a thread, and only one runs at a time, so that a run is the same each time it is repeated.
"""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tests.machine import Death

#: Seconds of real time after which an actor that neither stops nor ends is a mistake in the test.
PATIENCE = 60


class Actor:
    """One process at work; `skew` is how far its clock is off."""

    def __init__(self, stage: "Stage", work: Callable[[], Any], began: datetime, skew: timedelta) -> None:
        self.began, self.skew, self.ended = began, skew, False
        self.at, self.since = "the beginning", began
        self.error: BaseException | None = None
        self._stage, self._work, self._dies = stage, work, False
        self._go, self._stops = threading.Semaphore(0), threading.Semaphore(0)
        self._thread = threading.Thread(target=self._live, daemon=True)
        self._thread.start()

    def _live(self) -> None:
        self._go.acquire()
        self._stage.here.actor = self
        try:
            self._work()
        except Death:
            pass
        except Exception as error:  # noqa: BLE001  # Lambda catches everything too
            self.error = error
        self.ended = True
        self._stops.release()

    def stop(self, at: str) -> None:
        """Called by the actor itself, before a call that leaves it."""
        self.at, self.since = at, self._stage.now
        self._stops.release()
        self._go.acquire()
        if self._dies:
            raise Death(at)

    def go(self) -> None:
        """Lets it make the call that it stands before, and run up to the next."""
        if self.ended:
            return
        self._go.release()
        assert self._stops.acquire(timeout=PATIENCE), f"stuck after {self.at}"

    def die(self) -> None:
        """Ends it where it stands: the call that it stands before is never made."""
        self._dies = True
        while not self.ended:
            self.go()

    def finish(self) -> None:
        """Lets it run to its end."""
        self.go_to("the end")

    def go_to(self, at: str) -> None:
        """Lets it run until it stands before that call, or has ended."""
        while not self.ended and self.at != at:
            self.go()


class Stage:
    """The time, and the actors; `boundary` is what every call that leaves a process passes."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.actors: list[Actor] = []
        self.here = threading.local()

    def clock(self) -> datetime:
        """The time, as the process that asks has it."""
        actor: Actor | None = getattr(self.here, "actor", None)
        return self.now + (actor.skew if actor else timedelta())

    def boundary(self, name: str) -> None:
        """Stops an actor here; anybody else passes."""
        actor: Actor | None = getattr(self.here, "actor", None)
        if actor is not None:
            actor.stop(name)

    def enter(self, work: Callable[[], Any], skew: timedelta = timedelta()) -> Actor:
        """A new process, which has not begun yet."""
        actor = Actor(self, work, self.now, skew)
        self.actors.append(actor)
        return actor

    def stopping(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """The call, with a boundary before it."""

        def stopped(*args: Any, **parts: Any) -> Any:
            self.boundary(name)
            return call(*args, **parts)

        return stopped

    @property
    def alive(self) -> list[Actor]:
        return [actor for actor in self.actors if not actor.ended]
