"""Reddit in the contract suite."""

from typing import Any

from chalicelib.models import Entry
from chalicelib.problems import Blocked, Duplicate, Expired, Reconnect, Rejected, Retry
from tests.contract.harness import Case, Refused, movie, picture

COMMIT = "/api/(submit|comment)"
STORAGE = "s3-accelerate"


def places(type: str, subreddit: str = "lamps", **more: Any) -> dict[str, Any]:  # noqa: A002
    return {
        "subreddit": [{"value": {"subreddit": subreddit, "title": f"A {type} & more", "type": type, **more}}]
    }


def errors(*codes: str, words: str = "that is not possible") -> dict[str, Any]:
    return {"json": {"errors": [[code, words, "field"] for code in codes]}}


def html(status: int) -> dict[str, Any]:
    return {"status": status, "body": "<html>no", "headers": {"Content-Type": "text/html"}}


LINK = {"url": "https://example.com/a?b=1&c=2"}
XML = {"Content-Type": "application/xml"}

CASE = Case(
    entries={
        "text": (Entry(text="The lamps are **lit**. é 👨‍👩‍👧 <b> & co"),),
        "title only": (Entry(text=""),),
        "link": (Entry(text="Read this"),),
        "picture": (Entry(text="One lamp", media=(picture()[0],)),),
        "video": (Entry(text="A film", media=(movie(), picture("cover.png")[0])),),
        "silent video": (Entry(text="", media=(picture("cover.png")[0], movie(mime="video/quicktime"))),),
        "gallery": (Entry(text="Three", media=tuple(picture(f"{n}.png", width=60 + n)[0] for n in range(3))),),
        "flair": (Entry(text="With a flair"),),
        "comments": (Entry(text="The post"), Entry(text="One & only"), Entry(text="Two")),
        "crosspost": (Entry(text=""),),
    },
    options={
        "text": places("self", "/r/lamps", nsfw=True, spoiler=True, sendreplies=False),
        "title only": places("text", "u/ada"),
        "link": places("link", **LINK),
        "picture": places("media"),
        "video": places("media"),
        "silent video": places("media", silent=True),
        "gallery": places("gallery"),
        "flair": places("self", "lanterns", is_flair_required=True, flair={"id": "f-news", "name": "News"}),
        "comments": places("self", title="Ask me"),
        "crosspost": places("crosspost", "wicks", crosspost_of="t3_1a"),
    },
    ask="/api/media/asset|s3-accelerate",
    commit=COMMIT,
    lost={"text": "healed", "link": "healed", "picture": "healed", "video": "healed", "gallery": "healed"},
    refusals=(
        Refused(Blocked, 403, "<html>whoa", headers={"Content-Type": "text/html"}, mark="USER_AGENT"),
        Refused(
            Reconnect, 403, {"message": "Forbidden"}, mark="rights",
            headers={"WWW-Authenticate": 'Bearer realm="reddit", error="insufficient_scope"'},
        ),
        Refused(Expired, 401, {"message": "Unauthorized", "error": 401}),
        Refused(Reconnect, 200, errors("SUSPENDED"), mark="suspended"),
        Refused(Retry, 200, errors("RATELIMIT", words="Take a break for 9 minutes."), mark="often", after=540),
        Refused(Retry, 200, errors("RATELIMIT", words="try again in 40 seconds."), after=40),
        Refused(Retry, 200, errors("RATELIMIT", words="try again in 900 milliseconds."), after=0.9),
        Refused(Retry, 200, {"json": {"ratelimit": 77.5, **errors("RATELIMIT")["json"]}}, after=77.5),
        Refused(Retry, 429, {"message": "Too Many Requests"}, headers={"x-ratelimit-reset": "214"}, after=214),
        Refused(Retry, 429, {"message": "Too Many Requests"}, headers={"Retry-After": "33"}, after=33),
        Refused(Retry, 429, {"message": "Too Many Requests"}, mark="wait", after=60),
        Refused(Duplicate, 200, errors("ALREADY_SUB"), mark="already"),
        Refused(Duplicate, 400, errors("SUBMIT_VALIDATION_REPOST"), mark="already"),
        Refused(Rejected, 200, errors("SUBREDDIT_NOEXIST"), mark="know"),
        Refused(Rejected, 200, errors("SUBREDDIT_NOTALLOWED"), mark="some people"),
        Refused(Rejected, 200, errors("SUBREDDIT_REQUIRED"), mark="know"),
        Refused(Rejected, 200, errors("NO_SELFS"), mark="kind"),
        Refused(Rejected, 200, errors("NO_LINKS"), mark="kind"),
        Refused(Rejected, 200, errors("NO_IMAGES"), mark="kind"),
        Refused(Rejected, 200, errors("NO_VIDEOS"), mark="kind"),
        Refused(Rejected, 200, errors("INVALID_CROSSPOST_THING"), mark="shared"),
        Refused(Rejected, 200, errors("OVER18_SUBREDDIT_CROSSPOST"), mark="shared"),
        Refused(Rejected, 200, errors("BAD_FLAIR_TEMPLATE_ID"), mark="flair"),
        Refused(Rejected, 400, errors("SUBMIT_VALIDATION_FLAIR_REQUIRED"), mark="flair"),
        *(
            Refused(Rejected, 200, errors(code), mark="link")
            for code in ("NO_URL", "BAD_URL", "DOMAIN_BANNED", "SUBMIT_VALIDATION_LINK_WHITELIST",
                         "SUBMIT_VALIDATION_LINK_BLACKLIST")
        ),
        *(Refused(Rejected, 200, errors(code), mark="rules") for code in ("TOO_LONG", "TOO_SHORT", "NO_TEXT")),
        *(
            Refused(Rejected, 400, errors(f"SUBMIT_VALIDATION_{code}"), mark="rules")
            for code in ("TITLE_REQUIREMENT", "TITLE_BLACKLISTED_STRING", "BODY_BLACKLISTED_STRING",
                         "MIN_LENGTH", "MAX_LENGTH", "BODY_REQUIRED", "BODY_NOT_ALLOWED")
        ),
        *(
            Refused(Rejected, 200, errors(code), mark="person")
            for code in ("BAD_CAPTCHA", "USER_BLOCKED", "USER_REQUIRED")
        ),
        Refused(Rejected, 200, errors("SOMETHING_NEW"), mark="own words"),
        Refused(Rejected, 403, {"message": "Forbidden", "reason": "private"}, mark="closed"),
        Refused(Rejected, 403, {"message": "Forbidden", "reason": "quarantined"}, mark="closed"),
        Refused(Rejected, 404, {"message": "Not Found", "error": 404}, mark="does not know"),
        Refused(
            Rejected, 400, "<Error><Code>EntityTooLarge</Code></Error>", STORAGE, headers=XML, mark="too large"
        ),
        Refused(Retry, 503, "<html>busy", "/api/media/asset", headers={"Content-Type": "text/html"}),
    ),
)  # fmt: skip
