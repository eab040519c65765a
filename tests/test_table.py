"""The table's verbs where a key is none that DynamoDB would take."""

from typing import Any

import pytest
from boto3.dynamodb.conditions import Attr, Key

from chalicelib.settings import client
from chalicelib.store import keys, table
from chalicelib.store.table import Lost

IMPOSSIBLE = [
    keys.account("home", "x" * 1100),
    keys.account("w" * 2100, "x"),
    keys.account("home", "\ud800"),
    {"pk": "", "sk": "x"},
    keys.account("home", "é" * 600),
]


@pytest.mark.parametrize("key", IMPOSSIBLE)
def test_nothing_lies_under_a_key_that_cannot_be_and_dynamodb_is_not_asked(
    aws: Any, key: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse = {"side_effect": AssertionError}
    for operation in ("get_item", "delete_item", "update_item"):
        monkeypatch.setattr(client("dynamodb"), operation, refuse)
    assert table.get(key) is None
    assert table.take(key) is None
    with pytest.raises(Lost):
        table.change(key, {"a": 1}, when=Attr("pk").exists())


def test_a_list_under_a_key_that_cannot_be_is_empty(aws: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client("dynamodb"), "query", None)
    assert table.query(Key("pk").eq(keys.post("home", "x" * 3000)["pk"])) == ([], None)
