"""Mastodon in the contract suite."""

from chalicelib.models import Entry
from chalicelib.problems import Reconnect, Rejected, Retry
from tests.contract.harness import Case, Refused, movie, picture

COMMIT = "/api/v1/statuses"

CASE = Case(
    given={"server": "mastodon.sandbox"},
    app={"MASTODON_URL": "https://mastodon.sandbox", "MASTODON_CLIENT_ID": "", "MASTODON_CLIENT_SECRET": ""},
    entries={
        "text": (Entry(text="The lamps are lit. https://example.com/a/b é 👨‍👩‍👧"),),
        "picture": (Entry(text="One lamp", media=(picture()[0],)),),
        "four pictures": (
            Entry(text="Four lamps", media=tuple(picture(f"{n}.png", width=600 + n)[0] for n in range(4))),
        ),
        "video": (Entry(text="A film", media=(movie(),)),),
        "poll": (Entry(text="Which lamp?"),),
        "thread": (Entry(text="One"), Entry(text="Two"), Entry(text="Three", media=(picture()[0],))),
    },
    options={"poll": {"poll": {"options": ["Red", "Green"], "duration": 3600}}},
    ask="/api/v2/media",
    commit=COMMIT,
    lost={"text": "healed", "picture": "healed"},
    refusals=(
        Refused(
            Retry, 429, {"error": "Too many requests"}, resets={"X-RateLimit-Reset": (120, "iso")}, after=120
        ),
        Refused(Retry, 422, {"error": "Cannot attach files that have not finished processing."}, after=10),
        Refused(Reconnect, 401, {"error": "The access token is invalid"}, mark="revoked"),
        Refused(Reconnect, 403, {"error": "Your login is currently disabled"}, mark="disabled"),
        Refused(Reconnect, 403, {"error": "This action is outside the authorized scopes"}, mark="rights"),
        Refused(Rejected, 422, {"error": "Error processing thumbnail for uploaded media"}, mark="file"),
        Refused(
            Retry,
            500,
            {"error": "Error processing thumbnail for uploaded media"},
            path="/api/v2/media",
            mark="once more",
            after=15,
        ),
        Refused(
            Rejected, 422, {"error": "Validation failed: Text character limit of 500 exceeded"}, mark="status"
        ),
        Refused(Rejected, 404, {"error": "Record not found"}, mark="gone"),
    ),
)
