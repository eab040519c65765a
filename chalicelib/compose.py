"""Checking and saving posts: stored first, scheduled after."""

import hashlib
import json
import logging
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import ValidationError

from . import clock, notify, reviews, saving, schedule
from .models import Account, Delivery, Entry, Model, Post
from .models import Target as Target
from .providers import PROVIDERS
from .providers.base import Complaint
from .refusals import Refused
from .store import accounts, deliveries, posts

log = logging.getLogger("lamppost")

#: A due time this far in the past still counts as now: clocks differ and people are slow.
LATE = timedelta(minutes=5)
#: The furthest that a post may be scheduled ahead.
AHEAD = timedelta(days=366 * 5)
#: Deliveries of one post: what one transaction of DynamoDB holds.
MOST = 99
#: Bytes of a delivery's texts and options, and of all a post's; DynamoDB ends at 400 KB an item, 4 MB a transaction.
ONE, WHOLE = 350_000, 3_500_000


class Draft(Model):
    """What a person composed; `due` is a moment, `draft` keeps it from going out.

    `once`: refused where the same text is out or on its way on the same account within a day.
    """

    entries: tuple[Entry, ...] = ()
    targets: tuple[Target, ...]
    due: datetime
    zone: str = "UTC"
    draft: bool = False
    once: bool = False
    tags: tuple[str, ...] = ()


class Checked(Model):
    """One account's complaint: which entry, and the sentence that names the limit.

    A `warning` does not keep anybody from posting who says so; `post` is the one that it warns of.
    """

    account: str
    platform: str
    entry: int
    sentence: str
    option: str = ""
    kind: Literal["error", "warning"] = "error"
    post: str = ""


def check(workspace: str, draft: Draft, now: datetime) -> list[Checked]:
    """Everything that stands in the way of a draft, without saving it."""
    if not draft.draft:
        check_time(draft.due, now)
    return complaints(draft, _accounts(workspace, draft))


def complaints(draft: Draft, known: Mapping[str, Account]) -> list[Checked]:
    """What the platforms' rules say against a draft, for accounts that are known (no call)."""
    return [said for target in draft.targets for said in _check_target(draft, target, known[target.account])]


def _accounts(workspace: str, draft: Draft) -> dict[str, Account]:
    """The accounts that a draft names; an unknown, foreign or disconnected one is a 404."""
    found = {each.id: each for each in accounts.all_of(workspace) if each.health != "disconnected"}
    for target in draft.targets:
        if target.account not in found:
            raise Refused(404, "unknown-account", f"There is no account “{target.account[:40]}” here.")
    return found


def _check_target(draft: Draft, target: Target, account: Account) -> list[Checked]:
    provider, entries = PROVIDERS[account.platform], entries_of(draft, target)
    try:
        options = provider.Options.model_validate(target.options)
    except ValidationError as wrong:
        sentences = [
            Complaint(entry=0, sentence=_option_sentence(provider.title, each), option=_option(each))
            for each in wrong.errors()
        ]
    else:
        sentences = provider.check(entries, account, options)
    return [Checked(account=account.id, platform=account.platform, **each.model_dump()) for each in sentences]


def _option_sentence(title: str, error: Any) -> str:
    return f"{title}'s option “{_option(error)}”: {error['msg'].removeprefix('Value error, ').rstrip('.')}."


def _option(error: Any) -> str:
    return ".".join(map(str, error["loc"])) or "options"


def entries_of(draft: Draft, target: Target) -> tuple[Entry, ...]:
    return draft.entries if target.entries is None else target.entries


def check_time(due: datetime, now: datetime) -> None:
    """Refuses a moment that is past, or so far ahead that it can only be a mistake."""
    if due < now - LATE:
        sentence = f"The due time {clock.iso(due)} is in the past. Choose a later one, or “now”."
        raise Refused(422, "past-due", sentence)
    if due > now + AHEAD:
        raise Refused(422, "too-far", "A post can be scheduled five years ahead at the most.")


def save(workspace: str, draft: Draft, now: datetime, idempotency: str = "") -> tuple[Post, list[Delivery]]:
    """Checks, stores and schedules a post; the same idempotency key again answers with the first one."""
    number = identify(workspace, idempotency, now)
    if idempotency and (before := posts.read(workspace, number)) is not None:
        return _same(draft, before)
    known = refuse_wrong(workspace, draft, now)
    review = reviews.of_new(workspace, draft.due, now, draft=draft.draft)
    draft = draft.model_copy(update={"draft": draft.draft or review is not None})
    post = Post(workspace=workspace, id=number, due=draft.due, zone=draft.zone, entries=draft.entries,
                tags=draft.tags, created=now, review=review)  # fmt: skip
    parts = [fresh(post, draft, target, known[target.account]) for target in draft.targets]
    if (before := saving.save(post, parts, known, once=draft.once)) is not None:
        return _same(draft, before)
    for part in parts:
        arrange(part, now)
    told = {"post": post.id, "due": post.due, "accounts": [part.account for part in parts]}
    notify.tell("post.created", workspace, told)
    reviews.tell(post)
    return post, parts


def _same(draft: Draft, before: tuple[Post, list[Delivery]]) -> tuple[Post, list[Delivery]]:
    """What a key made before, if it was for this; the moment may differ, since “now” is another one each time."""
    there = {part.account: part.entries for part in before[1]}
    if there != {target.account: entries_of(draft, target) for target in draft.targets}:
        sentence = "This Idempotency-Key came with another post before. Use a new key for a new post."
        raise Refused(422, "key-reused", sentence)
    return before


def refuse_wrong(workspace: str, draft: Draft, now: datetime) -> dict[str, Account]:
    """Refuses what cannot be posted; a draft may still be wrong, but not about its accounts. Its accounts."""
    targets = [target.account for target in draft.targets]
    if not targets:
        raise Refused(422, "no-account", "Choose at least one account to post to.")
    if len(targets) > MOST:
        raise Refused(422, "too-many-accounts", f"A post goes to {MOST} accounts at the most.")
    if len(set(targets)) < len(targets):
        raise Refused(422, "account-twice", "An account is named twice.")
    _refuse_long(draft)
    if not draft.draft:
        check_time(draft.due, now)
    known = _accounts(workspace, draft)
    if not draft.draft and (said := complaints(draft, known)):
        raise Refused(422, "not-postable", said[0].sentence, [each.model_dump() for each in said])
    return known


def _refuse_long(draft: Draft) -> None:
    sizes = [_size(draft.entries)]
    sizes += [_size(entries_of(draft, each)) + len(json.dumps(each.options)) for each in draft.targets]
    if max(sizes) > ONE or sum(sizes) > WHOLE:
        sentence = "These texts are longer than Lamppost can keep for a post. No platform takes as much; shorten them."
        raise Refused(422, "too-long", sentence)


def _size(entries: tuple[Entry, ...]) -> int:
    return sum(len(each.model_dump_json(exclude_defaults=True).encode()) for each in entries)


def identify(workspace: str, idempotency: str, now: datetime) -> str:
    """A post's id: sortable by time, or following from the idempotency key. Letters that Scheduler takes."""
    if idempotency:
        return "k" + hashlib.sha256(f"{workspace}\n{idempotency}".encode()).hexdigest()[:24]
    return f"{int(now.timestamp() * 1000):011x}{secrets.token_hex(7)}"


def fresh(post: Post, draft: Draft, target: Target, account: Account) -> Delivery:
    """The delivery of one target, not stored yet."""
    return Delivery(
        workspace=post.workspace,
        id=f"{post.id}.{account.id}",
        post=post.id,
        account=account.id,
        platform=account.platform,
        entries=entries_of(draft, target),
        options=target.options,
        state="draft" if draft.draft else "scheduled",
        due=post.due,
    )


def arrange(delivery: Delivery, now: datetime) -> None:
    """Sends a scheduled delivery on its way. A failure here costs minutes, not the post: the sweeper finds it."""
    if delivery.state != "scheduled":
        return
    try:
        schedule.arrange(deliveries.message(delivery), delivery.next or delivery.due, now)
    except Exception:
        log.exception(
            "a delivery was stored but not scheduled; the sweeper will", extra={"delivery": delivery.id}
        )
