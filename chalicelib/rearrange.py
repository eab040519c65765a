"""A series changed or ended: from one occurrence on, in one write with the posts that give way."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from . import decide, notify, outcomes, recur
from .compose import Draft
from .models import Delivery, Entry, Model, Target
from .refusals import Refused, changed_meanwhile
from .rhythm import Repeat, Rhythm, rhythm
from .slots import local_to_utc
from .states import OPEN
from .store import deliveries, posts
from .store import series as store
from .store.series import Series
from .store.table import Change, Lost

log = logging.getLogger("lamppost")


class Edit(Model):
    """What is to be different from an occurrence on; what is left out stays. `local` goes with `due` and `zone`."""

    origin: str = ""
    entries: tuple[Entry, ...] | None = None
    targets: tuple[Target, ...] | None = None
    tags: tuple[str, ...] | None = None
    due: datetime | None = None
    local: datetime | None = None
    zone: str | None = None
    repeat: Repeat | None = None


def load(workspace: str, series: str) -> Series:
    """A series, or a 404."""
    found = store.read(workspace, series)
    if found is None:
        raise Refused(404, "unknown-series", "There is no such series here.")
    return found


def change(series: Series, edit: Edit, now: datetime) -> Series:
    """This occurrence and the following, said or timed otherwise: those that lie ahead are made anew."""
    first = _first(series, edit.origin, now)
    moments = _moments(series, edit, first)
    said = {name: getattr(edit, name) for name in ("entries", "targets", "tags")}
    put: dict[str, Any] = {name: value for name, value in said.items() if value is not None}
    put |= {"rhythm": moments}
    after = series.model_copy(update=put)
    due = moments.moment(first).at
    draft = Draft(entries=after.entries, targets=after.targets, due=due, zone=moments.zone)
    recur.refuse_wrong(series.workspace, draft, now)
    ahead = {each.number: each.post for each in series.ahead if each.number >= first}
    parts = _ahead(series, first)
    replaced = [part for each in parts if _gives_way(each) for part in _open(each)]
    again = {part.post for part in replaced}
    left = {number for number, post in ahead.items() if post not in again}
    put["skip"] = tuple(sorted({*series.skip, *left}))
    changed = _rewrite(series, first, replaced, put, now, now)
    try:
        return recur.fill(changed, now)
    except Exception:
        log.exception("a series was changed but not filled; the sweeper will", extra={"series": series.id})
        return changed


def stop(series: Series, origin: str, now: datetime) -> Series:
    """Ends a series before an occurrence, or before the next one: that and the following do not go out."""
    coming = any(each.due > now for each in series.ahead)
    first = _first(series, origin, now) if origin or coming else series.made
    if not origin and first >= series.rhythm.count:
        return series  # it is over
    replaced = [part for parts in _ahead(series, first) for part in _open(parts)]
    ended = series.rhythm.model_copy(update={"count": first})
    return _rewrite(series, first, replaced, {"rhythm": ended, "stopped": now}, now, None)


def _first(series: Series, origin: str, now: datetime) -> int:
    """The number of the occurrence that is named, or of the next; it must lie ahead."""
    found = [each.number for each in series.ahead if (each.post == origin if origin else each.due > now)]
    if not found:
        sentence = (
            "This occurrence does not lie ahead of its series any more. Change the series from a later one."
        )
        raise Refused(409, "not-ahead", sentence)
    return min(found)


def _moments(series: Series, edit: Edit, first: int) -> Rhythm:
    before = series.rhythm
    zone = edit.zone or before.zone
    local = edit.local or before.local_of(first)
    same = edit.local is None and zone == before.zone
    if same and edit.repeat is None:
        return before
    due = edit.due or (before.moment(first).at if same else local_to_utc(local, zone).at)
    try:
        return rhythm(edit.repeat or before.repeat, local, due, zone, first)
    except ValueError as wrong:
        raise Refused(422, "bad-repeat", str(wrong)) from wrong


def _ahead(series: Series, first: int) -> list[list[Delivery]]:
    """The deliveries of every occurrence ahead, from one on (1 Query each)."""
    found = (posts.read(series.workspace, each.post) for each in series.ahead if each.number >= first)
    return [parts for _, parts in filter(None, found)]


def _open(parts: Sequence[Delivery]) -> list[Delivery]:
    return [part for part in parts if part.state in OPEN and not part.receipts and part.intent is None]


def _gives_way(parts: Sequence[Delivery]) -> bool:
    """Whether an occurrence is made anew: not if it was cancelled, is out, or is on its way."""
    open_ = _open(parts)
    return bool(open_) and all(part in open_ or part.state == "cancelled" for part in parts)


def _rewrite(
    series: Series,
    first: int,
    replaced: Sequence[Delivery],
    put: dict[str, Any],
    now: datetime,
    wake: datetime | None,
) -> Series:
    """The series as it goes on from an occurrence, and what gives way to that cancelled, all or nothing."""
    gone = [part.model_copy(update=_cancelled(part)) for part in replaced]
    writes: list[Change] = [
        deliveries.change_of(after, _cancelled(part), deliveries.unchanged(part))
        for after, part in zip(gone, replaced, strict=True)
    ]
    ahead = tuple(each for each in series.ahead if each.number < first)
    put = {**put, "made": min(first, series.made), "ahead": ahead, "version": series.version + 1}
    try:
        after = store.change(series, wake, None, writes, **put)
    except Lost as lost:
        raise changed_meanwhile() from lost
    for before, part in zip(replaced, gone, strict=True):
        decide.unschedule(before)
        notify.tell("post.updated", part.workspace, outcomes.told(part))
    return after


def _cancelled(part: Delivery) -> dict[str, Any]:
    return {"state": "cancelled", "next": None, "version": part.version + 1}
