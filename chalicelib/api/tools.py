"""A platform's tools: the boards, channels and subreddits that an option may name, asked of the platform itself."""

import inspect
from typing import Any

from chalice.app import Blueprint
from pydantic import Field

from chalicelib import clock, renew
from chalicelib.answers import understood
from chalicelib.providers import PROVIDERS
from chalicelib.providers.base import tools
from chalicelib.refusals import Refused
from chalicelib.store import accounts

from .given import Given
from .http import Ask, route
from .shapes import ToolAnswered

blueprint = Blueprint(__name__)


class Asked(Given):
    """What to ask with: the tool's parameters by name."""

    parameters: dict[str, str] = Field(default={}, description="What the tool asks for, by name.")


@route(
    blueprint, "POST", "/v1/accounts/{account}/tools/{tool}", scope="write", body=Asked, answers=ToolAnswered
)
def use(ask: Ask, given: Asked, account: str, tool: str) -> Any:
    """Asks a platform by one of the tools that `GET /v1/platforms` names for it."""
    found = accounts.read(ask.workspace, account)
    if found is None or found.health == "disconnected":
        raise Refused(404, "unknown-account", "There is no such account here.")
    provider = PROVIDERS[found.platform]
    known = tools(provider).get(tool)
    if known is None:
        raise Refused(404, "unknown-tool", f"{provider.title} has no tool “{tool[:40]}”.")
    if strange := set(given.parameters) - set(known.parameters):
        raise Refused(422, "unknown-parameter", f"“{tool}” takes no “{min(strange)[:40]}”.")
    session = renew.session_for(found, clock.now())
    method = getattr(provider, tool)
    try:
        inspect.signature(method).bind(session, **given.parameters)
    except TypeError as lacking:
        needed = ", ".join(known.parameters)
        raise Refused(422, "lacking-parameter", f"“{tool}” needs: {needed}.") from lacking
    with understood(provider.title):
        return {"results": method(session, **given.parameters)}
