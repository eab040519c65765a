"""A stand-in of GitHub: OAuth and GitHub App sign-in, and the part of GraphQL and REST that discussions need.

Documents are told apart by their root field (the schema itself is checked in `tests/specs`); variables are
refused as GitHub refuses them.
"""

import hashlib
import html
import re
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

from werkzeug.wrappers import Request, Response

from .base import Person, Refusal, answer, route
from .consent import Grant, OAuth2StandIn, page

_INPUTS = {
    "createDiscussion": {"repositoryId", "categoryId", "title", "body", "clientMutationId"},
    "addDiscussionComment": {"discussionId", "body", "replyToId", "clientMutationId"},
    "addLabelsToLabelable": {"labelableId", "labelIds", "clientMutationId"},
    "deleteDiscussion": {"id", "clientMutationId"},
    "deleteDiscussionComment": {"id", "clientMutationId"},
}
_EMBED = re.compile(r"!?\[((?:\\.|[^\]\\])*)\]\((https?://[^\s)]+)\)")


def graphql_error(kind: str, message: str, field: str = "node") -> Refusal:
    error = {"message": message, "path": [field], **({"type": kind} if kind else {})}
    return Refusal(200, {"data": {field: None}, "errors": [error]})


class GitHubStandIn(OAuth2StandIn):
    key = "github"
    hosts = ("github.com", "api.github.com")
    people = (Person("501", "Ada Lantern", "ada"), Person("502", "Ben Wick", "ben"))
    client_id = "sandbox-github-client-id"
    client_secret = "sandbox-github-client-secret"
    known_scopes = ("public_repo", "repo", "read:user", "user", "offline_access")
    token_life = 28_800
    pkce = True

    def reset(self) -> None:
        super().reset()
        with self.lock:
            self.expiring = True
            self.installed = True
            self.discussions: dict[str, dict[str, Any]] = {}
            self.comments: dict[str, dict[str, Any]] = {}
            self.labelled: dict[str, list[str]] = {}
            self.maintainer = True
            self.saml = False
            self.repositories = {
                each["id"]: each
                for person in self.people
                for each in (
                    _repository(f"{person.handle}/lamps", person),
                    _repository(f"{person.handle}/quiet", person, hasDiscussionsEnabled=False),
                    _repository(f"{person.handle}/old", person, isArchived=True),
                    _repository(f"{person.handle}/town", person),
                )
            }

    # -- consent and tokens ------------------------------------------------------------------------------

    @route("GET", "/login/oauth/authorize", host="github.com")
    def consent(self, request: Request) -> Any:
        return self.authorize(request)

    @route("POST", "/login/oauth/authorize", host="github.com")
    def decided(self, request: Request) -> Any:
        return self.decide(request)

    @route("POST", "/login/oauth/access_token", host="github.com")
    def exchange(self, request: Request) -> Any:
        try:
            body = self.token(request)
        except Refusal as refusal:
            body = refusal.response.get_json()
        if "application/json" in request.headers.get("Accept", ""):
            return body
        return Response(urlencode(body), content_type="application/x-www-form-urlencoded")

    def token_refusal(self, error: str, status: int = 400) -> Refusal:
        known = {"invalid_client": "incorrect_client_credentials", "invalid_grant": "bad_verification_code"}
        return Refusal(200, {"error": known.get(error, error), "error_description": error})

    def _renew(self, token: str) -> Grant:
        try:
            grant = super()._renew(token)
        except Refusal:
            raise Refusal(200, {"error": "bad_refresh_token", "error_description": "expired"}) from None
        with self.lock:  # the old pair is dead at once
            self.tokens = {name: each for name, each in self.tokens.items() if each.person != grant.person}
        return grant

    def grant(self, grant: Grant) -> Any:
        body = super().grant(grant) | {"scope": ",".join(grant.scopes)}
        if not self.expiring:
            del body["expires_in"], body["refresh_token"]
            self.tokens[body["access_token"]].until = None
            return body
        return {**body, "refresh_token_expires_in": 15_811_200}

    @route("DELETE", "/applications/<client>/token", host="api.github.com")
    def revoke(self, request: Request, client: str) -> Any:
        given = request.authorization
        if given is None or not self.client_fits(given.username or "", given.password or ""):
            raise Refusal(401, {"message": "Bad credentials"})
        token = (request.get_json(silent=True) or {}).get("access_token", "")
        if token not in self.tokens:
            raise Refusal(404, {"message": "Not Found"})
        self.revoke_token(token)
        return answer(None, 204)

    def unauthorized(self) -> Refusal:
        return Refusal(401, {"message": "Bad credentials"})

    # -- REST, for GitHub Apps ---------------------------------------------------------------------------

    def _caller(self, request: Request) -> tuple[Person, tuple[str, ...]]:
        if not request.headers.get("User-Agent"):
            raise Refusal(
                403,
                "Request forbidden by administrative rules. Please make sure your request has a User-Agent header",
            )
        person = self.caller(request)
        return person, self.tokens[request.headers["Authorization"].removeprefix("Bearer ")].scopes

    @route("GET", "/user/installations", host="api.github.com")
    def installations(self, request: Request) -> Any:
        person, _ = self._caller(request)
        found = [{"id": int(person.id), "app_slug": "lamppost"}] if self.installed else []
        return {"total_count": len(found), "installations": found}

    @route("GET", "/user/installations/<number>/repositories", host="api.github.com")
    def installed_on(self, request: Request, number: str) -> Any:
        person, _ = self._caller(request)
        owned = [each for each in self.repositories.values() if each["owner"]["login"] == person.handle]
        return {
            "repositories": [{"node_id": each["id"], "full_name": each["nameWithOwner"]} for each in owned]
        }

    # -- GraphQL -----------------------------------------------------------------------------------------

    @route("POST", "/graphql", host="api.github.com")
    def graphql(self, request: Request) -> Any:
        person, scopes = self._caller(request)
        body = request.get_json(silent=True) if request.mimetype == "application/json" else None
        if not isinstance(body, dict) or not isinstance(body.get("query"), str):
            raise Refusal(400, {"message": "Problems parsing JSON"})
        query, variables = body["query"], body.get("variables") or {}
        if found := re.match(r"\s*mutation\([^)]*\)\s*\{\s*(\w+)", query):
            return {"data": {found[1]: self._mutate(found[1], variables.get("in"), person, scopes)}}
        return self._query(query, variables, person)

    def _mutate(self, name: str, given: Any, person: Person, scopes: tuple[str, ...]) -> Any:
        if not isinstance(given, dict) or (unknown := set(given) - _INPUTS[name]):
            raise Refusal(
                200, {"errors": [{"message": f"Variable $in was provided invalid value: {unknown or given}"}]}
            )
        if scopes and not {"repo", "public_repo"} & set(scopes):
            raise graphql_error(
                "INSUFFICIENT_SCOPES", "Your token has not been granted the required scopes", name
            )
        with self.lock:
            made = getattr(self, f"_{name}")(given, person, name)
        return made | {"clientMutationId": given.get("clientMutationId")}

    def _createDiscussion(self, given: dict[str, Any], person: Person, name: str) -> Any:
        repository = self.repositories.get(given["repositoryId"])
        if repository is None:
            raise graphql_error("NOT_FOUND", "Could not resolve to a node with the global id", name)
        if repository["isArchived"] or not repository["hasDiscussionsEnabled"]:
            raise graphql_error("UNPROCESSABLE", "Discussions are disabled here", name)
        categories = {each["id"]: each for each in repository["categories"]}
        if given["categoryId"] not in categories:
            raise graphql_error("NOT_FOUND", "Could not resolve to a node with the global id", name)
        if not categories[given["categoryId"]]["assignable"]:
            raise graphql_error("FORBIDDEN", f"{person.handle} does not have permission", name)
        if not given["title"].strip() or len(given["title"]) > 256:
            raise graphql_error("UNPROCESSABLE", "Title is too long (maximum is 256 characters)", name)
        _check_body(given["body"], name)
        number = self.number()
        url = f"{self.public}/github.com/{repository['nameWithOwner']}/discussions/{number}"
        self._show(
            f"D_{number}", person, given["body"], url, title=given["title"], category=given["categoryId"]
        )
        made = {**self._node(f"D_{number}", url, given["body"], person), "number": number}
        self.discussions[made["id"]] = {
            **made,
            "repository": repository["id"],
            "category": given["categoryId"],
        }
        return {"discussion": made}

    def _addDiscussionComment(self, given: dict[str, Any], person: Person, name: str) -> Any:
        discussion = self.discussions.get(given["discussionId"])
        if discussion is None:
            raise graphql_error("NOT_FOUND", "Could not resolve to a node with the global id", name)
        _check_body(given["body"], name)
        number = self.number()
        url = f"{discussion['url']}#discussioncomment-{number}"
        self._show(f"DC_{number}", person, given["body"], url, reply_to=discussion["id"])
        made = self._node(f"DC_{number}", url, given["body"], person)
        self.comments[made["id"]] = {**made, "discussion": discussion["id"]}
        return {"comment": made}

    def _node(self, number: str, url: str, said: str, person: Person) -> dict[str, Any]:
        at = self.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        return {"id": number, "url": url, "body": said, "createdAt": at, "author": person.handle}

    def _show(self, number: str, person: Person, said: str, url: str, **more: Any) -> None:
        """As it is read: comments of HTML are not seen, and files at the end stand below the text."""
        parts = re.sub(r"<!--.*?-->", "", said, flags=re.DOTALL).rstrip().split("\n\n")
        media: list[dict[str, Any]] = []
        while parts and (found := _EMBED.fullmatch(parts[-1])):
            media.insert(0, _fetched(found))
            parts.pop()
        self.show(number, person.handle, "\n\n".join(parts), url, media=media, **more)

    def _addLabelsToLabelable(self, given: dict[str, Any], person: Person, name: str) -> Any:
        if given["labelableId"] not in self.discussions:
            raise graphql_error("NOT_FOUND", "Could not resolve to a node with the global id", name)
        if not self.maintainer:
            raise graphql_error("FORBIDDEN", f"{person.handle} does not have the correct permissions", name)
        self.labelled.setdefault(given["labelableId"], []).extend(given["labelIds"])
        return {}

    def _deleteDiscussion(self, given: dict[str, Any], person: Person, name: str) -> Any:
        return self._delete(self.discussions, given, name)

    def _deleteDiscussionComment(self, given: dict[str, Any], person: Person, name: str) -> Any:
        return self._delete(self.comments, given, name)

    def _delete(self, kept: dict[str, Any], given: dict[str, Any], name: str) -> Any:
        if not self.maintainer:
            raise graphql_error("FORBIDDEN", "Must be a maintainer", name)
        if kept.pop(given["id"], None) is None:
            raise graphql_error("NOT_FOUND", "Could not resolve to a node with the global id", name)
        self.shown = [shown for shown in self.shown if shown.id != given["id"]]
        return {}

    def _query(self, query: str, variables: dict[str, Any], person: Person) -> Any:
        if "repositories(" in query:
            return self._owned(variables, person)
        if "viewer{" in query:
            viewer = {
                "databaseId": int(person.id),
                "login": person.handle,
                "name": person.name,
                "avatarUrl": self.face(person),
            }
            return {"data": {"viewer": viewer}}
        if "nodes(ids:" in query:
            return {"data": {"nodes": [_told(self.repositories[each]) for each in variables["ids"]]}}
        return {"data": {"node": self._read(query, variables, person)}}

    def _owned(self, variables: dict[str, Any], person: Person) -> Any:
        """Two a page, so that paging is seen; an organization's single sign-on hides what is its own."""
        owned: list[Any] = [
            _told(r) for r in self.repositories.values() if r["owner"]["login"] == person.handle
        ]
        start = int(variables.get("after") or 0)
        page_info = {"hasNextPage": start + 2 < len(owned), "endCursor": str(start + 2)}
        body: dict[str, Any] = {
            "data": {"viewer": {"repositories": {"nodes": owned[start : start + 2], "pageInfo": page_info}}}
        }
        if self.saml:
            body["data"]["viewer"]["repositories"]["nodes"][1] = None
            body["errors"] = [
                {"type": "FORBIDDEN", "message": "Resource protected by organization SAML enforcement."}
            ]
        return body

    def _read(self, query: str, variables: dict[str, Any], person: Person) -> Any:
        number = variables["id"]
        found = self.discussions.get(number) or self.comments.get(number) or self.repositories.get(number)
        if found is None:
            raise graphql_error("NOT_FOUND", f"Could not resolve to a node with the global id of '{number}'")
        if "discussionCategories(" in query:
            return {
                "discussionCategories": {
                    "nodes": [each for each in found["categories"] if each["assignable"]]
                }
            }
        if "labels(" in query:
            return {"labels": {"nodes": [{"id": "LA_1", "name": "news"}]}}
        if "discussions(" in query:
            own = [
                d
                for d in self.discussions.values()
                if (d["repository"], d["category"]) == (number, variables["category"])
            ]
            return {"discussions": {"nodes": [_seen(each, person) for each in own[::-1][:100]]}}
        if "comments(last" in query:
            own = [each for each in self.comments.values() if each["discussion"] == number]
            return {"comments": {"nodes": [_seen(each, person) for each in own[-100:]]}}
        if "viewerCanDelete" in query:
            return {"viewerCanDelete": self.maintainer}
        count = {"totalCount": 3}
        return {
            "upvoteCount": 7,
            "reactions": count,
            "comments" if number in self.discussions else "replies": count,
        }

    @route("GET", "/<owner>/<name>/discussions/<number>", host="github.com")
    def public_page(self, request: Request, owner: str, name: str, number: str) -> Any:
        found = self.find(f"D_{number}")
        if found is None:
            return page("Not found", "", 404)
        return page(found.more["title"], f"<p>{html.escape(found.text)}")


def _repository(name: str, person: Person, **more: bool) -> dict[str, Any]:
    number = hashlib.sha256(name.encode()).hexdigest()[:8]
    kinds = (("announcements", False), ("general", True), ("ideas", True))
    categories = [
        {
            "id": f"DIC_{number}{slug}",
            "name": slug.title(),
            "slug": slug,
            "emoji": ":bulb:",
            "assignable": assignable,
        }
        for slug, assignable in kinds
    ]
    return {
        "id": f"R_{number}", "nameWithOwner": name, "hasDiscussionsEnabled": True, "isArchived": False,
        "owner": {"login": person.handle, "avatarUrl": "https://avatars.example/1"}, "categories": categories, **more,
    }  # fmt: skip


def _told(repository: dict[str, Any]) -> dict[str, Any]:
    open_to = [each for each in repository["categories"] if each["assignable"]]
    return {**repository, "discussionCategories": {"nodes": open_to}}


def _seen(node: dict[str, Any], person: Person) -> dict[str, Any]:
    return {**node, "viewerDidAuthor": node["author"] == person.handle}


def _check_body(said: str, name: str) -> None:
    if not said.strip():
        raise graphql_error("UNPROCESSABLE", "Body can't be blank", name)
    if len(said) > 65_536:
        raise graphql_error("UNPROCESSABLE", "Body is too long (maximum is 65536 characters)", name)


def _fetched(found: "re.Match[str]") -> dict[str, Any]:
    """A file that is shown from where it lies, fetched as GitHub's proxy does."""
    with urlopen(found[2], timeout=10) as response:
        data = response.read()
    alt = re.sub(r"\\(.)", r"\1", found[1])
    return {"url": found[2], "alt": alt, "size": len(data), "picture": found[0].startswith("!")}
