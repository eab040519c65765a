"""DynamoDB in five verbs: get, put, change, query, write together. Floats travel as text of decimals.

Costs are DynamoDB's: a read unit is 4 KB read consistently (half of one otherwise), a write unit 1 KB
written, once more for each index whose keys or attributes change.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from chalicelib.settings import client, settings

Item = dict[str, Any]

#: The longest key in bytes: DynamoDB's limit for the second half of one; none of ours comes near.
LONGEST = 1024


class Lost(Exception):
    """A condition did not hold: somebody else was first. `item` is what lies there, if anything."""

    def __init__(self, item: Item | None = None) -> None:
        super().__init__("the condition did not hold")
        self.item = item


@dataclass(frozen=True)
class Change:
    """One conditional write of an item's attributes: None as a value removes, `add` counts up."""

    key: Mapping[str, str]
    put: Mapping[str, Any]
    add: Mapping[str, float]
    when: Any = None

    def request(self) -> dict[str, Any]:
        sets = {name: value for name, value in self.put.items() if value is not None}
        gone = [name for name, value in self.put.items() if value is None]
        parts = [
            "SET " + ", ".join(f"#{n} = :{n}" for n in sets) if sets else "",
            "REMOVE " + ", ".join(f"#{n}" for n in gone) if gone else "",
            "ADD " + ", ".join(f"#{n} :{n}" for n in self.add) if self.add else "",
        ]
        values = {f":{n}": pack_value(v) for n, v in {**sets, **self.add}.items()}
        request: dict[str, Any] = {
            "TableName": settings().prefix,
            "Key": pack(self.key),
            "UpdateExpression": " ".join(part for part in parts if part),
            "ExpressionAttributeNames": {f"#{n}": n for n in (*sets, *gone, *self.add)},
        }
        return _with_condition(request, self.when, values)


def get(key: Mapping[str, str], *, consistent: bool = True) -> Item | None:
    """One item (1 read unit per 4 KB, half when not consistent)."""
    if not _possible(key.values()):
        return None
    found = client("dynamodb").get_item(TableName=settings().prefix, Key=pack(key), ConsistentRead=consistent)
    return unpack(found["Item"]) if "Item" in found else None


def get_many(wanted: Sequence[Mapping[str, str]]) -> list[Item]:
    """The items of these keys that are there, at most 100 a call, in no order (as `get`, each)."""
    name, found = settings().prefix, []
    waiting = [pack(key) for key in wanted]
    while waiting:
        request = {name: {"Keys": waiting[:100], "ConsistentRead": True}}
        told = client("dynamodb").batch_get_item(RequestItems=request)
        found += told["Responses"].get(name, [])
        waiting = waiting[100:] + told.get("UnprocessedKeys", {}).get(name, {}).get("Keys", [])
    return [unpack(item) for item in found]


def put(item: Mapping[str, Any], *, new: bool = False) -> None:
    """The whole item (1 write unit per KB); with `new`, `Lost` if it is there already."""
    from boto3.dynamodb.conditions import Attr

    request: dict[str, Any] = {"TableName": settings().prefix, "Item": pack(item)}
    with _losing():
        client("dynamodb").put_item(**_with_condition(request, Attr("pk").not_exists() if new else None, {}))


def change(key: Mapping[str, str], put: Mapping[str, Any], *, when: Any = None,
           add: Mapping[str, float] | None = None, before: bool = False) -> Item:  # fmt: skip
    """Changes attributes if `when` holds (1 write unit per KB); the whole item as it is afterwards, or was `before`."""
    if not _possible(key.values()):
        raise Lost
    request = Change(key, put, add or {}, when).request()
    with _losing():
        done = client("dynamodb").update_item(
            **request,
            ReturnValues="ALL_OLD" if before else "ALL_NEW",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    return unpack(done.get("Attributes", {}))


def take(key: Mapping[str, str], *, when: Any = None) -> Item | None:
    """Removes an item, if `when` holds, and returns it: of two takers one gets it (1 write unit)."""
    if not _possible(key.values()):
        return None
    request: dict[str, Any] = {"TableName": settings().prefix, "Key": pack(key), "ReturnValues": "ALL_OLD"}
    with _losing():
        done = client("dynamodb").delete_item(**_with_condition(request, when, {}))
    return unpack(done["Attributes"]) if done.get("Attributes") else None


def query(condition: Any, *, index: str = "", limit: int = 100, after: Mapping[str, str] | None = None,
          newest_first: bool = False) -> tuple[list[Item], dict[str, str] | None]:  # fmt: skip
    """One page of a Query (half a read unit per 4 KB, a whole one on the table itself) and where the next begins."""
    from boto3.dynamodb.conditions import ConditionExpressionBuilder

    built = ConditionExpressionBuilder().build_expression(condition, is_key_condition=True)
    if not _possible(built.attribute_value_placeholders.values()):
        return [], None
    request: dict[str, Any] = {
        "TableName": settings().prefix,
        "KeyConditionExpression": built.condition_expression,
        "ExpressionAttributeNames": built.attribute_name_placeholders,
        "ExpressionAttributeValues": pack(built.attribute_value_placeholders),
        "Limit": limit,
        "ScanIndexForward": not newest_first,
    }
    request |= {"IndexName": index} if index else {"ConsistentRead": True}
    request |= {"ExclusiveStartKey": pack(after)} if after else {}
    found = client("dynamodb").query(**request)
    last = found.get("LastEvaluatedKey")
    return [unpack(item) for item in found["Items"]], unpack(last) if last else None


def pages(condition: Any, *, index: str = "", size: int = 100, newest_first: bool = False) -> Iterator[Item]:
    """Every item of a Query, page after page of `size`."""
    after: dict[str, str] | None = None
    while True:
        items, after = query(condition, index=index, limit=size, after=after, newest_first=newest_first)
        yield from items
        if after is None:
            return


def together(puts: Sequence[Mapping[str, Any]], changes: Sequence[Change] = (), *, token: str) -> None:
    """All or nothing, at most 100 items (2 write units per KB); the same `token` again does nothing more."""
    from boto3.dynamodb.conditions import Attr

    table = settings().prefix
    items = [
        {"Put": _with_condition({"TableName": table, "Item": pack(item)}, Attr("pk").not_exists(), {})}
        for item in puts
    ]
    items += [{"Update": change.request()} for change in changes]
    with _losing():
        client("dynamodb").transact_write_items(TransactItems=items, ClientRequestToken=token)


def _with_condition(request: dict[str, Any], when: Any, values: dict[str, Any]) -> dict[str, Any]:
    names = request.pop("ExpressionAttributeNames", {})
    if when is not None:
        from boto3.dynamodb.conditions import ConditionExpressionBuilder

        built = ConditionExpressionBuilder().build_expression(when)
        request["ConditionExpression"] = built.condition_expression
        names |= built.attribute_name_placeholders
        values |= pack(built.attribute_value_placeholders)
    if names:
        request["ExpressionAttributeNames"] = names
    if values:
        request["ExpressionAttributeValues"] = values
    return request


def _possible(key: Iterable[Any]) -> bool:
    """Whether anything can lie under a key: people name things by ids that DynamoDB would not even look for."""
    try:
        return all(0 < len(str(part).encode()) <= LONGEST for part in key)
    except UnicodeEncodeError:  # half a letter
        return False


class _losing:  # noqa: N801  # reads as the statement it is
    """Turns DynamoDB's failed condition into `Lost`."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        from botocore.exceptions import ClientError

        if not isinstance(error, ClientError):
            return
        response: dict[str, Any] = dict(error.response)
        code = response.get("Error", {}).get("Code")
        reasons = [reason.get("Code") for reason in response.get("CancellationReasons", ())]
        if code == "ConditionalCheckFailedException":
            raise Lost(unpack(response["Item"]) if response.get("Item") else None) from error
        overtaken = {"ConditionalCheckFailed", "TransactionConflict"} & set(reasons)
        if code == "TransactionCanceledException" and overtaken:
            raise Lost from error


@cache
def _serializer() -> Any:
    from boto3.dynamodb.types import TypeSerializer

    return TypeSerializer()


@cache
def _deserializer() -> Any:
    from boto3.dynamodb.types import TypeDeserializer

    return TypeDeserializer()


def pack_value(value: Any) -> Any:
    return _serializer().serialize(_decimals(value))


def pack(item: Mapping[str, Any]) -> dict[str, Any]:
    """Python to DynamoDB; None is left out."""
    return {name: pack_value(value) for name, value in item.items() if value is not None}


def unpack(item: Mapping[str, Any]) -> Item:
    """DynamoDB to Python; whole numbers as int."""
    return {name: _numbers(_deserializer().deserialize(value)) for name, value in item.items()}


def exact(value: float) -> Decimal:
    """A float as DynamoDB compares it, for conditions."""
    return Decimal(repr(value))


def _decimals(value: Any) -> Any:
    match value:
        case float():
            return exact(value)
        case dict():
            return {name: _decimals(each) for name, each in value.items()}
        case list() | tuple():
            return [_decimals(each) for each in value]
    return value


def _numbers(value: Any) -> Any:
    match value:
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case dict():
            return {name: _numbers(each) for name, each in value.items()}
        case list():
            return [_numbers(each) for each in value]
    return value
