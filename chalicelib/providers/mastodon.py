"""Mastodon: a status on any server. https://docs.joinmastodon.org/methods/statuses/"""

from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlsplit

from .. import text
from .base import (
    Account,
    Fault,
    Field,
    File,
    Job,
    OAuth2,
    Options,
    Pace,
    Part,
    Pending,
    Profile,
    Provider,
    Published,
    Receipt,
    Reconnect,
    Rejected,
    Retry,
    Rules,
    Session,
    Wait,
    hours,
    minutes,
)

_STATUS = Part(
    length=500, count="mastodon", images=4, gifs=4, videos=1, image_bytes=16_777_216, alt=1500, card=True
)


class MastodonOptions(Options):
    """How a status is shown."""

    visibility: Literal["public", "unlisted", "private", "direct"] | None = None
    spoiler_text: str = ""
    sensitive: bool = False
    language: str | None = None


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
        refreshes=False,
    )
    optional = ("MASTODON_URL", "MASTODON_CLIENT_ID", "MASTODON_CLIENT_SECRET")
    rules = Rules(first=_STATUS, rest=_STATUS)
    Options = MastodonOptions
    concurrency = 5
    paces = (Pace(300, per=hours(3)),)
    repeatable = "key"
    key_life = minutes(55)  # a server keeps an Idempotency-Key for an hour
    heal_after = 90  # and only from when the status is made: the first request must surely be over
    waits = (Wait("x-ratelimit-reset", "iso"), Wait("retry-after", "retry-after"))
    faults = (
        Fault(Retry, "Mastodon is still working on a file.", ("have not finished processing",), (422,), 10),
        Fault(Reconnect, "Reconnect Mastodon: its access was revoked.", status=(401,)),
        Fault(Reconnect, "Reconnect Mastodon: the login is disabled there.", ("currently disabled",), (403,)),
        Fault(Reconnect, "Reconnect Mastodon: more rights are needed.", ("authorized scopes",), (403,)),
        Fault(Rejected, "Mastodon could not read a file.", ("error processing",), (422, 500)),
        Fault(Rejected, "Mastodon does not take this status.", ("validation failed",), (422,)),
        Fault(Rejected, "What this answers is gone from Mastodon.", status=(404,)),
    )

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
        app = session.ask("POST", "/api/v1/apps", json=wanted, signed=False)
        return {
            "MASTODON_SCOPES": scopes,
            "MASTODON_CLIENT_ID": app.pick("client_id"),
            "MASTODON_CLIENT_SECRET": app.pick("client_secret"),
        }

    def scopes(self, session: Session) -> tuple[str, ...]:
        return tuple(session.app.get("MASTODON_SCOPES", "").split()) or self.auth.scopes

    def _known_scopes(self, session: Session) -> tuple[str, ...]:
        """`profile` came with 4.3, and so did the document that lists it; older servers know `read:accounts`."""
        try:
            told = session.ask("GET", "/.well-known/oauth-authorization-server", signed=False)
        except Rejected:
            return ("read:accounts", *self.auth.scopes[1:])
        known: list[str] = told.find("scopes_supported", default=[])
        return self.auth.scopes if "profile" in known else ("read:accounts", *self.auth.scopes[1:])

    def me(self, session: Session) -> Profile:
        who = session.ask("GET", "/api/v1/accounts/verify_credentials")
        server = session.ask("GET", "/api/v2/instance", signed=False)
        return Profile(
            id=f"{session.host}:{who.pick('id')}",
            name=who.find("display_name", default="") or who.pick("username"),
            handle=f"@{who.pick('username')}@{session.host}",
            picture=who.find("avatar", default=""),
            data={
                "id": who.pick("id"),
                "visibility": who.find("source", "privacy", default="public"),
                "limits": server.find("configuration", default={}),
            },
        )

    # -- what may be posted ------------------------------------------------------------------------------

    def rules_for(self, account: Account, options: Any) -> Rules:
        limits = Limits(account.data.get("limits"))
        spoiler = text.count(options.spoiler_text, "graphemes") if options else 0
        status = _STATUS.model_copy(
            update={
                "length": limits.read("statuses", "max_characters", _STATUS.length) - spoiler,
                "url_length": limits.read("statuses", "characters_reserved_per_url", _STATUS.url_length),
                "images": limits.read("statuses", "max_media_attachments", _STATUS.images),
                "alt": limits.read("media_attachments", "description_limit", _STATUS.alt),
                "video_bytes": limits.read("media_attachments", "video_size_limit", 103_809_024),
            }
        )
        return Rules(first=status, rest=status)

    # -- publishing --------------------------------------------------------------------------------------

    def publish(self, job: Job) -> Published | Pending:
        state = job.state or {"media": [], "waiting": []}
        for file in job.files[len(state["media"]) :]:
            self._upload(job, file, state)
            job.save(state)
        state["waiting"] = [media for media in state["waiting"] if not self._ready(job, media)]
        if state["waiting"]:
            return Pending(state=state, after=5)
        status = job.commit(
            "POST",
            "/api/v1/statuses",
            json=self._status(job, state["media"]),
            headers={"Idempotency-Key": job.key},
        )
        return Published(id=status.pick("id"), url=status.find("url", default=""))

    def _upload(self, job: Job, file: File, state: dict[str, Any]) -> None:
        name = (file.media.name or "file", file.read(), file.media.mime)
        answer = job.ask("POST", "/api/v2/media", files={"file": name}, data={"description": file.media.alt})
        state["media"].append(answer.pick("id"))
        if answer.status == 202:
            state["waiting"].append(answer.pick("id"))

    def _ready(self, job: Job, media: str) -> bool:
        return job.ask("GET", f"/api/v1/media/{media}").status == 200

    def _status(self, job: Job, media: list[str]) -> dict[str, Any]:
        options: MastodonOptions = job.options
        wanted = {
            "status": job.entry.text,
            "media_ids": media,
            "in_reply_to_id": job.before.id if job.before else None,
            "visibility": options.visibility or job.me.data.get("visibility"),
            "sensitive": options.sensitive,
            "spoiler_text": options.spoiler_text,
            "language": options.language,
        }
        return {name: value for name, value in wanted.items() if value not in (None, "", [], False)}

    def look(self, job: Job) -> Published | None:
        since = (job.doubt or job.now) - timedelta(minutes=1)
        where = f"/api/v1/accounts/{job.me.data['id']}/statuses"
        wanted = text.comparable(job.entry.text)
        for status in job.ask("GET", where, params={"limit": 40, "exclude_reblogs": "true"}).records():
            if _made(status) >= since and text.comparable(text.plain(status.get("content", ""))) == wanted:
                return Published(id=str(status["id"]), url=status.get("url") or "")
        return None

    # -- afterwards --------------------------------------------------------------------------------------

    def delete(self, session: Session, receipt: Receipt) -> None:
        session.ask("DELETE", f"/api/v1/statuses/{receipt.id}")

    def metrics(self, session: Session, receipt: Receipt) -> dict[str, int]:
        status = session.ask("GET", f"/api/v1/statuses/{receipt.id}")
        names = ("replies_count", "reblogs_count", "favourites_count", "quotes_count")
        return {name.removesuffix("_count"): int(status.find(name, default=0)) for name in names}


class Limits:
    """A server's own numbers; what it does not say, or says strangely, stays at the default."""

    def __init__(self, configuration: Any) -> None:
        self._configuration = configuration if isinstance(configuration, dict) else {}

    def read(self, group: str, name: str, default: int) -> int:
        found = self._configuration.get(group)
        value = found.get(name) if isinstance(found, dict) else None
        return value if isinstance(value, int) and value > 0 else default


def _made(status: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(status["created_at"])
