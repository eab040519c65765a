"""What goes wrong at TikTok: by the code of an answer, and by the reason why a post failed afterwards."""

from typing import Final

from ..base import Expired, Fault, Reconnect, Rejected, Retry, Unsure

_DAY: Final = 86_400

FAULTS: Final = (
    Fault(Expired, "TikTok no longer accepts the token.", ("code=access_token_invalid", "code=access_token_expired")),
    Fault(Reconnect, "Reconnect TikTok: more rights are needed.",
          ("code=scope_not_authorized", "code=scope_permission_missed")),
    Fault(Reconnect, "Reconnect TikTok: the person took the access away.", ("fail=auth_removed",)),
    Fault(Retry, "TikTok asks us to wait a minute.", ("code=rate_limit_exceeded",), after=60),
    Fault(Retry, "This account has made as many posts as TikTok allows in a day; it is tried again tomorrow.",
          ("code=spam_risk_too_many_posts",), after=_DAY),
    Fault(Retry, "The operator's app has reached TikTok's number of creators for today; it is tried again tomorrow.",
          ("code=reached_active_user_cap",), after=_DAY),
    Fault(Retry, "TikTok has trouble of its own.", ("code=internal_error",)),
    Fault(Rejected, "TikTok holds five unfinished drafts of this account: finish them in the app, then try again.",
          ("code=spam_risk_too_many_pending_share",)),
    Fault(Rejected, "TikTok has banned this account from posting.", ("code=spam_risk_user_banned_from_posting",)),
    Fault(Rejected, "TikTok takes this for spam.", ("code=spam_risk", "code=spam_risk_text")),
    Fault(Rejected, "Until TikTok has audited the operator's app, only private accounts may post, for themselves only.",
          ("code=unaudited_client_can_only_post_to_private_accounts",)),
    Fault(Rejected, "The operator has yet to verify the address of the media at TikTok.",
          ("code=url_ownership_unverified",)),
    Fault(Rejected, "TikTok does not allow this account who may see the post. Choose another privacy level.",
          ("code=privacy_level_option_mismatch",)),
    Fault(Rejected, "TikTok does not take the post with these details.", ("code=invalid_param", "code=invalid_params")),
    Fault(Rejected, "The TikTok app on the person's phone is too old for photo drafts.",
          ("code=app_version_check_failed",)),
    Fault(Rejected, "TikTok does not take the file.", ("code=invalid_file_upload",)),
    Fault(Unsure, "TikTok no longer tells about this post; it may be out.",
          ("code=invalid_publish_id", "code=token_not_authorized_for_specified_publish_id")),
    Fault(Rejected, "TikTok cannot read this format: MP4, MOV or WebM with H.264 is best; pictures as JPEG or WebP.",
          ("fail=file_format_check_failed",)),
    Fault(Rejected, "The video is too short or too long for this account at TikTok.", ("fail=duration_check_failed",)),
    Fault(Rejected, "TikTok takes 23 to 60 frames a second.", ("fail=frame_rate_check_failed",)),
    Fault(Rejected, "TikTok does not take pictures or videos of this size in pixels.",
          ("fail=picture_size_check_failed",)),
    Fault(Rejected, "The post was cancelled at TikTok.", ("fail=publish_cancelled",)),
)  # fmt: skip

#: Reasons of a failure after which TikTok may be asked once more, from the beginning.
PASSING: Final = frozenset({"video_pull_failed", "photo_pull_failed", "internal"})
