"""listmonk: a newsletter as a campaign of a person's own server. https://listmonk.app/docs/apis/campaigns/"""

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from ...answers import holds
from ...letters import mark
from ..base import (
    Answer,
    Fault,
    Field,
    Form,
    Job,
    Pending,
    Problem,
    Profile,
    Provider,
    Published,
    Receipt,
    Reconnect,
    Rejected,
    Session,
    Token,
    tool,
)
from .campaigns import STARTED, fields, upload
from .options import RULES, ListmonkOptions

_REFUSED = "listmonk does not take this campaign."
_LACKING = "The API user at listmonk lacks a right for this."
_SEND, _MANAGE = "campaigns:send", {"campaigns:manage", "campaigns:manage_all"}
#: The role that may do everything, whatever it lists.
_SUPER_ADMIN = 1

_Records = list[dict[str, Any]]


class ApiUser(Form):
    """HTTP Basic with the name and the token of an API user."""

    def sign(self, session: Session, method: str, url: str) -> dict[str, str]:
        pair = f"{session.token.data.get('user', '')}:{session.token.access}"
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


class Listmonk(Provider):
    """A server of a person's own: what is composed becomes a draft there, then one request starts it."""

    key = "listmonk"
    title = "listmonk"
    docs = "https://listmonk.app/docs/apis/campaigns/"
    api = "https://demo.listmonk.app"
    own_hosts = True
    auth = ApiUser(
        fields=(
            Field("url", "Server", hint="https://lists.example.com"),
            Field("username", "API user", hint="lamppost"),
            Field("password", "Its token", secret=True),
        ),
        kind="API user",
    )
    optional = ("LISTMONK_DOMAIN", "LISTMONK_USER", "LISTMONK_API_KEY", "LISTMONK_SHARED")
    rules = RULES
    dialect = "markdown"
    Options = ListmonkOptions
    concurrency = 100
    repeatable = "look"
    heal_after = 30
    faults = (
        Fault(
            Reconnect,
            "listmonk does not accept this API user and token (a password for signing in is none).",
            ("invalid api credentials", "invalid session"),
            (403,),
        ),
        Fault(Reconnect, "Something in front of listmonk asks for a sign-in of its own.", status=(401,)),
        Fault(Reconnect, "There is no listmonk at this address (any more).", ("unknown endpoint",), (404,)),
        Fault(Rejected, _LACKING, status=(403,)),
        Fault(Rejected, "The newsletter is larger than the server takes at once.", status=(413,)),
        Fault(Rejected, _REFUSED, status=(400,)),
    )

    # -- signing in --------------------------------------------------------------------------------------

    def place(self, given: dict[str, str], app: dict[str, str]) -> str:
        return urlsplit(_root(given, app)).netloc

    def base(self, session: Session) -> str:
        """The server's root, which may be a folder of its host."""
        return str(session.token.data.get("root") or super().base(session))

    def login(self, session: Session, given: dict[str, str]) -> Token:
        user, key = given.get("username", "").strip(), given.get("password", "").strip()
        if not user and not key and self._shares(session):
            given = {}
            user, key = session.app.get("LISTMONK_USER", ""), session.app.get("LISTMONK_API_KEY", "")
        if not (session.host and user and key):
            raise Rejected("listmonk needs the server's address, an API user and its token.")
        return Token(access=key, data={"user": user, "root": _root(given, session.app)})

    def _shares(self, session: Session) -> bool:
        """Whether the operator lends the API user of this very server to everybody here."""
        lent = session.app.get("LISTMONK_SHARED") == "yes"
        return lent and session.host == urlsplit(_root({}, session.app)).netloc

    def me(self, session: Session) -> Profile:
        who, server = session.ask("GET", "/api/profile"), session.ask("GET", "/api/config")
        user, root = who.pick("data", "username"), self.base(session)
        _check_rights(who, server)
        return Profile(
            id=f"{root.partition('://')[2]}#{user}",
            name=who.find("data", "name", default="") or user,
            handle=session.host,
            data={"root": _public(server) or root},
        )

    # -- what answers mean -------------------------------------------------------------------------------

    def judge(self, answer: Answer, now: datetime) -> Problem | None:
        """A refusal with listmonk's own reason, which it says in the server's language."""
        problem = super().judge(answer, now)
        said = answer.find("message", default="").strip()
        if problem is not None and problem.sentence in {_REFUSED, _LACKING} and said:
            problem.sentence = f"{problem.sentence} It says: {said[:300]}"
        return problem

    # -- publishing --------------------------------------------------------------------------------------

    def publish(self, job: Job) -> Published | Pending:
        """A draft, found or made, and the one request that starts it; a started one is never started again."""
        campaign = self._found(job)
        if campaign is None or not _started(campaign):
            campaign = self._draft(job, campaign)
            self._start(job, campaign)
        return self._out(job, campaign)

    def _found(self, job: Job) -> dict[str, Any] | None:
        """The post's own campaign, by its mark; of two drafts, after a lost answer, the first."""
        wanted = {"tag": mark(job.key), "tags": mark(job.key), "no_body": "true", "per_page": "100"}
        listed = job.ask("GET", "/api/campaigns", params=wanted)
        if listed.find("data") is None:
            raise listed.unreadable("no “data”")
        own = [
            each
            for each in listed.records("data", "results")
            if isinstance(each.get("id"), int) and holds(each.get("tags"), mark(job.key))
        ]
        started = [each for each in own if _started(each)]
        return min(started or own, key=lambda each: int(each["id"]), default=None)

    def _draft(self, job: Job, known: dict[str, Any] | None) -> dict[str, Any]:
        """The draft, as the post is now: it may have been changed since an earlier attempt made one."""
        wanted = fields(job, self._pictures(job))
        if known is None:
            made = job.ask("POST", "/api/campaigns", json=wanted)
        else:
            made = job.ask("PUT", f"/api/campaigns/{known['id']}", json=wanted)
        return {"id": made.pick("data", "id"), "uuid": made.find("data", "uuid", default="")}

    def _pictures(self, job: Job) -> list[str]:
        """Their addresses at the server; each is taken there once."""
        state = job.state or {"pictures": []}
        for file in job.files[len(state["pictures"]) :]:
            state["pictures"].append(upload(job, file))
            job.save(state)
        return list(state["pictures"])

    def _start(self, job: Job, campaign: Mapping[str, Any]) -> None:
        there = f"/api/campaigns/{campaign['id']}/status"
        try:
            job.commit("PUT", there, json={"status": "running"}).pick("data", "id")
        except Rejected:  # only drafts can be started: it may be refused for being under way already
            found = self._found(job)
            if found is None or not _started(found):
                raise

    def _out(self, job: Job, campaign: Mapping[str, Any]) -> Published:
        number, own = str(campaign["id"]), str(campaign.get("uuid") or "")
        url = f"{self.base(job)}/admin/campaigns/{number}"
        if job.options.archive and own:
            url = f"{job.me.data['root']}/archive/{own}"
        return Published(id=number, url=url)

    def look(self, job: Job) -> Published | None:
        found = self._found(job)
        return self._out(job, found) if found and _started(found) else None

    # -- afterwards, and pick lists ----------------------------------------------------------------------

    def metrics(self, session: Session, receipt: Receipt) -> dict[str, int]:
        campaign = session.ask("GET", f"/api/campaigns/{receipt.id}", params={"no_body": "true"})
        names = ("sent", "to_send", "views", "clicks", "bounces")
        return {name: campaign.find("data", name, default=0) for name in names}

    @tool("The campaign templates of the server.")
    def templates(self, session: Session) -> _Records:
        found = session.ask("GET", "/api/templates").records("data")
        return [_named(each) for each in found if str(each.get("type", "")).startswith("campaign")]

    @tool("The lists of the server that a newsletter can go to.")
    def list(self, session: Session) -> _Records:
        wanted = {"per_page": "all", "minimal": "true", "status": "active"}
        found = session.ask("GET", "/api/lists", params=wanted).records("data", "results")
        return [{**_named(each), "subscribers": each.get("subscriber_count", 0)} for each in found]


def _root(given: Mapping[str, str], app: Mapping[str, str]) -> str:
    """The address that a person gave, or else the operator's, as `https://host/folder` without a name or query."""
    wanted = given.get("url", "").strip() or app.get("LISTMONK_DOMAIN", "")
    parts = urlsplit(wanted if "://" in wanted else f"https://{wanted}")
    return f"https://{parts.netloc.lower().rpartition('@')[2]}{parts.path.rstrip('/')}"


def _public(server: Answer) -> str:
    """Where readers reach the server, as it says itself."""
    told = server.find("data", "root_url", default="").rstrip("/")
    return told if told.startswith(("https://", "http://")) else ""


def _check_rights(who: Answer, server: Answer) -> None:
    """A user who could only make drafts is refused at once; older servers do not know the right to send."""
    rights: list[str] = who.find("data", "user_role", "permissions", default=[])
    if who.find("data", "user_role", "id") == _SUPER_ADMIN:
        return
    lacking = [] if _MANAGE & set(rights) else ["campaigns:manage"]
    lacking += [_SEND] if _SEND not in rights and _SEND in server.text else []
    if lacking:
        said = " and ".join(f"“{right}”" for right in lacking)
        raise Rejected(
            f"The API user at listmonk needs the right {said} in its role. Add it there, then connect."
        )


def _started(campaign: Mapping[str, Any]) -> bool:
    return str(campaign.get("status")) in STARTED


def _named(record: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": record.get("id"), "name": record.get("name", "")}
