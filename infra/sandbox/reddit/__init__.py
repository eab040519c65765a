"""A stand-in of Reddit: subreddits with rules, submissions, media that show up late, comments."""

import hashlib
import html
import re
from typing import Any

from werkzeug.wrappers import Request, Response

from ..base import Person, Refusal, answer, route
from ..consent import OAuth2StandIn, page
from .subreddits import FLAIRS, SUBREDDITS, Subreddit, about

WWW, API = "www.reddit.com", "oauth.reddit.com"
STORAGE = "reddit-uploaded-media.s3-accelerate.amazonaws.com"
_AGENT = re.compile(r"sandbox-reddit-user-agent|\w+:[\w.-]+:v?[\w.]+( \(by /u/[\w-]+\))?")
_MOST = {"image": 20_000_000, "video": 1_000_000_000}


def errors(*told: tuple[str, str, str]) -> Refusal:
    """Reddit's refusal: a 200 with a list."""
    return Refusal(200, {"json": {"errors": [list(each) for each in told]}})


class RedditStandIn(OAuth2StandIn):
    key = "reddit"
    hosts = (WWW, API, STORAGE)
    people = (Person("2aa1", "ada", "ada"), Person("2aa2", "ben", "ben"))
    client_id = "sandbox-reddit-client-id"
    client_secret = "sandbox-reddit-client-secret"
    client_auth = "client_secret_basic"
    known_scopes = ("identity", "read", "submit", "flair", "edit", "history", "mysubreddits")
    token_life = 86400
    rotates = False

    def reset(self) -> None:
        super().reset()
        with self.lock:
            self.assets: dict[str, dict[str, Any]] = {}
            self.things: dict[str, dict[str, Any]] = {}
            self.processing = 2
            self._keep(
                "t3_1a", Person("", "", "old"), "/r/lamps/comments/1a/old/", "lamps", {"title": "Old"}, ""
            )

    # -- every call --------------------------------------------------------------------------------------

    def _view(self, request: Request, host: str, path: str) -> Response:
        called = host == API or path.startswith(("/api/v1/access_token", "/api/v1/revoke_token"))
        if called and not _AGENT.match(request.headers.get("User-Agent", "")):
            raise Refusal(
                403, "<html><body>whoa there, pardner!</body></html>", {"Content-Type": "text/html"}
            )
        response = super()._view(request, host, path.rstrip("/") or "/")
        if host == API:
            response.headers |= {"x-ratelimit-used": "4", "x-ratelimit-remaining": "996.0"}
            response.headers["x-ratelimit-reset"] = "314"
        return response

    def unauthorized(self) -> Refusal:
        told = {"WWW-Authenticate": 'Bearer realm="reddit", error="invalid_token"'}
        return Refusal(401, {"message": "Unauthorized", "error": 401}, told)

    def forbidden(self, scope: str) -> Refusal:
        told = {"WWW-Authenticate": 'Bearer realm="reddit", error="insufficient_scope"'}
        return Refusal(403, {"message": "Forbidden", "error": 403}, told)

    # -- consent -----------------------------------------------------------------------------------------

    @route("GET", "/api/v1/authorize", WWW)
    def consent(self, request: Request) -> Any:
        if request.args.get("duration") != "permanent":
            return page("Wrong request", "<p>duration must be permanent for a refresh token.</p>", 400)
        return self.authorize(request)

    @route("POST", "/api/v1/authorize", WWW)
    def decided(self, request: Request) -> Any:
        return self.decide(request)

    @route("POST", "/api/v1/access_token", WWW)
    def exchange(self, request: Request) -> Any:
        return self.token(request)

    def token_refusal(self, error: str, status: int = 200) -> Refusal:
        if status == 401:
            return Refusal(401, {"message": "Unauthorized", "error": 401})
        return Refusal(200, {"error": error})

    @route("POST", "/api/v1/revoke_token", WWW)
    def revoke(self, request: Request) -> Any:
        self._client(request, request.form)
        with self.lock:
            grant = self.refreshing.pop(request.form.get("token", ""), None)
            ended = [token for token, each in self.tokens.items() if grant and each.person == grant.person]
            for token in ended:
                del self.tokens[token]
        return answer(None, 204)

    @route("GET", "/api/v1/me", API)
    def who(self, request: Request) -> Any:
        person = self.caller(request, "identity")
        icon = f"{self.face(person)}?width=256&s=abc"
        return {"id": person.id, "name": person.handle, "icon_img": icon, "is_suspended": False}

    # -- files -------------------------------------------------------------------------------------------

    @route("POST", "/api/media/asset.json", API)
    def lease(self, request: Request) -> Any:
        person = self.caller(request, "submit")
        mime = request.form.get("mimetype", "")
        if mime not in {"image/png", "image/jpeg", "image/gif", "video/mp4", "video/quicktime"}:
            raise errors(("BAD_MIME", "that file type is not supported", "mimetype"))
        number = f"as{self.number()}"
        key = f"{number}/{request.form.get('filepath', 'file')}"
        self.assets[number] = {"owner": person.id, "mime": mime, "key": key, "size": None, "policy": number}
        fields = {"acl": "private", "key": key, "policy": number, "Content-Type": mime, "x-amz-date": "now"}
        return {
            "args": {
                "action": f"//{STORAGE}",
                "fields": [{"name": name, "value": value} for name, value in fields.items()],
            },
            "asset": {"asset_id": number, "websocket_url": f"wss://ws.reddit.sandbox/{number}"},
        }

    @route("POST", "/", STORAGE)
    def store(self, request: Request) -> Any:
        if "Authorization" in request.headers or not request.content_length:
            raise _s3("InvalidArgument", 400)
        form, file = request.form, request.files.get("file")
        asset = self.assets.get(form.get("policy", ""))
        if asset is None or asset["size"] is not None or file is None:
            raise _s3("AccessDenied", 403)
        if form.get("key") != asset["key"] or form.get("Content-Type") != asset["mime"]:
            raise _s3("AccessDenied", 403)
        digest, size = hashlib.sha256(), 0
        while block := file.stream.read(1 << 20):
            digest.update(block)
            size += len(block)
        most = _MOST[asset["mime"].partition("/")[0]]
        if size > most:
            raise _s3("EntityTooLarge", 400, f"<ProposedSize>{size}</ProposedSize><MaxSizeAllowed>{most}")
        asset |= {"size": size, "sha256": digest.hexdigest()}
        where = f"https://{STORAGE}/{asset['key'].replace('/', '%2F')}"
        body = f"<PostResponse><Location>{where}</Location></PostResponse>"
        return answer(body, 201, {"Content-Type": "application/xml"})

    def _used(self, person: Person, key: str, kind: str) -> dict[str, Any]:
        """An uploaded asset by its address or id, used up by this."""
        for number, asset in self.assets.items():
            if key in {number, f"https://{STORAGE}/{asset['key']}"} and asset["owner"] == person.id:
                if asset["size"] is None or not asset["mime"].startswith(kind) or asset.get("used"):
                    break
                asset["used"] = True
                return asset
        raise errors(("BAD_URL", "you should check that url", "url"))

    # -- posts -------------------------------------------------------------------------------------------

    @route("POST", "/api/submit", API)
    def submit(self, request: Request) -> Any:
        person = self.caller(request, "submit")
        form = request.form
        if request.mimetype != "application/x-www-form-urlencoded" or form.get("api_type") != "json":
            return answer("<html>jquery</html>", 200, {"Content-Type": "text/html"})
        kind, said = form.get("kind", ""), form.get("text", "")
        there = self._subreddit(person, form.get("sr", ""))
        self._refuse(there, form.to_dict(), kind)
        media = self._media(person, form, kind)
        if kind == "crosspost" and form.get("crosspost_fullname") not in self.things:
            raise errors(("INVALID_CROSSPOST_THING", "that isn't a valid thing to crosspost", ""))
        thing = self._make(person, there, form.to_dict(), media, said)
        if kind in {"image", "video", "videogif"}:
            thing["hidden"] = self.processing
            data = {"user_submitted_page": f"https://{WWW}/user/{person.handle}/submitted/"}
            return {"json": {"errors": [], "data": {**data, "websocket_url": "wss://ws.reddit.sandbox/1"}}}
        known = {"id": thing["id"], "name": thing["name"], "url": thing["address"]}
        return {"json": {"errors": [], "data": known}}

    @route("POST", "/api/submit_gallery_post.json", API)
    def gallery(self, request: Request) -> Any:
        person = self.caller(request, "submit")
        wanted = request.get_json(silent=True) or {}
        there = self._subreddit(person, wanted.get("sr", ""))
        self._refuse(there, wanted, "image")
        items = wanted.get("items", [])
        if not 2 <= len(items) <= 20:
            raise errors(("TOO_FEW_GALLERY_ITEMS", "a gallery needs 2 to 20 images", "items"))
        media = [self._used(person, item["media_id"], "image") for item in items]
        thing = self._make(person, there, wanted, media, wanted.get("text", ""))
        return {"json": {"errors": [], "data": {"url": thing["address"]}}}

    def _subreddit(self, person: Person, name: str) -> Subreddit:
        there = next((each for each in SUBREDDITS if each.name.lower() == name.lower()), None)
        if there is None:
            raise errors(("SUBREDDIT_NOEXIST", "that subreddit doesn't exist", "sr"))
        if not there.open or person.handle in there.banned or _elsewhere(there, person):
            raise errors(("SUBREDDIT_NOTALLOWED", "you aren't allowed to post there.", "sr"))
        return there

    def _refuse(self, there: Subreddit, wanted: dict[str, Any], kind: str) -> None:
        title, said = wanted.get("title", ""), wanted.get("text", "")
        if not 0 < len(title) <= 300:
            raise errors(("TOO_LONG", "this is too long (max: 300)", "title"))
        if len(said) > 40_000:
            raise errors(("TOO_LONG", "this is too long (max: 40000)", "text"))
        if kind == "self" and there.takes == "link":
            raise errors(("NO_SELFS", "this subreddit doesn't allow text posts", "sr"))
        if kind == "link" and there.takes == "self":
            raise errors(("NO_LINKS", "this subreddit doesn't allow links", "sr"))
        if kind in {"image", "video", "videogif"} and not there.media:
            raise errors(("NO_IMAGES", "this subreddit doesn't allow images", "sr"))
        self._refuse_flair(there, wanted)
        self._refuse_link(there, wanted, kind)

    def _refuse_flair(self, there: Subreddit, wanted: dict[str, Any]) -> None:
        flair = next((each for each in FLAIRS if each["id"] == wanted.get("flair_id")), None)
        if wanted.get("flair_id") and (flair is None or not there.flairs or flair["mod_only"]):
            raise errors(("BAD_FLAIR_TEMPLATE_ID", "that flair doesn't exist", "flair"))
        if there.flair_required and flair is None:
            told = ("SUBMIT_VALIDATION_FLAIR_REQUIRED", "Your post must contain post flair.", "flair")
            raise Refusal(400, {"json": {"errors": [list(told)]}})

    def _refuse_link(self, there: Subreddit, wanted: dict[str, Any], kind: str) -> None:
        url = wanted.get("url", "")
        if kind == "link" and not url.startswith("http"):
            raise errors(("NO_URL", "a url is required", "url"))
        again = any(each["link"] == url and each["subreddit"] == there.name for each in self.things.values())
        if kind == "link" and again and wanted.get("resubmit", "").lower() != "true":
            raise errors(("ALREADY_SUB", "that link has already been submitted", "url"))

    def _media(self, person: Person, form: Any, kind: str) -> list[dict[str, Any]]:
        if kind == "image":
            return [self._used(person, form.get("url", ""), "image")]
        if kind in {"video", "videogif"}:
            film = self._used(person, form.get("url", ""), "video")
            return [film, self._used(person, form.get("video_poster_url", ""), "image")]
        if kind not in {"self", "link", "crosspost"}:
            raise errors(("INVALID_OPTION", "that option is not valid", "kind"))
        return []

    def _make(
        self, person: Person, there: Subreddit, wanted: dict[str, Any], media: list[dict[str, Any]], said: str
    ) -> dict[str, Any]:
        number = f"{self.number():x}"
        path = f"/r/{there.name}/comments/{number}/post/"
        told = ("title", "kind", "nsfw", "spoiler", "sendreplies", "flair_id", "flair_text")
        more = {name: wanted.get(name) for name in (*told, "crosspost_fullname")}
        more |= {"link": wanted.get("url"), "subreddit": there.name}
        address = f"{self.public}/{WWW}{path}"
        self.show(f"t3_{number}", person.handle, said, address, media=media, **more)
        return self._keep(f"t3_{number}", person, path, there.name, wanted, said)

    def _keep(
        self, name: str, person: Person, path: str, there: str, wanted: dict[str, Any], said: str
    ) -> dict[str, Any]:
        self.things[name] = {
            "id": name.partition("_")[2],
            "name": name,
            "author": person.handle,
            "subreddit": there,
            "title": wanted.get("title"),
            "link": wanted.get("url", ""),
            "body": said,
            "permalink": path,
            "address": f"https://{WWW}{path}",
            "created_utc": self.now().timestamp(),
            "link_id": wanted.get("thing_id"),
            "hidden": 0,
            "score": 7,
            "num_comments": 2,
            "view_count": None,
        }
        return self.things[name]

    @route("POST", "/api/comment", API)
    def comment(self, request: Request) -> Any:
        person = self.caller(request, "submit")
        parent, said = request.form.get("thing_id", ""), request.form.get("text", "")
        if parent not in self.things:
            raise Refusal(404, {"message": "Not Found", "error": 404})
        if not said.strip() or len(said) > 10_000:
            raise errors(("TOO_LONG", "this is too long (max: 10000)", "text"))
        number = f"{self.number():x}"
        path = f"{self.things[parent]['permalink']}{number}/"
        self.show(f"t1_{number}", person.handle, said, f"{self.public}/{WWW}{path}", reply_to=parent)
        there = self.things[parent]["subreddit"]
        thing = self._keep(f"t1_{number}", person, path, there, request.form.to_dict(), said)
        known = {name: thing[name] for name in ("id", "name", "permalink", "body", "link_id")}
        return {"json": {"errors": [], "data": {"things": [{"kind": "t1", "data": known}]}}}

    # -- reading -----------------------------------------------------------------------------------------

    @route("GET", "/user/<name>/submitted", API)
    def submitted(self, request: Request, name: str) -> Any:
        return self._listing(request, name, "t3_")

    @route("GET", "/user/<name>/comments", API)
    def comments(self, request: Request, name: str) -> Any:
        return self._listing(request, name, "t1_")

    def _listing(self, request: Request, name: str, kind: str) -> Any:
        self.caller(request, "history")
        own = [each for each in self.things.values() if each["author"] == name and each["name"][:3] == kind]
        for thing in own:
            thing["hidden"] -= 1
        seen = [thing for thing in own[::-1] if thing["hidden"] < 0]
        names, after, most = (
            [each["name"] for each in seen],
            request.args.get("after"),
            request.args.get("limit", 25),
        )
        start = names.index(after) + 1 if after in names else 0
        page = seen[start : start + int(most)]
        more = page[-1]["name"] if page and page[-1] is not seen[-1] else None
        return _listed(page, request.args.get("raw_json") == "1", after=more)

    @route("GET", "/api/info", API)
    def info(self, request: Request) -> Any:
        self.caller(request, "read")
        wanted = request.args.get("id", "").split(",")
        return _listed([self.things[name] for name in wanted if name in self.things], raw=True)

    @route("POST", "/api/del", API)
    def delete(self, request: Request) -> Any:
        person = self.caller(request, "edit")
        thing = self.things.get(request.form.get("id", ""))
        if thing is None or thing["author"] != person.handle:
            raise Refusal(403, {"message": "Forbidden", "error": 403})
        with self.lock:
            self.shown = [shown for shown in self.shown if shown.id != thing["name"]]
            del self.things[thing["name"]]
        return {}

    @route("GET", "/subreddits/search", API)
    def search(self, request: Request) -> Any:
        self.caller(request, "read")
        word = request.args.get("q", "").lower()
        found = [each for each in SUBREDDITS if word in each.name.lower() or word in each.title.lower()]
        return _listed([about(each, "") for each in found[: int(request.args.get("limit", 25))]], raw=True)

    @route("GET", "/subreddits/mine/subscriber", API)
    def mine(self, request: Request) -> Any:
        self.caller(request, "mysubreddits")
        return _listed([about(each, "") for each in SUBREDDITS[:2]], raw=True)

    @route("GET", "/r/<name>/about", API)
    def about_one(self, request: Request, name: str) -> Any:
        person = self.caller(request, "read")
        return {"kind": "t5", "data": about(self._known(name), person.handle)}

    @route("GET", "/api/v1/<name>/post_requirements", API)
    def requirements(self, request: Request, name: str) -> Any:
        self.caller(request, "submit")
        required = self._known(name).flair_required
        return {
            "is_flair_required": required,
            "title_text_max_length": 300,
            "body_restriction_policy": "none",
        }

    @route("GET", "/r/<name>/api/link_flair_v2", API)
    def flairs(self, request: Request, name: str) -> Any:
        self.caller(request, "flair")
        if not self._known(name).flairs:
            raise Refusal(403, {"message": "Forbidden", "error": 403})
        return answer(FLAIRS)

    def _known(self, name: str) -> Subreddit:
        there = next((each for each in SUBREDDITS if each.name.lower() == name.lower()), None)
        if there is None:
            raise Refusal(404, {"message": "Not Found", "error": 404, "reason": "banned"})
        return there

    @route("GET", "/r/<there>/comments/<number>/<slug>", WWW)
    @route("GET", "/r/<there>/comments/<number>/<slug>/<comment>", WWW)
    def public_page(self, request: Request, there: str, number: str, slug: str, comment: str = "") -> Any:
        thing = self.things.get(f"t1_{comment}" if comment else f"t3_{number}")
        if thing is None:
            return page("page not found", "<p>there doesn't seem to be anything here", 404)
        return page(thing["title"] or f"r/{there}", f"<p>{html.escape(thing['body'])}")


def _s3(code: str, status: int, more: str = "") -> Refusal:
    body = f"<Error><Code>{code}</Code>{more}</Error>"
    return Refusal(status, body, {"Content-Type": "application/xml"})


def _listed(things: list[dict[str, Any]], raw: bool, after: str | None = None) -> dict[str, Any]:
    """A listing; without raw_json, texts come with `&`, `<` and `>` escaped."""
    plain = things if raw else [{k: _escaped(v) for k, v in thing.items()} for thing in things]
    children = [{"kind": str(thing.get("name", "t5"))[:2], "data": thing} for thing in plain]
    return {"kind": "Listing", "data": {"children": children, "after": after}}


def _escaped(value: Any) -> Any:
    return html.escape(value, quote=False) if isinstance(value, str) else value


def _elsewhere(there: Subreddit, person: Person) -> bool:
    """Whether `there` is somebody else's profile."""
    return there.name.startswith("u_") and there.name[2:] != person.handle
