"""Instagram through Facebook: posts, carousels, reels, stories, comments. https://developers.facebook.com/docs/instagram-platform"""

from contextlib import suppress
from typing import Any

from ..base import (
    Choice,
    Job,
    OAuth2,
    Pending,
    Profile,
    Published,
    Receipt,
    Reconnect,
    Rejected,
    Session,
    tool,
)
from ..meta.login import FacebookLogin
from ..meta.rights import about_rights, need_scope, only_asking, scopes_of
from .publishing import InstagramPublishing
from .rules import (
    InstagramOptions,
    faults,
)


class Instagram(FacebookLogin, InstagramPublishing):
    """An account that is linked to a Page: the Page's token signs, the person's stands in where rights miss."""

    key = "instagram"
    title = "Instagram"
    docs = "https://developers.facebook.com/docs/instagram-platform/content-publishing"
    auth = OAuth2(
        scopes=(
            "instagram_basic", "pages_show_list", "pages_read_engagement", "business_management",
            "instagram_content_publish", "instagram_manage_comments", "instagram_manage_insights",
        ),
        separator=",",
        token_method="GET",
        client_auth="none",
        client_id="FACEBOOK_APP_ID",
        client_secret="FACEBOOK_APP_SECRET",
        extra={"auth_type": "rerequest"},  # else what was left unticked once is never asked for again
        refreshes=False,
        granted=False,
    )  # fmt: skip
    optional = ("META_GRAPH_API_VERSION", "INSTAGRAM_SCOPES")
    Options = InstagramOptions
    concurrency = 50
    faults = faults("Instagram")

    def scopes(self, session: Session) -> tuple[str, ...]:
        return scopes_of(session, "INSTAGRAM_SCOPES") or super().scopes(session)

    def choices(self, session: Session) -> list[Choice]:
        """The accounts behind the person's Pages; each signs with its Page's token, which has no end."""
        fields = "id,instagram_business_account,username,name,picture.type(large)"
        found: list[Choice] = []
        login = self.me(session).id
        for page in self.pages(session, fields):
            number = (page.get("instagram_business_account") or {}).get("id")
            if number:
                with suppress(Rejected, Reconnect):  # one that cannot be read must not hide the others
                    found.append(self._choice(session, str(page["id"]), str(number), login))
        return found

    def _choice(self, session: Session, page: str, number: str, login: str) -> Choice:
        token = session.ask("GET", f"/{page}", params={"fields": "access_token"}).find("access_token")
        who = session.ask("GET", f"/{number}", params={"fields": "name,username,profile_picture_url"})
        person = session.token.access
        return Choice(
            profile=instagram_profile(who.find(default={}), number, login),
            token=session.token.model_copy(update={"access": token or person, "data": {"person": person}}),
        )

    def publish(self, job: Job) -> Published | Pending:
        """With the Page's token; where Meta finds rights missing, with the person's, who may have them."""
        try:
            return super().publish(job)
        except Reconnect as refused:
            person = job.token.data.get("person")
            if not person or job.token.access == person or not about_rights(refused):
                raise
            job.token = job.token.model_copy(update={"access": person})
            return super().publish(job)

    def delete(self, session: Session, receipt: Receipt) -> None:
        need_scope(session, "instagram_manage_contents")
        for number in receipt.data.get("all") or [receipt.id]:
            self.removed(session, number)

    @tool("Sounds for a reel.", search="words to look for", audio_type="music (default) or original_sound")
    def audio(self, session: Session, search: str = "", audio_type: str = "music") -> list[dict[str, Any]]:
        params = {"audio_type": audio_type, "user_id": session.me.remote, "search_query": search}
        with only_asking(self.title):
            found = session.ask("GET", "/ig_audio", params=params)
        return [
            {
                "id": str(each.get("audio_id")), "title": each.get("title") or "",
                "artist": each.get("display_artist") or "", "milliseconds": each.get("duration_in_ms"),
            }
            for each in found.records("audio")
        ]  # fmt: skip

    @tool("Whether somebody can be mentioned or asked to collaborate.", username="an Instagram username")
    def mentions(self, session: Session, username: str) -> list[dict[str, Any]]:
        wanted = username.removeprefix("@")
        fields = {"fields": f"business_discovery.username({wanted}){{id,username}}"}
        with only_asking(self.title):
            asked = session.ask("GET", f"/{session.me.remote}", params=fields)
        who: dict[str, Any] = asked.find("business_discovery", default={})
        return [{"id": str(who["id"]), "name": str(who.get("username") or wanted)}] if who.get("id") else []


def instagram_profile(who: dict[str, Any], number: str, login: str) -> Profile:
    handle = who.get("username") or ""
    return Profile(
        id=number,
        name=who.get("name") or handle,
        handle=handle,
        picture=who.get("profile_picture_url") or "",
        data={"person": login},
    )
