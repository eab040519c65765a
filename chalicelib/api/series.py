"""Series: posts that repeat, read, changed from one occurrence on, and ended."""

from datetime import datetime
from typing import Any, Literal

from chalice.app import Blueprint
from pydantic import Field

from chalicelib import clock, rearrange
from chalicelib.models import Entry, Target
from chalicelib.rearrange import Edit
from chalicelib.refusals import Refused
from chalicelib.rhythm import Unit
from chalicelib.store import series as store
from chalicelib.store.series import Series

from . import given as bodies
from .given import Given, GivenComment, GivenEntry, GivenRepeat, GivenTarget, NewPost
from .http import Ask, route
from .shapes import Shown

blueprint = Blueprint(__name__)

#: An occurrence's post, where the following are meant as well.
ORIGIN = "The post of the first occurrence that this is about; without it the next one that lies ahead."


class ChangedSeries(Given):
    """What is different from an occurrence on; what is left out stays as it is."""

    origin: str = Field("", alias="from", max_length=100, description=ORIGIN)
    when: str | None = Field(None, description="Its moment, as in a new post; the following keep the hour.")
    zone: str | None = Field(None, description="An IANA time zone, as Europe/Berlin.")
    entries: list[GivenEntry] | None = Field(None, max_length=100, description="The post, then its thread.")
    accounts: list[GivenTarget] | None = Field(None, max_length=200, description="Where it goes out.")
    first_comment: GivenComment | None = Field(None, description="An entry after all others.")
    signature: str | None = Field(None, description="A signature's id: its words end the first entry.")
    tags: list[str] | None = Field(None, max_length=50, description="Words to find it by.")
    repeat: GivenRepeat | None = Field(
        None, description="How it goes on; `times` counts those before as well."
    )


class Ended(Given):
    """From which occurrence on."""

    origin: str = Field("", alias="from", max_length=100, description=ORIGIN)


class ComingShown(Shown):
    """An occurrence that lies ahead as a post, and what is to be said about its moment."""

    number: int
    due: datetime
    post: str
    said: str


class SeriesShown(Shown):
    """A post that repeats. `times` is how often altogether, `last` when for the last time; `why` says what ended it."""

    id: str
    state: Literal["running", "finished", "stopped"]
    every: int
    unit: Unit
    times: int
    last: datetime | None
    zone: str
    entries: list[Entry]
    accounts: list[Target]
    tags: list[str]
    created: datetime
    version: int
    stopped: datetime | None
    why: str
    coming: list[ComingShown]


class SeriesListed(Shown):
    """The workspace's series: those that go on first, then the latest."""

    series: list[SeriesShown]


@route(blueprint, "GET", "/v1/series", answers=SeriesListed)
def listed(ask: Ask) -> Any:
    """Every post that repeats, or did."""
    now = clock.now()
    found = sorted(store.all_of(ask.workspace), key=lambda each: each.created, reverse=True)
    return {
        "series": sorted((shown(each, now) for each in found), key=lambda each: each["state"] != "running")
    }


@route(blueprint, "GET", "/v1/series/{series}", answers=SeriesShown, tagged=True)
def read(ask: Ask, series: str) -> Any:
    """One series, and its next occurrences."""
    return shown(rearrange.load(ask.workspace, series), clock.now())


@route(blueprint, "PATCH", "/v1/series/{series}", scope="write", body=ChangedSeries, answers=SeriesShown, tagged=True,
       matched=True)  # fmt: skip
def change(ask: Ask, given: ChangedSeries, series: str) -> Any:
    """This occurrence and the following, said or timed otherwise; those before stay as they are."""
    now = clock.now()
    found = rearrange.load(ask.workspace, series)
    ask.match(shown(found, now))
    return shown(rearrange.change(found, _edit(ask.workspace, found, given, now), now), now)


@route(blueprint, "DELETE", "/v1/series/{series}", scope="write", query=Ended, answers=SeriesShown, tagged=True,
       matched=True)  # fmt: skip
def stop(ask: Ask, series: str) -> Any:
    """Ends a series before an occurrence; what is out stays out."""
    now = clock.now()
    found = rearrange.load(ask.workspace, series)
    ask.match(shown(found, now))
    return shown(rearrange.stop(found, Ended.model_validate(ask.query).origin, now), now)


def _edit(workspace: str, series: Series, given: ChangedSeries, now: datetime) -> Edit:
    zone = given.zone or series.rhythm.zone
    due = local = None
    if given.when == "draft":
        raise Refused(422, "draft-repeats", "A draft does not repeat. Choose a time, or stop the series.")
    if given.when is not None or given.zone is not None:
        named = [each.account for each in given.accounts or ()] or [each.account for each in series.targets]
        due, _ = bodies.moment(workspace, given.when or "now", zone, now, lambda: named)
    if given.when is not None and due is not None:
        local = bodies.local_of(given.when, zone, due)
    whole = NewPost(when="draft", entries=given.entries or [], accounts=given.accounts or [],
                    first_comment=given.first_comment, signature=given.signature)  # fmt: skip
    shared, targets = bodies.said(workspace, whole)
    return Edit(
        origin=given.origin,
        entries=None if given.entries is None else shared,
        targets=None if given.accounts is None else targets,
        tags=None if given.tags is None else tuple(given.tags),
        due=due if given.when is not None else None,
        local=local,
        zone=given.zone,
        repeat=given.repeat,
    )


def shown(series: Series, now: datetime) -> dict[str, Any]:
    """A series as clients see it; its state follows from what lies ahead."""
    rhythm, coming = series.rhythm, [each for each in series.ahead if each.due > now]
    running = series.made < rhythm.count or bool(coming)
    return {
        **series.model_dump(
            mode="json", include={"id", "entries", "tags", "created", "version", "stopped", "why"}
        ),
        "state": "stopped" if series.stopped else "running" if running else "finished",
        "every": rhythm.every,
        "unit": rhythm.unit,
        "times": rhythm.count,
        "last": clock.iso(rhythm.last) if rhythm.count else None,
        "zone": rhythm.zone,
        "accounts": [each.model_dump(mode="json") for each in series.targets],
        "coming": [
            {
                "number": each.number,
                "due": clock.iso(each.due),
                "post": each.post,
                "said": rhythm.moment(each.number).said or "",
            }
            for each in coming
        ],
    }
