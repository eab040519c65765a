"""Whether something is on a Facebook Page already: by ids from before it was public, else by its text."""

from typing import Any

from ..base import Job, Published
from ..meta import mark
from ..meta.lists import newest, same, since, start
from . import films


def look(job: Job) -> Published | None:
    state = job.state = {"photos": [], "done": [], **(job.state or {})}
    if job.index:
        return _look_for_comment(job)
    if job.options.post_type == "story":
        return _look_for_story(job, state)
    if state.get("finished"):
        return None  # the answer did come: `publish` goes on from there, without another commit
    return _look_for_film(job, state) if state.get("video") else _look_for_post(job, state)


def _look_for_post(job: Job, state: dict[str, Any]) -> Published | None:
    """By the text, and by photos that only this post can have."""
    fields = "id,message,created_time,permalink_url,attachments{target,media_type,subattachments{target}}"
    alike, photos = same(job.entry.text), {*state["photos"]}
    for post in newest(job, f"/{job.me.remote}/published_posts", "created_time", {"fields": fields}):
        said = alike(post.get("message")) and since(post.get("created_time"), start(job))
        if _targets(post) & photos or (said and (job.entry.text.strip() or not photos)):
            return Published(id=str(post["id"]), url=post.get("permalink_url") or "")
    return None


def _look_for_film(job: Job, state: dict[str, Any]) -> Published | None:
    """A film has its id from before it was public."""
    video, fields = state["video"], {"fields": "id,permalink_url,published,post_id"}
    if state.get("upload"):
        params = {**fields, "since": str(int(start(job).timestamp()))}
        listed = job.ask("GET", f"/{job.me.remote}/video_reels", params=params).records("data")
        out = (each for each in listed if each.get("published") is not False)
        found = next((each for each in out if str(each.get("id")) == video), {})
    else:
        answer = job.ask("GET", f"/{video}", params={"fields": "status,permalink_url,published"})
        found = {"url": answer.find("permalink_url")} if answer.find("published") is True else {}
    if not found:
        return None
    mark(job, state, finished=str(found.get("post_id") or video), looks=films.MOST_LOOKS)
    settled = films.settled(job, state)
    return settled if isinstance(settled, Published) else None


def _look_for_story(job: Job, state: dict[str, Any]) -> Published | None:
    """Notes the story in doubt if it is there; None while others are still to be told."""
    wanted = {str(each) for each in (*state["photos"], state.get("video")) if each}
    params = {"since": str(int(start(job).timestamp())), "fields": "post_id,media_id,status,url"}
    for story in job.ask("GET", f"/{job.me.remote}/stories", params=params).records("data"):
        if str(story.get("media_id")) in wanted:
            story_is_out(job, state, str(story["post_id"]))
    return stories_out(state["done"]) if len(state["done"]) == len(job.files) else None


def _look_for_comment(job: Job) -> Published | None:
    assert job.first is not None
    fields = "id,message,created_time,from"
    params = {"filter": "stream", "order": "reverse_chronological", "fields": fields}
    alike, known = same(job.entry.text), {receipt.id for receipt in job.receipts}
    for comment in newest(job, f"/{job.first.id}/comments", "created_time", params):
        own = (comment.get("from") or {}).get("id") in (None, job.me.remote)
        fresh = since(comment.get("created_time"), start(job)) and comment["id"] not in known
        if own and fresh and alike(comment.get("message")):
            return Published(id=str(comment["id"]), url=films.permalink(None, str(comment["id"])))
    return None


def _targets(post: dict[str, Any]) -> set[str]:
    """The ids of what hangs on a post, one level down too (albums)."""
    found = list((post.get("attachments") or {}).get("data") or ())
    found += [each for one in found for each in (one.get("subattachments") or {}).get("data") or ()]
    return {str(each["target"]["id"]) for each in found if (each.get("target") or {}).get("id")}


def stories_out(stories: list[str]) -> Published:
    url = f"https://www.facebook.com/stories/{stories[0]}"
    return Published(id=stories[0], url=url, data={"stories": stories})


def story_is_out(job: Job, state: dict[str, Any], story: str) -> None:
    """One more of the entry's stories is public; the next begins with nothing prepared."""
    mark(job, state, done=[*state["done"], story], photos=[], video=None)
