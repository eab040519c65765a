"""The dashboard's templates and static files: Jinja with everything escaped, and text that never changes under its name."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from chalicelib.settings import settings

from .scripts import joined

UI = Path(__file__).parent.parent / "ui"

#: What the script of a page is made of: what every page has, and the page's own module.
SCRIPTS = (
    ("page",),
    ("docs",),
    *(("page", own) for own in ("calendar", "compose", "docs", "import", "settings", "timetable")),
)


@cache
def _environment() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    from chalicelib import clock, oidc
    from chalicelib.clock import iso
    from chalicelib.providers import PROVIDERS

    made = Environment(
        loader=FileSystemLoader(UI / "templates"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["static"] = lambda name: f"{settings().public_url}/static/{release()}/{name}"
    made.globals["title"] = lambda key: PROVIDERS[key].title if key in PROVIDERS else key
    made.globals["now"] = clock.now
    made.globals["provider_offered"] = oidc.offered
    made.filters["iso"] = iso
    return made


def render(template: str, **values: Any) -> str:
    """One page; `csrf` and `workspace` are empty where nobody is signed in."""
    known = {"root": settings().public_url, "csrf": "", "workspace": "", "here": "", "unreviewed": 0}
    html: str = _environment().get_template(template).render({**known, **values})
    return html


@cache
def assets() -> dict[str, str]:
    """Every static text by the name that it is asked for under: style sheets, marks, and one script for each page."""
    files = {path.name: path.read_text() for path in sorted((UI / "static").iterdir()) if path.is_file()}
    modules = {name.removesuffix(".js"): files.pop(name) for name in list(files) if name.endswith(".js")}
    return files | {f"{'-'.join(names)}.js": joined(names, modules) for names in SCRIPTS}


@cache
def release() -> str:
    """Stands for all static files as they are: part of their addresses, so that browsers may keep them for ever."""
    whole = "\0".join(f"{name}\0{text}" for name, text in assets().items())
    return hashlib.sha256(whole.encode()).hexdigest()[:12]
