"""Instagram by its own login, without a Facebook Page. https://developers.facebook.com/docs/instagram-platform"""

from typing import Any

from .base import Expired, OAuth2, Profile, Reconnect, Session, Token, days
from .instagram.publishing import InstagramPublishing
from .instagram.rules import StandaloneOptions, faults
from .meta import renewed

PROFESSIONAL = {"BUSINESS", "MEDIA_CREATOR", "CREATOR"}


class InstagramStandalone(InstagramPublishing):
    """One token of sixty days, which renews itself from its second day on."""

    key = "instagram-standalone"
    title = "Instagram (standalone)"
    docs = "https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login"
    api = "https://graph.instagram.com"
    auth = OAuth2(
        authorize="https://www.instagram.com/oauth/authorize",
        token="https://api.instagram.com/oauth/access_token",
        scopes=(
            "instagram_business_basic", "instagram_business_content_publish",
            "instagram_business_manage_comments", "instagram_business_manage_insights",
        ),
        separator=",",
        client_id="INSTAGRAM_APP_ID",
        client_secret="INSTAGRAM_APP_SECRET",
        extra={"enable_fb_login": "0", "force_reauth": "true"},
        refreshes=False,
        ahead=days(30).total_seconds(),
    )  # fmt: skip
    secrets = ("INSTAGRAM_APP_ID", "INSTAGRAM_APP_SECRET")
    Options = StandaloneOptions
    concurrency = 20
    faults = faults("Instagram (standalone)", Expired)

    def token_answer(self, answer: dict[str, Any]) -> dict[str, Any]:
        """Meta's pages show it bare and wrapped in a list; its scopes are called permissions."""
        wrapped = answer.get("data")
        found = wrapped[0] if isinstance(wrapped, list) and wrapped else answer
        return {**found, "scope": found.get("permissions")} if isinstance(found, dict) else answer

    def upgrade(self, session: Session, token: Token) -> Token:
        return self.long_lived(
            session,
            f"{self.api}/access_token",
            grant_type="ig_exchange_token",
            client_secret=session.app["INSTAGRAM_APP_SECRET"],
            access_token=token.access,
        )

    def refresh(self, session: Session) -> Token:
        return renewed(self, session, f"{self.api}/refresh_access_token", "ig_refresh_token")

    def me(self, session: Session) -> Profile:
        asked = session.ask(
            "GET", "/me", params={"fields": "user_id,username,name,account_type,profile_picture_url"}
        )
        who: dict[str, Any] = asked.find("data", 0, default=asked.find(default={}))
        if who.get("account_type") not in PROFESSIONAL:
            raise Reconnect(
                "Instagram lets apps post to business and creator accounts only. Change the account's type in its settings, then connect again."
            )
        return Profile(
            id=str(who.get("user_id") or asked.pick("user_id")),
            name=who.get("name") or who.get("username") or "",
            handle=who.get("username") or "",
            picture=who.get("profile_picture_url") or "",
            data={"person": str(who.get("id") or who.get("user_id") or "")},  # what Meta's own requests name
        )
