"""What would stop a deploy half way, asked before it begins."""

from collections.abc import Sequence
from typing import Any

from infra.lanes import Lane

KEPT_FREE = 100
"""AWS leaves this much of an account's concurrency to functions without a reservation."""


def reservations(client: Any, stage: str, platforms: Sequence[Lane]) -> str | None:
    """Why the publishers' reservations do not fit into this account, or None if they do.

    A new account may have a limit as low as ten, where every reservation is refused.
    """
    settings = client.get_account_settings()["AccountLimit"]
    limit, free = settings["ConcurrentExecutions"], settings["UnreservedConcurrentExecutions"]
    ours = sum(_reserved(client, f"lamppost-{stage}-{lane.function}") for lane in platforms)
    wanted = sum(lane.concurrency for lane in platforms)
    short = wanted + KEPT_FREE - (free + ours)
    if short <= 0:
        return None
    return (
        f"This account may run {limit} Lambdas at once, and {free + ours} of them are not promised to others. "
        f"The publishers of stage {stage} reserve {wanted}, and AWS keeps {KEPT_FREE} free. Ask for "
        f"{limit + short} or more (Service Quotas, AWS Lambda, Concurrent executions), or deploy with "
        "--without-reservations: the queues' own limits then bound the publishers alone."
    )


def _reserved(client: Any, function: str) -> int:
    try:
        found = client.get_function_concurrency(FunctionName=function)
    except client.exceptions.ResourceNotFoundException:
        return 0
    return int(found.get("ReservedConcurrentExecutions", 0))


def missing_secrets(present: set[str], platforms: Sequence[Lane]) -> dict[str, list[str]]:
    """For each platform, the secrets that nobody has put yet: it is not offered without them."""
    from chalicelib.providers import PROVIDERS

    wanted = {lane.key: [n for n in PROVIDERS[lane.key].secrets if n not in present] for lane in platforms}
    return {key: names for key, names in wanted.items() if names}
