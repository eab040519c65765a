"""Finding a status again among the account's own, when its key is no longer remembered."""

import html
import re
from datetime import datetime, timedelta
from typing import Any, Final

from ... import text
from ..base import Job, Published, Session, Unsure
from .options import hidden

#: Pages of forty statuses that a look goes through.
PAGES: Final = 20
_BREAKS = re.compile(r"<br\s*/?>|</p>")
_TAGS = re.compile(r"<[^>]*>")


def may_read(session: Session) -> bool:
    """Whether the token may read statuses: one that may not is refused even what everybody sees."""
    return bool({"read", "read:statuses"} & set(session.token.scopes))


def look(job: Job, visibility: str | None) -> Published | None:
    """The newest status since the doubt that says the same; page after page, back to the doubt."""
    if hidden(visibility) and not may_read(job):
        raise Unsure(
            "Lamppost may not read statuses for few people. Look at Mastodon, then say what you saw."
        )
    since = (job.doubt or job.now) - timedelta(minutes=1)
    where = f"/api/v1/accounts/{job.me.data['id']}/statuses"
    query: dict[str, Any] = {"limit": 40, "exclude_reblogs": "true"}
    known, said = {receipt.id for receipt in job.receipts}, _bare(job.entry.text)
    for _ in range(PAGES):
        page = job.ask("GET", where, params=query, signed=may_read(job)).records()
        for status in page:
            fresh = _made(status) >= since and str(status["id"]) not in known
            if fresh and _same(status, said, len(job.files)):
                return Published(id=str(status["id"]), url=status.get("url") or "")
        if not page or _made(page[-1]) < since or query.get("max_id") == page[-1]["id"]:
            return None
        query["max_id"] = page[-1]["id"]
    raise Unsure("Too much was written since to find the status on Mastodon; look there.")


def _made(status: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(status["created_at"])


def _same(status: dict[str, Any], said: str, count: int) -> bool:
    """By its words and the number of its files."""
    files = status.get("media_attachments")
    if isinstance(files, list) and len(files) != count:
        return False
    return _bare(_shown(status.get("content") or "")) == said


def _shown(content: str) -> str:
    """What readers see: mentions and tags are links, and long addresses come in pieces."""
    return html.unescape(_TAGS.sub("", _BREAKS.sub("\n", content)))


def _bare(said: str) -> str:
    """The words as they compare: a server shows `@user@host` as `@user`, and white space as it likes."""
    return " ".join(text.comparable(text.without_hosts(said)).split())
