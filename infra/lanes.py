"""What `infra/` needs to know of a platform: its key, its title, and how many of its publishers may run at once."""

from collections.abc import Iterable
from dataclasses import dataclass

PUBLISH_TIMEOUT = 120


@dataclass(frozen=True)
class Lane:
    """A platform's queue and the publisher behind it: as many lanes as its concurrency."""

    key: str
    title: str
    concurrency: int

    @property
    def serial(self) -> bool:
        """One at a time needs a FIFO queue: a standard queue's `maximum_concurrency` starts at two."""
        return self.concurrency == 1

    @property
    def function(self) -> str:
        return "publish_" + self.key.replace("-", "_")

    @property
    def name(self) -> str:
        """A logical id for CloudFormation, which takes letters and digits only."""
        return "".join(part.capitalize() for part in self.key.split("-"))

    def queue(self, stage: str) -> str:
        return f"lamppost-{stage}-{self.key}" + (".fifo" if self.serial else "")


def registered() -> tuple[Lane, ...]:
    """A lane for every platform that Lamppost knows."""
    from chalicelib.providers import PROVIDERS

    return tuple(Lane(p.key, p.title, p.concurrency) for p in PROVIDERS.values())


def chosen(lanes: Iterable[Lane], keys: Iterable[str]) -> tuple[Lane, ...]:
    """Those of `lanes` that a stage names, in its order; an unknown key is a mistake worth stopping for."""
    by_key = {lane.key: lane for lane in lanes}
    wanted = tuple(keys)
    if unknown := [key for key in wanted if key not in by_key]:
        raise SystemExit(f"No such platform: {', '.join(unknown)}. There are: {', '.join(by_key)}.")
    return tuple(by_key[key] for key in wanted)


def keys(text: str) -> tuple[str, ...]:
    """The platforms of a stage's `PLATFORMS`."""
    return tuple(key.strip() for key in text.split(",") if key.strip())
