"""Reddit: a post to each of several subreddits, and comments after it. https://www.reddit.com/dev/api"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ..base import (
    Account,
    Answer,
    Auth,
    Blocked,
    Complaint,
    Entry,
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
    Rules,
    Session,
    Wait,
    hours,
    minutes,
    tool,
)
from . import subreddits as reddit_subreddits
from .faults import FAULTS, errors, signs, told_wait
from .places import PICTURE_BYTES, Place, RedditOptions
from .rounds import HOME, Post, Round, ids
from .uploads import upload

_POST = Part(
    length=40_000, images=20, gifs=1, videos=1, mixed=True, gif_bytes=PICTURE_BYTES, needs="nothing",
    video_types=("video/mp4", "video/quicktime"), video_bytes=1_000_000_000, video_seconds=(0, 900),
)  # fmt: skip
_GAP = 5.0  # seconds between two places
_LOOKS, _LOOK_AFTER = 12, 45.0  # films and pictures may take ten minutes to be in the list
_QUICK_LOOKS, _QUICK_AFTER = 2, 15.0  # all else is there at once
_POST_ID = re.compile(r"/comments/([0-9a-z]+)", re.IGNORECASE)


@dataclass(frozen=True)
class RedditSignIn(OAuth2):
    """Reddit wants its own form of User-Agent on every request; without it, it answers with a page."""

    def sign(self, session: Session, method: str, url: str) -> dict[str, str]:
        return {**super().sign(session, method, url), "User-Agent": _agent(session)}


def _agent(session: Session) -> str:
    by = f" (by /{session.account.handle})" if session.account else ""
    own = f"web:lamppost.{session.app['REDDIT_CLIENT_ID']}:v1{by}"
    return session.app.get("REDDIT_USER_AGENT") or own


class Reddit(Provider):
    """An entry is a commit for each subreddit; `Job.step` says which one is under way."""

    key = "reddit"
    title = "Reddit"
    docs = "https://www.reddit.com/dev/api"
    api = "https://oauth.reddit.com"
    auth = RedditSignIn(
        authorize=f"{HOME}/api/v1/authorize",
        token=f"{HOME}/api/v1/access_token",
        revoke=f"{HOME}/api/v1/revoke_token",
        scopes=("identity", "read", "submit", "flair", "edit", "history", "mysubreddits"),
        client_auth="client_secret_basic",
        client_id="REDDIT_CLIENT_ID",
        client_secret="REDDIT_CLIENT_SECRET",
        extra={"duration": "permanent"},
    )
    secrets = ("REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET")
    optional = ("REDDIT_USER_AGENT",)
    rules = Rules(first=_POST, rest=Part(length=10_000, needs="text"))
    dialect = "markdown"
    Options = RedditOptions
    concurrency = 1
    paces = (Pace(20, per=minutes(1), scope="app"),)  # 100 requests a minute; an entry takes about four
    repeatable = "look"
    patience = hours(12)  # every film of every subreddit may take its ten minutes
    waits = (Wait("x-ratelimit-reset"), Wait("retry-after", "retry-after"))
    faults = FAULTS

    # -- signing in --------------------------------------------------------------------------------------

    def auth_for(self, session: Session) -> Auth:
        return replace(self.auth, token_headers={"User-Agent": _agent(session)})

    def judge_grant(self, answer: Answer) -> Problem | None:
        if answer.status == 401:
            return Blocked("Reddit does not accept the operator's app credentials.", words=answer.words)
        return super().judge_grant(answer)

    def revoke(self, session: Session) -> None:
        session.ask(
            "POST",
            self.auth.revoke,
            data={"token": session.token.refresh or session.token.access, "token_type_hint": "refresh_token"},
            auth=(session.app["REDDIT_CLIENT_ID"], session.app["REDDIT_CLIENT_SECRET"]),
            headers={"User-Agent": _agent(session)},
            signed=False,
        )

    def me(self, session: Session) -> Profile:
        who = session.ask("GET", "/api/v1/me", params={"raw_json": 1})
        if who.find("is_suspended", default=False):
            raise Reconnect("Reddit has suspended this account.", words=who.words)
        name = who.pick("name")
        return Profile(
            id=who.pick("id"),
            name=name,
            handle=f"u/{name}",
            picture=str(who.find("icon_img", default="")).partition("?")[0],
            data={"name": name},
        )

    # -- how answers are judged --------------------------------------------------------------------------

    def signs(self, answer: Answer) -> frozenset[str]:
        return signs(answer)

    def refused(self, answer: Answer) -> bool:
        return bool(errors(answer))

    def judge(self, answer: Answer, now: datetime) -> Problem | None:
        problem = super().judge(answer, now)
        if problem is not None and (told := errors(answer)):
            problem.words = "; ".join(f"{words} ({code})" for code, words in told)
        return problem

    def wait(self, answer: Answer, now: datetime) -> float | None:
        """The budget's reset stands in every answer: it counts only where the budget is the trouble."""
        return super().wait(answer, now) if answer.status == 429 else told_wait(answer)

    def check(self, entries: Sequence[Entry], account: Account, options: Any) -> list[Complaint]:
        said = super().check(entries, account, options)
        for place in options.subreddit if entries else ():
            said += [
                Complaint(entry=0, sentence=f"{place.shown}: {why}") for why in place.complaints(entries[0])
            ]
        return said

    # -- publishing: one step for each place -------------------------------------------------------------

    def publish(self, job: Job) -> Published | Pending:
        tour = Round(job)
        if tour.kept("doubt") and (healed := self.look(job)) is not None:
            return healed
        if tour.rest and (waiting := self._bring(tour, tour.rest[0])) is not None:
            return waiting
        return tour.pause(_GAP) if tour.rest else tour.ended()

    def _bring(self, tour: Round, name: str) -> Pending | None:
        """One place's post or comment; a refusal by one of several does not keep it from the others."""
        try:
            if not tour.job.index:
                return self._post(tour, name)
            self._comment(tour, name)
        except Rejected as refused:
            if len(tour.names) == 1:
                raise
            tour.refuse(name, refused.sentence)
        return None

    def _post(self, tour: Round, name: str) -> Pending | None:
        place = tour.place(name)
        if tour.kept("accepted") == name:
            return self._await(tour, name)
        if place.uploads and (waiting := self._upload_all(tour)) is not None:
            return waiting
        answer = self._submit(tour, name, place)
        if not place.without_id:
            tour.done(name, _receipt(answer))
            return None
        if not answer.find("json", "data"):
            raise answer.unreadable("no data")
        tour.accept(name, answer)
        return tour.pause(_QUICK_AFTER)

    def _upload_all(self, tour: Round) -> Pending | None:
        """Every file in turn, each kept as soon as it is there, for this place alone."""
        for file in tour.job.files[len(tour.kept("assets")) :]:
            if tour.job.seconds_left() < 20:
                return tour.pause(1)
            tour.job.keep(assets=[*tour.kept("assets"), upload(tour.job, file)])
        return None

    def _submit(self, tour: Round, name: str, place: Place) -> Answer:
        said, assets = tour.job.entry.text, tour.kept("assets")
        if place.type == "gallery":
            body = place.gallery(said, assets)
            return tour.job.step(name, "POST", "/api/submit_gallery_post.json", json=body)
        form = place.fields(said, assets, tour.crossposted(place))
        return tour.job.step(name, "POST", "/api/submit", data=form)

    def _await(self, tour: Round, name: str) -> Pending | None:
        """A film or picture that Reddit took without naming the post: it is out, found or not."""
        post, looks = tour.find(name), tour.kept("looks") + 1
        if post is None and looks < _LOOKS:
            tour.job.keep(looks=looks)
            return tour.pause(_LOOK_AFTER)
        tour.done(name, post or {"id": "", "url": tour.place(name).page})
        return None

    def _comment(self, tour: Round, name: str) -> None:
        form = {"thing_id": name, "text": tour.job.entry.text, "api_type": "json", "raw_json": "1"}
        answer = tour.job.step(name, "POST", "/api/comment", data=form)
        comment = ("json", "data", "things", 0, "data")
        address = HOME + str(answer.find(*comment, "permalink", default=""))
        tour.done(name, {"id": answer.pick(*comment, "name"), "url": address})

    # -- after a lost answer -----------------------------------------------------------------------------

    def look(self, job: Job) -> Published | Pending | None:
        """What is found is kept; None: nothing is in doubt, and `publish` goes on with what is left."""
        tour = Round(job)
        if (name := tour.doubted) is None:
            return None
        if post := tour.find(name):
            tour.done(name, post)
            return None if tour.rest or tour.kept("refused") else tour.ended()
        slow = not job.index and tour.place(name).without_id
        most, after = (_LOOKS, _LOOK_AFTER) if slow else (_QUICK_LOOKS, _QUICK_AFTER)
        if (looks := tour.kept("looks") + 1) < most:
            job.keep(step=name, looks=looks, doubt=True)
            return tour.pause(after)
        job.keep(step=None, looks=0, doubt=False)
        return None

    # -- afterwards --------------------------------------------------------------------------------------

    def delete(self, session: Session, receipt: Receipt) -> None:
        for name in ids(receipt):
            session.ask("POST", "/api/del", data={"id": name})

    def metrics(self, session: Session, receipt: Receipt) -> dict[str, int]:
        answer = session.ask("GET", "/api/info", params={"id": ",".join(ids(receipt)), "raw_json": 1})
        posts = [child.get("data") or {} for child in answer.records("data", "children")]
        names = ("score", "num_comments", "view_count")
        return {name: sum(int(post.get(name) or 0) for post in posts) for name in names}

    # -- pick lists --------------------------------------------------------------------------------------

    @tool("Subreddits by a word; without one, those that the account has joined", word="a word to look for")
    def subreddits(self, session: Session, word: str = "") -> list[dict[str, Any]]:
        return reddit_subreddits.found(session, word)

    @tool("What a subreddit takes: kinds of post, flairs, rules for titles and texts", subreddit="its name")
    def restrictions(self, session: Session, subreddit: str) -> list[dict[str, Any]]:
        return [reddit_subreddits.restrictions(session, subreddit)]


def _receipt(answer: Answer) -> Post:
    url = answer.pick("json", "data", "url")
    found = _POST_ID.search(url)
    number = answer.find("json", "data", "id", default=found[1] if found else "")
    if not number or not isinstance(number, str):
        raise answer.unreadable("no id")
    return {"id": f"t3_{number.removeprefix('t3_')}", "url": url}
