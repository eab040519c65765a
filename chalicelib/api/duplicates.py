"""A post once more."""

from typing import Any

from chalice.app import Blueprint

from chalicelib import clock, decide, twice

from .http import Ask, route
from .posts import shown
from .shapes import PostShown

blueprint = Blueprint(__name__)


@route(
    blueprint,
    "POST",
    "/v1/posts/{post}/duplicate",
    scope="write",
    answers=PostShown,
    status=201,
    tagged=True,
    repeatable=True,
)
def duplicate(ask: Ask, post: str) -> Any:
    """A draft of the same texts, files, accounts, options and tags."""
    return shown(*twice.duplicate(ask.workspace, *decide.load(ask.workspace, post), clock.now()))
