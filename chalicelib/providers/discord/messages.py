"""What Discord is sent: options, a message's JSON and files, its nonce, and how to know it again."""

import hashlib
import json
from datetime import timedelta
from typing import Any, Literal

from pydantic import Field, field_validator

from ... import text
from ..base import File, Job, Model, Options, Published

FILE_BYTES = 10 * 1_048_576  # more in a boosted server (unconfirmed), so never counted on
_EPOCH_MS = 1_420_070_400_000
_PICTURES = ("image/jpeg", "image/png", "image/gif", "image/webp")
_SUPPRESS_EMBEDS, _SILENT = 1 << 2, 1 << 12


class Poll(Model):
    """A poll under the text."""

    question: str = Field(min_length=1, max_length=300)
    answers: tuple[str, ...] = Field(min_length=1, max_length=10)
    duration: int = Field(24, ge=1, le=768, description="Hours that the poll stays open.")
    allow_multiselect: bool = False

    @field_validator("answers")
    @classmethod
    def _short(cls, answers: tuple[str, ...]) -> tuple[str, ...]:
        if not all(1 <= len(answer) <= 55 for answer in answers):
            raise ValueError("Each answer of a Discord poll has 1 to 55 characters.")
        return answers


class DiscordOptions(Options):
    """Where a message goes in the server, and how."""

    channel: str = Field(description="The channel's id, from the tool “channels”.")
    thread_title: str = Field("", max_length=100, description="The title of a forum post.")
    applied_tags: tuple[str, ...] = Field((), max_length=5, description="Tags of a forum post.")
    thread_name: str = Field(
        "", max_length=100, description="The name of the thread that holds the comments."
    )
    auto_archive_duration: Literal[60, 1440, 4320, 10080] = 1440
    suppress_embeds: bool = False
    silent: bool = False
    mention_everyone: bool = False
    crosspost: bool = False
    poll: Poll | None = None

    @field_validator("channel", "applied_tags")
    @classmethod
    def _snowflakes(cls, given: Any) -> Any:
        for each in (given,) if isinstance(given, str) else given:
            if not (each.isascii() and each.isdecimal() and len(each) <= 20):
                raise ValueError(
                    "Discord's channels and tags are named by their numbers; pick one from the list."
                )
        return given


def nonce(key: str) -> str:
    """What Discord knows a repeated message by: at most 25 characters, the same for the same entry."""
    return hashlib.sha256(key.encode()).hexdigest()[:25]


def message(job: Job) -> dict[str, Any]:
    options: DiscordOptions = job.options
    everyone = ["everyone"] if options.mention_everyone else []
    message: dict[str, Any] = {"allowed_mentions": {"parse": ["users", "roles", *everyone]}}
    if job.entry.text:
        message["content"] = job.entry.text
    if flags := _SUPPRESS_EMBEDS * options.suppress_embeds | _SILENT * options.silent:
        message["flags"] = flags
    return message


def parts(job: Job, body: dict[str, Any], message: dict[str, Any]) -> dict[str, Any]:
    """JSON, or with files a form whose part `files[n]` is what `attachments` of `message` (in `body`) calls n."""
    if not job.files:
        return {"json": body}
    files = [_file(file, number) for number, file in enumerate(job.files)]
    message["attachments"] = [
        {"id": number, "filename": name, **({"description": file.media.alt} if file.media.alt else {})}
        for number, (file, (name, _, _)) in enumerate(zip(job.files, files, strict=True))
    ]
    form: list[tuple[str, Any]] = [("payload_json", (None, json.dumps(body).encode(), "application/json"))]
    return {"files": form + [(f"files[{number}]", file) for number, file in enumerate(files)]}


def _file(file: File, number: int) -> tuple[str, bytes, str]:
    media, name = file.media, file.media.name or f"file{number}"
    if media.kind != "image" or media.size <= FILE_BYTES:
        return name, file.read(), media.mime
    fitted = file.fit(_PICTURES, max_bytes=FILE_BYTES)
    return f"{name.rpartition('.')[0] or name}.{fitted.mime.partition('/')[2]}", fitted.data, fitted.mime


def poll(wanted: Poll) -> dict[str, Any]:
    return {
        "question": {"text": wanted.question},
        "answers": [{"poll_media": {"text": answer}} for answer in wanted.answers],
        "duration": wanted.duration,
        "allow_multiselect": wanted.allow_multiselect,
    }


def headline(said: str) -> str:
    return next((line.strip()[:100] for line in said.splitlines() if line.strip()), "")


def title(job: Job) -> str:
    return job.options.thread_title or headline(job.entry.text) or "Post"


def published(job: Job, number: str, channel: dict[str, Any]) -> Published:
    url = f"https://discord.com/channels/{job.me.remote}/{channel['id']}/{number}"
    return Published(id=number, url=url, data={"channel": channel["id"], "type": channel["type"]})


def snowflake(job: Job) -> int:
    """The id that a message of a minute before the doubt would have."""
    since = (job.doubt or job.now) - timedelta(minutes=1)
    return max(0, int(since.timestamp() * 1000) - _EPOCH_MS) << 22


def same(job: Job, message: Any) -> bool:
    """Whether this is the bot's message of this entry: by its nonce where Discord tells it, else by its looks."""
    author = message.get("author") if isinstance(message, dict) else None
    if not isinstance(author, dict) or str(author.get("id")) != job.me.data["bot"]:
        return False
    if message.get("nonce") is not None:
        return str(message["nonce"]) == nonce(job.key)
    alike = text.comparable(message.get("content") or "") == text.comparable(job.entry.text)
    return alike and len(message.get("attachments") or []) == len(job.entry.media)
