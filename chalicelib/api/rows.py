"""A row of a table as the post that it is to be: its accounts, its moment, its words and its files."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from pydantic import TypeAdapter, ValidationError

from chalicelib import sheet_times, sheets
from chalicelib.compose import Draft
from chalicelib.library import KINDS
from chalicelib.models import Account, Media
from chalicelib.providers import PROVIDERS
from chalicelib.refusals import Refused
from chalicelib.sheet_times import SLOT, Order
from chalicelib.sheets import Row

from .given import GivenComment, GivenEntry, GivenMedia, GivenTarget, NewPost, draft, due_of
from .public_files import Finder

_ENTRIES: TypeAdapter[list[GivenEntry]] = TypeAdapter(list[GivenEntry])
_SUFFIXES = {"jpg": "image/jpeg", "mov": "video/quicktime"}
#: States of exported rows that are still to go out; the others are history.
_AHEAD = {"", "draft", "scheduled", "held"}


class Reader:
    """Reads the rows of one table: for whom, in which zone, and how its days are written."""

    def __init__(
        self, workspace: str, known: Sequence[Account], zone: str, order: Order, *, again: bool
    ) -> None:
        self.workspace, self.zone, self.order, self.again = workspace, zone, order, again
        self.known = [each for each in known if each.health != "disconnected"]

    def post(self, row: Row) -> NewPost:
        """What a row asks for, its addresses of files apart; a ValueError or Refused with a sentence where it cannot be read."""
        if row.torn:
            raise ValueError(
                "A quotation mark that opens in this row is never closed: what follows was read as part of it."
            )
        cells = row.cells
        if (state := cells.get("state", "").strip().lower()) not in _AHEAD:
            raise ValueError(
                f"This row was exported from a post that is {state}. Clear its state to post it anew."
            )
        try:
            return NewPost(
                when=sheet_times.when(cells.get("when", ""), cells.get("time", ""), self.order),
                zone=cells.get("zone", "").strip() or self.zone,
                entries=self._entries(row),
                first_comment=self._comment(row),
                accounts=self._targets(row),
                tags=_listed(cells.get("tags", "")),
                again=self.again,
            )
        except ValidationError as wrong:
            raise ValueError(_sentence(wrong)) from wrong

    def _entries(self, row: Row) -> list[GivenEntry]:
        if cell := row.cells.get("entries", "").strip():
            try:
                return _ENTRIES.validate_json(cell)
            except ValidationError as wrong:
                raise ValueError(f"The column “entries” cannot be read: {_sentence(wrong)}") from wrong
        media = [GivenMedia(id=each) for each in files_of(row) if not is_address(each)]
        return [GivenEntry(text=row.cells.get("text", ""), media=media)]

    def _comment(self, row: Row) -> GivenComment | None:
        words = row.cells.get("first comment", "")
        return (
            GivenComment(text=words) if words.strip() and not row.cells.get("entries", "").strip() else None
        )

    def _targets(self, row: Row) -> list[GivenTarget]:
        given, title = sheets.options(row.cells.get("options", "")), row.cells.get("title", "").strip()
        return [
            GivenTarget(account=account.id, options=_titled(account, given, title))
            for account in self._accounts(row.cells.get("accounts", ""))
        ]

    def _accounts(self, cell: str) -> list[Account]:
        if not cell.strip():
            raise ValueError("No account is named: write a handle, a name, or platform:handle.")
        whole = self._named(cell.strip())
        if whole is not None:
            return [whole]
        names = [part.strip() for part in re.split(r"[;|,\n]", cell) if part.strip()]
        found = [(name, self._named(name)) for name in names]
        if strange := next((name for name, account in found if account is None), None):
            raise ValueError(f"There is no account “{strange[:40]}” here.")
        return list({account.id: account for _, account in found if account}.values())

    def _named(self, name: str) -> Account | None:
        wanted = name.casefold().removeprefix("@")
        found = [each for each in self.known if each.id == name] or [
            each for each in self.known if wanted in _names(each)
        ]
        if len(found) > 1:
            fuller = " or ".join(f"{each.platform}:{each.handle or each.name}" for each in found[:3])
            raise ValueError(f"“{name[:40]}” may be several accounts: write {fuller}, or the account's id.")
        return found[0] if found else None


def _names(account: Account) -> set[str]:
    handle, name = account.handle.casefold().removeprefix("@"), account.name.casefold()
    bare = {each for each in (handle, name) if each}
    return bare | {f"{account.platform}:{each}" for each in bare} | {f"{account.platform}:@{handle}"}


def _titled(account: Account, given: dict[str, Any], title: str) -> dict[str, Any]:
    fits = title and "title" in PROVIDERS[account.platform].Options.model_fields
    return {**given, "title": title} if fits else given


def _listed(cell: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in re.split(r"[;,\n]", cell) if part.strip()))


def _sentence(wrong: ValidationError) -> str:
    first = wrong.errors()[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"


def files_of(row: Row) -> list[str]:
    """The files of a row: ids and addresses, apart by white space or `|`."""
    return [each for each in re.split(r"[\s|]+", row.cells.get("media", "")) if each]


def is_address(file: str) -> bool:
    return "://" in file


def composed(reader: Reader, row: Row, now: datetime, finder: Finder | None) -> tuple[Draft, str]:
    """The draft that a row is, and what is to be said about its moment. Without a `finder` nothing is fetched."""
    given = reader.post(row)
    made = draft(reader.workspace, given, now, look=finder is None)
    said = "" if given.when == SLOT else due_of(reader.workspace, given, now)[1]
    addresses = (
        [] if row.cells.get("entries", "").strip() else [each for each in files_of(row) if is_address(each)]
    )
    media = tuple(finder.find("", each, "") if finder else _supposed(each) for each in addresses)
    return (_with(made, media), said) if media else (made, said)


def _with(made: Draft, media: tuple[Media, ...]) -> Draft:
    """The draft with these files after the others of its first entry, on every account."""

    def more(entries: Any) -> Any:
        if not entries:
            return entries
        return entries[0].model_copy(update={"media": (*entries[0].media, *media)}), *entries[1:]

    targets = tuple(each.model_copy(update={"entries": more(each.entries)}) for each in made.targets)
    return made.model_copy(update={"entries": more(made.entries), "targets": targets})


def _supposed(address: str) -> Media:
    """A file that has not been fetched yet, as its address ends."""
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Refused(
            422, "unsafe-address", f"“{address[:60]}” is not an address that a file can be fetched from."
        )
    suffix = parts.path.rpartition(".")[2].lower()
    ends = {each.partition("/")[2]: each for each in KINDS} | _SUFFIXES
    mime = ends.get(suffix, "image/jpeg")
    name = parts.path.rpartition("/")[2]
    return Media(id="", kind=KINDS[mime], mime=mime, key="", size=0, name=name)
