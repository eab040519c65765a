"""`python -m infra.local run` starts the product on this machine; `smoke` sends a post through it and ends."""

import argparse
import secrets
import shutil
import signal
import sys
import time
from types import FrameType

from infra.local import first, smoke
from infra.local.copies import complain, running
from infra.local.deploying import STAGE
from infra.local.places import ROOT, Places
from infra.local.processes import Stopped

ADVICE = """
  Lamppost is at    {url}/
  Sign in with      {link}
  API key           {key}
  The sandbox       {sandbox}/  shows what is public there
  For scripts       {run}

  Ctrl-C stops it and keeps what it holds.
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.local", description=__doc__)
    parser.add_argument("command", choices=("run", "smoke"))
    parser.add_argument("--port", type=int, help="of the one address (run: 8000, smoke: any free one)")
    parser.add_argument("--name", default="main", help="a second copy's name: its folder in .local/")
    parser.add_argument("--platforms", help="only these, by key, with commas between (default: the stage's)")
    arguments = parser.parse_args()
    for kind in (signal.SIGINT, signal.SIGTERM):
        signal.signal(kind, _interrupt)
    try:
        if arguments.command == "run":
            return _run(Places(arguments.name), arguments.port or 8000, arguments.platforms)
        return _smoke(arguments.port, arguments.platforms)
    except Stopped as error:
        return complain(error)
    except KeyboardInterrupt:
        print("\n  Stopped.")
        return 0 if arguments.command == "run" else 130


def _interrupt(number: int, frame: FrameType | None) -> None:
    """SIGTERM ends it as Ctrl-C does; once it ends, nothing interrupts the ending."""
    for kind in (signal.SIGINT, signal.SIGTERM):
        signal.signal(kind, signal.SIG_IGN)
    raise KeyboardInterrupt


def _run(places: Places, port: int, platforms: str | None) -> int:
    began = time.monotonic()
    print("Starting Lamppost on this machine:")
    with running(places, port, platforms, credentials=ROOT / ".env") as (copy, machine):
        link = first.sign_in_link(machine.environment, STAGE, f"{copy.url}/api")
        print(f"  Ready after {time.monotonic() - began:.0f} s.")
        print(ADVICE.format(url=copy.url, link=link, key=copy.api_key, sandbox=copy.sandbox, run=places.run))
        sys.stdout.flush()
        machine.watch()


def _smoke(port: int | None, platforms: str | None) -> int:
    """A throwaway copy without anybody's credentials; its folder stays only if something is missing."""
    places = Places(f"smoke-{secrets.token_hex(3)}")
    print("Sending a post through a copy of Lamppost made for that:")
    with running(places, port, platforms, credentials=None) as (copy, _):
        arrivals = smoke.smoke(copy)
        print(f"\n{smoke.table(arrivals)}\n")
    missing = [arrival.platform for arrival in arrivals if arrival.arrived is None]
    if missing or not arrivals:
        print(
            f"  Missing: {', '.join(missing) or 'everything'}. The logs are in {places.home}.",
            file=sys.stderr,
        )
        return 1
    shutil.rmtree(places.home)
    print(f"  All {len(arrivals)} arrived.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
