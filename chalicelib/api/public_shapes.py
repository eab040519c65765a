"""Accounts, posts, files and rules as Postiz's clients read them."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.clock import iso
from chalicelib.models import Account, Delivery, Kind, Post, State
from chalicelib.providers import PROVIDERS
from chalicelib.providers.base import Provider, tools
from chalicelib.rules import Part, Rules
from chalicelib.store import tags
from chalicelib.store.files import Upload
from chalicelib.store.groups import Group

from .public_files import address

#: What Postiz's clients are told of a delivery's state; a cancelled one is gone for them.
STATES: dict[State, str] = {
    "draft": "DRAFT",
    "scheduled": "QUEUE",
    "publishing": "QUEUE",
    "pending": "QUEUE",
    "held": "QUEUE",
    "published": "PUBLISHED",
    "failed": "ERROR",
    "unsure": "ERROR",
}

#: What Postiz's clients are told of a tag that has no colour here.
COLOUR = "#942828"

#: The word that stands for an id which only a person can find out.
MISSING = "missing"


def integration(account: Account, groups: Iterable[Group]) -> dict[str, Any]:
    """An account; `disabled` where it must be connected again."""
    shown: dict[str, Any] = {
        "id": account.id,
        "name": account.name or account.handle,
        "identifier": account.platform,
        "picture": account.picture,
        "disabled": account.health != "fine",
        "profile": account.handle.removeprefix("@"),
    }
    for group in groups:
        if account.id in group.accounts:
            shown["customer"] = {"id": group.id, "name": group.name}
    return shown


def post(
    delivery: Delivery, head: Post | None, account: Account, colours: Mapping[str, str]
) -> dict[str, Any]:
    """A delivery as Postiz's row of a post; `settings` is text, as it is there. `colours` are tags' by their ids."""
    return {
        "id": delivery.id,
        "content": delivery.entries[0].text if delivery.entries else "",
        "publishDate": iso(delivery.due),
        "releaseURL": (delivery.receipts[0].url or None) if delivery.receipts else None,
        "releaseId": release_id(delivery),
        "state": STATES[delivery.state],
        "intervalInDays": None,
        "group": delivery.id,
        "creationMethod": "API",
        "settings": json.dumps({"__type": delivery.platform, **delivery.options}, ensure_ascii=False),
        "error": delivery.trouble.sentence if delivery.trouble else None,
        "tags": [_tag(name, head, colours) for name in head.tags] if head else [],
        "integration": {
            "id": account.id,
            "providerIdentifier": account.platform,
            "name": account.name or account.handle,
            "picture": account.picture,
        },
    }


def release_id(delivery: Delivery) -> str | None:
    if delivery.state == "unsure":
        return MISSING
    return delivery.receipts[0].id if delivery.receipts else None


def _tag(name: str, head: Post, colours: Mapping[str, str]) -> dict[str, Any]:
    made = iso(head.created)
    colour = colours.get(tags.identify(name), COLOUR)
    known = {"id": name, "name": name, "color": colour, "orgId": head.workspace}
    return {"tag": {**known, "createdAt": made, "updatedAt": made, "deletedAt": None}}


def file(upload: Upload) -> dict[str, Any]:
    """A file with the address that `image[].path` takes."""
    made = iso(upload.created)
    return {
        "id": upload.id,
        "name": upload.name,
        "originalName": upload.name,
        "path": address(upload),
        "thumbnail": None,
        "alt": None,
        "organizationId": upload.workspace,
        "createdAt": made,
        "updatedAt": made,
    }


# -- rules ---------------------------------------------------------------------------------------------------

_KINDS: dict[Kind, tuple[str, str]] = {
    "image": ("images", "pictures"),
    "gif": ("gifs", "GIFs"),
    "video": ("videos", "videos"),
    "document": ("documents", "documents"),
}
_NEEDS = {"text": "a text", "media": "a picture or video", "both": "a text and a picture or video"}


def settings(account: Account) -> dict[str, Any]:
    """Rules in words, the longest text, the JSON Schema of `settings`, and the tools that fill it."""
    provider = PROVIDERS[account.platform]
    rules = provider.rules_for(account, None)
    schema = provider.Options.model_json_schema()
    return {
        "rules": words(provider, rules),
        "maxLength": rules.first.length,
        "settings": schema if schema.get("properties") else "No additional settings required",
        "tools": [
            {
                "methodName": each.name,
                "description": each.description,
                "dataSchema": [
                    {"key": key, "type": "string", "description": said}
                    for key, said in each.parameters.items()
                ],
            }
            for each in tools(provider).values()
        ],
    }


def words(provider: Provider, rules: Rules) -> str:
    """The rules as sentences."""
    said = [f"{provider.title}: {_part(rules.first)}."]
    if rules.rest is None:
        said.append("It takes no comments and no thread.")
    elif rules.rest != rules.first:
        said.append(f"Each comment: {_part(rules.rest)}.")
    if rules.most is not None:
        said.append(f"A post and its comments are {rules.most} at the most.")
    return " ".join(said)


def _part(part: Part) -> str:
    said = [f"a text of {part.length:,} characters at the most"]
    counts = [(getattr(part, name), plural) for name, plural in _KINDS.values()]
    allowed = [f"{number} {plural}" for number, plural in counts if number]
    said.append(f"up to {' or '.join(allowed)}" if allowed else "no files")
    if part.most is not None:
        said.append(f"{part.most} files in all")
    if part.needs in _NEEDS:
        said.append(f"{_NEEDS[part.needs]} is needed")
    return ", ".join(said)
