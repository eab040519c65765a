"""`python -m tests.faults`: a fault at every step of a publication, on every platform; the table of what it did.

Each step is met by each kind of fault, in a run of its own: the process dies after the call (which is before the
next); the call fails; it succeeds and its answer is lost; it hangs until the Lambda is out of time. The steps from
the API to the lane are the same on every platform, and are tried on one. `--size ci` takes one platform for each
way of healing and a thread. Ends with 1 if anything was lost, out twice or untrue, or if a person was asked where
the platform could tell. Ctrl-C stops it.
"""

import argparse
import multiprocessing
import sys
import time

from chalicelib.providers import PROVIDERS
from tests.faults.measure import row
from tests.faults.table import Row, kinds, lines, told
from tests.faults.test_steps import WAYS


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--size", choices=("ci", "full"), default="full")
    parser.add_argument("--platforms", default=",".join(PROVIDERS), help="keys, with commas between")
    parser.add_argument("--kind", default="", help="one kind of entry only, as the platform's case names it")
    options = parser.parse_args()
    work = _work(options)
    print(f"{len(work)} kinds of post on {len({key for key, _ in work})} platforms:", flush=True)
    rows = _measured(work)
    print("\n" + "\n".join(lines(rows)))
    return int(any(each.broken for each in rows))


def _work(options: argparse.Namespace) -> list[tuple[str, str]]:
    chosen = options.platforms.split(",")
    if options.size == "ci":
        return [way for way in WAYS if way[0] in chosen]
    work = [(key, kind) for key in chosen for kind in kinds(key)]
    return [each for each in work if not options.kind or each[1] == options.kind]


def _measured(work: list[tuple[str, str]]) -> list[Row]:
    began, rows = time.monotonic(), []
    with multiprocessing.get_context("spawn").Pool(2, maxtasksperchild=1) as pool:
        for done in pool.imap_unordered(row, work):
            rows.append(done)
            print(f"  {time.monotonic() - began:5.0f} s  {told(done)}", flush=True)
    return sorted(rows, key=lambda each: (each.platform, each.kind))


if __name__ == "__main__":
    sys.exit(main())
