"""TikTok in the contract suite."""

from typing import Any

from chalicelib.models import Entry
from chalicelib.problems import Expired, Reconnect, Rejected, Retry, Unsure
from tests.contract.harness import Case, Refused, movie, picture

VIDEO_INIT = "/publish/video/init/"
DRAFT_INIT = "/inbox/video/init/"
PHOTO_INIT = "/content/init/"
STATUS = "/status/fetch/"
CHUNK = r"open-upload\.tiktokapis\.com/video/"
PLAIN = {"content_posting_method": "DIRECT_POST", "privacy_level": "PUBLIC_TO_EVERYONE"}
DRAFT = {"content_posting_method": "UPLOAD"}


def error(code: str) -> dict[str, Any]:
    """A body as TikTok refuses with."""
    return {"data": {}, "error": {"code": code, "message": code, "log_id": "log"}}


def refused(
    problem: Any, status: int, code: str, mark: str = "", path: str = VIDEO_INIT, **more: Any
) -> Refused:
    return Refused(problem, status, error(code), path=path, mark=mark, **more)


def failed(problem: Any, reason: str, mark: str) -> Refused:
    told = {"data": {"status": "FAILED", "fail_reason": reason}, "error": {"code": "ok", "message": ""}}
    return Refused(problem, 200, told, path=STATUS, mark=mark)


CASE = Case(
    app={"TIKTOK_MEDIA_DOMAIN": ""},
    entries={
        "video": (Entry(text="The lamps are lit #lamps @benwick é 👩‍🚀", media=(movie(),)),),
        "private video": (Entry(text="For me", media=(movie("mine.webm", mime="video/webm"),)),),
        "every option": (Entry(text="An advertisement", media=(movie("ad.mov", mime="video/quicktime"),)),),
        "video draft": (Entry(text="TikTok drops these words", media=(movie("draft.mp4"),)),),
        "photo": (Entry(text="One lamp", media=(picture()[0],)),),
        "photos": (
            Entry(text="Lamps", media=tuple(picture(f"{n}.png", width=600 + n)[0] for n in range(4))),
        ),
        "private photos": (Entry(text="My lamps", media=(picture()[0],)),),
        "photo draft": (Entry(text="A draft of lamps", media=(picture()[0],)),),
    },
    options={
        "video": PLAIN,
        "private video": {**PLAIN, "privacy_level": "SELF_ONLY"},
        "every option": {
            **PLAIN, "comment": True, "duet": True, "stitch": True, "brand_content_toggle": True,
            "brand_organic_toggle": True, "video_made_with_ai": True, "cover_timestamp_ms": 1500,
        },
        "video draft": DRAFT,
        "photo": PLAIN,
        "photos": {**PLAIN, "title": "Four of them", "autoAddMusic": "yes"},
        "private photos": {**PLAIN, "privacy_level": "SELF_ONLY"},
        "photo draft": {**DRAFT, "title": "Draft"},
    },
    textless=("video draft",),
    ask=VIDEO_INIT,
    commit=f"{CHUNK}|{PHOTO_INIT}",
    lost={"video": "healed", "private video": "healed", "video draft": "healed", "private photos": "unsure"},
    refusals=(
        refused(Expired, 401, "access_token_invalid"),
        refused(Expired, 200, "access_token_invalid", path=STATUS),
        refused(Reconnect, 401, "scope_not_authorized", "rights"),
        refused(Reconnect, 401, "scope_permission_missed", "rights"),
        refused(Retry, 429, "rate_limit_exceeded", "a minute", after=60),
        refused(Retry, 429, "rate_limit_exceeded", "a minute", PHOTO_INIT, after=60),
        refused(Retry, 403, "spam_risk_too_many_posts", "in a day", after=86_400),
        refused(Retry, 403, "reached_active_user_cap", "number of creators", after=86_400),
        refused(Retry, 500, "internal_error", "trouble"),
        refused(Retry, 200, "internal_error", "trouble", STATUS),
        refused(Unsure, 500, "internal_error", path=PHOTO_INIT),
        refused(Unsure, 200, "internal_error", path=PHOTO_INIT),
        refused(Rejected, 403, "spam_risk_too_many_pending_share", "five unfinished", DRAFT_INIT),
        refused(Rejected, 403, "spam_risk_user_banned_from_posting", "banned"),
        refused(Rejected, 403, "spam_risk", "spam"),
        refused(Rejected, 403, "spam_risk_text", "spam"),
        refused(Rejected, 403, "unaudited_client_can_only_post_to_private_accounts", "audited"),
        refused(Rejected, 403, "url_ownership_unverified", "verify the address", PHOTO_INIT),
        refused(Rejected, 403, "privacy_level_option_mismatch", "privacy level"),
        refused(Rejected, 400, "invalid_param", "details"),
        refused(Rejected, 400, "invalid_params", "details", PHOTO_INIT),
        refused(Rejected, 400, "app_version_check_failed", "too old", PHOTO_INIT),
        refused(Rejected, 400, "invalid_file_upload", "the file"),
        refused(Unsure, 400, "invalid_publish_id", "no longer tells", STATUS),
        refused(Unsure, 400, "token_not_authorized_for_specified_publish_id", "no longer tells", STATUS),
        failed(Rejected, "file_format_check_failed", "format"),
        failed(Rejected, "duration_check_failed", "too short or too long"),
        failed(Rejected, "frame_rate_check_failed", "frames a second"),
        failed(Rejected, "picture_size_check_failed", "size in pixels"),
        failed(Rejected, "publish_cancelled", "cancelled"),
        failed(Reconnect, "auth_removed", "took the access away"),
    ),
)  # fmt: skip
