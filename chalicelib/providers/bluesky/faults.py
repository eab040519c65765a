"""What Bluesky answers when it does not take something: its names for it, and what each means."""

from typing import Final

from ..base import Duplicate, Expired, Fault, Reconnect, Rejected, Retry

FAULTS: Final = (
    Fault(Expired, "Bluesky's session has ended.", ("error=ExpiredToken",)),
    Fault(Reconnect, "Reconnect Bluesky: its session is gone.", ("error=InvalidToken", "error=AuthMissing")),
    Fault(Reconnect, "Bluesky does not accept this name and app password.", ("error=AuthenticationRequired",)),
    Fault(
        Reconnect, "Use an app password: with the main one Bluesky asks for a code by e-mail.",
        ("error=AuthFactorTokenRequired",),
    ),
    Fault(Reconnect, "Bluesky has taken this account down.", ("error=AccountTakedown", "error=AccountSuspended")),
    Fault(Reconnect, "This account is deactivated at Bluesky.", ("error=AccountDeactivated",)),
    Fault(Retry, "Bluesky asks us to wait.", ("error=RateLimitExceeded",), (429,)),
    Fault(Rejected, "A file is too large for Bluesky.", ("error=BlobTooLarge",)),
    Fault(Rejected, "Bluesky's server does not take so much at once.", status=(413,)),
    Fault(Retry, "Bluesky has lost a file; it is sent again.", ("could not find blob",), (400,), 5),
    Fault(Retry, "Bluesky was writing for this account just then.", ("error=InvalidSwap", "error=ConcurrentWrites"), after=5),
    Fault(Duplicate, "Bluesky has this very post already.", ("already a value at key",)),
    Fault(
        Rejected, "Bluesky takes films only once the account's e-mail address is confirmed.",
        ("error=unconfirmed_email", "email is not confirmed", "confirm your email"),
    ),
    Fault(Retry, "A server behind Bluesky did not answer.", ("error=UpstreamFailure", "error=UpstreamTimeout")),
    Fault(Rejected, "Bluesky does not take this post.", ("error=InvalidRequest", "error=InvalidRecord")),
)  # fmt: skip
