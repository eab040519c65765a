"""Slack in the contract suite."""

from typing import Any

from chalicelib.models import Entry
from chalicelib.problems import Expired, Reconnect, Rejected, Retry, Unsure
from tests.contract.harness import Case, Refused, document, movie, picture

GENERAL, LAMPS = "C0GEN", "C0LAMPS"


def refused(problem: type, error: str, mark: str, **more: Any) -> Refused:
    return Refused(problem, 200, {"ok": False, "error": error}, mark=mark, **more)


CASE = Case(
    entries={
        "text": (Entry(text="The lamps are lit. https://example.com/a/b é 👨‍👩‍👧 <b> & > “1 < 2”"),),
        "a channel to join": (Entry(text="Hello"),),
        "thread": (Entry(text="One"), Entry(text="Two", media=(picture()[0],)), Entry(text="Three")),
        "picture": (Entry(text="One lamp & <more>", media=(picture()[0],)),),
        "files without text": (Entry(media=(movie(), document(), picture()[0])),),
        "pictures by address": (
            Entry(text="Two lamps & more", media=(picture("a.png")[0], picture("b.png", alt="")[0])),
        ),
        "under another name": (Entry(text="Boo"), Entry(text="Seen in the channel too")),
    },
    options={
        "text": {"channel": GENERAL},
        "a channel to join": {"channel": LAMPS},
        "thread": {"channel": GENERAL},
        "picture": {"channel": GENERAL, "as_name": "The lamp"},
        "files without text": {"channel": GENERAL},
        "pictures by address": {"channel": GENERAL, "upload_files": False},
        "under another name": {
            "channel": GENERAL,
            "as_name": "The ghost",
            "icon_url": "https://example.com/ghost.png",
            "unfurl_links": False,
            "unfurl_media": False,
            "reply_broadcast": True,
        },
    },
    ask=r"/api/conversations\.join|/upload/v1/",
    commit=r"/api/(chat\.postMessage|files\.completeUploadExternal)",
    lost={"text": "healed", "picture": "healed", "pictures by address": "healed", "files without text": "healed"},
    refusals=(
        Refused(Retry, 429, "", headers={"Retry-After": "17"}, mark="wait", after=17),
        Refused(Retry, 429, "", mark="wait", after=30),
        refused(Retry, "ratelimited", "wait", after=30),
        refused(Retry, "rate_limited", "wait", headers={"Retry-After": "5"}, after=5),
        refused(Retry, "internal_error", "trouble", path=r"conversations\.join"),
        refused(Retry, "team_added_to_org", "trouble", path=r"files\.getUploadURLExternal"),
        refused(Unsure, "internal_error", "may be out"),
        refused(Unsure, "fatal_error", "may be out"),
        refused(Unsure, "request_timeout", "may be out"),
        refused(Unsure, "service_unavailable", "may be out"),
        refused(Expired, "token_expired", "ended"),
        *(
            refused(Reconnect, error, "revoked")
            for error in ("invalid_auth", "not_authed", "token_revoked", "account_inactive", "org_login_required",
                          "app_access_restricted", "two_factor_setup_required", "invalid_refresh_token")
        ),
        *(refused(Reconnect, error, "more rights") for error in ("missing_scope", "not_allowed_token_type", "no_permission")),
        refused(Rejected, "message_limit_exceeded", "plan"),
        *(
            refused(Rejected, error, "invite it")
            for error in ("channel_not_found", "is_archived", "not_in_channel", "restricted_action_read_only_channel",
                          "ekm_access_denied", "posting_to_channel_denied", "cannot_reply_to_message")
        ),
        *(
            refused(Rejected, error, "malformed")
            for error in ("no_text", "msg_too_long", "msg_blocks_too_long", "invalid_blocks", "invalid_blocks_format",
                          "too_many_attachments", "metadata_too_large", "invalid_metadata_schema", "markdown_text_conflict")
        ),
        *(
            refused(Rejected, error, "take this file", path=r"files\.getUploadURLExternal")
            for error in ("file_uploads_disabled", "file_type_not_allowed", "file_upload_size_restricted",
                          "storage_limit_reached", "alt_txt_too_large")
        ),
        refused(Rejected, "message_not_found", "gone"),
        refused(Rejected, "something_new", "Slack refused this"),
    ),
)  # fmt: skip
