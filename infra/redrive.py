"""Send what lies in the dead letters back to `due`, from where it finds its lane again.

    python -m infra.redrive --stage prod

A second delivery does no harm: a message only names a delivery, which knows for itself what became of it.
"""

import argparse
from typing import Any

import boto3


def redrive(sqs: Any, stage: str) -> int:
    """Move every message there is now; how many those were. Each is sent before it is deleted."""
    due = sqs.get_queue_url(QueueName=f"lamppost-{stage}-due")["QueueUrl"]
    queues = [sqs.get_queue_url(QueueName=f"lamppost-{stage}-{n}")["QueueUrl"] for n in ("dead", "dead.fifo")]
    return sum(_move(sqs, queue, due) for queue in queues)


def _move(sqs: Any, source: str, target: str) -> int:
    moved = 0
    while messages := sqs.receive_message(QueueUrl=source, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            sqs.send_message(QueueUrl=target, MessageBody=message["Body"])
            sqs.delete_message(QueueUrl=source, ReceiptHandle=message["ReceiptHandle"])
        moved += len(messages)
    return moved


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m infra.redrive", description=__doc__)
    parser.add_argument("--stage", required=True)
    print(f"{redrive(boto3.client('sqs'), parser.parse_args().stage)} messages are on their way again.")


if __name__ == "__main__":
    main()
