"""Folders of installed packages, made once and shared by all copies: MiniStack's own, and the Lambdas'."""

import fcntl
import hashlib
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local.places import ROOT, SHARED
from infra.local.processes import clean, pip_settings, run

MINISTACK = ROOT / "infra" / "local" / "requirements.txt"
LAMBDAS = ROOT / "requirements.txt"
INSTALL = (
    "-m",
    "pip",
    "install",
    "--quiet",
    "--disable-pip-version-check",
    "--require-hashes",
    "--requirement",
)


def ministack() -> Path:
    """MiniStack's program, in a virtual environment of its own with our Python.

    Its Lambda workers run on its interpreter, and find its packages beside our own, so nothing else is in there.
    """
    with _once("aws", MINISTACK) as (home, missing):
        if missing:
            run([sys.executable, "-m", "venv", str(home)], clean())
            _install([str(home / "bin" / "python"), *INSTALL, str(MINISTACK)])
    return home / "bin" / "ministack"


def lambdas() -> Path:
    """The packages of `requirements.txt`, for every function of this machine to import from.

    On AWS they are Amazon's builds, packed into each function's own code. Here each worker would unpack the sixty
    megabytes anew, so they lie on the functions' `PYTHONPATH` instead, as a layer would.
    """
    with _once("packages", LAMBDAS) as (home, missing):
        if missing:
            _install([sys.executable, *INSTALL, str(LAMBDAS), "--target", str(home)])
    return home


def _install(command: list[str]) -> None:
    run(command, clean(**pip_settings()))


@contextmanager
def _once(name: str, requirements: Path) -> Iterator[tuple[Path, bool]]:
    """A folder for just these requirements and this Python, and whether it is to be filled. One maker at a time."""
    wanted = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()[:12]
    home = SHARED / f"{name}-{wanted}"
    SHARED.mkdir(exist_ok=True)
    with home.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = home.with_suffix(".made")
        if not made.exists():
            shutil.rmtree(home, ignore_errors=True)
        yield home, not made.exists()
        made.touch()
