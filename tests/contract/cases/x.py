"""X in the contract suite, by OAuth 1.0a; `tests/providers/test_x.py` signs in by OAuth 2.0 too."""

from chalicelib.models import Entry
from chalicelib.problems import Blocked, Duplicate, Expired, Reconnect, Rejected, Retry
from tests.contract.harness import Case, Refused, movie, picture

COMMIT = r"api\.x\.com/2/(tweets|users/\d+/retweets)$"


def forbidden(detail: str) -> dict[str, object]:
    return {"title": "Forbidden", "detail": detail, "type": "about:blank", "status": 403}


def coded(code: int, message: str = "…") -> dict[str, object]:
    return {"errors": [{"code": code, "message": message}]}


def typed(kind: str) -> dict[str, object]:
    return {"title": "…", "detail": "…", "type": f"https://api.twitter.com/2/problems/{kind}"}


GIF = movie("lamp.gif", size=2_300_000, mime="image/gif", width=640, height=480).model_copy(
    update={"kind": "gif", "seconds": None, "alt": "A lamp that blinks"}
)

CASE = Case(
    app={"STRIP_LINKS_FROM_X_POSTS": "", "DISABLE_X_ANALYTICS": ""},
    entries={
        "picture": (Entry(text="One lamp & <one> wick. https://example.com/a/b é 👨‍👩‍👧", media=(picture()[0],)),),
        "text": (Entry(text="The lamps are lit at example.com, see https://example.com/a?b=c&d=ü"),),
        "four pictures": (
            Entry(text="Four lamps", media=tuple(picture(f"{n}.png", width=600 + n)[0] for n in range(4))),
        ),
        "picture without words": (Entry(media=(picture("wordless.png")[0],)),),
        "gif": (Entry(text="A lamp blinks", media=(GIF,)),),
        "video": (Entry(text="A film", media=(movie(),)),),
        "thread": (Entry(text="One"), Entry(text="Two"), Entry(text="Three", media=(picture()[0],))),
        "poll": (Entry(text="Oil or gas?"),),
        "community": (Entry(text="Among friends"), Entry(text="A word more")),
        "repost": (Entry(),),
    },
    options={
        "text": {"who_can_reply_post": "mentionedUsers", "made_with_ai": True, "paid_partnership": True},
        "poll": {"poll": {"options": ["Oil", "Gas"], "duration_minutes": 60}},
        "community": {"community": "https://x.com/i/communities/1493446837214", "share_with_followers": True},
        "repost": {"repost": "https://x.com/somebody/status/20"},
    },
    ask=r"/2/media/upload$",
    commit=COMMIT,
    lost={
        "text": "healed",
        "picture": "healed",
        "picture without words": "healed",
        "poll": "healed",
        "repost": "healed",
    },
    refusals=(
        Refused(
            Retry, 429, {"title": "Too Many Requests"}, headers={"x-rate-limit-remaining": "0"}, after=120,
            resets={"x-rate-limit-reset": (120, "epoch")},
        ),
        Refused(Blocked, 402, {"title": "CreditsDepleted"}, mark="credits", after=3600),
        Refused(Blocked, 403, typed("usage-capped"), mark="cap", after=3600),
        Refused(Blocked, 429, typed("usage-capped"), mark="cap", after=3600),
        Refused(
            Blocked, 429, {}, headers={"x-app-limit-24hour-remaining": "0"}, mark="daily limit", after=7200,
            resets={"x-app-limit-24hour-reset": (7200, "epoch")},
        ),
        Refused(
            Retry, 429, {}, headers={"x-rate-limit-remaining": "3", "x-user-limit-24hour-remaining": "0"}, after=9000,
            resets={"x-rate-limit-reset": (60, "epoch"), "x-user-limit-24hour-reset": (9000, "epoch")},
        ),
        Refused(Retry, 429, coded(88), resets={"x-rate-limit-reset": (300, "epoch")}, mark="wait", after=300),
        Refused(Retry, 403, coded(185), mark="today", after=10_800),
        Refused(Retry, 503, coded(130), path=r"/2/media/upload$", mark="more to do"),
        Refused(Retry, 500, coded(131), path=r"/2/media/upload$", mark="more to do"),
        Refused(Reconnect, 403, typed("unsupported-authentication"), mark="signing in"),
        Refused(Reconnect, 401, {"title": "Unsupported Authentication"}, mark="signing in"),
        Refused(Reconnect, 403, coded(261), mark="Read and write"),
        Refused(Reconnect, 403, typed("oauth1-permissions"), mark="Read and write"),
        Refused(Reconnect, 403, typed("client-forbidden"), mark="Read and write"),
        Refused(Reconnect, 403, coded(326), mark="locked"),
        Refused(Reconnect, 403, coded(64), mark="suspended"),
        Refused(Reconnect, 403, typed("user-suspended"), mark="suspended"),
        Refused(Expired, 401, coded(89), mark="no longer"),
        Refused(Expired, 401, coded(32), mark="no longer"),
        Refused(Expired, 400, coded(215), mark="no longer"),
        Refused(Expired, 401, {"title": "Unauthorized", "status": 401}, mark="does not accept"),
        Refused(
            Duplicate, 403, forbidden("You are not allowed to create a Tweet with duplicate content."), mark="already"
        ),
        Refused(Duplicate, 403, coded(187), mark="already"),
        Refused(
            Rejected, 403,
            forbidden("You can only reply to or quote posts where you are mentioned or are the author."), mark="reply",
        ),
        Refused(
            Rejected, 403, forbidden("Reply to this conversation is not allowed because you have not …"), mark="reply"
        ),
        Refused(Rejected, 403, forbidden("You are not permitted to perform this action."), mark="not permit"),
        Refused(Rejected, 403, forbidden("Posts are limited to a maximum of one cashtag."), mark="as it is"),
        Refused(Rejected, 400, {"detail": "Limited to a maximum of 4 items"}, mark="as it is"),
        Refused(Rejected, 400, {"detail": "The Tweet contains an invalid URL."}, mark="as it is"),
        Refused(Rejected, 403, forbidden("You are not allowed to post a video longer than 2 minutes"), mark="as it is"),
        *(Refused(Rejected, 403, coded(code), mark="as it is") for code in (186, 323, 324, 386, 407)),
        Refused(Rejected, 403, forbidden("Your account is not permitted to access this feature."), mark="rights"),
        Refused(Rejected, 403, coded(226), mark="automated"),
        Refused(Rejected, 404, coded(385), mark="gone"),
        Refused(Rejected, 404, {"title": "Not Found"}, mark="does not find"),
        Refused(Rejected, 400, {"title": "Invalid Request"}, mark="400"),
    ),
)  # fmt: skip
