"""Discord in the contract suite."""

from typing import Any

from chalicelib.models import Entry
from chalicelib.problems import Blocked, Duplicate, Reconnect, Rejected, Retry
from tests.contract.harness import Case, Refused, document, movie, picture

LOBBY, NEWS, FORUM, TAGGED = (f"60000000000000001{place}" for place in (1, 2, 3, 4))
TAG = "500000000000000011"


def refused(problem: type, code: int, mark: str, status: int = 400, **more: Any) -> Refused:
    return Refused(problem, status, {"code": code, "message": "no", **more}, mark=mark)


CASE = Case(
    entries={
        "text": (Entry(text="The lamps are lit. https://example.com/a/b é 👨‍👩‍👧"),),
        "picture": (Entry(text="One lamp", media=(picture()[0],)),),
        "files without text": (Entry(media=(movie(), document(), picture()[0])),),
        "ten pictures": (
            Entry(text="Ten lamps", media=tuple(picture(f"{n}.png", width=600 + n)[0] for n in range(10))),
        ),
        "thread": (Entry(text="One"), Entry(text="Two", media=(picture()[0],)), Entry(text="Three")),
        "announcement": (Entry(text="News"), Entry(text="More news")),
        "forum": (Entry(text="A title\n\nand what there is to say"), Entry(text="An answer")),
        "forum with a tag and files": (Entry(text="Tagged", media=(picture()[0],)),),
        "poll": (Entry(text="Which lamp?"),),
        "mentions": (Entry(text="@everyone <@800000000000000001> look"),),
    },
    options={
        "text": {"channel": LOBBY},
        "picture": {"channel": LOBBY, "silent": True, "suppress_embeds": True},
        "files without text": {"channel": LOBBY},
        "ten pictures": {"channel": LOBBY},
        "thread": {"channel": LOBBY, "thread_name": "More lamps"},
        "announcement": {"channel": NEWS, "crosspost": True},
        "forum": {"channel": FORUM},
        "forum with a tag and files": {
            "channel": TAGGED,
            "thread_title": "Lamps",
            "applied_tags": [TAG],
            "auto_archive_duration": 60,
        },
        "poll": {"channel": LOBBY, "poll": {"question": "Which?", "answers": ["Oil", "Gas"], "duration": 48}},
        "mentions": {"channel": LOBBY, "mention_everyone": True},
    },
    ask=r"/channels/\d+$",
    commit=r"/channels/\d+/(messages|threads)$",
    lost={"text": "healed", "picture": "healed", "forum": "healed", "forum with a tag and files": "healed"},
    refusals=(
        Refused(Retry, 429, {"message": "slow", "retry_after": 64.57, "global": False}, after=64.57),
        Refused(Retry, 429, "<html>", headers={"Retry-After": "30", "Content-Type": "text/html"}, after=30),
        refused(Retry, 20028, "to wait", retry_after=12.5),
        refused(Retry, 40062, "to wait", 429),
        refused(Retry, 40006, "overloaded", 403),
        Refused(Retry, 503, {"code": 130000, "message": "no"}, path=r"/channels/\d+$", mark="overloaded"),
        refused(Blocked, 0, "bot token", 401),
        refused(Blocked, 50014, "turned the operator's bot away", 403),
        refused(Blocked, 40001, "turned the operator's bot away", 403),
        refused(Reconnect, 10004, "no longer in", 404),
        refused(Rejected, 10003, "pick another", 404),
        refused(Rejected, 50001, "see or post", 403),
        refused(Rejected, 50013, "see or post", 403),
        refused(Rejected, 160002, "history"),
        refused(Rejected, 40005, "file is too large", 413),
        refused(Rejected, 50045, "file is too large"),
        Refused(Rejected, 413, "<html>", mark="message is too large"),
        refused(Rejected, 50046, "cannot use a file"),
        refused(Rejected, 50123, "cannot use a file"),
        refused(Rejected, 30015, "10 files"),
        refused(Rejected, 400001, "limits uploads"),
        refused(Rejected, 50006, "empty"),
        refused(
            Rejected, 50035, "does not take", errors={"content": {"_errors": [{"code": "X", "message": "y"}]}}
        ),
        refused(Rejected, 50109, "does not take"),
        refused(Rejected, 50008, "kind of Discord channel"),
        refused(Rejected, 50024, "kind of Discord channel"),
        refused(Rejected, 40058, "kind of Discord channel"),
        refused(Rejected, 40067, "asks for a tag"),
        refused(Rejected, 50083, "closed"),
        refused(Rejected, 160005, "closed"),
        refused(Rejected, 160006, "too many open threads"),
        refused(Rejected, 160007, "too many open threads"),
        refused(Rejected, 200000, "filter"),
        refused(Rejected, 240000, "filter"),
        refused(Rejected, 20009, "filter"),
        refused(Duplicate, 160004, "thread already"),
        refused(Rejected, 10008, "gone", 404),
    ),
)
