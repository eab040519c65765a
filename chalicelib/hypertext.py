"""From the HTML that Postiz's clients send to the plain text that a platform shows."""

import re
from html.parser import HTMLParser

_BLOCKS = frozenset({"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre"})
_HIDDEN = frozenset({"script", "style"})
# Left to itself the parser reads “&copy=2” in a URL as “©=2”.
_BARE_AMPERSAND = re.compile(r"&(?!(?:#\d+|#x[0-9a-f]+|[a-z][a-z0-9]*);)", re.IGNORECASE)


def plain(html: str) -> str:
    """HTML → text as Postiz reads it: one block is one line, an empty block an empty line, `- ` before list items.

    Text without tags passes unchanged, line breaks included; a link whose words hide its address is
    followed by it; a LinkedIn mention becomes `@[name](urn)`, which `text.little` knows.
    """
    parser = _Plain()
    parser.feed(_BARE_AMPERSAND.sub("&amp;", html.replace("\r\n", "\n").replace("&nbsp;", " ")))
    parser.close()
    return "".join(parser.out).strip()


class _Plain(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.out: list[str] = []
        self.line = "fresh"  # fresh: nothing on it yet · text · closed: the next thing starts a new one
        self.breaks = 0  # <br>s not yet written: the last one in a block shows as nothing
        self.hidden = 0
        self.anchors: list[tuple[str, int]] = []
        self.mention = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _BLOCKS:
            self._open(tag)
        elif tag == "br":
            self.breaks += 1
        elif tag == "a":
            self.anchors.append((given.get("href", ""), len(self.out)))
        self.hidden += tag in _HIDDEN
        if given.get("data-mention-id", "").startswith("urn:li:"):
            name = given.get("data-mention-label", "").removeprefix("@")
            self.mention = f"@[{name}]({given['data-mention-id']})" if name else ""

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.breaks = max(0, self.breaks - 1)
            self._write_breaks()
            self.line = "closed"
        elif tag == "a" and self.anchors:
            self._close_anchor(*self.anchors.pop())
        self.hidden -= tag in _HIDDEN and self.hidden > 0

    def handle_data(self, data: str) -> None:
        if self.hidden or (self.line != "text" and "\n" in data and not data.strip()):
            return  # the second is the source's own indentation
        if self.line == "closed":
            self.out.append("\n")
        self._write_breaks()
        self.out.append(self.mention or data)
        self.line, self.mention = "text", ""

    def _open(self, tag: str) -> None:
        self._write_breaks()
        if self.line != "fresh":
            self.out.append("\n")
        if tag == "li":
            self.out.append("- ")
        self.line = "fresh"

    def _write_breaks(self) -> None:
        self.out.append("\n" * self.breaks)
        self.breaks = 0

    def _close_anchor(self, href: str, start: int) -> None:
        words = "".join(self.out[start:]).strip()
        if href.startswith(("http://", "https://")) and words and _bare(words) != _bare(href):
            self.out.append(f" ({href})")


def _bare(url: str) -> str:
    return url.removeprefix("https://").removeprefix("http://").rstrip("/")
