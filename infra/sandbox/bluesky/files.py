"""Blobs and films at Bluesky's stand-in; of their bytes only size and hash are kept."""

import hashlib
from typing import Any

from werkzeug.wrappers import Request

from ..base import Refusal, answer, route
from .sessions import PDS, BlueskySessions, invalid, refusal

MOST = 1_000_000
VIDEO = "video.bsky.app"
IMAGES = {"image/jpeg", "image/png", "image/webp"}


class BlueskyFiles(BlueskySessions):
    #: How often a film's job is asked for before it is done.
    looks = 2

    def reset(self) -> None:
        super().reset()
        with self.lock:
            self.blobs: dict[str, dict[str, Any]] = {}
            self.jobs: dict[str, dict[str, Any]] = {}
            self.films_left = 25

    def keep_blob(self, owner: str, mime: str, size: int, sha: str) -> dict[str, Any]:
        link = "bafkrei" + sha[:52]
        blob = {"$type": "blob", "ref": {"$link": link}, "mimeType": mime, "size": size}
        self.blobs[link] = {"owner": owner, "blob": blob, "sha256": sha}
        return blob

    @route("POST", "/xrpc/com.atproto.repo.uploadBlob", PDS)
    def upload_blob(self, request: Request) -> Any:
        size, sha = _hashed(request)
        person = self.caller(request)
        if not request.mimetype:
            raise invalid("Request encoding (Content-Type) required but not provided")
        if size > MOST:
            raise refusal(
                400, "BlobTooLarge", f"This file is too large. It is {size} but the maximum size is {MOST}."
            )
        return {"blob": self.keep_blob(person.id, request.mimetype, size, sha)}

    @route("GET", "/xrpc/app.bsky.video.getUploadLimits", VIDEO)
    def limits(self, request: Request) -> Any:
        self.service(request, f"did:web:{VIDEO}", "app.bsky.video.getUploadLimits")
        if self.films_left <= 0:
            return {"canUpload": False, "message": "You have reached your daily limit of 25 videos."}
        return {"canUpload": True, "remainingDailyVideos": self.films_left, "remainingDailyBytes": 10**10}

    @route("POST", "/xrpc/app.bsky.video.uploadVideo", VIDEO)
    def upload_video(self, request: Request) -> Any:
        size, sha = _hashed(request)
        person = self.service(request, f"did:web:{PDS}", "com.atproto.repo.uploadBlob")
        if request.mimetype != "video/mp4" or request.content_length != size:
            raise invalid("Content-Type video/mp4 and the exact Content-Length are needed")
        if request.args.get("did") != person.id or not request.args.get("name", "").endswith(".mp4"):
            raise invalid("did must be that of the account, and name end in .mp4")
        if size > 100_000_000:
            raise Refusal(413, {"error": "file_too_large"})
        known = next(
            (job for job in self.jobs.values() if job["sha"] == sha and job["did"] == person.id), None
        )
        if known is not None:
            raise refusal(409, "already_exists", "Video already processed", jobId=known["jobId"])
        number = f"job{self.number()}"
        self.films_left -= 1
        self.jobs[number] = {"jobId": number, "did": person.id, "sha": sha, "size": size, "looks": self.looks}
        return {"jobId": number, "did": person.id, "state": "JOB_STATE_CREATED", "progress": 0}

    @route("GET", "/xrpc/app.bsky.video.getJobStatus", VIDEO)
    def job_status(self, request: Request) -> Any:
        job = self.jobs.get(request.args.get("jobId", ""))
        if job is None:
            raise invalid("job not found")
        status = {"jobId": job["jobId"], "did": job["did"], "state": "JOB_STATE_ENCODING", "progress": 50}
        job["looks"] -= 1
        if job.get("failed"):
            status |= {"state": "JOB_STATE_FAILED", "error": "encode_failed", "message": job["failed"]}
        elif job["looks"] < 0:
            blob = self.keep_blob(job["did"], "video/mp4", job["size"], job["sha"])
            status |= {"state": "JOB_STATE_COMPLETED", "progress": 100, "blob": blob}
        return answer({"jobStatus": status})


def _hashed(request: Request) -> tuple[int, str]:
    """Size and SHA-256 of a body that is read a block at a time and not kept."""
    size, sha = 0, hashlib.sha256()
    while block := request.stream.read(65_536):
        size += len(block)
        sha.update(block)
    return size, sha.hexdigest()
