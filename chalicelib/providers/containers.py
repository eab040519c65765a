"""Publishing by containers, as Instagram and Threads do it: create, wait until it is ready, publish it once.

The container is the guard: whatever is lost, reading it tells whether it was published.
"""

import re
from abc import abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, ClassVar

from .base import Answer, File, Job, Pending, Problem, Published, Rejected, Retry, Unsure, minutes
from .meta import Gone, Graph, mark

State = dict[str, Any]
SECONDS_NEEDED = 20
#: How long a container that is published may be missing from the list of what is.
LISTING = minutes(10)


class Full(Retry):
    """The account's quota of a rolling day is used up: asked again hour by hour, for longer than a day."""


class Spent(Retry):
    """The container is of no more use: a new one must be made."""


class Unfetched(Spent):
    """The platform could not fetch a file: again with a fresh address, twice at the most."""


class Missing(Spent):
    """The platform does not know the container: a new one, once."""


class Unbuilt(Spent):
    """The platform cannot find its own work just now: the same container twice, then a new one."""


#: How often each may happen before it is final, and the seconds between.
_MOST: dict[type[Spent], int] = {Unfetched: 2, Missing: 1}
_MOST_OF_ALL, _KEPT, _HOURS = 10, 2, 26
_PAUSES = (30.0, 120.0, 300.0, 900.0, 1800.0, 3600.0)
_NOTHING: dict[str, Any] = {"children": [], "container": None, "looks": 0}


class Containers(Graph):
    """State: `children` and `container` in the making, `done` published ids, `looks` and kinds of trouble counted."""

    repeatable = "look"
    #: Edges and the names of a container's fields.
    making: ClassVar[str]
    publishing: ClassVar[str]
    status: ClassVar[str]
    says: ClassVar[str]
    #: Seconds from one look at a container to the next; the last holds on.
    looks: ClassVar[tuple[float, ...]]

    # -- what a platform says ----------------------------------------------------------------------------

    @abstractmethod
    def parcel(self, job: Job, files: Sequence[File], children: Sequence[str]) -> dict[str, Any]:
        """The parameters of what is to be published."""

    @abstractmethod
    def child(self, job: Job, file: File) -> dict[str, Any]:
        """The parameters of one of several files."""

    @abstractmethod
    def found(self, job: Job, known: Sequence[str]) -> Published | None:
        """The entry among what is public, leaving out the ids that are `known`."""

    def batches(self, job: Job) -> list[Sequence[File]]:
        """What is published one by one: usually everything at once."""
        return [job.files]

    def before_making(self, job: Job) -> None:
        """What must be in order before anything is made: a quota."""

    # -- the one way to the public -----------------------------------------------------------------------

    def publish(self, job: Job) -> Published | Pending:
        state = job.state = fresh(job.state)
        try:
            for files in self.batches(job)[len(state["done"]) :]:
                if (pending := self._bring(job, state, files)) is not None:
                    return pending
        except Spent as trouble:
            raise self._anew(job, state, trouble) from trouble
        except Full as full:
            raise self._tomorrow(job, state, full) from full
        return self.receipt(job, state["done"])

    def _bring(self, job: Job, state: State, files: Sequence[File]) -> Pending | None:
        if not state["container"] and (pending := self._made(job, state, files)) is not None:
            return pending
        if (pending := self._waited(job, state, state["container"])) is not None:
            return pending
        if state["container"]:  # else the look found it published already
            wanted = {"creation_id": state["container"]}
            self._is_out(
                job, state, job.commit("POST", self._at(job, self.publishing), data=wanted).pick("id")
            )
        return None

    def _made(self, job: Job, state: State, files: Sequence[File]) -> Pending | None:
        if not state["children"]:
            self.before_making(job)
        if len(files) > 1:
            for file in files[len(state["children"]) :]:
                if job.seconds_left() < SECONDS_NEEDED:
                    return Pending(state=state, after=1)
                mark(job, state, children=[*state["children"], self._make(job, self.child(job, file))])
            for child in state["children"]:
                if (pending := self._waited(job, state, child)) is not None:
                    return pending
        mark(job, state, container=self._make(job, self.parcel(job, files, state["children"])), looks=0)
        return None

    def _make(self, job: Job, wanted: dict[str, Any]) -> str:
        return job.ask("POST", self._at(job, self.making), data=wanted).pick("id")

    def _at(self, job: Job, edge: str) -> str:
        return f"/{job.me.remote}/{edge}"

    def _waited(self, job: Job, state: State, container: str) -> Pending | None:
        """None when it is ready to be published; what went wrong with it is judged by the fault table."""
        answer = self._read(job, container)
        match answer.find(self.status):
            case "FINISHED":
                return None
            case "PUBLISHED":
                self._published(job, state)
                return None
            case "ERROR" | "EXPIRED" as ended:
                raise self._blame(job, ended, str(answer.find(self.says, default="")))
        mark(job, state, looks=state["looks"] + 1)
        return Pending(state=state, after=self.looks[min(state["looks"], len(self.looks)) - 1])

    def _read(self, job: Job, container: str) -> Answer:
        fields = {"fields": ",".join(("id", self.status, self.says))}
        try:
            return job.ask("GET", f"/{container}", params=fields)
        except Gone as gone:
            raise Missing(f"{self.title} does not find what it prepared.", words=gone.words) from gone

    def _blame(self, job: Job, ended: str, words: str) -> Problem:
        """The fault that a container's own words stand for; without any, a new container."""
        if ended == "EXPIRED":
            return Spent(f"{self.title} kept it for a day only; it is prepared anew.", words=words, after=1)
        signs = frozenset(f"subcode={number}" for number in re.findall(r"\b2207\d{3}\b", words))
        for fault in self.faults:
            if fault.matches(400, signs, words.lower()):
                return fault.problem(fault.sentence, words=words, after=fault.after)
        return Spent(f"{self.title} could not prepare it; it is prepared anew.", words=words)

    def _anew(self, job: Job, state: State, trouble: Spent) -> Problem:
        """Again from the beginning, with fresh addresses, unless it has happened too often."""
        kind = type(trouble)
        count = state["trouble"].get(kind.__name__, 0) + 1
        kept = kind is Unbuilt and count <= _KEPT
        mark(job, state, trouble={**state["trouble"], kind.__name__: count}, **({} if kept else _NOTHING))
        if count > _MOST.get(kind, _MOST_OF_ALL):
            return self.final(trouble)
        pause = _PAUSES[min(count, len(_PAUSES)) - 1]
        return Retry(trouble.sentence, words=trouble.words, after=trouble.after or pause)

    def _tomorrow(self, job: Job, state: State, full: Full) -> Problem:
        """The same again in an hour; saving it is what keeps the worker from giving up before the day is over."""
        hours = state["trouble"].get("Full", 0) + 1
        mark(job, state, trouble={**state["trouble"], "Full": hours})
        final = hours > _HOURS
        return (Rejected if final else Retry)(full.sentence, words=full.words, after=full.after)

    def final(self, trouble: Spent) -> Problem:
        """What a container's trouble is when it does not go away."""
        return Rejected(trouble.sentence, words=trouble.words)

    # -- after a lost answer -----------------------------------------------------------------------------

    def look(self, job: Job) -> Published | None:
        """By the container, if there is one; None also while others of the entry are still to be published."""
        state = job.state = fresh(job.state)
        if state["container"]:
            status = self._status_of(job, state["container"])
            if status == "PUBLISHED":
                self._published(job, state)
            elif status is None and (out := self.found(job, state["done"])) is not None:
                self._is_out(job, state, out.id)
            elif status is None:
                mark(job, state, **_NOTHING)
        return self.receipt(job, state["done"]) if len(state["done"]) == len(self.batches(job)) else None

    def _status_of(self, job: Job, container: str) -> str | None:
        """None where the platform has forgotten the container, as it may after a day."""
        try:
            return str(self._read(job, container).find(self.status, default=""))
        except Missing:
            return None

    def _published(self, job: Job, state: State) -> None:
        """Notes the container's medium, which may take a moment to be listed."""
        if (out := self.found(job, state["done"])) is not None:
            self._is_out(job, state, out.id)
        elif job.doubt is None or job.now - job.doubt < LISTING:
            raise Retry(f"{self.title} has published it and does not list it yet.", after=30)
        else:
            raise Unsure(f"{self.title} has published it, but does not list it. Look there, then say so.")

    def _is_out(self, job: Job, state: State, medium: str) -> None:
        mark(job, state, done=[*state["done"], medium], **_NOTHING)

    def receipt(self, job: Job, done: Sequence[str]) -> Published:
        """The first of what came out, with its address; all of it in `data`."""
        told = self.told(job, done[0], "id,permalink")
        url = told.find("permalink") if told else None
        data = {"all": [*done]} if len(done) > 1 else {}
        return Published(id=done[0], url=url if isinstance(url, str) else self.home(job), data=data)

    def home(self, job: Job) -> str:
        """The account's own page, for when a post's address cannot be had."""
        raise NotImplementedError


def fresh(state: State | None) -> State:
    return {**_NOTHING, "done": [], "trouble": {}, **(state or {})}


def quota(answer: Answer, used: str, config: str) -> tuple[int, int]:
    """How many were published in the last 24 hours, and how many may be."""
    with suppress(TypeError, ValueError):
        return int(answer.find("data", 0, used, default=0)), int(
            answer.find("data", 0, config, "quota_total")
        )
    return 0, 1
