"""`python -m tests.faults`: a fault at every step of a publication, on every platform; the table of what it did.

Each step is met by each kind of fault, in a run of its own: the process dies before the call, or after it; the
call fails; it succeeds and its answer is lost. Ends with 1 if anything was lost or out twice. Ctrl-C stops it.
"""

import argparse
import multiprocessing
import sys
import time

from chalicelib.providers import PROVIDERS
from tests.faults.measure import measure
from tests.faults.table import kinds, lines


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--platforms", default=",".join(PROVIDERS), help="keys, with commas between")
    parser.add_argument("--kind", default="", help="one kind of entry only, as the platform's case names it")
    options = parser.parse_args()
    work = [(key, kind) for key in options.platforms.split(",") for kind in kinds(key)]
    work = [each for each in work if not options.kind or each[1] == options.kind]
    began = time.monotonic()
    print(f"{len(work)} kinds of post on {len({key for key, _ in work})} platforms:", flush=True)
    rows = []
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        for row in pool.imap_unordered(measure, work):
            rows.append(row)
            print(
                f"  … {row.platform}, {row.kind}: {row.faults} faults, after {time.monotonic() - began:.0f} s",
                flush=True,
            )
    rows.sort(key=lambda row: (row.platform, row.kind))
    print("\n" + "\n".join(lines(rows)))
    return int(any(row.broken for row in rows))


if __name__ == "__main__":
    sys.exit(main())
