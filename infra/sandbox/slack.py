"""A stand-in of Slack: installs with rotating tokens, channels to join, messages with metadata, uploads shown later.

Every refusal has status 200 and `ok: false`, as Slack's have.
"""

import hashlib
import html
import json
import re
from typing import Any
from urllib.request import urlopen

from werkzeug.wrappers import Request

from .base import Person, Refusal, Shown, answer, route
from .consent import Grant, OAuth2StandIn, page

_TEAMS = {"U0ADA": ("T0LAMP", "Lamplighters", "lamps"), "U0BEN": ("T0WICK", "Wick & Wax", "wicks")}
_BOT, _APP = "U0BOT", "A0LAMPPOST"
_STRICT = {
    "channel", "text", "unfurl_links", "unfurl_media", "metadata", "blocks", "thread_ts", "username",
    "icon_url", "reply_broadcast", "markdown_text", "mrkdwn",
}  # fmt: skip


def refusal(error: str, **more: Any) -> Refusal:
    return Refusal(200, {"ok": False, "error": error, **more})


class SlackStandIn(OAuth2StandIn):
    key = "slack"
    hosts = ("slack.com", "files.slack.com", "lamps.slack.com", "wicks.slack.com")
    people = (Person("U0ADA", "Ada Lantern", "ada"), Person("U0BEN", "Ben Wick", "ben"))
    client_id = "sandbox-slack-id"
    client_secret = "sandbox-slack-secret"
    client_auth = "client_secret_basic"
    separator = ","
    known_scopes = (
        "channels:read", "chat:write", "users:read", "groups:read", "channels:join", "chat:write.customize",
        "files:write", "files:read", "channels:history", "groups:history", "team:read",
    )  # fmt: skip
    token_life = 43_200

    def reset(self) -> None:
        super().reset()
        with self.lock:
            self.rotation = True
            self.revoked: set[str] = set()
            self.members = {"C0GEN"}
            self.channels: dict[str, dict[str, Any]] = {
                "C0GEN": {"id": "C0GEN", "name": "general", "is_private": False, "is_archived": False},
                "C0LAMPS": {"id": "C0LAMPS", "name": "lamps", "is_private": False, "is_archived": False},
                "C0OLD": {"id": "C0OLD", "name": "old", "is_private": False, "is_archived": True},
                "G0SECRET": {"id": "G0SECRET", "name": "secret", "is_private": True, "is_archived": False},
            }
            self.messages: list[dict[str, Any]] = []
            self.files: dict[str, dict[str, Any]] = {}
            self.processing = 1
            self.page = 15

    # -- consent and tokens ------------------------------------------------------------------------------

    @route("GET", "/oauth/v2/authorize")
    def consent(self, request: Request) -> Any:
        # Slack knows only its code flow and asks for no response_type.
        if not self.client_known(request.args.get("client_id", "")):
            return page("Unknown app", "<p>invalid_client_id</p>", 400)
        return self.authorize(request)

    @route("POST", "/oauth/v2/authorize")
    def decided(self, request: Request) -> Any:
        return self.decide(request)

    @route("POST", "/api/oauth.v2.access")
    def exchange(self, request: Request) -> Any:
        return self.token(request)

    def token_refusal(self, error: str, status: int = 400) -> Refusal:
        known = {"invalid_client": "bad_client_secret", "invalid_grant": "invalid_code"}
        return refusal(known.get(error, error))

    def _renew(self, token: str) -> Grant:
        try:
            return super()._renew(token)
        except Refusal:
            raise refusal("invalid_refresh_token") from None

    def grant(self, grant: Grant) -> Any:
        body = super().grant(grant)
        team, name, _ = _TEAMS[grant.person]
        if not self.rotation:
            del body["expires_in"], body["refresh_token"]
            self.tokens[body["access_token"]].until = None
        return {
            **body, "ok": True, "token_type": "bot", "bot_user_id": _BOT, "app_id": _APP, "enterprise": None,
            "team": {"id": team, "name": name}, "is_enterprise_install": False, "authed_user": {"id": grant.person},
        }  # fmt: skip

    def unauthorized(self) -> Refusal:
        return refusal("invalid_auth")

    def forbidden(self, scope: str) -> Refusal:
        return refusal("missing_scope", needed=scope, provided="chat:write")

    def _caller(self, request: Request, *scopes: str) -> tuple[str, str, str]:
        """Team id, name and domain of the token."""
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not given:
            raise refusal("not_authed")
        if given in self.revoked:
            raise refusal("token_revoked")
        grant = self.tokens.get(given)
        if grant and grant.until and grant.until < self.now():
            raise refusal("token_expired")
        return _TEAMS[self.caller(request, *scopes).id]

    # -- who and where -----------------------------------------------------------------------------------

    @route("POST", "/api/auth.test")
    def who(self, request: Request) -> Any:
        team, name, domain = self._caller(request)
        url = f"{self.public}/{domain}.slack.com/"
        return {
            "ok": True,
            "url": url,
            "team": name,
            "team_id": team,
            "user": "lamppost",
            "user_id": _BOT,
            "bot_id": "B0",
        }

    @route("GET", "/api/team.info")
    @route("POST", "/api/team.info")
    def team(self, request: Request) -> Any:
        team, name, domain = self._caller(request, "team:read")
        icon = {"image_132": f"{self.public}/_sandbox/face/{name}.svg"}
        return {"ok": True, "team": {"id": team, "name": name, "domain": domain, "icon": icon}}

    @route("POST", "/api/auth.revoke")
    def revoke(self, request: Request) -> Any:
        self._caller(request)
        self.revoked.add(request.headers["Authorization"].removeprefix("Bearer "))
        return {"ok": True, "revoked": True}

    @route("GET", "/api/conversations.list")
    @route("POST", "/api/conversations.list")
    def listed(self, request: Request) -> Any:
        team, _, _ = self._caller(request, "channels:read", "groups:read")
        if request.values.get("team_id", team) != team:
            raise refusal("team_access_not_granted")
        wanted = [
            {**each, "is_member": each["id"] in self.members} for each in self.channels.values()
            if not (each["is_archived"] and request.values.get("exclude_archived") in ("true", "1"))
            and (not each["is_private"] or each["id"] in self.members)
        ]  # fmt: skip
        return self._paged(request, "channels", wanted, 1)

    def _paged(self, request: Request, name: str, found: list[Any], size: int) -> dict[str, Any]:
        start = int(request.values.get("cursor") or 0)
        more = str(start + size) if start + size < len(found) else ""
        return {"ok": True, name: found[start : start + size], "response_metadata": {"next_cursor": more}}

    @route("POST", "/api/conversations.join")
    def join(self, request: Request) -> Any:
        self._caller(request, "channels:join")
        channel = self.channels.get(_json(request).get("channel", ""))
        if channel is None:
            raise refusal("channel_not_found")
        if channel["is_private"]:
            raise refusal("method_not_supported_for_channel_type")
        if channel["is_archived"]:
            raise refusal("is_archived")
        self.members.add(channel["id"])
        return {"ok": True, "channel": channel}

    def _channel(self, channel: Any) -> dict[str, Any]:
        found = self.channels.get(channel)
        if found is None or (found["is_private"] and channel not in self.members):
            raise refusal("channel_not_found")
        if found["is_archived"]:
            raise refusal("is_archived")
        if channel not in self.members:
            raise refusal("not_in_channel")
        return found

    # -- messages ----------------------------------------------------------------------------------------

    @route("POST", "/api/chat.postMessage")
    def post(self, request: Request) -> Any:
        _, _, domain = self._caller(request, "chat:write")
        body = _json(request)
        if unknown := set(body) - _STRICT:
            raise refusal("invalid_arguments", response_metadata={"messages": sorted(unknown)})
        self._check_look(request, body)
        channel, blocks = self._channel(body.get("channel")), _check_blocks(body.get("blocks", []))
        if not str(body.get("text", "")).strip():
            raise refusal("no_text")
        metadata = body.get("metadata", {})
        if metadata and set(metadata) != {"event_type", "event_payload"}:
            raise refusal("invalid_metadata_format")
        said = "\n".join(each["text"]["text"] for each in blocks if each["type"] == "section")
        images = [_fetched(each) for each in blocks if each["type"] == "image"]
        text = said if blocks else body["text"][:40_000]
        shown = self._say(domain, channel, text, images, body)
        shown.more["notification"] = body["text"]
        return {"ok": True, "channel": channel["id"], "ts": shown.id, "message": {"text": body["text"]}}

    def _check_look(self, request: Request, body: dict[str, Any]) -> None:
        if body.get("username") or body.get("icon_url"):
            self._caller(request, "chat:write.customize")
        for name in ("unfurl_links", "unfurl_media", "reply_broadcast"):
            if not isinstance(body.get(name, False), bool):
                raise refusal("invalid_arguments")

    def _say(
        self, domain: str, channel: dict[str, Any], text: str, media: list[Any], body: dict[str, Any]
    ) -> Shown:
        root = body.get("thread_ts")
        if root and not any(each["ts"] == root and not each.get("thread_ts") for each in self.messages):
            raise refusal("thread_not_found")
        ts = f"{self.now().timestamp():.0f}.{self.number():06d}"
        message = {
            "ts": ts, "channel": channel["id"], "text": text, "metadata": body.get("metadata"), "thread_ts": root,
            "user": _BOT, "reactions": [{"name": "fire", "count": 4}], "reply_count": 1,
        }  # fmt: skip
        with self.lock:
            self.messages.append(message)
        url = f"{self.public}/{domain}.slack.com/archives/{channel['id']}/p{ts.replace('.', '')}"
        return self.show(
            ts, "lamppost", html.unescape(text), url, media=media, reply_to=root, channel=channel["id"],
            name=body.get("username"), broadcast=body.get("reply_broadcast", False), raw=text,
            unfurl=(body.get("unfurl_links"), body.get("unfurl_media")),
        )  # fmt: skip

    @route("GET", "/archives/<channel>/<message>")
    def public_page(self, request: Request, channel: str, message: str) -> Any:
        found = next(each for each in self.messages if each["ts"].replace(".", "") == message[1:])
        return page(f"#{self.channels[channel]['name']}", f"<p>{html.escape(html.unescape(found['text']))}")

    @route("GET", "/api/conversations.history")
    @route("POST", "/api/conversations.history")
    def history(self, request: Request) -> Any:
        return self._read(request, [each for each in self.messages if not each["thread_ts"]])

    @route("GET", "/api/conversations.replies")
    @route("POST", "/api/conversations.replies")
    def replies(self, request: Request) -> Any:
        root = request.values.get("ts")
        return self._read(
            request, [each for each in self.messages if root in (each["ts"], each["thread_ts"])]
        )

    def _read(self, request: Request, messages: list[dict[str, Any]]) -> Any:
        channel = self._channel(request.values.get("channel"))
        self._caller(request, "groups:history" if channel["is_private"] else "channels:history")
        oldest, latest = float(request.values.get("oldest", 0)), float(request.values.get("latest", "inf"))
        kept = [m for m in messages if m["channel"] == channel["id"] and oldest <= float(m["ts"]) <= latest]
        plain = request.values.get("include_all_metadata") not in ("true", "1")
        found = [
            {k: v for k, v in m.items() if v and not (plain and k == "metadata")} for m in reversed(kept)
        ]
        return self._paged(request, "messages", found, self.page)

    @route("POST", "/api/chat.delete")
    def delete(self, request: Request) -> Any:
        self._caller(request, "chat:write")
        body = _json(request)
        with self.lock:
            if not any(each["ts"] == body["ts"] for each in self.messages):
                raise refusal("message_not_found")
            self.messages = [each for each in self.messages if each["ts"] != body["ts"]]
            self.shown = [each for each in self.shown if each.id != body["ts"]]
        return {"ok": True, "channel": body["channel"], "ts": body["ts"]}

    # -- files -------------------------------------------------------------------------------------------

    @route("POST", "/api/files.getUploadURLExternal")
    def place(self, request: Request) -> Any:
        self._caller(request, "files:write")
        form = request.form
        if request.mimetype != "application/x-www-form-urlencoded" or not form.get("filename"):
            raise refusal("invalid_arguments")
        if not form.get("length", "").isdecimal() or int(form["length"]) == 0:
            raise refusal("invalid_arguments")
        if len(form.get("alt_txt", "")) > 1000:
            raise refusal("alt_txt_too_large")
        file = f"F{self.number()}"
        self.files[file] = {
            "id": file, "name": form["filename"], "length": int(form["length"]), "alt": form.get("alt_txt", ""),
            "size": None, "shares": {}, "looks": self.processing,
        }  # fmt: skip
        return {"ok": True, "upload_url": f"https://files.slack.com/upload/v1/{file}", "file_id": file}

    @route("POST", "/upload/v1/<file>", host="files.slack.com")
    def upload(self, request: Request, file: str) -> Any:
        if file not in self.files or "Authorization" in request.headers:
            return answer("", 404)
        size, digest = 0, hashlib.sha256()
        while piece := request.stream.read(1 << 20):
            size += len(piece)
            digest.update(piece)
        if size != self.files[file]["length"]:
            return answer("wrong length", 400)
        self.files[file] |= {"size": size, "sha256": digest.hexdigest()}
        return answer(f"OK - {size}")

    @route("POST", "/api/files.completeUploadExternal")
    def complete(self, request: Request) -> Any:
        _, _, domain = self._caller(request, "files:write")
        body = _json(request)
        self._check_look(request, body)
        channel = self._channel(body.get("channel_id"))
        found = [self.files.get(each["id"]) for each in body["files"]]
        if not found or any(file is None or file["size"] is None for file in found):
            raise refusal("file_not_found")
        files: list[dict[str, Any]] = [file for file in found if file]
        with self.lock:
            if any(file["shares"] for file in files):
                return {"ok": True, "files": body["files"]}  # shown already
            media = [{name: file[name] for name in ("name", "size", "sha256", "alt")} for file in files]
            shown = self._say(domain, channel, body.get("initial_comment", ""), media, body)
            kind = "private" if channel["is_private"] else "public"
            for file in files:
                file["shares"] = {kind: {channel["id"]: [{"ts": shown.id}]}}
        return {"ok": True, "files": body["files"]}

    @route("GET", "/api/files.info")
    @route("POST", "/api/files.info")
    def info(self, request: Request) -> Any:
        self._caller(request, "files:read")
        file = self.files.get(request.values.get("file", ""))
        if file is None:
            raise refusal("file_not_found")
        file["looks"] -= 1
        shares = file["shares"] if file["looks"] < 0 else {}
        return {"ok": True, "file": {"id": file["id"], "name": file["name"], "shares": shares}}

    @route("POST", "/api/files.delete")
    def forget(self, request: Request) -> Any:
        self._caller(request, "files:write")
        if self.files.pop(_json(request)["file"], None) is None:
            raise refusal("file_deleted")
        return {"ok": True}

    def events(
        self, body: dict[str, Any], secret: str = "sandbox-slack-signing-secret"
    ) -> tuple[dict[str, str], bytes]:
        """Headers and body of a request that Slack would send us."""
        import hmac

        raw, stamp = json.dumps(body).encode(), str(int(self.now().timestamp()))
        digest = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + raw, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}, raw


def _json(request: Request) -> dict[str, Any]:
    if request.mimetype != "application/json":
        raise refusal("invalid_post_type")
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise refusal("invalid_json")
    return body


def _check_blocks(blocks: Any) -> list[dict[str, Any]]:
    if not isinstance(blocks, list) or len(blocks) > 50:
        raise refusal("invalid_blocks")
    for each in blocks:
        match each:
            case {"type": "section", "text": {"type": "mrkdwn", "text": str(said)}} if 0 < len(said) <= 3000:
                pass
            case {"type": "image", "image_url": str(url), "alt_text": str(alt)} if (
                url and len(url) <= 3000 and 0 < len(alt) <= 2000
            ):
                pass
            case _:
                raise refusal("invalid_blocks_format")
    if sum(len(each["text"]["text"]) for each in blocks if each["type"] == "section") > 13_200:
        raise refusal("msg_blocks_too_long")
    return blocks


def _fetched(block: dict[str, Any]) -> dict[str, Any]:
    """An image block's picture, fetched as Slack does."""
    if not re.match("https?://", block["image_url"]):
        raise refusal("invalid_blocks")
    try:
        with urlopen(block["image_url"], timeout=10) as found:
            data = found.read()
    except OSError:
        raise refusal(
            "invalid_blocks", response_metadata={"messages": ["downloading image failed"]}
        ) from None
    return {
        "url": block["image_url"],
        "alt": block["alt_text"],
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }
