"""Bluesky: a post in the account's own repository, on whatever server holds it. https://docs.bsky.app"""

import re
from collections.abc import Sequence
from copy import deepcopy
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from ..base import (
    Account,
    Answer,
    Complaint,
    Entry,
    Expired,
    Field,
    Form,
    Job,
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
    Token,
    Wait,
    hours,
)
from . import files as bluesky_files
from . import options as bluesky_options
from . import records as bluesky_records
from .faults import FAULTS
from .tokens import token_of

#: (unconfirmed) The longest film, in seconds.
FILM_SECONDS: Final = 180
#: A create costs 3 points of 5,000 an hour and 35,000 a day.
_POINTS: Final = 3

_POST = Part(
    length=300, card=True, count="graphemes", images=4, videos=1, alt=2000, image_types=bluesky_files.IMAGES,
    image_bytes=bluesky_files.IMAGE_BYTES, video_bytes=100_000_000, video_seconds=(0, FILM_SECONDS),
)  # fmt: skip
_APP_PASSWORD = re.compile(r"[a-z0-9]{4}(-[a-z0-9]{4}){3}")
_COUNTS = ("likeCount", "repostCount", "replyCount", "quoteCount")


class Bluesky(Provider):
    """A Bluesky account by app password: sessions renew themselves, and the password is not kept."""

    key = "bluesky"
    title = "Bluesky"
    docs = "https://docs.bsky.app/docs/advanced-guides/posts"
    api = "https://bsky.social"
    own_hosts = True
    auth = Form(
        fields=(
            Field("service", "Server", value="https://bsky.social"),
            Field("identifier", "Handle or e-mail", hint="you.bsky.social"),
            Field("password", "App password", secret=True, hint="xxxx-xxxx-xxxx-xxxx"),
        )
    )
    rules = Rules(first=_POST, rest=_POST)
    Options = bluesky_options.BlueskyOptions
    concurrency = 2
    paces = (Pace(5_000 // _POINTS, per=hours(1)), Pace(35_000 // _POINTS, per=hours(24)))
    repeatable = "id"
    waits = (
        Wait("ratelimit-reset", "epoch", only_on=(429,)),
        Wait("retry-after", "retry-after", only_on=(429,)),
    )
    faults = FAULTS

    # -- signing in --------------------------------------------------------------------------------------

    def place(self, given: dict[str, str], app: dict[str, str]) -> str:
        wanted = given.get("service", "").strip()
        return urlsplit(wanted if "://" in wanted else f"https://{wanted}").netloc.lower().rpartition("@")[2]

    def base(self, session: Session) -> str:
        """The server that holds the account, as its own document says; before that, the one it signs in at."""
        known = session.token.data.get("pds") or (session.account.data.get("pds") if session.account else "")
        return str(known) if known else super().base(session)

    def login(self, session: Session, given: dict[str, str]) -> Token:
        password = given.get("password", "").strip()
        if not _APP_PASSWORD.fullmatch(password):
            raise Rejected(
                "Use an app password (xxxx-xxxx-xxxx-xxxx): Bluesky, Settings, Privacy and security."
            )
        name = re.sub(r"[^\x21-\x7e]", "", given.get("identifier", "")).removeprefix("@")
        wanted = {"identifier": name, "password": password}
        return token_of(self._entry(session, "createSession", json=wanted), session.token)

    def refresh(self, session: Session) -> Token:
        given = {"Authorization": f"Bearer {session.token.refresh}"}
        try:
            return token_of(self._entry(session, "refreshSession", headers=given), session.token)
        except Expired as ended:
            raise Reconnect("Reconnect Bluesky: its session has ended.", words=ended.words) from ended

    def revoke(self, session: Session) -> None:
        self._entry(session, "deleteSession", headers={"Authorization": f"Bearer {session.token.refresh}"})

    def _entry(self, session: Session, name: str, **parts: Any) -> Answer:
        """A call about the session itself, at the server where it was begun."""
        host = f"https://{session.host}" if session.host else self.api
        return session.ask("POST", f"{host}/xrpc/com.atproto.server.{name}", signed=False, **parts)

    def me(self, session: Session) -> Profile:
        did = session.token.data["did"]
        who = session.ask("GET", "/xrpc/app.bsky.actor.getProfile", params={"actor": did})
        handle = who.pick("handle")
        return Profile(
            id=did,
            name=who.find("displayName", default="") or handle,
            handle=f"@{handle}",
            picture=who.find("avatar", default=""),
            data={"did": did, "pds": session.token.data.get("pds", "")},
        )

    # -- what may be posted, and what answers mean -------------------------------------------------------

    def rules_for(self, account: Account, options: Any) -> Rules:
        if options and options.repost:
            return Rules(first=_POST.model_copy(update={"needs": "nothing"}))
        return self.rules

    def check(self, entries: Sequence[Entry], account: Account, options: Any) -> list[Complaint]:
        found = super().check(entries, account, options)
        for index, entry in enumerate(entries):
            said = bluesky_options.refused(entry, index, options)
            found += [Complaint(entry=index, sentence=sentence) for sentence in said]
        return found

    def signs(self, answer: Answer) -> frozenset[str]:
        return frozenset({f"error={answer.find('error')}"})

    def judge(self, answer: Answer, now: datetime) -> Problem | None:
        if not answer.committed and _had_already(answer):
            return None  # an earlier try brought the film there: its number is what was asked for
        if not answer.committed and answer.find("error") == "RecordNotFound":
            return None  # the answer to a question, which `look` reads
        return super().judge(answer, now)

    # -- publishing --------------------------------------------------------------------------------------

    def publish(self, job: Job) -> Published | Pending:
        state = self._kept(job)
        if job.doubt is not None and (found := self.look(job)) is not None:
            return found
        if (after := bluesky_files.bring(job, state)) is not None:
            return Pending(state=state, after=after)
        if "record" not in state:
            self._write(job, state)
        return self._commit(job, state)

    def _write(self, job: Job, state: dict[str, Any]) -> None:
        """The record, saved whole before it is sent: another try must send the very same."""
        # A page that is linked to may hold a run until its end; then the next one does without its card.
        card = not state.get("reading")
        if card and bluesky_records.has_card(job):
            state["reading"] = True
            job.save(state)
        try:
            made = (
                bluesky_records.repost(job)
                if job.options.repost
                else bluesky_records.post(job, state["blobs"], card)
            )
        except Problem:
            job.save({**state, "reading": False})
            raise
        state |= {"record": made, "rkey": bluesky_records.key_for(job), "key": job.key}
        job.save(state)

    def _kept(self, job: Job) -> dict[str, Any]:
        """What an earlier run left; “post again” takes the files, but neither the record nor its key."""
        state = deepcopy(job.state or {})
        if state.get("key", job.key) != job.key:
            state = {"blobs": state.get("blobs", [])}
        job.state = {"blobs": [], **state}
        return job.state

    def _commit(self, job: Job, state: dict[str, Any]) -> Published:
        record, rkey = state["record"], state["rkey"]
        uri = f"at://{job.me.remote}/{record['$type']}/{rkey}"
        gates = bluesky_records.gates(job, uri, record["createdAt"])
        try:
            if not gates:
                wanted = {**_where(uri), "record": record}
                written = job.commit("POST", "/xrpc/com.atproto.repo.putRecord", json=wanted)
                return self._out(job, uri, written.pick("cid"))
            writes = [_create(each, rkey) for each in (record, *gates)]  # together or not at all
            wanted = {"repo": job.me.remote, "writes": writes}
            written = job.commit("POST", "/xrpc/com.atproto.repo.applyWrites", json=wanted)
            return self._out(job, uri, written.pick("results", 0, "cid"))
        except Retry as refused:
            if "could not find blob" in refused.words.lower():
                job.save({"blobs": []})  # nothing is out: the next try sends the files anew and names those
            raise

    def _out(self, job: Job, uri: str, cid: str) -> Published:
        who, rkey = bluesky_options.named(job.options.repost or uri)
        return Published(id=uri, url=f"https://bsky.app/profile/{who}/post/{rkey}", data={"cid": cid})

    def look(self, job: Job) -> Published | None:
        state = job.state or {}
        if "record" not in state or state["key"] != job.key:
            return None  # the record is saved before it is sent: without one, nothing was sent
        uri = f"at://{job.me.remote}/{state['record']['$type']}/{state['rkey']}"
        found = job.ask("GET", "/xrpc/com.atproto.repo.getRecord", params=_where(uri))
        return self._out(job, uri, found.pick("cid")) if found.find("uri") else None

    # -- afterwards --------------------------------------------------------------------------------------

    def delete(self, session: Session, receipt: Receipt) -> None:
        session.ask("POST", "/xrpc/com.atproto.repo.deleteRecord", json=_where(receipt.id))

    def metrics(self, session: Session, receipt: Receipt) -> dict[str, int]:
        there = "https://public.api.bsky.app/xrpc/app.bsky.feed.getPosts"
        posts = session.ask("GET", there, params={"uris": receipt.id}, signed=False).records("posts")
        return {
            name.removesuffix("Count"): int(post.get(name) or 0) for post in posts[:1] for name in _COUNTS
        }


def _had_already(answer: Answer) -> bool:
    """Whether the video service knows this very film, and says by which number."""
    error = answer.find("error") or answer.find("jobStatus", "error")
    return error == "already_exists" and bool(answer.find("jobId") or answer.find("jobStatus", "jobId"))


def _where(uri: str) -> dict[str, str]:
    """The parts of `at://did/collection/key`, by the names that repository calls have for them."""
    return dict(zip(("repo", "collection", "rkey"), uri.removeprefix("at://").split("/"), strict=True))


def _create(record: dict[str, Any], rkey: str) -> dict[str, Any]:
    kind = "com.atproto.repo.applyWrites#create"
    return {"$type": kind, "collection": record["$type"], "rkey": rkey, "value": record}
