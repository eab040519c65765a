"""What clients send for a post, and what it means here."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from chalicelib import clock, endings, timetables
from chalicelib.compose import Draft, Target
from chalicelib.models import Entry, Media
from chalicelib.refusals import Refused
from chalicelib.rhythm import Repeat, Rhythm, rhythm
from chalicelib.slots import local_to_utc, zone_named
from chalicelib.store import files


class Given(BaseModel):
    """What clients send: strict about names, so that a misspelt one is told."""

    model_config = ConfigDict(extra="forbid")


class GivenMedia(Given):
    """A file of the library, by id, and how it is described to those who cannot see it."""

    id: str = Field(description="The id of a file in the library.")
    alt: str = Field("", max_length=5000, description="What the picture shows, for those who cannot see it.")


class GivenEntry(Given):
    """One text with its files; `delay` is seconds after the entry before."""

    text: str = Field("", max_length=200_000, description="Plain text; links are written out.")
    media: list[GivenMedia] = Field(default=[], max_length=40, description="Its files, in order.")
    delay: int = Field(0, ge=0, le=86_400, description="Seconds after the entry before.")


class GivenComment(GivenEntry):
    """The first comment; with `where_possible` it is left out where a platform takes none, instead of refused."""

    where_possible: bool = Field(default=False, description="Leave it out where there are no comments.")


class GivenTarget(Given):
    """One account; `entries` and `first_comment` only where it says something else than the others."""

    account: str = Field(description="The account's id.")
    entries: list[GivenEntry] | None = Field(
        default=None, min_length=1, max_length=100, description="Only where this account says something else."
    )
    first_comment: GivenComment | None = Field(default=None, description="`null` for none on this account.")
    options: dict[str, Any] = Field(default={}, description="The platform's own options, by its schema.")


class GivenRepeat(Repeat):
    """Every so many days or weeks, at the local time in the post's zone; an end is needed: `until`, `times`, or both."""


class NewPost(Given):
    """`when` is `now`, `draft`, `next-free-slot`, or a moment: ISO 8601 with an offset, or local to `zone`."""

    when: str = Field(
        description="`now`, `next-free-slot`, `draft`, or a moment: 2026-12-24T18:00:00+01:00, or local to `zone` without an offset."
    )
    zone: str = Field("UTC", description="An IANA time zone, as Europe/Berlin.")
    entries: list[GivenEntry] = Field(
        default=[], max_length=100, description="The post, then its thread or comments, in order."
    )
    first_comment: GivenComment | None = Field(default=None, description="An entry after all others.")
    signature: str | None = Field(
        default=None, description="A signature's id: its words end the first entry."
    )
    accounts: list[GivenTarget] = Field(max_length=200, description="Where it goes out.")
    tags: list[str] = Field(default=[], max_length=50, description="Words to find it by; never published.")
    repeat: GivenRepeat | None = Field(
        None, description="Every so many days or weeks at this local time, until an end."
    )
    again: bool = Field(default=False, description="Also where the account says the same within a day.")


# -- what it means here --------------------------------------------------------------------------------------


def draft(workspace: str, given: NewPost, now: datetime, *, look: bool = False) -> Draft:
    """What a client gave as what can be checked and saved; `look` takes no slot."""
    shared, targets = said(workspace, given)
    due, _ = due_of(workspace, given, now, look=look)
    return Draft(
        entries=shared,
        targets=targets,
        due=due,
        zone=given.zone,
        draft=given.when == "draft",
        once=not given.again,
        tags=tuple(given.tags),
    )


def due_of(workspace: str, given: NewPost, now: datetime, *, look: bool = True) -> tuple[datetime, str]:
    """When a post is due, and what is to be said about that."""
    named = [each.account for each in given.accounts]
    return moment(workspace, given.when, given.zone, now, lambda: named, look=look)


def moments(given: NewPost, due: datetime) -> Rhythm | None:
    """When a post goes out again and again, if it does: by the local time asked for, else by that of `due`."""
    if given.repeat is None:
        return None
    if given.when == "draft":
        sentence = "A draft does not repeat. Choose a time, or leave out “repeat”."
        raise Refused(422, "draft-repeats", sentence)
    try:
        return rhythm(given.repeat, local_of(given.when, given.zone, due), due, given.zone)
    except ValueError as wrong:
        raise Refused(422, "bad-repeat", str(wrong)) from wrong


def local_of(when: str, zone: str, due: datetime) -> datetime:
    """The local time that `when` asked for, whether it exists or not; else what `due` is there."""
    try:
        return _local(when)
    except ValueError:
        return due.astimezone(zone_named(zone)).replace(tzinfo=None, fold=0)


def said(workspace: str, given: NewPost) -> tuple[tuple[Entry, ...], tuple[Target, ...]]:
    """What all accounts say, and each of them, with signature and first comment where they belong."""
    words, silent = _signature(workspace, given.signature), _silent(workspace, given)
    plain = endings.sign(entries(workspace, given.entries), words)
    shared = endings.comment_on(plain, _comment(workspace, given.first_comment))
    targets = []
    for each in given.accounts:
        own = plain if each.entries is None else endings.sign(entries(workspace, each.entries), words)
        comment = None if each.account in silent else _comment(workspace, _comment_of(given, each))
        whole = endings.comment_on(own, comment)
        same = each.entries is None and whole == shared
        target = Target(account=each.account, entries=None if same else whole, options=each.options)
        targets.append(target)
    return shared, tuple(targets)


def _signature(workspace: str, signature: str | None) -> str:
    words = endings.words_of(workspace, signature) if signature else ""
    if words is None:
        raise Refused(404, "unknown-signature", f"There is no signature “{(signature or '')[:40]}” here.")
    return words


def _comment_of(given: NewPost, target: GivenTarget) -> GivenComment | None:
    """An account's own first comment, or else the post's."""
    return target.first_comment if "first_comment" in target.model_fields_set else given.first_comment


def _silent(workspace: str, given: NewPost) -> set[str]:
    """The accounts that are to have no comment because their platform takes none."""
    comments = {each.account: _comment_of(given, each) for each in given.accounts}
    asked = {each.account: each.options for each in given.accounts
             if (comment := comments[each.account]) and comment.where_possible}  # fmt: skip
    return endings.silent(workspace, asked) if asked else set()


def _comment(workspace: str, given: GivenComment | None) -> Entry | None:
    return _entry(workspace, given) if given else None


def entries(workspace: str, given: Sequence[GivenEntry]) -> tuple[Entry, ...]:
    return tuple(_entry(workspace, each) for each in given)


def _entry(workspace: str, given: GivenEntry) -> Entry:
    media = tuple(_media(workspace, file) for file in given.media)
    return Entry(text=given.text, media=media, delay=given.delay)


def _media(workspace: str, given: GivenMedia) -> Media:
    upload = files.read(workspace, given.id)
    if upload is None or upload.media is None:
        raise Refused(404, "unknown-media", f"There is no finished file “{given.id[:40]}” here.")
    return upload.media.model_copy(update={"alt": given.alt or upload.media.alt})


def moment(
    workspace: str,
    when: str,
    zone: str,
    now: datetime,
    named: Callable[[], Sequence[str]],
    *,
    look: bool = False,
) -> tuple[datetime, str]:
    """The moment that `when` names, and what is to be said about it (a local time that does not exist).

    `named` tells the accounts whose slots count; `look` only looks, and keeps no slot for whoever asks.
    """
    if when == "next-free-slot":
        slot = timetables.reserve(workspace, named(), now, only_look=look)
        return slot.at, slot.said or ""
    try:
        if when in {"now", "draft"}:
            local_to_utc(now.replace(tzinfo=None), zone)
            return now, ""
        if when[-1:] == "Z" or "+" in when[10:] or "-" in when[10:]:
            local_to_utc(now.replace(tzinfo=None), zone)
            return clock.parse(when), ""
        moment = local_to_utc(_local(when), zone)
    except ValueError as wrong:
        raise Refused(422, "bad-time", str(wrong)) from wrong
    return moment.at, moment.said or ""


def _local(when: str) -> datetime:
    try:
        return clock.parse(f"{when}Z").replace(tzinfo=None)
    except ValueError as wrong:
        raise ValueError(
            f"“{when[:40]}” is not a time: say “now”, “draft”, “next-free-slot”, or a moment like 2026-12-24T18:00:00+01:00."
        ) from wrong
