"""How many requests a key may send: 600 a minute, paid for in blocks, so that most requests cost no write."""

import math
from datetime import datetime, timedelta

from . import clock
from .refusals import Refused
from .store import limits

#: Requests that a key may send in a minute, and how many of them a process pays for at once.
MOST, BLOCK = 600, 20
MINUTE = timedelta(minutes=1)

#: What this process has paid for: requests left, and until when.
_paid: dict[str, tuple[int, datetime]] = {}


def allow(workspace: str, key: str) -> None:
    """Lets a request of a key pass, or refuses with the seconds to wait (1 write unit for every 20 requests)."""
    name, now = f"{workspace}.{key}", clock.now()
    left, until = _paid.get(name, (0, now))
    if left < 1 or until <= now:
        taken = limits.take(f"key {name}", MOST // BLOCK, MINUTE, now)
        if not taken.passes:
            wait = max(1, math.ceil(taken.wait))
            sentence = f"A key may send {MOST} requests a minute. Ask again in {wait} seconds."
            raise Refused(429, "too-many-requests", sentence, wait=wait)
        if len(_paid) > 1000:
            _paid.clear()
        left, until = BLOCK, now + MINUTE
    _paid[name] = (left - 1, until)
