"""beehiiv: a newsletter as a post of one publication, by mail and on the web. https://developers.beehiiv.com"""

import re
from datetime import datetime
from typing import Any

from ...answers import holds
from ...letters import mark
from ..base import (
    Answer,
    Choice,
    Fault,
    Field,
    Form,
    Job,
    Pace,
    Pending,
    Problem,
    Profile,
    Provider,
    Published,
    Receipt,
    Reconnect,
    Rejected,
    Retry,
    Session,
    Token,
    Wait,
    minutes,
    tool,
)
from .options import RULES, BeehiivOptions
from .posts import content

#: Seconds before a new post is asked for, and between two looks where beehiiv names none.
FIRST, PAUSE = 2, 5
#: A draft whose making got no answer may be missing from the list for so long, in seconds.
LAG = 60

_REFUSED = "beehiiv does not take this post."
_PUBLICATION = re.compile(r"pub_[0-9a-f-]{36}")
#: What is confirmed goes out; an archived one was confirmed once.
_OUT = frozenset({"confirmed", "archived"})
_STATS = ("recipients", "delivered", "opens", "unique_opens", "clicks", "unique_clicks", "unsubscribes")

_Records = list[dict[str, Any]]


class Beehiiv(Provider):
    """One publication by API key: a draft is made and waited for, then one request confirms it."""

    key = "beehiiv"
    title = "beehiiv"
    docs = "https://developers.beehiiv.com/api-reference/posts/create"
    api = "https://api.beehiiv.com/v2"
    auth = Form(
        fields=(
            Field("api_key", "API key", secret=True),
            Field("publication_id", "Publication (empty to choose)", hint="pub_00000000-0000-…"),
        ),
        kind="API key",
    )
    optional = ("BEEHIIVE_API_KEY", "BEEHIIVE_PUBLICATION_ID", "BEEHIIVE_SHARED")
    rules = RULES
    dialect = "markdown"
    Options = BeehiivOptions
    concurrency = 1
    paces = (
        Pace(30, per=minutes(1)),
    )  # of 180 requests a minute of the whole organization; a post takes five
    repeatable = "look"
    patience = minutes(30)
    waits = (
        Wait("retry-after", "retry-after"),
        Wait("ratelimit-reset", "epoch", only_if_zero="ratelimit-remaining"),
    )
    faults = (
        Fault(Reconnect, "Reconnect beehiiv: its API key is no longer accepted.", status=(401,)),
        Fault(
            Rejected,
            "beehiiv does not let this key publish: that takes the Max or Enterprise plan.",
            status=(403,),
        ),
        Fault(Rejected, "beehiiv could not build the post.", ("code=POST_CREATION_FAILED",), (404,)),
        Fault(Reconnect, "Reconnect beehiiv: this key has no such publication.", ("at=posts",), (404,)),
        Fault(Rejected, "The post is not at beehiiv any more.", status=(404,)),
        Fault(Rejected, _REFUSED, status=(400, 422)),
    )

    # -- signing in --------------------------------------------------------------------------------------

    def login(self, session: Session, given: dict[str, str]) -> Token:
        key, publication = given.get("api_key", "").strip(), given.get("publication_id", "").strip()
        if not key and session.app.get("BEEHIIVE_SHARED") == "yes":
            key, publication = (
                session.app.get("BEEHIIVE_API_KEY", ""),
                session.app.get("BEEHIIVE_PUBLICATION_ID", ""),
            )
        if not key:
            raise Rejected("beehiiv needs an API key: Settings, API.")
        if publication and not _PUBLICATION.fullmatch(publication):
            raise Rejected(
                "A publication is named like pub_01234567-89ab-cdef-0123-456789abcdef (Settings, API)."
            )
        return Token(access=key, data={"publication": publication})

    def choices(self, session: Session) -> list[Choice]:
        if publication := session.token.data.get("publication"):
            found: dict[str, Any] = session.ask("GET", f"/publications/{publication}").find(
                "data", default={}
            )
            return [Choice(profile=_profile(found))] if found.get("id") else []
        wanted = {"limit": "100", "page": "1"}
        found_all = session.ask("GET", "/publications", params=wanted).records("data")
        return [Choice(profile=_profile(each)) for each in found_all if each.get("id")]

    def me(self, session: Session) -> Profile:
        found = self.choices(session)
        if not found:
            raise Rejected("beehiiv shows no publication for this key.")
        return found[0].profile

    # -- what answers mean -------------------------------------------------------------------------------

    def signs(self, answer: Answer) -> frozenset[str]:
        codes = {f"code={error.get('code')}" for error in answer.records("errors")}
        return frozenset(codes | ({"at=posts"} if answer.response.url.path.endswith("/posts") else set()))

    def judge(self, answer: Answer, now: datetime) -> Problem | None:
        problem = super().judge(answer, now)
        said = "; ".join(str(error.get("message") or "") for error in answer.records("errors")).strip("; ")
        if problem is not None and problem.sentence == _REFUSED and said:
            problem.sentence = f"{_REFUSED} It says: {said[:300]}"
        return problem

    # -- publishing --------------------------------------------------------------------------------------

    def publish(self, job: Job) -> Published | Pending:
        """A draft, found or made; once beehiiv has built it, the one request that confirms it."""
        state = job.state or {}
        if "post" not in state:
            return Pending(state={"post": self._draft(job)}, after=FIRST)
        there = _path(job, state["post"])
        answer = job.ask("GET", there)
        if answer.status != 202 and answer.pick("data", "status") not in _OUT:
            wanted = {"status": "confirmed", "content_tags": list(job.options.tags)}
            answer = job.commit("PATCH", there, json=wanted)
        if answer.status == 202 or answer.find("data", "status") == "draft":  # still being built
            return Pending(state=state, after=max(1, self.wait(answer, job.now) or PAUSE))
        return self._out(answer)

    def _draft(self, job: Job) -> str:
        """The id of the post's own draft, by its mark, or of a new one."""
        known = self._found(job)
        if known is None:
            return self._make(job)
        if str(known.get("status")) not in _OUT:
            self._renew(job, str(known["id"]))
        return str(known["id"])

    def _make(self, job: Job) -> str:
        # the mark goes when the draft is confirmed: readers see tags
        wanted = {**content(job), "status": "draft", "content_tags": [*job.options.tags, mark(job.key)]}
        try:
            return job.ask("POST", _path(job), json=wanted).pick("data", "id")
        except Retry as lost:  # it may have been made all the same, and be listed later
            lost.after = max(LAG, lost.after or 0)
            raise

    def _renew(self, job: Job, post: str) -> None:
        """Brings the draft of an earlier attempt up to date: the post may have been changed since."""
        changed = job.ask("PATCH", _path(job, post), json=content(job))
        if changed.status == 202:
            after = self.wait(changed, job.now) or PAUSE
            raise Retry("beehiiv is still building the draft.", after=after)

    def _found(self, job: Job) -> dict[str, Any] | None:
        wanted = {"content_tags[]": mark(job.key), "status": "all", "limit": "100", "order_by": "created"}
        listed = job.ask("GET", _path(job), params=wanted)
        if listed.find("data") is None:
            raise listed.unreadable("no “data”")
        own = [
            each
            for each in listed.records("data")
            if isinstance(each.get("id"), str) and holds(each.get("content_tags"), mark(job.key))
        ]
        return next((each for each in own if str(each.get("status")) in _OUT), own[0] if own else None)

    def _out(self, answer: Answer) -> Published:
        url = answer.find("data", "web_url", default="")
        return Published(id=answer.pick("data", "id"), url=url if url.startswith("https://") else "")

    def look(self, job: Job) -> Published | None:
        """Its id is kept before it is confirmed: without one, nothing was."""
        if not job.state or not job.state.get("post"):
            return None
        answer = job.ask("GET", _path(job, job.state["post"]))
        if answer.status == 202 or answer.pick("data", "status") not in _OUT:
            return None
        return self._out(answer)

    # -- afterwards, and pick lists ----------------------------------------------------------------------

    def metrics(self, session: Session, receipt: Receipt) -> dict[str, int]:
        post = session.ask("GET", _path(session, receipt.id), params={"expand": "stats"})
        mail = {name: post.find("data", "stats", "email", name, default=0) for name in _STATS}
        return {**mail, "views": post.find("data", "stats", "web", "views", default=0)}

    @tool("The templates of the publication.")
    def templates(self, session: Session) -> _Records:
        found = session.ask("GET", f"/publications/{session.me.remote}/post_templates").records("data")
        return [{"id": each.get("id"), "name": each.get("name", "")} for each in found]


def _path(session: Session, post: str = "") -> str:
    return f"/publications/{session.me.remote}/posts" + (f"/{post}" if post else "")


def _profile(publication: dict[str, Any]) -> Profile:
    name = str(publication.get("name") or "")
    return Profile(
        id=str(publication["id"]), name=name, handle=str(publication.get("organization_name") or "")
    )
