"""Webhooks out, by the Standard Webhooks specification: signed, tried for a day, and to public addresses only.

An event fans out into one sending for each hook that asks for it; a sending is tried from the outbox queue until
it is taken. A consumer knows a repetition by `webhook-id`, which is the same for every try.
"""

import hashlib
import json
import logging
import random
import secrets
from base64 import b64encode
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from . import guard, queues, vault
from .clock import iso, parse
from .refusals import Refused
from .settings import settings
from .store import hooks
from .store.hooks import Hook, Sending
from .store.table import Lost

log = logging.getLogger("lamppost")

#: What may be told, and when it is.
EVENTS = {
    "post.created": "A post was saved.",
    "post.updated": "A post was moved, changed or cancelled.",
    "post.published": "A delivery is out.",
    "post.failed": "A delivery failed for good.",
    "post.unsure": "A delivery may be out; a person must look.",
    "post.review": "A post waits for a review, or a reviewer has decided.",
    "account.reconnect": "An account must be connected again.",
    "account.expiring": "An account's access will end.",
    "platform.paused": "The operator's app is refused; the platform's posts wait.",
}
#: Seconds from each try to the next: thirteen tries in about a day.
WAITS = (5, 60, 300, 900, 1800, 3600, 7200, 14_400, 14_400, 14_400, 14_400, 14_400)
#: The longest that a message waits at once, in seconds; what is later hops, and no queue looks stuck.
HOP = 600
#: How long a sending is listed, in seconds.
KEPT = 30 * 86_400
#: Hooks of one workspace.
MOST = 20


def make(workspace: str, url: str, events: tuple[str, ...], name: str, now: datetime) -> tuple[Hook, str]:
    """A new hook, and its secret, which is shown once."""
    check(url, events)
    if len(hooks.all_of(workspace)) >= MOST:
        raise Refused(422, "too-many-webhooks", f"A workspace has {MOST} webhooks at the most.")
    number, secret = secrets.token_hex(6), f"whsec_{b64encode(secrets.token_bytes(24)).decode()}"
    sealed = vault.seal_text(secret, purpose=f"hook {number}")
    hook = Hook(workspace=workspace, id=number, url=url, name=name, events=events, secret=sealed, created=now)
    hooks.save(hook)
    return hook, secret


def check(url: str, events: tuple[str, ...]) -> None:
    """Refuses an address that must not be called, and events that there are not."""
    if strange := set(events) - set(EVENTS):
        raise Refused(
            422, "unknown-event", f"There is no event “{min(strange)[:40]}”; there are {', '.join(EVENTS)}."
        )
    try:
        guard.refuse(url, allow=settings().allowed)
    except guard.Unsafe as unsafe:
        raise Refused(422, "unsafe-address", str(unsafe)) from unsafe


def load(workspace: str, hook: str) -> Hook:
    """One hook, or a 404."""
    found = hooks.read(workspace, hook)
    if found is None:
        raise Refused(404, "unknown-webhook", "There is no such webhook here.")
    return found


def receive(body: str, now: datetime) -> None:
    """A message of the outbox: an event that fans out, or a sending's next try."""
    given: dict[str, Any] = json.loads(body)
    if "sending" in given:
        _try(given, now)
        return
    log.info("event", extra={"event": given["event"], "workspace": given["workspace"]})
    number = given.get("id") or hashlib.sha256(body.encode()).hexdigest()[:24]
    for hook in hooks.all_of(given["workspace"]):
        if given["event"] in hook.events and not hook.paused:
            happened = parse(given["at"]) if "at" in given else now
            sending = write(hook, number, given["event"], given["data"], now, happened)
            with suppress(Lost):  # the event came twice; its message still goes out, and finds what is done
                hooks.log(sending)
            _arrange(sending, 0, 0)


def write(
    hook: Hook, number: str, event: str, data: dict[str, Any], now: datetime, happened: datetime | None = None
) -> Sending:
    """What a hook will be sent; the id goes over the wire as `webhook-id`, `happened` is the body's `timestamp`."""
    told = {"type": event, "timestamp": iso(happened or now), "data": data}
    body = json.dumps(told, ensure_ascii=False)
    ends = int(now.timestamp()) + KEPT
    return Sending(workspace=hook.workspace, hook=hook.id, id=number, event=event, body=body, created=now, ttl=ends)  # fmt: skip


def test(hook: Hook, now: datetime) -> Sending:
    """Sends a made-up event at once, a single time."""
    number = f"{int(now.timestamp() * 1000):011x}{secrets.token_hex(6)}"
    data = {"webhook": hook.id, "text": "This is a test."}
    sending = write(hook, number, "webhook.test", data, now)
    hooks.log(sending)
    status, said = _post(hook, sending, now)
    state = "delivered" if _taken(status) else "failed"
    return hooks.note(sending, state=state, tries=1, status=status, said=said)


def again(sending: Sending, now: datetime) -> Sending:
    """A person asks for another round of tries."""
    try:
        fresh = hooks.note(sending, state="waiting", tries=0, next=now, said="")
    except Lost as lost:
        raise Refused(409, "changed-meanwhile", "It has just changed: look again.") from lost
    _arrange(fresh, 0, 0)
    return fresh


def _try(given: dict[str, Any], now: datetime) -> None:
    """One try, if its moment has come; a message is good for one try, so that a second one finds nothing to do."""
    sending = hooks.sending(given["workspace"], given["hook"], given["sending"])
    if sending is None or sending.state != "waiting" or sending.tries != given["tries"]:
        return
    if sending.next is not None and (early := (sending.next - now).total_seconds()) > 1:
        _arrange(sending, sending.tries, early)
        return
    target = hooks.read(sending.workspace, sending.hook)
    with suppress(Lost):
        if target is None or target.paused:
            gone = "The webhook was removed." if target is None else target.paused
            hooks.note(sending, state="failed", next=None, said=gone)
        else:
            _conclude(target, sending, *_post(target, sending, now), now)


def _conclude(hook: Hook, sending: Sending, status: int | None, said: str, now: datetime) -> None:
    """What a try came to: taken, given up, or once more; 410 means never again.

    The next message goes before the note: should we die between, this try is made again, and none is lost.
    """
    known: dict[str, Any] = {"tries": sending.tries + 1, "status": status, "said": said}
    if _taken(status):
        hooks.note(sending, state="delivered", next=None, **known)
    elif status == 410 or sending.tries >= len(WAITS):
        hooks.note(sending, state="failed", next=None, **known)
        if status == 410:
            hooks.pause(hook, "It answered 410: gone.")
    else:
        wait = WAITS[sending.tries] * (1 + random.random() / 10)  # noqa: S311  # jitter, not a secret
        _arrange(sending, known["tries"], wait)
        hooks.note(sending, next=now + timedelta(seconds=wait), **known)


def _arrange(sending: Sending, tries: int, wait: float) -> None:
    told = {"workspace": sending.workspace, "hook": sending.hook, "sending": sending.id, "tries": tries}
    queues.post_outbox(told, delay=min(HOP, wait))


def _taken(status: int | None) -> bool:
    return status is not None and 200 <= status < 300


def _post(hook: Hook, sending: Sending, now: datetime) -> tuple[int | None, str]:
    """Signs and sends; the answer's status, or why there is none. Redirects are not followed."""
    import httpx2
    from standardwebhooks import Webhook

    secret = vault.unseal_text(hook.secret, purpose=f"hook {hook.id}")
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Lamppost",
        "webhook-id": sending.id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(sending.id, now, sending.body),
    }
    try:
        with (
            httpx2.Client(transport=guard.guarded_transport(allow=settings().allowed), timeout=10) as client,
            client.stream("POST", hook.url, content=sending.body.encode(), headers=headers) as response,
        ):
            return response.status_code, f"It answered {response.status_code}."
    except guard.Unsafe as unsafe:
        return None, str(unsafe)
    except httpx2.HTTPError as lost:
        return None, f"It did not answer ({type(lost).__name__})."
