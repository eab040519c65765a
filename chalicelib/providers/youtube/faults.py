"""What goes wrong at YouTube: by the first reason of an answer, and by the fate of a video."""

from typing import Any, Final

from ..base import Duplicate, Fault, Problem, Reconnect, Rejected, Retry

NO_CHANNEL: Final = "This Google account has no YouTube channel. Make one at youtube.com, then connect again."
QUOTA: Final = frozenset({"reason=quotaExceeded", "reason=dailyLimitExceeded"})

FAULTS: Final = (
    Fault(Reconnect, NO_CHANNEL, ("reason=youtubeSignupRequired",)),
    Fault(Reconnect, "Reconnect YouTube: more rights are needed.", ("reason=insufficientPermissions",)),
    Fault(Reconnect, "Reconnect YouTube: this Google account may not act for the channel.",
          ("reason=accountDelegationForbidden",)),
    Fault(Reconnect, "Reconnect YouTube with another account: Google closed or suspended this one.",
          ("reason=authenticatedUserAccountClosed", "reason=authenticatedUserAccountSuspended")),
    Fault(Retry, "The operator's YouTube quota for today is used up; it goes on after midnight in California.",
          tuple(sorted(QUOTA))),
    Fault(Retry, "YouTube asks us to slow down.",
          ("reason=rateLimitExceeded", "reason=userRateLimitExceeded", "reason=uploadRateLimitExceeded"),
          after=120),
    Fault(Retry, "The channel has uploaded as much as YouTube allows in a day; it is tried again tomorrow.",
          ("reason=uploadLimitExceeded",), after=86_400),
    Fault(Retry, "YouTube has trouble of its own.", ("reason=backendError",)),
    Fault(Rejected, "YouTube does not take the title, the description, the tags or another detail.",
          ("reason=invalidTitle", "reason=invalidDescription", "reason=invalidTags",
           "reason=invalidCategoryId", "reason=invalidVideoMetadata", "reason=invalidFilename",
           "reason=invalidPublishAt", "reason=invalidRecordingDetails",
           "reason=invalidVideoGameRating", "reason=defaultLanguageNotSet")),
    Fault(Rejected, "YouTube found no video in the upload.", ("reason=mediaBodyRequired",)),
    Fault(Rejected, "YouTube does not allow this channel that visibility or licence.",
          ("reason=forbiddenPrivacySetting", "reason=forbiddenLicenseSetting")),
    Fault(Rejected, "Comments are switched off under this video.", ("reason=commentsDisabled",)),
    Fault(Rejected, "YouTube does not allow this channel to do that.", ("reason=forbidden",)),
    Fault(Rejected, "The video is gone from YouTube.", ("reason=videoNotFound",)),
)  # fmt: skip

#: Why a thumbnail or a playlist was left out, by the reason in YouTube's answer.
_SHORT: Final = {
    "insufficientPermissions": "the access does not include it; connect the channel again",
    "forbidden": "the channel may not do that; verify it by phone at youtube.com/verify",
    "invalidImage": "YouTube could not read the picture",
    "mediaBodyRequired": "the picture did not arrive",
    "playlistContainsMaximumNumberOfVideos": "the playlist is full",
    "playlistItemsNotAccessible": "the playlist is not the channel's to change",
    "playlistNotFound": "the playlist is gone",
    "invalidContentDetails": "YouTube refused the entry",
    "invalidPlaylistItemPosition": "YouTube refused the position",
    "videoNotFound": "the video is gone",
}
#: Why YouTube gave up on a video after it had taken it.
_FATES: Final = {
    "conversion": "it could not be converted",
    "invalidFile": "the file is not a video that YouTube can read",
    "emptyFile": "the file is empty",
    "tooSmall": "the file is too small",
    "codec": "its codec is not supported",
    "uploadAborted": "the upload was broken off",
    "copyright": "of copyright",
    "inappropriate": "it breaks YouTube's guidelines",
    "duplicate": "the channel has this very video already",
    "termsOfUse": "it breaks YouTube's terms",
    "uploaderAccountSuspended": "the channel is suspended",
    "length": "it is longer than this channel may upload",
    "claim": "somebody claims it",
    "uploaderAccountClosed": "the channel is closed",
    "trademark": "of a trademark",
    "legal": "of a legal complaint",
}


def shortcoming(problem: Problem) -> str:
    """Why an addition to a video was left out."""
    return next((said for reason, said in _SHORT.items() if f'"{reason}"' in problem.words), problem.sentence)


def fate(status: dict[str, Any]) -> Problem:
    """The problem of a video that YouTube took and then gave up on."""
    reason = str(status.get("failureReason") or status.get("rejectionReason") or status["uploadStatus"])
    kind = Duplicate if reason == "duplicate" else Rejected
    why = _FATES.get(reason, f"“{reason}”")
    return kind(f"YouTube took the video but will not show it, because {why}.", words=reason)
