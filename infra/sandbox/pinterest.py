"""A stand-in of Pinterest (API v5): boards, sections, Pins from pictures that it fetches and films it works on."""

import hashlib
import html
import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import httpx2
from PIL import Image
from werkzeug.wrappers import Request, Response

from .base import Person, Refusal, answer, route
from .consent import Grant, OAuth2StandIn, page

SITE, API = "www.pinterest.com", "api.pinterest.com"
STORAGE = "pinterest-media-upload.s3-accelerate.amazonaws.com"
_KINDS = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}
_LENGTHS = {"title": 100, "description": 800, "alt_text": 500, "link": 2048}


def refusal(status: int, code: int, message: str) -> Refusal:
    return Refusal(status, {"code": code, "message": message})


class PinterestStandIn(OAuth2StandIn):
    key = "pinterest"
    hosts = (SITE, API, STORAGE)
    people = (
        Person("549755885101", "Lamps & Co", "lampsandco"),
        Person("549755885102", "Ben Wick", "benwick"),
    )
    client_id = "sandbox-pinterest-client-id"
    client_secret = "sandbox-pinterest-client-secret"
    client_auth = "client_secret_basic"
    separator = ","
    known_scopes = (
        "boards:read", "boards:write", "pins:read", "pins:write", "user_accounts:read",
        "boards:read_secret", "boards:write_secret", "pins:read_secret", "pins:write_secret",
    )  # fmt: skip
    token_life = 2592000

    def reset(self) -> None:
        super().reset()
        with self.lock:
            self.boards: dict[str, dict[str, Any]] = {}
            self.sections: dict[str, dict[str, Any]] = {}
            self.pins: dict[str, dict[str, Any]] = {}
            self.films: dict[str, dict[str, Any]] = {}
            self.processing = 2
            for number, person in enumerate(self.people):
                self._make_board(f"54975588517{number}", person.id, {"name": f"{person.name}: ideas"})
            self._make_board("549755885175", self.people[0].id, {"name": "Lamps"})
            self.sections["5001"] = {"id": "5001", "name": "Oil", "board": "549755885175"}

    # -- consent and tokens ------------------------------------------------------------------------------

    @route("GET", "/oauth/", SITE)
    def consent(self, request: Request) -> Any:
        return self.authorize(request)

    @route("POST", "/oauth/", SITE)
    def decided(self, request: Request) -> Any:
        return self.decide(request)

    @route("POST", "/v5/oauth/token", API)
    def exchange(self, request: Request) -> Any:
        if request.mimetype != "application/x-www-form-urlencoded":
            raise refusal(400, 1, "The request body must be form-encoded.")
        return self.token(request)

    def grant(self, grant: Grant) -> Any:
        life = 5184000
        until = self.now() + timedelta(seconds=life)
        return {
            **super().grant(grant),
            "response_type": "authorization_code",
            "refresh_token_expires_in": life,
            "refresh_token_expires_at": int(until.timestamp()),
        }

    def token_refusal(self, error: str, status: int = 400) -> Refusal:
        code, message = (2, "Authentication failed.") if status == 401 else (283, "Invalid grant.")
        return Refusal(status, {"code": code, "message": message})

    def unauthorized(self) -> Refusal:
        return refusal(401, 2, "Authentication failed.")

    def forbidden(self, scope: str) -> Refusal:
        return refusal(403, 29, f"Your application is missing the scope: {scope}")

    @route("GET", "/v5/user_account", API)
    def who(self, request: Request) -> Any:
        person = self.caller(request, "user_accounts:read")
        known = {"id": person.id, "username": person.handle, "account_type": "BUSINESS"}
        return {**known, "business_name": person.name, "profile_image": self.face(person), "about": ""}

    # -- boards ------------------------------------------------------------------------------------------

    @route("GET", "/v5/boards", API)
    def list_boards(self, request: Request) -> Any:
        person = self.caller(request, "boards:read")
        return self._paged(request, [each for each in self.boards.values() if each["owner_id"] == person.id])

    @route("POST", "/v5/boards", API)
    def create_board(self, request: Request) -> Any:
        person = self.caller(request, "boards:read", "boards:write")
        wanted = self._json(request)
        name = str(wanted.get("name", ""))
        if not 0 < len(name) <= 50 or wanted.get("privacy", "PUBLIC") not in {
            "PUBLIC",
            "PROTECTED",
            "SECRET",
        }:
            raise refusal(400, 1, "Invalid board: check its name and privacy.")
        if any(each["name"] == name and each["owner_id"] == person.id for each in self.boards.values()):
            raise refusal(400, 58, "Sorry! You already have a board with that name.")
        return answer(self._make_board(f"5497558{self.number()}", person.id, wanted), 201)

    def _make_board(self, number: str, owner: str, wanted: dict[str, Any]) -> dict[str, Any]:
        self.boards[number] = {
            "id": number,
            "name": wanted["name"],
            "description": wanted.get("description"),
            "privacy": wanted.get("privacy", "PUBLIC"),
            "pin_count": 0,
            "owner_id": owner,
            "owner": {"username": self.person(owner).handle},
        }
        return self.boards[number]

    @route("GET", "/v5/boards/<board>/sections", API)
    def list_sections(self, request: Request, board: str) -> Any:
        self._board(self.caller(request, "boards:read"), board)
        return self._paged(request, [each for each in self.sections.values() if each["board"] == board])

    @route("POST", "/v5/boards/<board>/sections", API)
    def create_section(self, request: Request, board: str) -> Any:
        self._board(self.caller(request, "boards:read", "boards:write"), board)
        name = str(self._json(request).get("name", ""))
        if not 0 < len(name) <= 180:
            raise refusal(400, 1, "The name of a section has 1 to 180 characters.")
        number = str(self.number())
        self.sections[number] = {"id": number, "name": name, "board": board}
        return answer({"id": number, "name": name}, 201)

    @route("GET", "/v5/boards/<board>/pins", API)
    def list_pins(self, request: Request, board: str) -> Any:
        self._board(self.caller(request, "boards:read", "pins:read"), board)
        return self._paged(request, [pin for pin in self.pins.values() if pin["board_id"] == board][::-1])

    def _board(self, person: Person, board: str) -> dict[str, Any]:
        if board not in self.boards:
            raise refusal(404, 40, "Board not found.")
        if self.boards[board]["owner_id"] != person.id:
            raise refusal(403, 7, "You are not authorized to access that board or Pin.")
        return self.boards[board]

    def _paged(self, request: Request, items: list[dict[str, Any]]) -> Any:
        size, start = int(request.args.get("page_size", 25)), int(request.args.get("bookmark", 0))
        if not 1 <= size <= 250:
            raise refusal(400, 1, "page_size: 1 to 250")
        end = start + size
        return {"items": items[start:end], "bookmark": str(end) if end < len(items) else None}

    def _json(self, request: Request) -> dict[str, Any]:
        wanted = request.get_json(silent=True) if request.is_json else None
        if not isinstance(wanted, dict):
            raise refusal(400, 1, "The request body must be JSON.")
        return wanted

    # -- films -------------------------------------------------------------------------------------------

    @route("POST", "/v5/media", API)
    def register(self, request: Request) -> Any:
        person = self.caller(request, "pins:read", "pins:write")
        if self._json(request).get("media_type") != "video":
            raise refusal(400, 1, "media_type must be video.")
        number = str(self.number())
        key = f"uploads/{number}:video"
        self.films[number] = {
            "owner": person.id,
            "key": key,
            "status": "registered",
            "looks": self.processing,
        }
        named = {"x-amz-date": "20260101T000000Z", "x-amz-signature": number, "x-amz-security-token": "IQ=="}
        more = {
            "x-amz-algorithm": "AWS4-HMAC-SHA256",
            "key": key,
            "policy": "eyJ=",
            "x-amz-credential": "ASIA",
        }
        fields = {**named, **more, "Content-Type": "multipart/form-data"}
        known = {"media_id": number, "media_type": "video", "upload_url": f"https://{STORAGE}/"}
        return answer({**known, "upload_parameters": fields}, 201)

    @route("POST", "/", STORAGE)
    def store(self, request: Request) -> Any:
        if "Authorization" in request.headers or not request.content_length:
            return _s3("InvalidArgument", 400)
        form, file = request.form, request.files.get("file")
        film = self.films.get(form.get("x-amz-signature", ""))
        needed = {
            "x-amz-date",
            "x-amz-security-token",
            "x-amz-algorithm",
            "policy",
            "x-amz-credential",
            "Content-Type",
        }
        if film is None or file is None or form.get("key") != film["key"] or needed - set(form):
            return _s3("AccessDenied", 403)
        digest, size = hashlib.sha256(), 0
        while block := file.stream.read(1 << 20):
            digest.update(block)
            size += len(block)
        film |= {"size": size, "sha256": digest.hexdigest(), "mime": file.mimetype, "status": "processing"}
        return answer(None, 204)

    @route("GET", "/v5/media/<number>", API)
    def film(self, request: Request, number: str) -> Any:
        self.caller(request, "pins:read")
        film = self.films.get(number)
        if film is None:
            raise refusal(404, 50, "Media not found.")
        if film["status"] == "processing":
            film["looks"] -= 1
            film["status"] = "processing" if film["looks"] >= 0 else "succeeded"
        return {"media_id": number, "media_type": "video", "status": film["status"]}

    # -- Pins --------------------------------------------------------------------------------------------

    @route("POST", "/v5/pins", API)
    def create(self, request: Request) -> Any:
        person = self.caller(request, "boards:read", "boards:write", "pins:read", "pins:write")
        wanted = self._json(request)
        self._refuse(person, wanted)
        media = self._media(person, wanted.get("media_source") or {})
        return answer(self._make(person, wanted, media), 201)

    def _refuse(self, person: Person, wanted: dict[str, Any]) -> None:
        board, section = str(wanted.get("board_id", "")), wanted.get("board_section_id")
        if not re.fullmatch(r"\d+", board):
            raise refusal(400, 1, f"'{board}' does not match '^\\d+$' (board_id)")
        self._board(person, board)
        if section is not None and self.sections.get(section, {}).get("board") != board:
            raise refusal(404, 2031, "Board section not found.")
        for name, most in _LENGTHS.items():
            if len(str(wanted.get(name) or "")) > most:
                raise refusal(
                    400, 1, f"Invalid request: {name} is longer than the constraint: maxLength={most}"
                )

    def _media(self, person: Person, source: dict[str, Any]) -> list[dict[str, Any]]:
        match source.get("source_type"):
            case "image_url":
                return [_fetched(source.get("url", ""))]
            case "multiple_image_urls":
                items = source.get("items", [])
                if not 2 <= len(items) <= 5:
                    raise refusal(400, 1, f"Invalid request: {len(items)} items, constraint: maxItems=5")
                media = [_fetched(item.get("url", "")) for item in items]
                if len({(each["width"], each["height"]) for each in media}) > 1:
                    raise refusal(400, 1, "Invalid request: all images of a carousel must have the same size")
                return media
            case "video_id":
                return self._film(person, source)
        raise refusal(400, 1, "Invalid request: media_source.source_type is not known")

    def _film(self, person: Person, source: dict[str, Any]) -> list[dict[str, Any]]:
        film = self.films.get(str(source.get("media_id")))
        if film is None or film["owner"] != person.id or film["status"] != "succeeded":
            raise refusal(400, 1, "Invalid request: the media is not ready")
        known = {name: film[name] for name in ("size", "sha256", "mime")}
        if "cover_image_url" in source:
            return [known, _fetched(source["cover_image_url"])]
        if not isinstance(source.get("cover_image_key_frame_time"), int):
            raise refusal(400, 1, "Invalid request: cover_image_url or cover_image_content_type is needed")
        return [{**known, "frame": source["cover_image_key_frame_time"]}]

    def _make(self, person: Person, wanted: dict[str, Any], media: list[dict[str, Any]]) -> dict[str, Any]:
        number = f"8137443{self.number()}"
        told = ("title", "link", "alt_text", "dominant_color", "board_id", "board_section_id")
        more = {name: wanted.get(name) for name in told}
        url = f"{self.public}/{SITE}/pin/{number}/"
        self.show(number, person.handle, wanted.get("description", ""), url, media=media, **more)
        self.pins[number] = {
            "id": number,
            "created_at": f"{self.now():%Y-%m-%dT%H:%M:%S}",
            "description": wanted.get("description"),
            "owner": person.id,
            **more,
        }
        self.boards[wanted["board_id"]]["pin_count"] += 1
        return self.pins[number]

    def _pin(self, person: Person, number: str) -> dict[str, Any]:
        if number not in self.pins:
            raise refusal(404, 50, "Pin not found.")
        if self.pins[number]["owner"] != person.id:
            raise refusal(403, 7, "You are not authorized to access that board or Pin.")
        return self.pins[number]

    @route("DELETE", "/v5/pins/<number>", API)
    def delete(self, request: Request, number: str) -> Any:
        self._pin(self.caller(request, "boards:write", "pins:write"), number)
        with self.lock:
            self.shown = [shown for shown in self.shown if shown.id != number]
            del self.pins[number]
        return answer(None, 204)

    @route("GET", "/v5/pins/<number>/analytics", API)
    def analytics(self, request: Request, number: str) -> Any:
        self._pin(self.caller(request, "boards:read", "pins:read"), number)
        for name in ("start_date", "end_date", "metric_types"):
            if not request.args.get(name):
                raise refusal(400, 1, f"{name} is needed")
        if request.args["start_date"] < f"{self.now() - timedelta(days=90):%Y-%m-%d}":
            raise refusal(400, 1, "start_date: at most 90 days back")
        day = {"IMPRESSION": 240, "PIN_CLICK": 12, "OUTBOUND_CLICK": 3, "SAVE": 5}
        wanted = {name: day[name] for name in request.args["metric_types"].split(",")}
        daily = [{"date": request.args["end_date"], "data_status": "READY", "metrics": wanted}]
        return {"all": {"lifetime_metrics": {"TOTAL_COMMENTS": 1}, "daily_metrics": [*daily, *daily]}}

    @route("GET", "/pin/<number>/", SITE)
    def public_page(self, request: Request, number: str) -> Any:
        pin = self.pins.get(number)
        if pin is None:
            return page("Not found", "<p>This Pin is gone.", 404)
        return page(pin["title"] or "Pin", f"<p>{html.escape(pin['description'] or '')}")


def _fetched(url: str) -> dict[str, Any]:
    """A picture, fetched over HTTP as Pinterest does."""
    try:
        got = httpx2.get(url)
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError):
        got = None
    if got is None or got.status_code != 200:
        raise refusal(400, 1, "Sorry, we could not use this image. Unable to reach the URL.")
    try:
        with Image.open(BytesIO(got.content)) as picture:
            kind, (width, height) = _KINDS.get(picture.format or ""), picture.size
    except OSError:
        kind, width, height = None, 0, 0
    if kind is None or len(got.content) > 20_000_000:
        raise refusal(400, 235, "Sorry, we could not use this image: its type or size is not supported.")
    digest = hashlib.sha256(got.content).hexdigest()
    return {"mime": kind, "size": len(got.content), "sha256": digest, "width": width, "height": height}


def _s3(code: str, status: int) -> Response:
    return answer(f"<Error><Code>{code}</Code></Error>", status, {"Content-Type": "application/xml"})
