"""A stand-in of a Mastodon server (4.5): apps, consent, media that takes its time, statuses with a key."""

import secrets
from datetime import timedelta
from typing import Any

from werkzeug.wrappers import Request, Response

from ..base import Person, Refusal, answer, route
from ..consent import OAuth2StandIn, page
from .statuses import CONFIGURATION, invalid, refuse, shown

HOSTS = ("mastodon.sandbox", "mastodon.social")


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
            self.ancient = False  # a server before 4.0

    def answers(self, host: str) -> bool:
        return host in self.hosts or host.endswith(".mastodon.sandbox")

    def handle(self, request: Request, host: str, path: str) -> Response:
        """Every answer names the tightest budget, and when it is whole again: hours away."""
        response = super().handle(request, host, path)
        reset = (self.now() + timedelta(hours=3)).isoformat().replace("+00:00", "Z")
        for name, value in (("Limit", "300"), ("Remaining", "299"), ("Reset", reset)):
            response.headers.setdefault(f"X-RateLimit-{name}", value)
        return response

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
        if self.ancient:
            raise Refusal(404, {"error": "Not Found"})
        return {
            "domain": "mastodon.sandbox",
            "version": "4.2.0" if self.old else "4.5.0",
            **({} if self.old else {"api_versions": {"mastodon": 7}}),
            "configuration": CONFIGURATION,
        }

    @route("GET", "/api/v1/instance")
    def first_instance(self, request: Request) -> Any:
        return {"uri": "mastodon.sandbox", "version": "3.5.0", "configuration": CONFIGURATION}

    def reader(self, request: Request) -> Person | None:
        """Who reads: nobody without a token, but a token must have the right to."""
        return self.caller(request, "read:statuses") if request.headers.get("Authorization") else None

    @route("GET", "/api/v1/accounts/<account>/statuses")
    def timeline(self, request: Request, account: str) -> Any:
        who, before = self.reader(request), request.args.get("max_id", "")
        seen = {"public", "unlisted", *(("private", "direct") if who and who.id == account else ())}
        own = [
            status
            for status in self.statuses.values()
            if status["account"]["id"] == account
            and status["visibility"] in seen
            and (not before or int(status["id"]) < int(before))
        ]
        return own[::-1][: min(40, int(request.args.get("limit", 20)))]

    @route("GET", "/api/v1/statuses/<status>")
    def read(self, request: Request, status: str) -> Any:
        self.reader(request)
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
        data, taken = file.read(), CONFIGURATION["media_attachments"]
        if file.mimetype not in taken["supported_mime_types"]:
            raise invalid("File content type is invalid")
        if len(data) > taken[f"{file.mimetype.partition('/')[0]}_size_limit"]:
            raise invalid("File file size is too large")
        if len(request.form.get("description", "")) > taken["description_limit"]:
            raise invalid("Description is too long")
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
        said, ids = wanted.get("status", ""), wanted.get("media_ids", [])
        if any(file not in self.files for file in ids):
            raise invalid(f"Media {', '.join(ids)} not found or already attached to another post")
        refuse(wanted, [self.files[file] for file in ids])
        for name in ("in_reply_to_id", "quoted_status_id"):
            if wanted.get(name) and wanted[name] not in self.statuses:
                raise Refusal(404, {"error": "Record not found"})
        return self._keep(person, wanted, said, [self.files.pop(file) for file in ids])

    def _keep(
        self, person: Person, wanted: dict[str, Any], said: str, files: list[dict[str, Any]]
    ) -> dict[str, Any]:
        number = str(self.number())
        url = f"{self.public}/{self.hosts[0]}/@{person.handle}/{number}"
        extra = ("poll", "quoted_status_id", "quote_approval_policy", "sensitive", "spoiler_text", "language")
        more = {name: wanted[name] for name in extra if name in wanted}
        reply, seen = wanted.get("in_reply_to_id"), wanted.get("visibility", "public")
        self.show(number, person.handle, said, url, media=files, reply_to=reply, visibility=seen, **more)
        self.statuses[number] = {
            "id": number,
            "url": url,
            "content": shown(said),
            "visibility": seen,
            "created_at": self.now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "account": {"id": person.id},
            "media_attachments": [{"id": "1", "type": "image"} for _ in files],
            "replies_count": 0,
            "reblogs_count": 2,
            "favourites_count": 5,
        }
        return self.statuses[number]

    @route("DELETE", "/api/v1/statuses/<status>")
    def delete(self, request: Request, status: str) -> Any:
        self.caller(request, "write:statuses")
        self._status(status)
        with self.lock:
            self.shown = [shown for shown in self.shown if shown.id != status]
            return self.statuses.pop(status)
