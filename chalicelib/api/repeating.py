"""`Idempotency-Key`: of the same requests with the same key, one is carried out, and all get its answer."""

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from chalice.app import Response

from chalicelib import clock

from .replies import respond, tag

if TYPE_CHECKING:
    from chalicelib.store.repeats import Told

    from .http import Ask, Route

#: Fields of answers that are shown once, and so are not kept to be told again.
SHOWN_ONCE = {"secret", "key", "link"}


def once(
    ask: "Ask", route: "Route", key: str, parameters: Mapping[str, str], view: Callable[[], Response]
) -> Response:
    """The first answer to this key, or the view's, which is kept for whoever comes with it within a day."""
    from chalicelib.store import repeats

    secret = route.answers is not None and SHOWN_ONCE & set(route.answers.model_fields)
    found = repeats.first(
        ask.workspace,
        f"{route.method} {route.path} {key}",
        _fingerprint(ask.raw, parameters),
        clock.now(),
        view,
        lambda made: (made.status_code, None if secret else str(made.body)),
    )
    return _told(found, tagged=route.tagged) if isinstance(found, repeats.Told) else found


def _fingerprint(body: bytes, parameters: Mapping[str, str]) -> bytes:
    """What makes two requests the same: what is in the address, and every byte of the body."""
    return json.dumps(dict(parameters), sort_keys=True).encode() + b"\n" + body


def _told(first: "Told", *, tagged: bool) -> Response:
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store", "Idempotent-Replayed": "true"}
    headers |= {"ETag": tag(json.loads(first.body))} if tagged else {}
    return respond(first.body, first.status, headers)
