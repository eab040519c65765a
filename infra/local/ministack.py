"""Start MiniStack, the embedded AWS: on loopback only, its state kept in a folder from one clean stop to the next."""

from contextlib import ExitStack
from pathlib import Path

from infra.local import ports
from infra.local.places import Places
from infra.local.processes import Program, clean, start, stop, until


def launch(program: Path, places: Places, port: int, ending: ExitStack) -> Program:
    """The running server, once it answers; `ending` stops it."""
    for folder in (places.state, places.temporary):
        folder.mkdir(parents=True, exist_ok=True)
    log = places.log("aws")
    server = start([str(program)], log, _environment(places, port))
    ending.callback(stop, server)
    until(lambda: ports.listens(port), server, log)
    return server


def _environment(places: Places, port: int) -> dict[str, str]:
    """With `AUTH`, each function may do what its role's policies allow, and signatures are checked.

    All of this reaches every Lambda, as MiniStack hands its own environment down.
    """
    return clean(
        AUTH="true",
        BIND_HOST="127.0.0.1",
        GATEWAY_PORT=str(port),
        MINISTACK_HOST="127.0.0.1",
        PERSIST_STATE="1",
        STATE_DIR=str(places.state),
        S3_PERSIST="1",
        S3_DATA_DIR=str(places.state / "s3"),
        SFTP_ENABLED="0",
        IOT_MTLS_ENABLED="0",
        TMPDIR=str(places.temporary),
    )
