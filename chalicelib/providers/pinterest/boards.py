"""Boards, their sections and their Pins, as Pinterest lists and makes them."""

from collections.abc import Iterator
from typing import Any

from ..base import Rejected, Session

_PAGES = 20


def pages(session: Session, path: str, size: int = 250, most: int = _PAGES) -> Iterator[list[dict[str, Any]]]:
    """The items of a list, a page at a time."""
    query: dict[str, Any] = {"page_size": size}
    for _ in range(most):
        answer = session.ask("GET", path, params=query)
        yield answer.records("items")
        if not (bookmark := answer.find("bookmark")):
            return
        query["bookmark"] = bookmark


def boards(session: Session) -> list[dict[str, Any]]:
    return [_board(board) for page in pages(session, "/boards") for board in page]


def sections(session: Session, board: str) -> list[dict[str, Any]]:
    found = pages(session, f"/boards/{_digits(board)}/sections")
    return [{"id": str(each.get("id")), "name": each.get("name", "")} for page in found for each in page]


def create(session: Session, name: str, description: str, privacy: str) -> dict[str, Any]:
    wanted = {"name": name.strip(), "description": description, "privacy": privacy or "PUBLIC"}
    made = session.ask("POST", "/boards", json=wanted)
    return _board({**wanted, "id": made.pick("id")})


def create_section(session: Session, board: str, name: str) -> dict[str, Any]:
    made = session.ask("POST", f"/boards/{_digits(board)}/sections", json={"name": name.strip()})
    return {"id": made.pick("id"), "name": name.strip()}


def _digits(board: str) -> str:
    if not board.isascii() or not board.isdigit():
        raise Rejected(f"“{board[:40]}” is not the id of a board.")
    return board


def _board(board: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": str(board.get("id")),
        "name": board.get("name", ""),
        "privacy": board.get("privacy", "PUBLIC"),
        "pins": int(board.get("pin_count") or 0),
    }
