"""Take a stage off AWS: functions, stack, secrets. What production's template retains stays until you delete it.

python -m infra.teardown --stage dev
"""

import argparse
from typing import Any

import boto3

from infra import secrets, stack
from infra.deploy import chalice

BATCH = 10


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m infra.teardown", description=__doc__)
    parser.add_argument("--stage", required=True)
    stage = parser.parse_args().stage
    if input(f"Take lamppost-{stage} down? Type its name to go on: ") != f"lamppost-{stage}":
        raise SystemExit("Nothing was done.")
    teardown(stage)


def teardown(stage: str) -> None:
    """In the order opposite to the deploy."""
    chalice("delete", stage)
    if stage != "prod":
        _empty(boto3.resource("s3"), f"lamppost-{stage}-media-{_account()}")
    stack.remove(boto3.client("cloudformation"), f"lamppost-{stage}")
    forget(boto3.client("ssm"), stage)
    print(f"lamppost-{stage} is gone." + (" Its table, key and bucket are kept." if stage == "prod" else ""))


def _account() -> str:
    return str(boto3.client("sts").get_caller_identity()["Account"])


def _empty(s3: Any, bucket: str) -> None:
    """CloudFormation deletes only an empty bucket."""
    s3.Bucket(bucket).objects.all().delete()


def forget(ssm: Any, stage: str) -> None:
    """Delete every secret of the stage."""
    names = sorted(secrets.path(stage, name) for name in secrets.present(ssm, stage))
    for at in range(0, len(names), BATCH):
        ssm.delete_parameters(Names=names[at : at + BATCH])


if __name__ == "__main__":
    main()
