"""What Slack is sent: options, text as mrkdwn, blocks, and the address of a message."""

import re
from typing import Any

from pydantic import Field, field_validator

from ... import text
from ..base import Job, Options, Receipt

#: The longest text of one section, of all blocks together, and of the words with uploaded files.
SECTION, BLOCKS, COMMENT = 3000, 12_000, 4000
IMAGE_URL = 3000

# What is meant for Slack and not for the eye: mentions, groups, channels, everyone, links with a label.
_CONTROL = re.compile(
    r"<(?:@[UW][A-Z0-9]+|#C[A-Z0-9]+|!subteam\^S[A-Z0-9]+|!(?:here|channel|everyone)|https?://[^\s<>|]+)(?:\|[^<>]*)?>"
)
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


class SlackOptions(Options):
    """Where a message goes in the workspace, and how it looks."""

    channel: str = Field(description="The channel's id, from the tool “channels”.")
    as_name: str = Field("", max_length=80, description="A name in place of the app's.")
    icon_url: str = Field("", max_length=2000, description="A picture in place of the app's.")
    unfurl_links: bool = True
    unfurl_media: bool = True
    reply_broadcast: bool = Field(False, description="Comments are shown in the channel too.")
    upload_files: bool = Field(True, description="Pictures are uploaded; else shown from their address.")

    @field_validator("channel")
    @classmethod
    def _known(cls, channel: str) -> str:
        if not re.fullmatch(r"[CGD][A-Z0-9]{2,20}", channel):
            raise ValueError("Slack's channels are named by ids such as C024BE91L; pick one from the list.")
        return channel

    @field_validator("icon_url")
    @classmethod
    def _secure(cls, url: str) -> str:
        if url and not url.startswith("https://"):
            raise ValueError("Slack shows pictures from https addresses only.")
        return url


def mrkdwn(said: str) -> str:
    """The text with `&`, `<` and `>` escaped, but mentions and labelled links alive."""
    out, end = [], 0
    for control in _CONTROL.finditer(said):
        out += [_escape(said[end : control.start()]), control[0]]
        end = control.end()
    return "".join(out) + _escape(said[end:])


def _escape(said: str) -> str:
    return re.sub(r"[&<>]", lambda found: _ENTITIES[found[0]], said)


def sections(said: str, limit: int = SECTION) -> list[str]:
    """A text as mrkdwn in pieces that each fit a section; a word that cannot is a ValueError with a sentence."""
    parts = [mrkdwn(part) for part in text.split(said, limit, "points")]
    return parts if all(len(part) <= SECTION for part in parts) else sections(said, limit // 2)


def message(job: Job) -> dict[str, Any]:
    """The body of `chat.postMessage`; `metadata` is what a message is known by after a lost answer."""
    options: SlackOptions = job.options
    body = {
        **place(job),
        "text": mrkdwn(job.entry.text),
        "unfurl_links": options.unfurl_links,
        "unfurl_media": options.unfurl_media,
        "metadata": {"event_type": "scheduler_post", "event_payload": {"post_id": job.key}},
    }
    if job.files:
        body["blocks"] = blocks(job)
        body["text"] = body["text"] or mrkdwn(" · ".join(alt(file.media) for file in job.files))
    if job.first and options.reply_broadcast:
        body["reply_broadcast"] = True
    return body


def place(job: Job, name: str = "channel") -> dict[str, Any]:
    """Where a message goes, under whose name: always the root of a thread, never one of its replies."""
    wanted = {
        name: job.options.channel,
        "thread_ts": job.first.id if job.first else "",
        "username": job.options.as_name,
        "icon_url": job.options.icon_url,
    }
    return {name: value for name, value in wanted.items() if value}


def blocks(job: Job) -> list[dict[str, Any]]:
    said = sections(job.entry.text) if job.entry.text.strip() else []
    return [
        *({"type": "section", "text": {"type": "mrkdwn", "text": part}} for part in said),
        *({"type": "image", "image_url": f.lasting(), "alt_text": alt(f.media)} for f in job.files),
    ]


def alt(media: Any) -> str:
    return str(media.alt or media.name or "picture")


def address(job: Job, ts: str, root: Receipt | None) -> str:
    """A message's permanent link, made without asking: nothing may fail once it is out."""
    channel = job.options.channel
    url = f"{job.me.data['url'].rstrip('/')}/archives/{channel}/p{ts.replace('.', '')}"
    return f"{url}?thread_ts={root.id}&cid={channel}" if root else url
