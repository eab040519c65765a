"""Bad input from platforms: whatever they answer, at whatever place, becomes a problem in a sentence or a success,
and never a crash; and an answer to the request that made a post public never makes us send it again.
"""

import os
import traceback
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from itertools import islice

from chalicelib.answers import understood
from chalicelib.problems import Problem, Retry
from tests.contract.conftest import bench
from tests.contract.harness import Bench
from tests.guard.spoilt import LARGE, Said, pieces, whole
from tests.guard.tape import Deed, Deeds, Tape

__all__ = ["bench"]

EXAMPLES = int(os.environ.get("HYPOTHESIS_EXAMPLES", "12"))


def spoils(said: Said, seed: str) -> Iterator[tuple[str, Said]]:
    yield from whole(said)
    yield from pieces(said, EXAMPLES, seed)


def test_no_answer_of_a_platform_is_more_than_a_problem(bench: Bench) -> None:
    tape, wrong = Tape(), []
    for name, deed in Deeds(bench, tape).every():
        tape.answers = []
        with tape.recording(), suppress(Problem):
            deed()
        answers = tape.answers
        for index, said in enumerate(answers):
            for what, spoilt in spoils(said, f"{bench.provider.key} {name}"):
                played = [*answers[:index], spoilt, *answers[index + 1 :]]
                if trouble := done(tape, deed, played, spoilt, name.startswith("publish")):
                    wrong.append(f"{name}, {said.method} {said.where}, {what}: {trouble}")
    assert not wrong, f"{len(wrong)}:\n" + "\n".join(wrong[:60])


def done(tape: Tape, deed: Deed, answers: list[Said], spoilt: Said, publishing: bool) -> str:
    """What is wrong with how a deed took these answers; nothing, where it is a success or a fitting problem."""
    try:
        with tape.playing(answers), nullcontext() if publishing else understood("The platform"):
            deed()
    except Problem as problem:
        if spoilt.committed and spoilt.status < 300 and isinstance(problem, Retry):
            return f"it would be sent again: {problem.sentence}"
        return "" if problem.sentence and problem.sentence.endswith(".") else "no sentence"
    except Exception as error:  # noqa: BLE001  # that is what is looked for
        last = traceback.extract_tb(error.__traceback__)
        ours = next((each for each in reversed(last) if "/chalicelib/" in each.filename), last[-1])
        return f"{type(error).__name__} {str(error)[:60]!r} at {ours.filename.rpartition('/chalicelib/')[2]}:{ours.lineno}"
    return ""


def test_an_answer_of_ten_megabytes_is_only_long(bench: Bench) -> None:
    tape, wrong = Tape(), []
    for name, deed in islice(Deeds(bench, tape).every(), 2):
        tape.answers = []
        with tape.recording():
            deed()
        last = tape.answers[-1]
        spoilt = Said(last.method, last.where, last.status, LARGE, {"content-type": "application/json"})
        if trouble := done(tape, deed, [*tape.answers[:-1], spoilt], spoilt, name.startswith("publish")):
            wrong.append(f"{name}: {trouble}")
    assert wrong == []
