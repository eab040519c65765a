"""X: posts, threads, polls, quotes and reposts. https://docs.x.com/x-api/posts/create-post"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from ..base import (
    Account,
    Answer,
    Auth,
    Blocked,
    Complaint,
    Entry,
    Job,
    OAuth1,
    OAuth2,
    Pace,
    Part,
    Pending,
    Problem,
    Profile,
    Provider,
    Published,
    Receipt,
    Rejected,
    Rules,
    Session,
    Token,
    Unsure,
    Wait,
    hours,
    minutes,
    tool,
)
from . import options as x_options
from . import timeline as x_timeline
from . import uploads as x_uploads
from .faults import FAULTS

PREMIUM_LENGTH: Final = 25_000
#: (unconfirmed) The longest film of a Premium account, in seconds: X's pages give no number for the API.
PREMIUM_SECONDS: Final = 10_800

_POST = Part(
    length=280, card=True, count="weighted", images=4, gifs=1, videos=1, alt=1000,
    image_bytes=x_uploads.IMAGE_BYTES, gif_bytes=15_000_000, video_bytes=512_000_000,
    image_types=x_uploads.IMAGES, video_types=("video/mp4", "video/quicktime"), video_seconds=(0.5, 140),
)  # fmt: skip
_TWO = OAuth2(
    authorize="https://x.com/i/oauth2/authorize",
    token="/2/oauth2/token",
    revoke="/2/oauth2/revoke",
    scopes=("tweet.read", "tweet.write", "users.read", "media.write", "offline.access"),
    pkce=True,
    client_auth="client_secret_basic",
    client_id="X_CLIENT_ID",
    client_secret="X_CLIENT_SECRET",
    lifetime=7200,
)
_NUMBERS = ("impression_count", "like_count", "reply_count", "retweet_count", "quote_count", "bookmark_count")
_DAY = "x-{}-limit-24hour-{}"


class X(Provider):
    """One X account, by OAuth 1.0a (whose tokens never end) or OAuth 2.0, as the operator's keys allow."""

    key = "x"
    title = "X"
    docs = "https://docs.x.com/x-api/posts/create-post"
    api = "https://api.x.com"
    auth = OAuth1(
        request_token="/oauth/request_token",
        authorize="/oauth/authenticate",
        access_token="/oauth/access_token",
        consumer_key="X_API_KEY",
        consumer_secret="X_API_SECRET",
    )
    secrets = ("X_API_KEY", "X_API_SECRET")
    optional = (
        "X_AUTH_MODE", "X_CLIENT_ID", "X_CLIENT_SECRET", "STRIP_LINKS_FROM_X_POSTS", "DISABLE_X_ANALYTICS",
    )  # fmt: skip
    rules = Rules(first=_POST, rest=_POST)
    Options = x_options.XOptions
    concurrency = 1
    paces = (Pace(100, per=minutes(15)), Pace(300, per=hours(3)), Pace(10_000, per=hours(24), scope="app"))
    repeatable = "look"
    waits = (
        Wait("x-rate-limit-reset", "epoch", only_if_zero="x-rate-limit-remaining"),
        Wait(_DAY.format("user", "reset"), "epoch", only_if_zero=_DAY.format("user", "remaining")),
        Wait(_DAY.format("app", "reset"), "epoch", only_if_zero=_DAY.format("app", "remaining")),
    )
    faults = FAULTS

    # -- signing in --------------------------------------------------------------------------------------

    def auth_for(self, session: Session) -> Auth:
        if session.token.access:  # an account keeps its way when the operator changes theirs
            return self.auth if session.token.secret else _TWO
        return self.auth if _mode(session.app) == "oauth1" else _TWO

    def renews(self, token: Token) -> bool:
        return bool(token.refresh)  # only OAuth 2.0's ends

    def missing(self, app: dict[str, str]) -> list[str]:
        wanted = self.secrets if _mode(app) == "oauth1" else ("X_CLIENT_ID", "X_CLIENT_SECRET")
        return [name for name in wanted if not app.get(name)]

    def judge_grant(self, answer: Answer) -> Problem | None:
        codes = self.signs(answer)
        if "code=415" in codes:
            return Blocked(
                "X does not know our callback address: the operator adds it there.", words=answer.words
            )
        if "code=32" in codes:
            return Blocked("X does not accept the operator's API key.", words=answer.words)
        return super().judge_grant(answer)

    def me(self, session: Session) -> Profile:
        fields = "id,name,username,profile_image_url,verified,verified_type,subscription_type"
        who = session.ask("GET", "/2/users/me", params={"user.fields": fields})
        name = who.pick("data", "username")
        plan = who.find("data", "subscription_type", default="") or "None"
        return Profile(
            id=who.pick("data", "id"),
            name=who.find("data", "name", default="") or name,
            handle=f"@{name}",
            picture=who.find("data", "profile_image_url", default=""),
            data={"username": name, "premium": plan != "None", "subscription": plan},
        )

    def revoke(self, session: Session) -> None:
        if session.token.secret:
            session.ask("POST", "/1.1/oauth/invalidate_token.json")
        else:
            super().revoke(session)

    # -- what may be posted, and what answers mean -------------------------------------------------------

    def rules_for(self, account: Account, options: Any) -> Rules:
        part = _POST
        if account.data.get("premium"):
            longer = {"length": PREMIUM_LENGTH, "video_seconds": (0.5, PREMIUM_SECONDS)}
            part = _POST.model_copy(update=longer)
        if options and options.repost:
            return Rules(first=part.model_copy(update={"needs": "nothing"}))
        return Rules(first=part, rest=part)

    def check(self, entries: Sequence[Entry], account: Account, options: Any) -> list[Complaint]:
        found = super().check(entries, account, options)
        for index, entry in enumerate(entries):
            found += [
                Complaint(entry=index, sentence=said) for said in x_options.refused(entry, index, options)
            ]
        return found

    def signs(self, answer: Answer) -> frozenset[str]:
        found = [answer.json if isinstance(answer.json, dict) else {}, *answer.records("errors")]
        signs = {f"code={each.get('code')}" for each in found}
        signs |= {f"type={str(each.get('type')).rpartition('/')[2]}" for each in found}
        if answer.header(_DAY.format("app", "remaining")) == "0":
            signs.add("limit=app")
        return frozenset(signs)

    def wait(self, answer: Answer, now: datetime) -> float | None:
        told = super().wait(answer, now)
        if told is None and answer.status == 429:
            return Wait("x-rate-limit-reset", "epoch").read(answer, now)
        return told

    # -- publishing --------------------------------------------------------------------------------------

    def publish(self, job: Job) -> Published | Pending:
        if job.options.repost:
            return self._repost(job)
        state = x_uploads.kept(job)
        if (after := x_uploads.bring(job, state)) is not None:
            return Pending(state=state, after=after)
        post = job.commit("POST", "/2/tweets", json=self._post(job, state["media"]))
        return self._out(job, post.pick("data", "id"))

    def _repost(self, job: Job) -> Published:
        there = f"/2/users/{job.me.remote}/retweets"
        answer = job.commit("POST", there, json={"tweet_id": job.options.repost})
        return self._out(job, answer.pick("data", "rest_id"))

    def _out(self, job: Job, number: str) -> Published:
        if reposted := job.options.repost:
            return Published(id=number, url=f"https://x.com/i/status/{reposted}", data={"reposted": reposted})
        return Published(id=number, url=f"https://x.com/{job.me.data['username']}/status/{number}")

    def _post(self, job: Job, media: list[str]) -> dict[str, Any]:
        options: x_options.XOptions = job.options
        wanted = {
            "text": x_options.said(job),
            "media": {"media_ids": media} if media else None,
            "reply": {"in_reply_to_tweet_id": job.before.id} if job.before else None,
            "made_with_ai": options.made_with_ai,
            "paid_partnership": options.paid_partnership,
            **(options.of_the_first() if job.index == 0 else {}),
        }
        return {name: value for name, value in wanted.items() if value}

    # -- healing -----------------------------------------------------------------------------------------

    def look(self, job: Job) -> Published | None:
        since = (job.doubt or job.now) - timedelta(seconds=60)
        wanted = {
            "max_results": "100",  # only what is newer than `start_time` is billed
            "start_time": since.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "tweet.fields": x_timeline.FIELDS,
        }
        said = x_options.said(job)
        posts = job.ask("GET", f"/2/users/{job.me.remote}/tweets", params=wanted).records("data")
        found = next((post for post in posts if x_timeline.is_ours(job, post, said)), None)
        if found is None and len(posts) >= 100:
            raise Unsure("Too much was posted since to find the post on X; look there.")
        return self._out(job, str(found["id"])) if found else None

    # -- afterwards --------------------------------------------------------------------------------------

    def delete(self, session: Session, receipt: Receipt) -> None:
        if reposted := receipt.data.get("reposted"):
            session.ask("DELETE", f"/2/users/{session.me.remote}/retweets/{reposted}")
        elif (answer := session.ask("DELETE", f"/2/tweets/{receipt.id}")).find("data", "deleted") is False:
            raise Rejected("X did not delete the post. Delete it there.", words=answer.words)

    def metrics(self, session: Session, receipt: Receipt) -> dict[str, int]:
        if x_options.on(session.app.get("DISABLE_X_ANALYTICS")):
            return {}
        number = receipt.data.get("reposted") or receipt.id
        posts = session.ask("GET", "/2/tweets", params={"ids": number, "tweet.fields": "public_metrics"})
        found = posts.find("data", 0, "public_metrics")
        if not isinstance(found, dict):
            return {}
        return {name.removesuffix("_count"): int(found.get(name) or 0) for name in _NUMBERS}

    @tool("The account behind a handle, to mention it", name="handle, with or without its @")
    def mention(self, session: Session, name: str) -> list[dict[str, Any]]:
        handle = re.sub(r"\W", "", name)
        found = session.ask("GET", f"/2/users/by/username/{handle}").find("data")
        return [found] if isinstance(found, dict) else []


def _mode(app: Mapping[str, str]) -> str:
    """`oauth1` or `oauth2`: as the operator says, else by the keys that are there."""
    return app.get("X_AUTH_MODE") or (
        "oauth1" if app.get("X_API_KEY") or not app.get("X_CLIENT_ID") else "oauth2"
    )
