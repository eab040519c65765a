"""`python -m chalicelib.providers` prints the platforms as a table; with the name of a page, it puts the table in there."""

import re
import sys
from pathlib import Path

from chalicelib.signin import Form, OAuth1, OAuth2

from . import PROVIDERS
from .base import Part, Provider, overrides

HEADINGS = ("key", "title", "sign-in", "concurrency", "media", "thread", "refresh", "recovery")


def row(provider: Provider) -> tuple[str, ...]:
    """One platform, as the table shows it."""
    return (
        f"`{provider.key}`",
        provider.title,
        _sign_in(provider),
        str(provider.concurrency),
        _media(provider.rules.first),
        "yes" if provider.rules.rest else "no",
        "by itself" if _refreshes(provider) else "never ends, or reconnect",
        provider.repeatable,
    )


def _sign_in(provider: Provider) -> str:
    auth = provider.auth
    match auth:
        case OAuth1():
            return "OAuth 1.0a, or 2.0 with PKCE"
        case Form():
            return f"{auth.kind}{_second(provider)}"
    assert isinstance(auth, OAuth2)
    return f"OAuth 2.0{' with PKCE' if auth.pkce else ''}{_second(provider)}"


def _second(provider: Provider) -> str:
    return ", then choose" if overrides(provider, "choices") else ""


def _refreshes(provider: Provider) -> bool:
    return overrides(provider, "refresh") or (isinstance(provider.auth, OAuth2) and provider.auth.refreshes)


def _media(part: Part) -> str:
    counts = {"pictures": part.images, "GIFs": part.gifs, "films": part.videos, "documents": part.documents}
    return ", ".join(f"{number} {kind}" for kind, number in counts.items() if number) or "text only"


def table() -> str:
    """Every platform as a Markdown table."""
    rows = [HEADINGS, *(row(provider) for provider in PROVIDERS.values())]
    widths = [max(len(each[column]) for each in rows) for column in range(len(HEADINGS))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(each, widths, strict=True)) + " |"
        for each in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def put(page: str) -> str:
    """A page with the table as it is now, in the place of the one that it had."""
    had = re.compile(r"^\| key .*?(?=\n\n)", re.DOTALL | re.MULTILINE)
    return had.sub(lambda _: table(), page, count=1)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(put(Path(sys.argv[1]).read_text()))
        print(f"Wrote {sys.argv[1]}.")
    else:
        print(table())
