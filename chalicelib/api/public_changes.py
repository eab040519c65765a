"""What Postiz's clients do with one post: delete it, make it a draft or schedule it, change its settings, find it."""

from typing import Any

from chalice.app import Blueprint

from chalicelib import clock, decide, edit
from chalicelib.edit import Edit
from chalicelib.models import Delivery
from chalicelib.store import deliveries

from . import public_bodies as bodies
from . import public_shapes as shapes
from .http import Ask
from .public import refusal, route
from .public_bodies import NewRelease, NewSettings, NewStatus
from .public_files import Finder
from .public_integrations import own

blueprint = Blueprint(__name__)


@route(blueprint, "DELETE", "/posts/{post}", scope="write")
def remove(ask: Ask, post: str) -> Any:
    """Cancels a post that has not gone out; one that is gone already is no matter."""
    delivery = _load(ask.workspace, post)
    if delivery.state != "cancelled":
        decide.cancel_delivery(delivery, clock.now())
    return {"id": delivery.id}


@route(blueprint, "DELETE", "/posts/group/{group}", scope="write")
def remove_group(ask: Ask, group: str) -> Any:
    """The same by the group's id, which is the post's; the id of a whole post of ours cancels it on all accounts."""
    if "." in group:
        return remove(ask, group)
    decide.cancel(ask.workspace, group, clock.now())
    return {"id": group}


@route(blueprint, "PUT", "/posts/{post}/status", scope="write", body=NewStatus)
def status(ask: Ask, given: NewStatus, post: str) -> Any:
    """Makes a draft of a scheduled post, or schedules a draft."""
    delivery = deliveries.read(ask.workspace, post)
    if delivery is None:
        raise refusal(400, "Post not found")
    wanted = Edit(state="draft" if given.status == "draft" else "scheduled")
    done = edit.apply(delivery, wanted, clock.now())
    return {"id": done.id, "state": shapes.STATES[done.state]}


@route(blueprint, "PUT", "/posts/{post}/settings", scope="write", body=NewSettings)
def settings(ask: Ask, given: NewSettings, post: str) -> Any:
    """Changes the named settings of a draft or a scheduled post."""
    delivery, now = _load(ask.workspace, post), clock.now()
    if shapes.STATES.get(delivery.state) not in {"QUEUE", "DRAFT"}:
        raise refusal(400, "Only a post that is a draft or is still to go out can be changed.")
    account = next((each for each in own(ask.workspace) if each.id == delivery.account), None)
    if account is None:
        raise refusal(400, f"Integration with id {delivery.account} not found")
    merged = {**delivery.options, **bodies.options(account, given.settings)}
    entries, options = bodies.with_thumbnail(delivery.entries, merged, Finder(ask.workspace, now))
    done = edit.apply(delivery, Edit(entries=entries, options=options), now)
    return {"postId": done.id, "publishDate": f"{done.due:%Y-%m-%dT%H:%M:%S}"}


@route(blueprint, "GET", "/posts/{post}/missing")
def missing(ask: Ask, post: str) -> Any:
    """Nothing to choose from: what a platform shows of a post in doubt has been looked at already."""
    return []


@route(blueprint, "PUT", "/posts/{post}/release-id", scope="write", body=NewRelease)
def release(ask: Ask, given: NewRelease, post: str) -> Any:
    """A person found a post that was in doubt: its id or its address at the platform."""
    delivery = _load(ask.workspace, post)
    at = given.releaseId if given.releaseId.startswith(("http://", "https://")) else ""
    done = decide.resolve(delivery, out=True, url=at, remote="" if at else given.releaseId, now=clock.now())
    return {"id": done.id, "releaseId": shapes.release_id(done)}


def _load(workspace: str, post: str) -> Delivery:
    found = deliveries.read(workspace, post)
    if found is None:
        raise refusal(404, "Post not found")
    return found
