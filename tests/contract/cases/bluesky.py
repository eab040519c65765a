"""Bluesky in the contract suite."""

from chalicelib.models import Entry
from chalicelib.problems import Duplicate, Expired, Reconnect, Rejected, Retry
from tests.contract.harness import Case, Refused, movie, picture

COMMIT = r"com\.atproto\.repo\.(putRecord|applyWrites)$"
UPLOAD = r"com\.atproto\.repo\.uploadBlob$"


def error(name: str, message: str = "…") -> dict[str, str]:
    return {"error": name, "message": message}


CASE = Case(
    given={
        "service": "https://bsky.social",
        "identifier": "ada.bsky.social",
        "password": "lamp-post-wick-1234",
    },
    entries={
        "text": (Entry(text="✨ The lamps are lit, @ben.bsky.social: https://example.com/a/b. #lamps é 👨‍👩‍👧"),),
        "picture": (Entry(text="One lamp", media=(picture()[0],)),),
        "four pictures": (
            Entry(text="Four lamps", media=tuple(picture(f"{n}.png", width=600 + n)[0] for n in range(4))),
        ),
        "picture without words": (Entry(media=(picture()[0],)),),
        "video": (Entry(text="A film", media=(movie(),)),),
        "card": (Entry(text="Read https://news.bluesky.sandbox/lamps"),),
        "thread": (Entry(text="One"), Entry(text="Two"), Entry(text="Three", media=(picture()[0],))),
        "quiet": (Entry(text="Nobody answers"), Entry(text="But me")),
        "labelled": (Entry(text="Not for all", media=(picture()[0],)),),
        "quote": (Entry(text="As Ben says", media=(picture()[0],)),),
        "repost": (Entry(),),
    },
    options={
        "quiet": {"reply_control": ["nobody"], "disable_quotes": True, "langs": ["en", "pt-BR"]},
        "labelled": {"labels": ["nudity"]},
        "quote": {"quote": "https://bsky.app/profile/ben.bsky.social/post/3l25zusnsfck2"},
        "repost": {"repost": "https://bsky.app/profile/ben.bsky.social/post/3l25zusnsfck2"},
    },
    ask=UPLOAD,
    commit=COMMIT,
    lost={
        "text": "healed",
        "picture": "healed",
        "video": "healed",
        "card": "healed",
        "quiet": "healed",
        "repost": "healed",
    },
    refusals=(
        Refused(
            Retry, 429, error("RateLimitExceeded"), headers={"RateLimit-Remaining": "0"},
            resets={"RateLimit-Reset": (240, "epoch")}, mark="asks us to wait", after=240,
        ),
        Refused(Expired, 400, error("ExpiredToken"), mark="ended"),
        Refused(Reconnect, 400, error("InvalidToken"), mark="gone"),
        Refused(Reconnect, 401, error("InvalidToken"), mark="gone"),
        Refused(Reconnect, 401, error("AuthMissing"), mark="gone"),
        Refused(Reconnect, 401, error("AuthenticationRequired"), mark="app password"),
        Refused(Reconnect, 401, error("AuthFactorTokenRequired"), mark="code by e-mail"),
        Refused(Reconnect, 401, error("AccountTakedown"), mark="taken this account down"),
        Refused(Reconnect, 401, error("AccountDeactivated"), mark="deactivated"),
        Refused(Rejected, 400, error("BlobTooLarge"), mark="too large"),
        Refused(Rejected, 413, error("PayloadTooLarge"), mark="so much at once"),
        Refused(Retry, 400, error("InvalidRequest", "Could not find blob: bafkrei"), mark="lost a file", after=5),
        Refused(Retry, 400, error("InvalidSwap"), mark="writing", after=5),
        Refused(
            Retry, 400, error("ConcurrentWrites"), headers={"RateLimit-Remaining": "2990"},
            resets={"RateLimit-Reset": (240, "epoch")}, mark="writing", after=5,
        ),
        Refused(
            Duplicate, 500, error("InternalServerError", "There is already a value at key: …"), mark="already",
        ),
        Refused(Rejected, 401, error("unconfirmed_email"), path="uploadVideo", mark="e-mail address"),
        Refused(Retry, 502, error("UpstreamFailure"), path=UPLOAD, mark="behind Bluesky"),
        Refused(Rejected, 400, error("InvalidRequest", "Record/text must not be longer"), mark="not take this post"),
    ),
)  # fmt: skip
