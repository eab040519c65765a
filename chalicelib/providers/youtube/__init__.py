"""YouTube: one video a post, by resumable upload. https://developers.google.com/youtube/v3/docs/videos/insert"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from ... import text
from ..base import (
    Account,
    Answer,
    Choice,
    Complaint,
    Entry,
    Job,
    OAuth2,
    Pace,
    Part,
    Pending,
    Problem,
    Profile,
    Provider,
    Published,
    Receipt,
    Reconnect,
    Rules,
    Session,
    check,
    days,
    hours,
    tool,
)
from . import additions as youtube_additions
from . import options as youtube_options
from . import uploads as youtube_uploads
from .faults import FAULTS, NO_CHANNEL, QUOTA
from .uploads import at, moment

_SCOPE = "https://www.googleapis.com/auth/"
_PACIFIC = ZoneInfo("America/Los_Angeles")  # where the quota's day begins
_SECONDS = (0.0, 43_200.0)  # (unconfirmed) a channel that is not verified stops at 15 minutes
_COMMENT = 10_000  # (unconfirmed) characters of a comment
_NO_VIDEO = (
    "YouTube's API only takes videos; community posts have to be written in YouTube Studio: "
    "attach one video to this post."
)


class YouTube(Provider):
    """A channel: a video with its thumbnail and playlists, and comments under it."""

    key = "youtube"
    title = "YouTube"
    docs = "https://developers.google.com/youtube/v3/docs/videos/insert"
    api = "https://www.googleapis.com"
    auth = OAuth2(
        authorize="https://accounts.google.com/o/oauth2/v2/auth",
        token="https://oauth2.googleapis.com/token",
        revoke="https://oauth2.googleapis.com/revoke",
        scopes=(f"{_SCOPE}youtube.upload", f"{_SCOPE}youtube.readonly", f"{_SCOPE}youtube.force-ssl"),
        pkce=True,
        client_id="YOUTUBE_CLIENT_ID",
        client_secret="YOUTUBE_CLIENT_SECRET",
        extra={"access_type": "offline", "prompt": "consent"},  # else Google gives no refresh token
    )
    revokes_all = True
    secrets = ("YOUTUBE_CLIENT_ID", "YOUTUBE_CLIENT_SECRET")
    rules = Rules(
        first=Part(
            length=5000, count="bytes", videos=1, images=1, mixed=True, needs="media",
            video_bytes=274_877_906_944, video_seconds=_SECONDS,
            video_types=("video/mp4", "video/quicktime", "video/webm", "video/x-matroska", "video/mpeg",
                         "video/x-msvideo", "video/x-m4v", "video/x-ms-wmv", "video/3gpp", "video/x-flv"),
        ),
        rest=Part(length=_COMMENT, needs="text"),
    )  # fmt: skip
    Options = youtube_options.YouTubeOptions
    concurrency = 20
    paces = (Pace(100, per=days(1), scope="app"),)
    repeatable = "look"
    heal_after = 300  # the lists of uploads and comments lag by some minutes
    patience = hours(6)
    faults = FAULTS

    # -- signing in --------------------------------------------------------------------------------------

    def me(self, session: Session) -> Profile:
        return self.choices(session)[0].profile

    def choices(self, session: Session) -> list[Choice]:
        """The channel that was chosen on Google's page, so nearly always one."""
        wanted = {"part": "snippet,contentDetails,statistics", "mine": "true"}
        channels = session.ask("GET", "/youtube/v3/channels", params=wanted).records("items")
        if not channels:
            raise Reconnect(NO_CHANNEL)
        return [Choice(profile=_profile(channel)) for channel in channels]

    # -- what may be posted ------------------------------------------------------------------------------

    def check(self, entries: Sequence[Entry], account: Account, options: Any) -> list[Complaint]:
        if entries and not any(media.kind == "video" for media in entries[0].media):
            return [Complaint(entry=0, sentence=_NO_VIDEO)]
        said = check(entries, self.rules, self.title)
        return said + [Complaint(entry=0, sentence=each) for each in youtube_options.unfit(entries, options)]

    def signs(self, answer: Answer) -> frozenset[str]:
        return frozenset(f"reason={each.get('reason')}" for each in answer.records("error", "errors")[:1])

    def wait(self, answer: Answer, now: datetime) -> float | None:
        if self.signs(answer) & QUOTA:
            return until_midnight(now)
        return super().wait(answer, now)

    def judge(self, answer: Answer, now: datetime) -> Problem | None:
        return None if youtube_uploads.speaks(answer) else super().judge(answer, now)

    # -- the video ---------------------------------------------------------------------------------------

    def publish(self, job: Job) -> Published | Pending:
        if job.first:
            return self._comment(job)
        film = next(file for file in job.files if file.media.kind == "video")
        state = dict(job.state or {})
        if "video" not in state and (paused := youtube_uploads.bring(job, film, state)) is not None:
            return paused
        return youtube_additions.add(job, state) or youtube_additions.follow(job, state)

    def look(self, job: Job) -> Published | Pending | None:
        """An upload's session makes one video at the most, and tells `publish` whether it did."""
        if job.first:
            made = self._commented(job)
            return _comment(job, made) if made else None
        if job.state and ("upload" in job.state or "video" in job.state):
            return None
        found = youtube_uploads.uploaded(job, {})
        return Pending(state={"video": found}, after=1) if found else None

    # -- comments ----------------------------------------------------------------------------------------

    def _comment(self, job: Job) -> Published:
        said = {
            "topLevelComment": {"snippet": {"textOriginal": job.entry.text}},
            "videoId": job.receipts[0].id,
        }
        where, wanted = "/youtube/v3/commentThreads", {"part": "snippet"}
        return _comment(job, job.commit("POST", where, params=wanted, json={"snippet": said}).pick("id"))

    def _commented(self, job: Job) -> str | None:
        """Our comment, if the attempt whose answer was lost made it."""
        since = (job.doubt or job.now) - timedelta(minutes=1)
        wanted = {"part": "snippet", "videoId": job.receipts[0].id, "order": "time", "maxResults": 100}
        for thread in job.ask("GET", "/youtube/v3/commentThreads", params=wanted).records("items"):
            said = partial(at, thread, "snippet", "topLevelComment", "snippet")
            ours = said("authorChannelId", "value") == job.me.remote
            same = text.comparable(said("textOriginal")) == text.comparable(job.entry.text)
            if ours and same and moment(said("publishedAt")) >= since:
                return at(thread, "id")
        return None

    # -- afterwards --------------------------------------------------------------------------------------

    def delete(self, session: Session, receipt: Receipt) -> None:
        what = "comments" if receipt.data.get("comment") else "videos"
        session.ask("DELETE", f"/youtube/v3/{what}", params={"id": receipt.id})

    def metrics(self, session: Session, receipt: Receipt) -> dict[str, int]:
        if receipt.data.get("comment"):
            wanted = {"part": "snippet", "id": receipt.id}
            found = session.ask("GET", "/youtube/v3/comments", params=wanted)
            return {"likeCount": int(found.find("items", 0, "snippet", "likeCount", default=0))}
        wanted = {"part": "statistics", "id": receipt.id}
        found = session.ask("GET", "/youtube/v3/videos", params=wanted)
        names = ("viewCount", "likeCount", "commentCount", "favoriteCount")
        return {name: int(found.find("items", 0, "statistics", name, default=0)) for name in names}

    @tool("The channel's playlists")
    def playlists(self, session: Session) -> list[dict[str, str]]:
        found: list[dict[str, str]] = []
        page = ""
        for _ in range(10):
            wanted = {"part": "snippet,status", "mine": "true", "maxResults": "50", "pageToken": page}
            given = {name: value for name, value in wanted.items() if value}
            answer = session.ask("GET", "/youtube/v3/playlists", params=given)
            found += [_named(each) for each in answer.records("items")]
            if not (page := answer.find("nextPageToken", default="")):
                break
        return found

    @tool("Makes a playlist", title="Its name", description="What it is about",
          privacy="public, unlisted or private")  # fmt: skip
    def create_playlist(
        self, session: Session, title: str, description: str = "", privacy: str = "public"
    ) -> list[dict[str, str]]:
        about = {"title": title, "description": description}
        body = {"snippet": about, "status": {"privacyStatus": privacy}}
        made = session.ask("POST", "/youtube/v3/playlists", params={"part": "snippet,status"}, json=body)
        return [{"id": made.pick("id"), "name": title}]

    @tool("The categories a video may have", region="Country, as in US")
    def categories(self, session: Session, region: str = "US") -> list[dict[str, str]]:
        wanted = {"part": "snippet", "regionCode": region}
        found = session.ask("GET", "/youtube/v3/videoCategories", params=wanted).records("items")
        return [_named(each) for each in found if _assignable(each)]


def until_midnight(now: datetime) -> float:
    """Seconds until the quota begins anew: the next midnight in California."""
    tomorrow = now.astimezone(_PACIFIC).date() + timedelta(days=1)
    midnight = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=_PACIFIC)
    return midnight.timestamp() - now.timestamp()


def _comment(job: Job, number: str) -> Published:
    url = f"https://www.youtube.com/watch?v={job.receipts[0].id}&lc={number}"
    return Published(id=number, url=url, data={"comment": True})


def _profile(channel: dict[str, Any]) -> Profile:
    return Profile(
        id=at(channel, "id"),
        name=at(channel, "snippet", "title"),
        handle=at(channel, "snippet", "customUrl"),
        picture=at(channel, "snippet", "thumbnails", "default", "url"),
        data={"uploads": at(channel, "contentDetails", "relatedPlaylists", "uploads")},
    )


def _named(item: dict[str, Any]) -> dict[str, str]:
    return {"id": at(item, "id"), "name": at(item, "snippet", "title")}


def _assignable(category: dict[str, Any]) -> bool:
    about = category.get("snippet")
    return isinstance(about, dict) and about.get("assignable") is True
