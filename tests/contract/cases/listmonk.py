"""listmonk in the contract suite."""

from chalicelib.models import Entry
from chalicelib.problems import Reconnect, Rejected, Retry
from tests.contract.harness import Case, Refused, picture

COMMIT = r"/api/campaigns/\d+/status$"
ASK = r"/api/campaigns$"


def message(said: str) -> dict[str, str]:
    return {"message": said}


CASE = Case(
    given={"url": "https://lists.lamps.sandbox/", "username": "ada", "password": "lamp-post-wick-1234"},
    entries={
        "text": (
            Entry(text="✨ The <lamps> are lit & well: https://example.com/?a=1&copy=2\nTwo {{ braces }} é 👨‍👩‍👧\n\nAda"),
        ),
        "picture": (Entry(text="One lamp", media=(picture()[0],)),),
        "two pictures": (Entry(text="Two", media=tuple(picture(f"{n}.png", width=600 + n)[0] for n in range(2))),),
        "picture without words": (Entry(media=(picture()[0],)),),
        "formatted": (Entry(text="# Lit\n\n**All** of [them](https://example.com)\n\n- one\n- two"),),
        "personal": (Entry(text="Dear {{ .Subscriber.FirstName }}"),),
    },
    options={
        "text": {"subject": "Lamps {{ lit }}", "list": 2, "preview": "Come & see", "tags": ["night lamps"], "archive": True},
        "picture": {"subject": "A lamp", "list": "1", "template": 2},
        "two pictures": {"subject": "Two lamps", "list": 1, "template": ""},
        "picture without words": {"subject": "A lamp", "list": 1},
        "formatted": {"subject": "Lit", "list": 1},
        "personal": {"subject": "Dear {{ .Subscriber.FirstName }}", "list": 1, "allow_template": True},
    },
    textless=("formatted", "personal"),
    ask=ASK,
    commit=COMMIT,
    lost={"text": "healed", "picture": "healed", "picture without words": "healed"},
    refusals=(
        Refused(Reconnect, 403, message("invalid API credentials"), mark="API user and token"),
        Refused(Reconnect, 403, message("invalid session"), mark="API user and token"),
        Refused(Reconnect, 401, "<html>sign in", mark="in front of listmonk"),
        Refused(Reconnect, 404, message("404 unknown endpoint"), mark="no listmonk"),
        Refused(Rejected, 403, {}, mark="lacks a right"),
        Refused(Rejected, 403, message("permission denied: campaigns:send"), mark="denied: campaigns:send"),
        Refused(Rejected, 413, "<html>too large", mark="larger"),
        Refused(Rejected, 400, {}, mark="does not take"),
        Refused(Rejected, 400, message("Invalid list IDs."), path=ASK, mark="Invalid list IDs"),
        Refused(Retry, 429, "slow down", headers={"Retry-After": "30"}, mark="asks us to wait", after=30),
    ),
)  # fmt: skip
