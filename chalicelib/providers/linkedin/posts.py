"""How LinkedIn's API writes a post and its comments."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from ... import text
from ..base import Answer, Job, Published, Reconnect
from .files import kind
from .options import LinkCard, Poll

_MENTION = re.compile(r"@\[([^\]]+)\]\(urn:li:(?:organization|person):[A-Za-z0-9_-]+\)")


def plain(words: str) -> str:
    """The text of a comment, which knows no markup: a mention is just the name."""
    return _MENTION.sub(r"\1", words)


def body(job: Job, author: str, media: list[str]) -> dict[str, Any]:
    """What `POST /rest/posts` takes."""
    distribution = {
        "feedDistribution": "MAIN_FEED",
        "targetEntities": [],
        "thirdPartyDistributionChannels": [],
    }
    content = _content(job, media)
    return {
        "author": author,
        "commentary": text.little(job.entry.text),
        "visibility": getattr(job.options, "visibility", "PUBLIC"),
        "distribution": distribution,
        **({"content": content} if content else {}),
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": False,
    }


def _content(job: Job, media: list[str]) -> dict[str, Any] | None:
    options, files = job.options, job.entry.media
    if options.link:
        return {"article": _article(options.link, media)}
    if options.poll:
        return {"poll": _poll(options.poll)}
    if options.post_as_images_carousel:
        return {"media": {"id": media[0], "title": options.carousel_name}}
    pictures = [
        {"id": urn, **({"altText": file.alt} if file.alt else {})}
        for urn, file in zip(media, files, strict=True)
    ]
    if len(pictures) > 1:
        return {"multiImage": {"images": pictures}}
    if not pictures:
        return None
    if kind(media[0]) == "image":
        return {"media": pictures[0]}
    return {"media": {"id": media[0], "title": files[0].alt or files[0].name or "Untitled"}}


def _article(link: LinkCard, media: list[str]) -> dict[str, Any]:
    card = {"source": link.url, "title": link.title, "description": link.description}
    return card | ({"thumbnail": media[0]} if any(media) else {})


def _poll(poll: Poll) -> dict[str, Any]:
    answers = [{"text": each} for each in poll.options]
    return {"question": poll.question, "options": answers, "settings": {"duration": poll.duration}}


def social(call: Callable[..., Answer], method: str, where: str, **parts: Any) -> Answer:
    """A call about comments; apps that only share are sent to its elder address, and that refusal did nothing."""
    try:
        return call(method, f"/rest/socialActions/{where}", **parts)
    except Reconnect as refused:
        if "partnerApiSocialActions" not in refused.words:
            raise
        return call(method, f"/v2/socialActions/{where}", **parts)


def post_published(urn: str) -> Published:
    return Published(id=urn, url=f"https://www.linkedin.com/feed/update/{urn}/")


def comment_published(post: str, urn: str) -> Published:
    return Published(id=urn, url=f"{post_published(post).url}?commentUrn={quote(urn, safe='')}")
