"""Publishing to Instagram, the same for both logins: containers, carousels, reels, stories, comments."""

import json
from collections.abc import Sequence
from typing import Any

from ..base import (
    Account,
    Complaint,
    File,
    Job,
    Pace,
    Pending,
    Problem,
    Published,
    Receipt,
    Reconnect,
    Rules,
    Session,
    check,
    days,
    minutes,
)
from ..containers import Containers, Full, Missing, Spent, quota
from ..meta import HOUR, picture_url
from ..meta.lists import newest, same, since, start
from .rules import (
    COMMENT,
    FEED_RATIO,
    IMAGE_BYTES,
    IMAGES,
    POST,
    STORY,
    StandaloneOptions,
    complaints,
)

_FIELDS = "id,caption,permalink,timestamp,media_product_type"


class InstagramPublishing(Containers):
    """The part that both logins share; they differ in host, token and scopes."""

    making, publishing, status, says = "media", "media_publish", "status_code", "status"
    looks = (5, 15, 30, 60)
    rules = Rules(first=POST, rest=COMMENT)
    paces = (Pace(50, per=days(1)),)
    patience = minutes(20)

    # -- what may be posted ------------------------------------------------------------------------------

    def rules_for(self, account: Account, options: Any) -> Rules:
        return Rules(first=STORY) if options and options.post_type == "story" else self.rules

    def check(self, entries: Sequence[Any], account: Account, options: Any) -> list[Complaint]:
        found = check(entries, self.rules_for(account, options), self.title)
        if entries and options:
            found += [Complaint(entry=0, sentence=said) for said in complaints(entries[0], options)]
        return found

    # -- publishing --------------------------------------------------------------------------------------

    def publish(self, job: Job) -> Published | Pending:
        return self._comment(job) if job.index else super().publish(job)

    def _comment(self, job: Job) -> Published:
        assert job.first is not None
        answer = job.commit("POST", f"/{job.first.id}/comments", data={"message": job.entry.text})
        return Published(id=answer.pick("id"), url=job.first.url)

    def batches(self, job: Job) -> list[Sequence[File]]:
        """Every file of a story is a story of its own."""
        return [[file] for file in job.files] if job.options.post_type == "story" else [job.files]

    def before_making(self, job: Job) -> None:
        """The account's own quota of the last 24 hours, which Meta's pages give as 50 and as 100."""
        fields = {"fields": "quota_usage,config"}
        answer = job.ask("GET", f"/{job.me.remote}/content_publishing_limit", params=fields)
        used, most = quota(answer, "quota_usage", "config")
        if used >= most:
            raise Full(
                f"{self.title} takes no more posts from this account today.", words=answer.words, after=HOUR
            )

    def child(self, job: Job, file: File) -> dict[str, Any]:
        if file.media.kind == "video":
            return {"is_carousel_item": "true", "media_type": "VIDEO", "video_url": file.url()}
        return {"is_carousel_item": "true", **_picture(file, FEED_RATIO)}

    def parcel(self, job: Job, files: Sequence[File], children: Sequence[str]) -> dict[str, Any]:
        options: StandaloneOptions = job.options
        if options.post_type == "story":
            return {"media_type": "STORIES", **self._bare(files[0])}
        wanted: dict[str, Any] = {"caption": job.entry.text}
        if options.collaborators:
            wanted["collaborators"] = json.dumps([each.label for each in options.collaborators])
        if options.is_ai_generated:
            wanted["is_ai_generated"] = "true"
        if children:
            return {"media_type": "CAROUSEL", "children": ",".join(children), **wanted}
        if files[0].media.kind == "video":
            return {"media_type": "REELS", "video_url": files[0].url(), **wanted, **reel(options)}
        return {**_picture(files[0], FEED_RATIO), **wanted}

    def _bare(self, file: File) -> dict[str, Any]:
        """A story's file: of any shape, and without a description."""
        if file.media.kind == "video":
            return {"video_url": file.url()}
        return {"image_url": picture_url(file, IMAGES, IMAGE_BYTES)}

    def final(self, trouble: Spent) -> Problem:
        if isinstance(trouble, Missing):
            return Reconnect(
                f"Reconnect {self.title}: it does not find what it prepared.", words=trouble.words
            )
        return super().final(trouble)

    def home(self, job: Job) -> str:
        return f"https://www.instagram.com/{job.me.handle}"

    # -- after a lost answer -----------------------------------------------------------------------------

    def look(self, job: Job) -> Published | None:
        return self._look_for_comment(job) if job.index else super().look(job)

    def found(self, job: Job, known: Sequence[str]) -> Published | None:
        """By the caption; a story has none, so it is the first one since."""
        story = job.options.post_type == "story"
        params = {"fields": "id,permalink,timestamp" if story else _FIELDS}
        listed = newest(job, f"/{job.me.remote}/{'stories' if story else 'media'}", "timestamp", params)
        alike = same(job.entry.text)
        for medium in reversed(list(listed)) if story else listed:
            fresh = since(medium.get("timestamp"), start(job)) and medium["id"] not in known
            if fresh and (story or alike(medium.get("caption"))):
                return Published(id=str(medium["id"]), url=medium.get("permalink") or "")
        return None

    def _look_for_comment(self, job: Job) -> Published | None:
        assert job.first is not None
        params = {"fields": "id,text,timestamp,username"}
        alike, known = same(job.entry.text), {receipt.id for receipt in job.receipts}
        for remark in job.ask("GET", f"/{job.first.id}/comments", params=params).records("data"):
            own = remark.get("username") in (None, job.me.handle) and remark["id"] not in known
            if own and since(remark.get("timestamp"), start(job)) and alike(remark.get("text")):
                return Published(id=str(remark["id"]), url=job.first.url)
        return None

    # -- afterwards --------------------------------------------------------------------------------------

    def metrics(self, session: Session, receipt: Receipt) -> dict[str, int]:
        return self.numbers(session, receipt.id, "views,reach,saved,likes,comments,shares")


def reel(options: StandaloneOptions) -> dict[str, Any]:
    """What only a reel takes."""
    wanted: dict[str, Any] = {
        "share_to_feed": "true" if options.share_to_feed else "false",
        "cover_url": options.cover_url,
        "thumb_offset": options.thumb_offset,
    }
    if options.is_trial_reel:
        wanted["trial_params"] = json.dumps({"graduation_strategy": options.graduation_strategy})
    if (sound := getattr(options, "audio", None)) is not None:
        known = {
            "audio_id": sound.id,
            "audio_volume": sound.audio_volume,
            "video_volume": sound.video_volume,
        }
        wanted["audio_configuration"] = json.dumps({k: v for k, v in known.items() if v is not None})
    return {name: value for name, value in wanted.items() if value not in (None, "")}


def _picture(file: File, ratio: tuple[float, float]) -> dict[str, Any]:
    wanted = {"image_url": picture_url(file, IMAGES, IMAGE_BYTES, ratio)}
    return wanted | ({"alt_text": file.media.alt} if file.media.alt else {})
