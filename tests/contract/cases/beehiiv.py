"""beehiiv in the contract suite."""

from typing import Any

from chalicelib.models import Entry
from chalicelib.problems import Reconnect, Rejected, Retry
from tests.contract.harness import Case, Refused, picture

COMMIT = r"/posts/post_[0-9a-f-]+$"
ASK = r"/posts$"


def error(message: str, code: str = "INVALID") -> dict[str, Any]:
    return {"status": 400, "statusText": "no", "errors": [{"message": message, "code": code}]}


CASE = Case(
    given={"api_key": "lamp-post-wick-1234", "publication_id": "pub_00000000-0000-4000-8000-00000000000a"},
    entries={
        "text": (
            Entry(text="✨ The <lamps> are lit & well: https://example.com/?a=1&copy=2\nTwo {{ braces }} é 👨‍👩‍👧\n\nAda"),
        ),
        "picture": (Entry(text="One lamp", media=(picture()[0],)),),
        "picture without words": (Entry(media=(picture()[0],)),),
        "formatted": (Entry(text="# Lit\n\n**All** of [them](https://example.com)\n\n- one\n- two"),),
    },
    options={
        "text": {
            "title": "Lamps", "subtitle": "Lit", "subject": "They are lit", "preview": "Come", "slug": "lamps-lit",
            "audience": ["free"], "tags": ["night"], "thumbnail": "https://example.com/lamp.png",
        },
        "picture": {"title": "A lamp", "post_template_id": "post_template_00000000-0000-4000-8000-000000000001"},
        "picture without words": {"title": "A lamp"},
        "formatted": {"title": "Lit"},
    },
    textless=("formatted",),
    ask=ASK,
    commit=COMMIT,
    commit_method="PATCH",
    lost={"text": "healed", "picture": "healed", "picture without words": "healed"},
    refusals=(
        Refused(Reconnect, 401, error("no key", "UNAUTHORIZED"), mark="no longer accepted"),
        Refused(Rejected, 403, error("no plan", "FORBIDDEN"), mark="Max or Enterprise"),
        Refused(Rejected, 404, error("failed", "POST_CREATION_FAILED"), mark="could not build"),
        Refused(Reconnect, 404, error("Publication not found", "NOT_FOUND"), path=ASK, mark="no such publication"),
        Refused(Rejected, 404, error("Post not found", "NOT_FOUND"), mark="any more"),
        Refused(Rejected, 400, {}, mark="does not take"),
        Refused(Rejected, 422, error("slug is invalid"), mark="slug is invalid"),
        Refused(
            Retry, 429, error("slow"), path=ASK, headers={"RateLimit-Remaining": "0"},
            resets={"RateLimit-Reset": (42, "epoch")}, after=42,
        ),
        Refused(Retry, 500, error("oops"), path=ASK, mark="trouble of its own"),
    ),
)  # fmt: skip
