"""Pinterest: a Pin on a chosen board, of pictures or a video. https://developers.pinterest.com/docs/api/v5/"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from ... import text
from ...streams import stream
from ..base import (
    Account,
    Answer,
    Complaint,
    Entry,
    File,
    Job,
    OAuth2,
    Pace,
    Part,
    Pending,
    Profile,
    Provider,
    Published,
    Receipt,
    Rejected,
    Retry,
    Rules,
    Session,
    Unsure,
    Wait,
    days,
    gone_already,
    minutes,
    tool,
)
from . import boards as pinterest_boards
from .faults import FAULTS, GONE, UNREACHABLE
from .options import PinterestOptions

_API = "https://api.pinterest.com/v5"
_SITE = "https://www.pinterest.com"
_PICTURES = ("image/jpeg", "image/png")
_PICTURE_BYTES = 20_000_000
_PIN = Part(
    length=800, count="utf16", images=5, gifs=1, videos=1, mixed=True, alt=500, needs="media",
    gif_bytes=_PICTURE_BYTES, video_types=("video/mp4", "video/quicktime", "video/x-m4v"),
    video_bytes=2_000_000_000, video_seconds=(4, 900),
)  # fmt: skip
_LOOK_AFTER = 10.0  # seconds between looks at a film that is being worked on
_REACHES = 3  # times that a picture's address is tried again before it counts as not public
_PAGES = 20  # of a board, 25 Pins each, that a search for a lost Pin goes through
_METRICS = ("IMPRESSION", "PIN_CLICK", "OUTBOUND_CLICK", "SAVE")
_METRIC_DAYS = 89


class Pinterest(Provider):
    """The board is chosen per post; pictures are fetched by Pinterest, films are uploaded."""

    key = "pinterest"
    title = "Pinterest"
    docs = "https://developers.pinterest.com/docs/api/v5/pins-create"
    api = _API
    auth = OAuth2(
        authorize=f"{_SITE}/oauth/",
        token=f"{_API}/oauth/token",
        scopes=("boards:read", "boards:write", "pins:read", "pins:write", "user_accounts:read"),
        separator=",",
        client_auth="client_secret_basic",
        client_id="PINTEREST_CLIENT_ID",
        client_secret="PINTEREST_CLIENT_SECRET",
        token_extra={"continuous_refresh": "true"},
        ahead=days(7).total_seconds(),  # a refresh token lasts 60 days from the last refresh
    )
    secrets = ("PINTEREST_CLIENT_ID", "PINTEREST_CLIENT_SECRET")
    rules = Rules(first=_PIN)
    Options = PinterestOptions
    concurrency = 3
    paces = (Pace(100, per=minutes(1)),)
    repeatable = "look"
    heal_after = 120
    faults = FAULTS
    waits = (Wait("retry-after", "retry-after", only_on=(429,)), Wait("x-ratelimit-reset", only_on=(429,)))

    def me(self, session: Session) -> Profile:
        who = session.ask("GET", "/user_account")
        name = who.pick("username")
        return Profile(
            id=who.pick("id"),
            name=str(who.find("business_name", default="")) or name,
            handle=f"@{name}",
            picture=str(who.find("profile_image", default="")),
            data={"type": who.find("account_type", default="")},
        )

    def signs(self, answer: Answer) -> frozenset[str]:
        code = answer.find("code")
        return frozenset({f"code={code}"}) if isinstance(code, int) else frozenset()

    def check(self, entries: Sequence[Entry], account: Account, options: Any) -> list[Complaint]:
        said = super().check(entries, account, options)
        return (
            said + [Complaint(entry=0, sentence=why) for why in _complaints(entries[0])] if entries else said
        )

    # -- publishing --------------------------------------------------------------------------------------

    def publish(self, job: Job) -> Published | Pending:
        films = [file for file in job.files if file.media.kind == "video"]
        if films and (waiting := self._film(job, films[0])) is not None:
            return waiting
        pin = self._pin(job).pick("id")
        return Published(id=pin, url=f"{_SITE}/pin/{pin}/")

    def _film(self, job: Job, film: File) -> Pending | None:
        """Uploads the film once and waits until Pinterest has worked it through."""
        if not (job.state or {}).get("film"):
            if job.seconds_left() < 20:
                return Pending(state=job.state or {}, after=1)
            job.keep(film=self._upload(job, film))
        state = job.state or {}
        match job.ask("GET", f"/media/{state['film']}").find("status"):
            case "succeeded":
                return None
            case "failed":
                job.keep(film=None)
                raise Rejected("Pinterest could not process the video.")
        return Pending(state=state, after=_LOOK_AFTER)

    def _upload(self, job: Job, film: File) -> str:
        """One form into Pinterest's storage, streamed with its length known: storage takes no chunks."""
        room = job.ask("POST", "/media", json={"media_type": "video"})
        fields: dict[str, str] = room.find("upload_parameters", default={})
        name = (film.media.name or "film.mp4", stream(film), film.media.mime)
        job.ask("POST", room.pick("upload_url"), data=fields, files={"file": name}, signed=False)
        return room.pick("media_id")

    def _pin(self, job: Job) -> Answer:
        try:
            return job.commit("POST", "/pins", json=self._body(job))
        except Retry as problem:
            if problem.sentence != UNREACHABLE:
                raise
            if (times := (job.state or {}).get("unreached", 0) + 1) > _REACHES:
                raise Rejected(
                    "Pinterest cannot reach the pictures at their address.", words=problem.words
                ) from None
            job.keep(unreached=times)
            raise

    def _body(self, job: Job) -> dict[str, Any]:
        options: PinterestOptions = job.options
        body = {
            "board_id": options.board,
            "board_section_id": options.section,
            "title": options.title,
            "description": job.entry.text,
            "link": options.link,
            "alt_text": options.alt_text or next((each.alt for each in job.entry.media if each.alt), ""),
            "dominant_color": options.dominant_color,
            "media_source": self._source(job),
        }
        return {name: value for name, value in body.items() if value}

    def _source(self, job: Job) -> dict[str, Any]:
        pictures = [_address(file) for file in job.files if file.media.kind != "video"]
        if film := (job.state or {}).get("film"):
            cover = {"cover_image_url": pictures[0]} if pictures else {}
            frame = {"cover_image_key_frame_time": job.options.cover_key_frame_time or 0}
            return {"source_type": "video_id", "media_id": film, **(cover or frame)}
        if len(pictures) == 1:
            return {"source_type": "image_url", "url": pictures[0]}
        return {"source_type": "multiple_image_urls", "index": 0, "items": [{"url": url} for url in pictures]}

    # -- after a lost answer -----------------------------------------------------------------------------

    def look(self, job: Job) -> Published | None:
        """The board's pages back to the doubt, two at least: that the newest come first is not promised."""
        since = (job.doubt or job.now) - timedelta(minutes=1)
        pages = pinterest_boards.pages(job, f"/boards/{job.options.board}/pins", size=25, most=_PAGES)
        for number, pins in enumerate(pages, 1):
            if (found := _found(pins, job, since)) is not None:
                return Published(id=found, url=f"{_SITE}/pin/{found}/")
            if number > 1 and all((_moment(pin.get("created_at")) or since) < since for pin in pins):
                return None
            if number == _PAGES:
                raise Unsure("Too much was pinned since to find the Pin on its board; look there.")
        return None

    # -- afterwards --------------------------------------------------------------------------------------

    def delete(self, session: Session, receipt: Receipt) -> None:
        with gone_already(GONE):
            session.ask("DELETE", f"/pins/{receipt.id}")

    def metrics(self, session: Session, receipt: Receipt) -> dict[str, int]:
        """Since the Pin was made, at most 89 days: what lies further back Pinterest does not tell."""
        start = max(receipt.at, session.now - timedelta(days=_METRIC_DAYS))
        query = {
            "start_date": f"{start.astimezone(UTC):%Y-%m-%d}",
            "end_date": f"{session.now.astimezone(UTC):%Y-%m-%d}",
            "metric_types": ",".join(_METRICS),
        }
        answer = session.ask("GET", f"/pins/{receipt.id}/analytics", params=query)
        found = [day.get("metrics") or {} for day in answer.records("all", "daily_metrics")]
        return {name.lower(): sum(int(each.get(name) or 0) for each in found) for name in _METRICS}

    # -- pick lists --------------------------------------------------------------------------------------

    @tool("The account's boards, group boards among them")
    def boards(self, session: Session) -> list[dict[str, Any]]:
        return pinterest_boards.boards(session)

    @tool("The sections of a board", board="the board's id")
    def sections(self, session: Session, board: str) -> list[dict[str, Any]]:
        return pinterest_boards.sections(session, board)

    @tool("Makes a board", name="its name", description="for what", privacy="PUBLIC, PROTECTED or SECRET")
    def create_board(
        self, session: Session, name: str, description: str = "", privacy: str = "PUBLIC"
    ) -> list[dict[str, Any]]:
        return [pinterest_boards.create(session, name, description, privacy)]

    @tool("Makes a section of a board", board="the board's id", name="1 to 180 characters")
    def create_section(self, session: Session, board: str, name: str) -> list[dict[str, Any]]:
        return [pinterest_boards.create_section(session, board, name)]


def _complaints(entry: Entry) -> list[str]:
    """What a single entry's rules cannot say: which files go together."""
    kinds = [media.kind for media in entry.media]
    stills = [media for media in entry.media if media.kind != "video"]
    if "video" in kinds and (len(stills) > 1 or "gif" in kinds):
        return ["Pinterest takes one picture next to a video: its cover."]
    if len(stills) > 1 and "gif" in kinds:
        return ["Pinterest takes no GIF among several pictures."]
    if len(stills) > 1 and len({(media.width, media.height) for media in stills}) > 1:
        return ["Pinterest wants all pictures of one Pin in the same size."]
    return []


def _address(file: File) -> str:
    """Where Pinterest finds a picture; one that is too large or of another type is made to fit first."""
    media = file.media
    if media.kind == "gif" or (media.mime in _PICTURES and media.size <= _PICTURE_BYTES):
        return file.url()
    return file.fit_url(_PICTURES, max_bytes=_PICTURE_BYTES)


def _found(pins: list[dict[str, Any]], job: Job, since: datetime) -> str | None:
    """The id of a Pin that says the same and was made since; one that tells no time is for a person."""
    for pin in pins:
        if not _same(pin, job):
            continue
        if (made := _moment(pin.get("created_at"))) is None:
            raise Unsure("A Pin that says the same is on the board, but Pinterest does not say since when.")
        if made >= since:
            return str(pin["id"])
    return None


def _same(pin: dict[str, Any], job: Job) -> bool:
    wanted = {"title": job.options.title, "description": job.entry.text, "link": job.options.link}
    return all(
        text.comparable(str(pin.get(name) or "")) == text.comparable(said) for name, said in wanted.items()
    )


def _moment(given: Any) -> datetime | None:
    try:
        made = datetime.fromisoformat(given)
    except (TypeError, ValueError):
        return None
    return made if made.tzinfo else made.replace(tzinfo=UTC)
