"""Tools that save, schedule, cancel and try again."""

import json
from typing import Any

from pydantic import Field

from chalicelib import clock, decide, library
from chalicelib.refusals import Refused
from chalicelib.store import repeats

from .. import media, posts
from ..given import Given, GivenComment, GivenEntry, GivenTarget, NewPost
from ..http import plain
from ..shapes import DeliveryShown, MediaShown, PostShown
from .tools import Said, tool

KEY = Field(
    min_length=1,
    max_length=200,
    description="A word of your own for this very post. The same word again makes no second post, so that asking "
    "again after a lost answer is safe; another post needs another word.",
)


class NewDraft(Given):
    """A post that does not go out yet."""

    entries: list[GivenEntry] = Field(default=[], max_length=100)
    first_comment: GivenComment | None = Field(default=None, description="An entry after all others.")
    signature: str | None = Field(
        default=None, description="A signature's id: its words end the first entry."
    )
    accounts: list[GivenTarget] = Field(max_length=200)
    tags: list[str] = Field(default=[], max_length=50)
    idempotency_key: str = KEY


class Scheduled(NewPost):
    """A post that goes out at its moment."""

    idempotency_key: str = KEY


class WhichPost(Given):
    post: str = Field(description="The post's id.")


class WhichDelivery(Given):
    delivery: str = Field(description="The delivery's id, as in list_failures.")


class Address(Given):
    url: str = Field(max_length=4000, description="A public http or https address of a picture, film or PDF.")


@tool("Save a draft", NewDraft, PostShown, scope="write")
def save_draft(workspace: str, given: NewDraft) -> Said:
    """Saves a post as a draft for its accounts. Nothing is published until a person schedules it."""
    said = {name: getattr(given, name) for name in NewDraft.model_fields if name != "idempotency_key"}
    wanted = NewPost(when="draft", **said)
    made = _once(workspace, "save_draft", wanted, given.idempotency_key)
    return f"Saved as a draft with the id {made['id']}; nothing goes out.", made


@tool("Schedule a post", Scheduled, PostShown, scope="write", outward=True)
def schedule_post(workspace: str, given: Scheduled) -> Said:
    """Saves a post and schedules it. It is then published by itself at its moment, in public, on every account that
    it names; with `when` = `now`, at once. What no platform would take is refused, and nothing is saved."""
    if given.when == "draft":
        raise Refused(422, "bad-time", "A draft is saved with save_draft; say when this is to go out.")
    made = _once(workspace, "schedule_post", given, given.idempotency_key)
    on = ", ".join(each["platform"] for each in made["deliveries"])
    if made["review"] and made["review"]["decision"] == "waiting":
        return (
            f"Post {made['id']} waits for a reviewer. It was asked for {made['due']} on {on}; nothing goes out before.",
            made,
        )
    return f"Post {made['id']} goes out at {made['due']} on {on}.", made


def _once(workspace: str, name: str, given: NewPost, key: str) -> Any:
    """Saved the first time that this key comes; the same again gets the first answer, another post is refused."""
    found = repeats.first(
        workspace,
        f"mcp {name} {key}",
        given.model_dump_json().encode(),
        clock.now(),
        lambda: plain(posts.made(workspace, given, f"mcp {name} {key}")),
        lambda made: (201, json.dumps(made, ensure_ascii=False)),
    )
    return json.loads(found.body) if isinstance(found, repeats.Told) else found


@tool("Try a delivery again", WhichDelivery, DeliveryShown, scope="write", idempotent=False, outward=True)
def retry_delivery(workspace: str, given: WhichDelivery) -> Said:
    """Tries a delivery again that failed or is held: it is published at once, in public. What is out already of a
    thread is not posted again. A delivery that is unsure is refused: a person must look first."""
    done = decide.retry(decide.load_delivery(workspace, given.delivery), clock.now())
    return f"It is tried again now; it is {done.state}.", posts.shown_delivery(done)


@tool("Cancel a post", WhichPost, PostShown, scope="write", destructive=True)
def cancel_post(workspace: str, given: WhichPost) -> Said:
    """Cancels what has not gone out of a post, on every account. It cannot be undone. What is out stays out."""
    found = posts.shown(*decide.cancel(workspace, given.post, clock.now()))
    states = [each["state"] for each in found["deliveries"]]
    told = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))
    return f"What could be cancelled is. Its deliveries: {told}.", found


@tool("Bring in a file", Address, MediaShown, scope="write", idempotent=False, outward=True)
def upload_media_from_url(workspace: str, given: Address) -> Said:
    """Fetches a file from a public address into the media library, 50 MB at the most, and looks at it. Its id goes
    into an entry's `media`. Publishes nothing."""
    found = media.shown(library.fetch(workspace, given.url, clock.now()))
    return f"The file is here as a {found['kind']} with the id {found['id']}.", found
