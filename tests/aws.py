"""The stack as moto holds it: the same names and indexes as `infra/template.yaml`."""

import json
from typing import Any

from chalicelib.providers import PROVIDERS
from chalicelib.queues import due, lane, outbox
from chalicelib.settings import client, settings

INDEXES = {"by_due": "due", "by_account": "account", "by_wake": "wake"}


def build() -> None:
    """Table, queues, bucket, key, schedule group and secrets."""
    _table()
    for name in _queues():
        _queue(name)
    client("s3").create_bucket(Bucket=f"{settings().prefix}-media-123456789012")
    key = client("kms").create_key()["KeyMetadata"]["KeyId"]
    client("kms").create_alias(AliasName=f"alias/{settings().prefix}", TargetKeyId=key)
    client("scheduler").create_schedule_group(Name=settings().prefix)
    secret("SESSION_KEY", "a key for tests")


def empty() -> None:
    """A new table in place of the one there is."""
    client("dynamodb").delete_table(TableName=settings().prefix)
    _table()


def secret(name: str, value: str) -> None:
    """Puts one of the operator's secrets into SSM."""
    client("ssm").put_parameter(
        Name=f"{settings().parameters}/{name}", Value=value, Type="SecureString", Overwrite=True
    )


def _queues() -> list[str]:
    lanes = [lane(each.key, each.concurrency) for each in PROVIDERS.values()]
    return [due(), outbox(), *lanes]


def _queue(name: str) -> None:
    fifo = {"FifoQueue": "true", "ContentBasedDeduplication": "true"} if name.endswith(".fifo") else {}
    client("sqs").create_queue(QueueName=name, Attributes={"VisibilityTimeout": "720", **fifo})


def _table() -> None:
    names = ["pk", "sk", *(f"{index}_{part}" for index in INDEXES.values() for part in ("pk", "sk"))]
    client("dynamodb").create_table(
        TableName=settings().prefix,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
        KeySchema=_keys("pk", "sk"),
        GlobalSecondaryIndexes=[
            {
                "IndexName": index,
                "KeySchema": _keys(f"{prefix}_pk", f"{prefix}_sk"),
                "Projection": {"ProjectionType": "ALL"},
            }
            for index, prefix in INDEXES.items()
        ],
    )


def _keys(hashed: str, ranged: str) -> list[dict[str, str]]:
    return [{"AttributeName": hashed, "KeyType": "HASH"}, {"AttributeName": ranged, "KeyType": "RANGE"}]


def messages(queue: str) -> list[dict[str, Any]]:
    """Takes every message that is visible, with the delay it was sent with unseen."""
    url = client("sqs").get_queue_url(QueueName=queue)["QueueUrl"]
    found = []
    while batch := client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for each in batch:
            client("sqs").delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
            found.append(json.loads(each["Body"]))
    return found


def schedules() -> dict[str, dict[str, Any]]:
    """The one-time schedules that stand, by name."""
    scheduler = client("scheduler")
    found = scheduler.list_schedules(GroupName=settings().prefix)["Schedules"]
    return {
        each["Name"]: scheduler.get_schedule(Name=each["Name"], GroupName=settings().prefix) for each in found
    }
