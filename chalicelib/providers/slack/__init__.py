"""Slack: a message by the operator's app in a channel of a workspace. https://docs.slack.dev/reference/methods"""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from ...streams import stream
from ..base import (
    Account,
    Answer,
    Blocked,
    Complaint,
    Entry,
    Event,
    Expired,
    Fault,
    File,
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
    gone_already,
    tool,
)
from . import events as slack_events
from . import messages as slack_messages

_JSON = {"Content-Type": "application/json; charset=utf-8"}
_FILE_BYTES = 1_000_000_000  # unconfirmed
_ENTRY = Part(
    length=40_000, images=10, gifs=10, videos=10, documents=10, mixed=True, most=10, alt=1000,
    image_types=("image/jpeg", "image/png", "image/gif", "image/webp", "image/heic", "image/bmp", "image/tiff"),
    video_types=("video/mp4", "video/quicktime", "video/webm"),
    image_bytes=_FILE_BYTES, gif_bytes=_FILE_BYTES, video_bytes=_FILE_BYTES, document_bytes=_FILE_BYTES,
)  # fmt: skip

#: Pages of fifteen messages that a search goes through; looks at a file that is yet to be shown, and at one that may never be.
PAGES, LOOKS, DOUBTS = 20, 30, 3
_GONE = "The message is gone from Slack."
_HISTORY = {"channels:history", "groups:history"}
#: Errors that come in families, known by how they begin.
_FAMILIES = ("restricted_action", "invalid_blocks", "invalid_metadata")
_BUSY = (
    "error=internal_error", "error=fatal_error", "error=service_unavailable", "error=request_timeout",
    "error=team_added_to_org",
)  # fmt: skip
_OPERATORS = {"bad_client_secret", "invalid_client_id", "bad_redirect_uri"}


def _errors(*names: str) -> tuple[str, ...]:
    return tuple(f"error={name}" for name in names)


class Slack(Provider):
    """One account is one workspace; errors come with status 200 and `ok: false`."""

    key = "slack"
    title = "Slack"
    docs = "https://docs.slack.dev/reference/methods/chat.postMessage"
    api = "https://slack.com/api"
    auth = OAuth2(
        authorize="https://slack.com/oauth/v2/authorize",
        token="https://slack.com/api/oauth.v2.access",
        scopes=(
            "channels:read", "chat:write", "users:read", "groups:read", "channels:join", "chat:write.customize",
            "files:write", "files:read", "channels:history", "groups:history", "team:read",
        ),
        separator=",",
        client_auth="client_secret_basic",
        client_id="SLACK_ID",
        client_secret="SLACK_SECRET",
        ahead=7200,  # only apps with token rotation get an end, of 12 hours
        keep=("is_enterprise_install",),
    )  # fmt: skip
    secrets = ("SLACK_ID", "SLACK_SECRET", "SLACK_SIGNING_SECRET")
    rules = Rules(first=_ENTRY, rest=_ENTRY, fits=False)
    dialect = "mrkdwn"
    Options = slack_messages.SlackOptions
    concurrency = 3
    paces = (Pace(1, per=timedelta(seconds=1)),)
    repeatable = "look"
    revokes_all = True  # the bot of a workspace is one, whoever connected it
    waits = (Wait("retry-after", "retry-after"),)
    faults = (
        Fault(Retry, "Slack asks us to wait.", _errors("ratelimited", "rate_limited"), after=30),
        Fault(Retry, "Slack asks us to wait for a moment.", status=(429,), after=30),
        Fault(Retry, "Slack has trouble of its own for now.", _BUSY),
        Fault(Expired, "Slack's access has ended.", _errors("token_expired")),
        Fault(
            Reconnect,
            "Reconnect Slack: its access was revoked.",
            _errors(
                "invalid_auth", "not_authed", "token_revoked", "account_inactive", "org_login_required",
                "invalid_refresh_token", "app_access_restricted", "two_factor_setup_required",
            ),
        ),
        Fault(
            Reconnect,
            "Reconnect Slack: more rights are needed.",
            _errors("missing_scope", "not_allowed_token_type", "no_permission"),
        ),
        Fault(Rejected, "The Slack workspace has used up its plan's messages.", _errors("message_limit_exceeded")),
        Fault(
            Rejected,
            "Slack does not let the app post in this channel; invite it there, or pick another.",
            _errors(
                "channel_not_found", "is_archived", "not_in_channel", "restricted_action", "ekm_access_denied",
                "posting_to_channel_denied", "cannot_reply_to_message",
            ),
        ),
        Fault(
            Rejected,
            "Slack finds this message empty, too long or malformed.",
            _errors(
                "no_text", "msg_too_long", "msg_blocks_too_long", "invalid_blocks", "too_many_attachments",
                "metadata_too_large", "invalid_metadata", "markdown_text_conflict",
            ),
        ),
        Fault(
            Rejected,
            "The Slack workspace does not take this file.",
            _errors(
                "file_uploads_disabled", "file_type_not_allowed", "file_upload_size_restricted",
                "storage_limit_reached", "alt_txt_too_large",
            ),
        ),
        Fault(Rejected, _GONE, _errors("message_not_found", "thread_not_found", "file_not_found", "file_deleted")),
        Fault(Rejected, "Slack refused this.", ("ok=false",)),
    )  # fmt: skip

    # -- how answers are read ----------------------------------------------------------------------------

    def refused(self, answer: Answer) -> bool:
        return answer.find("ok") is False

    def signs(self, answer: Answer) -> frozenset[str]:
        error = str(answer.find("error", default=""))
        families = [each for each in _FAMILIES if error.startswith(each)]
        return frozenset(_errors(error, *families)) | ({"ok=false"} if self.refused(answer) else set())

    def judge(self, answer: Answer, now: datetime) -> Problem | None:
        """Slack's own trouble may have half worked, so in a commit nobody knows."""
        problem = super().judge(answer, now)
        if answer.committed and isinstance(problem, Retry) and self.signs(answer) & set(_BUSY):
            return Unsure("Slack failed while taking the post; it may be out.", words=answer.words)
        return problem

    def judge_grant(self, answer: Answer) -> Problem | None:
        problem = super().judge_grant(answer)
        if problem is not None or not self.refused(answer):
            return problem
        error = str(answer.find("error"))
        if error in _OPERATORS:
            return Blocked("Slack does not accept the operator's app credentials.", words=answer.words)
        if f"error={error}" in {*_BUSY, *_errors("ratelimited", "rate_limited")}:
            return Retry("Slack is busy; the sign-in is tried again.", words=answer.words)
        return Reconnect("Slack refused the access. Connect again.", words=answer.words)

    # -- signing in --------------------------------------------------------------------------------------

    def me(self, session: Session) -> Profile:
        if session.token.data.get("is_enterprise_install"):
            raise Reconnect("Connect one workspace of the Slack organization, not the whole of it.")
        bot = session.ask("POST", "/auth.test")
        handle, picture = self._face(session)
        return Profile(
            id=bot.pick("team_id"),
            name=bot.find("team", default=""),
            handle=handle or _domain(bot.pick("url")),
            picture=picture,
            data={"bot": bot.pick("user_id"), "url": bot.pick("url")},
        )

    def _face(self, session: Session) -> tuple[str, str]:
        """The workspace's name in addresses, and its icon: nice to have, and no reason not to connect."""
        try:
            team = session.ask("GET", "/team.info")
        except (Reconnect, Rejected):
            return "", ""
        domain, icon = ("team", "domain"), ("team", "icon", "image_132")
        return team.find(*domain, default=""), team.find(*icon, default="")

    def revoke(self, session: Session) -> None:
        session.ask("POST", "/auth.revoke")

    def event(self, headers: Mapping[str, str], body: bytes, app: Mapping[str, str], now: datetime) -> Event:
        slack_events.verify(headers, body, app.get("SLACK_SIGNING_SECRET", ""), now)
        return slack_events.read(body)

    # -- what may be posted ------------------------------------------------------------------------------

    def check(self, entries: Sequence[Entry], account: Account, options: Any) -> list[Complaint]:
        said = check(entries, self.rules, self.title)
        for index, entry in enumerate(entries):
            if sentence := _too_long(entry, options):
                said.append(Complaint(entry=index, sentence=sentence))
            if index and options and options.reply_broadcast and _uploads(entry, options):
                sentence = "Slack cannot show a comment with uploaded files in the channel too."
                said.append(Complaint(entry=index, sentence=sentence))
        return said

    # -- publishing --------------------------------------------------------------------------------------

    def publish(self, job: Job) -> Published | Pending:
        if job.state and job.state.get("sent"):
            return self._shared(job, job.state)
        if job.index == 0 and not job.state:
            with suppress(Rejected):  # a private channel cannot be joined; the post itself says what is wrong
                job.ask("POST", "/conversations.join", json={"channel": job.options.channel}, headers=_JSON)
        if _uploads(job.entry, job.options):
            return self._share(job)
        out = job.commit("POST", "/chat.postMessage", json=slack_messages.message(job), headers=_JSON)
        return self._published(job, out.pick("ts"))

    def _share(self, job: Job) -> Pending:
        """Uploads are private until the last call shows them in the channel, some time after its answer."""
        uploaded: list[dict[str, str]] = list((job.state or {}).get("files", ()))
        for file in job.files[len(uploaded) :]:
            if job.seconds_left() < 20:
                return Pending(state={"files": uploaded}, after=1)
            uploaded.append(self._upload(job, file))
            job.keep(files=uploaded)
        body = {"files": uploaded, **slack_messages.place(job, "channel_id")}
        if job.entry.text.strip():
            body["initial_comment"] = slack_messages.mrkdwn(job.entry.text)
        out = job.commit("POST", "/files.completeUploadExternal", json=body, headers=_JSON)
        if not out.records("files"):
            raise out.unreadable("no files")
        return Pending(state={"files": uploaded, "sent": True, "looks": 0}, after=2)

    def _upload(self, job: Job, file: File) -> dict[str, str]:
        media, name = file.media, file.media.name or file.media.id
        wanted = {
            "filename": name,
            "length": str(media.size),
            **({"alt_txt": media.alt} if media.alt else {}),
        }
        where = job.ask("POST", "/files.getUploadURLExternal", data=wanted)
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(media.size)}
        job.ask("POST", where.pick("upload_url"), content=stream(file), headers=headers, signed=False)
        return {"id": where.pick("file_id"), "title": name}

    def _shared(self, job: Job, state: dict[str, Any]) -> Published | Pending:
        with suppress(Rejected):  # whatever it is, the files have been taken
            if found := self._seen(job, state["files"]):
                return found
        if state["looks"] >= LOOKS:
            raise Unsure("Slack took the files but does not show the message; look there.")
        return Pending(state={**state, "looks": state["looks"] + 1}, after=3)

    def _seen(self, job: Job, files: list[dict[str, str]]) -> Published | None:
        shares = job.ask("GET", "/files.info", params={"file": files[0]["id"]})
        for kind in ("public", "private"):
            if ts := shares.find("file", "shares", kind, job.options.channel, 0, "ts"):
                return self._published(job, str(ts), files=[file["id"] for file in files])
        return None

    def _published(self, job: Job, ts: str, **more: Any) -> Published:
        data = {"channel": job.options.channel, "root": job.first.id if job.first else "", **more}
        return Published(id=ts, url=slack_messages.address(job, ts, job.first), data=data)

    # -- healing -----------------------------------------------------------------------------------------

    def look(self, job: Job) -> Published | Pending | None:
        if _uploads(job.entry, job.options):
            return self._look_for_files(job, job.state or {})
        if not set(job.token.scopes) >= _HISTORY:
            raise Unsure("Lamppost may not read this Slack channel. Look there, then say what you saw.")
        where = "/conversations.replies" if job.first else "/conversations.history"
        since = (job.doubt or job.now) - timedelta(minutes=1)
        wanted: dict[str, Any] = {
            "channel": job.options.channel,
            "oldest": f"{since.timestamp():.6f}",
            "limit": 15,
        }
        wanted |= {"include_all_metadata": "true", **({"ts": job.first.id} if job.first else {})}
        for _ in range(PAGES):
            page = job.ask("GET", where, params=wanted)
            for message in page.records("messages"):
                if _post_id(message) == job.key:
                    return self._published(job, str(message["ts"]))
            wanted["cursor"] = page.find("response_metadata", "next_cursor", default="")
            if not wanted["cursor"]:
                return None
        raise Unsure("Too much was written in the Slack channel since to find the message; look there.")

    def _look_for_files(self, job: Job, state: dict[str, Any]) -> Published | Pending | None:
        """Files are shown some time after they were taken: only several looks in vain say that they were not."""
        files, looks = state.get("files", []), state.get("doubted", 0)
        if len(files) < len(job.files):
            return None
        if found := self._seen(job, files):
            return found
        return Pending(state={**state, "doubted": looks + 1}, after=10) if looks < DOUBTS else None

    # -- afterwards --------------------------------------------------------------------------------------

    def delete(self, session: Session, receipt: Receipt) -> None:
        _forget(session, "/chat.delete", {"channel": receipt.data["channel"], "ts": receipt.id})
        for file in receipt.data.get("files", ()):
            _forget(session, "/files.delete", {"file": file})

    def metrics(self, session: Session, receipt: Receipt) -> dict[str, int]:
        root = receipt.data.get("root")
        where = "/conversations.replies" if root else "/conversations.history"
        wanted = {
            "channel": receipt.data["channel"],
            "oldest": receipt.id,
            "latest": receipt.id,
            "limit": "15",
        }
        wanted |= {"inclusive": "true", **({"ts": root} if root else {})}
        found = session.ask("GET", where, params=wanted).records("messages")
        message = next((each for each in found if each.get("ts") == receipt.id), {})
        reactions = sum(int(each.get("count", 0)) for each in message.get("reactions") or ())
        return {"reactions": reactions, "replies": int(message.get("reply_count") or 0)}

    @tool("The channels of the workspace: all public ones, and the private ones that the app was invited to.")
    def channels(self, session: Session) -> list[dict[str, Any]]:
        wanted = {"types": "public_channel,private_channel", "exclude_archived": "true", "limit": "200"}
        wanted |= {"team_id": session.me.remote}
        found: list[dict[str, Any]] = []
        for _ in range(PAGES):
            page = session.ask("GET", "/conversations.list", params=wanted)
            found += page.records("channels")
            wanted["cursor"] = page.find("response_metadata", "next_cursor", default="")
            if not wanted["cursor"]:
                break
        return [
            {"id": each["id"], "name": each.get("name", ""), "private": bool(each.get("is_private"))}
            for each in found
        ]


def _domain(url: str) -> str:
    found = re.search(r"([\w-]+)\.slack\.com", url)
    return found[1] if found else ""


def _uploads(entry: Entry, options: Any) -> bool:
    """Whether files are uploaded: always, unless all are pictures to be shown from their address."""
    by_address = options is not None and not options.upload_files
    return bool(entry.media) and not (by_address and all(m.kind in {"image", "gif"} for m in entry.media))


def _too_long(entry: Entry, options: Any) -> str:
    """What is wrong with a text once it is escaped, by where it has to stand."""
    limit = _ENTRY.length
    if entry.media:
        limit = slack_messages.COMMENT if _uploads(entry, options) else slack_messages.BLOCKS
    length = len(slack_messages.mrkdwn(entry.text))
    if length > limit and len(entry.text) <= _ENTRY.length:
        return f"The text is {length:,} long as Slack counts it here; {limit:,} is the most."
    if entry.media and not _uploads(entry, options):
        try:
            slack_messages.sections(entry.text)
        except ValueError as word:
            return str(word)
    return ""


def _post_id(message: dict[str, Any]) -> Any:
    metadata = message.get("metadata")
    payload = metadata.get("event_payload") if isinstance(metadata, dict) else None
    return payload.get("post_id") if isinstance(payload, dict) else None


def _forget(session: Session, method: str, body: dict[str, str]) -> None:
    """Deletes something; that it is gone already is as good."""
    with gone_already(_GONE):
        session.ask("POST", method, json=body, headers=_JSON)
