"""What X answers when it does not take something: its codes and wordings, and what each means."""

from typing import Final

from ..base import Blocked, Duplicate, Expired, Fault, Reconnect, Rejected, Retry

FAULTS: Final = (
    Fault(Blocked, "The operator's credits at X are used up.", status=(402,), after=3600),
    Fault(Blocked, "X's cap for the operator's app is reached.", ("type=usage-capped",), (403, 429), 3600),
    Fault(Blocked, "X's daily limit for the operator's app is reached.", ("limit=app",), (429,)),
    Fault(Retry, "X takes no more posts of this account today.", ("code=185",), after=10_800),
    Fault(Retry, "X asks us to wait a moment.", ("code=88",)),
    Fault(Retry, "X has more to do than it can.", ("code=130", "code=131"), (500, 502, 503, 504)),
    Fault(
        Reconnect, "Reconnect X: it does not take this way of signing in.",
        ("type=unsupported-authentication", "unsupported authentication"),
    ),
    Fault(
        Reconnect,
        "X lets the app only read. The operator sets “Read and write” there; then reconnect X.",
        ("code=261", "type=oauth1-permissions", "type=client-forbidden"), (403,),
    ),
    Fault(
        Reconnect, "X has locked this account. Open X, unlock it, then reconnect.",
        ("code=326", "temporarily locked"),
    ),
    Fault(
        Reconnect, "X has suspended this account. Open X to see why.", ("code=64", "type=user-suspended")
    ),
    Fault(Expired, "X no longer accepts the token.", ("code=32", "code=89", "code=215")),
    Fault(Expired, "X does not accept the token.", status=(401,)),
    Fault(
        Duplicate, "X has this very post already. Change the text to post it again.",
        ("code=187", "code=327", "duplicate content", "already retweeted"),
    ),
    Fault(
        Rejected, "X lets an app reply to or quote only your own posts, or those that mention you.",
        ("only reply to or quote", "reply to this conversation is not allowed"), (403,),
    ),
    Fault(
        Rejected, "X does not permit this post. Look at its length, its files and the account's rights.",
        ("not permitted to perform this action",),
    ),
    Fault(
        Rejected, "X does not take this post as it is: one cashtag, four pictures, valid links, short films.",
        (
            "maximum of one cashtag", "maximum of 4 items", "contains an invalid url",
            "not allowed to post a video longer", "code=186", "code=323", "code=324", "code=386", "code=407",
        ), (400, 403),
    ),
    Fault(
        Rejected, "This account may not use that at X: communities and some options need more rights.",
        ("not permitted to access this feature",), (403,),
    ),
    Fault(Rejected, "X took this post for an automated one. Write it anew.", ("code=226",), (403,)),
    Fault(Rejected, "What this answers is gone from X.", ("code=385",)),
    Fault(Rejected, "X does not find what this post speaks of.", status=(404,)),
)  # fmt: skip
