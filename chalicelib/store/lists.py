"""What people look through: an account's last and next, what waits for a person, and what is past."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from itertools import islice

from boto3.dynamodb.conditions import Key

from chalicelib.clock import iso
from chalicelib.models import Delivery, Model, Post, State

from . import deliveries, table
from .records import model
from .table import Item

#: States in which a delivery waits for a person.
TROUBLED: tuple[State, ...] = ("unsure", "failed", "held")

#: Queries at one time: each is a few milliseconds of waiting.
_ABREAST = 8


class Shelf(Model):
    """One account's deliveries that are looked at: the last that is out, the next to come, those that wait."""

    last: Delivery | None = None
    next: Delivery | None = None
    drafts: tuple[Delivery, ...] = ()
    troubled: tuple[Delivery, ...] = ()


def shelves(workspace: str, accounts: Sequence[str], known: "Known") -> dict[str, Shelf]:
    """Every account's shelf: two Queries each (half a read unit per 4 KB), some at a time, and one more for an end that
    is not `known` already."""
    with ThreadPoolExecutor(_ABREAST) as pool:
        found = list(pool.map(partial(_shelf, workspace, known), accounts))
    return dict(zip(accounts, found, strict=True))


class Known(Model):
    """Deliveries that were read already; `all_ahead` and `all_behind`: there are none besides that are due later, or earlier."""

    parts: tuple[Delivery, ...] = ()
    all_ahead: bool = False
    all_behind: bool = False

    def last(self, account: str) -> tuple[bool, Delivery | None]:
        """Whether it is known what is out last of an account, and what."""
        found = max(self._of(account, "published"), key=_place, default=None)
        return found is not None or self.all_behind, found

    def next(self, account: str) -> tuple[bool, Delivery | None]:
        """Whether it is known what an account sends next, and what."""
        found = min(self._of(account, "scheduled"), key=_place, default=None)
        return found is not None or (self.all_ahead and self.all_behind), found

    def _of(self, account: str, state: State) -> list[Delivery]:
        return [part for part in self.parts if (part.account, part.state) == (account, state)]


def in_trouble(workspace: str, accounts: Iterable[str]) -> list[Delivery]:
    """What waits for a person on the accounts, latest due first (two Queries for each account)."""
    with ThreadPoolExecutor(_ABREAST) as pool:
        found = pool.map(lambda account: _waiting(workspace, account), accounts)
    return sorted((part for parts in found for part in parts), key=lambda part: part.due, reverse=True)


#: A delivery's place in a list by due time: due, post, account.
Place = tuple[str, str, str]


def page_in_states(
    workspace: str, accounts: Iterable[str], states: Sequence[State], below: Place | None, limit: int
) -> tuple[list[Delivery], Place | None]:
    """At most `limit` of the accounts' deliveries in these states, latest due first, and the last one's place if more follow.

    A Query for each account and state (half a read unit per 4 KB), none of which reads more than a page.
    """
    wanted = [(account, state) for account in accounts for state in states]
    with ThreadPoolExecutor(_ABREAST) as pool:
        found = pool.map(lambda each: _below(workspace, each, below, limit + 1), wanted)
    listed = sorted((part for parts in found for part in parts), key=_place, reverse=True)
    return listed[:limit], _place(listed[limit - 1]) if len(listed) > limit else None


def _below(workspace: str, of: tuple[str, State], below: Place | None, limit: int) -> list[Delivery]:
    account, state = of
    mine, low = Key("account_pk").eq(f"w#{workspace}#a#{account}"), f"{state}#"
    high = f"{low}{below[0]}#{below[1]}" if below else f"{low}~"
    items = table.pages(
        mine & Key("account_sk").between(low, high), index="by_account", size=limit + 1, newest_first=True
    )
    fitting = (part for part in (model(Delivery, each) for each in items) if part.state == state)
    return list(islice((part for part in fitting if below is None or _place(part) < below), limit))


def _place(delivery: Delivery) -> Place:
    return iso(delivery.due), delivery.post, delivery.account


def _shelf(workspace: str, known: Known, account: str) -> Shelf:
    (told_last, last), (told_next, following) = known.last(account), known.next(account)
    waiting = _waiting(workspace, account, "draft")
    return Shelf(
        last=last if told_last else _end(workspace, account, "published", newest_first=True),
        next=following if told_next else _end(workspace, account, "scheduled", newest_first=False),
        drafts=tuple(part for part in waiting if part.state == "draft"),
        troubled=tuple(part for part in waiting if part.state in TROUBLED),
    )


def _waiting(workspace: str, account: str, *drafts: State) -> list[Delivery]:
    """What of an account waits for a person; its drafts stand right before that in the index."""
    beside = deliveries.of_account(workspace, account, *drafts, "failed", "held")
    return [*deliveries.of_account(workspace, account, "unsure"), *beside]


def _end(workspace: str, account: str, state: State, *, newest_first: bool) -> Delivery | None:
    where = Key("account_pk").eq(f"w#{workspace}#a#{account}") & Key("account_sk").begins_with(f"{state}#")
    found, _ = table.query(where, index="by_account", limit=1, newest_first=newest_first)
    return model(Delivery, found[0]) if found else None


def before(
    workspace: str, mark: str, limit: int = 200
) -> tuple[list[tuple[Post, list[Delivery]]], str | None]:
    """Posts below `mark` with their deliveries, latest first, and the next page's mark (as `posts.between`).

    A mark is a due time (ISO 8601), or one that an earlier page gave. A post's own item comes after its
    deliveries in this order, so a page ends after a whole post, and the next begins there.
    """
    where = Key("due_pk").eq(f"w#{workspace}") & Key("due_sk").lt(mark)
    found, last = table.query(where, index="by_due", limit=limit, newest_first=True)
    heads = [each for each in found if each["sk"] == "post"]
    parts = _by_post(found)
    listed = [_whole(model(Post, head), parts.get(head["id"], [])) for head in heads]
    return listed, heads[-1]["due_sk"] if last and heads else None


def _whole(post: Post, parts: list[Delivery]) -> tuple[Post, list[Delivery]]:
    """A post with all its deliveries; those that are due at other times are read besides."""
    return post, deliveries.of_post(post.workspace, post.id) if post.apart else parts


def _by_post(found: list[Item]) -> dict[str, list[Delivery]]:
    parts: dict[str, list[Delivery]] = {}
    for delivery in filter(None, map(deliveries.of_item, found)):
        parts.setdefault(delivery.post, []).append(delivery)
    return parts


def moments(parts: Iterable[Delivery]) -> list[datetime]:
    """When something is expected to happen to those that are on their way."""
    return [part.next or part.due for part in parts if part.state in {"scheduled", "publishing", "pending"}]
