"""What each kind of function may do, as the IAM policies that Chalice attaches: what it is recorded doing, and nothing more.

`python -m infra.policies` writes `.chalice/policy-*.json`, for every stage; a deploy narrows them to its own
(`of_stage`), so that a function of `dev` cannot touch what is `prod`'s in the same account.
`tests/guard/test_policies.py` holds them against the calls that the functions make.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from infra.config import ROOT

FOLDER = ROOT / ".chalice"
#: In place of a stage.
EVERY = "lamppost-*"

Statement = dict[str, Any]


def _allow(sid: str, actions: list[str], *resources: str, **condition: Any) -> Statement:
    more = {"Condition": condition} if condition else {}
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": list(resources), **more}


def _table(*verbs: str) -> Statement:
    return _allow("Table", [f"dynamodb:{verb}" for verb in verbs], f"arn:aws:dynamodb:*:*:table/{EVERY}")


def _indexes(*names: str) -> Statement:
    places = [f"arn:aws:dynamodb:*:*:table/{EVERY}/index/by_{name}" for name in names]
    return _allow("Indexes", ["dynamodb:Query"], *places)


def _receive(*queues: str) -> Statement:
    """What Lambda itself does with a queue, with the rights of the function behind it."""
    return _allow(
        "Receive",
        ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
        *_queues(queues),
    )


def _give_back(*queues: str) -> Statement:
    return _allow("GiveBack", ["sqs:GetQueueUrl", "sqs:ChangeMessageVisibility"], *_queues(queues))


def _send(*queues: str) -> Statement:
    return _allow("Send", ["sqs:GetQueueUrl", "sqs:SendMessage"], *_queues(queues))


def _queues(names: tuple[str, ...]) -> list[str]:
    return [f"arn:aws:sqs:*:*:{EVERY}-{name}" for name in names]


def _schedules(*verbs: str) -> list[Statement]:
    """One-time schedules, and the role that they send with."""
    passed = {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}}
    role = f"arn:aws:iam::*:role/{EVERY}-scheduler"
    made = [f"scheduler:{verb}Schedule" for verb in verbs]
    return [
        _allow("Schedules", made, f"arn:aws:scheduler:*:*:schedule/{EVERY}/*"),
        _allow("SchedulerRole", ["iam:PassRole"], role, **passed),
    ]


def _secrets() -> Statement:
    return _allow("Secrets", ["ssm:GetParametersByPath"], "arn:aws:ssm:*:*:parameter/lamppost/*")


def _tokens(*verbs: str) -> Statement:
    ours = {"ForAnyValue:StringLike": {"kms:ResourceAliases": f"alias/{EVERY}"}}
    return _allow("Tokens", [f"kms:{verb}" for verb in verbs], "arn:aws:kms:*:*:key/*", **ours)


def _media(sid: str, place: str, *verbs: str) -> Statement:
    return _allow(sid, [f"s3:{verb}Object" for verb in verbs], f"arn:aws:s3:::{EVERY}-media-*/{place}")


def _logs() -> Statement:
    writes = ["logs:CreateLogStream", "logs:PutLogEvents"]
    return _allow("Logs", writes, f"arn:aws:logs:*:*:log-group:/aws/lambda/{EVERY}:*")


#: By the name of the file.
POLICIES: dict[str, list[Statement]] = {
    "api": [
        _table("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem"),
        _indexes("due", "account"),
        _send("due", "outbox"),
        *_schedules("Create", "Update", "Delete"),
        _secrets(),
        _tokens("Encrypt", "Decrypt"),
        _media("Media", "*", "Get", "Put", "Delete"),
        _allow("MediaList", ["s3:ListBucket"], f"arn:aws:s3:::{EVERY}-media-*"),
        _logs(),
    ],
    "release": [
        _table("GetItem", "UpdateItem"),
        _receive("due"),
        _give_back("due"),
        _send("*"),
        *_schedules("Create", "Update"),
        _logs(),
    ],
    "publish": [
        _table("GetItem", "PutItem", "UpdateItem"),
        _receive("*"),
        _give_back("*"),
        _send("due", "outbox"),
        *_schedules("Create", "Update"),
        _secrets(),
        _tokens("Encrypt", "Decrypt"),
        _media("Media", "*", "Get"),
        _media("MediaFitted", "unfinished/fit/*", "Put"),
        _logs(),
    ],
    "sweep": [
        _table("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem"),
        _indexes("wake"),
        _send("due", "outbox"),
        *_schedules("Create", "Update"),
        _secrets(),
        _tokens("Encrypt", "Decrypt"),
        _logs(),
    ],
    "outbox": [
        _table("GetItem", "Query", "PutItem", "UpdateItem"),
        _receive("outbox"),
        _send("outbox"),
        _tokens("Decrypt"),
        _logs(),
    ],
    "dead": [
        _table("GetItem", "UpdateItem"),
        _receive("dead", "dead.fifo"),
        _logs(),
    ],
}  # fmt: skip


def text(name: str, stage: str = "*") -> str:
    """One policy as its file holds it, for one stage or for all."""
    whole = json.dumps({"Version": "2012-10-17", "Statement": POLICIES[name]}, indent=2)
    return whole.replace(EVERY, f"lamppost-{stage}").replace(
        "parameter/lamppost/*", f"parameter/lamppost/{stage}{'' if stage == '*' else '*'}"
    )


def write(stage: str = "*") -> None:
    for name in POLICIES:
        (FOLDER / f"policy-{name}.json").write_text(text(name, stage) + "\n")


@contextmanager
def of_stage(stage: str) -> Iterator[None]:
    """The files as Chalice is to read them for one stage; afterwards they are those of every stage again."""
    write(stage)
    try:
        yield
    finally:
        write()


if __name__ == "__main__":
    write()
    print(f"Wrote the policies in {FOLDER}.")
