"""Rights at Meta: those that an operator's app was reviewed for, and those that are missing."""

import re
from contextlib import AbstractContextManager

from ... import problems
from ..base import Problem, Rejected, Session

RIGHTS = ("code=10", "code=3", *(f"code={code}" for code in range(200, 300)))


def scopes_of(session: Session, name: str) -> tuple[str, ...]:
    """The scopes that an operator's app was reviewed for, instead of ours: a setting with commas or spaces."""
    return tuple(session.app.get(name, "").replace(",", " ").split())


def about_rights(refused: Problem) -> bool:
    """Whether a refusal is about permissions, by Meta's own code."""
    code = re.search(r'"code":\s*(\d+)', refused.words)
    return code is not None and f"code={code[1]}" in RIGHTS


def only_asking(title: str) -> AbstractContextManager[None]:
    """For what a post does not need (`problems.only_asking`)."""
    return problems.only_asking(f"{title} does not let Lamppost ask for this.", about_rights)


def need_scope(session: Session, scope: str) -> None:
    """What the operator's app did not ask for is no reason to have the person reconnect."""
    if scope not in session.token.scopes:
        raise Rejected(f"{session.provider.title} lets Lamppost delete only with the scope {scope}.")
