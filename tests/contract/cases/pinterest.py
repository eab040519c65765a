"""Pinterest in the contract suite."""

from typing import Any

from chalicelib.models import Entry
from chalicelib.problems import Expired, Reconnect, Rejected, Retry
from tests.contract.harness import Case, Refused, movie, picture

COMMIT = "/v5/pins$"
BOARD = "549755885175"
WORDS = "Lit lamps & <wicks> é 👨‍👩‍👧"


def pin(**more: Any) -> dict[str, Any]:
    return {"board": BOARD, "title": "Lamps", "link": "https://example.com/lamps?a=1&b=2", **more}


def said(code: int, message: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "message": message, **more}


CASE = Case(
    entries={
        "picture": (Entry(text=WORDS, media=(picture()[0],)),),
        "picture without words": (Entry(media=(picture(alt="")[0],)),),
        "carousel": (Entry(text="Three", media=tuple(picture(f"{n}.png", height=600)[0] for n in range(3))),),
        "video and cover": (Entry(text="A film", media=(movie(), picture("cover.png")[0])),),
        "video": (Entry(text="A film", media=(movie(mime="video/quicktime"),)),),
    },
    options={
        "picture": pin(section="5001", dominant_color="#6E7874", alt_text="Three lamps"),
        "picture without words": {"board": BOARD},
        "carousel": pin(),
        "video and cover": pin(),
        "video": pin(cover_key_frame_time=3),
    },
    ask="/v5/media|s3-accelerate",
    commit=COMMIT,
    lost={"picture": "healed", "carousel": "healed", "video": "healed"},
    refusals=(
        Refused(Expired, 401, said(2, "Authentication failed."), mark="token"),
        Refused(Expired, 401, said(1104, "The access token is not valid or expired."), mark="token"),
        Refused(Retry, 429, said(8, "Rate limit"), headers={"X-RateLimit-Reset": "42"}, after=42),
        Refused(Retry, 429, said(8, "Rate limit"), headers={"Retry-After": "3600"}, after=3600),
        Refused(Retry, 429, said(8, "Rate limit"), mark="wait", after=60),
        Refused(Rejected, 429, said(9, "Blocked", message_detail="This looks like spam"), mark="spam"),
        Refused(Reconnect, 403, said(29, "Your application is missing the scope: pins:write"), mark="rights"),
        Refused(
            Rejected, 403, said(7, "You are not authorized to access that Board or Pin."), mark="somebody"
        ),
        Refused(Rejected, 403, said(29, "You are not permitted to access that resource."), mark="Trial"),
        Refused(Rejected, 404, said(40, "Board not found."), mark="board does not exist"),
        Refused(Rejected, 404, said(404, "Board not found."), mark="board does not exist"),
        Refused(Rejected, 404, said(2031, "Board section not found."), mark="section does not exist"),
        Refused(Rejected, 404, said(50, "Pin not found."), mark="gone"),
        Refused(Retry, 400, said(1, "Sorry! Unable to reach the URL."), mark="could not fetch", after=60),
        Refused(Rejected, 400, said(1, "6 items, constraint: maxItems=5"), mark="2 to 5"),
        Refused(Rejected, 400, said(1, "cover_image_url or cover_image_content_type"), mark="cover"),
        Refused(Rejected, 400, said(1, "'x' does not match '^\\d+$'"), mark="own words"),
        Refused(Retry, 409, said(409, "The board is being changed"), mark="busy", after=30),
        Refused(Retry, 500, said(11, "Something went wrong"), "/v5/media"),
        Refused(Retry, 503, "", "s3-accelerate"),
        Refused(Rejected, 200, {"media_id": "1", "status": "failed"}, r"/v5/media/\d+", mark="process"),
    ),
)
