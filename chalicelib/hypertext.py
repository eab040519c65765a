"""From the HTML that Postiz's clients send to the text that a platform takes: plain, or with marks of its own."""

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Final, Literal, NamedTuple

Dialect = Literal["plain", "markdown", "discord", "mrkdwn"]


class Markup(NamedTuple):
    """How a platform's texts mark what HTML does: around words (by tag), at headings, in links, between blocks."""

    around: Mapping[str, str] = {}
    headings: bool = False
    link: str = ""
    gap: str = "\n"
    line: str = "\n"


def _around(bold: str, italic: str, strike: str, **more: str) -> dict[str, str]:
    alike = {"strong": bold, "b": bold, "em": italic, "i": italic, "s": strike, "del": strike}
    return {**alike, "strike": strike, "code": "`", **more}


#: `markdown` is GitHub's and Reddit's: a paragraph needs an empty line there, a line two spaces at its end.
MARKUPS: Final[dict[Dialect, Markup]] = {
    "plain": Markup(),
    "markdown": Markup(_around("**", "*", "~~"), True, "[{words}]({href})", "\n\n", "  \n"),
    "discord": Markup(_around("**", "*", "~~", u="__"), True, "[{words}]({href})"),
    "mrkdwn": Markup(
        _around("*", "_", "~", **{f"h{level}": "*" for level in range(1, 7)}), False, "<{href}|{words}>"
    ),
}

_BLOCKS = frozenset({"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre"})
_LISTS = frozenset({"ul", "ol"})
_HIDDEN = frozenset({"script", "style"})
# What stands in pointed brackets in Slack, Discord or Markdown and is no tag: addresses, alarms, moments, moving emoji.
_POINTED = re.compile(
    r"<((?:https?://[^<>\s]|!(?:here|channel|everyone|subteam\^)|(?:a|t|id):[^<>\s])[^<>]*)>"
)
# Left to itself the parser reads “&copy=2” in a URL as “©=2”.
_BARE_AMPERSAND = re.compile(r"&(?!(?:#\d+|#x[0-9a-f]+|[a-z][a-z0-9]*);)", re.IGNORECASE)
# A mark must touch the words that it is around, and ends with their line.
_WORDS = re.compile(r"\S(?:[^\n]*\S)?")
# What would end a link too early, by where it stands.
_HREF: Final = str.maketrans({each: f"%{ord(each):02X}" for each in "()<>| "})
_LABELS: Final = {
    "[": str.maketrans({"[": r"\[", "]": r"\]"}),
    "<": str.maketrans({"<": "&lt;", ">": "&gt;"}),
}


def plain(html: str) -> str:
    """HTML → text as Postiz reads it: one block is one line, an empty block an empty line, `- ` before list items.

    Text without tags passes unchanged, line breaks included; a link whose words hide its address is
    followed by it; a LinkedIn mention becomes `@[name](urn)`, which `text.little` knows.
    """
    return marked(html, "plain")


def marked(html: str, dialect: Dialect) -> str:
    """HTML → text of a platform's own markup: bold, italics, headings, links and lists as it writes them.

    What is no tag passes unchanged: whoever writes a platform's marks by hand means them.
    """
    parser = _Reader(dialect)
    source = _BARE_AMPERSAND.sub("&amp;", html.replace("\r\n", "\n").replace("&nbsp;", " "))
    parser.feed(_POINTED.sub(r"&lt;\1&gt;", source))
    parser.close()
    while parser.open:
        parser.handle_endtag(parser.open[-1][0])
    said = "".join(parser.out).strip()
    return re.sub(r"\n{3,}", "\n\n", said) if parser.markup.gap == "\n\n" and parser.last else said


class _Reader(HTMLParser):
    def __init__(self, dialect: Dialect) -> None:
        super().__init__()
        self.markup = MARKUPS[dialect]
        self.out: list[str] = []
        self.row = "fresh"  # fresh: nothing on it yet · text · closed: the next thing starts a new one
        self.last = ""  # the block that was closed last
        self.breaks = 0  # <br>s not yet written: the last one in a block shows as nothing
        self.hidden = 0
        self.open: list[tuple[str, int]] = []  # what is marked around, and where in `out` it began
        self.anchors: list[tuple[str, int]] = []
        self.lists: list[int] = []  # the number of the item before, -1 in a list without numbers
        self.mention = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _BLOCKS:
            self._open(tag)
        elif tag == "br":
            self.breaks += 1
        elif tag == "a":
            self.anchors.append((given.get("href", ""), len(self.out)))
        if (mark := self.markup.around.get(tag)) and mark not in [
            self.markup.around[each] for each, _ in self.open
        ]:
            self.open.append((tag, len(self.out)))
        self.hidden += tag in _HIDDEN
        if not self.markup.link and given.get("data-mention-id", "").startswith("urn:li:"):
            name = given.get("data-mention-label", "").removeprefix("@")
            self.mention = f"@[{name}]({given['data-mention-id']})" if name else ""

    def handle_endtag(self, tag: str) -> None:
        if tag in self.markup.around:
            self._close_mark(tag)
        if tag in _BLOCKS:
            self.breaks = max(0, self.breaks - 1)
            self._write_breaks()
            self.row, self.last = "closed", tag
        elif tag == "a" and self.anchors:
            self._close_anchor(*self.anchors.pop())
        if tag in _LISTS and self.lists:
            self.lists.pop()
        self.hidden -= tag in _HIDDEN and self.hidden > 0

    def handle_data(self, data: str) -> None:
        if self.hidden or (self.row != "text" and "\n" in data and not data.strip()):
            return  # the second is the source's own indentation
        if self.row == "closed":
            self.out.append(self.markup.gap)
        self._write_breaks()
        self.out.append(self.mention or data)
        self.row, self.mention = "text", ""

    def _open(self, tag: str) -> None:
        self._write_breaks()
        if self.row != "fresh":
            nested = tag in _LISTS and bool(self.lists)
            tight = nested or (tag == "li" and self.last in {"li", *_LISTS})
            self.out.append("\n" if tight else self.markup.gap)
        if tag in _LISTS:
            self.lists.append(0 if tag == "ol" else -1)
        elif tag == "li":
            self.out.append(self._bullet())
        elif self.markup.headings and tag[0] == "h":
            self.out.append("#" * min(int(tag[1]), 3) + " ")
        self.row = "fresh"

    def _bullet(self) -> str:
        """Numbers where the list has them; one in another is moved in."""
        if not self.lists:
            return "- "
        if self.lists[-1] >= 0:
            self.lists[-1] += 1
        sign = "- " if self.lists[-1] < 0 else f"{self.lists[-1]}. "
        return "   " * (len(self.lists) - 1) + sign

    def _write_breaks(self) -> None:
        self.out.append(self.markup.line * self.breaks)
        self.breaks = 0

    def _close_mark(self, tag: str) -> None:
        """Marks every line of what stands between the tags; an end without a beginning marks nothing."""
        place = next((i for i in reversed(range(len(self.open))) if self.open[i][0] == tag), None)
        if place is None:
            return
        _, start = self.open.pop(place)
        mark = self.markup.around[tag]
        self.out[start:] = [_WORDS.sub(lambda words: f"{mark}{words[0]}{mark}", "".join(self.out[start:]))]

    def _close_anchor(self, href: str, start: int) -> None:
        whole = "".join(self.out[start:])
        words = whole.strip()
        if not href.startswith(("http://", "https://")) or not words:
            return
        same = _bare(words) == _bare(href)
        if self.markup.link:
            link = href if same else _link(self.markup.link, words, href)
            self.out[start:] = [whole.replace(words, link, 1)]
        elif not same:
            self.out.append(f" ({href})")


def _link(form: str, words: str, href: str) -> str:
    """A link with its words on one line, and nothing in either that would end it."""
    label = " ".join(words.split()).translate(_LABELS[form[0]])
    return form.format(words=label, href=href.translate(_HREF))


def _bare(url: str) -> str:
    return url.removeprefix("https://").removeprefix("http://").rstrip("/")
