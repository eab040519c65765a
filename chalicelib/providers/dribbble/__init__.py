"""Dribbble: one picture as a shot. https://developer.dribbble.com/v2/shots/"""

import html
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from ... import text
from ..base import (
    Account,
    Answer,
    Complaint,
    Entry,
    Fault,
    File,
    Job,
    OAuth2,
    Pace,
    Pending,
    Picture,
    Problem,
    Profile,
    Provider,
    Published,
    Receipt,
    Reconnect,
    Rejected,
    Retry,
    Session,
    Unsure,
    Wait,
    gone_already,
    minutes,
    tool,
)
from .options import IMAGE_BYTES, RULES, TYPES, DribbbleOptions, against, sent_size, team_of

#: How often a new shot is looked for, five seconds apart, to learn its address; it is out all the same.
LOOKS, PAUSE = 6, 5
#: Shots that one page of the own list has, and pages that a search for a lost one goes through.
PAGE, PAGES = 20, 20

_GONE = "The shot is not there, or no longer."
_REFUSED = "Dribbble does not take this shot."
_ENTITY = re.compile(r"&#?\w+;?")
_ID = re.compile(r"/shots/(\d+)[^/]*/?$")


class Dribbble(Provider):
    """A player's own shots, or those of a team; the API takes nothing but new shots."""

    key = "dribbble"
    title = "Dribbble"
    docs = "https://developer.dribbble.com/v2/shots/"
    api = "https://api.dribbble.com"
    auth = OAuth2(
        authorize="https://dribbble.com/oauth/authorize",
        token="https://dribbble.com/oauth/token",
        scopes=("public", "upload"),
        client_id="DRIBBBLE_CLIENT_ID",
        client_secret="DRIBBBLE_CLIENT_SECRET",
        refreshes=False,
    )
    secrets = ("DRIBBBLE_CLIENT_ID", "DRIBBBLE_CLIENT_SECRET")
    rules = RULES
    Options = DribbbleOptions
    concurrency = 3
    paces = (Pace(20, per=minutes(1)),)  # of 60 requests, and a shot may take three and more
    repeatable = "look"
    heal_after = 45
    waits = (
        Wait("x-ratelimit-reset", "epoch", only_on=(403, 429)),
        Wait("retry-after", "retry-after"),
    )
    faults = (
        Fault(Retry, "Dribbble asks us to wait.", status=(429,), after=60),
        Fault(Retry, "Dribbble asks us to wait a little.", ("rate limit exceeded",), (403,), after=60),
        Fault(Reconnect, "Reconnect Dribbble: its access was revoked.", status=(401,)),
        Fault(
            Rejected,
            "Dribbble does not let this account upload: it is no player's or team's, or its quota is used up.",
            status=(403,),
        ),
        Fault(Rejected, _REFUSED, status=(422,)),
        Fault(Rejected, "Dribbble could not read the request.", status=(400,)),
        Fault(Rejected, _GONE, status=(404,)),
    )

    # -- signing in --------------------------------------------------------------------------------------

    def me(self, session: Session) -> Profile:
        who = session.ask("GET", "/v2/user")
        if who.find("can_upload_shot") is False:
            raise Rejected("This Dribbble account may not upload shots: that takes a player or a team.")
        return Profile(
            id=who.pick("id"),
            name=who.find("name", default="") or who.pick("login"),
            handle=who.find("login", default=""),
            picture=who.find("avatar_url", default=""),
            data={"teams": _teams(who)},
        )

    @tool("The teams in whose name this account may post.")
    def teams(self, session: Session) -> list[dict[str, Any]]:
        return _teams(session.ask("GET", "/v2/user"))

    # -- what may be posted ------------------------------------------------------------------------------

    def check(self, entries: Sequence[Entry], account: Account, options: Any) -> list[Complaint]:
        said = list(against(entries[0], account, options)) if entries else []
        return super().check(entries, account, options) + [Complaint(entry=0, sentence=each) for each in said]

    def judge(self, answer: Answer, now: datetime) -> Problem | None:
        problem = super().judge(answer, now)
        if problem is not None and problem.sentence == _REFUSED and (why := _reasons(answer)):
            problem.sentence = f"{_REFUSED} It says: {why}."
        return problem

    # -- publishing --------------------------------------------------------------------------------------

    def publish(self, job: Job) -> Published | Pending:
        state = job.state or {}
        if not state.get("shot"):
            state = {"shot": self._upload(job), "looks": 0}
            job.save(state)
        return self._shown(job, state)

    def _upload(self, job: Job) -> str:
        if job.token.scopes and "upload" not in job.token.scopes:
            raise Reconnect("Reconnect Dribbble: the right to upload is missing.")
        file = job.files[0]
        picture = _fitted(file)
        name = (file.media.name or "shot", picture.data, picture.mime)
        made = job.commit("POST", "/v2/shots", files={"image": name}, data=_fields(job))
        if (found := _ID.search(made.header("location"))) is None:
            raise made.unreadable("no shot in Location")
        return found[1]

    def _shown(self, job: Job, state: dict[str, Any]) -> Published | Pending:
        """The shot with its address, which Dribbble knows some seconds later; the short one leads there too."""
        try:
            url = job.ask("GET", f"/v2/shots/{state['shot']}").find("html_url")
        except Problem:  # whatever it is, the shot has been taken
            url = None
        if isinstance(url, str) and url.startswith("https://"):
            return Published(id=state["shot"], url=url)
        if state["looks"] < LOOKS:
            return Pending(state={**state, "looks": state["looks"] + 1}, after=PAUSE)
        return Published(id=state["shot"], url=f"https://dribbble.com/shots/{state['shot']}")

    def look(self, job: Job) -> Published | Pending | None:
        if job.state and job.state.get("shot"):
            return self._shown(job, job.state)
        since = (job.doubt or job.now) - timedelta(minutes=1)
        wanted = text.comparable(job.options.title)
        for number in range(1, PAGES + 1):
            query = {"per_page": PAGE, "page": number}
            shots = job.ask("GET", "/v2/user/shots", params=query).records()
            recent = [shot for shot in shots if _made(shot) >= since]
            for shot in recent:
                if text.comparable(str(shot.get("title"))) == wanted and shot.get("id"):
                    return Published(id=str(shot["id"]), url=str(shot.get("html_url") or ""))
            if len(shots) < PAGE or not recent:
                return None
        raise Unsure("Too much was posted since by this account to find the shot on Dribbble; look there.")

    # -- afterwards --------------------------------------------------------------------------------------

    def delete(self, session: Session, receipt: Receipt) -> None:
        with gone_already(_GONE):
            session.ask("DELETE", f"/v2/shots/{receipt.id}")


def _teams(who: Answer) -> list[dict[str, Any]]:
    return [
        {"id": each["id"], "name": str(each.get("name") or ""), "url": str(each.get("html_url") or "")}
        for each in who.records("teams")
        if isinstance(each.get("id"), int)
    ]


def _fitted(file: File) -> Picture:
    if file.media.kind == "gif":
        return Picture(file.read(), file.media.mime, *(file.media.width or 0, file.media.height or 0))
    whole = file.fit(TYPES)
    size = sent_size(whole.width, whole.height)
    if size is not None and size != (whole.width, whole.height):
        whole = file.fit(TYPES, max_bytes=IMAGE_BYTES, max_side=size[0])
    if size != (whole.width, whole.height):
        raise Rejected(
            f"Dribbble takes pictures of exactly four to three; this is {whole.width} × {whole.height}."
        )
    return whole


def _fields(job: Job) -> dict[str, Any]:
    options: DribbbleOptions = job.options
    team = team_of(job.me, options)
    wanted = {
        "title": options.title,
        "description": _escaped(job.entry.text),
        "tags[]": list(options.tags),
        "team_id": "" if team is None else str(team),
        "low_profile": "true" if options.low_profile else "",
        "rebound_source_id": str(options.rebound_source_id or ""),
    }
    return {name: value for name, value in wanted.items() if value}


def _escaped(words: str) -> str:
    """Words for a field that takes some HTML: nothing in them may be read as a tag or an entity."""
    return _ENTITY.sub(lambda found: _kept(found[0]), words).replace("<", "&lt;")


def _kept(found: str) -> str:
    """What would turn into another character, so that it stays; a mere `&` (R&D) is left alone."""
    return found if html.unescape(found) == found else f"&amp;{found[1:]}"


def _reasons(answer: Answer) -> str:
    told = [(each.get("attribute"), each.get("message")) for each in answer.records("errors")]
    return ", ".join(f"{attribute} {message}" for attribute, message in told if attribute and message)[:300]


def _made(shot: dict[str, Any]) -> datetime:
    return max(_at(shot.get("published_at")), _at(shot.get("updated_at")))


def _at(told: Any) -> datetime:
    """A moment of Dribbble's; the beginning of time where there is none."""
    try:
        moment = datetime.fromisoformat(str(told))
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
