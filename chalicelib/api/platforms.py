"""Platforms with their rules and the JSON Schema of their options: what a composer needs to know."""

from typing import Any

from chalice.app import Blueprint

from chalicelib import connect
from chalicelib.providers.base import Provider, tools

from .http import Ask, route
from .shapes import PlatformsShown

blueprint = Blueprint(__name__)


@route(blueprint, "GET", "/v1/platforms", answers=PlatformsShown)
def listed(ask: Ask) -> Any:
    """The platforms that can be connected here."""
    return {"platforms": [shown(provider) for provider in connect.offered()]}


def shown(provider: Provider) -> dict[str, Any]:
    """One platform as clients see it."""
    return {
        "key": provider.key,
        "title": provider.title,
        "docs": provider.docs,
        "fields": [
            {"name": each.name, "label": each.label, "secret": each.secret, "hint": each.hint}
            for each in provider.auth.fields
        ],
        "rules": provider.rules,
        "options": provider.Options.model_json_schema(),
        "tools": [
            {"name": each.name, "description": each.description, "parameters": dict(each.parameters)}
            for each in tools(provider).values()
        ],
    }
