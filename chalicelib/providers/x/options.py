"""What a person may set for a post on X, and what X is known to refuse before it is asked."""

import re
from typing import Any, Final, Literal, Self

from pydantic import field_validator, model_validator

from ... import text
from ...models import Entry, Media, Model
from ..base import Job, Options, Rejected

_COMMUNITY = re.compile(r"(?:(?:https?://)?(?:www\.)?(?:x|twitter)\.com/i/communities/)?(\d+)/?")
_STATUS = re.compile(r"(?:(?:https?://)?(?:www\.)?(?:x|twitter)\.com/\w+/status/)?(\d+)(?:[/?].*)?")
_CASHTAG = re.compile(r"(?<![\w$])\$[a-z]{1,6}(?:[._][a-z]{1,2})?(?![\w$])", re.IGNORECASE)
_INVALID: Final = "\ufffe\ufeff\uffff"


class Poll(Model):
    """Two to four answers of at most 25 characters, open for five minutes to seven days."""

    options: tuple[str, ...]
    duration_minutes: int = 1440

    @field_validator("options")
    @classmethod
    def _few_and_short(cls, options: tuple[str, ...]) -> tuple[str, ...]:
        if not 2 <= len(options) <= 4:
            raise ValueError("A poll on X has 2 to 4 answers.")
        if not all(1 <= len(option) <= 25 for option in options):
            raise ValueError("An answer of a poll on X has 1 to 25 characters.")
        return options

    @field_validator("duration_minutes")
    @classmethod
    def _not_for_ever(cls, duration: int) -> int:
        if not 5 <= duration <= 10_080:
            raise ValueError("A poll on X is open for 5 to 10,080 minutes (seven days).")
        return duration


class XOptions(Options):
    """Who may answer, where it appears, and what it carries besides text and files."""

    who_can_reply_post: Literal["everyone", "following", "mentionedUsers", "subscribers", "verified"] = (
        "everyone"
    )
    community: str = ""
    share_with_followers: bool = False
    made_with_ai: bool = False
    paid_partnership: bool = False
    poll: Poll | None = None
    quote: str = ""
    repost: str = ""
    post_type: Literal["post", "article"] = "post"
    active_thread_finisher: bool = False
    thread_finisher: str = ""

    @field_validator("community", "quote", "repost", "thread_finisher", mode="before")
    @classmethod
    def _nothing(cls, given: Any) -> Any:
        return "" if given is None else given

    @field_validator("community")
    @classmethod
    def _community_number(cls, given: str) -> str:
        return _number(
            _COMMUNITY,
            given,
            "A community is named by its address, like https://x.com/i/communities/14934468372.",
        )

    @field_validator("quote", "repost")
    @classmethod
    def _post_number(cls, given: str) -> str:
        return _number(
            _STATUS, given, "A post is named by its address, like https://x.com/lamppost/status/14934468372."
        )

    @model_validator(mode="after")
    def _together(self) -> Self:
        if self.post_type == "article":
            raise ValueError("Lamppost writes no articles on X: choose a post, or a thread.")
        if self.active_thread_finisher and self.thread_finisher:
            raise ValueError("Write the closing words as the last part of the thread.")
        if sum(map(bool, (self.poll, self.quote, self.repost))) > 1:
            raise ValueError("A post on X holds a poll, quotes a post or reposts one: only one of these.")
        if self.share_with_followers and not self.community:
            raise ValueError("Name the community of a post that is to be shared with followers too.")
        return self

    def of_the_first(self) -> dict[str, Any]:
        """The fields of the post itself; its thread follows it without them."""
        return {
            "reply_settings": None if self.who_can_reply_post == "everyone" else self.who_can_reply_post,
            "quote_tweet_id": self.quote,
            "community_id": self.community,
            "share_with_followers": self.share_with_followers,
            "poll": self.poll.model_dump(mode="json") if self.poll else None,
        }


def _number(pattern: re.Pattern[str], given: str, sentence: str) -> str:
    """The number in an address, or the bare number; empty where nothing is given."""
    found = pattern.fullmatch(given.strip())
    if given.strip() and not found:
        raise ValueError(sentence)
    return found[1] if found else ""


def refused(entry: Entry, index: int, options: XOptions | None) -> list[str]:
    """A sentence for each thing in an entry that X does not take, beyond lengths and numbers of files."""
    said = []
    if any(mark in entry.text for mark in _INVALID):
        said.append("X does not take the characters U+FFFE, U+FEFF and U+FFFF; one stands in the text.")
    if (tags := len(_CASHTAG.findall(entry.text))) > 1:
        said.append(f"X takes one cashtag ($…) in a post; there are {tags}.")
    if options and index == 0:
        said += _refused_together(entry, options)
    return said + [sentence for media in entry.media for sentence in _refused_size(media)]


def _refused_together(entry: Entry, options: XOptions) -> list[str]:
    if options.repost and (entry.text.strip() or entry.media):
        return ["A repost on X has no text and no files of its own: quote the post to say something with it."]
    if options.poll and entry.media:
        return ["A poll on X stands without pictures and videos."]
    if options.poll and not entry.text.strip():
        return ["A poll on X needs its question as the text."]
    if options.quote and entry.media:
        return ["X takes either files or a quoted post, not both."]
    return []


def _refused_size(media: Media) -> list[str]:
    name, width, height = f"“{media.name}”", media.width, media.height
    if not width or not height:
        return []
    if media.kind == "gif" and (width > 1280 or height > 1080):
        return [f"{name} is {width}×{height}; X takes GIFs of at most 1280×1080."]
    if media.kind == "video" and min(width, height) < 32:
        return [f"{name} is {width}×{height}; X takes videos from 32×32 on."]
    if media.kind == "video" and not 1 / 3 <= width / height <= 3:
        return [f"{name} is {width}×{height}; X takes videos from 1:3 to 3:1."]
    return []


def on(flag: str | None) -> bool:
    """Whether the operator has set one of the flags."""
    return (flag or "").strip().lower() not in {"", "0", "false", "no", "off"}


def said(job: Job) -> str:
    """The text as it goes out: without its links where the operator will not pay for them."""
    words = job.entry.text
    if not on(job.app.get("STRIP_LINKS_FROM_X_POSTS")):
        return words
    for link in reversed(text.links(words)):
        words = words[: link.start] + words[link.end :]
    words = re.sub(r"(?<=\S)[^\S\n]{2,}", " ", words).strip()
    if not words and job.entry.text.strip() and not job.entry.media:
        raise Rejected("Only links stand in this post, and this Lamppost takes links out of posts to X.")
    return words
