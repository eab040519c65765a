"""What the dashboard lists, as its templates want it: posts as lines, accounts with how they are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.models import Account, Delivery, Media, Post, State
from chalicelib.states import LIVE, of_post
from chalicelib.store import lists
from chalicelib.store.lists import Shelf

#: How long before its end an account's access is spoken of.
WARN = timedelta(days=10)


@dataclass(frozen=True)
class Line:
    """A post in a list."""

    id: str
    due: datetime
    text: str
    media: tuple[Media, ...]
    entries: int
    parts: Sequence[Delivery]
    series: str = ""

    @property
    def state(self) -> State:
        return of_post(part.state for part in self.parts)

    @property
    def moment(self) -> datetime:
        """When it is expected to go out; where nothing is on its way, when it was due."""
        return min(lists.moments(self.parts), default=self.due)


@dataclass(frozen=True)
class Channel:
    """An account with its last and its next delivery, and what is to be known of its access."""

    account: Account
    shelf: Shelf
    days: int | None

    @property
    def next_at(self) -> datetime | None:
        return (self.shelf.next.next or self.shelf.next.due) if self.shelf.next else None

    @property
    def last_at(self) -> datetime | None:
        last = self.shelf.last
        return last.receipts[0].at if last and last.receipts else None


def of(post: Post, parts: Sequence[Delivery]) -> Line:
    """A post's line; where every account says something of its own, the first one's words."""
    entries = post.entries or next((part.entries for part in parts), ())
    return replace(_line(post.id, post.due, entries, parts), series=post.series)


def _line(post: str, due: datetime, entries: Sequence[object], parts: Sequence[Delivery]) -> Line:
    first = parts[0].entries if parts and not entries else entries
    text = "\n".join(getattr(each, "text", "") for each in first[:1])
    media = tuple(file for each in first[:1] for file in getattr(each, "media", ()))
    return Line(post, due, text, media, len(first), parts)


def drafts(shelves: Mapping[str, Shelf]) -> list[Line]:
    """Posts that are drafts somewhere, latest first, told from their deliveries."""
    found: dict[str, list[Delivery]] = {}
    for part in (part for shelf in shelves.values() for part in shelf.drafts):
        found.setdefault(part.post, []).append(part)
    lines = [_line(post, parts[0].due, parts[0].entries, parts) for post, parts in found.items()]
    return sorted(lines, key=lambda line: line.id, reverse=True)


def troubled(shelves: Mapping[str, Shelf]) -> list[Delivery]:
    """What waits for a person on these accounts."""
    return latest(part for shelf in shelves.values() for part in shelf.troubled)


def latest(parts: Iterable[Delivery]) -> list[Delivery]:
    """The latest trouble first."""
    return sorted(parts, key=lambda part: part.trouble.at if part.trouble else part.due, reverse=True)


def coming(ahead: Iterable[Line], behind: Iterable[Line]) -> list[Line]:
    """What is still to go out, soonest first: the overdue that is on its way, then the rest."""
    overdue = [line for line in behind if line.state in LIVE]
    waiting = [line for line in ahead if line.state not in {"draft", "cancelled"}]
    once = {
        line.id: line for line in (*overdue, *waiting)
    }  # a post whose parts are due at several times is in both
    return sorted(once.values(), key=lambda line: line.moment)


def past(behind: Iterable[Line]) -> list[Line]:
    """What is over, latest first."""
    return [line for line in behind if line.state not in LIVE | {"draft"}]


def channels(own: Iterable[Account], shelves: Mapping[str, Shelf], now: datetime) -> list[Channel]:
    """The connected accounts, those that need a person first."""
    found = [
        Channel(account, shelves[account.id], _days(account, now))
        for account in own
        if account.health != "disconnected"
    ]
    return sorted(
        found, key=lambda each: (each.account.health == "fine", each.days is None, each.account.name)
    )


def _days(account: Account, now: datetime) -> int | None:
    """Whole days until the access ends, where that is soon."""
    if account.expires is None or account.expires - now > WARN:
        return None
    return max(0, (account.expires - now).days)


def soonest(parts: Iterable[Delivery]) -> datetime | None:
    """When a page's content will next change by itself."""
    return min(lists.moments(parts), default=None)
