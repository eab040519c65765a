"""A model as an item: what conditions look at stays an attribute, what is only read is one piece of JSON."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from chalicelib.clock import iso
from chalicelib.models import Model

from .table import Item

M = TypeVar("M", bound=Model)


def attributes(values: Mapping[str, Any]) -> dict[str, Any]:
    """Field values as attributes: moments as sortable text, models, lists and maps as JSON."""
    return {name: _attribute(value) for name, value in values.items()}


def _attribute(value: Any) -> Any:
    match value:
        case datetime():
            return iso(value)
        case Model() | dict() | list() | tuple():
            return json.dumps(_plain(value), separators=(",", ":"), ensure_ascii=False, default=_text)
    return value


def _plain(value: Any) -> Any:
    match value:
        case Model():
            return value.model_dump(mode="json", exclude_defaults=True)
        case list() | tuple():
            return [_plain(each) for each in value]
    return value


def _text(value: Any) -> str:
    return iso(value) if isinstance(value, datetime) else str(value)


def item(model: Model, *keys: Mapping[str, str]) -> Item:
    """The whole model as an item under its keys."""
    fields = {name: getattr(model, name) for name in type(model).model_fields}
    found = attributes({name: value for name, value in fields.items() if value is not None})
    for key in keys:
        found |= key
    return found


def model(cls: type[M], found: Mapping[str, Any]) -> M:
    """The item as its model again; attributes that are no field (keys, index keys) are left out."""
    fields = cls.model_fields
    return cls.model_validate(
        {name: _value(value, fields[name].annotation) for name, value in found.items() if name in fields}
    )


def _value(value: Any, annotation: Any) -> Any:
    """JSON is read again only where the field is no text of its own: a name may begin with a bracket."""
    if annotation is not str and isinstance(value, str) and value[:1] in ("{", "["):
        return json.loads(value)
    return value
