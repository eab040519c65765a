"""A delivery's states and the arrows between them, as one table."""

from collections.abc import Iterable

from .models import State

ARROWS: dict[State, frozenset[State]] = {
    "draft": frozenset({"scheduled", "cancelled"}),
    "scheduled": frozenset({"publishing", "held", "failed", "cancelled", "draft", "scheduled"}),
    "publishing": frozenset({"published", "pending", "scheduled", "failed", "unsure", "held", "publishing"}),
    "pending": frozenset({"publishing", "failed"}),
    "held": frozenset({"scheduled", "failed", "cancelled", "unsure", "published"}),
    "failed": frozenset({"scheduled", "published", "cancelled"}),
    "unsure": frozenset({"published", "scheduled", "failed"}),
    "published": frozenset(),
    "cancelled": frozenset(),
}

#: Somebody or something still has to act; the sweeper watches over these.
LIVE: frozenset[State] = frozenset({"scheduled", "publishing", "pending"})
#: A person may still change what is said and when.
OPEN: frozenset[State] = frozenset({"draft", "scheduled", "held", "failed"})

#: The first of these that any delivery has is the post's own state: what needs a person comes first.
_LOUDEST: tuple[State, ...] = (
    "unsure",
    "failed",
    "held",
    "publishing",
    "pending",
    "scheduled",
    "draft",
    "published",
    "cancelled",
)


def allowed(before: State, after: State) -> bool:
    """Whether the table has this arrow."""
    return after in ARROWS[before]


def sources(after: State) -> tuple[State, ...]:
    """The states from which `after` can be reached."""
    return tuple(before for before, targets in ARROWS.items() if after in targets)


def of_post(states: Iterable[State]) -> State:
    """A post's state, computed from its deliveries': the loudest of them."""
    present = set(states)
    return next((state for state in _LOUDEST if state in present), "draft")
