"""The table in memory answers as DynamoDB does, for all that the store asks of it."""

from collections.abc import Iterator
from typing import Any

from boto3.dynamodb.conditions import Attr, Key
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from chalicelib.store import table
from chalicelib.store.table import Change, Lost
from tests.aws import empty
from tests.tables import Table

KEYS = [{"pk": pk, "sk": sk} for pk in ("w#1", "w#2") for sk in ("post", "delivery#a", "delivery#b")]
CONDITIONS = [
    None,
    Attr("pk").exists(),
    Attr("state").not_exists(),
    Attr("state").eq("a"),
    Attr("count").lt(2),
    Attr("count").gte(1),
    Attr("state").is_in(["a", "c"]),
    Attr("state").eq("a") & Attr("count").lte(3),
    Attr("state").not_exists() | (Attr("state").eq("b") & Attr("count").gt(0)),
    Attr("state").begins_with("a"),
]
QUERIES: list[tuple[Any, str]] = [
    (Key("pk").eq("w#1"), ""),
    (Key("pk").eq("w#1") & Key("sk").begins_with("delivery#"), ""),
    (Key("wake_pk").eq("wake#0"), "by_wake"),
    (Key("wake_pk").eq("wake#0") & Key("wake_sk").lt("2"), "by_wake"),
    (Key("wake_pk").eq("wake#0") & Key("wake_sk").between("1", "3"), "by_wake"),
]
Keys, Conditions = some.sampled_from(KEYS), some.sampled_from(CONDITIONS)
Values = some.fixed_dictionaries(
    {},
    optional={
        "state": some.sampled_from(["a", "b", None]),
        "count": some.sampled_from([0, 1, 2.5]),
        "wake_pk": some.just("wake#0"),
        "wake_sk": some.sampled_from(["1", "2", "3"]),
    },
)
Changes = some.builds(Change, Keys, Values, some.sampled_from([{}, {"count": 1}]), Conditions).filter(
    lambda change: bool(change.put or change.add) and not (change.add and "count" in change.put)
)
Calls = some.one_of(
    some.tuples(some.just("get"), Keys),
    some.tuples(some.just("put"), Keys, Values, some.booleans()),
    some.tuples(some.just("change"), Changes, some.booleans()),
    some.tuples(some.just("take"), Keys, Conditions),
    some.tuples(some.just("query"), some.sampled_from(QUERIES), some.sampled_from([1, 2, 100]), some.booleans()),
    some.tuples(some.just("together"), some.lists(Changes, min_size=1, max_size=2, unique_by=lambda each: str(each.key))),
)  # fmt: skip


def answers(there: Any, calls: list[tuple[Any, ...]], token: str) -> Iterator[Any]:
    """What a table answers to one call after the other."""
    for number, (verb, *rest) in enumerate(calls):
        try:
            yield answer(there, verb, rest, f"{token}{number}")
        except Lost as lost:
            yield verb, "lost", lost.item


def answer(there: Any, verb: str, rest: list[Any], token: str) -> Any:
    if verb == "put":
        key, values, new = rest
        return there.put({**key, **values}, new=new)
    if verb == "change":
        change, before = rest
        return there.change(change.key, change.put, when=change.when, add=change.add, before=before)
    if verb == "take":
        key, when = rest
        return there.take(key, when=when)
    if verb == "query":
        (condition, index), limit, newest_first = rest
        found, _ = there.query(condition, index=index, limit=limit, newest_first=newest_first)
        return found if index == "" else len(found)
    if verb == "together":
        return there.together([], rest[0], token=token)
    return getattr(there, verb)(*rest)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(calls=some.lists(Calls, min_size=1, max_size=12), number=some.integers(0, 10**9))
def test_it_answers_every_call_as_dynamodb_does(aws: Any, calls: list[tuple[Any, ...]], number: int) -> None:
    empty()
    ours, theirs = answers(Table(), calls, f"t{number}"), answers(table, calls, f"t{number}")
    for one, other in zip(ours, theirs, strict=True):
        assert one == other


def test_a_page_begins_where_the_one_before_ended(aws: Any) -> None:
    ours = Table()
    for there in (ours, table):
        for key in KEYS:
            there.put({**key, "wake_pk": "wake#0", "wake_sk": key["pk"] + key["sk"]})
    for condition, index in ((Key("pk").eq("w#1"), ""), (Key("wake_pk").eq("wake#0"), "by_wake")):
        assert everything(ours, condition, index) == everything(table, condition, index)


def everything(there: Any, condition: Any, index: str) -> list[list[Any]]:
    pages: list[list[Any]] = []
    after = None
    while not pages or after is not None:
        found, after = there.query(condition, index=index, limit=2, after=after)
        pages.append(found)
    return [page for page in pages if page]
