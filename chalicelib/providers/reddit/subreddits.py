"""Subreddits as the composer asks for them: found by a word, and what one of them takes."""

import re
from typing import Any

from ..base import Answer, Rejected, Session


def found(session: Session, word: str) -> list[dict[str, Any]]:
    """Public subreddits by a word, or those that the account has joined."""
    path, query = "/subreddits/mine/subscriber", {"limit": "100", "raw_json": "1"}
    if word.strip():
        path = "/subreddits/search"
        query |= {"q": word.strip(), "limit": "10", "sort": "relevance", "include_over_18": "false"}
    children = session.ask("GET", path, params=query).records("data", "children")
    known = [each["data"] for each in children if isinstance(each.get("data"), dict)]
    return [_listed(data) for data in known if data.get("subreddit_type") == "public"]


def _listed(data: dict[str, Any]) -> dict[str, Any]:
    name = str(data.get("display_name", ""))
    return {
        "id": name,
        "name": f"/r/{name}",
        "title": str(data.get("title") or name),
        "subscribers": int(data.get("subscribers") or 0),
        "over18": bool(data.get("over18")),
    }


def restrictions(session: Session, subreddit: str) -> dict[str, Any]:
    """One subreddit's kinds of post, flairs and rules; rules that it does not have are left out."""
    name = re.sub(r"^/?r/", "", subreddit.strip()).strip("/")
    about = session.ask("GET", f"/r/{name}/about", params={"raw_json": 1})
    wanted = session.ask("GET", f"/api/v1/{name}/post_requirements", params={"raw_json": 1}).json
    rules = wanted if isinstance(wanted, dict) else {}
    flairs = _flairs(session, name)
    return {
        **{rule: value for rule, value in rules.items() if value},
        "subreddit": name,
        "allow": _allowed(about),
        "is_flair_required": bool(rules.get("is_flair_required")) and bool(flairs),
        "flairs": flairs,
        "banned": bool(about.find("data", "user_is_banned", default=False)),
    }


def _allowed(about: Answer) -> list[str]:
    takes = about.find("data", "submission_type", default="any")
    kinds = {
        "self": takes in ("any", "self"),
        "link": takes in ("any", "link"),
        "picture": bool(about.find("data", "allow_images", default=False)),
        "video": bool(about.find("data", "allow_videos", default=False)),
        "gallery": bool(about.find("data", "allow_galleries", default=False)),
    }
    return [kind for kind, taken in kinds.items() if taken]


def _flairs(session: Session, name: str) -> list[dict[str, Any]]:
    """The flairs that people may choose; a subreddit without any may answer with a refusal."""
    try:
        answer = session.ask("GET", f"/r/{name}/api/link_flair_v2", params={"raw_json": 1})
    except Rejected:
        return []
    return [
        {"id": flair.get("id"), "name": flair.get("text"), "editable": bool(flair.get("text_editable"))}
        for flair in answer.records()
        if not flair.get("mod_only")
    ]
