"""The first workspace of a local copy: its API key, and a link that signs a person in."""

from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from infra.local.processes import python, run

CALL = "from chalicelib import clock, people; print(people.{name}(clock.now()))"


def kept_key(kept: Path, address: str, environment: dict[str, str], stage: str) -> str:
    """The key of the last run while the product at `address` takes it, else a new one; `kept` is the owner's to read."""
    if kept.exists() and _accepted(address, kept.read_text()):
        return kept.read_text()
    key = first_key(environment, stage)
    kept.touch(mode=0o600)
    kept.write_text(key)
    return key


def _accepted(address: str, key: str) -> bool:
    try:
        with urlopen(Request(f"{address}/api/v1/accounts", headers={"Authorization": key}), timeout=60):
            return True
    except HTTPError:
        return False


def first_key(environment: dict[str, str], stage: str) -> str:
    """A key for the workspace `home`, which is made if there is none yet."""
    return _ask("first_key", environment, stage)


def sign_in_link(environment: dict[str, str], stage: str, public_url: str) -> str:
    """An address that signs in whoever opens it first."""
    return _ask("sign_in_link", environment | {"PUBLIC_URL": public_url}, stage)


def _ask(name: str, environment: dict[str, str], stage: str) -> str:
    """In a process of its own, which has the local AWS in its environment and nothing else."""
    return run(python("-c", CALL.format(name=name)), environment | {"STAGE": stage}).strip()
