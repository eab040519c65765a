"""Facebook Pages: posts, photos, videos, reels, stories, comments. https://developers.facebook.com/docs/pages-api"""

import re
from collections.abc import Sequence
from typing import Any

from ...answers import within
from ..base import (
    Account,
    Choice,
    Complaint,
    Duplicate,
    Entry,
    Fault,
    File,
    Job,
    OAuth2,
    Pending,
    Profile,
    Published,
    Receipt,
    Reconnect,
    Rejected,
    Retry,
    Rules,
    Session,
    Unsure,
    check,
    hours,
)
from ..meta import HOUR, grant_faults, mark, picture_url, wait_faults
from ..meta.login import FacebookLogin
from . import films
from . import look as facebook_look
from .look import stories_out, story_is_out
from .rules import COMMENT, LINK, PHOTO_BYTES, PHOTOS, POST, STORY, FacebookOptions, complaints, is_reel


class Facebook(FacebookLogin):
    """A Page signs with its own token, which has no end of its own."""

    key = "facebook"
    title = "Facebook"
    docs = "https://developers.facebook.com/docs/pages-api/posts"
    auth = OAuth2(
        scopes=(
            "pages_show_list", "business_management", "pages_manage_posts", "pages_manage_engagement",
            "pages_read_engagement", "read_insights",
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
    rules = Rules(first=POST, rest=COMMENT)
    Options = FacebookOptions
    concurrency = 100
    patience = hours(3)
    repeatable = "look"
    faults = (
        Fault(Reconnect, "Reconnect Facebook: the Page must be authorized for publishing first.", ("subcode=1404078",)),
        Fault(Rejected, "Open Facebook: it wants the identity confirmed.", ("subcode=4854002",)),
        Fault(Rejected, "Open Facebook: it wants a security check.", ("subcode=1404006",)),
        Fault(Rejected, "Open Facebook: the account is limited there.", ("subcode=1404112",)),
        Fault(Retry, "Facebook says that this Page posts too fast.", ("subcode=1390008", "code=368"), after=HOUR),
        Fault(Duplicate, "Facebook has this very post already.", ("code=506", "subcode=1366051")),
        Fault(Rejected, "Facebook calls this abusive.", ("subcode=1346003",)),
        Fault(Rejected, "Facebook says that this breaks its community standards.", ("subcode=1404102",)),
        Fault(Rejected, "Facebook takes no link to facebook.com as a card.", ("subcode=1609008",)),
        Fault(Rejected, "Facebook does not accept the link.", ("subcode=2061006",)),
        Fault(Rejected, "Facebook does not take this format.", ("subcode=1349125",)),
        Fault(Rejected, "Facebook could not read a file.", ("subcode=2069019",)),
        Fault(Rejected, "Facebook finds a photo too large, or of a wrong type.", ("subcode=1366046",)),
        Fault(Rejected, "The title is too long for Facebook.", ("Name parameter too long",)),
        Fault(Rejected, "Facebook does not let this Page publish the video.", ("No permission to publish the video",)),
        *grant_faults("Facebook"),
        *wait_faults("Facebook", "subcode=1363047", "subcode=1609010"),
        Fault(Rejected, "What this comments on is gone from Facebook.", ("gone=parent",)),
        Fault(Reconnect, "Reconnect Facebook: the Page cannot be found.", ("gone=own",)),
        Fault(Rejected, "Facebook could not load a picture.", ("code=324",)),
        Fault(Rejected, "Facebook does not take this post.", ("code=100",)),
    )  # fmt: skip

    # -- signing in --------------------------------------------------------------------------------------

    def choices(self, session: Session) -> list[Choice]:
        """The Pages; one without a token is one on which the person has no task."""
        fields, person = "id,username,name,access_token,picture.type(large)", self.me(session).id
        return [
            Choice(
                profile=page_profile(page, person),
                token=session.token.model_copy(update={"access": page["access_token"]}),
            )
            for page in self.pages(session, fields)
            if isinstance(page.get("access_token"), str)
        ]

    # -- what may be posted ------------------------------------------------------------------------------

    def rules_for(self, account: Account, options: Any) -> Rules:
        if options and options.post_type == "story":
            return Rules(first=STORY)
        return LINK if options and options.url else self.rules

    def check(self, entries: Sequence[Entry], account: Account, options: Any) -> list[Complaint]:
        found = check(entries, self.rules_for(account, options), self.title)
        if entries and options:
            found += [Complaint(entry=0, sentence=said) for said in complaints(entries[0], options)]
        return found

    # -- publishing --------------------------------------------------------------------------------------

    def publish(self, job: Job) -> Published | Pending:
        state = job.state = {"photos": [], "done": [], **(job.state or {})}
        if job.index:
            return self._comment(job)
        if job.options.post_type == "story":
            return self._stories(job, state)
        if any(media.kind == "video" for media in job.entry.media):
            return self._film(job, state)
        return self._photos(job, state, job.files) or self._feed(job, state)

    def _photos(self, job: Job, state: dict[str, Any], files: Sequence[File]) -> Pending | None:
        """Photos that nobody sees yet; Facebook fetches each by its address."""
        for file in files[len(state["photos"]) :]:
            if job.seconds_left() < films.SECONDS_NEEDED:
                return Pending(state=state, after=1)
            wanted = {"url": picture_url(file, PHOTOS, PHOTO_BYTES), "published": False}
            if file.media.alt:
                wanted["alt_text_custom"] = file.media.alt
            photo = job.ask("POST", f"/{job.me.remote}/photos", json=wanted).pick("id")
            mark(job, state, photos=[*state["photos"], photo])
        return None

    def _feed(self, job: Job, state: dict[str, Any]) -> Published:
        wanted: dict[str, Any] = {"message": job.entry.text, "published": True}
        if state["photos"]:
            wanted["attached_media"] = [{"media_fbid": photo} for photo in state["photos"]]
        elif job.options.url:
            wanted["link"] = job.options.url
        return self._coloured(job, state, wanted) or self._posted(job, wanted)

    def _coloured(self, job: Job, state: dict[str, Any], wanted: dict[str, Any]) -> Published | None:
        """With a background; None where there is none, or Facebook knows none such: then it goes out plain."""
        preset = job.options.text_format_preset_id
        if not preset or state.get("plain"):
            return None
        try:
            return self._posted(job, {**wanted, "text_format_preset_id": preset})
        except Rejected as refused:
            if "text_format_preset_id" not in refused.words:
                raise
        except Unsure as unsure:
            if re.search(r'"code":\s*1\b', unsure.words):
                mark(job, state, plain=True)
            raise
        return None

    def _posted(self, job: Job, wanted: dict[str, Any]) -> Published:
        fields = {"fields": "id,permalink_url"}
        answer = job.commit("POST", f"/{job.me.remote}/feed", params=fields, json=wanted)
        return Published(id=answer.pick("id"), url=films.permalink(answer, answer.pick("id")))

    def _comment(self, job: Job) -> Published:
        assert job.first is not None
        wanted = {"message": job.entry.text}
        if job.files:
            wanted["attachment_url"] = picture_url(job.files[0], PHOTOS, PHOTO_BYTES)
        answer = job.commit("POST", f"/{job.first.id}/comments", json=wanted)
        return Published(id=answer.pick("id"), url=films.permalink(None, answer.pick("id")))

    def _film(self, job: Job, state: dict[str, Any]) -> Published | Pending:
        if not state.get("finished"):
            out = self._reel(job, state) if is_reel(job.entry, job.options) else self._video(job, state)
            if isinstance(out, Pending):
                return out
            mark(job, state, finished=out, looks=0)
        return films.settled(job, state)

    def _reel(self, job: Job, state: dict[str, Any]) -> str | Pending:
        if (pending := films.fetched(job, state, job.files[0], "video_reels")) is not None:
            return pending
        known = {"video_id": state["video"], "video_state": "PUBLISHED"}
        answer = films.finish(job, "video_reels", known, _said(job))
        return str(answer.find("post_id", default=state["video"]))

    def _video(self, job: Job, state: dict[str, Any]) -> str | Pending:
        if (pending := films.sent(job, state, job.files[0])) is not None:
            return pending
        films.finish(job, "videos", {"upload_session_id": state["session"]}, _said(job))
        return str(state["video"])

    def _stories(self, job: Job, state: dict[str, Any]) -> Published | Pending:
        """Every file is a story of its own; each that is out is on record before the next begins."""
        for file in job.files[len(state["done"]) :]:
            out = self._story(job, state, file)
            if isinstance(out, Pending):
                return out
            story_is_out(job, state, out)
        return stories_out(state["done"])

    def _story(self, job: Job, state: dict[str, Any], file: File) -> str | Pending:
        if file.media.kind == "video":
            pending = films.fetched(job, state, file, "video_stories")
            if pending is None:
                return films.finish(job, "video_stories", {"video_id": state["video"]}, {}).pick("post_id")
        elif (pending := self._photos(job, state, [file])) is None:
            wanted = {"photo_id": state["photos"][0]}
            return job.commit("POST", f"/{job.me.remote}/photo_stories", json=wanted).pick("post_id")
        return pending

    def look(self, job: Job) -> Published | None:
        return facebook_look.look(job)

    # -- afterwards --------------------------------------------------------------------------------------

    def delete(self, session: Session, receipt: Receipt) -> None:
        for number in receipt.data.get("stories") or [receipt.id]:
            self.removed(session, number)

    def metrics(self, session: Session, receipt: Receipt) -> dict[str, int]:
        names = "post_total_media_view_unique,post_reactions_by_type_total,post_clicks"
        return self.numbers(session, receipt.id, names)


def page_profile(page: dict[str, Any], person: str) -> Profile:
    """A Page as the account that it becomes; `person` is whose login it is."""
    return Profile(
        id=str(page["id"]),
        name=page.get("name") or "",
        handle=page.get("username") or "",
        picture=within(page, "picture", "data", "url") or "",
        data={"person": person},
    )


def _said(job: Job) -> dict[str, Any]:
    return {"description": job.entry.text, **({"title": job.options.title} if job.options.title else {})}
