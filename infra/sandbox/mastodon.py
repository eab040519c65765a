"""A stand-in of a Mastodon server (4.5): apps, consent, media that takes its time, statuses with a key."""

import html
import secrets
from typing import Any

from werkzeug.wrappers import Request

from chalicelib import text

from .base import Person, Refusal, answer, route
from .consent import OAuth2StandIn, page

HOSTS = ("mastodon.sandbox", "mastodon.social")
LIMIT = 500


class MastodonStandIn(OAuth2StandIn):
    key = "mastodon"
    hosts = HOSTS
    people = (Person("101", "Ada Lantern", "ada"), Person("102", "Ben Wick", "ben"))
    known_scopes = ("profile", "read:accounts", "read:statuses", "write:statuses", "write:media")
    token_life = None
    refreshes = False

    def reset(self) -> None:
        super().reset()
        with self.lock:
            self.apps: dict[str, dict[str, Any]] = {}
            self.files: dict[str, dict[str, Any]] = {}
            self.keys: dict[tuple[str, str], dict[str, Any]] = {}
            self.statuses: dict[str, dict[str, Any]] = {}
            self.processing = 1
            self.old = False  # a server before 4.3

    def answers(self, host: str) -> bool:
        return host in self.hosts or host.endswith(".mastodon.sandbox")

    # -- apps and consent --------------------------------------------------------------------------------

    @route("POST", "/api/v1/apps")
    def register(self, request: Request) -> Any:
        wanted = request.get_json(silent=True) or request.form.to_dict()
        if "://" not in wanted.get("redirect_uris", ""):
            raise Refusal(422, {"error": "Validation failed: Redirect URI must be an absolute URI."})
        client, secret = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
        self.apps[client] = {**wanted, "client_id": client, "client_secret": secret}
        return {**self.apps[client], "client_secret_expires_at": 0}

    def client_known(self, client: str) -> bool:
        return client in self.apps

    def client_fits(self, client: str, secret: str) -> bool:
        return client in self.apps and self.apps[client]["client_secret"] == secret

    @route("GET", "/.well-known/oauth-authorization-server")
    def metadata(self, request: Request) -> Any:
        if self.old:
            raise Refusal(404, {"error": "Not Found"})
        return {"issuer": f"https://{self.hosts[0]}/", "scopes_supported": list(self.known_scopes)}

    @route("GET", "/oauth/authorize")
    def consent(self, request: Request) -> Any:
        return self.authorize(request)

    @route("POST", "/oauth/authorize")
    def decided(self, request: Request) -> Any:
        return self.decide(request)

    @route("POST", "/oauth/token")
    def exchange(self, request: Request) -> Any:
        return self.token(request)

    @route("POST", "/oauth/revoke")
    def revoke(self, request: Request) -> Any:
        self.revoke_token(request.form.get("token", ""))
        return {}

    def unauthorized(self) -> Refusal:
        return Refusal(401, {"error": "The access token is invalid"})

    def forbidden(self, scope: str) -> Refusal:
        return Refusal(403, {"error": "This action is outside the authorized scopes"})

    # -- reading -----------------------------------------------------------------------------------------

    @route("GET", "/api/v1/accounts/verify_credentials")
    def who(self, request: Request) -> Any:
        person = self.caller(request, "read:accounts" if self.old else "profile")
        return {
            "id": person.id,
            "username": person.handle,
            "acct": person.handle,
            "display_name": person.name,
            "avatar": self.face(person),
            "source": {"privacy": "public"},
        }

    @route("GET", "/api/v2/instance")
    def instance(self, request: Request) -> Any:
        statuses = {"max_characters": LIMIT, "max_media_attachments": 4, "characters_reserved_per_url": 23}
        return {
            "domain": "mastodon.sandbox",
            "version": "4.5.0",
            "api_versions": {"mastodon": 7},
            "configuration": {"statuses": statuses, "media_attachments": {"description_limit": 1500}},
        }

    @route("GET", "/api/v1/accounts/<account>/statuses")
    def timeline(self, request: Request, account: str) -> Any:
        own = [status for status in self.statuses.values() if status["account"]["id"] == account]
        return own[::-1][: int(request.args.get("limit", 20))]

    @route("GET", "/api/v1/statuses/<status>")
    def read(self, request: Request, status: str) -> Any:
        return self._status(status)

    @route("GET", "/@<handle>/<status>")
    def public_page(self, request: Request, handle: str, status: str) -> Any:
        return page(f"@{handle}", self._status(status)["content"])

    def _status(self, status: str) -> dict[str, Any]:
        if status not in self.statuses:
            raise Refusal(404, {"error": "Record not found"})
        return self.statuses[status]

    # -- writing -----------------------------------------------------------------------------------------

    @route("POST", "/api/v2/media")
    def upload(self, request: Request) -> Any:
        person = self.caller(request, "write:media")
        file = request.files.get("file")
        if file is None or file.mimetype == "application/octet-stream":
            raise Refusal(422, {"error": "Validation failed: File content type is invalid"})
        data = file.read()
        known = {"mime": file.mimetype, "size": len(data), "alt": request.form.get("description", "")}
        name = str(self.number())
        slow = file.mimetype.startswith("video/")
        self.files[name] = {**known, "owner": person.id, "looks": self.processing if slow else 0}

        return answer({"id": name, "type": "image", "url": None if slow else "x"}, 202 if slow else 200)

    @route("GET", "/api/v1/media/<file>")
    def media(self, request: Request, file: str) -> Any:
        self.caller(request, "write:media")

        if file not in self.files:
            raise Refusal(404, {"error": "Record not found"})
        self.files[file]["looks"] -= 1
        return answer({"id": file}, 206 if self.files[file]["looks"] >= 0 else 200)

    @route("POST", "/api/v1/statuses")
    def post(self, request: Request) -> Any:
        person = self.caller(request, "write:statuses")
        wanted = request.get_json(silent=True) or {}
        key = (person.id, request.headers.get("Idempotency-Key", ""))
        with self.lock:
            if key[1] and key in self.keys:
                return self.keys[key]
            status = self._make(person, wanted)
            self.keys[key] = status
        return status

    def _make(self, person: Person, wanted: dict[str, Any]) -> dict[str, Any]:
        said, files = wanted.get("status", ""), wanted.get("media_ids", [])
        self._refuse(said + wanted.get("spoiler_text", ""), files, wanted.get("in_reply_to_id"))
        number = str(self.number())
        url = f"{self.public}/{self.hosts[0]}/@{person.handle}/{number}"
        self.show(
            number,
            person.handle,
            said,
            url,
            media=[self.files.pop(file) for file in files],
            reply_to=wanted.get("in_reply_to_id"),
            visibility=wanted.get("visibility", "public"),
        )
        self.statuses[number] = {
            "id": number,
            "url": url,
            "content": f"<p>{html.escape(said)}</p>".replace("\n", "<br>"),
            "created_at": self.now().isoformat(),
            "account": {"id": person.id},
            "replies_count": 0,
            "reblogs_count": 2,
            "favourites_count": 5,
        }
        return self.statuses[number]

    def _refuse(self, said: str, files: list[str], parent: str | None) -> None:
        if not said.strip() and not files:
            raise Refusal(422, {"error": "Validation failed: Text can't be blank"})
        if text.count(said, "mastodon") > LIMIT:
            raise Refusal(422, {"error": f"Validation failed: Text character limit of {LIMIT} exceeded"})
        if len(files) > 4:
            raise Refusal(422, {"error": "Validation failed: Cannot attach more than 4 files"})
        if any(file not in self.files for file in files):
            raise Refusal(404, {"error": "Record not found"})
        if any(self.files[file]["looks"] > 0 for file in files):
            raise Refusal(422, {"error": "Cannot attach files that have not finished processing. Try again."})
        if parent and parent not in self.statuses:
            raise Refusal(404, {"error": "Record not found"})

    @route("DELETE", "/api/v1/statuses/<status>")
    def delete(self, request: Request, status: str) -> Any:
        self.caller(request, "write:statuses")
        self._status(status)
        with self.lock:
            self.shown = [shown for shown in self.shown if shown.id != status]
            return self.statuses.pop(status)
