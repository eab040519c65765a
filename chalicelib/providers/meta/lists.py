"""Meta's lists, page after page, and what is looked for in them after a lost answer."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ... import text
from ..base import Answer, Job, Unsure

#: Pages of a hundred that a look reads at the most.
PAGES = 20
_TOKENS = {"access_token", "appsecret_proof"}


def same(wanted: str) -> Callable[[Any], bool]:
    """Whether a text that came back is `wanted`."""
    compared = text.comparable(wanted)
    return lambda found: text.comparable(str(found or "")) == compared


def start(job: Job) -> datetime:
    """From when on a post may be the one in doubt: a minute is left for clocks that differ."""
    return (job.doubt or job.now) - timedelta(minutes=1)


def since(moment: Any, start: datetime) -> bool:
    """Whether Meta's time (`2026-10-05T12:00:00+0000`) is at or after `start`; an unreadable one is not."""
    try:
        return datetime.fromisoformat(str(moment)) >= start
    except (ValueError, TypeError):
        return False


def newest(job: Job, url: str, moment: str, params: dict[str, str]) -> Iterator[dict[str, Any]]:
    """The records of an edge, newest first, page after page until all are older than the doubt; `moment` is their time.

    A Page may publish more in a minute than one answer holds: who reads only the first takes what is out for lost.
    """
    wanted = {**params, "limit": "100"}
    for _ in range(PAGES):
        page = job.ask("GET", url, params=wanted)
        yield from page.records("data")
        fresh = any(since(each.get(moment), start(job)) for each in page.records("data"))
        if not fresh or not (on := further(page)):
            return
        wanted |= on
    raise Unsure(f"Too much was published since to find the post on {job.provider.title}; look there.")


def further(page: Answer) -> dict[str, str]:
    """What asks for the next page of an edge, none after the last: `paging.next` without the token that it holds."""
    query = parse_qsl(urlsplit(page.find("paging", "next", default="")).query)
    named = {name: value for name, value in query if name not in _TOKENS}
    after = page.find("paging", "cursors", "after")
    return {**named, "after": after} if query and isinstance(after, str) else named
