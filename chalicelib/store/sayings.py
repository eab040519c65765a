"""Who says a text: for each text of a workspace one item, on which every post that says it has left its mark."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from boto3.dynamodb.conditions import Attr

from chalicelib.models import Model

from . import keys, table
from .table import Change, Item

#: How long after its due time a post's mark is kept: as long as it may be put off without being missed.
LIFE = timedelta(days=90)
#: What a mark's attribute begins with.
MARK = "m_"


class Saying(Model):
    """A post that says the text on these accounts, due then when it was written down; it may have moved since."""

    post: str
    due: datetime
    accounts: tuple[str, ...]


@dataclass(frozen=True)
class Sayings:
    """All that say one text; `version` counts the writes, 0 where nobody has said it yet."""

    workspace: str
    digest: str
    version: int = 0
    ends: int = 0
    said: tuple[Saying, ...] = ()


def read(workspace: str, digests: Iterable[str]) -> dict[str, Sayings]:
    """What is known of these texts (1 call, 1 read unit for each)."""
    wanted = {digest: keys.said(workspace, digest) for digest in digests}
    found = {item["pk"]: item for item in table.get_many(list(wanted.values()))}
    return {digest: _of(workspace, digest, found.get(key["pk"], {})) for digest, key in wanted.items()}


def _of(workspace: str, digest: str, found: Item) -> Sayings:
    said = [Saying.model_validate_json(value) for name, value in found.items() if name.startswith(MARK)]
    return Sayings(workspace, digest, found.get("version", 0), found.get("ttl", 0), tuple(said))


def marked(before: Sayings, saying: Saying, *, fenced: bool, gone: str = "") -> Change:
    """The write of one more mark, and of one less where a post is `gone`; `fenced`, only if nobody has written since
    `before` was read (1 write unit)."""
    same = Attr("version").eq(before.version) if before.version else Attr("version").not_exists()
    known = next((each.accounts for each in before.said if each.post == saying.post), ())
    whole = saying.model_copy(update={"accounts": tuple(dict.fromkeys((*known, *saying.accounts)))})
    ends = max(before.ends, int((saying.due + LIFE).timestamp()))
    put: dict[str, object] = {_name(saying.post): whole.model_dump_json(), "ttl": ends}
    put |= {_name(gone): None} if gone else {}
    return Change(keys.said(before.workspace, before.digest), put, {"version": 1}, same if fenced else None)


def mark(before: Sayings, saying: Saying) -> None:
    """Writes a mark whatever else was written meanwhile (1 write unit)."""
    change = marked(before, saying, fenced=False)
    table.change(change.key, change.put, add=change.add)


def _name(post: str) -> str:
    return f"{MARK}{hashlib.sha256(post.encode()).hexdigest()[:16]}"
