"""`python -m bench.films`: the largest film that each platform takes, sent with little memory in many invocations.

The film is generated as it is read, by ranges, as from the bucket. Each platform is a process of its own, so
that the peak is its own; an invocation ends after some two dozen pieces, and the next one goes on.
"""

import argparse
import json
import re
import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from chalicelib.models import Entry, Media, Pending, Published
from infra.sandbox import serve, stop
from tests.contract.cases import case
from tests.contract.harness import Bench, MemoryFile

MIB = 1024 * 1024
#: What the platforms take: YouTube and TikTok more than a GiB, X 512 MB and LinkedIn 500 MB at the most.
SIZES = {"youtube": 1100 * MIB, "tiktok": 1100 * MIB, "x": 512_000_000, "linkedin": 500_000_000}
HEAD = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom"


class Generated(MemoryFile):
    """A film that exists only where it is read."""

    def url(self) -> str:
        return "https://example.com/film.mp4"

    def read(self, start: int = 0, end: int | None = None) -> bytes:
        end = self.media.size if end is None else min(end, self.media.size)
        assert end - start <= 128 * MIB, "no provider reads a film whole"
        piece = start.to_bytes(8, "big") * ((end - start) // 8 + 1)
        return (HEAD + piece)[: end - start] if start == 0 else piece[: end - start]


def film(size: int) -> Media:
    return Media(id="film", kind="video", mime="video/mp4", key="film", size=size, name="film.mp4",
                 width=720, height=1280, seconds=60)  # fmt: skip


def send(platform: str, size: int) -> dict[str, float]:
    """Publishes the film at the stand-in of `sandbox`, counting invocations; peak memory in MiB."""
    from chalicelib import clock

    sandbox, server = serve()
    bench = Bench(platform, case(platform), sandbox)
    connected = bench.connect()
    kind = next(
        kind
        for kind, entries in bench.case.entries.items()
        if entries[0].media[:1] and entries[0].media[0].kind == "video"
    )
    entry = Entry(text=bench.case.entries[kind][0].text, media=(film(size),))
    job = connected.job((entry,), options=bench.case.options.get(kind))
    job = replace(job, files=(Generated(entry.media[0]),))
    began, invocations = time.perf_counter(), 1
    before = _peak()
    while True:
        time_left = iter([100.0] * 24 + [10.0] * 1000)  # an invocation ends after some two dozen pieces
        outcome = bench.provider.publish(replace(job, seconds_left=time_left.__next__))
        if isinstance(outcome, Published):
            break
        assert isinstance(outcome, Pending)
        invocations += 1
        job = replace(job, state=outcome.state, now=clock.now() + timedelta(seconds=outcome.after))
    stop(server)
    return {
        "mib": size / MIB,
        "invocations": invocations,
        "seconds": time.perf_counter() - began,
        "before": before,
        "peak": _peak(),
    }


def _peak() -> float:
    """The most memory that this program has held, in MiB; `getrusage` would count its parent's too."""
    told = Path("/proc/self/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+) kB", told)[0]) / 1024


def measure(platform: str, size: int) -> dict[str, float]:
    """The same in a process of its own."""
    command = [sys.executable, "-m", "bench.films", "--one", platform, "--size", str(size)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def table() -> str:
    lines = [
        f"  {'platform':<10} {'film':>9} {'invocations':>12} {'seconds':>8} {'memory before':>14} {'peak':>9}"
    ]
    for platform, size in SIZES.items():
        found = measure(platform, size)
        lines.append(
            f"  {platform:<10} {found['mib']:>5.0f} MiB {found['invocations']:>12.0f} {found['seconds']:>8.1f} "
            f"{found['before']:>10.0f} MiB {found['peak']:>5.0f} MiB"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.films", description=__doc__)
    parser.add_argument("--one", help="one platform, printed as JSON")
    parser.add_argument("--size", type=int, default=0)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(send(options.one, options.size or SIZES[options.one])))
    else:
        print("Films sent from ranges of the bucket; a Lambda has 512 MiB:\n")
        print(table())


if __name__ == "__main__":
    main()
