"""Facebook Login, by which Pages and the Instagram accounts behind them are connected."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from ..base import OAuth2, Problem, Profile, Reconnect, Session, Token
from . import Graph
from .lists import further


class FacebookLogin(Graph):
    """Signing in through Facebook: a long-lived token, every scope granted, and the Pages behind it."""

    api = "https://graph.facebook.com"
    secrets = ("FACEBOOK_APP_ID", "FACEBOOK_APP_SECRET")

    def auth_for(self, session: Session) -> OAuth2:
        version = self.version(session)
        assert isinstance(self.auth, OAuth2)
        return replace(
            self.auth,
            authorize=f"https://www.facebook.com/{version}/dialog/oauth",
            token=f"{self.api}/{version}/oauth/access_token",
            token_extra={
                "client_secret": session.app["FACEBOOK_APP_SECRET"]
            },  # in the query, as all the rest
        )

    def upgrade(self, session: Session, token: Token) -> Token:
        session.token = self.long_lived(
            session,
            "/oauth/access_token",
            grant_type="fb_exchange_token",
            client_id=session.app["FACEBOOK_APP_ID"],
            client_secret=session.app["FACEBOOK_APP_SECRET"],
            fb_exchange_token=token.access,
        )
        granted = tuple(
            str(each.get("permission"))
            for each in session.ask("GET", "/me/permissions").records("data")
            if each.get("status") == "granted"
        )
        if missing := [scope for scope in self.scopes(session) if scope not in granted]:
            raise Reconnect(
                f"{self.title} was not given {', '.join(missing)}. Connect again and leave everything ticked."
            )
        return session.token.model_copy(update={"scopes": granted, "expires": self._access_ends(session)})

    def _access_ends(self, session: Session) -> datetime | None:
        """When Meta ends the access to the person's data, ninety days after they were last active in the app.

        A Page's token has no end of its own, but dies with it: that is the moment to warn of.
        """
        app = f"{session.app['FACEBOOK_APP_ID']}|{session.app['FACEBOOK_APP_SECRET']}"
        headers = {"Authorization": f"Bearer {app}"}
        with suppress(Problem, OverflowError, ValueError):
            asked = session.ask(
                "GET", "/debug_token", params={"input_token": session.token.access}, headers=headers
            )
            ends = asked.find("data", "data_access_expires_at")
            return datetime.fromtimestamp(ends, UTC) if isinstance(ends, int) and ends > 0 else None
        return None

    def me(self, session: Session) -> Profile:
        who = session.ask("GET", "/me", params={"fields": "id,name,picture"})
        return Profile(
            id=who.pick("id"),
            name=who.find("name", default=""),
            picture=who.find("picture", "data", "url", default=""),
        )

    def pages(self, session: Session, fields: str) -> list[dict[str, Any]]:
        """The person's Pages, and those of their businesses that were not ticked; each once."""
        found = {str(page["id"]): page for page in self._all(session, "/me/accounts", fields)}
        with suppress(Problem):
            for business in list(self._all(session, "/me/businesses", "id")):
                for edge in ("owned_pages", "client_pages"):
                    with suppress(Problem):
                        for page in self._all(session, f"/{business['id']}/{edge}", fields):
                            found.setdefault(str(page["id"]), page)
        return list(found.values())

    def _all(self, session: Session, url: str, fields: str, most: int = 50) -> Iterator[dict[str, Any]]:
        """Every record of an edge, page after page."""
        params = {"fields": fields, "limit": "100"}
        for _ in range(most):
            answer = session.ask("GET", url, params=params)
            yield from (each for each in answer.records("data") if each.get("id"))
            if not (on := further(answer)):
                return
            params |= on
