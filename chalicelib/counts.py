"""How long a draft's texts are, as each account's platform counts them, and how long they may be."""

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from . import text
from .compose import Draft, Target
from .models import Account, Model
from .providers import PROVIDERS
from .rules import Rules
from .store import accounts


class Counted(Model):
    """One entry's length on one account, and what can be told of how it will look there.

    `most` and `used` are in the platform's own units. `text` is what of the entry's words there is room for, signature and
    all, `over` the rest; `card` and `ratio` are the platform's (`rules.Part`).
    """

    account: str
    entry: int
    used: int
    most: int
    text: str = ""
    over: str = ""
    card: bool = False
    ratio: tuple[float, float] | None = None


def counted(workspace: str, draft: Draft) -> list[Counted]:
    """Every entry of every account that is there (a Query)."""
    known = {account.id: account for account in accounts.all_of(workspace)}
    return [
        found
        for target in draft.targets
        if target.account in known
        for found in _count(draft, target, known[target.account])
    ]


def _count(draft: Draft, target: Target, account: Account) -> Iterator[Counted]:
    rules = rules_of(account, target.options)
    for index, entry in enumerate(draft.entries if target.entries is None else target.entries):
        part = rules.part(index)
        used = text.count(entry.text, part.count, part.url_length)
        fitting = text.beginning(entry.text, part.length, part.count, part.url_length)
        yield Counted(
            account=account.id, entry=index, used=used, most=part.length, text=fitting,
            over=entry.text[len(fitting) :], card=part.card, ratio=part.ratio,
        )  # fmt: skip


def rules_of(account: Account, given: dict[str, Any]) -> Rules:
    """The account's rules; options that are not valid yet change nothing about them."""
    provider = PROVIDERS[account.platform]
    try:
        options = provider.Options.model_validate(given)
    except ValidationError:
        options = None
    return provider.rules_for(account, options)
