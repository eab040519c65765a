"""The half of LinkedIn's stand-in that takes files: one piece for pictures and documents, parts for videos."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from werkzeug.wrappers import Request

from ..base import Refusal, answer, route
from .members import Members, refused

PART = 4_194_304


@dataclass
class Asset:
    """One file: where it stands, and of what was sent only sizes and sums."""

    urn: str
    owner: str
    kind: str
    size: int = 0
    status: str = "WAITING_UPLOAD"
    looks: int = 1
    mime: str = ""
    parts: dict[int, dict[str, Any]] = field(default_factory=dict)
    etags: list[str] = field(default_factory=list)

    @property
    def sums(self) -> list[str]:
        """The parts' sums in the order in which they were put together."""
        if not self.etags:
            return [part["sha256"] for part in self.parts.values()]
        by_etag = {part["etag"]: part["sha256"] for part in self.parts.values()}
        return [by_etag[etag] for etag in self.etags]


class Uploads(Members):
    """Views of `/rest/images`, `/rest/documents`, `/rest/videos` and of the addresses that they give."""

    def reset(self) -> None:
        super().reset()
        with self.lock:
            self.assets: dict[str, Asset] = {}
            #: How many looks a file of a page, and any video, is still being worked on.
            self.processing = 1

    @route("POST", "/rest/<any(images,documents,videos):where>")
    def initialize(self, request: Request, where: str) -> Any:
        body = request.get_json(silent=True) or {}
        if request.args.get("action") == "finalizeUpload" and where == "videos":
            return self._finalize(request, body.get("finalizeUploadRequest") or {})
        if request.args.get("action") != "initializeUpload":
            raise refused(400, "ILLEGAL_ARGUMENT", "unknown action")
        asked = body.get("initializeUploadRequest") or {}
        self.acts_for(request, asked.get("owner"))
        kind = where[:-1]
        asset = Asset(f"urn:li:{kind}:C{self.number()}", asked["owner"], kind, looks=self.processing)
        self.assets[asset.urn] = asset
        return {"value": self._instructions(asset, asked)}

    def _instructions(self, asset: Asset, asked: dict[str, Any]) -> dict[str, Any]:
        place = f"https://www.linkedin.com/dms-uploads/{asset.urn.rpartition(':')[2]}"
        ends = int((self.now().timestamp() + 3600) * 1000)
        if asset.kind != "video":
            return {"uploadUrl": f"{place}/0", "uploadUrlExpiresAt": ends, asset.kind: asset.urn}
        size = asked.get("fileSizeBytes")
        if not isinstance(size, int) or size < 1:
            raise refused(400, "MISSING_FIELD", "fileSizeBytes is needed")
        asset.size = size
        parts = [
            {"uploadUrl": f"{place}/{n}", "firstByte": first, "lastByte": min(first + PART, size) - 1}
            for n, first in enumerate(range(0, size, PART))
        ]
        token = f"token-{asset.urn.rpartition(':')[2]}"
        return {
            "video": asset.urn,
            "uploadToken": token,
            "uploadUrlsExpireAt": ends,
            "uploadInstructions": parts,
        }

    @route("PUT", "/dms-uploads/<name>/<int:part>", host="www.linkedin.com")
    def take(self, request: Request, name: str, part: int) -> Any:
        asset = next((each for each in self.assets.values() if each.urn.endswith(f":{name}")), None)
        if asset is None:
            raise refused(401, "EXPIRED", "the upload URL has expired")
        sent = self._received(request)
        self._fits(request, asset, part, sent["size"])
        etag = f'"/ambry/{name}/{part}/{sent["sha256"][:12]}"'
        asset.parts[part] = {**sent, "etag": etag}
        if asset.kind != "video":
            asset.mime, asset.size, asset.status = request.mimetype, sent["size"], "PROCESSING"
        return answer("", 201 if asset.kind != "video" else 200, {"ETag": etag})

    @staticmethod
    def _received(request: Request) -> dict[str, Any]:
        total, size = hashlib.sha256(), 0
        while block := request.stream.read(65_536):
            total.update(block)
            size += len(block)
        return {"size": size, "sha256": total.hexdigest()}

    @staticmethod
    def _fits(request: Request, asset: Asset, part: int, size: int) -> None:
        wanted = {"image": ("image/",), "document": ("application/",), "video": ("application/octet-stream",)}
        if not request.mimetype.startswith(wanted[asset.kind]):
            raise refused(415, "UNSUPPORTED_MEDIA_TYPE", f"{request.mimetype} for a {asset.kind}")
        if asset.kind == "video":
            if request.headers.get("Authorization"):
                raise refused(400, "BAD_REQUEST", "the address is signed; no Authorization beside it")
            if size != min(PART, asset.size - part * PART):
                raise refused(400, "BAD_REQUEST", f"part {part} has {size} bytes")

    def _finalize(self, request: Request, asked: dict[str, Any]) -> Any:
        asset = self.assets.get(asked.get("video", ""))
        if asset is None:
            raise refused(400, "ILLEGAL_ARGUMENT", "no such video")
        self.acts_for(request, asset.owner)
        if asset.status != "WAITING_UPLOAD":
            raise refused(400, "ILLEGAL_ARGUMENT", "the upload was finalized before")
        if asked.get("uploadToken") != f"token-{asset.urn.rpartition(':')[2]}":
            raise refused(400, "ILLEGAL_ARGUMENT", "wrong uploadToken")
        etags = asked.get("uploadedPartIds") or []
        if sorted(etags) != sorted(part["etag"] for part in asset.parts.values()):
            raise refused(400, "ILLEGAL_ARGUMENT", "uploadedPartIds do not name the parts")
        if len(etags) != -(-asset.size // PART):
            raise refused(400, "ILLEGAL_ARGUMENT", "parts are missing")
        asset.etags, asset.status, asset.mime = etags, "PROCESSING", "video/mp4"
        return answer("", 200)

    @route("GET", "/rest/<any(images,documents,videos):where>/<urn>")
    def asset(self, request: Request, where: str, urn: str) -> Any:
        asset = self.assets.get(urn)
        if asset is None or asset.kind != where[:-1]:
            raise refused(404, "NOT_FOUND", "no such file")
        if asset.kind != "video" or asset.owner.startswith("urn:li:organization:"):
            try:
                self.member(request, "r_organization_social")
                self.acts_for(request, asset.owner)
            except Refusal as no:
                raise refused(
                    403, "ACCESS_DENIED", f"Accessing this {asset.kind} resource is forbidden"
                ) from no
        else:
            self.acts_for(request, asset.owner)
        self._work_on(asset)
        return {"id": urn, "owner": asset.owner, "status": asset.status}

    @staticmethod
    def _work_on(asset: Asset) -> None:
        if asset.status == "PROCESSING":
            asset.looks -= 1
            if asset.looks < 0:
                asset.status = "AVAILABLE"

    def usable(self, owner: str, urn: Any, kind: str) -> dict[str, Any]:
        """A file as a post shows it; refused where it is another's, of another kind, or not there yet."""
        asset = self.assets.get(urn)
        if asset is None or asset.owner != owner or asset.kind != kind:
            raise refused(400, "ILLEGAL_ARGUMENT", f"{urn} is no {kind} of {owner}")
        # A member cannot see when a picture is ready, so LinkedIn takes it while it works on it.
        waits = kind == "video" or owner.startswith("urn:li:organization:")
        if asset.status == "WAITING_UPLOAD" or (waits and asset.status != "AVAILABLE"):
            raise refused(400, "MEDIA_ASSET_WAITING_UPLOAD", "MEDIA_ASSET_WAITING_UPLOAD: not ready")
        return {"urn": urn, "kind": kind, "mime": asset.mime, "size": asset.size, "sha256": asset.sums}
