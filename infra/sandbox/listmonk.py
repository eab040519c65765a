"""A stand-in of a listmonk server (6): API users, drafts, templates in everything that is sent, one start for each."""

import base64
import re
import secrets
from typing import Any

from werkzeug.wrappers import Request

from .base import Person, Refusal, StandIn, route
from .consent import page
from .letters import read

HOST = "lists.lamps.sandbox"
FIELDS = {
    "name", "subject", "lists", "type", "content_type", "body", "altbody", "template_id", "from_email", "messenger",
    "send_at", "tags", "headers", "media", "archive", "archive_slug", "archive_template_id", "archive_meta",
}  # fmt: skip
LISTS = {1: "Everyone", 2: "Lamp lighters", 3: "Nobody yet"}
#: A list that has no subscribers.
EMPTY = 3
TEMPLATES = ({"id": 1, "name": "Default", "type": "campaign", "is_default": True},
             {"id": 2, "name": "Night", "type": "campaign_visual", "is_default": False},
             {"id": 3, "name": "Welcome", "type": "tx", "is_default": False})  # fmt: skip
RIGHTS = (
    "campaigns:get_all",
    "campaigns:manage_all",
    "campaigns:send",
    "lists:get_all",
    "templates:get",
    "media:manage",
)
_BRACES = re.compile(r"\{\{\s*\"\{\{\"\s*\}\}")
_KNOWN = re.compile(r"\{\{\s*\.(Subscriber|Campaign)\.\w+\s*\}\}")


def refused(said: str, status: int = 400) -> Refusal:
    return Refusal(status, {"message": said})


class ListmonkStandIn(StandIn):
    key = "listmonk"
    hosts = (HOST,)
    people = (Person("1", "Ada Lantern", "ada"), Person("2", "Ben Wick", "ben"))
    token = "lamp-post-wick-1234"
    token_life = None

    def reset(self) -> None:
        super().reset()
        with self.lock:
            self.campaigns: dict[int, dict[str, Any]] = {}
            #: What the role of each user may do.
            self.rights = {"ada": RIGHTS, "ben": tuple(each for each in RIGHTS if each != "campaigns:send")}

    def caller(self, request: Request, *rights: str) -> Person:
        """The API user of a request, who needs one of `rights`."""
        kind, _, given = request.headers.get("Authorization", "").partition(" ")
        if kind not in {"Basic", "token"}:
            raise refused("unknown Authorization scheme")
        pair = base64.b64decode(given).decode() if kind == "Basic" else given
        name, _, token = pair.partition(":")
        person = next((each for each in self.people if each.handle == name), None)
        if person is None or token != self.token:
            raise refused("invalid API credentials", 403)
        if rights and not set(rights) & set(self.rights[name]):
            raise refused(f"permission denied: {rights[0]}", 403)
        return person

    # -- reading -----------------------------------------------------------------------------------------

    @route("GET", "/api/profile")
    def profile(self, request: Request) -> Any:
        person = self.caller(request)
        role = {"id": 2, "name": "Letters", "permissions": list(self.rights[person.handle])}
        known = {
            "id": int(person.id),
            "username": person.handle,
            "name": person.name,
            "email": None,
            "avatar": None,
        }
        return {"data": {**known, "type": "api", "user_role": role, "list_role": None}}

    @route("GET", "/api/config")
    def config(self, request: Request) -> Any:
        self.caller(request)
        groups = [{"group": "campaigns", "permissions": list(RIGHTS)}]
        known = {
            "root_url": f"https://{HOST}",
            "from_email": "Lamps <lamps@example.com>",
            "version": "v6.2.0",
        }
        return {"data": {**known, "messengers": ["email"], "permissions": groups}}

    @route("GET", "/api/health")
    def health(self, request: Request) -> Any:
        self.caller(request)
        return {"data": True}

    @route("GET", "/api/lists")
    def lists(self, request: Request) -> Any:
        self.caller(request, "lists:get_all")
        found = [
            {
                **self._base(number),
                "name": name,
                "type": "public",
                "optin": "single",
                "tags": [],
                "subscriber_count": 0 if number == EMPTY else 7,
            }
            for number, name in LISTS.items()
        ]
        return {"data": {"results": found, "total": len(found), "per_page": len(found), "page": 1}}

    def _base(self, number: int) -> dict[str, Any]:
        """What every record of listmonk's has."""
        made = self.now().isoformat()
        return {"id": number, "uuid": secrets.token_hex(16), "created_at": made, "updated_at": made}

    @route("GET", "/api/templates")
    def templates(self, request: Request) -> Any:
        self.caller(request, "templates:get")
        return {"data": list(TEMPLATES)}

    @route("GET", "/api/campaigns")
    def search(self, request: Request) -> Any:
        self.caller(request, "campaigns:get_all")
        wanted = set(request.args.getlist("tag"))
        found = [each for each in self.campaigns.values() if wanted <= set(each["tags"])][::-1]
        most = int(request.args.get("per_page", 20))
        results = [{**each, "body": ""} if request.args.get("no_body") else each for each in found[:most]]
        return {
            "data": {"results": results, "total": len(found), "per_page": most, "page": 1}
            if found
            else {"results": []}
        }

    @route("GET", "/api/campaigns/<int:number>")
    def one(self, request: Request, number: int) -> Any:
        self.caller(request, "campaigns:get_all")
        return {"data": self._campaign(number)}

    def _campaign(self, number: int) -> dict[str, Any]:
        if number not in self.campaigns:
            raise refused("Campaign not found")
        return self.campaigns[number]

    @route("GET", "/admin/campaigns/<int:number>")
    @route("GET", "/archive/<uuid>")
    def letter(self, request: Request, number: int = 0, uuid: str = "") -> Any:
        found = next(
            (each for each in self.campaigns.values() if each["id"] == number or each["uuid"] == uuid), None
        )
        return page(found["subject"], found["body"]) if found else page("listmonk", "<p>Gone.</p>")

    # -- writing -----------------------------------------------------------------------------------------

    @route("POST", "/api/media")
    def upload(self, request: Request) -> Any:
        self.caller(request, "media:manage")
        file = request.files.get("file")
        name = file.filename or "" if file else ""
        if file is None or name.rpartition(".")[2] not in {"jpeg", "jpg", "png", "gif", "svg"}:
            raise refused("Unsupported file type")
        size, number = len(file.read()), self.number()
        where = f"https://{HOST}/uploads/{name}"
        return {"data": {"id": number, "uuid": secrets.token_hex(16), "filename": name, "content_type": file.mimetype,
                         "url": where, "thumb_url": where, "meta": {"size": size}}}  # fmt: skip

    @route("POST", "/api/campaigns")
    def create(self, request: Request) -> Any:
        self.caller(request, "campaigns:manage_all")
        wanted = self._checked(request)
        with self.lock:
            number = self.number()
            numbers = dict.fromkeys(("views", "clicks", "bounces", "to_send", "sent"), 0)
            known = {**self._base(number), "status": "draft", "started_at": None, **numbers}
            self.campaigns[number] = {**wanted, **known}
        return {"data": self.campaigns[number]}

    @route("PUT", "/api/campaigns/<int:number>")
    def change(self, request: Request, number: int) -> Any:
        self.caller(request, "campaigns:manage_all")
        campaign = self._campaign(number)
        if campaign["status"] not in {"draft", "paused", "scheduled"}:
            raise refused("Cannot update a running or a finished campaign")
        campaign |= self._checked(request)
        return {"data": campaign}

    def _checked(self, request: Request) -> dict[str, Any]:
        wanted = request.get_json()
        if unknown := set(wanted) - FIELDS:
            raise refused(
                f"unknown fields {sorted(unknown)}"
            )  # listmonk drops them silently, which would hide a slip
        if not 1 <= len(wanted.get("subject", "")) <= 5000:
            raise refused("Invalid length for subject")
        if not 1 <= len(wanted.get("name", "")) <= 2000:
            raise refused("Invalid length for name")
        lists = [number for number in wanted.get("lists", []) if number in LISTS]
        if not lists:
            raise refused("Invalid list IDs.")
        if lists == [EMPTY]:
            raise refused("There are no subscribers in the selected lists to create the campaign")
        if (wanted.get("template_id") or 1) not in {each["id"] for each in TEMPLATES}:
            raise refused("Template not found")
        for name in ("subject", "body", "altbody"):
            self._compile(name, wanted.get(name) or "")
        tags = [re.sub(r"\s+", "-", tag) for tag in wanted.get("tags", [])]
        kept = {name: value for name, value in wanted.items() if value is not None}
        known = {
            "lists": [{"id": number, "name": LISTS[number]} for number in lists],
            "tags": tags,
            "media": [],
        }
        return {"template_id": 1, "altbody": "", "archive": False, **kept, **known}

    @staticmethod
    def _compile(name: str, said: str) -> str:
        """What a Go template gives: the expressions that are known are carried out, any other is an error."""
        rest = _KNOWN.sub("Ada", _BRACES.sub("\0", said))
        if "{{" in rest and (name == "body" or "}}" in rest.partition("{{")[2]):
            raise refused(f"Error compiling campaign {name}: template: content:1: unexpected expression")
        return rest.replace("\0", "{{")

    @route("PUT", "/api/campaigns/<int:number>/status")
    def start(self, request: Request, number: int) -> Any:
        person = self.caller(request, "campaigns:send")
        wanted = request.get_json().get("status")
        with self.lock:
            campaign = self._campaign(number)
            if wanted != "running" or campaign["status"] not in {"draft", "paused"}:
                raise refused("Only paused campaigns and drafts can be started.")
            campaign |= {"status": "running", "to_send": 7, "sent": 7, "views": 4, "clicks": 2}
            self._send(person, campaign)
        return {"data": campaign}

    def _send(self, person: Person, campaign: dict[str, Any]) -> None:
        said, pictures = read(self._compile("body", campaign["body"]))
        address = f"{self.public}/{HOST}/admin/campaigns/{campaign['id']}"
        more = {name: campaign[name] for name in ("lists", "tags", "template_id", "altbody")}
        subject = self._compile("subject", campaign["subject"])
        self.show(str(campaign["id"]), person.handle, said, address, media=pictures, subject=subject, **more)
