"""LinkedIn: a post on a member's profile. https://learn.microsoft.com/linkedin/marketing/community-management/shares/posts-api"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote

from ..base import (
    Account,
    Answer,
    Complaint,
    Duplicate,
    Entry,
    Job,
    OAuth2,
    Options,
    Pace,
    Pending,
    Problem,
    Profile,
    Provider,
    Published,
    Receipt,
    Rejected,
    Retry,
    Session,
    Token,
    Unsure,
    days,
    minutes,
    only_asking,
    tool,
)
from .faults import faults, named, signs, weigh
from .files import State, available, bring_in, kind
from .options import RULES, LinkedInOptions, against
from .posts import body, comment_published, plain, post_published, social

#: Each version lives for about a year; the operator's LINKEDIN_API_VERSION goes before it.
VERSION = "202609"
#: Seconds: until a refreshed token is known everywhere, and until a member's picture is ready (its state is not told).
TOKEN_WAIT, GRACE = 10, 20

_COMMENT_URN = re.compile(r"urn:li:comment:\((?P<post>[^,]+),(?P<id>\w+)\)")


@dataclass(frozen=True)
class Versioned(OAuth2):
    """OAuth 2.0 whose calls of the newer API also name the month of the version they mean."""

    def sign(self, session: Session, method: str, url: str) -> dict[str, str]:
        headers = super().sign(session, method, url)
        if "/rest/" in url:
            headers["LinkedIn-Version"] = session.app.get("LINKEDIN_API_VERSION") or VERSION
            headers["X-Restli-Protocol-Version"] = "2.0.0"
        return headers


class LinkedIn(Provider):
    """A member's own profile. What cannot be read back there (anything with files) is never sent twice."""

    key = "linkedin"
    title = "LinkedIn"
    docs = "https://learn.microsoft.com/linkedin/marketing/community-management/shares/posts-api"
    api = "https://api.linkedin.com"
    auth = Versioned(
        authorize="https://www.linkedin.com/oauth/v2/authorization",
        token="https://www.linkedin.com/oauth/v2/accessToken",
        revoke="https://www.linkedin.com/oauth/v2/revoke",
        scopes=("openid", "profile", "w_member_social"),
        client_id="LINKEDIN_CLIENT_ID",
        client_secret="LINKEDIN_CLIENT_SECRET",
        lifetime=5_184_000,
        ahead=604_800,
    )
    secrets = ("LINKEDIN_CLIENT_ID", "LINKEDIN_CLIENT_SECRET")
    optional: ClassVar[tuple[str, ...]] = ("LINKEDIN_API_VERSION", "LINKEDIN_SCOPES")
    rules = RULES
    Options: ClassVar[type[Options]] = LinkedInOptions
    concurrency = 2
    paces: ClassVar[tuple[Pace, ...]] = (Pace(150, per=days(1)), Pace(100_000, per=days(1), scope="app"))
    repeatable = "look"
    heal_after = 30
    revokes_all = True  # LinkedIn knows one grant of a member to an app, shared by the profile and every page
    one_token = True
    patience = minutes(15)
    denied: ClassVar[str] = "Reconnect LinkedIn: a right is missing, or the app lacks a product for it."
    faults = faults(denied)
    #: The setting that names other scopes than ours.
    scopes_setting: ClassVar[str] = "LINKEDIN_SCOPES"
    #: Whether the token may read the state of pictures and documents.
    reads_files: ClassVar[bool] = False

    # -- signing in --------------------------------------------------------------------------------------

    def scopes(self, session: Session) -> tuple[str, ...]:
        asked = session.app.get(self.scopes_setting, "")
        return tuple(asked.replace(",", " ").split()) or super().scopes(session)

    def me(self, session: Session) -> Profile:
        who = session.ask("GET", "/v2/userinfo")
        return Profile(
            id=who.pick("sub"),
            name=who.find("name", default=""),
            handle=self._handle(session),
            picture=who.find("picture", default=""),
            data={"member": who.pick("sub")},
        )

    def _handle(self, session: Session) -> str:
        try:
            return str(session.ask("GET", "/v2/me").find("vanityName", default=""))
        except Problem:  # most apps may not read it, and a name is there anyway
            return ""

    def refresh(self, session: Session) -> Token:
        token = super().refresh(session)
        usable = session.now + timedelta(seconds=TOKEN_WAIT)
        return token.model_copy(update={"data": {**token.data, "usable": usable.isoformat()}})

    # -- what may be posted, and what a refusal means -------------------------------------------------------

    def check(self, entries: Sequence[Entry], account: Account, options: Any) -> list[Complaint]:
        said = list(against(entries[0], options)) if entries else []
        return super().check(entries, account, options) + [Complaint(entry=0, sentence=each) for each in said]

    def signs(self, answer: Answer) -> frozenset[str]:
        return signs(answer)

    def judge(self, answer: Answer, now: datetime) -> Problem | None:
        problem = super().judge(answer, now)
        if isinstance(problem, Duplicate):
            problem.remote = named(answer)
        return problem

    # -- publishing --------------------------------------------------------------------------------------

    def author(self, session: Session) -> str:
        return f"urn:li:person:{session.me.remote}"

    def publish(self, job: Job) -> Published | Pending:
        state: State = {"media": [], "upload": None, "settled": False, "refused": {}} | (job.state or {})
        if (wait := _unusable(job)) > 0:
            return Pending(state=state, after=wait)
        try:
            return self._comment(job) if job.index else self._post(job, state)
        except Retry as refused:
            weigh(job, state, refused, self.denied)
            raise

    def _post(self, job: Job, state: State) -> Published | Pending:
        if not bring_in(job, self.author(job), state):
            return Pending(state=state, after=1)
        if not self._settled(job, state):
            return Pending(state=state, after=GRACE)
        try:
            made = job.commit("POST", "/rest/posts", json=body(job, self.author(job), state["media"]))
        except Duplicate as known:
            return self._known(job, known)
        if not (urn := made.header("x-restli-id")):
            raise made.unreadable("no x-restli-id")
        return post_published(urn)

    def _settled(self, job: Job, state: State) -> bool:
        """Whether LinkedIn is done with the files; where it does not tell, after one wait."""
        media = [urn for urn in state["media"] if urn]
        told = [urn for urn in media if self.reads_files or kind(urn) == "video"]
        if not all(available(job, urn) for urn in told):
            return False
        if len(told) == len(media) or state["settled"]:
            return True
        state["settled"] = True
        return False

    def _known(self, job: Job, known: Duplicate) -> Published:
        """A duplicate of a post whose answer was lost is that post; else the person repeats itself."""
        if job.doubt is None or known.remote is None:
            raise known
        return post_published(known.remote)

    def _comment(self, job: Job) -> Published:
        assert job.first is not None, "a comment follows its post"
        said = {"actor": self.author(job), "object": job.first.id, "message": {"text": plain(job.entry.text)}}
        made = social(job.commit, "POST", f"{quote(job.first.id, safe='')}/comments", json=said)
        urn = str(made.find("commentUrn", default="") or made.header("x-restli-id"))
        if not urn:
            raise made.unreadable("no commentUrn")
        return comment_published(job.first.id, urn)

    def look(self, job: Job) -> Published | None:
        if job.index or job.files or job.options.link or job.options.poll:
            raise Unsure(
                "LinkedIn does not show us a member's posts. Look at the profile, then say what you saw."
            )
        return None  # the same words again: LinkedIn refuses them by the name of the post that is there

    # -- afterwards --------------------------------------------------------------------------------------

    def delete(self, session: Session, receipt: Receipt) -> None:
        if (comment := _COMMENT_URN.fullmatch(receipt.id)) is None:
            session.ask("DELETE", f"/rest/posts/{quote(receipt.id, safe='')}")
            return
        where = f"{quote(comment['post'], safe='')}/comments/{comment['id']}"
        social(session.ask, "DELETE", where, params={"actor": self.author(session)})

    def metrics(self, session: Session, receipt: Receipt) -> dict[str, int]:
        if "r_member_postAnalytics" not in session.token.scopes:
            raise Rejected("LinkedIn tells an app without r_member_postAnalytics no numbers of a profile.")
        with only_asking("LinkedIn does not let this app read numbers."):
            return {name: self._number(session, receipt.id, query) for name, query in _QUERIES.items()}

    def _number(self, session: Session, urn: str, query: str) -> int:
        entity = f"({'ugc' if ':ugcPost:' in urn else 'share'}:{quote(urn, safe='')})"
        asked = f"?q=entity&entity={entity}&queryType={query}&aggregation=TOTAL"
        told = session.ask("GET", f"/rest/memberCreatorPostAnalytics{asked}")
        counts = [each.get("count") for each in told.records("elements")]
        return sum(count for count in counts if isinstance(count, int))

    @tool(
        "Finds a company by its page's address, to mention it.",
        vanity_name="acme, of linkedin.com/company/acme",
    )
    def companies(self, session: Session, vanity_name: str) -> list[dict[str, Any]]:
        asked = {"q": "vanityName", "vanityName": vanity_name}
        with only_asking("LinkedIn does not let this app look up companies."):
            found = session.ask("GET", "/rest/organizations", params=asked)
        return [
            {
                "id": str(each.get("id")),
                "name": name,
                "mention": f"@[{name}](urn:li:organization:{each.get('id')})",
            }
            for each in found.records("elements")
            if (name := each.get("localizedName"))
        ]


_QUERIES = {
    "impressions": "IMPRESSION",
    "members_reached": "MEMBERS_REACHED",
    "reshares": "RESHARE",
    "reactions": "REACTION",
    "comments": "COMMENT",
}


def _unusable(job: Job) -> float:
    """Seconds until a token just refreshed is known everywhere at LinkedIn."""
    usable = job.token.data.get("usable")
    return (datetime.fromisoformat(usable) - job.now).total_seconds() if usable else 0
