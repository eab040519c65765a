"""Threads: posts, pictures, films, carousels, chains of replies, polls, quotes. https://developers.facebook.com/docs/threads"""

import json
from collections.abc import Sequence
from typing import Any

from ..base import (
    Account,
    Complaint,
    Entry,
    Expired,
    Fault,
    File,
    Job,
    OAuth2,
    Pace,
    Profile,
    Published,
    Receipt,
    Rejected,
    Retry,
    Rules,
    Session,
    Token,
    Unsure,
    check,
    days,
    minutes,
)
from ..containers import Containers, Full, Unfetched, quota
from ..meta import (
    HOUR,
    grant_faults,
    picture_url,
    renewed,
    wait_faults,
)
from ..meta.lists import newest, same, since, start
from ..meta.rights import need_scope, scopes_of
from .options import IMAGE_BYTES, IMAGES, LINKS, PART, RATIO, ThreadsOptions, complaints, links

_BROKEN = (
    "FAILED_PROCESSING_AUDIO", "FAILED_PROCESSING_VIDEO", "INVALID_ASPEC_RATIO", "INVALID_ASPECT_RATIO", "INVALID_BIT_RATE",
    "INVALID_DURATION", "INVALID_FRAME_RATE", "INVALID_AUDIO_CHANNELS", "INVALID_AUDIO_CHANNEL_LAYOUT",
)  # fmt: skip


class Threads(Containers):
    """Every part of a chain is a container that answers the published part before it."""

    key = "threads"
    title = "Threads"
    docs = "https://developers.facebook.com/docs/threads/posts"
    api = "https://graph.threads.net"
    auth = OAuth2(
        authorize="https://threads.net/oauth/authorize",
        token="https://graph.threads.net/oauth/access_token",
        scopes=(
            "threads_basic", "threads_content_publish", "threads_manage_replies", "threads_manage_insights",
            "threads_read_replies", "threads_delete",
        ),
        separator=",",
        client_id="THREADS_APP_ID",
        client_secret="THREADS_APP_SECRET",
        refreshes=False,
        ahead=days(30).total_seconds(),
    )  # fmt: skip
    secrets = ("THREADS_APP_ID", "THREADS_APP_SECRET")
    optional = ("THREADS_SCOPES",)
    rules = Rules(first=PART, rest=PART)
    Options = ThreadsOptions
    concurrency = 2
    paces = (Pace(250, per=days(1)),)
    patience = minutes(15)
    making, publishing, status, says = "threads", "threads_publish", "status", "error_message"
    looks = (3, 10, 30, 60)
    faults = (
        Fault(Rejected, "Open Threads: it has restricted this activity.", ("subcode=2207051",)),
        Fault(Rejected, "Open Threads: the account is restricted there.", ("subcode=4279013",)),
        Fault(Retry, "Threads is still preparing the post.", ("subcode=4279009", "requested resource does not exist"), after=10),
        Fault(Full, "Threads takes no more posts from this account today.", ("publishing quota", "subcode=2207042"), after=HOUR),
        Fault(Rejected, "Threads takes 5 different links at the most.", ("THREADS_API__LINK_LIMIT_EXCEEDED",)),
        Fault(Rejected, "The text is too long for Threads: 500 characters, an emoji counts as its bytes.", ("text must be at most 500 characters",)),
        Fault(Unfetched, "Threads could not fetch a file.", ("media could not be fetched", "FAILED_DOWNLOADING_VIDEO")),
        Fault(Rejected, "Threads could not process a file.", _BROKEN),
        *grant_faults("Threads", Expired),
        *wait_faults("Threads"),
        Fault(Rejected, "What this answers is gone from Threads.", ("gone=own",)),
        Fault(Rejected, "Threads does not take this post.", ("code=100",)),
    )  # fmt: skip

    def version(self, session: Session) -> str:
        return "v1.0"

    # -- signing in --------------------------------------------------------------------------------------

    def scopes(self, session: Session) -> tuple[str, ...]:
        return scopes_of(session, "THREADS_SCOPES") or super().scopes(session)

    def upgrade(self, session: Session, token: Token) -> Token:
        long = self.long_lived(
            session,
            f"{self.api}/access_token",
            grant_type="th_exchange_token",
            client_secret=session.app["THREADS_APP_SECRET"],
            access_token=token.access,
        )
        return long.model_copy(update={"scopes": token.scopes or self.scopes(session)})

    def refresh(self, session: Session) -> Token:
        return renewed(self, session, f"{self.api}/refresh_access_token", "th_refresh_token")

    def me(self, session: Session) -> Profile:
        fields = {"fields": "id,username,name,threads_profile_picture_url,is_verified"}
        who = session.ask("GET", "/me", params=fields)
        handle = who.pick("username")
        return Profile(
            id=who.pick("id"),
            name=who.find("name", default="") or handle,
            handle=handle,
            picture=who.find("threads_profile_picture_url", default=""),
            data={"person": who.pick("id")},
        )

    # -- what may be posted ------------------------------------------------------------------------------

    def rules_for(self, account: Account, options: Any) -> Rules:
        """A link card needs no words beside it."""
        bare = PART.model_copy(update={"needs": "nothing"})
        return Rules(first=bare, rest=PART) if options and options.link_attachment else self.rules

    def check(self, entries: Sequence[Entry], account: Account, options: Any) -> list[Complaint]:
        found = check(entries, self.rules_for(account, options), self.title)
        for index, entry in enumerate(entries):
            card = options.link_attachment if options and index == 0 else None
            if (number := len(links(entry.text) | ({card} if card else set()))) > LINKS:
                said = f"Threads takes {LINKS} different links at the most; this has {number}."
                found.append(Complaint(entry=index, sentence=said))
        if entries and options:
            found += [Complaint(entry=0, sentence=said) for said in complaints(entries[0], options)]
        return found

    # -- publishing --------------------------------------------------------------------------------------

    def before_making(self, job: Job) -> None:
        """250 posts and 1,000 replies in 24 hours; the account's own numbers count."""
        fields = {"fields": "quota_usage,config,reply_quota_usage,reply_config"}
        answer = job.ask("GET", f"/{job.me.remote}/threads_publishing_limit", params=fields)
        kind = "reply_" if job.index else ""
        used, most = quota(answer, f"{kind}quota_usage", f"{kind}config")
        if used >= most:
            raise Full("Threads takes no more posts from this account today.", words=answer.words, after=HOUR)

    def child(self, job: Job, file: File) -> dict[str, Any]:
        return {"is_carousel_item": "true", **_file(file, job.options)}

    def parcel(self, job: Job, files: Sequence[File], children: Sequence[str]) -> dict[str, Any]:
        wanted: dict[str, Any] = {"text": job.entry.text} if job.entry.text else {}
        if children:
            wanted |= {"media_type": "CAROUSEL", "children": ",".join(children)}
        elif files:
            wanted |= _file(files[0], job.options)
        else:
            wanted["media_type"] = "TEXT"
        if job.before is not None:
            return {**wanted, "reply_to_id": job.before.id}
        return {**wanted, **_shown(job.options)}

    def home(self, job: Job) -> str:
        return f"https://www.threads.net/@{job.me.handle}"

    # -- after a lost answer -----------------------------------------------------------------------------

    def found(self, job: Job, known: Sequence[str]) -> Published | None:
        """By the text; replies are listed apart from posts, and only for who may read them."""
        if job.index and "threads_read_replies" not in job.token.scopes:
            raise Unsure(
                "Threads has published it, but shows replies only with the scope threads_read_replies."
            )
        edge = "replies" if job.index else "threads"
        params = {
            "fields": "id,text,permalink,timestamp,media_type",
            "since": str(int(start(job).timestamp())),
        }
        seen, alike = {*known, *(receipt.id for receipt in job.receipts)}, same(job.entry.text)
        for post in newest(job, f"/{job.me.remote}/{edge}", "timestamp", params):
            fresh = since(post.get("timestamp"), start(job)) and post["id"] not in seen
            if fresh and alike(post.get("text")):
                return Published(id=str(post["id"]), url=post.get("permalink") or "")
        return None

    # -- afterwards --------------------------------------------------------------------------------------

    def delete(self, session: Session, receipt: Receipt) -> None:
        need_scope(session, "threads_delete")
        self.removed(session, receipt.id)

    def metrics(self, session: Session, receipt: Receipt) -> dict[str, int]:
        return self.numbers(session, receipt.id, "views,likes,replies,reposts,quotes,shares")


def _file(file: File, options: ThreadsOptions) -> dict[str, Any]:
    alt = {"alt_text": file.media.alt} if file.media.alt else {}
    spoiler = {"is_spoiler_media": "true"} if options.is_spoiler_media else {}
    if file.media.kind == "video":
        return {"media_type": "VIDEO", "video_url": file.url(), **alt, **spoiler}
    url = picture_url(file, IMAGES, IMAGE_BYTES, RATIO)
    return {"media_type": "IMAGE", "image_url": url, **alt, **spoiler}


def _shown(options: ThreadsOptions) -> dict[str, Any]:
    """The options that belong to the first post; without any, the answer to each is Threads' own."""
    names = ("reply_control", "topic_tag", "link_attachment", "quote_post_id")
    wanted: dict[str, Any] = {name: getattr(options, name) for name in names if getattr(options, name)}
    if options.poll:
        wanted["poll_attachment"] = json.dumps(
            {f"option_{'abcd'[index]}": answer for index, answer in enumerate(options.poll)}
        )
    return wanted
