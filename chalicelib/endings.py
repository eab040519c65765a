"""What a post ends with: its signature, and the first comment under it. Both are entries' words like any other."""

from .counts import rules_of
from .models import Account, Entry
from .store import accounts, signatures

Entries = tuple[Entry, ...]


def sign(entries: Entries, words: str) -> Entries:
    """The first entry with a signature below its text; one that it ends with already is not written twice."""
    if not entries or not words or entries[0].text.rstrip().endswith(words):
        return entries
    text = "\n\n".join(part for part in (entries[0].text.rstrip(), words) if part)
    return entries[0].model_copy(update={"text": text}), *entries[1:]


def comment_on(entries: Entries, comment: Entry | None) -> Entries:
    """The entries with a comment after them; under nothing there is nothing to say."""
    return (*entries, comment) if entries and comment else entries


def words_of(workspace: str, signature: str) -> str | None:
    """A signature's words, or None where there is no such signature (1 read)."""
    found = signatures.read(workspace, signature)
    return found.text if found else None


def silent(workspace: str, options: dict[str, dict[str, object]]) -> set[str]:
    """Which of these accounts, by id with their options, take no comments (1 Query)."""
    known = {account.id: account for account in accounts.all_of(workspace)}
    return {each for each, own in options.items() if each in known and not _takes_comments(known[each], own)}


def _takes_comments(account: Account, options: dict[str, object]) -> bool:
    return rules_of(account, options).rest is not None
