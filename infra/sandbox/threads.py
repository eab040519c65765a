"""A stand-in of Threads: login, containers, chains of replies, quotas, and what is public."""

import json
import re
from typing import Any

from werkzeug.wrappers import Request, Response

from chalicelib import text

from .base import Person, route
from .consent import page
from .meta import MEGABYTE, SelfRenewing, chosen, given, graph_error, paged

QUOTA, REPLY_QUOTA = 250, 1000
CONTROLS = ("everyone", "accounts_you_follow", "mentioned_only", "parent_post_author_only", "followers_only")
KINDS = ("TEXT", "IMAGE", "VIDEO", "CAROUSEL")


class ThreadsStandIn(SelfRenewing):
    key = "threads"
    hosts = ("graph.threads.net", "threads.net", "www.threads.net")
    people = (
        Person("24001234567890123", "Ada Lantern", "ada"),
        Person("24001234567890124", "Ben Wick", "ben"),
    )
    client_id = "sandbox-threads-app-id"
    client_secret = "sandbox-threads-app-secret"
    known_scopes = (
        "threads_basic", "threads_content_publish", "threads_manage_replies", "threads_manage_insights",
        "threads_read_replies", "threads_delete",
    )  # fmt: skip
    exchange_grant, refresh_grant = "th_exchange_token", "th_refresh_token"

    def reset(self) -> None:
        super().reset()
        with self.lock:
            self.containers: dict[str, dict[str, Any]] = {}
            self.posts: dict[str, dict[str, Any]] = {}
            self.used = {"post": 0, "reply": 0}

    # -- login -------------------------------------------------------------------------------------------

    @route("GET", "/oauth/authorize", host="threads.net")
    def consent(self, request: Request) -> Any:
        return self.authorize(request)

    @route("POST", "/oauth/authorize", host="threads.net")
    def decided(self, request: Request) -> Any:
        return self.decide(request)

    @route("POST", "/oauth/access_token", host="graph.threads.net")
    def exchange(self, request: Request) -> Any:
        token = self.token(request)["access_token"]
        return {"access_token": token, "user_id": int(self.tokens[token].person)}

    @route("GET", "/access_token", host="graph.threads.net")
    def long(self, request: Request) -> Any:
        return self.lengthen(request)

    @route("GET", "/refresh_access_token", host="graph.threads.net")
    def again(self, request: Request) -> Any:
        return self.renew(request)

    @route("GET", "/v1.0/me", host="graph.threads.net")
    def who(self, request: Request) -> Any:
        person = self.person(self.bearer(request, "threads_basic").person)
        record = {
            "id": person.id, "username": person.handle, "name": person.name, "is_verified": False,
            "threads_profile_picture_url": self.face(person),
        }  # fmt: skip
        return chosen(record, request)

    def own(self, request: Request, number: str, *scopes: str) -> Person:
        grant = self.bearer(request, "threads_basic", *scopes)
        if grant.person != number:
            raise graph_error(10, "(#10) Application does not have permission for this action", 0, 403)
        return self.person(number)

    # -- containers --------------------------------------------------------------------------------------

    @route("POST", "/v1.0/<number>/threads", host="graph.threads.net")
    def contain(self, request: Request, number: str) -> Any:
        person, wanted = self.own(request, number, "threads_content_publish"), given(request)
        kind, child = wanted.get("media_type", ""), wanted.get("is_carousel_item") == "true"
        self._refuse(wanted, kind, child)
        if wanted.get("reply_to_id"):
            self.own(request, number, "threads_manage_replies")
        files = self._files(wanted, kind, person)
        made = str(self.number())
        with self.lock:
            self.containers[made] = {
                "owner": person.id, "kind": kind, "child": child, "files": files, "wanted": wanted, "status": "",
                "looks": 2 if kind == "VIDEO" else self.processing, "says": "",
            }  # fmt: skip
        return {"id": made}

    def _refuse(self, wanted: dict[str, Any], kind: str, child: bool) -> None:
        said, card = wanted.get("text", ""), wanted.get("link_attachment")
        plain = [name for name in ("link_attachment", "poll_attachment") if wanted.get(name)]
        if kind not in KINDS or (child and (said or kind in {"TEXT", "CAROUSEL"})):
            raise graph_error(100, "(#100) Param media_type is not valid here")
        if kind == "TEXT" and not said.strip() and not card:
            raise graph_error(100, "(#100) Param text is required")
        if text.count(said, "threads") > 500:
            raise graph_error(100, "Param text must be at most 500 characters long.")
        if len({*re.findall(r"https?://[^\s]+", said), *([card] if card else [])}) > 5:
            raise graph_error(100, "THREADS_API__LINK_LIMIT_EXCEEDED")
        if (plain and kind != "TEXT") or len(plain) > 1:
            raise graph_error(100, f"(#100) {' and '.join(plain)} cannot stand here")
        self._refuse_options(wanted)

    def _refuse_options(self, wanted: dict[str, Any]) -> None:
        topic = wanted.get("topic_tag", "")
        if topic and (len(topic) > 50 or "." in topic or "&" in topic):
            raise graph_error(100, "(#100) Param topic_tag is not valid")
        if wanted.get("reply_control", "everyone") not in CONTROLS:
            raise graph_error(100, "(#100) Param reply_control is not valid")
        for name in ("reply_to_id", "quote_post_id"):
            if wanted.get(name) and wanted[name] not in self.posts:
                raise graph_error(100, f"Object with ID '{wanted[name]}' does not exist", 33)
        if poll := wanted.get("poll_attachment"):
            answers = json.loads(poll)
            if not {"option_a", "option_b"} <= set(answers) <= {f"option_{letter}" for letter in "abcd"}:
                raise graph_error(100, "(#100) Param poll_attachment is not valid")

    def _files(self, wanted: dict[str, Any], kind: str, person: Person) -> list[dict[str, Any]]:
        if kind == "TEXT":
            return []
        if kind == "CAROUSEL":
            return self._children(str(wanted.get("children", "")).split(","), person)
        known = self.fetch(wanted.get(f"{kind.lower()}_url", ""), 2207052)
        if not known["mime"].startswith(kind.lower()) or (kind == "IMAGE" and known["size"] > 8 * MEGABYTE):
            raise graph_error(100, "(#100) The file is too large or of a wrong type")
        if kind == "IMAGE" and known["mime"] not in {"image/jpeg", "image/png"}:
            raise graph_error(100, "(#100) Only JPEG and PNG are taken")
        spoiler = {"spoiler": True} if wanted.get("is_spoiler_media") == "true" else {}
        return [{**known, "alt": wanted.get("alt_text", ""), **spoiler}]

    def _children(self, names: list[str], person: Person) -> list[dict[str, Any]]:
        known = [self.containers[name] for name in names if name in self.containers]
        if not 2 <= len(names) <= 20 or len(known) != len(names):
            raise graph_error(100, "(#100) A carousel has 2 to 20 children")
        if any(each["looks"] > 0 or not each["child"] or each["owner"] != person.id for each in known):
            raise graph_error(100, "(#100) A child is not finished")
        return [each["files"][0] for each in known]

    def fail_container(self, number: str, status: str, says: str = "") -> None:
        """What a test wants a container to come to."""
        self.containers[number] |= {"status": status, "says": says}

    # -- publishing --------------------------------------------------------------------------------------

    @route("POST", "/v1.0/<number>/threads_publish", host="graph.threads.net")
    def publish(self, request: Request, number: str) -> Any:
        person, wanted = self.own(request, number, "threads_content_publish"), given(request)
        box = self.containers.get(str(wanted.get("creation_id")))
        if box is None or box["owner"] != person.id or box["child"] or box["status"]:
            raise graph_error(100, "(#100) The container cannot be published")
        if box["looks"] > 0:
            raise graph_error(24, "The requested resource does not exist", 4279009)
        kind = "reply" if box["wanted"].get("reply_to_id") else "post"
        with self.lock:
            if self.used[kind] >= {"post": QUOTA, "reply": REPLY_QUOTA}[kind]:
                raise graph_error(100, "You have exhausted the publishing quota of 24 hours")
            self.used[kind] += 1
            box["status"] = "PUBLISHED"
            return {"id": self._publish(person, box)}

    def _publish(self, person: Person, box: dict[str, Any]) -> str:
        number, wanted = str(self.number()), box["wanted"]
        url = f"{self.public}/www.threads.net/@{person.handle}/post/{number}"
        names = ("reply_control", "topic_tag", "link_attachment", "quote_post_id", "poll_attachment")
        more = {name: wanted[name] for name in names if name in wanted}
        said, parent = wanted.get("text", ""), wanted.get("reply_to_id")
        self.show(number, person.handle, said, url, media=box["files"], reply_to=parent, **more)
        self.posts[number] = {
            "id": number, "text": said or None, "permalink": url, "owner": person.id, "reply": bool(parent),
            "timestamp": self.now().strftime("%Y-%m-%dT%H:%M:%S+0000"), "media_type": box["kind"],
        }  # fmt: skip
        return number

    @route("GET", "/v1.0/<number>/threads_publishing_limit", host="graph.threads.net")
    def limit(self, request: Request, number: str) -> Any:
        self.own(request, number)
        known = {
            "quota_usage": self.used["post"], "config": {"quota_total": QUOTA, "quota_duration": 86400},
            "reply_quota_usage": self.used["reply"],
            "reply_config": {"quota_total": REPLY_QUOTA, "quota_duration": 86400},
        }  # fmt: skip
        wanted = request.args.get("fields", "quota_usage").split(",")
        return {"data": [{name: known[name] for name in wanted}]}

    @route("GET", "/v1.0/<number>/threads", host="graph.threads.net")
    def listed(self, request: Request, number: str) -> Any:
        self.own(request, number)
        return self._listed(request, number, replies=False)

    @route("GET", "/v1.0/<number>/replies", host="graph.threads.net")
    def replies(self, request: Request, number: str) -> Any:
        self.own(request, number, "threads_read_replies")
        return self._listed(request, number, replies=True)

    def _listed(self, request: Request, number: str, *, replies: bool) -> Any:
        found = [post for post in self.posts.values() if post["owner"] == number and post["reply"] is replies]
        return paged(found[::-1], request)

    # -- one object --------------------------------------------------------------------------------------

    @route("GET", "/v1.0/<number>", host="graph.threads.net")
    def read(self, request: Request, number: str) -> Any:
        self.bearer(request, "threads_basic")
        if number in self.posts:
            return chosen(self.posts[number], request)
        box = self._there(number, self.containers)
        with self.lock:
            box["looks"] -= 1
            status = box["status"] or ("FINISHED" if box["looks"] < 0 else "IN_PROGRESS")
            box["looks"] = max(box["looks"], 0) if status == "FINISHED" else box["looks"]
        return chosen({"id": number, "status": status, "error_message": box["says"] or None}, request)

    @route("DELETE", "/v1.0/<number>", host="graph.threads.net")
    def delete(self, request: Request, number: str) -> Any:
        self.bearer(request, "threads_delete")
        self._there(number, self.posts)
        with self.lock:
            self.posts.pop(number)
            self.shown = [shown for shown in self.shown if shown.id != number]
        return {"success": True, "deleted_id": number}

    @route("GET", "/v1.0/<number>/insights", host="graph.threads.net")
    def insights(self, request: Request, number: str) -> Any:
        self.bearer(request, "threads_manage_insights")
        self._there(number, self.posts)
        values = {"views": 50, "likes": 7, "replies": 2, "reposts": 1, "quotes": 0, "shares": 3}
        names = request.args.get("metric", "").split(",")
        return {
            "data": [
                {"name": name, "period": "lifetime", "values": [{"value": values[name]}]} for name in names
            ]
        }

    def _there(self, number: str, among: dict[str, dict[str, Any]]) -> dict[str, Any]:
        if number not in among:
            raise graph_error(100, f"Unsupported request. Object with ID '{number}' does not exist", 33)
        return among[number]

    @route("GET", "/@<handle>/post/<number>", host="www.threads.net")
    def public_page(self, request: Request, handle: str, number: str) -> Response:
        import html

        found = self.find(number)
        return page(f"@{handle}", html.escape(found.text) if found else "Gone", 200 if found else 404)
