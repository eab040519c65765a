"""Requests that are under way at the stand-ins at the same time, counted; and slow answers, so that there are some.

A request is under way from its arrival to its answer, or to the moment at which its caller hangs up. What a caller
does not wait for may still happen, as on a platform that has read the request already.
"""

import random
import re
import select
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from werkzeug.wrappers import Request

from .base import Cut

STEP = 0.02
"""Seconds between two looks whether the caller is still there."""


@dataclass
class Slow:
    """Requests to count, and how long they take: from `least` to `most` seconds. After a cut line `lands` of them happen."""

    path: str = ""
    method: str = ""
    least: float = 0
    most: float = 0
    lands: float = 0.5
    seed: int = 0
    dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)

    def fits(self, request: Request) -> bool:
        return self.method in ("", request.method) and re.search(self.path, request.path) is not None


class Traffic:
    """What is under way at each platform, the most that ever was, how many in all, how many callers hung up."""

    def __init__(self) -> None:
        self.rules: dict[str, Slow] = {}
        self.now: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.total: Counter[str] = Counter()
        self.cut: Counter[str] = Counter()
        self._lock = threading.Lock()

    def seen(self) -> dict[str, dict[str, int]]:
        with self._lock:
            kinds = {"now": self.now, "most": self.most, "total": self.total, "cut": self.cut}
            return {key: {kind: found[key] for kind, found in kinds.items()} for key in self.rules}

    @contextmanager
    def passing(self, key: str, request: Request) -> Iterator[None]:
        """Around the answer to one request; raises `Cut` where the caller is gone and nothing shall happen."""
        rule = self.rules.get(key)
        if rule is None or not rule.fits(request):
            yield
            return
        request.get_data(cache=True)  # unread bytes would hide that the line is cut
        self._enter(key)
        gone = False
        try:
            gone = self._wait(rule, request)
            if gone:
                self._leave(key, cut=True)
                self._after(rule)
            yield
        finally:
            if not gone:
                self._leave(key)

    def _enter(self, key: str) -> None:
        with self._lock:
            self.now[key] += 1
            self.total[key] += 1
            self.most[key] = max(self.most[key], self.now[key])

    def _leave(self, key: str, *, cut: bool = False) -> None:
        with self._lock:
            self.now[key] -= 1
            self.cut[key] += cut

    def _wait(self, rule: Slow, request: Request) -> bool:
        """Takes its time; whether the caller hung up meanwhile."""
        end = time.monotonic() + rule.dice.uniform(rule.least, rule.most)
        while (left := end - time.monotonic()) > 0:
            if _hung_up(request.environ["werkzeug.socket"], min(STEP, left)):
                return True
        return False

    @staticmethod
    def _after(rule: Slow) -> None:
        """A platform may have read the request, and finish it a little later; or the line took it along."""
        if rule.dice.random() >= rule.lands:
            raise Cut
        threading.Event().wait(rule.dice.uniform(0, rule.most))


def _hung_up(line: socket.socket, seconds: float) -> bool:
    """Whether the other side closes the line within `seconds`."""
    readable, _, _ = select.select([line], [], [], seconds)
    if not readable:
        return False
    try:
        return line.recv(1, socket.MSG_PEEK) == b""
    except OSError:
        return True
