"""LinkedIn in the contract suite."""

from typing import Any

from chalicelib.models import Entry
from chalicelib.problems import Blocked, Duplicate, Expired, Problem, Reconnect, Rejected, Retry
from tests.contract.harness import Case, Refused, document, movie, picture

COMMIT = "/rest/posts$"
TEXT = Entry(
    text="The lamps are lit (all of them) #lamps, see https://example.com/a_b(c)?x=1 <é> 👨‍👩‍👧 ~ *ok* @ada {1} [2] | \\"
)
LINK = {"url": "https://example.com/lamps", "title": "Lamps (all)", "description": "On *one* page"}
POLL = {"question": "Which lamp?", "options": ["Oil", "Gas", "LED"], "duration": "SEVEN_DAYS"}


def pictures(number: int, prefix: str = "") -> Any:
    return tuple(picture(f"{prefix}{n}.png", alt=f"Lamp {n}", width=600 + n)[0] for n in range(number))


ENTRIES = {
    "text": (TEXT,),
    "picture": (Entry(text="One lamp", media=(picture()[0],)),),
    "pictures": (Entry(text="Four lamps", media=pictures(4)),),
    "video": (Entry(text="A film", media=(movie(size=9_000_000),)),),
    "document": (Entry(text="A paper", media=(document(),)),),
    "link": (Entry(text="A card"),),
    "link with a picture": (Entry(text="A card with a face", media=(picture("card.png")[0],)),),
    "poll": (Entry(text="You decide"),),
    "comments": (Entry(text="The post"), Entry(text="A (first) comment_"), Entry(text="A second", delay=5)),
}
OPTIONS: dict[str, dict[str, Any]] = {
    "link": {"link": LINK},
    "link with a picture": {"link": LINK},
    "poll": {"poll": POLL},
}


def inputs(code: str) -> dict[str, Any]:
    inner = {"inputErrors": [{"code": code, "description": "…"}]}
    return {"status": 422, "code": "UNPROCESSABLE_ENTITY", "message": "…", "errorDetails": inner}


def said(status: int, code: str, message: str = "…") -> dict[str, Any]:
    return {"status": status, "code": code, "message": message}


def refusals(denied: str) -> tuple[Refused, ...]:
    duplicate = "Content is a duplicate of urn:li:share:7"
    rows: tuple[tuple[type[Problem], int, Any, str, float | None], ...] = (
        (Expired, 401, {"status": 401, "serviceErrorCode": 65601}, "token", None),
        (Reconnect, 403, said(403, "ACCESS_DENIED", "Not enough permissions to access: posts"), denied, None),
        (Retry, 403, said(403, "ACCESS_DENIED", "Accessing this video resource is forbidden"), "yet", 10),
        (Retry, 400, said(400, "BAD_REQUEST", "Unable to obtain activity"), "yet", 10),
        (Duplicate, 422, inputs("DUPLICATE_POST"), "already", None),
        (Duplicate, 422, said(422, "UNPROCESSABLE_ENTITY", duplicate), "already", None),
        (Rejected, 400, inputs("FIELD_LENGTH_TOO_LONG"), "longer", None),
        (Rejected, 422, inputs("FIELD_LENGTH_TOO_LONG"), "longer", None),
        (Rejected, 422, inputs("INVALID_VALUE"), "does not take", None),
        (Retry, 400, said(400, "MEDIA_ASSET_WAITING_UPLOAD"), "still working", 20),
        (Retry, 400, said(400, "X", "the file: MEDIA_ASSET_WAITING_UPLOAD"), "still working", 20),
        (Rejected, 400, said(400, "MEDIA_ASSET_PROCESSING_FAILED"), "process", None),
        (Retry, 400, said(400, "EXPIRED_UPLOAD_URL"), "anew", 1),
        (Blocked, 426, said(426, "NONEXISTENT_VERSION", "not active"), "LINKEDIN_API_VERSION", 3600),
        (Retry, 429, said(429, "TOO_MANY_REQUESTS"), "wait", 60),
    )
    asked = Refused(Retry, 429, said(429, "TOO_MANY_REQUESTS"), headers={"Retry-After": "77"}, after=77)
    return (*(Refused(kind, status, body, mark=mark, after=after) for kind, status, body, mark, after in rows), asked)  # fmt: skip


CASE = Case(
    entries=ENTRIES,
    options={**OPTIONS, "text": {"visibility": "CONNECTIONS"}},
    app={"LINKEDIN_SCOPES": "openid profile w_member_social r_basicprofile r_member_postAnalytics"},
    ask="/rest/images|/dms-uploads",
    commit=COMMIT,
    lost={"text": "healed", "picture": "unsure", "poll": "unsure", "link": "unsure"},
    refusals=refusals("product"),
)
