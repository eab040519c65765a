"""An entry's way through its places, each of them once: everything it knows is in the job's state.

`done` and `refused` are what is over, by place; `assets` are the files that are up for the place at hand;
`accepted` is a place whose post Reddit took without naming it; `looks` counts looks for that or for a lost
answer, and `doubt` says that it is the latter. `step`, `sent` and what outlives a failure: see `Job.step`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from ... import text
from ..base import Answer, Job, Pending, Published, Receipt, Rejected, Unsure
from .places import Place

HOME = "https://www.reddit.com"
_EMPTY: dict[str, Any] = {"done": {}, "refused": {}, "assets": [], "looks": 0}
#: Pages of 25 that a look goes through.
PAGES = 20

Post = dict[str, str]
"""One place's receipt: `id` (empty if never found) and `url`."""


class Round:
    """The places of one entry: a post's by subreddit, a comment's by the id of the post it answers."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.places = _named(job.options.subreddit)
        self.names = list(self.places) if not job.index else ids(job.first) if job.first else []

    def kept(self, name: str) -> Any:
        return (self.job.state or {}).get(name) or _EMPTY.get(name)

    @property
    def rest(self) -> list[str]:
        """The places still to come."""
        over = {*self.kept("done"), *self.kept("refused")}
        return [name for name in self.names if name not in over]

    @property
    def doubted(self) -> str | None:
        """The place whose answer may have been lost; without any state it can only be the first."""
        step: str | None = self.kept("step") if self.job.state else next(iter(self.rest), None)
        return step

    @property
    def since(self) -> datetime:
        """From when on the commit under way may show, a minute allowed for clocks."""
        sent, doubt = self.kept("sent"), self.job.doubt
        known = [*([datetime.fromisoformat(sent)] if sent else []), *([doubt] if doubt else [])]
        return max(known, default=self.job.now) - timedelta(minutes=1)

    def place(self, name: str) -> Place:
        return self.places[name]

    def pause(self, after: float) -> Pending:
        return Pending(state=self.job.state or {}, after=after)

    def done(self, name: str, post: Post) -> None:
        """Keeps a place's receipt and, in the same save, forgets that it was under way."""
        done = {**self.kept("done"), name: post}
        self.job.keep(done=done, step=None, accepted=None, assets=[], looks=0, doubt=False)

    def accept(self, name: str, answer: Answer) -> None:
        """Keeps that Reddit took the post without naming it, and when by Reddit's own clock."""
        try:
            sent = parsedate_to_datetime(answer.header("date")).isoformat()
        except ValueError:
            sent = self.job.now.isoformat()
        self.job.keep(step=None, accepted=name, sent=sent, looks=0)

    def refuse(self, name: str, sentence: str) -> None:
        self.job.keep(refused={**self.kept("refused"), name: sentence}, step=None, assets=[])

    def ended(self) -> Published:
        """What is out, or a refusal that says so too; a second try brings only what is missing."""
        done = self.kept("done")
        if self.kept("refused") or not done:
            sentences = self._sentences()
            self.job.keep(refused={})
            raise Rejected(" ".join(sentences))
        posts = [done[name] for name in dict.fromkeys([*self.names, *sorted(done)])]
        return Published(id=posts[0]["id"], url=posts[0]["url"], data={"posts": posts})

    def _sentences(self) -> list[str]:
        out = [f"Out: {post['url']}." for post in self.kept("done").values()]
        refused = [f"{self._shown(name)}: {why}" for name, why in self.kept("refused").items()]
        return [*out, *refused] or ["Reddit did not name the post, so nothing can be answered under it."]

    def _shown(self, name: str) -> str:
        return name if self.job.index else self.place(name).shown

    def _known(self) -> set[str]:
        """What the entries before are out as: a comment may say the same as the one before."""
        return {number for receipt in self.job.receipts for number in ids(receipt)}

    def crossposted(self, place: Place) -> str:
        """The id of the post that `place` shares: one of the round, or any at Reddit."""
        if not isinstance(place.crosspost_of, int):
            return place.crosspost_of or ""
        shared = (self.kept("done").get(self.names[place.crosspost_of]) or {}).get("id")
        if not shared:
            raise Rejected("The post that this one shares is not out, or its id is not known.")
        return str(shared)

    def find(self, name: str) -> Post | None:
        """The newest own post or comment that says the same at place `name`; page after page, back to when it was sent."""
        listing = "comments" if self.job.index else "submitted"
        query: dict[str, Any] = {"sort": "new", "limit": 25, "raw_json": 1}
        for _ in range(PAGES):
            answer = self.job.ask("GET", f"/user/{self.job.me.data['name']}/{listing}", params=query)
            things = [child.get("data") or {} for child in answer.records("data", "children")]
            for thing in things:
                if self._is_at(name, thing):
                    return {"id": str(thing.get("name")), "url": f"{HOME}{thing.get('permalink', '')}"}
            after = answer.find("data", "after", default="")
            if not after or not things or _made(things[-1]) < self.since.timestamp():
                return None
            query["after"] = after
        if self.kept("accepted"):
            return None
        raise Unsure("Too much was posted since by this account to find the post on Reddit; look there.")

    def _is_at(self, name: str, thing: dict[str, Any]) -> bool:
        """Whether one thing of the own list is this round's post or comment at place `name`."""
        if _made(thing) < self.since.timestamp() or thing.get("name") in self._known():
            return False
        if self.job.index:
            return thing.get("link_id") == name and _alike(thing.get("body"), self.job.entry.text)
        place = self.place(name)
        there = str(thing.get("subreddit", "")).lower() == place.subreddit.lower()
        return there and _alike(thing.get("title"), place.title)


def _made(thing: dict[str, Any]) -> float:
    return float(thing.get("created_utc") or 0)


def _named(places: Sequence[Place]) -> dict[str, Place]:
    """Each place under its subreddit, so that a changed list still finds what is out; a second one is `…#2`."""
    named: dict[str, Place] = {}
    for place in places:
        name, again = place.subreddit.lower(), 1
        while (key := name if again == 1 else f"{name}#{again}") in named:
            again += 1
        named[key] = place
    return named


def _alike(one: Any, other: str) -> bool:
    return text.comparable(str(one or "")) == text.comparable(other)


def ids(receipt: Receipt) -> list[str]:
    """The ids of an entry's posts, one for each place, as far as they are known."""
    return [post["id"] for post in receipt.data.get("posts", []) if post.get("id")]
