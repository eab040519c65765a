"""Files at X's stand-in: pictures at once, films and GIFs in chunks that are counted and looked through."""

import hashlib
from typing import Any

from werkzeug.wrappers import Request

from ..base import Person, answer, route
from .answers import body_of, invalid, problem
from .sign_in import XSignIn

TYPES = {
    "tweet_image": {"image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp", "image/tiff"},
    "tweet_gif": {"image/gif"},
    "tweet_video": {"video/mp4", "video/quicktime", "video/webm", "video/mp2t"},
}
CHUNK = 5 * 1024 * 1024


class XFiles(XSignIn):
    #: How often a film is looked at before it is ready.
    looks = 2

    def reset(self) -> None:
        super().reset()
        with self.lock:
            self.uploads: dict[str, dict[str, Any]] = {}

    @route("POST", "/2/media/upload")
    def one_shot(self, request: Request) -> Any:
        person = self.caller(request, "media.write")
        file = request.files.get("media")
        if file is None or request.form.get("media_category") != "tweet_image":
            raise invalid("media and media_category=tweet_image are needed.")
        data = file.read()
        if file.mimetype not in TYPES["tweet_image"] or len(data) > 5 * 1024 * 1024:
            raise invalid("The file is no picture, or larger than 5 MB.")
        return answer({"data": self._keep(person, file.mimetype, "tweet_image", len(data), _sha(data))})

    def _keep(self, person: Person, mime: str, category: str, size: int, sha: str = "") -> dict[str, Any]:
        number = str(self.number())
        self.uploads[number] = {
            "owner": person.id, "mime": mime, "category": category, "size": size, "sha256": sha, "alt": "",
            "chunks": {}, "state": "succeeded" if sha else "open", "looks": 0,
        }  # fmt: skip
        kind = {"tweet_image": 3, "tweet_gif": 16, "tweet_video": 7}[category]
        return {"id": number, "media_key": f"{kind}_{number}", "expires_after_secs": 86_400}

    def _upload(self, person: Person, number: str) -> dict[str, Any]:
        upload = self.uploads.get(number)
        if upload is None or upload["owner"] != person.id:
            raise problem(404, "Not Found", "The media id is not known.")
        return upload

    @route("POST", "/2/media/upload/initialize")
    def initialize(self, request: Request) -> Any:
        person = self.caller(request, "media.write")
        wanted = body_of(
            request, {"media_type", "total_bytes", "media_category", "additional_owners", "shared"}
        )
        category, size = wanted.get("media_category"), wanted.get("total_bytes")
        if category not in TYPES or wanted.get("media_type") not in TYPES[category] or type(size) is not int:
            raise invalid("media_type, media_category and total_bytes do not fit together.")
        if size > {"tweet_image": 5, "tweet_gif": 15, "tweet_video": 512}[category] * 1024 * 1024:
            raise invalid("The file is too large.")
        return {"data": self._keep(person, wanted["media_type"], category, size)}

    @route("POST", "/2/media/upload/<number>/append")
    def append(self, request: Request, number: str) -> Any:
        upload = self._upload(self.caller(request, "media.write"), number)
        file, index = request.files.get("media"), request.form.get("segment_index", "")
        if file is None or not index.isdigit() or int(index) > 999:
            raise invalid("media and a segment_index from 0 to 999 are needed.")
        data = file.read()
        if len(data) > CHUNK or upload["state"] != "open":
            raise invalid("The chunk is too large, or the upload is closed.")
        upload["chunks"][int(index)] = (len(data), _sha(data))
        return {"data": {"expires_at": int(self.now().timestamp()) + 86_400}}

    @route("POST", "/2/media/upload/<number>/finalize")
    def finalize(self, request: Request, number: str) -> Any:
        upload = self._upload(self.caller(request, "media.write"), number)
        chunks = upload["chunks"]
        if (
            sorted(chunks) != list(range(len(chunks)))
            or sum(size for size, _ in chunks.values()) != upload["size"]
        ):
            raise invalid("The chunks do not make up total_bytes.")
        if upload["state"] == "open":
            upload |= {"state": "pending", "looks": self.looks}
            upload["sha256"] = _sha("".join(chunks[index][1] for index in sorted(chunks)).encode())
        return {"data": {"id": number, "processing_info": {"state": upload["state"], "check_after_secs": 1}}}

    @route("GET", "/2/media/upload")
    def status(self, request: Request) -> Any:
        if request.args.get("command") != "STATUS":
            raise invalid("command must be STATUS.")
        number = request.args.get("media_id", "")
        upload = self._upload(self.caller(request, "media.write"), number)
        if upload["state"] in {"pending", "in_progress"}:
            upload["looks"] -= 1
            upload["state"] = "in_progress" if upload["looks"] > 0 else "succeeded"
        info: dict[str, Any] = {"state": upload["state"], "progress_percent": 50}
        if upload["state"] == "in_progress":
            info["check_after_secs"] = 2
        if upload["state"] == "failed":
            info["error"] = {"code": 1, "name": "InvalidMedia", "message": "file is corrupt"}
        return {"data": {"id": number, "processing_info": info}}

    @route("POST", "/2/media/metadata")
    def describe(self, request: Request) -> Any:
        person = self.caller(request, "media.write")
        wanted = body_of(request, {"id", "metadata"})
        said = (wanted.get("metadata") or {}).get("alt_text", {}).get("text")
        if not isinstance(said, str) or not 1 <= len(said) <= 1000:
            raise invalid("alt_text holds 1 to 1000 characters.")
        self._upload(person, wanted.get("id", ""))["alt"] = said
        return {"data": {"id": wanted["id"]}}


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
