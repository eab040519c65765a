"""What a reader sees of a newsletter: its words as lines, and its pictures."""

from html.parser import HTMLParser
from typing import Any

_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "ul", "ol", "blockquote", "pre"})


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.pictures: list[dict[str, Any]] = []
        self.hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "div" and "display:none" in given.get("style", ""):
            self.hidden = True
        elif tag == "img":
            self.pictures.append({"url": given.get("src", ""), "alt": given.get("alt", "")})

    def handle_endtag(self, tag: str) -> None:
        if tag == "div":
            self.hidden = False
        elif tag in _PARAGRAPHS:
            self.words.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self.hidden and (data.strip() or not data.startswith("\n")):
            self.words.append(data)
        elif not self.hidden and data.startswith("\n") and self.words and not self.words[-1].isspace():
            self.words.append("\n")


def read(html: str) -> tuple[str, list[dict[str, Any]]]:
    """A letter's HTML → what it says, and its pictures."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return "".join(reader.words).strip(), reader.pictures
