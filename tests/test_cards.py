"""Link cards: what a page says of itself, and that no page can do harm."""

from collections.abc import Iterator
from typing import ClassVar

import pytest
from werkzeug.wrappers import Request, Response

from chalicelib import cards
from chalicelib.wire import Wire
from infra.sandbox import serve, stop
from infra.sandbox.base import StandIn, route

SITE = "https://pages.sandbox"


class Pages(StandIn):
    key = "pages"
    hosts = ("pages.sandbox",)
    pages: ClassVar[dict[str, tuple[bytes, str, int]]] = {}

    @route("GET", "/<name>")
    def page(self, request: Request, name: str) -> Response:
        body, kind, status = self.pages[name]
        return Response(body, status, content_type=kind)


@pytest.fixture(scope="module")
def wire() -> Iterator[Wire]:
    sandbox, server = serve(stand_ins=[Pages])
    yield Wire(sandbox.public, frozenset({"pages"}))
    stop(server)


def read(wire: Wire, body: str | bytes, kind: str = "text/html", status: int = 200) -> cards.Card | None:
    Pages.pages["a"] = (body.encode() if isinstance(body, str) else body, kind, status)
    return cards.read(wire, "pages", f"{SITE}/a")


def test_open_graph_goes_before_title_and_description(wire: Wire) -> None:
    body = (
        "<title>Old</title><meta name=description content='Old words'>"
        "<meta property='og:title' content='Lamps &amp; wicks'><meta property='og:description' content=' New '>"
        "<meta property='og:image' content='/p.png'><meta property='og:image' content='/second.png'>"
    )
    assert read(wire, body) == cards.Card("Lamps & wicks", "New", f"{SITE}/p.png")


def test_title_and_description_do_where_there_is_no_open_graph(wire: Wire) -> None:
    body = "<title>\n Lamps </title><svg><title>Icon</title></svg><meta name='description' content='Words'>"
    assert read(wire, body) == cards.Card("Lamps", "Words", "")


@pytest.mark.parametrize(
    ("kind", "head", "encoding"),
    [
        ("text/html; charset=iso-8859-1", "", "iso-8859-1"),
        ("text/html", "<meta charset='windows-1252'>", "windows-1252"),
        ("text/html", "", "utf-8"),
        ("text/html; charset=klingon", "", "utf-8"),
    ],
)
def test_letters_are_read_as_the_page_says(wire: Wire, kind: str, head: str, encoding: str) -> None:
    found = read(wire, f"{head}<title>Lämpchen</title>".encode(encoding), kind)
    assert found is not None
    assert found.title == "Lämpchen"


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("<title>Gone</title>", "text/html", 404),
        ("<title>No page</title>", "application/pdf", 200),
        ("<p>Nothing is said here", "text/html", 200),
        (b"\x00\xff<<<<title", "text/html", 200),
    ],
)
def test_what_is_no_page_has_no_card(wire: Wire, body: str | bytes, kind: str, status: int) -> None:
    assert read(wire, body, kind, status) is None


def test_a_page_without_end_is_read_only_so_far(wire: Wire) -> None:
    found = read(
        wire, "<title>Long</title>" + "<p>x" * 1_000_000 + "<meta property='og:title' content='Late'>"
    )
    assert found == cards.Card("Long", "", "")


def test_long_words_are_cut(wire: Wire) -> None:
    found = read(wire, f"<title>{'a' * 999}</title><meta name=description content='{'b' * 9999}'>")
    assert found is not None
    assert (len(found.title), len(found.description)) == (300, 1000)


def test_a_picture_comes_whole_or_not_at_all(wire: Wire) -> None:
    Pages.pages["p"] = (b"1" * 10_000_000, "image/png", 200)
    assert len(cards.picture(wire, "pages", f"{SITE}/p") or b"") == 10_000_000
    Pages.pages["p"] = (b"1" * 10_000_001, "image/png", 200)
    assert cards.picture(wire, "pages", f"{SITE}/p") is None


@pytest.mark.parametrize(
    "url",
    ["https://127.0.0.1/a", "http://example.com/a", "https://metadata.internal/", "https://[::1]/", "ftp://a.example", "https://", "https://exa mple/"],
)  # fmt: skip
def test_only_public_addresses_are_called(url: str) -> None:
    assert cards.read(Wire(), "pages", url) is None
