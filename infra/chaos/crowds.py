"""The crowd: accounts that share the posts, and the posts, all due at one moment."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chalicelib.store import accounts as stored
from infra.chaos.plans import Plan
from infra.local import samples
from infra.local.smoke import Client, connect, upload

#: Accounts of one post: what one save takes.
TOGETHER = 25


@dataclass(frozen=True)
class Crowd:
    """Ids of the posts that are due, and of those that are far away; when the first are due."""

    posts: tuple[str, ...]
    far: tuple[str, ...]
    due: datetime


def accounts(client: Client, platform: str, number: int) -> list[str]:
    """A connected account and copies of it that sign with the same grant, put straight into the table."""
    connect(client, platform)
    found = client.ask("GET", "/v1/accounts")["accounts"]
    mine = next(each["id"] for each in found if each["platform"] == platform)
    first = stored.read("home", mine)
    assert first is not None
    copies = [f"{mine[:10]}{index:06d}" for index in range(number - 1)]
    for each in copies:
        stored.save(first.model_copy(update={"id": each}))
    return [mine, *copies]


def gather(client: Client, plan: Plan) -> dict[str, list[str]]:
    """The accounts of every platform of a plan."""
    return {platform: accounts(client, platform, plan.accounts) for platform in plan.posts}


def schedule(client: Client, known: dict[str, list[str]], plan: Plan, due: datetime) -> Crowd:
    """Every post of a plan, each text its own; one in five on X and Facebook carries a picture."""
    picture = upload(client, samples.picture())
    posts: list[str] = []
    for platform, number in plan.posts.items():
        targets = [_target(platform, known[platform], index, picture) for index in range(number)]
        step = min(TOGETHER, plan.accounts)
        posts += [_post(client, targets[at : at + step], due) for at in range(0, number, step)]
    later = due + timedelta(hours=2)
    far = [
        _post(client, [_target("facebook", known["facebook"], n, picture)], later) for n in range(plan.far)
    ]
    return Crowd(tuple(posts), tuple(far), due)


def _target(platform: str, known: list[str], index: int, picture: str) -> dict[str, Any]:
    text = f"Post {index} in the dark, {platform} {secrets.token_hex(5)}"
    files = [{"id": picture}] if platform != "linkedin" and index % 5 == 0 else []
    return {"account": known[index % len(known)], "entries": [{"text": text, "media": files}]}


def _post(client: Client, targets: list[dict[str, Any]], due: datetime) -> str:
    return str(client.ask("POST", "/v1/posts", json={"when": due.isoformat(), "accounts": targets})["id"])


def deliveries(client: Client, posts: tuple[str, ...]) -> list[dict[str, Any]]:
    """Every delivery of these posts, as the API tells it."""
    return [each for post in posts for each in client.ask("GET", f"/v1/posts/{post}")["deliveries"]]
