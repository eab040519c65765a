"""A stand-in of Bluesky: sign-in server, the server that holds the accounts, the video service, the readers' side."""

import hashlib
import html
import json
from collections.abc import Set
from typing import Any

from werkzeug.wrappers import Request, Response

from ..base import Person, Refusal, route
from ..consent import page
from .files import VIDEO, BlueskyFiles
from .lexicon import TID, blobs_of, check_moment, check_post, media_of
from .sessions import PDS, invalid, refusal

POST, REPOST = "app.bsky.feed.post", "app.bsky.feed.repost"
GATES = ("app.bsky.feed.threadgate", "app.bsky.feed.postgate")
NEWS = "news.bluesky.sandbox"


class BlueskyStandIn(BlueskyFiles):
    key = "bluesky"
    hosts = ("bsky.social", PDS, VIDEO, "public.api.bsky.app", "bsky.app", NEWS)

    def reset(self) -> None:
        super().reset()
        with self.lock:
            #: at-uri → {"cid", "value"}
            self.records: dict[str, dict[str, Any]] = {}
            ben = self.people[1].id
            self._store(
                f"at://{ben}/{POST}/3l25zusnsfck2",
                {"$type": POST, "text": "A wick", "createdAt": "2026-01-01T00:00:00Z"},
            )

    # -- reading -----------------------------------------------------------------------------------------

    @route("GET", "/xrpc/app.bsky.actor.getProfile", PDS)
    def profile(self, request: Request) -> Any:
        self.caller(request)
        wanted = request.args.get("actor")
        person = next((each for each in self.people if wanted in (each.id, each.handle)), None)
        if person is None:
            raise invalid("Profile not found")
        known = {"did": person.id, "handle": person.handle, "displayName": person.name}
        return {**known, "avatar": self.face(person)}

    @route("GET", "/xrpc/com.atproto.identity.resolveHandle", PDS)
    def resolve(self, request: Request) -> Any:
        person = next((each for each in self.people if each.handle == request.args.get("handle")), None)
        if person is None:
            raise invalid("Unable to resolve handle")
        return {"did": person.id}

    @route("GET", "/xrpc/app.bsky.feed.getPosts", PDS)
    def posts_signed(self, request: Request) -> Any:
        self.caller(request)
        return self._posts(request)

    @route("GET", "/xrpc/app.bsky.feed.getPosts", "public.api.bsky.app")
    def posts(self, request: Request) -> Any:
        return self._posts(request)

    def _posts(self, request: Request) -> Any:
        wanted = request.args.getlist("uris")
        if not 1 <= len(wanted) <= 25:
            raise invalid("uris must hold 1 to 25 addresses")
        numbers = {"likeCount": 7, "repostCount": 2, "replyCount": 1, "quoteCount": 0}
        found = [uri for uri in wanted if uri in self.records and f"/{POST}/" in uri]
        return {"posts": [{"uri": uri, "cid": self.records[uri]["cid"], **numbers} for uri in found]}

    @route("GET", "/xrpc/com.atproto.repo.getRecord", PDS)
    def get_record(self, request: Request) -> Any:
        query = request.args
        uri = f"at://{query.get('repo')}/{query.get('collection')}/{query.get('rkey')}"
        if uri not in self.records:
            raise refusal(400, "RecordNotFound", f"Could not locate record: {uri}")
        return {"uri": uri, **self.records[uri]}

    @route("GET", "/profile/<did>/post/<rkey>", "bsky.app")
    def public_page(self, request: Request, did: str, rkey: str) -> Any:
        found = self.records.get(f"at://{did}/{POST}/{rkey}")
        return page("Bluesky", f"<p>{html.escape(found['value']['text'])}</p>" if found else "<p>Gone.</p>")

    # -- writing -----------------------------------------------------------------------------------------

    @route("POST", "/xrpc/com.atproto.repo.putRecord", PDS)
    def put_record(self, request: Request) -> Any:
        person, wanted = self.caller(request), _body(request)
        with self.lock:
            self._check(person, wanted.get("repo"), wanted, wanted.get("record"))
            return self._write(person, _uri(wanted), wanted["record"])

    @route("POST", "/xrpc/com.atproto.repo.applyWrites", PDS)
    def apply_writes(self, request: Request) -> Any:
        """All of the writes, or none."""
        person, wanted = self.caller(request), _body(request)
        writes = wanted.get("writes")
        if not isinstance(writes, list) or not 1 <= len(writes) <= 200:
            raise invalid("Input must have writes")
        with self.lock:
            together = {_uri({**write, "repo": wanted.get("repo")}) for write in writes}
            for write in writes:
                if write.get("$type") != "com.atproto.repo.applyWrites#create":
                    raise invalid("Only creates are known here")
                self._check(person, wanted.get("repo"), write, write.get("value"), together)
            if together & set(self.records):
                raise Refusal(
                    500, {"error": "InternalServerError", "message": "There is already a value at key"}
                )
            done = [
                self._write(person, _uri({**write, "repo": wanted["repo"]}), write["value"])
                for write in writes
            ]
        kind = "com.atproto.repo.applyWrites#createResult"
        return {
            "commit": {"cid": done[0]["cid"], "rev": "3l"},
            "results": [{"$type": kind, **each} for each in done],
        }

    def _check(
        self, person: Person, repo: Any, where: dict[str, Any], record: Any, beside: Set[str] = frozenset()
    ) -> None:
        collection, rkey = where.get("collection"), str(where.get("rkey", ""))
        if repo != person.id:
            raise refusal(401, "AuthenticationRequired", "The repo is another account's")
        if not isinstance(record, dict) or record.get("$type") != collection:
            raise invalid(f"Invalid $type: expected {collection}")
        if not TID.fullmatch(rkey):
            raise invalid("Invalid record key")
        if collection == POST:
            check_post(record)
            self._check_ties(record)
        elif collection == REPOST:
            self._check_tie(record.get("subject"))
            check_moment(record)
        elif collection in GATES:
            own = f"at://{person.id}/{POST}/{rkey}"
            if record.get("post") != own or own not in beside | set(self.records):
                raise invalid("A gate stands beside its own post, under the same key")
            check_moment(record)
        else:
            raise invalid(f"Lexicon not found: {collection}")

    def _check_ties(self, record: dict[str, Any]) -> None:
        for blob in blobs_of(record):
            if blob["ref"]["$link"] not in self.blobs:
                raise refusal(400, "InvalidRequest", f"Could not find blob: {blob['ref']['$link']}")
        if reply := record.get("reply"):
            self._check_tie(reply.get("root"))
            self._check_tie(reply.get("parent"))

    def _check_tie(self, tie: Any) -> None:
        known = self.records.get(tie.get("uri", "")) if isinstance(tie, dict) else None
        if known is None or known["cid"] != tie.get("cid"):
            raise invalid("A reference must name a post and its cid")

    def _write(self, person: Person, uri: str, record: dict[str, Any]) -> dict[str, Any]:
        """Creates; the very same again is no write at all, another record under the key an edit of it."""
        before = self.records.get(uri)
        cid = self._store(uri, record)["cid"]
        if before is None:
            self._show(person, uri, record)
        elif before["cid"] != cid and (shown := self.find(uri)):
            shown.text, shown.more["edited"] = record.get("text", ""), True
        return {"uri": uri, "cid": cid, "validationStatus": "valid"}

    def _store(self, uri: str, record: dict[str, Any]) -> dict[str, Any]:
        canonical = json.dumps(record, sort_keys=True, separators=(",", ":"))
        cid = "bafyrei" + hashlib.sha256(canonical.encode()).hexdigest()[:52]
        self.records[uri] = {"cid": cid, "value": record}
        return self.records[uri]

    def _show(self, person: Person, uri: str, record: dict[str, Any]) -> None:
        collection, rkey = uri.split("/")[3:]
        if collection in GATES:
            return
        url = f"{self.public}/bsky.app/profile/{person.id}/post/{rkey}"
        self.show(
            uri,
            person.handle,
            record.get("text", ""),
            url,
            media=media_of(record.get("embed")),
            reply_to=record.get("reply", {}).get("parent", {}).get("uri"),
            record=record,
        )

    @route("POST", "/xrpc/com.atproto.repo.deleteRecord", PDS)
    def delete_record(self, request: Request) -> Any:
        person, wanted = self.caller(request), _body(request)
        if wanted.get("repo") != person.id:
            raise refusal(401, "AuthenticationRequired", "The repo is another account's")
        with self.lock:
            self.records.pop(_uri(wanted), None)
            self.shown = [shown for shown in self.shown if shown.id != _uri(wanted)]
        return {}

    # -- a page to link to -------------------------------------------------------------------------------

    @route("GET", "/lamps", NEWS)
    def news(self, request: Request) -> Response:
        tags = {"og:title": "Lamps & wicks", "og:description": "All about light", "og:image": "/lamp.png"}
        meta = "".join(
            f'<meta property="{name}" content="{html.escape(said)}">' for name, said in tags.items()
        )
        return Response(
            f"<!doctype html><title>News</title>{meta}<p>…", content_type="text/html; charset=utf-8"
        )

    @route("GET", "/lamp.png", NEWS)
    def news_picture(self, request: Request) -> Response:
        from io import BytesIO

        from PIL import Image

        out = BytesIO()
        Image.new("RGB", (120, 63), (250, 200, 80)).save(out, "PNG")
        return Response(out.getvalue(), content_type="image/png")


def _body(request: Request) -> dict[str, Any]:
    wanted = request.get_json(silent=True) if request.mimetype == "application/json" else None
    if not isinstance(wanted, dict):
        raise invalid("A JSON body is needed")
    return wanted


def _uri(where: dict[str, Any]) -> str:
    return f"at://{where.get('repo')}/{where.get('collection')}/{where.get('rkey')}"
