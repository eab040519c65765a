"""Reviews: what waits, and a reviewer's word on it."""

from typing import Any, Literal

from chalice.app import Blueprint
from pydantic import Field

from chalicelib import approve, clock, decide
from chalicelib.refusals import Refused

from . import posts
from .given import Given, moment
from .http import Ask, route
from .shapes import PostShown, Waiting

blueprint = Blueprint(__name__)


class Decision(Given):
    """A reviewer's word. `when` only for another moment than was wanted; `version` is the post's that was read."""

    decision: Literal["approve", "send back"] = Field(description="It may go out, or not like this.")
    words: str = Field("", max_length=2000, description="For whoever wrote it; needed to send it back.")
    when: str = Field("", max_length=100, description="Another moment, as in a new post; empty: as wanted.")
    zone: str = Field("UTC", max_length=100, description="The zone of `when`, as Europe/Berlin.")
    version: int | None = Field(
        None, description="Refused where the post has changed since this version of it."
    )


@route(blueprint, "GET", "/v1/reviews", answers=Waiting)
def listed(ask: Ask) -> Any:
    """Posts that wait for a reviewer, soonest due first."""
    return {"posts": [posts.shown(*each) for each in approve.waiting(ask.workspace)]}


@route(
    blueprint,
    "POST",
    "/v1/posts/{post}/review",
    scope="review",
    body=Decision,
    answers=PostShown,
    tagged=True,
    matched=True,
)
def say(ask: Ask, given: Decision, post: str) -> Any:
    """Approves a post, which schedules it, or sends it back to who wrote it."""
    now, found = clock.now(), decide.load(ask.workspace, post)
    ask.match(posts.shown(*found))
    if given.version not in {None, found[0].version}:
        raise Refused(409, "changed-meanwhile", "It was changed since you read it. Read it again.")
    if given.decision == "send back":
        return posts.shown(*approve.send_back(ask.workspace, found, given.words, now))
    if given.when == "draft":
        raise Refused(422, "bad-time", "“draft” is no moment. Send it back instead.")
    accounts = [part.account for part in found[1]]
    due = moment(ask.workspace, given.when, given.zone, now, lambda: accounts)[0] if given.when else None
    return posts.shown(*approve.approve(ask.workspace, found, due, given.words, now))
