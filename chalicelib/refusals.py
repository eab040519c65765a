"""What cannot be done, told to whoever asked for it."""

from collections.abc import Sequence
from typing import Any


class Refused(Exception):
    """What a person asked for cannot be done: a status for HTTP, a code for machines, a sentence for people.

    `wait`: seconds after which it is worth asking again.
    """

    def __init__(
        self, status: int, code: str, sentence: str, details: Sequence[dict[str, Any]] = (), wait: int = 0
    ) -> None:
        super().__init__(sentence)
        self.status, self.code, self.sentence, self.details = status, code, sentence, list(details)
        self.wait = wait


def changed_meanwhile() -> Refused:
    """Somebody else wrote between a reading and the write that builds on it."""
    return Refused(409, "changed-meanwhile", "It has just changed: look again before you decide.")
