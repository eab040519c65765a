"""Finding a post of ours on X's timeline, where links are shortened, `&<>` escaped and files hang on as links."""

import html
import re
import unicodedata
from typing import Any
from urllib.parse import unquote, urlsplit

from ... import text
from ..base import Job, Unsure

FIELDS = "created_at,text,note_tweet,entities,referenced_tweets,attachments"
_LAST_SHORT = re.compile(r"\s*https://t\.co/\w+\s*$")


def is_ours(job: Job, post: dict[str, Any], said: str) -> bool:
    """Whether `post` is the entry of `job`, of which `said` is the text that was sent."""
    about = {(each.get("type"), str(each.get("id"))) for each in _dicts(post.get("referenced_tweets"))}
    if job.options.repost:
        return ("retweeted", job.options.repost) in about
    answered = {number for kind, number in about if kind == "replied_to"}
    if answered != ({job.before.id} if job.before else set()) or post.get("id") in _earlier(job):
        return False
    if _neutral(said) not in _readings(post, job.options.quote):
        return False
    return bool(said.strip()) or _has_files(job, post)


def _earlier(job: Job) -> set[str]:
    return {receipt.id for receipt in job.receipts}


def _has_files(job: Job, post: dict[str, Any]) -> bool:
    """Without a text only the files tell two posts apart; where they do not, a person must look."""
    attached = post.get("attachments")
    keys = attached.get("media_keys") if isinstance(attached, dict) else None
    there = {str(key).partition("_")[2] for key in keys or ()}  # a media key is “3_” and the upload's id
    if there and there == set((job.state or {}).get("media", ())):
        return True
    raise Unsure("X has a new post without words; whether it is this one cannot be told. Look there.")


def _readings(post: dict[str, Any], quote: str) -> set[str]:
    """What may have been written: X adds the address of a quoted post, and that of files, at the end."""
    note = post.get("note_tweet")
    long = note if isinstance(note, dict) and note.get("text") else post
    said, entities = html.unescape(str(long.get("text", ""))), long.get("entities")
    for link in _dicts(entities.get("urls") if isinstance(entities, dict) else None):
        whole = "" if link.get("media_key") else _bare(str(link.get("expanded_url", "")))
        said = said.replace(str(link.get("url")), whole)
    said = _even(_LAST_SHORT.sub("", said))
    cut = re.sub(rf"\s*\S+/status/{quote}$", "", said) if quote else said
    return {said, cut}


def _neutral(said: str) -> str:
    """Our own text with its links as bare as those of a reading."""
    for link in reversed(text.links(said)):
        said = said[: link.start] + _bare(link.url) + said[link.end :]
    return _even(said)


def _bare(url: str) -> str:
    """An address in the one form that is left when X has completed and encoded it."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        host = (parts.hostname or "").encode("idna").decode()
    except ValueError:  # what is no host name (a UnicodeError too) stays as it is
        return url
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{unquote(parts.path).rstrip('/')}{unquote(query)}#{parts.fragment}".rstrip("#")


def _even(said: str) -> str:
    return " ".join(unicodedata.normalize("NFC", said).split())


def _dicts(found: Any) -> list[dict[str, Any]]:
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
