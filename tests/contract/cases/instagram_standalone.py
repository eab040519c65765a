"""Instagram by its own login in the contract suite."""

from dataclasses import replace

from chalicelib.problems import Expired, Reconnect
from tests.contract.cases.facebook import GRANTS, graph
from tests.contract.cases.instagram import ASK, COMMIT, ENTRIES, LOST, OPTIONS, REFUSALS
from tests.contract.harness import Case

RIGHTS = "permission"

CASE = Case(
    entries=ENTRIES,
    options=OPTIONS,
    ask=ASK,
    commit=COMMIT,
    lost=LOST,
    refusals=(
        *REFUSALS,
        # a token that is refused is renewed once before anybody is asked
        *(each if each.mark == RIGHTS else replace(each, problem=Expired) for each in GRANTS),
        graph(Reconnect, 10, message="Not enough permissions to post", path=ASK, mark="may not post"),
        graph(Expired, 0, message="The session has been invalidated", mark="ended"),
    ),
)
