"""The tools of an assistant: what each takes, gives and may change; and how one is called."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from inspect import cleandoc
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from chalicelib.people import Caller
from chalicelib.problems import Problem
from chalicelib.refusals import Refused
from chalicelib.store.people import Scope

from ..given import Given
from ..http import first_sentence, plain

log = logging.getLogger("lamppost")

#: What a tool answers with: a sentence, and a body that is its `gives`.
Said = tuple[str, Any]
Run = TypeVar("Run", bound=Callable[..., Said])


@dataclass(frozen=True)
class Tool:
    """One deed. `destructive`: it takes back something; `idempotent`: twice is as once; `outward`: it reaches others."""

    name: str
    title: str
    description: str
    takes: type[Given]
    gives: type[BaseModel]
    scope: Scope
    destructive: bool
    idempotent: bool
    outward: bool
    run: Callable[..., Said]


@dataclass(frozen=True)
class Done:
    """What came of a call; `wrong` where it could not be done, and then there is no body."""

    sentence: str
    body: Any = None
    wrong: bool = False


_TOOLS: dict[str, Tool] = {}


def tool(
    title: str,
    takes: type[Given],
    gives: type[BaseModel],
    *,
    scope: Scope = "read",
    destructive: bool = False,
    idempotent: bool = True,
    outward: bool = False,
) -> Callable[[Run], Run]:
    """Registers `run(workspace, given)` under its name; its docstring is what the assistant reads."""

    def register(run: Run) -> Run:
        said = cleandoc(run.__doc__ or "")
        _TOOLS[run.__name__] = Tool(
            run.__name__, title, said, takes, gives, scope, destructive, idempotent, outward, run
        )
        return run

    return register


def known() -> dict[str, Tool]:
    """Every tool by its name."""
    from . import reads, writes

    assert reads
    assert writes
    return _TOOLS


def of(who: Caller) -> list[Tool]:
    """The tools that a caller may use."""
    return [each for each in known().values() if who.may(each.scope)]


def call(who: Caller, name: str, arguments: dict[str, Any]) -> Done:
    """Runs a tool; whatever stands in the way is told in sentences, so that the assistant can mend it."""
    wanted = known()[name]
    try:
        if not who.may(wanted.scope):
            raise Refused(403, "forbidden", f"This key may not {wanted.scope}. Use one that may.")
        sentence, body = wanted.run(who.workspace, wanted.takes.model_validate(arguments))
        return Done(sentence, plain(body))
    except Refused as refused:
        return Done(" ".join(_sentences(refused)), wrong=True)
    except Problem as trouble:
        words = f" The platform's words: {trouble.words}" if trouble.words else ""
        return Done(f"{trouble.sentence}{words}", wrong=True)
    except ValidationError as wrong:
        return Done(f"{first_sentence(wrong)}.", wrong=True)
    except Exception:
        log.exception("a tool stumbled")
        return Done("Lamppost stumbled over this; the operator was told.", wrong=True)


def _sentences(refused: Refused) -> list[str]:
    """Its sentence, and every further one that its details hold, each with its account."""
    more = [
        f"{each['platform']} ({each['account']}): {each['sentence']}"
        for each in refused.details
        if {"platform", "account", "sentence"} <= set(each)
    ]
    return more or [refused.sentence]
