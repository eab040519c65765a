"""Every call to AWS, by the function that made it, as the IAM actions and resources that it takes."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import wraps
from pathlib import Path
from typing import Any

import pytest
from botocore.client import BaseClient

ACCOUNT = "123456789012"
HERE = f"us-east-1:{ACCOUNT}"


@dataclass(frozen=True, order=True)
class Call:
    """One action on one resource, as IAM judges it."""

    action: str
    resource: str


@dataclass
class Recorder:
    """Who is at work, and what each has asked of AWS."""

    who: str = ""
    calls: dict[str, set[Call]] = field(default_factory=dict)

    @contextmanager
    def working(self, who: str) -> Iterator[None]:
        """Everything asked meanwhile is asked by this function."""
        before, self.who = self.who, who
        try:
            yield
        finally:
            self.who = before

    def note(self, service: str, operation: str, given: dict[str, Any]) -> None:
        if self.who:
            self.calls.setdefault(self.who, set()).update(NEEDS[service](operation, given))

    def listen(self, patch: pytest.MonkeyPatch) -> None:
        """Hears every client's calls, and the addresses that are signed for others to use with our rights."""
        from chalicelib import bucket

        real: Any = BaseClient._make_api_call  # type: ignore[attr-defined]  # botocore's own way in for every call

        def heard(client: Any, operation: str, given: dict[str, Any]) -> Any:
            self.note(client.meta.service_model.service_name, operation, given)
            return real(client, operation, given)

        patch.setattr(BaseClient, "_make_api_call", heard)
        for name, operation in (("address", "GetObject"), ("upload_form", "PutObject")):
            patch.setattr(bucket, name, self._signing(getattr(bucket, name), operation))

    def _signing(self, sign: Callable[..., Any], operation: str) -> Callable[..., Any]:
        @wraps(sign)
        def signed(key: str, *more: Any) -> Any:
            self.note("s3", operation, {"Bucket": f"lamppost-test-media-{ACCOUNT}", "Key": key})
            return sign(key, *more)

        return signed


# -- what IAM asks for ---------------------------------------------------------------------------------------


def _dynamodb(operation: str, given: dict[str, Any]) -> list[Call]:
    if operation == "TransactWriteItems":
        kinds = [(kind, what) for each in given["TransactItems"] for kind, what in each.items()]
        items = {"ConditionCheck": "ConditionCheckItem"}
        return [
            Call(f"dynamodb:{items.get(kind, f'{kind}Item')}", _table(what["TableName"]))
            for kind, what in kinds
        ]
    if "RequestItems" in given:
        return [Call(f"dynamodb:{operation}", _table(name)) for name in given["RequestItems"]]
    index = f"/index/{given['IndexName']}" if given.get("IndexName") else ""
    return [Call(f"dynamodb:{operation}", _table(given["TableName"]) + index)]


def _table(name: str) -> str:
    return f"arn:aws:dynamodb:{HERE}:table/{name}"


def _sqs(operation: str, given: dict[str, Any]) -> list[Call]:
    name = given.get("QueueName") or given["QueueUrl"].rpartition("/")[2]
    return [Call(f"sqs:{operation}", f"arn:aws:sqs:{HERE}:{name}")]


def _scheduler(operation: str, given: dict[str, Any]) -> list[Call]:
    made = [
        Call(
            f"scheduler:{operation}",
            f"arn:aws:scheduler:{HERE}:schedule/{given['GroupName']}/{given['Name']}",
        )
    ]
    return made + ([Call("iam:PassRole", given["Target"]["RoleArn"])] if "Target" in given else [])


def _s3(operation: str, given: dict[str, Any]) -> list[Call]:
    where = f"arn:aws:s3:::{given['Bucket']}"
    if operation in {"ListObjectsV2", "HeadBucket"}:
        return [Call("s3:ListBucket", where)]
    if operation == "CopyObject":
        source = given["CopySource"]
        read = Call("s3:GetObject", f"arn:aws:s3:::{source['Bucket']}/{source['Key']}")
        return [read, Call("s3:PutObject", f"{where}/{given['Key']}")]
    action = {"HeadObject": "GetObject"}.get(operation, operation)
    return [Call(f"s3:{action}", f"{where}/{given['Key']}")]


def _kms(operation: str, given: dict[str, Any]) -> list[Call]:
    """The policies name keys by their alias, in a condition; so does this."""
    return [Call(f"kms:{operation}", given.get("KeyId", "alias/lamppost-test"))]


def _ssm(operation: str, given: dict[str, Any]) -> list[Call]:
    return [Call(f"ssm:{operation}", f"arn:aws:ssm:{HERE}:parameter{given['Path'].rstrip('/')}")]


def _sts(operation: str, given: dict[str, Any]) -> list[Call]:
    """Whoever has any right may ask who they are."""
    assert operation == "GetCallerIdentity"
    return []


NEEDS: dict[str, Callable[[str, dict[str, Any]], list[Call]]] = {
    "dynamodb": _dynamodb, "sqs": _sqs, "scheduler": _scheduler, "s3": _s3, "kms": _kms, "ssm": _ssm, "sts": _sts,
}  # fmt: skip


# -- what a policy says --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Right:
    """One action on one pattern of resources, as a policy allows it."""

    action: str
    pattern: str

    def covers(self, call: Call) -> bool:
        return self.action == call.action and fnmatchcase(call.resource, self.pattern)


def rights(policy: Path) -> set[Right]:
    """Everything that a policy allows; a key is named by the alias that its condition names."""
    found = set()
    for statement in json.loads(policy.read_text())["Statement"]:
        assert statement["Effect"] == "Allow"
        aliases = statement.get("Condition", {}).get("ForAnyValue:StringLike", {}).get("kms:ResourceAliases")
        for pattern in [aliases] if aliases else statement["Resource"]:
            found |= {Right(action, pattern) for action in statement["Action"]}
    return found
