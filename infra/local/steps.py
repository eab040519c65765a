"""Tell a person what is going on: one line per step, with the seconds it took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def step(says: str) -> Iterator[list[str]]:
    """Print what is being done, then how long it took; what is put into the list is told behind it."""
    began = time.monotonic()
    told: list[str] = []
    print(f"  {says} …", end="", flush=True)
    try:
        yield told
    except BaseException:
        print(" failed", flush=True)
        raise
    more = f" ({', '.join(told)})" if told else ""
    print(f" {time.monotonic() - began:.1f} s{more}", flush=True)
