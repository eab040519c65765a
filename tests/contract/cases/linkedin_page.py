"""LinkedIn pages in the contract suite."""

from tests.contract.cases.linkedin import COMMIT, ENTRIES, OPTIONS, refusals
from tests.contract.harness import Case

CASE = Case(
    entries=ENTRIES,
    options=OPTIONS,
    ask="/rest/images|/dms-uploads",
    commit=COMMIT,
    lost={
        "text": "healed",
        "picture": "healed",
        "pictures": "healed",
        "video": "healed",
        "document": "healed",
        "link": "healed",
        "poll": "healed",
    },
    refusals=refusals("administer"),
)
