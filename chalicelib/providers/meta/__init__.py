"""What Meta's platforms share: versions, error signs, waits, tokens of sixty days, files by address."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, ClassVar

from ..base import (
    Answer,
    Blocked,
    Event,
    Fault,
    File,
    Job,
    Problem,
    Provider,
    Reconnect,
    Rejected,
    Retry,
    Session,
    Token,
    Unsure,
)
from .rights import RIGHTS, only_asking
from .signed import person_of

VERSION = "v25.0"
HOUR = 3600.0
# (unconfirmed): how the token endpoints say that the app's id or secret is wrong.
_APP_REFUSED = ("validating client secret", "validating application", "invalid platform app", "client_secret")

LIMITS = ("code=4", "code=17", "code=32", "code=613", "code=80001", "code=80002", "code=80006", "code=80014")
TROUBLE = ("code=1", "code=2", "code=341", "code=-1", "transient=true")
TROUBLE_SAID = "{} has trouble of its own."
_ONE = re.compile(r"[\d_]+|insights")


def grant_faults(title: str, dead: type[Problem] = Reconnect) -> tuple[Fault, ...]:
    """Tokens and permissions; `dead` is Expired where a refused token may still be renewed."""
    return (
        Fault(dead, f"Reconnect {title}: the app was removed there.", ("subcode=458",)),
        Fault(dead, f"Log in to {title} once, then reconnect it here.", ("subcode=459", "subcode=464")),
        Fault(dead, f"Reconnect {title}: the password was changed.", ("subcode=460",)),
        Fault(dead, f"Reconnect {title}: the role on the Page was lost.", ("subcode=492",)),
        Fault(
            dead,
            f"Reconnect {title}: the access has ended.",
            (
                "code=190", "code=102", "REVOKED_ACCESS_TOKEN", "Error validating access token",
                "session has been invalidated",
            ),
        ),
        Fault(Reconnect, f"Reconnect {title}: a permission is missing.", RIGHTS),
    )  # fmt: skip


def wait_faults(title: str, *more: str) -> tuple[Fault, ...]:
    """Rate limits, then trouble of Meta's own; `more` are further marks of trouble."""
    return (
        Fault(Retry, f"{title} asks us to wait.", (*LIMITS, "Page request limit reached"), after=HOUR),
        Fault(Retry, TROUBLE_SAID.format(title), (*TROUBLE, *more)),
    )


class Gone(Rejected):
    """A single object is not there: a post that was deleted, a container that was forgotten. The account is fine."""


class Graph(Provider):
    """The Graph API: a version in the path, errors as `code` and `error_subcode`, waits in minutes."""

    optional: ClassVar[tuple[str, ...]] = ("META_GRAPH_API_VERSION",)

    def version(self, session: Session) -> str:
        return session.app.get("META_GRAPH_API_VERSION") or VERSION

    def base(self, session: Session) -> str:
        return f"{self.api}/{self.version(session)}"

    def signs(self, answer: Answer) -> frozenset[str]:
        """`code=`, `subcode=`, `transient=true`, and `gone=` for an object that is not there: what was it?

        `parent`: what a comment is for; `one`: a single object (a post, a film, a container); `own`: the account.
        """
        code, subcode = answer.find("error", "code"), answer.find("error", "error_subcode")
        found = {f"code={code}", f"subcode={subcode}"}
        if answer.find("error", "is_transient") is True:
            found.add("transient=true")
        if code == 803 or subcode == 33:
            found.add(f"gone={_named(answer.response.request.url.path)}")
        return frozenset(found)

    def wait(self, answer: Answer, now: datetime) -> float | None:
        """The longest `estimated_time_to_regain_access`, which is in minutes; else what other headers say."""
        told = max(_minutes(answer.header("x-business-use-case-usage")), default=0.0)
        return told * 60 or super().wait(answer, now)

    def judge(self, answer: Answer, now: datetime) -> Problem | None:
        """Trouble while the post was being taken leaves it open whether it is out; a limit does not."""
        problem = super().judge(answer, now)
        if problem is not None and "gone=one" in self.signs(answer):
            return Gone(f"{self.title} no longer has it: it was deleted there.", words=answer.words)
        if answer.committed and problem is not None and problem.sentence == TROUBLE_SAID.format(self.title):
            return Unsure(f"{self.title} failed while taking the post; it may be out.", words=answer.words)
        return problem

    def judge_grant(self, answer: Answer) -> Problem | None:
        if answer.status >= 400 and _says(answer, *_APP_REFUSED):
            return Blocked(
                f"{self.title} does not accept the operator's app credentials.", words=answer.words
            )
        if answer.status >= 400 and self.signs(answer) & {*TROUBLE, *LIMITS}:
            return Retry(f"{self.title} is busy; the sign-in is tried again.", words=answer.words)
        return super().judge_grant(answer)

    def long_lived(self, session: Session, url: str, **params: str) -> Token:
        """The sixty-day token for a short or an older one; a refusal needs the person."""
        try:
            answer = session.ask("GET", url, params=params, signed=False)
        except (Retry, Blocked, Reconnect):
            raise
        except Problem as refused:
            raise Reconnect(
                f"{self.title} did not renew the access. Connect again.", words=refused.words
            ) from refused
        seconds = answer.find("expires_in")
        return Token(
            access=answer.pick("access_token"),
            expires=session.now + timedelta(seconds=seconds) if isinstance(seconds, int) else None,
            scopes=session.token.scopes,
        )

    def event(self, headers: Mapping[str, str], body: bytes, app: Mapping[str, str], now: datetime) -> Event:
        """Somebody took the app away, or asks that what it knows of them be deleted: signed with the app's secret."""
        person = person_of(body, app.get(self.secrets[1], ""), now, self.title)
        sentence = f"The person removed Lamppost at {self.title}. Connect it again."
        return Event({}, gone=(person,), people=(person,), sentence=sentence)

    def told(self, session: Session, number: str, fields: str) -> Answer | None:
        """Fields that only adorn a receipt: what is out must not fail for them."""
        with suppress(Problem):
            return session.ask("GET", f"/{number}", params={"fields": fields})
        return None

    def removed(self, session: Session, number: str) -> None:
        """Takes one object away; an answer that denies its own success is none."""
        if (answer := session.ask("DELETE", f"/{number}")).find("success") is False:
            raise Rejected(f"{self.title} did not delete it. Delete it there.", words=answer.words)

    def numbers(self, session: Session, number: str, metrics: str) -> dict[str, int]:
        """Insights of one post; a value that is split by kind is added up."""
        with only_asking(self.title):
            asked = session.ask("GET", f"/{number}/insights", params={"metric": metrics})
        return {str(each.get("name")): _total(each) for each in asked.records("data")}


def renewed(provider: Graph, session: Session, url: str, grant: str) -> Token:
    """Sixty more days for a token that is a day old and has not ended."""
    return provider.long_lived(session, url, grant_type=grant, access_token=session.token.access)


def picture_url(
    file: File, types: tuple[str, ...], max_bytes: int, ratio: tuple[float, float] | None = None
) -> str:
    """Where Meta may fetch a picture: the file itself if it is allowed so, else what it was fitted into."""
    media = file.media
    shape = media.width / media.height if media.width and media.height else None
    fits = ratio is None or (shape is not None and ratio[0] <= shape <= ratio[1])
    if fits and media.mime in types and media.size <= max_bytes:
        return file.url()
    return file.fit_url(types, max_bytes=max_bytes, ratio=ratio)


def mark(job: Job, state: dict[str, Any], **news: Any) -> None:
    """What has just been done, on record before anything else is."""
    state.update(news)
    job.save(state)


def _named(path: str) -> str:
    """What a request is about: `/1/comments` a parent, `/1` and `/1/insights` one object, `/1/feed` the account."""
    edge = path.rpartition("/")[2]
    return "parent" if edge == "comments" else "one" if _ONE.fullmatch(edge) else "own"


def _says(answer: Answer, *marks: str) -> bool:
    said = str(answer.find("error", "message", default=answer.find("error_message", default=""))).lower()
    return any(mark in said for mark in marks)


def _minutes(header: str) -> Iterator[float]:
    try:
        told = json.loads(header) if header else {}
    except ValueError:
        return
    for uses in told.values() if isinstance(told, dict) else ():
        for use in uses if isinstance(uses, list) else ():
            value = use.get("estimated_time_to_regain_access") if isinstance(use, dict) else None
            if isinstance(value, int | float):
                yield float(value)


def _total(insight: dict[str, Any]) -> int:
    values = insight.get("values")
    value = values[0].get("value") if isinstance(values, list) and values else None
    value = value if value is not None else (insight.get("total_value") or {}).get("value")
    if isinstance(value, dict):
        return sum(each for each in value.values() if isinstance(each, int))
    return value if isinstance(value, int) else 0
