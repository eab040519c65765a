"""The same post once more: meant, as a draft, or perhaps not meant, told as a warning."""

from collections.abc import Sequence
from datetime import datetime

from . import sameness
from .compose import Checked, Draft, Target, entries_of, save
from .models import Delivery, Post
from .refusals import Refused
from .store import accounts


def duplicate(
    workspace: str, post: Post, parts: Sequence[Delivery], now: datetime
) -> tuple[Post, list[Delivery]]:
    """A draft of the same: texts, files, tags, and accounts that are still there, with their options."""
    there = {each.id for each in accounts.all_of(workspace) if each.health != "disconnected"}
    targets = tuple(
        Target(
            account=part.account,
            entries=None if part.entries == post.entries else part.entries,
            options=part.options,
        )
        for part in parts
        if part.account in there
    )
    if not targets:
        raise Refused(
            409, "no-account", "None of its accounts is connected any more. Write a new post instead."
        )
    draft = Draft(entries=post.entries, targets=targets, due=now, zone=post.zone, draft=True, tags=post.tags)
    return save(workspace, draft, now)


def warnings(workspace: str, draft: Draft, *later: datetime) -> list[Checked]:
    """What is not wrong but may not be meant: the same text on the same account within a day (2 or 3 calls).

    `later` is when a post that repeats goes out again.
    """
    said = {each.account: entries_of(draft, each) for each in draft.targets if not draft.draft}
    found = sameness.look(workspace, said, draft.due, draft.zone, *later).found
    known = {each.id: each for each in accounts.all_of(workspace)} if found else {}
    return [
        Checked(
            account=each.account,
            platform=known[each.account].platform,
            entry=0,
            sentence=sameness.sentence(each, known[each.account], draft.zone),
            kind="warning",
            post=each.post,
        )
        for each in found
    ]
