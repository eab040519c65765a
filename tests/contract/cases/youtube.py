"""YouTube in the contract suite."""

from typing import Any

from chalicelib.models import Entry
from chalicelib.problems import Expired, Reconnect, Rejected, Retry
from tests.contract.harness import Case, Refused, movie, picture

OPEN = "www.googleapis.com/upload/youtube/v3/videos"
THREADS = "/youtube/v3/commentThreads"
PLAIN = {"title": "The lamps", "type": "public"}


def error(status: int, reason: str) -> dict[str, Any]:
    """A body as Google's APIs refuse with."""
    errors = [{"domain": "youtube", "reason": reason, "message": reason}]
    return {"error": {"code": status, "message": reason, "errors": errors}}


def refused(problem: Any, status: int, reason: str, **more: Any) -> Refused:
    return Refused(problem, status, error(status, reason), **{"path": OPEN, **more})


CASE = Case(
    entries={
        "video": (Entry(text="The lamps are lit. https://example.com é 👩‍🚀", media=(movie(),)),),
        "without words": (Entry(media=(movie("mute.mov", mime="video/quicktime"),)),),
        "video with thumbnail": (Entry(text="A film", media=(movie(), picture()[0])),),
        "video with comments": (
            Entry(text="A film", media=(movie(),)),
            Entry(text="First!"),
            Entry(text="And the oil is <b>cheap</b>."),
        ),
        "every option": (Entry(text="Unlisted", media=(movie("all.mp4"),)),),
        "for kids": (Entry(text="For kids", media=(movie("kids.mp4"),)),),
    },
    options={
        "video": PLAIN,
        "without words": PLAIN,
        "video with thumbnail": {**PLAIN, "thumbnail": {"id": picture()[0].id, "path": "x"}},
        "video with comments": PLAIN,
        "every option": {
            "title": "Everything", "type": "unlisted", "tags": [{"value": "lamp oil", "label": "Lamp oil"}],
            "categoryId": "28", "notifySubscribers": False, "containsSyntheticMedia": True,
            "license": "creativeCommon", "embeddable": False, "defaultLanguage": "en",
        },
        "for kids": {**PLAIN, "selfDeclaredMadeForKids": "yes"},
    },
    ask=OPEN,
    commit=r"youtube\.googleapis\.com/upload|/commentThreads",
    lost={"video": "healed", "video with thumbnail": "healed"},
    refusals=(
        refused(Expired, 401, "authError", path=""),
        refused(Reconnect, 401, "youtubeSignupRequired", mark="no YouTube channel"),
        refused(Reconnect, 403, "insufficientPermissions", mark="rights"),
        refused(Reconnect, 403, "accountDelegationForbidden", mark="act for the channel"),
        refused(Reconnect, 403, "authenticatedUserAccountClosed", mark="closed or suspended"),
        refused(Reconnect, 403, "authenticatedUserAccountSuspended", mark="closed or suspended"),
        refused(Retry, 403, "quotaExceeded", mark="California"),
        refused(Retry, 403, "dailyLimitExceeded", mark="California"),
        refused(Retry, 403, "rateLimitExceeded", after=120, path=""),
        refused(Retry, 403, "userRateLimitExceeded", after=120),
        refused(Retry, 429, "uploadRateLimitExceeded", headers={"Retry-After": "90"}, after=90),
        refused(Retry, 400, "uploadLimitExceeded", mark="in a day", after=86_400),
        refused(Retry, 503, "backendError", mark="trouble"),
        *(
            refused(Rejected, 400, reason, mark="another detail")
            for reason in ("invalidTitle", "invalidDescription", "invalidTags", "invalidCategoryId",
                           "invalidVideoMetadata", "invalidFilename", "invalidPublishAt", "invalidRecordingDetails",
                           "invalidVideoGameRating", "defaultLanguageNotSet")
        ),
        refused(Rejected, 400, "mediaBodyRequired", mark="no video in the upload"),
        refused(Rejected, 403, "forbiddenPrivacySetting", mark="visibility"),
        refused(Rejected, 403, "forbiddenLicenseSetting", mark="licence"),
        refused(Rejected, 403, "commentsDisabled", mark="Comments are switched off", path=THREADS),
        refused(Rejected, 403, "forbidden", mark="does not allow this channel", path=""),
        refused(Rejected, 404, "videoNotFound", mark="gone from YouTube", path=THREADS),
    ),
)  # fmt: skip
