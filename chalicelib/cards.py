"""What a page says of itself for a link card: its Open Graph tags. A page that cannot be read simply has no card."""

import re
from dataclasses import dataclass
from datetime import timedelta
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urljoin

from . import clock
from .wire import Wire

_MOST_PAGE: Final = 512_000
_MOST_PICTURE: Final = 10_000_000
#: A page that drips its bytes must not hold the lane.
_MOST_TIME: Final = timedelta(seconds=15)
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset=[\"']?([\w-]{1,30})", re.IGNORECASE)


@dataclass(frozen=True)
class Card:
    """Title and description as the page gives them (either may be empty), and its picture's address."""

    title: str
    description: str
    picture: str


def read(wire: Wire, platform: str, url: str) -> Card | None:
    """The card of a public page, or None; never a problem."""
    found = _fetch(wire, platform, url, _MOST_PAGE)
    if found is None or "html" not in found[0]:
        return None
    tags = _Tags()
    tags.feed(_decoded(*found))
    title = tags.found.get("og:title") or tags.title.strip()
    said = tags.found.get("og:description") or tags.found.get("description", "")
    picture = tags.found.get("og:image", "")
    if not title and not said:
        return None
    return Card(title[:300], said[:1000], urljoin(url, picture) if picture else "")


def picture(wire: Wire, platform: str, url: str) -> bytes | None:
    """The picture of a card, whole, or None."""
    found = _fetch(wire, platform, url, _MOST_PICTURE + 1)
    return found[1] if found is not None and len(found[1]) <= _MOST_PICTURE else None


def _fetch(wire: Wire, platform: str, url: str, most: int) -> tuple[str, bytes] | None:
    """Content type and the first `most` bytes; by the guarded client, since anybody may have written the address."""
    import httpx2

    from .guard import Unsafe, follow

    routed = wire.route(platform, url)
    until = clock.now() + _MOST_TIME
    try:
        with follow(wire.guarded if routed == url else wire.client, routed) as answer:
            if answer.status_code != 200:
                return None
            data = b""
            for chunk in answer.iter_bytes(65_536):
                data += chunk
                if len(data) >= most or clock.now() > until:
                    break
            return answer.headers.get("content-type", "").lower(), data[:most]
    except (httpx2.HTTPError, httpx2.InvalidURL, Unsafe):
        return None


def _decoded(content_type: str, data: bytes) -> str:
    named = re.search(r"charset=[\"']?([\w-]+)", content_type)
    inside = _CHARSET.search(data[:2048])
    name = named[1] if named else inside[1].decode() if inside else "utf-8"
    try:
        return data.decode(name, "replace")
    except LookupError:
        return data.decode("utf-8", "replace")


class _Tags(HTMLParser):
    """The `meta` tags of a page by name, the first of each, and its title."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.title = ""
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._in_title = tag == "title" and not self.title
        name = (given.get("property") or given.get("name") or "").lower()
        if tag == "meta" and name and given.get("content"):
            self.found.setdefault(name, str(given["content"]).strip())

    def handle_endtag(self, tag: str) -> None:
        self._in_title = self._in_title and tag != "title"

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
