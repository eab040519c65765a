"""Posts that repeat: a few occurrences are made ahead as ordinary posts, and each that passes has another one made.

An occurrence and the count of them are written together, on condition that nobody else has: none is made twice,
none is left out, whoever dies wherever. What makes them is the sweeper, and it wakes for a series only then.
"""

import hashlib
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from . import compose, notify, outcomes, reviews, sameness
from .compose import Draft
from .decide import Found
from .models import Account, Delivery, Post, Target, Trouble
from .refusals import Refused
from .rhythm import Rhythm
from .store import accounts, posts
from .store import series as store
from .store.series import Coming, Series
from .store.table import Lost

log = logging.getLogger("lamppost")

#: Occurrences that lie ahead as posts, so that people see them and can change one alone.
AHEAD = 3
#: Accounts of a series: what can be changed on all occurrences ahead in one transaction.
MOST = 30
#: Occurrences that one run makes; what is left is made by the next.
AT_ONCE = 20
#: One that could not be made in time goes out all the same, or after this long waits for a person.
LATE = timedelta(days=1)
#: What is to be said of one that comes too late, and of one that would be refused.
MISSED = "It was due more than a day ago, while Lamppost did not run. Retry it, or cancel it."
MEND = "It would be refused when it is due: change it alone, or the series from here on."
#: Bytes of texts and names that one item holds, of DynamoDB's 400 KB.
BYTES = 300_000


def begin(workspace: str, draft: Draft, moments: Rhythm, now: datetime, idempotency: str = "") -> Found:
    """Checks and stores a series and makes its first occurrences; answers with the first one's post.

    The same idempotency key again goes on with the first series.
    """
    number = compose.identify(workspace, idempotency, now)
    series = store.read(workspace, number) if idempotency else None
    if series is None:
        series = _begun(workspace, number, draft, moments, now)
    _refuse_other(series, draft)
    try:
        fill(series, now)
    except Lost:
        log.info("somebody else fills this series", extra={"series": number})
    except Exception:
        log.exception("a series was stored but not filled; the sweeper will", extra={"series": number})
    found = posts.read(workspace, occurrence_id(series.model_copy(update={"version": 1}), 0))
    if found is None:
        raise Refused(503, "still-at-work", "The series is saved; its first post is made within a minute.")
    return found


def _begun(workspace: str, number: str, draft: Draft, moments: Rhythm, now: datetime) -> Series:
    refuse_wrong(workspace, draft, now)
    if draft.once:
        _refuse_same(workspace, draft, moments)
    series = Series(workspace=workspace, id=number, rhythm=moments, entries=draft.entries,
                    targets=draft.targets, tags=draft.tags, created=now)  # fmt: skip
    try:
        store.save(series, now)
    except Lost:  # two requests with one key at the same time
        found = store.read(workspace, number)
        assert found is not None
        return found
    return series


def refuse_wrong(workspace: str, draft: Draft, now: datetime) -> None:
    """Refuses what cannot be posted, or not again and again."""
    if draft.draft:
        sentence = "A draft does not repeat. Choose a time, or leave out “repeat”."
        raise Refused(422, "draft-repeats", sentence)
    reviews.refuse_repeated(workspace)
    compose.refuse_wrong(workspace, draft, now)
    if len(draft.targets) > MOST:
        raise Refused(422, "too-many-accounts", f"A post that repeats goes to {MOST} accounts at the most.")
    if len(draft.model_dump_json(exclude_defaults=True).encode()) > BYTES:
        raise Refused(422, "too-long", "These texts are too long for a post that repeats. Shorten them.")


def soon(moments: Rhythm) -> list[datetime]:
    """When a new series goes out, as far as its first posts lie ahead."""
    return [moments.moment(number).at for number in range(min(AHEAD, moments.count))]


def _refuse_same(workspace: str, draft: Draft, moments: Rhythm) -> None:
    """Refuses what is said already within a day of one of the first occurrences (1 to 3 calls)."""
    said = {each.account: compose.entries_of(draft, each) for each in draft.targets}
    found = sameness.look(workspace, said, draft.due, draft.zone, *soon(moments)).found
    if found:
        raise sameness.refusal(found, {each.id: each for each in accounts.all_of(workspace)}, draft.zone)


def _refuse_other(series: Series, draft: Draft) -> None:
    if (series.entries, series.targets) != (draft.entries, draft.targets) and series.version == 1:
        sentence = "This Idempotency-Key came with another post before. Use a new key for a new post."
        raise Refused(422, "key-reused", sentence)


def fill(series: Series, now: datetime) -> Series:
    """Makes what is missing of the occurrences ahead. Again, or by two at a time, makes nothing twice."""
    known = {each.id: each for each in accounts.all_of(series.workspace) if each.health != "disconnected"}
    for _ in range(AT_ONCE):
        if not _lacks(series, now):
            break
        targets = tuple(target for target in series.targets if target.account in known)
        if not targets:
            why = "It has ended: none of its accounts is connected any more."
            return store.change(series, None, stopped=now, why=why)
        series = _make(series, targets, known, now)
    return series


def _lacks(series: Series, now: datetime) -> bool:
    if series.stopped is not None or series.made >= series.rhythm.count:
        return False
    return sum(each.due > now for each in series.ahead) < AHEAD


def _wake(series: Series, now: datetime) -> datetime | None:
    """When another occurrence is wanted: when the soonest ahead has passed, at once where some are missing."""
    if series.made >= series.rhythm.count:
        return None
    return now if _lacks(series, now) else min(each.due for each in series.ahead)


def _make(series: Series, targets: Sequence[Target], known: dict[str, Account], now: datetime) -> Series:
    """The next occurrence, in one write with the count of them."""
    number = series.made
    ahead = [each for each in series.ahead if each.due > now]
    occurrence = None
    if number not in series.skip and series.rhythm.takes_place(number):
        occurrence = _occurrence(series, number, targets, known, now)
        ahead.append(Coming(number=number, post=occurrence[0].id, due=occurrence[0].due))
    changes: dict[str, Any] = {"made": number + 1, "ahead": tuple(ahead)}
    lowest = min((each.number for each in ahead), default=number + 1)
    changes["skip"] = tuple(each for each in series.skip if each >= lowest)
    after = series.model_copy(update=changes)
    marks = (
        sameness.marks(occurrence[0].id, occurrence[1], gone=_long_out(series, number)) if occurrence else []
    )
    series = store.change(series, _wake(after, now), occurrence, marks, **changes)
    if occurrence:
        _send_off(*occurrence, now)
    return series


def _occurrence(
    series: Series, number: int, targets: Sequence[Target], known: dict[str, Account], now: datetime
) -> Found:
    due = series.rhythm.moment(number).at
    draft = Draft(entries=series.entries, targets=tuple(targets), due=due, zone=series.rhythm.zone)
    post = Post(workspace=series.workspace, id=occurrence_id(series, number), due=due, zone=draft.zone,
                entries=series.entries, tags=series.tags, created=now, series=series.id, number=number)  # fmt: skip
    parts = [compose.fresh(post, draft, target, known[target.account]) for target in targets]
    refused = reversed(compose.complaints(draft, known))
    wrong = {each.account: f"{each.sentence} {MEND}" for each in refused}
    if now - due > LATE:
        wrong = dict.fromkeys((part.account for part in parts), MISSED)
    return post, [_waiting(part, wrong.get(part.account, ""), now) for part in parts]


def _waiting(part: Delivery, why: str, now: datetime) -> Delivery:
    """A delivery that a person must look at first, if there is a reason."""
    trouble = Trouble(sentence=why, at=now)
    return part.model_copy(update={"state": "failed", "trouble": trouble}) if why else part


def _long_out(series: Series, number: int) -> str:
    """An occurrence that went out days ago: nothing new is within a day of it."""
    return occurrence_id(series, number - AHEAD - 2) if number >= AHEAD + 2 else ""


def occurrence_id(series: Series, number: int) -> str:
    """An occurrence's post: another one after each change of its series."""
    text = f"{series.workspace}\n{series.id}\n{number}\n{series.version}"
    return "r" + hashlib.sha256(text.encode()).hexdigest()[:24]


def _send_off(post: Post, parts: Sequence[Delivery], now: datetime) -> None:
    for part in parts:
        compose.arrange(part, now)
    told = {"post": post.id, "due": post.due, "accounts": [part.account for part in parts]}
    notify.tell("post.created", post.workspace, told)
    for part in parts:
        if part.state == "failed":
            notify.tell("post.failed", post.workspace, outcomes.told(part))
