"""A workspace with one of everything, and what of it lies in the table and in the bucket."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from chalicelib import bucket, clock, hooks, library, people, recur, staff
from chalicelib.compose import Draft, Target
from chalicelib.models import Entry
from chalicelib.rhythm import Rhythm
from chalicelib.settings import client, settings
from chalicelib.store import groups, signatures, tags
from chalicelib.store import hooks as stored_hooks
from chalicelib.store.groups import Group
from chalicelib.store.people import issue_key
from chalicelib.store.signatures import Signature
from chalicelib.store.tags import Tag
from tests.contract.harness import picture
from tests.world import World

PLATFORMS = ("mastodon", "discord")


@dataclass(frozen=True)
class Tenant:
    """A workspace: its key with every right, its ids by the name of the thing, and the words that only it knows."""

    workspace: str
    key: str
    ids: dict[str, str]
    words: tuple[str, ...]


def furnish(world: World, person: int) -> Tenant:
    """Accounts, a post, a series, a webhook with a sending, a file, a group, a tag, a signature, a second key and person."""
    now, ws = clock.now(), world.workspace
    key = people.first_key(now, ws)
    second, _ = issue_key(ws, f"Key of {ws}", ("read",), now)
    account = world.connect("mastodon", now, person=person)
    post, (delivery,) = world.post([account], now + timedelta(days=1), now, f"Words of {ws}")
    hook, _ = hooks.make(ws, f"https://{ws}.example.com/told", ("post.created",), f"Hook of {ws}", now)
    sending = hooks.write(hook, f"sending-{ws}", "post.created", {"text": f"Told to {ws}"}, now)
    stored_hooks.log(sending)
    upload = library.store(ws, f"{ws}.png", picture(f"{ws}.png")[1], now)
    member, _ = staff.invite(ws, f"Person of {ws}", "", "editor", now)
    entries = (Entry(text=f"Again of {ws}"),)
    again = Draft(entries=entries, targets=(Target(account=account.id),), due=now + timedelta(days=2))
    moments = Rhythm(
        zone="UTC", local=again.due.replace(tzinfo=None), start=again.due, every=1, unit="weeks", count=3
    )
    first, _ = recur.begin(ws, again, moments, now)
    signatures.save(Signature(workspace=ws, id=f"signature-{ws}", name=f"Signature of {ws}", text="Yours"))
    tag = tags.identify(f"Tag of {ws}")
    tags.save(Tag(workspace=ws, id=tag, name=f"Tag of {ws}", colour="#aabbcc"))
    groups.save(Group(workspace=ws, id=f"group-{ws}", name=f"Group of {ws}", accounts=(account.id,)))
    ids = {
        "account": account.id,
        "post": post.id,
        "delivery": delivery.id,
        "webhook": hook.id,
        "sending": sending.id,
        "media": upload.id,
        "group": f"group-{ws}",
        "key": second.id,
        "person": member.person,
        "series": first.series,
        "signature": f"signature-{ws}",
        "tag": tag,
        "workspace": ws,
    }
    secrets = (
        "Words of",
        "Hook of",
        "Key of",
        "Group of",
        "Told to",
        "Person of",
        "Again of",
        "Signature of",
        "Tag of",
    )
    words = tuple(f"{what} {ws}" for what in secrets)
    return Tenant(ws, key, ids, (*words, f"{ws}.png", f"https://{ws}.example.com"))


def holdings(workspace: str = "") -> dict[str, str]:
    """Every item of a workspace in the table and every file of it in the bucket; of all without a name."""
    items = client("dynamodb").scan(TableName=settings().prefix)["Items"]
    found = {f"{each['pk']['S']} {each['sk']['S']}": json.dumps(each, sort_keys=True) for each in items}
    files = client("s3").list_objects_v2(Bucket=bucket.name()).get("Contents", [])
    found |= {each["Key"]: each["ETag"] for each in files}
    return {name: what for name, what in found.items() if not workspace or workspace in name}


def call(http: Any, method: str, path: str, body: Any = None, **headers: str) -> Any:
    """One request; `body` is JSON unless it is bytes."""
    raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    given = {"Content-Type": "application/json", **{n.replace("_", "-"): v for n, v in headers.items()}}
    return http.request(method, path, headers=given, body=raw)
