"""The records of a Bluesky post: its key, the post with all that is in it, and the gates beside it."""

import hashlib
from typing import Any, Final

from ... import cards, clock, text
from ...models import Receipt
from ..base import Job, Rejected
from .files import blob_of_picture
from .options import BlueskyOptions, named

POST: Final = "app.bsky.feed.post"
REPOST: Final = "app.bsky.feed.repost"
_LETTERS: Final = "234567abcdefghijklmnopqrstuvwxyz"
_RULES: Final = {"mention": "mentionRule", "follower": "followerRule", "following": "followingRule"}


def tid(microseconds: int, clock_id: int) -> str:
    """A timestamp identifier: 13 letters that sort as the moments do. https://atproto.com/specs/tid"""
    number = (microseconds << 10 | clock_id) & (1 << 63) - 1
    return "".join(_LETTERS[number >> shift & 31] for shift in range(60, -1, -5))


def key_for(job: Job) -> str:
    """A record key of this moment; what is finer than our clock comes from the entry's own key."""
    own = int.from_bytes(hashlib.sha256(job.key.encode()).digest()[:4], "big")
    moment = round(job.now.timestamp() * 1000) * 1000 + own % 1000
    return tid(moment, own // 1000 % 1024)


def post(job: Job, blobs: list[dict[str, Any]], card: bool) -> dict[str, Any]:
    """The post's record; empty fields are left out. `card`: whether a page that is linked to may be read."""
    options: BlueskyOptions = job.options
    labels = [{"val": value} for value in options.labels]
    record = {
        "$type": POST,
        "text": job.entry.text,
        "createdAt": clock.iso(job.now),
        "langs": list(options.langs),
        "facets": _facets(job),
        "embed": _embed(job, blobs, card),
        "reply": _reply(job),
        "labels": {"$type": "com.atproto.label.defs#selfLabels", "values": labels} if labels else None,
    }
    return {name: value for name, value in record.items() if name == "text" or value}


def repost(job: Job) -> dict[str, Any]:
    return {"$type": REPOST, "subject": reference(job, job.options.repost), "createdAt": clock.iso(job.now)}


def gates(job: Job, uri: str, made: str) -> list[dict[str, Any]]:
    """Who may reply (said once, at the root) and whether the post may be quoted, as records with its key."""
    options: BlueskyOptions = job.options
    found: list[dict[str, Any]] = []
    if options.reply_control and job.index == 0:
        allow = [
            {"$type": f"app.bsky.feed.threadgate#{_RULES[who]}"}
            for who in options.reply_control
            if who in _RULES
        ]
        found.append({"$type": "app.bsky.feed.threadgate", "post": uri, "allow": allow, "createdAt": made})
    if options.disable_quotes:
        rules = [{"$type": "app.bsky.feed.postgate#disableRule"}]
        found.append(
            {"$type": "app.bsky.feed.postgate", "post": uri, "embeddingRules": rules, "createdAt": made}
        )
    return found


def reference(job: Job, address: str) -> dict[str, str]:
    """A post that stands somewhere, as records point to it: address and content hash."""
    who, key = named(address)
    did = who if who.startswith("did:") else resolve(job, who)
    uri = f"at://{did}/{POST}/{key}"
    posts = job.ask("GET", "/xrpc/app.bsky.feed.getPosts", params={"uris": uri}).records("posts")
    if not did or not posts or not posts[0].get("cid"):
        raise Rejected("The post to quote or repost is not on Bluesky (any more).", words=uri)
    return {"uri": uri, "cid": str(posts[0]["cid"])}


def resolve(job: Job, handle: str) -> str:
    """The DID behind a handle, or nothing where nobody has it."""
    try:
        found = job.ask("GET", "/xrpc/com.atproto.identity.resolveHandle", params={"handle": handle})
    except Rejected:
        return ""
    return str(found.find("did", default=""))


def _facets(job: Job) -> list[dict[str, Any]]:
    """What is clickable: nothing is so by itself. A mention of nobody stays plain text."""
    found = []
    for facet in text.facets(job.entry.text):
        value = resolve(job, facet.value) if facet.kind == "mention" else facet.value
        if value:
            name = {"link": "uri", "mention": "did", "tag": "tag"}[facet.kind]
            feature = {"$type": f"app.bsky.richtext.facet#{facet.kind}", name: value}
            index = {"byteStart": facet.start_byte, "byteEnd": facet.end_byte}
            found.append({"index": index, "features": [feature]})
    return found


def _reply(job: Job) -> dict[str, Any] | None:
    if job.first is None or job.before is None:
        return None
    return {"root": _strong(job.first), "parent": _strong(job.before)}


def _strong(receipt: Receipt) -> dict[str, str]:
    return {"uri": receipt.id, "cid": receipt.data["cid"]}


def _embed(job: Job, blobs: list[dict[str, Any]], card: bool) -> dict[str, Any] | None:
    quote = reference(job, job.options.quote) if job.options.quote and job.index == 0 else None
    media = _media(job, blobs) or (_card(job) if card and has_card(job) else None)
    if quote is None:
        return media
    quoted = {"$type": "app.bsky.embed.record", "record": quote}
    return {"$type": "app.bsky.embed.recordWithMedia", "record": quoted, "media": media} if media else quoted


def _media(job: Job, blobs: list[dict[str, Any]]) -> dict[str, Any] | None:
    if not blobs:
        return None
    alts = [file.media.alt for file in job.files]
    if job.files[0].media.kind == "video":
        film = {
            "$type": "app.bsky.embed.video",
            "video": blobs[0]["blob"],
            "alt": alts[0],
            **_ratio(blobs[0]),
        }
        return {name: value for name, value in film.items() if value}
    images = [
        {"image": each["blob"], "alt": alt, **_ratio(each)} for each, alt in zip(blobs, alts, strict=True)
    ]
    return {"$type": "app.bsky.embed.images", "images": images}


def _ratio(blob: dict[str, Any]) -> dict[str, Any]:
    width, height = blob.get("width"), blob.get("height")
    return {"aspectRatio": {"width": width, "height": height}} if width and height else {}


def has_card(job: Job) -> bool:
    """Whether the first link is to be shown as a card: files leave no room for one."""
    return bool(job.options.card and not job.files and _links(job))


def _links(job: Job) -> list[str]:
    return [facet.value for facet in text.facets(job.entry.text) if facet.kind == "link"]


def _card(job: Job) -> dict[str, Any] | None:
    """The card of the first link, as its page describes itself."""
    url = _links(job)[0]
    card = cards.read(job.wire, job.provider.key, url)
    if card is None:
        return None
    external: dict[str, Any] = {"uri": url, "title": card.title, "description": card.description}
    picture = cards.picture(job.wire, job.provider.key, card.picture) if card.picture else None
    if picture is not None and (thumb := blob_of_picture(job, picture)):
        external["thumb"] = thumb
    return {"$type": "app.bsky.embed.external", "external": external}
