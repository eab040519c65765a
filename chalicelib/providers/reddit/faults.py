"""How Reddit says no: mostly with a 200 and a list of codes, each with its words."""

import re
from typing import Any

from ..base import Answer, Blocked, Duplicate, Fault, Reconnect, Rejected, Retry

_UNITS = {"millisecond": 0.001, "second": 1, "minute": 60, "hour": 3600}
_IN_WORDS = re.compile(r"(\d+)\s*(millisecond|second|minute|hour)", re.IGNORECASE)


def _codes(*names: str) -> tuple[str, ...]:
    return tuple(f"code={name}" for name in names)


def _validation(*names: str) -> tuple[str, ...]:
    return _codes(*(f"SUBMIT_VALIDATION_{name}" for name in names))


FAULTS = (
    Fault(Blocked, "Reddit does not accept our User-Agent: set REDDIT_USER_AGENT.", ("type=html",), (403,)),
    Fault(Reconnect, "Reconnect Reddit: more rights are needed.", ("scope=missing",), (403,)),
    Fault(Reconnect, "Reddit has suspended this account.", _codes("SUSPENDED", "ACCOUNT_SUSPENDED")),
    Fault(Retry, "Reddit lets this account post only so often.", _codes("RATELIMIT"), after=600),
    Fault(Retry, "Reddit asks us to wait.", status=(429,), after=60),
    Fault(
        Duplicate, "Reddit says that this is there already.", _codes("ALREADY_SUB") + _validation("REPOST")
    ),
    Fault(
        Rejected,
        "Reddit does not know this subreddit, or it lets only some people post.",
        _codes("SUBREDDIT_NOEXIST", "SUBREDDIT_NOTALLOWED", "SUBREDDIT_REQUIRED"),
    ),
    Fault(
        Rejected,
        "This subreddit does not take this kind of post.",
        _codes("NO_SELFS", "NO_LINKS", "NO_IMAGES", "NO_VIDEOS"),
    ),
    Fault(
        Rejected,
        "This post may not be shared into that subreddit.",
        _codes("INVALID_CROSSPOST_THING", "OVER18_SUBREDDIT_CROSSPOST"),
    ),
    Fault(
        Rejected,
        "This subreddit needs a flair, or does not have the one that was chosen.",
        _codes("BAD_FLAIR_TEMPLATE_ID") + _validation("FLAIR_REQUIRED"),
    ),
    Fault(
        Rejected,
        "This link is not accepted there.",
        _codes("NO_URL", "BAD_URL", "DOMAIN_BANNED") + _validation("LINK_WHITELIST", "LINK_BLACKLIST"),
    ),
    Fault(
        Rejected,
        "The title or text does not follow this subreddit's rules.",
        (
            *_codes("TOO_LONG", "TOO_SHORT", "NO_TEXT"),
            *_validation("TITLE_REQUIREMENT", "TITLE_BLACKLISTED_STRING", "BODY_BLACKLISTED_STRING"),
            *_validation("MIN_LENGTH", "MAX_LENGTH", "BODY_REQUIRED", "BODY_NOT_ALLOWED"),
        ),
    ),
    Fault(
        Rejected,
        "Reddit wants to see a person: post there by hand first.",
        _codes("BAD_CAPTCHA", "USER_BLOCKED", "USER_REQUIRED"),
    ),
    Fault(Rejected, "Reddit does not take this; its own words say why.", ("errors=yes",)),
    Fault(Rejected, "A file is too large for Reddit.", ("EntityTooLarge",), (400, 413)),
    Fault(Rejected, "This subreddit is closed to this account.", ("type=json",), (403,)),
    Fault(Rejected, "Reddit does not know this subreddit or post.", status=(404,)),
)


def errors(answer: Answer) -> list[tuple[str, str]]:
    """The codes of a refusal and Reddit's words for each."""
    found: Any = answer.find("json", "errors", default=[])
    told = [each for each in found if isinstance(each, list) and each] if isinstance(found, list) else []
    return [(str(each[0]), str(each[1]) if len(each) > 1 else "") for each in told]


def signs(answer: Answer) -> frozenset[str]:
    kind, told = answer.header("content-type"), errors(answer)
    found = [f"type={name}" for name in ("html", "json") if name in kind]
    found += [f"code={code}" for code, _ in told] + ["errors=yes" for _ in told]
    if "insufficient_scope" in answer.header("www-authenticate"):
        found.append("scope=missing")
    return frozenset(found)


def told_wait(answer: Answer) -> float | None:
    """Seconds from a field, or from “try again in 9 minutes”."""
    exact = answer.find("json", "ratelimit")
    if isinstance(exact, int | float) and exact > 0:
        return float(exact)
    found = _IN_WORDS.search(" ".join(words for code, words in errors(answer) if code == "RATELIMIT"))
    return int(found[1]) * _UNITS[found[2].lower()] if found else None
