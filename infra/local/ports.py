"""Loopback ports: kept from run to run where they are still free, for addresses that were written down."""

import json
import socket
from pathlib import Path

NAMES = ("aws", "gateway", "sandbox")


def choose(kept: Path, wanted: dict[str, int | None]) -> dict[str, int]:
    """A port for each name: the wanted one, else the one of the last run, else any free one."""
    last = json.loads(kept.read_text()) if kept.exists() else {}
    chosen: dict[str, int] = {}
    for name, port in wanted.items():
        chosen[name] = port or _kept_or_any(last.get(name), chosen)
    kept.write_text(json.dumps(chosen))
    return chosen


def _kept_or_any(last: int | None, taken: dict[str, int]) -> int:
    if last and last not in taken.values() and free(last):
        return last
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        return int(any_port.getsockname()[1])


def free(port: int) -> bool:
    """Whether nothing listens on this port of the loopback address."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0
