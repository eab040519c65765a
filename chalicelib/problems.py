"""What can go wrong, named by what to do next.

Problem
├── Retry        again at `after`: the platform is busy, or was never reached
├── Expired      the token is not accepted: refresh once, then go on
├── Reconnect    the grant is refused: only the person can mend it
├── Rejected     the platform will never take this
│   └── Duplicate    it says that it has this very post already
├── Unsure       a commit whose answer was lost: it may be out
└── Blocked      the app, not the account: retired version, credits used up
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

#: The longest wait that is taken from a platform, in seconds: a month, as its quotas have; more is a mistake of its.
LONGEST = 31 * 86_400.0


class Problem(Exception):
    """A sentence for the person, the platform's own words, and seconds to wait where that is known."""

    def __init__(self, sentence: str, *, words: str = "", after: float | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.words = words[:2000]
        self.after = None if after is None else _bearable(after)


def _bearable(seconds: float) -> float | None:
    """A wait between none and the longest; a number that is none is no wait."""
    return None if seconds != seconds else min(LONGEST, max(0.0, seconds))


class Retry(Problem):
    """Again after `after` seconds, or after a backoff of ours when the platform gave no number."""


class Expired(Problem):
    """The access token is no longer accepted."""


class Reconnect(Problem):
    """The grant itself is gone, or too small for what is asked of it."""


class Rejected(Problem):
    """The platform will never take this as it is."""


class Duplicate(Rejected):
    """The platform says that it has this very post already; `remote` is its id where it tells."""

    def __init__(
        self, sentence: str, *, words: str = "", after: float | None = None, remote: str | None = None
    ) -> None:
        super().__init__(sentence, words=words, after=after)
        self.remote = remote


class Unsure(Problem):
    """The request that makes a post public was sent and its answer was lost; `final`: no one but a person can tell."""

    final = False


def for_a_person(problem: Problem) -> Unsure:
    """The same in words, where a commit is in doubt and no look will ever tell more."""
    unsure = Unsure(problem.sentence, words=problem.words)
    unsure.final = True
    return unsure


class Blocked(Problem):
    """The operator's app is refused, whatever the account: nothing of this platform can go out."""


@contextmanager
def gone_already(sentence: str) -> Iterator[None]:
    """For deleting: what is not there any more, which this sentence of the fault table says, is deleted."""
    try:
        yield
    except Rejected as refused:
        if refused.sentence != sentence:
            raise


@contextmanager
def only_asking(sentence: str, about: Callable[[Problem], bool] = lambda _: True) -> Iterator[None]:
    """For what a post does not need: a right that is missing there costs the answer, not the account.

    `about` tells such a refusal from others; `sentence` says what cannot be asked.
    """
    try:
        yield
    except Reconnect as refused:
        if not about(refused):
            raise
        raise Rejected(sentence, words=refused.words) from refused


@dataclass(frozen=True)
class Fault:
    """One row of a platform's error table: how an answer looks, and what it means.

    A row matches when the status is in `status` (any, if empty) and at least one of `marks` is found (none
    needed, if empty). A mark `name=value` must be one of the provider's `signs`; any other is looked for
    in the body, whatever the case.
    """

    problem: type[Problem]
    sentence: str
    marks: tuple[str, ...] = ()
    status: tuple[int, ...] = ()
    after: float | None = None

    def matches(self, status: int, signs: frozenset[str], body: str) -> bool:
        if self.status and status not in self.status:
            return False
        return not self.marks or any(mark in signs or _written(mark, body) for mark in self.marks)


def _written(mark: str, body: str) -> bool:
    return "=" not in mark and mark.lower() in body
