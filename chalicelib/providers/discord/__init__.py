"""Discord: a message by the operator's bot in a channel, forum or thread. https://docs.discord.com/developers/reference"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from ..base import (
    Account,
    Answer,
    Blocked,
    Complaint,
    Duplicate,
    Entry,
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
    Token,
    Unsure,
    check,
    gone_already,
    minutes,
    tool,
)  # fmt: skip
from . import messages

FILE_BYTES = messages.FILE_BYTES
REQUEST_BYTES = 24 * 1_048_576  # of 25: the form around the files needs some
_TEXT, _ANNOUNCEMENT, _FORUM, _MEDIA = 0, 5, 15, 16
_FORUMS, _THREADS = {_FORUM, _MEDIA}, {10, 11, 12}
_POSTABLE = {_TEXT, _ANNOUNCEMENT, *_FORUMS, *_THREADS}
_REQUIRES_TAG = 1 << 4

#: View, send, embed, attach, read history, mention everyone, open threads, write in them, send polls.
PERMISSIONS = sum(1 << bit for bit in (10, 11, 14, 15, 16, 17, 35, 38, 49))

CROSSPOST_TRIES = 3
_GONE = "The message is gone from Discord."
_ENTRY = Part(
    length=2000, card=True, count="utf16",  # code points or UTF-16 is unconfirmed: the stricter
    images=10, gifs=10, videos=10, documents=10, mixed=True, most=10, alt=1024,
    video_types=("video/mp4", "video/quicktime", "video/webm"),
    image_bytes=FILE_BYTES, gif_bytes=FILE_BYTES, video_bytes=FILE_BYTES, document_bytes=FILE_BYTES,
)  # fmt: skip


class BotOAuth2(OAuth2):
    """People sign in to name a server; what is sent there is the bot's."""

    def sign(self, session: Session, method: str, url: str) -> dict[str, str]:
        return {"Authorization": f"Bot {session.app['DISCORD_BOT_TOKEN_ID']}"}


class Discord(Provider):
    """One account is one server; one bot writes in all of them, so every channel is checked to be the server's."""

    key = "discord"
    title = "Discord"
    docs = "https://docs.discord.com/developers/resources/message"
    api = "https://discord.com/api/v10"
    headers = {"User-Agent": "DiscordBot (https://github.com/lamppost, 1)"}
    auth = BotOAuth2(
        authorize="https://discord.com/oauth2/authorize",
        token="https://discord.com/api/oauth2/token",
        scopes=("bot", "identify", "guilds"),
        client_auth="client_secret_basic",
        client_id="DISCORD_CLIENT_ID",
        client_secret="DISCORD_CLIENT_SECRET",
        token_headers=headers,
        extra={"permissions": str(PERMISSIONS), "integration_type": "0"},
        refreshes=False,
        granted=False,  # whether “bot” is among the scopes of the answer is not said: `upgrade` compares the others
        keep=("guild",),
    )
    secrets = ("DISCORD_CLIENT_ID", "DISCORD_CLIENT_SECRET", "DISCORD_BOT_TOKEN_ID")
    rules = Rules(first=_ENTRY, rest=_ENTRY)
    dialect = "discord"
    Options = messages.DiscordOptions
    concurrency = 5
    paces = (Pace(16, per=timedelta(seconds=1), scope="app"),)  # 50 requests a second, three for an entry
    repeatable = "key"
    heal_after = 15
    key_life = minutes(2)  # Discord says “the past few minutes”
    faults = (
        Fault(Retry, "Discord asks us to wait.", ("code=20028", "code=20029", "code=40062")),
        Fault(Retry, "Discord is overloaded.", ("code=130000", "code=40004", "code=40006")),
        Fault(Blocked, "Discord does not accept the operator's bot token.", status=(401,)),
        Fault(Blocked, "Discord turned the operator's bot away.", ("code=40001", "code=50014")),
        Fault(Reconnect, "The bot is no longer in the Discord server: connect it again.", ("code=10004", "guild=50001")),
        Fault(Rejected, "This Discord channel no longer exists; pick another.", ("code=10003",)),
        Fault(Rejected, "The bot may not see or post in this Discord channel.", ("code=50001", "code=50013")),
        Fault(Rejected, "The bot may not read this Discord channel's history.", ("code=160002",)),
        Fault(Rejected, "A file is too large for Discord.", ("code=40005", "code=50045")),
        Fault(Rejected, "The message is too large for Discord.", status=(413,)),
        Fault(Rejected, "Discord cannot use a file of this message.", ("code=50046", "code=50110", "code=50123")),
        Fault(Rejected, "Discord takes 10 files in a message.", ("code=30015",)),
        Fault(Rejected, "Discord limits uploads to this server at present.", ("code=400001",)),
        Fault(Rejected, "Discord takes no empty message.", ("code=50006",)),
        Fault(Rejected, "Discord does not take this message.", ("code=50035", "code=50109")),
        Fault(Rejected, "This kind of Discord channel takes no such message.", ("code=50008", "code=50024", "code=40058")),
        Fault(Rejected, "This Discord forum asks for a tag; choose one.", ("code=40067",)),
        Fault(Rejected, "The Discord thread is closed.", ("code=50083", "code=160005")),
        Fault(Rejected, "This Discord server has too many open threads.", ("code=160006", "code=160007")),
        Fault(
            Rejected,
            "A filter of the Discord server refused this message.",
            ("code=200000", "code=200001", "code=240000", "code=20009"),
        ),
        Fault(Duplicate, "The Discord message has its thread already.", ("code=160004",)),
        Fault(Rejected, _GONE, ("code=10008",)),
    )  # fmt: skip

    def signs(self, answer: Answer) -> frozenset[str]:
        code = answer.find("code")
        signs = {f"code={code}"}
        if answer.response.request.url.path.rpartition("/v10")[2].startswith("/guilds/"):
            signs.add(f"guild={code}")
        return frozenset(signs)

    def wait(self, answer: Answer, now: datetime) -> float | None:
        told = answer.find("retry_after")
        return float(told) if isinstance(told, int | float) and told >= 0 else super().wait(answer, now)

    # -- signing in --------------------------------------------------------------------------------------

    def upgrade(self, session: Session, token: Token) -> Token:
        """Posting needs the bot alone: the person's token is given back, and the account never expires."""
        if not {"identify", "guilds"} <= set(token.scopes):
            raise Reconnect("Discord gave too few rights: leave all of them ticked.")
        if not isinstance(token.data.get("guild"), dict):
            raise Reconnect("No Discord server was chosen: connect again and pick one.")
        with suppress(Problem):  # it ends by itself in a week
            session.ask(
                "POST",
                "https://discord.com/api/oauth2/token/revoke",
                data={"token": token.access, "token_type_hint": "access_token"},
                auth=(session.app["DISCORD_CLIENT_ID"], session.app["DISCORD_CLIENT_SECRET"]),
                signed=False,
            )
        return Token(access="", scopes=token.scopes, data={"guild": str(token.data["guild"].get("id", ""))})

    def me(self, session: Session) -> Profile:
        guild = session.ask("GET", f"/guilds/{session.token.data['guild']}")
        bot = session.ask("GET", "/users/@me")
        return Profile(
            id=guild.pick("id"),
            name=guild.find("name", default=""),
            handle=bot.find("username", default=""),
            picture=_picture("icons", guild) or _picture("avatars", bot),
            data={"bot": bot.pick("id")},
        )

    # -- what may be posted ------------------------------------------------------------------------------

    def rules_for(self, account: Account, options: Any) -> Rules:
        alone = {"needs": "nothing"} if options and options.poll else {}
        return Rules(first=_ENTRY.model_copy(update=alone), rest=_ENTRY)

    def check(self, entries: Sequence[Entry], account: Account, options: Any) -> list[Complaint]:
        said = check(entries, self.rules_for(account, options), self.title)
        for index, entry in enumerate(entries):
            size = sum(min(m.size, FILE_BYTES) if m.kind == "image" else m.size for m in entry.media)
            if size > REQUEST_BYTES:
                said.append(Complaint(entry=index, sentence="Discord takes 24 MiB of files in one message."))
        return said

    # -- publishing --------------------------------------------------------------------------------------

    def publish(self, job: Job) -> Published | Pending:
        if job.state and "sent" in job.state:
            return self._crosspost(job, job.state)
        if job.index:
            return self._say(job, self._open_thread(job))
        channel = self._channel(job)
        if channel["type"] in _FORUMS:
            return self._open(job, channel)
        said = self._say(job, channel)
        if job.options.crosspost and channel["type"] == _ANNOUNCEMENT:
            return Pending(state={"sent": said.model_dump(), "tries": 0}, after=1)
        return said

    def _channel(self, job: Job) -> dict[str, Any]:
        """The chosen channel; the bot may see those of other people's servers, and must not write there."""
        try:
            found = job.ask("GET", f"/channels/{job.options.channel}")
        except Rejected:
            job.ask("GET", f"/guilds/{job.me.remote}")  # a bot that was put out is for the person to mend
            raise
        number = found.pick("id")
        if str(found.find("guild_id")) != job.me.remote:
            raise Rejected("This channel is not one of the connected Discord server; pick another.")
        if found.find("type", default=-1) not in _POSTABLE:
            raise Rejected("This kind of Discord channel takes no such message.")
        return {"id": number, "type": found.find("type"), "flags": found.find("flags", default=0)}

    def _thread(self, job: Job) -> dict[str, Any]:
        """Where comments go: the thread under the first message, which has that message's id."""
        assert job.first is not None, "a comment follows a message"
        where, kind = job.first.data["channel"], job.first.data["type"]
        return {"id": where if kind in _FORUMS | _THREADS else job.first.id, "type": kind}

    def _opens(self, job: Job, thread: dict[str, Any]) -> bool:
        """Whether this entry is the one that opens the thread under the first message."""
        return job.index == 1 and bool(thread["id"] != job.receipts[0].data["channel"])

    def _open_thread(self, job: Job) -> dict[str, Any]:
        """The same, made now unless it is there."""
        thread, first = self._thread(job), job.receipts[0]
        if self._opens(job, thread) and not job.state:
            wanted = {
                "name": job.options.thread_name or messages.headline(job.entries[0].text) or "Thread",
                "auto_archive_duration": job.options.auto_archive_duration,
            }
            with suppress(Duplicate):
                job.ask("POST", f"/channels/{first.data['channel']}/messages/{first.id}/threads", json=wanted)
            job.save({"thread": thread["id"]})
        return thread

    def _say(self, job: Job, channel: dict[str, Any]) -> Published:
        message = messages.message(job) | {"nonce": messages.nonce(job.key), "enforce_nonce": True}
        if job.index == 0 and job.options.poll:
            message["poll"] = messages.poll(job.options.poll)
        if job.first and channel["type"] in _THREADS:
            message["message_reference"] = {"message_id": job.first.id, "fail_if_not_exists": False}
        where = f"/channels/{channel['id']}/messages"
        out = job.commit("POST", where, **messages.parts(job, message, message))
        return messages.published(job, out.pick("id"), channel)

    def _open(self, job: Job, forum: dict[str, Any]) -> Published:
        """A forum post has no nonce, so a doubt is always healed by looking."""
        if job.options.poll:
            raise Rejected("A Discord forum takes no poll.")
        if forum["flags"] & _REQUIRES_TAG and not job.options.applied_tags:
            raise Rejected("This Discord forum asks for a tag; choose one.")
        if job.doubt is not None and (found := self._look_in_forum(job, forum)):
            return found
        message = messages.message(job)
        wanted = {
            "name": messages.title(job),
            "message": message,
            "auto_archive_duration": job.options.auto_archive_duration,
        }
        if job.options.applied_tags:
            wanted["applied_tags"] = list(job.options.applied_tags)
        out = job.commit("POST", f"/channels/{forum['id']}/threads", **messages.parts(job, wanted, message))
        return messages.published(job, out.pick("id"), {"id": out.pick("id"), "type": forum["type"]})

    def _crosspost(self, job: Job, state: dict[str, Any]) -> Published | Pending:
        """The message is out: that a crosspost is refused, or was made already, changes nothing of that."""
        sent = Published.model_validate(state["sent"])
        try:
            job.ask("POST", f"/channels/{sent.data['channel']}/messages/{sent.id}/crosspost")
        except Retry as busy:
            if state["tries"] < CROSSPOST_TRIES:
                return Pending(state={**state, "tries": state["tries"] + 1}, after=busy.after or 30)
        except Problem:
            pass
        return sent

    # -- healing -----------------------------------------------------------------------------------------

    def look(self, job: Job) -> Published | None:
        channel = self._thread(job) if job.index else self._channel(job)
        if not job.index and channel["type"] in _FORUMS:
            return self._look_in_forum(job, channel)
        if self._opens(job, channel) and not job.state:
            return None  # the thread goes on record before anything is said in it
        known, after = {receipt.id for receipt in job.receipts}, messages.snowflake(job)
        where = f"/channels/{channel['id']}/messages"
        for _ in range(20):
            page = job.ask("GET", where, params={"after": after, "limit": 100}).records()
            for message in page:
                if str(message.get("id")) not in known and messages.same(job, message):
                    return messages.published(job, str(message["id"]), channel)
            if len(page) < 100:
                return None
            after = max(int(message["id"]) for message in page)
        raise Unsure("Too much was written in the Discord channel since to find the message; look there.")

    def _look_in_forum(self, job: Job, forum: dict[str, Any]) -> Published | None:
        since, wanted = messages.snowflake(job), (forum["id"], job.me.data["bot"], messages.title(job))
        for thread in job.ask("GET", f"/guilds/{job.me.remote}/threads/active").records("threads"):
            made = (str(thread.get("parent_id")), str(thread.get("owner_id")), thread.get("name"))
            if made == wanted and int(number := str(thread["id"])) > since:
                message = job.ask("GET", f"/channels/{number}/messages/{number}").json
                if messages.same(job, message):
                    return messages.published(job, number, {"id": number, "type": forum["type"]})
        return None

    # -- afterwards --------------------------------------------------------------------------------------

    def delete(self, session: Session, receipt: Receipt) -> None:
        with gone_already(_GONE):
            session.ask("DELETE", f"/channels/{receipt.data['channel']}/messages/{receipt.id}")

    def metrics(self, session: Session, receipt: Receipt) -> dict[str, int]:
        message = session.ask("GET", f"/channels/{receipt.data['channel']}/messages/{receipt.id}")
        return {"reactions": sum(int(each.get("count", 0)) for each in message.records("reactions"))}

    @tool("The channels and forums of the server that take posts.")
    def channels(self, session: Session) -> list[dict[str, Any]]:
        found = session.ask("GET", f"/guilds/{session.me.remote}/channels").records()
        return [
            {
                "id": str(each["id"]),
                "name": each.get("name", ""),
                "kind": {_TEXT: "text", _ANNOUNCEMENT: "announcement"}.get(each["type"], "forum"),
                "tags": [
                    {"id": str(tag["id"]), "name": tag["name"]} for tag in each.get("available_tags") or []
                ],
                "needs_tag": bool((each.get("flags") or 0) & _REQUIRES_TAG),
            }
            for each in sorted(found, key=lambda each: int(each.get("position") or 0))
            if each.get("type") in {_TEXT, _ANNOUNCEMENT, *_FORUMS}
        ]

    @tool(
        "Roles and members by the beginning of their name, with what to write to mention them.",
        query="a name",
    )
    def mentions(self, session: Session, query: str) -> list[dict[str, Any]]:
        where, wanted = f"/guilds/{session.me.remote}", {"query": query, "limit": 20}
        roles = session.ask("GET", f"{where}/roles").records()
        members = session.ask("GET", f"{where}/members/search", params=wanted).records()
        users = [each["user"] for each in members if isinstance(each.get("user"), dict)]
        named = [(f"<@&{role['id']}>", role["name"]) for role in roles]
        named = [each for each in named if each[1].lower().startswith(query.lower())]
        named += [(f"<@{user['id']}>", user.get("global_name") or user["username"]) for user in users]
        return [{"id": mention, "name": name} for mention, name in named]


def _picture(kind: str, answer: Answer) -> str:
    name = answer.find("icon" if kind == "icons" else "avatar")
    return f"https://cdn.discordapp.com/{kind}/{answer.pick('id')}/{name}.png" if name else ""
