"""Bring a stage's CloudFormation stack to what its template says."""

from typing import Any

from botocore.exceptions import ClientError

CAPABILITIES = ["CAPABILITY_NAMED_IAM"]


def apply(cloudformation: Any, name: str, body: str, *, delay: float = 5) -> str:
    """Create or update, wait until it is done, and say which it was: `created`, `updated` or `unchanged`."""
    if not exists(cloudformation, name):
        cloudformation.create_stack(StackName=name, TemplateBody=body, Capabilities=CAPABILITIES)
        return _wait(cloudformation, name, "stack_create_complete", delay, "created")
    try:
        cloudformation.update_stack(StackName=name, TemplateBody=body, Capabilities=CAPABILITIES)
    except ClientError as error:
        if "No updates are to be performed" in str(error):
            return "unchanged"
        raise
    return _wait(cloudformation, name, "stack_update_complete", delay, "updated")


def remove(cloudformation: Any, name: str, *, delay: float = 5) -> None:
    """Delete the stack; what its template says to retain stays."""
    cloudformation.delete_stack(StackName=name)
    _wait(cloudformation, name, "stack_delete_complete", delay, "deleted")


def exists(cloudformation: Any, name: str) -> bool:
    """Whether there is such a stack, in whatever state."""
    try:
        cloudformation.describe_stacks(StackName=name)
    except ClientError as error:
        if "does not exist" in str(error):
            return False
        raise
    return True


def _wait(cloudformation: Any, name: str, waiter: str, delay: float, done: str) -> str:
    cloudformation.get_waiter(waiter).wait(
        StackName=name, WaiterConfig={"Delay": delay, "MaxAttempts": int(900 / delay)}
    )
    return done
