"""The infrastructure of a stage as a CloudFormation template, made from the platforms.

`python -m infra.template` writes `infra/template.yaml`: stage `prod` with every platform, to be read and reviewed.
A deploy sends the same for its own stage and the platforms that the stage names. Names are literal, because
Chalice and the code find everything by name: `lamppost-<stage>-<what>`.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from infra import lanes, watch
from infra.lanes import PUBLISH_TIMEOUT, Lane

Resource = dict[str, Any]
TEMPLATE = Path(__file__).with_name("template.yaml")

DAY = 24 * 3600
FORTNIGHT = 14 * DAY
RECEIVES = 5
GRACE = 30
"""A message stays hidden for its function's time and these seconds: see decision 9."""

TIMEOUTS = {"due": 30, "outbox": 60, "dead": 30}
FUNCTIONS = ("release", "sweep", "outbox", "dead", "dead_fifo")
INDEXES = ("due", "account", "wake")


def template(stage: str, platforms: Sequence[Lane]) -> dict[str, Any]:
    """Everything that a stage stands on besides what Chalice deploys."""
    resources: dict[str, Resource] = {
        "Table": _table(stage),
        "Key": _key(stage),
        "KeyAlias": _resource(
            "KMS::Alias", AliasName=f"alias/lamppost-{stage}", TargetKeyId=_of("Key", "Arn")
        ),
        "Media": _bucket(stage),
        "Schedules": _resource("Scheduler::ScheduleGroup", Name=f"lamppost-{stage}"),
        "Scheduler": _scheduler(stage),
    }
    resources |= _queues(stage, platforms)
    resources |= _logs(stage, platforms)
    resources |= watch.resources(stage, platforms)
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"Lamppost, stage {stage}: table, queues, key, bucket, schedules, logs, alarms.",
        "Resources": resources,
    }


def body(stage: str, platforms: Sequence[Lane]) -> str:
    """The template as CloudFormation is sent it: compact, for a body may have 51,200 bytes."""
    return json.dumps(template(stage, platforms), separators=(",", ":"))


def _resource(kind: str, **properties: Any) -> Resource:
    return {"Type": f"AWS::{kind}", "Properties": properties}


def _kept(stage: str, resource: Resource) -> Resource:
    """What holds people's data outlives its stack in production."""
    policy = "Retain" if stage == "prod" else "Delete"
    return {**resource, "DeletionPolicy": policy, "UpdateReplacePolicy": policy}


def _of(name: str, attribute: str) -> dict[str, list[str]]:
    return {"Fn::GetAtt": [name, attribute]}


def _sub(text: str) -> dict[str, str]:
    return {"Fn::Sub": text}


def _table(stage: str) -> Resource:
    """One table; its three indexes hold all attributes, so that a list never reads an item twice."""
    names = ["pk", "sk", *(f"{index}_{part}" for index in INDEXES for part in ("pk", "sk"))]
    table = _resource(
        "DynamoDB::Table",
        TableName=f"lamppost-{stage}",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
        KeySchema=_keys("pk", "sk"),
        GlobalSecondaryIndexes=[
            {
                "IndexName": f"by_{index}",
                "KeySchema": _keys(f"{index}_pk", f"{index}_sk"),
                "Projection": {"ProjectionType": "ALL"},
            }
            for index in INDEXES
        ],
        TimeToLiveSpecification={"AttributeName": "ttl", "Enabled": True},
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": stage == "prod"},
    )
    return _kept(stage, table)


def _keys(hash_key: str, range_key: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": hash_key, "KeyType": "HASH"},
        {"AttributeName": range_key, "KeyType": "RANGE"},
    ]


def _key(stage: str) -> Resource:
    """The key of the accounts' tokens; who may use it is said by the roles' policies."""
    root = _allow("kms:*", "*", Principal={"AWS": _sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")})
    key = _resource(
        "KMS::Key",
        Description=f"Tokens of the accounts connected to lamppost-{stage}",
        EnableKeyRotation=True,
        KeyPolicy=_policy(root),
    )
    return _kept(stage, key)


def _bucket(stage: str) -> Resource:
    """Media: browsers put and read it by signed addresses, nobody else reads it."""
    bucket = _resource(
        "S3::Bucket",
        BucketName=_sub(f"lamppost-{stage}-media-${{AWS::AccountId}}"),
        PublicAccessBlockConfiguration=dict.fromkeys(
            ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
        ),
        CorsConfiguration={
            "CorsRules": [
                {
                    "AllowedHeaders": ["*"],
                    "AllowedMethods": ["GET", "POST", "PUT"],
                    "AllowedOrigins": ["*"],
                    "ExposedHeaders": ["ETag"],
                    "MaxAge": 3600,
                }
            ]
        },
        LifecycleConfiguration={
            "Rules": [
                {
                    "Id": "cut-off-uploads",
                    "Status": "Enabled",
                    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 2},
                },
                {
                    "Id": "unfinished",
                    "Status": "Enabled",
                    "Prefix": "unfinished/",
                    "ExpirationInDays": 2,
                },
            ]
        },
    )
    return _kept(stage, bucket)


def _allow(actions: str | list[str], resources: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def _policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _scheduler(stage: str) -> Resource:
    """Who EventBridge Scheduler is when it sends: it may put messages into `due`, and nothing else."""
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "scheduler.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}},
    }
    return _resource(
        "IAM::Role",
        RoleName=f"lamppost-{stage}-scheduler",
        AssumeRolePolicyDocument=_policy(trust),
        Policies=[
            {
                "PolicyName": "due",
                "PolicyDocument": _policy(_allow("sqs:SendMessage", _of("DueQueue", "Arn"))),
            }
        ],
    )


def _queues(stage: str, platforms: Iterable[Lane]) -> dict[str, Resource]:
    """Due, outbox, the lanes, and the dead letters of both kinds (a FIFO queue's must be FIFO)."""
    found = {
        "DeadQueue": _dead(f"lamppost-{stage}-dead"),
        "DeadFifoQueue": _dead(f"lamppost-{stage}-dead.fifo"),
        "DueQueue": _queue(f"lamppost-{stage}-due", TIMEOUTS["due"]),
        "OutboxQueue": _queue(f"lamppost-{stage}-outbox", TIMEOUTS["outbox"]),
    }
    for lane in platforms:
        found[f"{lane.name}Queue"] = _queue(lane.queue(stage), PUBLISH_TIMEOUT)
    if stage != "local":
        found["Tls"] = _tls([{"Ref": name} for name in found])
    return found


def _queue(name: str, timeout: int) -> Resource:
    serial = name.endswith(".fifo")
    return _resource(
        "SQS::Queue",
        QueueName=name,
        **_fifo(name),
        VisibilityTimeout=timeout + GRACE,
        SqsManagedSseEnabled=True,
        RedrivePolicy={
            "deadLetterTargetArn": _of("DeadFifoQueue" if serial else "DeadQueue", "Arn"),
            "maxReceiveCount": RECEIVES,
        },
    )


def _dead(name: str) -> Resource:
    return _resource(
        "SQS::Queue",
        QueueName=name,
        **_fifo(name),
        VisibilityTimeout=TIMEOUTS["dead"] + GRACE,
        MessageRetentionPeriod=FORTNIGHT,
        SqsManagedSseEnabled=True,
    )


def _fifo(name: str) -> dict[str, bool]:
    """A message without an id of its own is told apart by its content, which names the attempt."""
    return {"FifoQueue": True, "ContentBasedDeduplication": True} if name.endswith(".fifo") else {}


def _tls(queues: list[dict[str, str]]) -> Resource:
    """Refuse what does not come over TLS (the local stand-in of AWS speaks plain HTTP)."""
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return _resource("SQS::QueuePolicy", Queues=queues, PolicyDocument=_policy(deny))


def _logs(stage: str, platforms: Iterable[Lane]) -> dict[str, Resource]:
    """A log group per function, so that its lines are kept for thirty days and not for ever."""
    names = {"Api": "", **{name: f"-{name}" for name in FUNCTIONS}}
    names |= {lane.name: f"-{lane.function}" for lane in platforms}
    return {
        "".join(part.capitalize() for part in name.split("_")) + "Log": _resource(
            "Logs::LogGroup", LogGroupName=f"/aws/lambda/lamppost-{stage}{tail}", RetentionInDays=30
        )
        for name, tail in names.items()
    }


def text() -> str:
    """`infra/template.yaml`, as it should be."""
    whole = template("prod", lanes.registered())
    dumped: str = yaml.safe_dump(whole, sort_keys=False, width=110)
    return "# Made by `python -m infra.template`: change it there.\n" + dumped


if __name__ == "__main__":
    TEMPLATE.write_text(text())
    print(f"Wrote {TEMPLATE}.")
