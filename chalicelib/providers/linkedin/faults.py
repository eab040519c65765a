"""LinkedIn's refusals: its error table, and those that name no time and so are weighed by their number."""

import re
from datetime import datetime, timedelta

from ..base import (
    Answer,
    Blocked,
    Duplicate,
    Expired,
    Fault,
    Job,
    Reconnect,
    Rejected,
    Retry,
)
from .files import LATE, State

#: Seconds to wait after one, two, three refusals for too many calls; then until LinkedIn's day ends, at midnight UTC.
BACKOFF = (60, 300, 900)
#: How often a right that ought to be there may be denied, ten seconds apart.
DENIALS = 3
#: How often an entry may be refused for its number or its lateness; two midnights lie between.
MOST = 6

BUSY = "LinkedIn asks us to wait: too many calls for now."
FORBIDDEN = "LinkedIn does not know of a file or right yet."
_TOKENS = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")
_POST_URN = re.compile(r"urn:li:(?:share|ugcPost|activity):\w+")


def faults(denied: str) -> tuple[Fault, ...]:
    """LinkedIn's error table; `denied` is the sentence for a right that is missing."""
    return (
        Fault(
            Duplicate,
            "LinkedIn has this very post already and takes the same words only once.",
            ("code=DUPLICATE_POST", "content is a duplicate of"),
        ),
        Fault(
            Blocked,
            "LinkedIn has retired the API version in use: the operator sets a newer LINKEDIN_API_VERSION.",
            status=(426,),
            after=3600,
        ),
        Fault(Retry, "LinkedIn is still working on a file.", ("code=MEDIA_ASSET_WAITING_UPLOAD",), after=20),
        Fault(Retry, LATE, ("code=EXPIRED_UPLOAD_URL",), after=1),
        Fault(Rejected, "LinkedIn could not process a file.", ("code=MEDIA_ASSET_PROCESSING_FAILED",)),
        Fault(
            Retry,
            FORBIDDEN,
            ("resource is forbidden", "unable to obtain activity"),
            (400, 403, 404, 422),
            after=10,
        ),
        Fault(Reconnect, denied, status=(403,)),
        Fault(Expired, "LinkedIn no longer accepts the token.", status=(401,)),
        Fault(Rejected, "The text is longer than LinkedIn takes.", ("code=FIELD_LENGTH_TOO_LONG",)),
        Fault(Rejected, "LinkedIn does not take this post.", status=(400, 422)),
        Fault(Retry, BUSY, status=(429,)),
    )


def signs(answer: Answer) -> frozenset[str]:
    """Every code of an answer, wherever LinkedIn wrote it."""
    inner = [each.get("code") for each in answer.records("errorDetails", "inputErrors")]
    said = [answer.find("code"), answer.find("serviceErrorCode"), *inner]
    said += _TOKENS.findall(str(answer.find("message", default="")))
    return frozenset(f"code={each}" for each in said if isinstance(each, str | int))


def named(answer: Answer) -> str | None:
    """The post that a refusal speaks of."""
    found = _POST_URN.search(answer.text)
    return found[0] if found else None


def weigh(job: Job, state: State, refused: Retry, denied: str) -> None:
    """Counts a refusal that may pass and that LinkedIn names no time for: how long to wait, and when to stop."""
    if refused.sentence not in (BUSY, FORBIDDEN, LATE):
        return
    times = state["refused"][refused.sentence] = state["refused"].get(refused.sentence, 0) + 1
    if refused.sentence == LATE:
        state.update(media=[], upload=None, settled=False)
    job.save(state)
    if refused.sentence == FORBIDDEN and times >= DENIALS:
        raise Reconnect(denied, words=refused.words) from refused
    if times >= MOST:
        raise Rejected(f"{refused.sentence} It was tried {times} times.", words=refused.words) from refused
    if refused.sentence == BUSY and refused.after is None:
        refused.after = BACKOFF[times - 1] if times <= len(BACKOFF) else _to_midnight(job.now)


def _to_midnight(now: datetime) -> float:
    tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (tomorrow - now).total_seconds()
