"""LinkedIn pages: the same posts, made as a company. https://learn.microsoft.com/linkedin/marketing/community-management/organizations"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote

from .. import text
from .base import (
    Auth,
    Choice,
    Job,
    Pace,
    Problem,
    Profile,
    Published,
    Receipt,
    Reconnect,
    Session,
    Unsure,
    days,
    only_asking,
)
from .linkedin import LinkedIn
from .linkedin.faults import faults
from .linkedin.options import LinkedInPageOptions
from .linkedin.posts import comment_published, plain, post_published

#: Who may post: the names of both generations of the API.
ROLES = frozenset({"ADMINISTRATOR", "CONTENT_ADMINISTRATOR", "CONTENT_ADMIN"})
_PAGE = 100
_FINDER = {"X-RestLi-Method": "FINDER"}
_LOGOS = "(elements*(role,organizationalTarget~(localizedName,vanityName,logoV2(original~:playableStreams))))"
_TAG = re.compile(r"\{hashtag\|\\?#\|((?:[^}\\]|\\.)*)\}")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_NUMBERS = {
    "impressions": "impressionCount",
    "unique_impressions": "uniqueImpressionsCount",
    "clicks": "clickCount",
    "likes": "likeCount",
    "comments": "commentCount",
    "shares": "shareCount",
}


class LinkedInPage(LinkedIn):
    """A company page, by the token of a member who may post there; its posts can be read back."""

    key = "linkedin-page"
    title = "LinkedIn Page"
    auth = replace(
        LinkedIn.auth,
        scopes=(
            "openid",
            "profile",
            "w_member_social",
            "r_basicprofile",
            "rw_organization_admin",
            "w_organization_social",
            "r_organization_social",
        ),
    )
    optional = (
        "LINKEDIN_PAGE_CLIENT_ID",
        "LINKEDIN_PAGE_CLIENT_SECRET",
        "LINKEDIN_API_VERSION",
        "LINKEDIN_PAGE_SCOPES",
    )
    Options = LinkedInPageOptions
    paces = (Pace(100, per=days(1)),)
    heal_after = 60
    denied: ClassVar[str] = (
        "Reconnect the LinkedIn page: you no longer administer it, or the app lacks a right for it."
    )
    faults = faults(denied)
    scopes_setting: ClassVar[str] = "LINKEDIN_PAGE_SCOPES"
    reads_files: ClassVar[bool] = True

    # -- signing in --------------------------------------------------------------------------------------

    def auth_for(self, session: Session) -> Auth:
        """An app of its own where the operator has one: LinkedIn wants this product alone in its app."""
        if not session.app.get("LINKEDIN_PAGE_CLIENT_ID"):
            return self.auth
        return replace(
            self.auth, client_id="LINKEDIN_PAGE_CLIENT_ID", client_secret="LINKEDIN_PAGE_CLIENT_SECRET"
        )

    def missing(self, app: dict[str, str]) -> list[str]:
        own = ("LINKEDIN_PAGE_CLIENT_ID", "LINKEDIN_PAGE_CLIENT_SECRET")
        return [name for name in own if not app.get(name)] if app.get(own[0]) else super().missing(app)

    def choices(self, session: Session) -> list[Choice]:
        member = session.ask("GET", "/v2/userinfo").pick("sub")
        logos = self._logos(session)
        return [
            Choice(profile=self._page(session, number, member, logos.get(number, "")))
            for number in self._administered(session)
        ]

    def _administered(self, session: Session) -> list[str]:
        """The numbers of the pages where this member may post, each once."""
        found: dict[str, None] = {}
        start = 0
        while True:
            asked = {"q": "roleAssignee", "state": "APPROVED", "count": _PAGE, "start": start}
            elements = session.ask("GET", "/rest/organizationAcls", params=asked).records("elements")
            for each in elements:
                urn = str(each.get("organization") or each.get("organizationTarget") or "")
                if each.get("role") in ROLES and urn.startswith("urn:li:organization:"):
                    found[urn.rpartition(":")[2]] = None
            if len(elements) < _PAGE:
                return list(found)
            start += _PAGE

    def _page(self, session: Session, number: str, member: str, logo: str) -> Profile:
        page = session.ask("GET", f"/rest/organizations/{number}")
        return Profile(
            id=number,
            name=page.pick("localizedName"),
            handle=page.find("vanityName", default=""),
            picture=logo,
            data={"member": member},
        )

    def _logos(self, session: Session) -> dict[str, str]:
        """Addresses of logos by page, from the older API, which alone gives them; none is no harm."""
        asked = f"/v2/organizationalEntityAcls?q=roleAssignee&state=APPROVED&projection={_LOGOS}"
        try:
            elements = session.ask("GET", asked).records("elements")
        except Problem:
            return {}
        return {
            str(each.get("organizationalTarget")).rpartition(":")[2]: logo
            for each in elements
            if (logo := _logo(each))
        }

    # -- publishing --------------------------------------------------------------------------------------

    def author(self, session: Session) -> str:
        return f"urn:li:organization:{session.me.remote}"

    def look(self, job: Job) -> Published | None:
        since = (job.doubt or job.now) - timedelta(minutes=1)
        if job.index:
            return self._look_for_comment(job, since)
        asked = {"q": "author", "author": self.author(job), "count": _PAGE, "sortBy": "LAST_MODIFIED"}
        listed = job.ask("GET", "/rest/posts", params=asked, headers=_FINDER).records("elements")
        for post in listed:
            if _is(job, post, since) and isinstance(post.get("id"), str):
                return post_published(post["id"])
        if len(listed) >= _PAGE and all(_at(post.get("createdAt")) >= since for post in listed):
            raise Unsure("Too much was published since to find the post on the LinkedIn page; look there.")
        return None

    def _look_for_comment(self, job: Job, since: datetime) -> Published | None:
        assert job.first is not None, "a comment follows its post"
        wanted = text.comparable(plain(job.entry.text))
        known = {receipt.id for receipt in job.receipts}  # an earlier comment may say the same
        try:
            found = job.ask("GET", f"/rest/socialActions/{quote(job.first.id, safe='')}/comments")
        except Reconnect as denied:
            raise Unsure(
                "LinkedIn does not let this app read comments. Look at the post, then say what you saw.",
                words=denied.words,
            ) from denied
        for said in found.records("elements"):
            same = text.comparable(_words(said)) == wanted and said.get("actor") == self.author(job)
            urn = said.get("commentUrn")
            if same and _at(said.get("created")) >= since and isinstance(urn, str) and urn not in known:
                return comment_published(job.first.id, urn)
        return None

    # -- afterwards --------------------------------------------------------------------------------------

    def metrics(self, session: Session, receipt: Receipt) -> dict[str, int]:
        page, post = quote(self.author(session), safe=""), quote(receipt.id, safe="")
        which = f"{'ugcPosts' if ':ugcPost:' in receipt.id else 'shares'}=List({post})"
        where = "/rest/organizationalEntityShareStatistics?q=organizationalEntity"
        with only_asking("LinkedIn does not let this app read numbers."):
            told = session.ask("GET", f"{where}&organizationalEntity={page}&{which}")
        found = {
            name: told.find("elements", 0, "totalShareStatistics", field) for name, field in _NUMBERS.items()
        }
        return {name: number if isinstance(number, int) else 0 for name, number in found.items()}


def _logo(element: dict[str, Any]) -> str:
    """The address of the first size of a page's logo, deep in the older API's answer."""
    here: Any = element
    for step in (
        "organizationalTarget~",
        "logoV2",
        "original~",
        "elements",
        0,
        "identifiers",
        0,
        "identifier",
    ):
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            return ""
    return here if isinstance(here, str) else ""


def _is(job: Job, post: dict[str, Any], since: datetime) -> bool:
    """Whether a listed post is this entry: by its files, whose names are its alone, else by words and time."""
    media = (job.state or {}).get("media") or []
    named = set(_texts(post.get("content")))
    if named & set(media):
        return True
    wanted = readable(text.little(job.entry.text))
    made = max(_at(post.get("createdAt")), _at(post.get("publishedAt")))
    return bool(wanted) and made >= since and readable(str(post.get("commentary", ""))) == wanted


def _texts(content: Any) -> Iterator[str]:
    if isinstance(content, dict | list):
        for each in content.values() if isinstance(content, dict) else content:
            yield from _texts(each)
    elif isinstance(content, str):
        yield content


def readable(little: str) -> str:
    """Little text as it compares, whichever way LinkedIn writes it back."""
    return text.comparable(_ESCAPED.sub(r"\1", _TAG.sub(r"#\1", little)))


def _words(comment: dict[str, Any]) -> str:
    message = comment.get("message")
    return str(message.get("text", "")) if isinstance(message, dict) else ""


def _at(told: Any) -> datetime:
    """A moment in milliseconds, bare or as `{"time": …}`; the beginning of time where there is none."""
    milliseconds = told.get("time") if isinstance(told, dict) else told
    if not isinstance(milliseconds, int | float):
        return datetime.min.replace(tzinfo=UTC)
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.min.replace(tzinfo=UTC)
