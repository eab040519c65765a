"""What Mastodon answers when it does not take something, and what each means."""

from typing import Final

from ..base import Fault, Reconnect, Rejected, Retry

GONE: Final = "What this answers or quotes is gone from Mastodon."
STUMBLED: Final = "Mastodon stumbled over a file; it is sent once more."

FAULTS: Final = (
    Fault(Retry, "Mastodon asks us to wait.", status=(429,)),
    Fault(Retry, "Mastodon is still working on a file.", ("have not finished processing",), (422,), 10),
    Fault(Reconnect, "Reconnect Mastodon: its access was revoked.", status=(401,)),
    Fault(Reconnect, "Reconnect Mastodon: the login is disabled there.", ("currently disabled",), (403,)),
    Fault(Reconnect, "Reconnect Mastodon: more rights are needed.", ("authorized scopes",), (403,)),
    Fault(Retry, STUMBLED, ("error processing",), (500,), 15),
    Fault(Rejected, "Mastodon could not read a file.", ("error processing",), (422,)),
    Fault(Rejected, "Mastodon does not take this status.", ("validation failed",), (422,)),
    Fault(Rejected, GONE, status=(404,)),
)
