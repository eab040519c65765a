"""The same text on the same account twice within a day: found before it is saved, and kept from being a race.

Every scheduled post leaves a mark under the hash of its text. A mark only says where to look: whether a post
still says so, then, on that account, is read from its delivery. One call for the marks, one more where there are any;
the new mark is written in the transaction that saves the post, and of two who would be first one looks again.
"""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from .clock import iso
from .models import Account, Delivery, Entry, Model, State
from .providers import PROVIDERS
from .refusals import Refused
from .slots import zone_named
from .store import deliveries, sayings
from .store.sayings import Saying, Sayings
from .store.table import Change
from .text import comparable

log = logging.getLogger("lamppost")

#: Nearer than this, by the clock or by the sun, is the same again.
DAY = timedelta(days=1)
#: Deliveries that are looked at for one new post: what one call reads.
MOST = 100
#: States in which a delivery is out, or will be.
SAID: frozenset[State] = frozenset({"scheduled", "publishing", "pending", "held", "published", "unsure"})


class Same(Model):
    """A delivery that says the same on the same account, and whether it is out."""

    account: str
    post: str
    due: datetime
    out: bool


@dataclass(frozen=True)
class Look:
    """What was found about a new post's texts, and what is to be written when it is saved."""

    said: Mapping[str, str]
    pages: Mapping[str, Sayings]
    found: Sequence[Same]

    def marks(self, post: str, due: datetime, *, fenced: bool, gone: str = "") -> list[Change]:
        """A mark for each different text; `fenced`, only while nobody else has said it since. `gone`: a post whose
        mark goes at the same time."""
        return [
            sayings.marked(
                page, Saying(post=post, due=due, accounts=self._who(digest)), fenced=fenced, gone=gone
            )
            for digest, page in self.pages.items()
        ]

    def _who(self, digest: str) -> tuple[str, ...]:
        return tuple(account for account, own in self.said.items() if own == digest)


def digest(entries: Sequence[Entry]) -> str:
    """The hash of what is said, whatever its case and spacing; empty where there are no words."""
    words = "\n".join(" ".join(comparable(entry.text).casefold().split()) for entry in entries)
    return hashlib.sha256(words.encode()).hexdigest()[:32] if words.strip() else ""


def look(
    workspace: str, said: Mapping[str, Sequence[Entry]], due: datetime, zone: str, *later: datetime
) -> Look:
    """Who else says what these accounts are to say within a day of `due`, or of the same `later`, soonest first."""
    moments = (due, *later)
    digests = {account: own for account, entries in said.items() if (own := digest(entries))}
    pages = sayings.read(workspace, dict.fromkeys(digests.values())) if digests else {}
    marks = [
        (account, saying)
        for account, own in digests.items()
        for saying in pages[own].said
        if account in saying.accounts
    ]
    nearest = sorted(marks, key=lambda mark: min(abs(mark[1].due - each) for each in moments))[:MOST]
    parts = deliveries.several(workspace, [f"{saying.post}.{account}" for account, saying in nearest])
    found = [
        _same(part)
        for part in parts
        if _says(part, digests[part.account]) and any(near(part.due, each, zone) for each in moments)
    ]
    return Look(digests, pages, sorted(found, key=lambda each: each.due))


def _says(part: Delivery, wanted: str) -> bool:
    return part.state in SAID and digest(part.entries) == wanted


def _same(part: Delivery) -> Same:
    return Same(account=part.account, post=part.post, due=part.due, out=part.state == "published")


def near(one: datetime, other: datetime, zone: str) -> bool:
    """Less than a day apart. From nine to nine is a day in `zone`, also where the clocks change between."""
    here = zone_named(zone)
    first, second = (at.astimezone(here).replace(tzinfo=None) for at in (one, other))
    return abs(one - other) < DAY and abs(first - second) < DAY


def marks(post: str, parts: Sequence[Delivery], *, gone: str) -> list[Change]:
    """The marks of a post that is made whatever else says the same (1 call); none where they cannot be had, as `note`."""
    said = {
        part.account: own for part in parts if part.state == "scheduled" and (own := digest(part.entries))
    }
    if not said:
        return []
    try:
        pages = sayings.read(parts[0].workspace, dict.fromkeys(said.values()))
    except Exception:
        log.exception("a text left no mark", extra={"post": post})
        return []
    return Look(said, pages, ()).marks(post, parts[0].due, fenced=False, gone=gone)


def note(delivery: Delivery) -> None:
    """Leaves the mark of a delivery that was changed (2 calls). Without it the guard sees less; nothing else fails."""
    own = digest(delivery.entries)
    if not own or delivery.state != "scheduled":
        return
    try:
        page = sayings.read(delivery.workspace, [own])[own]
        sayings.mark(page, Saying(post=delivery.post, due=delivery.due, accounts=(delivery.account,)))
    except Exception:
        log.exception("a changed text left no mark", extra={"delivery": delivery.id})


def sentence(same: Same, account: Account, zone: str) -> str:
    """What else says the same, where, and when."""
    title, name = PROVIDERS[account.platform].title, account.handle or account.name
    local = same.due.astimezone(zone_named(zone))
    verb = "went out" if same.out else "is to go out"
    return f"The same text {verb} on {title} {name} on {local:%-d %B %Y at %H:%M} ({zone}), with post {same.post}."


def refusal(found: Sequence[Same], known: Mapping[str, Account], zone: str) -> Refused:
    """A post that would say again what was found."""
    first = sentence(found[0], known[found[0].account], zone)
    details = [{"account": each.account, "post": each.post, "due": iso(each.due)} for each in found]
    return Refused(409, "same-text", f"{first} Nothing was saved; say “again” to post it once more.", details)
