"""What the stand-in of Mastodon refuses in a status, and how it shows one as HTML."""

import html
import re
from typing import Any

from chalicelib import text

from ..base import Refusal

LIMIT = 500
CONFIGURATION: dict[str, dict[str, Any]] = {
    "statuses": {"max_characters": LIMIT, "max_media_attachments": 4, "characters_reserved_per_url": 23},
    "media_attachments": {
        "supported_mime_types": [
            "image/jpeg", "image/png", "image/gif", "image/heic", "image/heif", "image/webp", "image/avif",
            "video/webm", "video/mp4", "video/quicktime", "audio/mp4", "audio/mpeg",
        ],
        "description_limit": 1500,
        "image_size_limit": 16_777_216,
        "image_matrix_limit": 33_177_600,
        "video_size_limit": 103_809_024,
        "video_frame_rate_limit": 120,
        "video_matrix_limit": 8_294_400,
    },
    "polls": {
        "max_options": 4, "max_characters_per_option": 50, "min_expiration": 300, "max_expiration": 2_629_746,
    },
}  # fmt: skip
FIELDS = {
    "status": str, "media_ids": list, "poll": dict, "in_reply_to_id": str, "visibility": str, "sensitive": bool,
    "spoiler_text": str, "language": str, "quoted_status_id": str, "quote_approval_policy": str,
}  # fmt: skip
_VISIBILITIES = {"public", "unlisted", "private", "direct"}
_MARKED = re.compile(r"(?P<url>https?://[^\s<]+)|@(?P<user>\w+)(?:@(?P<host>[\w.-]+\w))?|#(?P<tag>\w+)")


def invalid(why: str) -> Refusal:
    return Refusal(422, {"error": f"Validation failed: {why}"})


def refuse(wanted: dict[str, Any], files: list[dict[str, Any]]) -> None:
    """Raises what a server says to a status that it does not take; its files are known."""
    for name, value in wanted.items():
        if not isinstance(value, FIELDS.get(name, ())):
            raise invalid(f"{name} is unknown or of another type")
    said = wanted.get("status", "")
    if not said.strip() and not files:
        raise invalid("Text can't be blank")
    if text.count(wanted.get("spoiler_text", ""), "graphemes") + text.count(said, "mastodon") > LIMIT:
        raise invalid(f"Text character limit of {LIMIT} exceeded")
    if wanted.get("visibility", "public") not in _VISIBILITIES:
        raise invalid("Visibility is not included in the list")
    _refuse_files(wanted, files)
    if "poll" in wanted:
        _refuse_poll(wanted["poll"])


def _refuse_files(wanted: dict[str, Any], files: list[dict[str, Any]]) -> None:
    if len(files) > 4 or ("poll" in wanted and files):
        raise invalid("Cannot attach more than 4 files, and none beside a poll")
    if len(files) > 1 and any(
        file["mime"].startswith("video/") or file["mime"] == "image/gif" for file in files
    ):
        raise invalid("Cannot attach a video to a post that already contains images")
    if any(file["looks"] > 0 for file in files):
        raise Refusal(422, {"error": "Cannot attach files that have not finished processing. Try again."})


def _refuse_poll(poll: dict[str, Any]) -> None:
    options, limits = poll.get("options"), CONFIGURATION["polls"]
    if set(poll) - {"options", "expires_in", "multiple", "hide_totals"}:
        raise invalid("Poll has unknown fields")
    if not isinstance(options, list) or len(set(options)) < 2 or len(set(options)) < len(options):
        raise invalid("Poll must have more than one item, and no duplicates")
    if len(options) > limits["max_options"] or any(
        text.count(each, "graphemes") > limits["max_characters_per_option"] for each in options
    ):
        raise invalid("Poll can't contain more than 4 items, of 50 characters each")
    if not limits["min_expiration"] <= poll.get("expires_in", 0) <= limits["max_expiration"]:
        raise invalid("Poll duration is too short or too far into the future")


def shown(said: str) -> str:
    """The HTML of a status: paragraphs, links in three pieces, mentions without their server, tags."""
    parts = re.split(r"\n{2,}", said)
    return "".join(f"<p>{_line(part)}</p>" for part in parts)


def _line(part: str) -> str:
    out, end = [], 0
    for found in _MARKED.finditer(part):
        out += [html.escape(part[end : found.start()]), _link(found)]
        end = found.end()
    return "".join([*out, html.escape(part[end:])]).replace("\n", "<br />")


def _link(found: "re.Match[str]") -> str:
    if url := found["url"]:
        scheme, rest = url.split("://", 1)
        pieces = f"{scheme}://", rest[:30], rest[30:]
        spans = [f"<span>{html.escape(piece)}</span>" for piece in pieces]
        return f'<a href="{html.escape(url)}" rel="nofollow">{"".join(spans)}</a>'
    if user := found["user"]:
        host = found["host"] or "mastodon.sandbox"
        return f'<span class="h-card"><a href="https://{host}/@{user}">@<span>{user}</span></a></span>'
    return f'<a href="https://mastodon.sandbox/tags/{found["tag"]}">#<span>{found["tag"]}</span></a>'
