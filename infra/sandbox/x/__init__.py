"""A stand-in of X: posts, threads, polls, communities, quotes and reposts, read back as X's readers get them."""

import html
import secrets
import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
from werkzeug.wrappers import Request

from chalicelib import text

from ..base import Person, Shown, answer, route
from ..consent import page
from .answers import body_of, coded, invalid, problem
from .files import XFiles

FIELDS: dict[str, type | tuple[type, ...]] = {
    "text": str, "media": dict, "reply": dict, "quote_tweet_id": str, "reply_settings": str, "poll": dict,
    "community_id": str, "share_with_followers": bool, "made_with_ai": bool, "paid_partnership": bool,
    "for_super_followers_only": bool, "geo": dict, "nullcast": bool, "card_uri": str, "edit_options": dict,
}  # fmt: skip


class XStandIn(XFiles):
    key = "x"
    hosts = ("api.x.com", "x.com")
    premium = ("2202",)

    def reset(self) -> None:
        super().reset()
        with self.lock:
            self.tweets: dict[str, dict[str, Any]] = {"20": _somebody_elses()}
            self.reposts: dict[tuple[str, str], str] = {}

    # -- reading -----------------------------------------------------------------------------------------

    @route("GET", "/2/users/me")
    def who(self, request: Request) -> Any:
        person = self.caller(request, "users.read", "tweet.read")
        wanted = set(request.args.get("user.fields", "").split(",")) | {"id", "name", "username"}
        known = {
            "id": person.id,
            "name": person.name,
            "username": person.handle,
            "profile_image_url": self.face(person),
            "verified": person.id in self.premium,
            "verified_type": "blue" if person.id in self.premium else "none",
            "subscription_type": "Premium" if person.id in self.premium else "None",
        }
        return {"data": {name: value for name, value in known.items() if name in wanted}}

    @route("GET", "/2/users/by/username/<name>")
    def by_name(self, request: Request, name: str) -> Any:
        self.caller(request, "users.read", "tweet.read")
        found = next((person for person in self.people if person.handle == name.lower()), None)
        if found is None:
            return {
                "errors": [
                    {"title": "Not Found Error", "detail": f"Could not find user with username: [{name}]."}
                ]
            }
        return {"data": {"id": found.id, "name": found.name, "username": found.handle}}

    @route("GET", "/2/users/<number>/tweets")
    def timeline(self, request: Request, number: str) -> Any:
        self.caller(request, "users.read", "tweet.read")
        most = int(request.args.get("max_results", 10))
        start = request.args.get("start_time", "1970-01-01T00:00:00Z")
        if not 5 <= most <= 100 or not start.endswith("Z"):
            raise invalid("One or more parameters to your request was invalid.")
        since = datetime.fromisoformat(start)
        own = [
            tweet
            for tweet in self.tweets.values()
            if tweet["author_id"] == number and datetime.fromisoformat(tweet["created_at"]) >= since
        ]
        fields = {"id", "text", *request.args.get("tweet.fields", "").split(",")}
        data = [{name: tweet[name] for name in fields & set(tweet)} for tweet in own[::-1][:most]]
        return {"data": data, "meta": {"result_count": len(data)}} if data else {"meta": {"result_count": 0}}

    @route("GET", "/2/tweets")
    def read(self, request: Request) -> Any:
        self.caller(request, "users.read", "tweet.read")
        wanted = request.args.get("ids", "").split(",")
        fields = {"id", "text", *request.args.get("tweet.fields", "").split(",")}
        found = [self.tweets[number] for number in wanted if number in self.tweets]
        if not found:
            return {"errors": [{"title": "Not Found Error", "resource_type": "tweet"}]}
        return {"data": [{name: tweet[name] for name in fields & set(tweet)} for tweet in found]}

    @route("GET", "/<handle>/status/<number>", "x.com")
    def public_page(self, request: Request, handle: str, number: str) -> Any:
        shown = self.find(number)
        return (
            page(f"@{handle}", f"<p>{html.escape(shown.text)}</p>")
            if shown
            else page("X", "<p>Gone.</p>", 404)
        )

    # -- writing -----------------------------------------------------------------------------------------

    @route("POST", "/2/tweets")
    def post(self, request: Request) -> Any:
        person = self.caller(request, "tweet.read", "tweet.write", "users.read")
        wanted = body_of(request, set(FIELDS))
        with self.lock:
            self._refuse(person, wanted)
            shown = self._publish(person, wanted)
        return answer({"data": {"id": shown.id, "text": self.tweets[shown.id]["text"]}}, 201)

    def _refuse(self, person: Person, wanted: dict[str, Any]) -> None:
        for name, value in wanted.items():
            if not isinstance(value, FIELDS[name]):
                raise invalid(f"$.{name}: {type(value).__name__} found")
        said, media = wanted.get("text", ""), (wanted.get("media") or {}).get("media_ids", [])
        if not said.strip() and not media:
            raise invalid("Either text or media is needed.")
        count = text.count(said, "weighted")
        if count > (25_000 if person.id in self.premium else 280) or any(
            each in said for each in "\ufffe\ufeff\uffff"
        ):
            raise problem(403, "Forbidden", "You are not permitted to perform this action.")
        if sum(word.startswith("$") and word[1:].isalpha() for word in said.split()) > 1:
            raise problem(403, "Forbidden", "Posts are limited to a maximum of one cashtag.")
        self._refuse_media(person, media, wanted)
        self._refuse_ties(person, wanted)
        if not media:
            self._refuse_duplicate(person, said)

    def _refuse_duplicate(self, person: Person, said: str) -> None:
        if any(each.text == said and each.account == person.handle for each in self.shown if said):
            raise problem(403, "Forbidden", "You are not allowed to create a Tweet with duplicate content.")

    def _refuse_media(self, person: Person, media: list[str], wanted: dict[str, Any]) -> None:
        known = [self.uploads.get(number) for number in media]
        if any(each is None or each["owner"] != person.id or each["state"] != "succeeded" for each in known):
            raise invalid("Your media IDs are invalid.")
        categories = [each["category"] for each in known if each]
        if len(media) > 4 or (len(media) > 1 and set(categories) != {"tweet_image"}):
            raise invalid("Posts are limited to a maximum of 4 items.")
        if media and ("poll" in wanted or "quote_tweet_id" in wanted):
            raise invalid("Media does not go with a poll or a quote.")

    def _refuse_ties(self, person: Person, wanted: dict[str, Any]) -> None:
        poll = wanted.get("poll")
        if poll is not None and not _is_poll(poll):
            raise invalid("The poll is not valid.")
        if wanted.get("reply_settings", "following") not in {
            "following",
            "mentionedUsers",
            "subscribers",
            "verified",
        }:
            raise invalid("reply_settings is not valid.")
        if not wanted.get("community_id", "1").isdigit():
            raise invalid("community_id is not valid.")
        for number in ((wanted.get("reply") or {}).get("in_reply_to_tweet_id"), wanted.get("quote_tweet_id")):
            if number is not None and number not in self.tweets:
                raise coded(
                    404, 385, "You attempted to reply to a Tweet that is deleted or not visible to you."
                )
            if number is not None and self.tweets[number]["author_id"] != person.id:
                said = "You can only reply to or quote posts where you are mentioned or are the author."
                raise problem(403, "Forbidden", said)

    def _publish(self, person: Person, wanted: dict[str, Any]) -> Shown:
        number, said = str(self.number() * 10**12), wanted.get("text", "")
        media = (wanted.get("media") or {}).get("media_ids", [])
        parent = (wanted.get("reply") or {}).get("in_reply_to_tweet_id")
        self._remember(number, person, said, media, _ties(wanted))
        kept = {name: value for name, value in wanted.items() if name not in {"text", "media", "reply"}}
        files = [
            {name: self.uploads[each][name] for name in ("mime", "size", "sha256", "alt", "chunks")}
            for each in media
        ]
        url = f"{self.public}/x.com/{person.handle}/status/{number}"
        return self.show(number, person.handle, said, url, media=files, reply_to=parent, **kept)

    def _remember(
        self, number: str, person: Person, said: str, media: list[str], ties: list[dict[str, str]]
    ) -> None:
        """A post as its readers get it from the API: links shortened, `&<>` escaped, files as a last link."""
        tweet: dict[str, Any] = {
            "id": number,
            "author_id": person.id,
            "created_at": self.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "referenced_tweets": ties,
            "public_metrics": dict.fromkeys(
                (
                    "retweet_count",
                    "reply_count",
                    "like_count",
                    "quote_count",
                    "bookmark_count",
                    "impression_count",
                ),
                3,
            ),
        }
        short, urls = self._shortened(unicodedata.normalize("NFC", said))
        if text.count(said, "weighted") > 280:
            tweet["note_tweet"] = {"text": short, "entities": {"urls": list(urls)}}
            short = short[:278] + "…"
        for each in media:
            urls.append({"url": self._short(), "media_key": f"3_{each}", "display_url": f"pic.x.com/{each}",
                         "expanded_url": f"https://x.com/{person.handle}/status/{number}/photo/1"})  # fmt: skip
        for tie in ties:
            if tie["type"] == "quoted":
                urls.append(
                    {"url": self._short(), "expanded_url": f"https://x.com/somebody/status/{tie['id']}"}
                )
        hanging = [each["url"] for each in urls if each["url"] not in short and "note_tweet" not in tweet]
        tweet["text"] = " ".join([short, *(hanging[:1] if media else hanging)]).strip()
        tweet["entities"] = {"urls": urls}
        tweet["attachments"] = {"media_keys": [f"3_{each}" for each in media]}
        self.tweets[number] = tweet

    def _shortened(self, said: str) -> tuple[str, list[dict[str, Any]]]:
        urls: list[dict[str, Any]] = []
        for link in reversed(text.links(said)):
            whole = str(httpx2.URL(link.url if "://" in link.url else f"http://{link.url}"))
            urls.insert(0, {"url": self._short(), "expanded_url": whole, "display_url": link.url})
            said = f"{said[: link.start]}{urls[0]['url']}{said[link.end :]}"
        return html.escape(said, quote=False), urls

    def _short(self) -> str:
        return f"https://t.co/{secrets.token_hex(5)}"

    @route("DELETE", "/2/tweets/<number>")
    def delete(self, request: Request, number: str) -> Any:
        person = self.caller(request, "tweet.read", "tweet.write", "users.read")
        if number in self.tweets and self.tweets[number]["author_id"] != person.id:
            raise problem(403, "Forbidden", "You are not allowed to delete this Tweet.")
        with self.lock:
            gone = self.tweets.pop(number, None) is not None
            self.shown = [shown for shown in self.shown if shown.id != number]
        return {"data": {"deleted": gone}}

    @route("POST", "/2/users/<number>/retweets")
    def repost(self, request: Request, number: str) -> Any:
        person = self.caller(request, "tweet.read", "tweet.write", "users.read")
        about = body_of(request, {"tweet_id"}).get("tweet_id")
        if number != person.id or not isinstance(about, str):
            raise invalid("The id must be that of the account, and tweet_id a text.")
        if about not in self.tweets:
            raise problem(404, "Not Found", "The post is not there.")
        with self.lock:
            if (person.id, about) in self.reposts and self.find(self.reposts[person.id, about]):
                raise coded(403, 327, "You have already retweeted this Tweet.")
            mine = self.reposts[person.id, about] = str(self.number() * 10**12)
            self._remember(mine, person, "", [], [{"type": "retweeted", "id": about}])
            self.tweets[mine]["text"] = f"RT @somebody: {self.tweets[about]['text']}"
            self.show(
                mine, person.handle, "", f"{self.public}/x.com/{person.handle}/status/{mine}", reposted=about
            )
        return {"data": {"retweeted": True, "rest_id": mine}}

    @route("DELETE", "/2/users/<number>/retweets/<about>")
    def undo(self, request: Request, number: str, about: str) -> Any:
        person = self.caller(request, "tweet.read", "tweet.write", "users.read")
        with self.lock:
            mine = self.reposts.pop((person.id, about), None)
            self.tweets.pop(mine or "", None)
            self.shown = [shown for shown in self.shown if shown.id != mine]
        return {"data": {"retweeted": False}}


def _somebody_elses() -> dict[str, Any]:
    made = (datetime.now(UTC) - timedelta(days=7000)).strftime("%Y-%m-%dT%H:%M:%S.000Z")  # noqa: TID251
    return {"id": "20", "author_id": "12", "text": "just setting up my lamp", "created_at": made,
            "referenced_tweets": [], "public_metrics": {"like_count": 9}}  # fmt: skip


def _ties(wanted: dict[str, Any]) -> list[dict[str, str]]:
    parent, quoted = (wanted.get("reply") or {}).get("in_reply_to_tweet_id"), wanted.get("quote_tweet_id")
    ties = [{"type": "replied_to", "id": parent}] if parent else []
    return ties + ([{"type": "quoted", "id": quoted}] if quoted else [])


def _is_poll(poll: dict[str, Any]) -> bool:
    options, duration = poll.get("options"), poll.get("duration_minutes")
    return (
        set(poll) <= {"options", "duration_minutes"}
        and isinstance(options, list)
        and 2 <= len(options) <= 4
        and all(isinstance(each, str) and 1 <= len(each) <= 25 for each in options)
        and type(duration) is int
        and 5 <= duration <= 10_080
    )
