"""GitHub: a discussion in a repository, and comments on it. https://docs.github.com/graphql/guides/using-the-graphql-api-for-discussions"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from ..base import (
    Account,
    Answer,
    Blocked,
    Choice,
    Complaint,
    Entry,
    Expired,
    Fault,
    Job,
    OAuth2,
    Pace,
    Part,
    Pending,
    Problem,
    Profile,
    Provider,
    Published,
    Receipt,
    Reconnect,
    Rejected,
    Retry,
    Rules,
    Session,
    Unsure,
    Wait,
    check,
    hours,
    minutes,
    tool,
)
from . import queries
from .bodies import BODY, MARK, GitHubOptions, body, mark

_EMBED = 400  # what an address takes, at the most
_ENTRY = Part(
    length=BODY - MARK, images=20, gifs=20, videos=20, documents=20, mixed=True, most=20,
    video_types=("video/mp4", "video/quicktime", "video/webm"),
)  # fmt: skip
#: Repositories on offer, a hundred a page, the last pushed to first; and tries to label a discussion.
PAGES, LABEL_TRIES = 2, 3
_OPERATORS = {"incorrect_client_credentials", "redirect_uri_mismatch"}
_LOST = "GitHub finds no such repository, category or discussion any more; pick them again."


class GitHub(Provider):
    """One account is one person in one repository; everything but sign-in is GraphQL, errors with status 200."""

    key = "github"
    title = "GitHub"
    docs = "https://docs.github.com/graphql/guides/using-the-graphql-api-for-discussions"
    api = "https://api.github.com"
    headers = {"User-Agent": "Lamppost", "X-GitHub-Api-Version": "2022-11-28"}
    auth = OAuth2(
        authorize="https://github.com/login/oauth/authorize",
        token="https://github.com/login/oauth/access_token",
        scopes=("public_repo", "read:user"),
        pkce=True,  # whether GitHub checks it is unconfirmed; it does no harm
        client_id="GITHUB_CLIENT_ID",
        client_secret="GITHUB_CLIENT_SECRET",
        extra={"allow_signup": "false", "prompt": "select_account"},
        granted=False,  # the answer's scopes are normalized: `choices` looks for those that matter
    )
    secrets = ("GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET")
    optional = ("GITHUB_APP_KIND", "GITHUB_SCOPES")
    rules = Rules(first=_ENTRY, rest=_ENTRY, fits=False)
    dialect = "markdown"
    Options = GitHubOptions
    concurrency = 2
    paces = (Pace(1, per=timedelta(seconds=1)), Pace(80, per=minutes(1)), Pace(500, per=hours(1)))
    repeatable = "look"
    heal_after = 45  # not there after half a minute: surely not made
    revokes_all = True  # the repositories chosen in one sign-in share its token
    waits = (
        Wait("retry-after", "retry-after"),
        Wait("x-ratelimit-reset", "epoch", only_if_zero="x-ratelimit-remaining"),
    )
    faults = (
        Fault(Retry, "GitHub wants a pause between two posts.", ("submitted too quickly",), after=60),
        Fault(Retry, "GitHub asks us to slow down.", ("secondary rate limit",), after=60),
        Fault(Retry, "GitHub's hourly budget of this account is used up.", ("type=RATE_LIMITED",)),
        Fault(Retry, "GitHub's hourly budget is used up.", ("remaining=0",), (403, 429)),
        Fault(Expired, "GitHub no longer accepts the token.", status=(401,)),
        Fault(Blocked, "GitHub refuses requests that do not name the app.", ("user-agent",), (403,)),
        Fault(Reconnect, "Reconnect GitHub: more rights are needed.", ("type=INSUFFICIENT_SCOPES",)),
        Fault(
            Reconnect,
            "Reconnect GitHub: the organization must let the app in first.",
            ("resource not accessible by integration", "saml enforcement", "oauth app access restrictions"),
        ),
        Fault(Rejected, "GitHub does not let this account do that here.", ("type=FORBIDDEN",)),
        Fault(
            Rejected,
            _LOST,
            ("type=NOT_FOUND",),
        ),
        Fault(Rejected, "GitHub does not take this discussion.", ("errors=yes",)),
    )

    # -- how answers are read ----------------------------------------------------------------------------

    def refused(self, answer: Answer) -> bool:
        """Errors beside an answer (an organization that hides its repositories) refuse only a part of it."""
        data = answer.find("data")
        whole = isinstance(data, dict) and bool(data) and all(value is not None for value in data.values())
        return bool(answer.find("errors")) and not whole

    def signs(self, answer: Answer) -> frozenset[str]:
        signs = {f"type={error.get('type')}" for error in answer.records("errors")}
        signs |= {"errors=yes"} if self.refused(answer) else set()
        return frozenset(signs | {f"remaining={answer.header('x-ratelimit-remaining')}"})

    def judge(self, answer: Answer, now: datetime) -> Problem | None:
        """GitHub's own time limit has status 200 and no type; a mutation that ran into it may have been made."""
        problem = super().judge(answer, now)
        if not isinstance(problem, Rejected) or "something went wrong while" not in answer.text.lower():
            return problem
        kind = Unsure if answer.committed else Retry
        return kind("GitHub stumbled over the request.", words=answer.words)

    def judge_grant(self, answer: Answer) -> Problem | None:
        """The token endpoint refuses with status 200 too."""
        problem, error = super().judge_grant(answer), answer.find("error")
        if problem is not None or error is None:
            return problem
        if str(error) in _OPERATORS:
            return Blocked("GitHub does not accept the operator's app credentials.", words=answer.words)
        return Reconnect("GitHub refused the access. Connect again.", words=answer.words)

    # -- signing in --------------------------------------------------------------------------------------

    def scopes(self, session: Session) -> tuple[str, ...]:
        """A GitHub App has permissions instead, which its owner sets."""
        if _is_app(session):
            return ()
        return tuple(session.app.get("GITHUB_SCOPES", "").split()) or self.auth.scopes

    def me(self, session: Session) -> Profile:
        viewer = self._ask(session, queries.VIEWER)
        return Profile(
            id=viewer.pick("data", "viewer", "databaseId"),
            name=viewer.find("data", "viewer", "name", default="") or viewer.pick("data", "viewer", "login"),
            handle=viewer.pick("data", "viewer", "login"),
            picture=viewer.find("data", "viewer", "avatarUrl", default=""),
        )

    def choices(self, session: Session) -> list[Choice]:
        if not _is_app(session) and not {"repo", "public_repo"} & set(session.token.scopes):
            raise Reconnect("Reconnect GitHub: more rights are needed.")
        viewer = self.me(session)
        found = self._installed(session) if _is_app(session) else self._repositories(session)
        return [_choice(viewer, each) for each in found if _open(each)]

    def _repositories(self, session: Session) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        after = None
        for _ in range(PAGES):
            page = self._ask(session, queries.REPOSITORIES, after=after)
            found += page.records("data", "viewer", "repositories", "nodes")
            after = page.find("data", "viewer", "repositories", "pageInfo", "endCursor")
            if not page.find("data", "viewer", "repositories", "pageInfo", "hasNextPage"):
                break
        return found

    def _installed(self, session: Session) -> list[dict[str, Any]]:
        """A GitHub App sees only the repositories that it was installed on."""
        every = {"per_page": "100"}
        installations = session.ask("GET", "/user/installations", params=every).records("installations")
        if not installations:
            raise Reconnect(
                "Install the GitHub App on your account or repositories first, then connect again."
            )
        ids: list[str] = []
        for each in installations:
            where = f"/user/installations/{each['id']}/repositories"
            repositories = session.ask("GET", where, params=every).records("repositories")
            ids += [repository["node_id"] for repository in repositories]
        pages = [
            self._ask(session, queries.NODES, ids=ids[start : start + 100])
            for start in range(0, min(len(ids), PAGES * 100), 100)
        ]
        return [each for page in pages for each in page.records("data", "nodes")]

    def revoke(self, session: Session) -> None:
        app = (session.app["GITHUB_CLIENT_ID"], session.app["GITHUB_CLIENT_SECRET"])
        body = {"access_token": session.token.access}
        session.ask("DELETE", f"/applications/{app[0]}/token", json=body, auth=app, signed=False)

    # -- what may be posted ------------------------------------------------------------------------------

    def check(self, entries: Sequence[Entry], account: Account, options: Any) -> list[Complaint]:
        said = check(entries, self.rules, self.title)
        if options and not (options.category or account.data.get("category")):
            said.append(Complaint(entry=0, sentence="Choose the category of the GitHub discussion."))
        for index, entry in enumerate(entries):
            embeds = sum(len(media.alt or media.name) + _EMBED for media in entry.media)
            if len(entry.text) <= _ENTRY.length < len(entry.text) + embeds:
                sentence = (
                    f"The text and its files are longer than the {BODY:,} characters that GitHub takes."
                )
                said.append(Complaint(entry=index, sentence=sentence))
        return said

    # -- publishing --------------------------------------------------------------------------------------

    def publish(self, job: Job) -> Published | Pending:
        if job.state and "sent" in job.state:
            return self._label(job, job.state)
        if job.first:
            wanted = {"discussionId": job.first.id, "body": body(job), "clientMutationId": job.key}
            answer = self._commit(job, queries.COMMENT, wanted)
            return _published(answer, "addDiscussionComment", "comment", comment=True)
        wanted = {
            "repositoryId": job.me.data["repository"],
            "categoryId": _category(job),
            "title": job.options.title.strip(),
            "body": body(job),
            "clientMutationId": job.key,
        }
        out = _published(self._commit(job, queries.CREATE, wanted), "createDiscussion", "discussion")
        if job.options.labels:
            return Pending(state={"sent": out.model_dump(), "tries": 0}, after=1)
        return out

    def _label(self, job: Job, state: dict[str, Any]) -> Published | Pending:
        """The discussion is out: that its labels are refused changes nothing of that."""
        sent = Published.model_validate(state["sent"])
        wanted = {"labelableId": sent.id, "labelIds": list(job.options.labels)}
        try:
            self._ask(job, queries.LABEL, **{"in": wanted})
        except Retry as busy:
            if state["tries"] < LABEL_TRIES:
                return Pending(state={**state, "tries": state["tries"] + 1}, after=busy.after or 30)
        except Problem:
            pass
        return sent

    def _ask(self, session: Session, query: str, **variables: Any) -> Answer:
        return session.ask("POST", "/graphql", json={"query": query, "variables": variables})

    def _commit(self, job: Job, mutation: str, wanted: dict[str, Any]) -> Answer:
        return job.commit("POST", "/graphql", json={"query": mutation, "variables": {"in": wanted}})

    # -- healing -----------------------------------------------------------------------------------------

    def look(self, job: Job) -> Published | None:
        """Only what carries this entry's mark counts; equal titles and texts may stand there twice."""
        if job.first:
            found = self._ask(job, queries.COMMENTS, id=job.first.id).records(
                "data", "node", "comments", "nodes"
            )
        else:
            where = {"id": job.me.data["repository"], "category": _category(job)}
            found = self._ask(job, queries.LATEST, **where).records("data", "node", "discussions", "nodes")
        for each in found:
            if each.get("viewerDidAuthor") and mark(job) in str(each.get("body")):
                return Published(id=each["id"], url=each["url"], data={"comment": bool(job.first)})
        since = (job.doubt or job.now) - timedelta(minutes=1)
        if len(found) == 100 and min(datetime.fromisoformat(each["createdAt"]) for each in found) > since:
            raise Unsure("Too much was written there since to find the post on GitHub; look there.")
        return None

    # -- afterwards --------------------------------------------------------------------------------------

    def delete(self, session: Session, receipt: Receipt) -> None:
        try:
            fate = self._ask(session, queries.FATE, id=receipt.id).find("data", "node", "viewerCanDelete")
        except Rejected as refused:
            if refused.sentence != _LOST:
                raise
            return
        if fate is False:
            raise Rejected("GitHub lets only maintainers of the repository delete this.")
        mutation = queries.DELETE_COMMENT if receipt.data.get("comment") else queries.DELETE
        self._ask(session, mutation, **{"in": {"id": receipt.id}})

    def metrics(self, session: Session, receipt: Receipt) -> dict[str, int]:
        answer = self._ask(session, queries.NUMBERS, id=receipt.id)
        replies = "replies" if receipt.data.get("comment") else "comments"
        return {
            "upvotes": int(answer.find("data", "node", "upvoteCount", default=0)),
            replies: int(answer.find("data", "node", replies, "totalCount", default=0)),
            "reactions": int(answer.find("data", "node", "reactions", "totalCount", default=0)),
        }

    @tool("The categories of the repository in which this account may open a discussion.")
    def categories(self, session: Session) -> list[dict[str, Any]]:
        return self._listed(session, queries.CATEGORIES, "discussionCategories")

    @tool("The labels of the repository.")
    def labels(self, session: Session) -> list[dict[str, Any]]:
        return self._listed(session, queries.LABELS, "labels")

    def _listed(self, session: Session, query: str, name: str) -> list[dict[str, Any]]:
        answer = self._ask(session, query, id=session.me.data["repository"])
        return answer.records("data", "node", name, "nodes")


def _is_app(session: Session) -> bool:
    return session.app.get("GITHUB_APP_KIND") == "app"


def _category(job: Job) -> str:
    return str(job.options.category or job.me.data["category"])


def _published(out: Answer, mutation: str, kind: str, *, comment: bool = False) -> Published:
    where = ("data", mutation, kind)
    return Published(
        id=out.pick(*where, "id"), url=out.find(*where, "url", default=""), data={"comment": comment}
    )


def _open(repository: dict[str, Any]) -> bool:
    """Whether a discussion can be opened there: they are on, it is not archived, and some category takes it."""
    usable = repository.get("hasDiscussionsEnabled") and not repository.get("isArchived")
    return bool(usable and (repository.get("discussionCategories") or {}).get("nodes"))


def _choice(viewer: Profile, repository: dict[str, Any]) -> Choice:
    categories = repository["discussionCategories"]["nodes"]
    general = next((each for each in categories if each["slug"] == "general"), categories[0])
    profile = Profile(
        id=f"{viewer.id}:{repository['id']}",
        name=repository["nameWithOwner"],
        handle=viewer.handle,
        picture=repository["owner"]["avatarUrl"],
        data={"repository": repository["id"], "category": general["id"]},
    )
    return Choice(profile=profile)
