"""Mastodon: a status on any server. https://docs.joinmastodon.org/methods/statuses/"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from ... import text
from ..base import (
    Account,
    Answer,
    Complaint,
    Entry,
    Field,
    Job,
    OAuth2,
    Pace,
    Pending,
    Problem,
    Profile,
    Provider,
    Published,
    Receipt,
    Rejected,
    Rules,
    Session,
    Wait,
    gone_already,
    hours,
    minutes,
)
from . import files as mastodon_files
from . import looks as mastodon_looks
from . import options as mastodon_options
from .faults import FAULTS, GONE
from .limits import STATUS, Limits
from .options import MastodonOptions

#: What an app that registers itself may do besides; without it a lost status for few cannot be found.
_READS = "read:statuses"


class Mastodon(Provider):
    """Any Mastodon server: the app registers itself there, and the server's own limits hold."""

    key = "mastodon"
    title = "Mastodon"
    docs = "https://docs.joinmastodon.org/methods/statuses/"
    api = "https://mastodon.social"
    own_hosts = True
    auth = OAuth2(
        fields=(Field("server", "Server", hint="mastodon.social"),),
        authorize="/oauth/authorize",
        token="/oauth/token",
        revoke="/oauth/revoke",
        scopes=("profile", "write:statuses", "write:media"),
        pkce=True,
        client_id="MASTODON_CLIENT_ID",
        client_secret="MASTODON_CLIENT_SECRET",
        extra={"force_login": "true"},  # else a second account of the same server is never asked for
        refreshes=False,
        spare=(_READS,),
    )
    optional = ("MASTODON_URL", "MASTODON_CLIENT_ID", "MASTODON_CLIENT_SECRET", "MASTODON_SCOPES")
    rules = Rules(first=STATUS, rest=STATUS)
    Options = MastodonOptions
    concurrency = 5
    paces = (Pace(300, per=hours(3)),)
    repeatable = "key"
    key_life = minutes(55)  # a server keeps an Idempotency-Key for an hour
    heal_after = 90  # and only from when the status is made: the first request must surely be over
    waits = (Wait("x-ratelimit-reset", "iso", only_on=(429,)), Wait("retry-after", "retry-after"))
    faults = FAULTS

    # -- signing in --------------------------------------------------------------------------------------

    def place(self, given: dict[str, str], app: dict[str, str]) -> str:
        wanted = given.get("server", "").strip() or app.get("MASTODON_URL") or self.api
        return urlsplit(wanted if "://" in wanted else f"https://{wanted}").netloc.lower().rpartition("@")[2]

    def register(self, session: Session, redirect: str) -> dict[str, str]:
        if urlsplit(session.app.get("MASTODON_URL", "")).netloc == session.host and session.app.get(
            "MASTODON_CLIENT_ID"
        ):
            return {}
        scopes = " ".join(self._known_scopes(session))
        wanted = {"client_name": "Lamppost", "redirect_uris": redirect, "scopes": scopes}
        try:
            app = session.ask("POST", "/api/v1/apps", json=wanted, signed=False)
        except Rejected as refused:
            raise Rejected(
                f"{session.host} does not answer as a Mastodon server.", words=refused.words
            ) from refused
        return {
            "MASTODON_SCOPES": scopes,
            "MASTODON_CLIENT_ID": app.pick("client_id"),
            "MASTODON_CLIENT_SECRET": app.pick("client_secret"),
        }

    def knows_app(self, session: Session) -> bool:
        """Servers before 4.3 drop an app that nobody uses, and say so only on a page for the person."""
        app = {"client_id": "MASTODON_CLIENT_ID", "client_secret": "MASTODON_CLIENT_SECRET"}
        form = {
            "grant_type": "client_credentials",
            **{name: session.app.get(key, "") for name, key in app.items()},
        }
        try:
            session.ask("POST", "/oauth/token", data=form, signed=False)
        except Problem as refused:
            return "invalid_client" not in refused.words
        return True

    def scopes(self, session: Session) -> tuple[str, ...]:
        return tuple(session.app.get("MASTODON_SCOPES", "").split()) or self.auth.scopes

    def _known_scopes(self, session: Session) -> tuple[str, ...]:
        """`profile` came with 4.3, and so did the document that lists it; older servers know `read:accounts`."""
        writes = self.auth.scopes[1:]
        try:
            told = session.ask("GET", "/.well-known/oauth-authorization-server", signed=False)
        except Rejected:
            return ("read:accounts", *writes, _READS)
        known: list[str] = told.find("scopes_supported", default=[])
        who = "profile" if "profile" in known else "read:accounts"
        return (who, *writes, *((_READS,) if _READS in known or not known else ()))

    def me(self, session: Session) -> Profile:
        who = session.ask("GET", "/api/v1/accounts/verify_credentials")
        server = self._server(session)
        return Profile(
            id=f"{session.host}:{who.pick('id')}",
            name=who.find("display_name", default="") or who.pick("username"),
            handle=f"@{who.pick('username')}@{session.host}",
            picture=who.find("avatar", default=""),
            data={
                "id": who.pick("id"),
                "visibility": who.find("source", "privacy", default="public"),
                "limits": server.find("configuration", default={}),
                "api": server.find("api_versions", "mastodon", default=0),
            },
        )

    def _server(self, session: Session) -> Answer:
        """The server's document about itself; those before 4.0 know only the older one."""
        try:
            return session.ask("GET", "/api/v2/instance", signed=False)
        except Rejected:
            return session.ask("GET", "/api/v1/instance", signed=False)

    # -- what may be posted ------------------------------------------------------------------------------

    def rules_for(self, account: Account, options: Any) -> Rules:
        spoiler = text.count(options.spoiler_text, "graphemes") if options else 0
        status = Limits(account.data.get("limits")).status(spoiler)
        polled = {"needs": "text"} if options and options.poll else {}
        return Rules(first=status.model_copy(update=polled), rest=status)

    def check(self, entries: Sequence[Entry], account: Account, options: Any) -> list[Complaint]:
        said = mastodon_options.against(entries[0], account, options) if entries and options else ()
        return super().check(entries, account, options) + [Complaint(entry=0, sentence=each) for each in said]

    # -- publishing --------------------------------------------------------------------------------------

    def publish(self, job: Job) -> Published | Pending:
        state = job.state or {"media": [], "waiting": []}
        if not mastodon_files.bring(job, state):
            return Pending(state=state, after=5)
        key = {"Idempotency-Key": job.key}
        try:
            status = job.commit(
                "POST", "/api/v1/statuses", json=self._status(job, state["media"]), headers=key
            )
        except Rejected as refused:
            if not mastodon_files.missing(refused, state):
                raise
            if job.doubt is not None and (found := self.look(job)) is not None:
                return found  # the lost status has used the files up
            raise mastodon_files.again(job, state, refused) from refused
        return Published(id=status.pick("id"), url=status.find("url", default=""))

    def _status(self, job: Job, media: list[str]) -> dict[str, Any]:
        wanted = {
            "status": job.entry.text,
            "media_ids": media,
            "in_reply_to_id": job.before.id if job.before else None,
            **mastodon_options.fields(job.options, self._visibility(job), job.index == 0),
        }
        return {name: value for name, value in wanted.items() if value not in (None, "", [], False)}

    @staticmethod
    def _visibility(job: Job) -> str | None:
        return job.options.visibility or job.me.data.get("visibility")

    def look(self, job: Job) -> Published | None:
        return mastodon_looks.look(job, self._visibility(job))

    # -- afterwards --------------------------------------------------------------------------------------

    def delete(self, session: Session, receipt: Receipt) -> None:
        with gone_already(GONE):
            session.ask("DELETE", f"/api/v1/statuses/{receipt.id}")

    def metrics(self, session: Session, receipt: Receipt) -> dict[str, int]:
        signed = mastodon_looks.may_read(session)
        status = session.ask("GET", f"/api/v1/statuses/{receipt.id}", signed=signed)
        names = ("replies_count", "reblogs_count", "favourites_count", "quotes_count")
        return {name.removesuffix("_count"): int(status.find(name, default=0)) for name in names}
