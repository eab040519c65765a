"""Posts due at once in the three kinds of lane, through the product as it runs on this machine."""

import os
import secrets
import shutil
import statistics
import time
from datetime import timedelta
from typing import Any

from chalicelib import clock
from infra.local.copies import Machine, running
from infra.local.places import Places
from infra.local.smoke import Client, connect

LANES = {"x": 1, "linkedin": 2, "facebook": 100}
#: Accounts that share the posts: the pace of one account is no measure of a lane.
ACCOUNTS = 25
AHEAD = timedelta(seconds=45)
PATIENCE = timedelta(minutes=6)


def table(posts: int) -> str:
    """A line per lane: the lags and the posts per second."""
    lines = [
        f"  {'platform':<10} {'lane':>5} {'posts':>6} {'lag: median':>12} {'95%':>8} {'last':>8} {'posts/s':>8}"
    ]
    places = Places(f"bench-{secrets.token_hex(3)}")
    with running(places, None, ",".join(LANES), credentials=None) as (copy, machine), Client(copy) as client:
        for platform, width in LANES.items():
            lags = sorted(measure(client, machine, platform, posts))
            rate = len(lags) / max(lags[-1], 0.001)
            lines.append(
                f"  {platform:<10} {width:>5} {len(lags):>6} {statistics.median(lags):>10.1f} s "
                f"{lags[int(len(lags) * 0.95) - 1]:>6.1f} s {lags[-1]:>6.1f} s {rate:>8.1f}"
            )
    shutil.rmtree(places.home)
    return "\n".join(lines)


def measure(client: Client, machine: Machine, platform: str, posts: int) -> list[float]:
    """Seconds from due to out, of every post that arrived."""
    connect(client, platform)
    accounts = _multiplied(client, machine, platform)
    due = (clock.now() + AHEAD).replace(microsecond=0)
    made = [_schedule(client, accounts, due, number) for number in range(posts // ACCOUNTS)]
    print(f"  … {len(made) * ACCOUNTS} posts for {platform}, due at {due:%H:%M:%S} UTC", flush=True)
    deliveries = _arrived(client, made, due + PATIENCE)
    return [(clock.parse(each["receipts"][0]["at"]) - due).total_seconds() for each in deliveries]


def _multiplied(client: Client, machine: Machine, platform: str) -> list[str]:
    """Copies of the connected account that sign with the same grant, put straight into the table."""
    account = next(
        each for each in client.ask("GET", "/v1/accounts")["accounts"] if each["platform"] == platform
    )
    os.environ.update({**machine.environment, "STAGE": "local"})
    from chalicelib.store import accounts

    first = accounts.read("home", account["id"])
    assert first is not None
    for number in range(ACCOUNTS - 1):
        accounts.save(first.model_copy(update={"id": f"{first.id[:10]}{number:06d}"}))
    found = client.ask("GET", "/v1/accounts")["accounts"]
    return [each["id"] for each in found if each["platform"] == platform]


def _schedule(client: Client, accounts: list[str], due: Any, number: int) -> str:
    targets = [
        {"account": account, "entries": [{"text": f"Post {number} of {index}, {secrets.token_hex(4)}"}]}
        for index, account in enumerate(accounts)
    ]
    return str(client.ask("POST", "/v1/posts", json={"when": due.isoformat(), "accounts": targets})["id"])


def _arrived(client: Client, posts: list[str], end: Any) -> list[dict[str, Any]]:
    waiting, arrived = list(posts), []
    while waiting and clock.now() < end:
        time.sleep(2)  # noqa: TID251  # a measurement on this machine, not a Lambda
        for post in list(waiting):
            deliveries = client.ask("GET", f"/v1/posts/{post}")["deliveries"]
            if all(each["state"] == "published" for each in deliveries):
                waiting.remove(post)
                arrived += deliveries
    for post in waiting:
        arrived += [each for each in client.ask("GET", f"/v1/posts/{post}")["deliveries"] if each["receipts"]]
    return arrived
