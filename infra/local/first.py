"""The first workspace of a local copy: its API key, and a link that signs a person in."""

from infra.local.processes import python, run

CALL = "from chalicelib import clock, people; print(people.{name}(clock.now()))"


def first_key(environment: dict[str, str], stage: str) -> str:
    """A key for the workspace `home`, which is made if there is none yet."""
    return _ask("first_key", environment, stage)


def sign_in_link(environment: dict[str, str], stage: str, public_url: str) -> str:
    """An address that signs in whoever opens it first."""
    return _ask("sign_in_link", environment | {"PUBLIC_URL": public_url}, stage)


def _ask(name: str, environment: dict[str, str], stage: str) -> str:
    """In a process of its own, which has the local AWS in its environment and nothing else."""
    return run(python("-c", CALL.format(name=name)), environment | {"STAGE": stage}).strip()
