"""What happened, for those who want to know: events go to the outbox."""

import logging
import secrets
from datetime import datetime
from typing import Any

from . import clock, queues
from .clock import iso

log = logging.getLogger("lamppost")


def tell(event: str, workspace: str, data: dict[str, Any]) -> None:
    """Puts an event into the outbox (1 call); a failure to tell never changes what happened."""
    at = clock.now()
    number = f"{int(at.timestamp() * 1000):011x}{secrets.token_hex(6)}"
    plain = {name: iso(value) if isinstance(value, datetime) else value for name, value in data.items()}
    try:
        queues.post_outbox(
            {"id": number, "event": event, "workspace": workspace, "at": iso(at), "data": plain}
        )
    except Exception as trouble:  # noqa: BLE001  # whatever AWS says: the post is what matters
        log.warning("an event was not told", extra={"event": event, "why": type(trouble).__name__})
