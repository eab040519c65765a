"""A running copy of the whole product: its processes from start to stop."""

import fcntl
import json
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NoReturn

from infra.local import apigateway, deploying, environments, first, front, ministack, ports
from infra.local.places import Places
from infra.local.processes import Program, Stopped, aws, clean, pause, python, start, stop, until
from infra.local.relay import Server
from infra.local.steps import step


@dataclass(frozen=True)
class Copy:
    """How to reach a running copy: the product, a key for its API, the sandbox."""

    url: str
    api_key: str
    sandbox: str


@dataclass(frozen=True)
class Machine:
    """What must run before anything is deployed."""

    places: Places
    ports: dict[str, int]
    environment: dict[str, str]
    programs: tuple[Program, ...]

    def watch(self) -> NoReturn:
        """Wait for ever; a program that ends by itself is an error."""
        while True:
            pause(1)
            for program in self.programs:
                if program.poll() is not None:
                    raise Stopped(f"{program.args!r} ended by itself: see the logs in {self.places.home}.")


@contextmanager
def running(
    places: Places,
    port: int | None,
    platforms: str | None = None,
    *,
    credentials: Path | None = None,
    variables: Mapping[str, str] | None = None,
) -> Iterator[tuple[Copy, Machine]]:
    """Start everything, note in `run.json` how to reach it, and stop everything at the end.

    `variables` join the functions' environment.
    """
    places.home.mkdir(parents=True, exist_ok=True)
    with ExitStack() as ending:
        _alone(places, ending)
        machine = _machine(places, port, ending)
        at = machine.ports
        order = deploying.Order(
            places,
            machine.environment,
            at["front"],
            at["sandbox"],
            platforms,
            credentials,
            variables or {},
        )
        api = deploying.everything(order)
        _until_closed(front.start(at["front"], at["aws"], api), ending)
        url = f"http://localhost:{at['front']}"
        with step("the first workspace and its key"):
            key = first.kept_key(places.home / "key", url, machine.environment, deploying.STAGE)
        copy = Copy(url, key, f"http://localhost:{at['sandbox']}")
        ending.callback(places.run.unlink, missing_ok=True)
        _note(copy, places.run)
        yield copy, machine


def _alone(places: Places, ending: ExitStack) -> None:
    """One copy at a time in a folder: two would write over one another's state."""
    lock = ending.enter_context((places.home / "lock").open("w"))
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise Stopped(
            f"The copy `{places.name}` runs already: {places.run} says where. For a second one beside it, "
            "give it a name and a port: make run NAME=second PORT=8001."
        ) from None


def _machine(places: Places, port: int | None, ending: ExitStack) -> Machine:
    """MiniStack, the stand-in before its API Gateway, and the sandbox."""
    wanted = {"front": port, **dict.fromkeys(ports.NAMES)}
    if port and not ports.free(port):
        raise Stopped(
            f"Something listens on port {port} already. Choose another one: --port, and --name for a second copy."
        )
    at = ports.choose(places.ports, wanted)
    with step("MiniStack's own virtual environment"):
        program = environments.ministack()
    with step("MiniStack, the AWS of this machine") as told:
        shutil.rmtree(places.temporary, ignore_errors=True)
        ending.callback(shutil.rmtree, places.temporary, ignore_errors=True)
        server = ministack.launch(program, places, at["aws"], ending)
        told.append(f"port {at['aws']}")
    _until_closed(apigateway.start(at["aws"], at["gateway"]), ending)
    with step("the sandbox, in place of the platforms"):
        sandbox = _sandbox(places, at["sandbox"], ending)
    return Machine(places, at, aws(at["aws"], at["gateway"]), (server, sandbox))


def _sandbox(places: Places, port: int, ending: ExitStack) -> Program:
    log = places.log("sandbox")
    command = python("-m", "infra.sandbox", "--port", str(port), "--public", f"http://localhost:{port}")
    sandbox = start(command, log, clean())
    ending.callback(stop, sandbox)
    until(lambda: ports.listens(port), sandbox, log)
    return sandbox


def _until_closed(server: Server, ending: ExitStack) -> None:
    ending.callback(server.server_close)
    ending.callback(server.shutdown)


def _note(copy: Copy, run: Path) -> None:
    """The key is a secret, if only a local one: the file is the owner's."""
    run.touch(mode=0o600)
    run.write_text(json.dumps(asdict(copy), indent=2) + "\n")


def complain(error: Stopped) -> int:
    print(f"\n{error}", file=sys.stderr)
    return 1
