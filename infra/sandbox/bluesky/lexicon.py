"""What a server checks of a record before it writes it, and what it does not but every reader would."""

import re
from datetime import datetime
from typing import Any

from chalicelib import text

from .sessions import invalid

TID = re.compile(r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")


def check_post(record: dict[str, Any]) -> None:
    """Types, lengths and places of `app.bsky.feed.post`."""
    said = record.get("text")
    if not isinstance(said, str) or len(said.encode()) > 3000 or text.count(said, "graphemes") > 300:
        raise invalid("Record/text must not be longer than 300 graphemes")
    check_moment(record)
    if len(record.get("langs", [])) > 3:
        raise invalid("Record/langs must not have more than 3 elements")
    _check_facets(said, record.get("facets", []))
    _check_embed(record.get("embed"))
    labels = record.get("labels", {"$type": "com.atproto.label.defs#selfLabels", "values": []})
    if labels.get("$type") != "com.atproto.label.defs#selfLabels" or any(
        set(each) != {"val"} for each in labels["values"]
    ):
        raise invalid("Record/labels is not valid")


def check_moment(record: dict[str, Any]) -> None:
    made = record.get("createdAt", "")
    if not isinstance(made, str) or not made.endswith("Z") or datetime.fromisoformat(made).tzinfo is None:
        raise invalid("Record/createdAt must be an valid atproto datetime")


def _check_facets(said: str, facets: list[dict[str, Any]]) -> None:
    end, size = 0, len(said.encode())
    names = {"link": "uri", "mention": "did", "tag": "tag"}
    for facet in facets:
        start, stop = facet["index"]["byteStart"], facet["index"]["byteEnd"]
        if not end <= start < stop <= size:
            raise invalid("Record/facets overlap, or lie outside the text")
        said.encode()[start:stop].decode()  # a facet that cuts a letter is a bug
        end = stop
        for feature in facet["features"]:
            kind = feature["$type"].removeprefix("app.bsky.richtext.facet#")
            if kind not in names or not isinstance(feature.get(names[kind]), str):
                raise invalid("Record/facets/features is not valid")


def _check_embed(embed: Any) -> None:
    match embed:
        case {
            "$type": "app.bsky.embed.recordWithMedia",
            "record": {"record": {"uri": str()}},
            "media": media,
        }:
            _check_embed(media)
        case {"$type": "app.bsky.embed.images", "images": [_, *_] as images} if len(images) <= 4:
            _check_images(images)
        case {"$type": "app.bsky.embed.video", "video": {"mimeType": "video/mp4"}}:
            _check_ratio(embed)
        case _ if not _is_plain(embed):
            raise invalid("Record/embed is not valid")


def _check_images(images: list[dict[str, Any]]) -> None:
    for image in images:
        if not isinstance(image.get("alt"), str) or image["image"]["size"] > 2_000_000:
            raise invalid("Record/embed/images needs alt and a blob that is not too large")
        _check_ratio(image)


def _is_plain(embed: Any) -> bool:
    """Nothing, a card, or a quoted post."""
    match embed:
        case None | {"$type": "app.bsky.embed.record", "record": {"uri": str(), "cid": str()}}:
            return True
        case {"$type": "app.bsky.embed.external", "external": card}:
            return all(isinstance(card.get(name), str) for name in ("uri", "title", "description"))
    return False


def _check_ratio(embed: dict[str, Any]) -> None:
    ratio = embed.get("aspectRatio", {"width": 1, "height": 1})
    if set(ratio) != {"width", "height"} or any(type(side) is not int or side < 1 for side in ratio.values()):
        raise invalid("Record/embed/aspectRatio is not valid")


def blobs_of(record: Any) -> list[dict[str, Any]]:
    """Every blob that a record names, in order."""
    if isinstance(record, dict):
        if record.get("$type") == "blob":
            return [record]
        return [blob for value in record.values() for blob in blobs_of(value)]
    return [blob for value in record for blob in blobs_of(value)] if isinstance(record, list) else []


def media_of(embed: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The files of a post as its readers see them: kind, description and blob."""
    match embed:
        case {"$type": "app.bsky.embed.images", "images": images}:
            return [{"kind": "image", "alt": each["alt"], "blob": each["image"]} for each in images]
        case {"$type": "app.bsky.embed.video", "video": blob, **rest}:
            return [{"kind": "video", "alt": rest.get("alt", ""), "blob": blob}]
        case {"$type": "app.bsky.embed.recordWithMedia", "media": media}:
            return media_of(media)
    return []
