"""A newsletter's text, which is written as Markdown, as the HTML that mail readers show."""

import html
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

#: Mail readers heed styles on elements only; a picture wider than the screen is made to fit.
_FITS: Final = "max-width:100%;height:auto"
#: After the preview, so that a list of mails does not go on with the letter's first words.
_PADDING: Final = "&#847;&zwnj;&nbsp;" * 60


def mark(key: str) -> str:
    """The tag that a post's own draft is found by: the same for every attempt under its key."""
    return f"lamppost-{key}"


def body(markdown: str) -> str:
    """Markdown → HTML: lines stay lines, addresses become links, and tags show as they were typed."""
    rendered: str = _reader().render(markdown)
    return rendered.strip()


def picture(url: str, alt: str) -> str:
    """A picture as a paragraph of its own."""
    return f'<p><img src="{html.escape(url)}" alt="{html.escape(alt)}" style="{_FITS}"></p>'


def preheader(preview: str) -> str:
    """What a list of mails shows beside the subject, hidden in the letter itself; nothing for no preview."""
    if not preview.strip():
        return ""
    hidden = "display:none;max-height:0;overflow:hidden"
    return f'<div style="{hidden}">{html.escape(preview.strip())}{_PADDING}</div>\n'


@cache
def _reader() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    reader = MarkdownIt("js-default", {"breaks": True, "linkify": True, "html": False})
    if reader.linkify is not None:  # only whole addresses: “readme.md” is a word
        reader.linkify.set({"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})
    return reader
