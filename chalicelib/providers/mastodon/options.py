"""How a Mastodon status is shown, its poll, and whom it quotes."""

import re
from collections.abc import Iterator
from typing import Any, Final, Literal

from pydantic import AliasChoices, Field, field_validator

from ... import text
from ..base import Account, Entry, Model, Options
from .limits import Limits

#: The first version of Mastodon's API (of server 4.5) that knows quotes.
QUOTES: Final = 7
_QUOTED = re.compile(r"(?:https://([^/\s]+)/@[^/\s]+/)?(\d+)/?")
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(-[A-Za-z0-9]{2,8})*")


class Poll(Model):
    """A poll under the text; a server has its own limits."""

    options: tuple[str, ...] = Field(min_length=2, description="What may be chosen.")
    duration: int = Field(
        86_400,
        gt=0,
        validation_alias=AliasChoices("duration", "expires_in"),
        description="Seconds that the poll stays open.",
    )
    multiple: bool = Field(False, description="More than one may be chosen.")
    hide_totals: bool = Field(False, description="Numbers are shown only when the poll has ended.")

    @field_validator("options")
    @classmethod
    def _different(cls, options: tuple[str, ...]) -> tuple[str, ...]:
        options = tuple(option.strip() for option in options)
        if not all(options) or len(set(options)) < len(options):
            raise ValueError("The options of a poll on Mastodon are not empty, and each stands there once.")
        return options


class MastodonOptions(Options):
    """How a status is shown; poll and quote are the first entry's."""

    visibility: Literal["public", "unlisted", "private", "direct"] | None = None
    spoiler_text: str = ""
    sensitive: bool = False
    language: str | None = None
    poll: Poll | None = None
    quoted_status_id: str = Field("", description="A status to quote: its number, or its address there.")
    quote_approval_policy: Literal["public", "followers", "nobody"] | None = None

    @field_validator("language")
    @classmethod
    def _named(cls, language: str | None) -> str | None:
        if language and not _LANGUAGE.fullmatch(language):
            raise ValueError("A language is named like “en” or “pt-BR”.")
        return language or None

    @field_validator("quoted_status_id")
    @classmethod
    def _quoted(cls, given: str) -> str:
        if given.strip() and not _QUOTED.fullmatch(given.strip()):
            raise ValueError("A status to quote is named by its number, or its address at your own server.")
        return given.strip()

    @property
    def quoted(self) -> str:
        """The number of the quoted status; empty for none."""
        found = _QUOTED.fullmatch(self.quoted_status_id)
        return found[2] if found else ""


def fields(options: MastodonOptions, visibility: str | None, first: bool) -> dict[str, Any]:
    """What the options add to a status; whom a status for few may be quoted by is not asked."""
    own: dict[str, Any] = {"poll": _poll(options.poll), "quoted_status_id": options.quoted} if first else {}
    return {
        "visibility": visibility,
        "sensitive": options.sensitive,
        "spoiler_text": options.spoiler_text,
        "language": options.language,
        "quote_approval_policy": None if hidden(visibility) else options.quote_approval_policy,
        **own,
    }


def hidden(visibility: str | None) -> bool:
    """Whether a status is kept from those who are not signed in."""
    return visibility in {"private", "direct"}


def _poll(poll: Poll | None) -> dict[str, Any] | None:
    if poll is None:
        return None
    return {
        "options": list(poll.options),
        "expires_in": poll.duration,
        "multiple": poll.multiple,
        "hide_totals": poll.hide_totals,
    }


def against(entry: Entry, account: Account, options: MastodonOptions) -> Iterator[str]:
    """What stands in the way of a first entry, in sentences."""
    if options.poll is not None:
        if entry.media:
            yield "A status on Mastodon has a poll or files, not both."
        yield from _against_poll(options.poll, Limits(account.data.get("limits")))
    if options.quoted or options.quote_approval_policy:
        yield from _against_quote(account, options)


def _against_poll(poll: Poll, limits: Limits) -> Iterator[str]:
    most = limits.read("polls", "max_options", 4)
    longest = limits.read("polls", "max_characters_per_option", 50)
    least, last = (
        limits.read("polls", "min_expiration", 300),
        limits.read("polls", "max_expiration", 2_629_746),
    )
    if len(poll.options) > most:
        yield f"A poll on this server has {most} options at the most; this has {len(poll.options)}."
    if any(text.count(option, "graphemes") > longest for option in poll.options):
        yield f"An option of a poll on this server has {longest} characters at the most."
    if not least <= poll.duration <= last:
        yield f"A poll on this server stays open {least:,} to {last:,} seconds; this says {poll.duration:,}."


def _against_quote(account: Account, options: MastodonOptions) -> Iterator[str]:
    found = _QUOTED.fullmatch(options.quoted_status_id)
    if found and found[1] and found[1].lower() != account.host:
        yield f"Name the status to quote by its address at {account.host}."
    version = account.data.get("api")
    if not isinstance(version, int) or version < QUOTES:
        yield "Quotes need Mastodon 4.5 at the account's server. If it has that, connect the account again."
