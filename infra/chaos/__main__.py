"""`python -m infra.chaos`: a crowd of posts in one minute, workers killed, AWS failing; says whether every promise held."""

import argparse
import random
import secrets
import shutil
import signal
import sys
import time

from infra.chaos import runs, verdicts
from infra.chaos.plans import PLANS, Plan
from infra.local.copies import complain
from infra.local.places import Places
from infra.local.processes import Stopped

ABOUT = """{posts} posts in one minute through a copy of Lamppost made for that, while {kills} workers are killed (kill -9) and
one in five of the workers' AWS calls fails. Takes {minutes} minutes at the most. Ctrl-C stops it and takes the copy away.
Seed {seed}: SEED={seed} draws the same moments again.
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.chaos", description=__doc__)
    parser.add_argument("--size", choices=sorted(PLANS), default="full")
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))
    parser.add_argument("--keep", action="store_true", help="keep the copy's logs though all went well")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    places = Places(f"chaos-{secrets.token_hex(3)}")
    try:
        return _run(places, PLANS[arguments.size], arguments.seed, keep=arguments.keep)
    except Stopped as error:
        return complain(error)
    except KeyboardInterrupt:
        shutil.rmtree(places.home, ignore_errors=True)
        print("\n  Stopped.")
        return 130


def _run(places: Places, plan: Plan, seed: int, *, keep: bool) -> int:
    began = time.monotonic()
    posts, kills = sum(plan.posts.values()), sum(plan.kills.values())
    print(ABOUT.format(posts=posts, kills=kills, minutes=10, seed=seed))
    verdict = runs.run(places, plan, seed)
    print(f"\n{verdicts.table(verdict)}\n\n  All of it took {time.monotonic() - began:.0f} s.")
    if broken := verdict.broken():
        print("\n  " + "\n  ".join(broken) + f"\n  The logs are in {places.home}.", file=sys.stderr)
        return 1
    print("  Every promise held.")
    if not keep:
        shutil.rmtree(places.home)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
