"""The table in memory, in place of `chalicelib.store.table`: the same verbs a thousand times as fast as an AWS in memory.

`tests/test_tables.py` holds it against moto.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from boto3.dynamodb.conditions import AttributeBase, ConditionBase

from chalicelib.store.table import Change, Item, Lost
from tests.aws import INDEXES

#: What a condition compares with; a missing attribute fulfils none of them.
COMPARES: dict[str, Callable[..., bool]] = {
    "=": lambda value, other: bool(value == other),
    "<": lambda value, other: bool(value < other),
    "<=": lambda value, other: bool(value <= other),
    ">": lambda value, other: bool(value > other),
    ">=": lambda value, other: bool(value >= other),
    "IN": lambda value, others: value in others,
    "BETWEEN": lambda value, low, high: bool(low <= value <= high),
    "begins_with": lambda value, start: bool(value.startswith(start)),
}
#: The verbs that leave the process, and what each is for DynamoDB.
VERBS = {
    "get": "get_item",
    "get_many": "batch_get_item",
    "put": "put_item",
    "change": "update_item",
    "take": "delete_item",
    "query": "query",
    "together": "transact_write_items",
}
JOINS: dict[str, Callable[..., bool]] = {
    "AND": lambda one, other: one and other,
    "OR": lambda one, other: one or other,
}


def holds(condition: ConditionBase, item: Item) -> bool:
    """Whether a condition of boto3's holds for an item."""
    built = condition.get_expression()
    operator, values = built["operator"], built["values"]
    if operator in JOINS:
        return JOINS[operator](*(holds(each, item) for each in values))
    assert isinstance(values[0], AttributeBase)
    there = values[0].name in item
    if operator.startswith("attribute_"):
        return there == (operator == "attribute_exists")
    return there and COMPARES[operator](item[values[0].name], *values[1:])


class Table:
    """Items by their keys."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], Item] = {}
        self.tokens: set[str] = set()

    def get(self, key: Mapping[str, str], *, consistent: bool = True) -> Item | None:
        found = self.items.get(_place(key))
        return dict(found) if found is not None else None

    def get_many(self, wanted: Sequence[Mapping[str, str]]) -> list[Item]:
        return [found for key in wanted if (found := self.get(key)) is not None]

    def put(self, item: Mapping[str, Any], *, new: bool = False) -> None:
        if new and _place(item) in self.items:
            raise Lost
        self.items[_place(item)] = _whole(item)

    def change(self, key: Mapping[str, str], put: Mapping[str, Any], *, when: Any = None,
               add: Mapping[str, float] | None = None, before: bool = False) -> Item:  # fmt: skip
        change = Change(key, put, add or {}, when)
        was = dict(self.items.get(_place(key), {}))
        if not self._may(change):
            raise Lost(was or None)
        after = self._apply(change)
        return was if before else dict(after)

    def take(self, key: Mapping[str, str], *, when: Any = None) -> Item | None:
        if not self._may(Change(key, {}, {}, when)):
            raise Lost
        return self.items.pop(_place(key), None)

    def query(self, condition: Any, *, index: str = "", limit: int = 100, after: Mapping[str, str] | None = None,
              newest_first: bool = False) -> tuple[list[Item], dict[str, str] | None]:  # fmt: skip
        """One page; where the next begins is its last item's own key."""
        by = f"{INDEXES[index]}_sk" if index else "sk"
        found = [item for item in self.items.values() if by in item and holds(condition, item)]
        found.sort(key=lambda item: (item[by], item["pk"], item["sk"]), reverse=newest_first)
        if after is not None:
            places = [_place(item) for item in found]
            found = found[places.index(_place(after)) + 1 :]
        page = [dict(item) for item in found[:limit]]
        last = {"pk": page[-1]["pk"], "sk": page[-1]["sk"]} if len(found) > limit else None
        return page, last

    def together(self, puts: Sequence[Mapping[str, Any]], changes: Sequence[Change] = (), *, token: str) -> None:  # fmt: skip
        if token in self.tokens:
            return
        if any(_place(item) in self.items for item in puts) or not all(map(self._may, changes)):
            raise Lost
        for item in puts:
            self.put(item)
        for change in changes:
            self._apply(change)
        self.tokens.add(token)

    def _may(self, change: Change) -> bool:
        return change.when is None or holds(change.when, self.items.get(_place(change.key), {}))

    def _apply(self, change: Change) -> Item:
        after = {**self.items.get(_place(change.key), {}), **change.key, **change.put}
        for name, by in change.add.items():
            after[name] = after.get(name, 0) + by
        self.items[_place(change.key)] = _whole(after)
        return self.items[_place(change.key)]


def _place(item: Mapping[str, Any]) -> tuple[str, str]:
    return item["pk"], item["sk"]


def _whole(item: Mapping[str, Any]) -> Item:
    """As it is read back: None is left out."""
    return {name: value for name, value in item.items() if value is not None}
