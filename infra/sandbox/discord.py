"""A stand-in of Discord (API v10): consent with a server to choose, a bot's messages with nonces, threads, forums."""

import hashlib
import html
import json
import re
from typing import Any

from werkzeug.wrappers import Request, Response

from chalicelib import text

from .base import Person, Refusal, answer, route
from .consent import Grant, OAuth2StandIn, page

BOT = "900000000000000001"
TOKEN = "sandbox-discord-bot-token-id"
_MIB = 1_048_576
_EPOCH_MS = 1_420_070_400_000
_NONCE_LIFE = 300
_KINDS = {
    "content": str, "nonce": (str, int), "enforce_nonce": bool, "allowed_mentions": dict, "flags": int,
    "attachments": list, "message_reference": dict, "poll": dict, "embeds": list, "tts": bool,
}  # fmt: skip


def _error(code: int, message: str, status: int = 400, **more: Any) -> Refusal:
    return Refusal(status, {"message": message, "code": code, **more})


def _invalid(field: str, code: str, message: str) -> Refusal:
    return _error(
        50035, "Invalid Form Body", errors={field: {"_errors": [{"code": code, "message": message}]}}
    )


class DiscordStandIn(OAuth2StandIn):
    key = "discord"
    hosts = ("discord.com",)
    people = (
        Person("800000000000000001", "Ada Lantern", "ada"),
        Person("800000000000000002", "Ben Wick", "ben"),
    )
    client_id = "sandbox-discord-client-id"
    client_secret = "sandbox-discord-client-secret"
    client_auth = "client_secret_basic"
    known_scopes = ("bot", "identify", "guilds")
    token_life = None  # the bot's never ends; the person's is said to last a week

    def reset(self) -> None:
        super().reset()
        with self.lock:
            self.chosen: dict[str, str] = {}
            self.guilds: dict[str, dict[str, Any]] = {
                "700000000000000001": {"id": "700000000000000001", "name": "Lamplighters", "icon": "a1"},
                "700000000000000002": {"id": "700000000000000002", "name": "Wick & Wax", "icon": None},
            }
            self.inside = set(self.guilds)
            self.channels: dict[str, dict[str, Any]] = {}
            for number, guild in enumerate(self.guilds, start=1):
                self._furnish(number, guild)
            self.messages: dict[str, dict[str, Any]] = {}
            self.nonces: dict[tuple[str, str], tuple[float, dict[str, Any]]] = {}
            self.silenced: set[str] = set()
            self.crossposted: set[str] = set()
            self.echo_nonce = True

    def _furnish(self, number: int, guild: str) -> None:
        tag = {"id": f"5000000000000000{number}1", "name": "news", "moderated": False}
        kinds: tuple[tuple[str, int, int, list[Any]], ...] = (
            ("lobby", 0, 0, []),
            ("news", 5, 0, []),
            ("forum", 15, 0, [tag]),
            ("tagged", 15, 16, [tag]),
            ("voice", 2, 0, []),
        )
        for place, (name, kind, flags, tags) in enumerate(kinds, start=1):
            self.channels[f"6000000000000000{number}{place}"] = {
                "id": f"6000000000000000{number}{place}", "guild_id": guild, "name": name, "type": kind,
                "position": place, "flags": flags, "available_tags": tags,
            }  # fmt: skip

    def number(self) -> int:
        """A snowflake: the time in its upper bits."""
        return ((int(self.now().timestamp() * 1000) - _EPOCH_MS) << 22) + super().number() % 4096

    # -- consent -----------------------------------------------------------------------------------------

    @route("GET", "/oauth2/authorize")
    def consent(self, request: Request) -> Any:
        if (
            "bot" in request.args.get("scope", "").split()
            and not request.args.get("permissions", "").isdecimal()
        ):
            return page("Wrong request", "<p>permissions must be an integer.</p>", 400)
        if request.args.get("integration_type") != "0":
            return page("Wrong request", "<p>integration_type 0 adds the bot to a server.</p>", 400)
        return self.authorize(request)

    @route("POST", "/oauth2/authorize")
    def decided(self, request: Request) -> Any:
        back = self.decide(request)
        person = request.form.get("person", "")
        if request.form.get("decision") == "allow":
            places = dict(zip((each.id for each in self.people), self.guilds, strict=True))
            self.chosen[person] = request.form.get("guild_id") or places[person]
            more = f"&guild_id={self.chosen[person]}&permissions={request.form['permissions']}"
            back.headers["Location"] += more
        return back

    @route("POST", "/api/oauth2/token")
    def exchange(self, request: Request) -> Any:
        return self.token(request)

    def grant(self, grant: Grant) -> Any:
        body = super().grant(grant) | {"expires_in": 604_800, "token_type": "Bearer"}
        if "bot" in grant.scopes:
            body["guild"] = self.guilds[self.chosen[grant.person]]
        return body

    @route("POST", "/api/oauth2/token/revoke")
    def revoke(self, request: Request) -> Any:
        self._client(request, request.form)
        self.revoke_token(request.form.get("token", ""))
        return {}

    # -- who calls, and what it may see ------------------------------------------------------------------

    def _bot(self, request: Request) -> None:
        if not re.match(r"DiscordBot \(.+, .+\)", request.headers.get("User-Agent", "")):
            raise Refusal(403, "<html>Attention Required! Cloudflare</html>", {"Content-Type": "text/html"})
        if request.headers.get("Authorization") != f"Bot {TOKEN}":
            raise _error(0, "401: Unauthorized", 401)

    def _guild(self, request: Request, guild: str) -> dict[str, Any]:
        self._bot(request)
        if guild not in self.guilds:
            raise _error(10004, "Unknown Guild", 404)
        if guild not in self.inside:
            raise _error(50001, "Missing Access", 403)
        return self.guilds[guild]

    def _channel(self, request: Request, channel: str) -> dict[str, Any]:
        self._bot(request)
        if channel not in self.channels:
            raise _error(10003, "Unknown Channel", 404)
        if self.channels[channel]["guild_id"] not in self.inside:
            raise _error(50001, "Missing Access", 403)
        return self.channels[channel]

    @route("GET", "/api/v10/users/@me")
    def me(self, request: Request) -> Any:
        self._bot(request)
        return {"id": BOT, "username": "lamppost", "avatar": "b0", "bot": True}

    @route("GET", "/api/v10/guilds/<guild>")
    def guild(self, request: Request, guild: str) -> Any:
        return self._guild(request, guild)

    @route("GET", "/api/v10/guilds/<guild>/channels")
    def listed(self, request: Request, guild: str) -> Any:
        self._guild(request, guild)
        return [c for c in self.channels.values() if c["guild_id"] == guild and c["type"] not in (10, 11, 12)]

    @route("GET", "/api/v10/guilds/<guild>/roles")
    def roles(self, request: Request, guild: str) -> Any:
        self._guild(request, guild)
        return [{"id": guild, "name": "@everyone"}, {"id": "400000000000000001", "name": "Lighters"}]

    @route("GET", "/api/v10/guilds/<guild>/members/search")
    def members(self, request: Request, guild: str) -> Any:
        self._guild(request, guild)
        begins = request.args["query"].lower()
        found = [each for each in self.people if each.handle.startswith(begins)]
        return [{"user": {"id": p.id, "username": p.handle, "global_name": p.name}} for p in found]

    @route("GET", "/api/v10/guilds/<guild>/threads/active")
    def active(self, request: Request, guild: str) -> Any:
        self._guild(request, guild)
        threads = [c for c in self.channels.values() if c["guild_id"] == guild and c["type"] in (10, 11, 12)]
        return {"threads": threads[::-1], "members": []}

    @route("GET", "/api/v10/channels/<channel>")
    def channel(self, request: Request, channel: str) -> Any:
        return self._channel(request, channel)

    @route("GET", "/api/v10/channels/<channel>/messages")
    def history(self, request: Request, channel: str) -> Any:
        self._channel(request, channel)
        after, limit = int(request.args.get("after", 0)), int(request.args.get("limit", 50))
        found = [m for m in self.messages.values() if m["channel_id"] == channel and int(m["id"]) > after]
        return found[:limit][::-1]

    @route("GET", "/api/v10/channels/<channel>/messages/<message>")
    def read(self, request: Request, channel: str, message: str) -> Any:
        self._channel(request, channel)
        return self._message(channel, message)

    def _message(self, channel: str, message: str) -> dict[str, Any]:
        if message not in self.messages or self.messages[message]["channel_id"] != channel:
            raise _error(10008, "Unknown Message", 404)
        return self.messages[message]

    @route("GET", "/channels/<guild>/<channel>/<message>")
    def public_page(self, request: Request, guild: str, channel: str, message: str) -> Any:
        return page(
            self.guilds[guild]["name"], f"<p>{html.escape(self._message(channel, message)['content'])}"
        )

    # -- writing -----------------------------------------------------------------------------------------

    @route("POST", "/api/v10/channels/<channel>/messages")
    def post(self, request: Request, channel: str) -> Any:
        place = self._channel(request, channel)
        body, files = _body(request)
        self._allow(place)
        if place["type"] in (15, 16):
            raise _error(40058, "Cannot send messages in a forum channel")
        if place["type"] == 4:
            raise _error(50008, "Cannot send messages in a non-text channel")
        _check(body, files)
        nonce = (channel, str(body.get("nonce", "")))
        with self.lock:
            kept = self.nonces.get(nonce)
            if (
                body.get("enforce_nonce")
                and nonce[1]
                and kept
                and self.now().timestamp() - kept[0] < _NONCE_LIFE
            ):
                return kept[1]
            message = self._make(place, body, files)
            self.nonces[nonce] = (self.now().timestamp(), message)
        return message

    def _allow(self, place: dict[str, Any]) -> None:
        if place["id"] in self.silenced:
            raise _error(50013, "Missing Permissions", 403)
        if place.get("thread_metadata", {}).get("locked"):
            raise _error(160005, "Thread is locked")

    def _make(
        self, place: dict[str, Any], body: dict[str, Any], files: list[dict[str, Any]], number: str = ""
    ) -> dict[str, Any]:
        number, reference = number or str(self.number()), body.get("message_reference")
        message = {
            "id": number, "channel_id": place["id"], "content": body.get("content", ""), "type": 0,
            "author": {"id": BOT, "username": "lamppost", "bot": True}, "attachments": files,
            "flags": body.get("flags", 0), "reactions": [{"emoji": {"name": "🔥"}, "count": 3}], "poll": body.get("poll"),
        }  # fmt: skip
        if self.echo_nonce and "nonce" in body:
            message["nonce"] = body["nonce"]
        self.messages[number] = message
        url = f"{self.public}/{self.hosts[0]}/channels/{place['guild_id']}/{place['id']}/{number}"
        self.show(
            number, "lamppost", body.get("content", ""), url, media=files, channel=place["id"],
            thread=place["name"] if place["type"] in (10, 11, 12) else None,
            reply_to=reference["message_id"] if reference else None,
            pings=body.get("allowed_mentions", {"parse": ["users", "roles", "everyone"]}), poll=body.get("poll"),
        )  # fmt: skip
        return message

    @route("POST", "/api/v10/channels/<channel>/messages/<message>/threads")
    def open_thread(self, request: Request, channel: str, message: str) -> Any:
        place = self._channel(request, channel)
        body, _ = _body(request)
        if place["type"] not in (0, 5):
            raise _error(50024, "Cannot execute action on this channel type")
        self._message(channel, message)
        with self.lock:
            if message in self.channels:
                raise _error(160004, "A thread has already been created for this message")
            return self._thread(place, message, body, 10 if place["type"] == 5 else 11)

    def _thread(self, place: dict[str, Any], number: str, body: dict[str, Any], kind: int) -> dict[str, Any]:
        if not isinstance(body.get("name"), str) or not 1 <= len(body["name"]) <= 100:
            raise _invalid("name", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
        if body.get("auto_archive_duration", 1440) not in (60, 1440, 4320, 10080):
            raise _invalid("auto_archive_duration", "BASE_TYPE_CHOICES", "Value must be one of the choices.")
        self.channels[number] = {
            "id": number, "guild_id": place["guild_id"], "parent_id": place["id"], "owner_id": BOT,
            "name": body["name"], "type": kind, "flags": 0, "thread_metadata": {"archived": False, "locked": False},
        }  # fmt: skip
        return self.channels[number]

    @route("POST", "/api/v10/channels/<channel>/threads")
    def open_post(self, request: Request, channel: str) -> Any:
        place = self._channel(request, channel)
        body, files = _body(request)
        self._allow(place)
        if place["type"] not in (15, 16):
            raise _error(50024, "Cannot execute action on this channel type")
        message, tags = body.get("message"), body.get("applied_tags", [])
        if not isinstance(message, dict) or "nonce" in message or "poll" in message:
            raise _invalid("message", "BASE_TYPE_BAD", "A forum message takes neither nonce nor poll.")
        if place["flags"] & 16 and not tags:
            raise _error(40067, "A tag is required to create a forum post in this channel")
        if len(tags) > 5 or any(tag not in {each["id"] for each in place["available_tags"]} for tag in tags):
            raise _invalid("applied_tags", "BASE_TYPE_BAD", "Unknown tag.")
        _check(message, files)
        with self.lock:
            thread = self._thread(place, str(self.number()), body, 11)
            thread["applied_tags"] = tags
            return {**thread, "message": self._make(thread, message, files, thread["id"])}

    @route("POST", "/api/v10/channels/<channel>/messages/<message>/crosspost")
    def crosspost(self, request: Request, channel: str, message: str) -> Any:
        if self._channel(request, channel)["type"] != 5:
            raise _error(50024, "Cannot execute action on this channel type")
        if message in self.crossposted:
            raise _error(40033, "This message has already been crossposted")
        self.crossposted.add(message)
        return self._message(channel, message)

    @route("DELETE", "/api/v10/channels/<channel>/messages/<message>")
    def delete(self, request: Request, channel: str, message: str) -> Response:
        self._channel(request, channel)
        self._message(channel, message)
        with self.lock:
            del self.messages[message]
            self.shown = [shown for shown in self.shown if shown.id != message]
        return answer(None, 204)


def _body(request: Request) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The JSON and the files, whichever of the two allowed forms it came in."""
    body: Any = None
    if request.mimetype == "application/json":
        body = request.get_json(silent=True)
    elif request.mimetype == "multipart/form-data":
        body = json.loads(request.form.get("payload_json", "null"))
    if not isinstance(body, dict):
        raise _error(50109, "The request body contains invalid JSON.")
    if (request.content_length or 0) > 25 * _MIB:
        raise _error(40005, "Request entity too large", 413)
    described = body.get("message", body).get("attachments", [])
    if any(not isinstance(each.get("id"), int) for each in described):
        raise _invalid("attachments", "BASE_TYPE_BAD", "Files are numbered as their parts are.")
    names = {str(each["id"]): each for each in described}
    files = [_file(name, file, names) for name, file in request.files.items()]
    if len(files) != len(described):
        raise _invalid("attachments", "ATTACHMENT_NOT_FOUND", "An attachment has no file.")
    return body, files


def _file(name: str, file: Any, described: dict[str, Any]) -> dict[str, Any]:
    found = re.fullmatch(r"files\[(\d)\]", name)
    if not found or found[1] not in described:
        raise _invalid("attachments", "ATTACHMENT_NOT_FOUND", f"{name} is not described.")
    data = file.read()
    if len(data) > 10 * _MIB:
        raise _error(40005, "Request entity too large", 413)
    about = described[found[1]]
    if len(about.get("description", "")) > 1024:
        raise _invalid("description", "BASE_TYPE_MAX_LENGTH", "Must be 1024 or fewer in length.")
    return {
        "id": found[1], "filename": about["filename"], "content_type": file.mimetype, "size": len(data),
        "description": about.get("description", ""), "sha256": hashlib.sha256(data).hexdigest(),
    }  # fmt: skip


def _check(body: dict[str, Any], files: list[dict[str, Any]]) -> None:
    for name, kind in _KINDS.items():
        if name in body and not isinstance(body[name], kind):  # type: ignore[arg-type]
            raise _invalid(name, "BASE_TYPE_BAD", "The value has the wrong type.")
    if not body.get("content", "").strip() and not files and not body.get("poll"):
        raise _error(50006, "Cannot send an empty message")
    if text.count(body.get("content", ""), "utf16") > 2000:
        raise _invalid("content", "BASE_TYPE_MAX_LENGTH", "Must be 2000 or fewer in length.")
    if len(str(body.get("nonce", ""))) > 25:
        raise _invalid("nonce", "NONCE_TYPE_TOO_LONG", "Must be 25 or fewer in length.")
    if len(files) > 10:
        raise _error(30015, "Maximum number of attachments in a message reached (10)")
    if poll := body.get("poll"):
        _check_poll(poll)


def _check_poll(poll: dict[str, Any]) -> None:
    texts = [each["poll_media"]["text"] for each in poll["answers"]]
    if len(poll["question"]["text"]) > 300 or not 1 <= len(texts) <= 10 or max(map(len, texts)) > 55:
        raise _invalid("poll", "BASE_TYPE_BAD_LENGTH", "The poll is too long.")
