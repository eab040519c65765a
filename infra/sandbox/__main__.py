"""`python -m infra.sandbox --port 9000`: the stand-ins, until interrupted."""

import argparse
import signal
import threading

from .server import serve, stop


def main() -> None:
    parser = argparse.ArgumentParser(description="Stand-ins of the platforms, until interrupted (Ctrl-C).")
    parser.add_argument("--port", type=int, default=9000)
    parser.add_argument("--public", default="", help="the address under which browsers reach it")
    options = parser.parse_args()
    sandbox, server = serve(port=options.port, public=options.public)
    print(f"ready: {len(sandbox.stand_ins)} stand-ins at {sandbox.public}", flush=True)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    ended.wait()
    stop(server)


if __name__ == "__main__":
    main()
