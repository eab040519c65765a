"""Postiz's `/public/v1/posts`: one of its rows is one of our deliveries, whose id is the row's id and its group's."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalice.app import Blueprint

from chalicelib import clock, compose, edit, recur
from chalicelib.compose import Draft, Target
from chalicelib.edit import Edit
from chalicelib.models import Account, Delivery, Entry, Post
from chalicelib.refusals import Refused
from chalicelib.rhythm import Rhythm, longest, rhythm
from chalicelib.settings import settings
from chalicelib.store import agenda, deliveries, groups, tags

from . import public_bodies as bodies
from . import public_shapes as shapes
from .http import Ask
from .public import Told, refusal, route
from .public_bodies import GivenChannel, NewPosts, moment
from .public_files import Finder
from .public_integrations import own

blueprint = Blueprint(__name__)

#: Posts in one answer: there are no pages, and a Lambda's answer is 6 MB at the most.
MOST = 2000
#: The longest that `inter` may be, in days.
MOST_DAYS = 365


@dataclass(frozen=True)
class Part:
    """One account's version as we hold it: a new delivery, or another version of one that is there."""

    account: Account
    entries: tuple[Entry, ...]
    options: dict[str, Any]
    before: Delivery | None


@route(blueprint, "POST", "/posts", scope="write", body=NewPosts, counted=True)
def create(ask: Ask, given: NewPosts) -> Any:
    """Saves posts and schedules them; all that are asked for are checked before the first is saved."""
    now = clock.now()
    parts = _parts(ask.workspace, given, now)
    due = bodies.due(given, now)
    moments = _moments(given, parts, due)
    drafts = [_draft(layer, given, due) for layer in _layers(parts)]
    edits = {part.before.id: _edit(part, given, due) for part in parts if part.before}
    _check(ask.workspace, parts, drafts, edits, now)
    made = {part.before.id: part.before for part in parts if part.before}
    for number, change in edits.items():
        made[number] = edit.apply(made[number], change, now)
    fresh: dict[str, list[Delivery]] = defaultdict(list)
    for layer, draft in enumerate(drafts):
        for delivery in _save(ask.workspace, draft, moments, now, _idempotency(ask, layer)):
            fresh[delivery.account].append(delivery)
    return [
        {
            "postId": part.before.id if part.before else fresh[part.account.id].pop(0).id,
            "integration": part.account.id,
        }
        for part in parts
    ]


def _moments(given: NewPosts, parts: list[Part], due: datetime) -> Rhythm | None:
    """Every `inter` days by UTC, as Postiz does; it names no end, so it is the furthest that a series may have."""
    if not given.inter:
        return None
    if not given.inter.is_integer() or not 1 <= given.inter <= MOST_DAYS:
        raise refusal(400, [f"inter must be a whole number of days, from 1 to {MOST_DAYS}"])
    if given.type not in {"now", "schedule"} or any(part.before for part in parts):
        raise refusal(400, "Only new posts that are scheduled repeat: leave out “inter”.")
    return rhythm(longest(int(given.inter)), due.replace(tzinfo=None), due, "UTC")


def _save(
    workspace: str, draft: Draft, moments: Rhythm | None, now: datetime, idempotency: str
) -> list[Delivery]:
    if moments is None:
        return compose.save(workspace, draft, now, idempotency)[1]
    return recur.begin(workspace, draft, moments, now, idempotency)[1]


def _idempotency(ask: Ask, layer: int) -> str:
    key = ask.header("idempotency-key")[:200]
    return f"{key} {layer}" if key else ""


def _parts(workspace: str, given: NewPosts, now: datetime) -> list[Part]:
    known = {account.id: account for account in own(workspace)}
    if not all(channel.account for channel in given.posts):
        raise refusal(400, "All posts must have an integration id")
    for channel in given.posts:
        if channel.account not in known:
            raise refusal(400, f"Integration with id {channel.account[:60]} not found")
    finder = Finder(workspace, now)
    return [_part(workspace, given, channel, known[channel.account], finder) for channel in given.posts]


def _part(workspace: str, given: NewPosts, channel: GivenChannel, account: Account, finder: Finder) -> Part:
    before = deliveries.read(workspace, channel.known) if channel.known else None
    if before is not None and before.account != account.id:
        raise refusal(400, "This post belongs to another channel.")
    if before is None and given.type == "update":
        raise refusal(400, "Post not found")
    if before is not None and before.state == "cancelled":
        before = None
    if before is not None and before.state == "published" and given.type in {"now", "schedule"}:
        if not given.republish:
            raise refusal(400, "This post is published already; send “republish” to post it again.")
        before = None
    try:
        entries = bodies.entries(channel, account.platform, finder)
    except Refused as refused:
        raise _refusal(refused, account) from refused
    options = bodies.options(account, channel.settings)
    if before is not None and channel.settings is None:
        options = before.options
    return Part(account, *bodies.with_thumbnail(entries, options, finder), before)


def _refusal(refused: Refused, account: Account) -> Told:
    name = account.name or account.handle
    return refusal(400, refused.sentence, provider=account.platform, name=name)


def _layers(parts: list[Part]) -> list[list[Part]]:
    """New versions as posts of ours, each of which holds an account once."""
    layers: list[list[Part]] = []
    for part in parts:
        if part.before is not None:
            continue
        free = next((each for each in layers if part.account not in [one.account for one in each]), None)
        if free is None:
            layers.append(free := [])
        free.append(part)
    return layers


def _draft(layer: list[Part], given: NewPosts, due: datetime) -> Draft:
    """Entries that all accounts share belong to the post; else each has its own."""
    shared = layer[0].entries
    targets = tuple(
        Target(
            account=part.account.id,
            entries=None if part.entries == shared else part.entries,
            options=part.options,
        )
        for part in layer
    )
    draft = given.type == "draft"
    once = settings().postiz_once
    return Draft(entries=shared, targets=targets, due=due, draft=draft, once=once, tags=given.labels)


def _edit(part: Part, given: NewPosts, due: datetime) -> Edit:
    """`update` leaves a post the draft or the scheduled one that it is."""
    state = {"draft": "draft", "update": None}.get(given.type, "scheduled")
    return Edit.model_validate(
        {"entries": part.entries, "options": part.options, "due": due, "state": state, "tags": given.labels}
    )


def _check(
    workspace: str, parts: list[Part], drafts: list[Draft], edits: dict[str, Edit], now: datetime
) -> None:
    for part in parts:
        if part.before is not None:
            edit.check(part.before, edits[part.before.id], now)
    for draft in drafts:
        if not draft.draft and (complaints := compose.check(workspace, draft, now)):
            details = [each.model_dump() for each in complaints]
            raise Refused(422, "not-postable", complaints[0].sentence, details)


@route(blueprint, "GET", "/posts")
def listed(ask: Ask) -> Any:
    """The posts due between `startDate` and `endDate`, soonest first; of one group where `customer` names it."""
    start, end = _date(ask, "startDate"), _date(ask, "endDate")
    known = {account.id: account for account in own(ask.workspace)}
    if customer := ask.query.get("customer"):
        members = next((each.accounts for each in groups.all_of(ask.workspace) if each.id == customer), ())
        known = {number: account for number, account in known.items() if number in members}
    found, heads = agenda.between(ask.workspace, start, end, MOST)
    if len(found) > MOST:
        raise refusal(400, f"There are more than {MOST:,} posts between these dates; ask for a shorter span.")
    colours = _colours(ask.workspace, heads.values())

    def head(part: Delivery) -> Post | None:
        return heads.get(part.post) or agenda.head(ask.workspace, part.post)

    return {
        "posts": [
            shapes.post(part, head(part), known[part.account], colours)
            for part in found
            if part.account in known and part.state in shapes.STATES
        ]
    }


def _colours(workspace: str, heads: Iterable[Post]) -> dict[str, str]:
    """The tags' colours by their ids, where any post has a tag."""
    if not any(head.tags for head in heads):
        return {}
    return {tag.id: tag.colour for tag in tags.all_of(workspace)}


def _date(ask: Ask, name: str) -> datetime:
    try:
        return moment(ask.query.get(name, ""))
    except ValueError as wrong:
        raise refusal(400, [f"{name} {wrong}"]) from wrong
