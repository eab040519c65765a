"""Tools that look and change nothing."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from pydantic import AwareDatetime, Field

from chalicelib import clock, connect
from chalicelib.problems import Rejected
from chalicelib.providers import PROVIDERS
from chalicelib.refusals import Refused
from chalicelib.store import accounts, lists

from .. import accounts as channels
from .. import platforms, posts
from ..given import Given, NewPost
from ..public_shapes import words
from ..shapes import AccountsShown, DeliveriesShown, PlatformShown, PostChecked, PostsShown
from .tools import Said, tool

#: Posts and deliveries in one answer: an assistant pays for every word that it reads.
PAGE = 60


class Nothing(Given):
    """Nothing is asked."""


class Which(Given):
    """A platform by its key, or an account, whose own server or plan may have numbers of its own."""

    platform: str = Field("", description="A platform's key, as in list_accounts: `x`, `mastodon`, …")
    account: str = Field("", description="An account's id, instead of a platform.")


class Span(Given):
    """From when to when, and where a page begins."""

    start: AwareDatetime | None = Field(
        None, alias="from", description="ISO 8601 with an offset; without it, now."
    )
    to: AwareDatetime | None = Field(
        None, description="ISO 8601 with an offset; without it, 30 days after `from`."
    )
    after: str = Field("", max_length=2000, description="The `next` of the page before.")


@tool("List accounts", Nothing, AccountsShown)
def list_accounts(workspace: str, given: Nothing) -> Said:
    """Lists the accounts that posts can go to: ids, platforms, names, and whether one must be connected again.
    Changes nothing."""
    found = [each for each in accounts.all_of(workspace) if each.health != "disconnected"]
    named = [f"{each.name or each.handle} on {PROVIDERS[each.platform].title}" for each in found]
    broken = sum(each.health != "fine" for each in found)
    said = f"{_count(len(found), 'account')}{_list(named)}."
    said += f" {broken} must be connected again by a person." if broken else ""
    return said, {"accounts": [channels.shown(each) for each in found], "next": None}


@tool("Rules of a platform", Which, PlatformShown)
def platform_rules(workspace: str, given: Which) -> Said:
    """Tells what a platform takes: lengths, files, threads, and the JSON Schema of its `options`; of an account,
    where its server has numbers of its own. Changes nothing."""
    if bool(given.platform) == bool(given.account):
        raise Refused(422, "which", "Name a platform or an account, one of the two.")
    if not given.account:
        try:
            provider = connect.provider_of(given.platform)
        except Rejected as unknown:
            raise Refused(404, "unknown-platform", unknown.sentence) from unknown
        return words(provider, provider.rules), platforms.shown(provider)
    account = accounts.read(workspace, given.account)
    if account is None or account.health == "disconnected":
        raise Refused(404, "unknown-account", f"There is no account “{given.account[:40]}” here.")
    provider = PROVIDERS[account.platform]
    rules = provider.rules_for(account, None)
    return words(provider, rules), {**platforms.shown(provider), "rules": rules}


@tool("Check a post", NewPost, PostChecked)
def check_post(workspace: str, given: NewPost) -> Said:
    """Says what stands in the way of a post on each account, how long its texts are as each platform counts, and the
    moment that was understood. Saves and publishes nothing."""
    found = posts.checked(workspace, given)
    found["counts"] = [
        each.model_dump(include={"account", "entry", "used", "most"}) for each in found["counts"]
    ]
    moment = f"It would go out at {found['due']}. {found['said']}".strip()
    wrong = [f"{each.platform} ({each.account}): {each.sentence}" for each in found["complaints"]]
    return (" ".join(wrong) or f"Nothing stands in the way. {moment}"), found


@tool("List posts", Span, PostsShown)
def list_posts(workspace: str, given: Span) -> Said:
    """Lists the posts due in a span with the state of every delivery, soonest first, a page at a time. Changes
    nothing."""
    start = given.start or clock.now()
    end = given.to or start + timedelta(days=30)
    found = posts.paged(workspace, start, end, given.after, PAGE)
    states = [each["state"] for each in found["posts"]]
    told = [f"{states.count(state)} {state}" for state in dict.fromkeys(states)]
    said = f"{_count(len(states), 'post')}{_list(told)}."
    return (f"{said} There are more: ask again with `after`." if found["next"] else said), found


@tool("List what needs a person", Nothing, DeliveriesShown)
def list_failures(workspace: str, given: Nothing) -> Said:
    """Lists the deliveries that wait for a person: failed, held because their account must be connected again, or
    unsure because they may be out. Each has its reason. Changes nothing."""
    own = [account.id for account in accounts.all_of(workspace)]
    found = lists.in_trouble(workspace, own)
    told = [
        f"{each.platform} {each.state}: {each.trouble.sentence if each.trouble else 'no reason is known'}"
        for each in found[:10]
    ]
    said = " ".join([f"{_count(len(found), 'delivery', 'deliveries')} for a person to decide.", *told])
    return said, {"deliveries": [posts.shown_delivery(each) for each in found], "next": None}


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number or 'No'} {one if number == 1 else many or f'{one}s'}"


def _list(named: Iterable[Any]) -> str:
    told = ", ".join(map(str, named))
    return f": {told}" if told else ""
