"""The dashboard's templates, rendered by Jinja with everything escaped."""

from functools import cache
from pathlib import Path
from typing import Any

UI = Path(__file__).parent.parent / "ui"


@cache
def _environment() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    return Environment(
        loader=FileSystemLoader(UI / "templates"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(template: str, **values: Any) -> str:
    """One page."""
    from chalicelib.settings import settings

    html: str = _environment().get_template(template).render(root=settings().public_url, **values)
    return html


@cache
def asset(name: str) -> str | None:
    """A static text file of the dashboard, or None."""
    path = UI / "static" / name
    return path.read_text() if path.parent == UI / "static" and path.is_file() else None
