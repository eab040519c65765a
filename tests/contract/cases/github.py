"""GitHub in the contract suite."""

from chalicelib.models import Entry
from chalicelib.problems import Blocked, Expired, Reconnect, Rejected, Retry, Unsure
from tests.contract.harness import Case, Refused, document, movie, picture


def refused(problem: type, kind: str, message: str, mark: str) -> Refused:
    error = {"type": kind, "message": message, "path": ["createDiscussion"]}
    return Refused(problem, 200, {"data": {"createDiscussion": None}, "errors": [error]}, mark=mark)


CASE = Case(
    entries={
        "text": (Entry(text="The lamps are *lit*. https://example.com/a/b é 👨‍👩‍👧\n\n- one\n- two"),),
        "pictures": (Entry(text="Two lamps", media=(picture("a.png")[0], picture("b.png", alt="[b] *b*")[0])),),
        "files without text": (Entry(media=(movie(), document(), picture()[0])),),
        "comments": (Entry(text="One"), Entry(text="Two", media=(picture()[0],)), Entry(text="Three")),
        "labels": (Entry(text="Labelled"),),
    },
    options={
        "text": {"title": "Lamps"},
        "pictures": {"title": "Two lamps"},
        "files without text": {"title": "Files", "appendMedia": True},
        "comments": {"title": "A discussion"},
        "labels": {"title": "With a label", "labels": ["LA_1"]},
    },
    commit=r"/graphql$",
    lost={"text": "healed", "pictures": "healed", "labels": "healed"},
    refusals=(
        refused(Retry, "UNPROCESSABLE", "was submitted too quickly", "pause"),
        Refused(Retry, 403, {"message": "You have exceeded a secondary rate limit"}, mark="slow down", after=60),
        Refused(Retry, 429, {"message": "You have exceeded a secondary rate limit"}, headers={"Retry-After": "97"},
                mark="slow down", after=97),
        Refused(Retry, 200, {"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]},
                headers={"x-ratelimit-remaining": "0"}, resets={"x-ratelimit-reset": (900, "epoch")},
                mark="of this account", after=900),
        Refused(Retry, 403, {"message": "API rate limit exceeded for user ID 1."}, headers={"x-ratelimit-remaining": "0"},
                resets={"x-ratelimit-reset": (600, "epoch")}, mark="budget", after=600),
        refused(Unsure, "", "Something went wrong while executing your query.", "stumbled"),
        Refused(Expired, 401, {"message": "Bad credentials"}, mark="token"),
        Refused(Blocked, 403, "Please make sure your request has a User-Agent header", mark="name the app"),
        refused(Reconnect, "INSUFFICIENT_SCOPES", "Your token has not been granted the required scopes", "more rights"),
        refused(Reconnect, "FORBIDDEN", "Resource not accessible by integration", "let the app in"),
        refused(Reconnect, "FORBIDDEN", "Resource protected by organization SAML enforcement", "let the app in"),
        refused(Reconnect, "FORBIDDEN", "the `x` organization has enabled OAuth App access restrictions", "let the app in"),
        refused(Rejected, "FORBIDDEN", "ada does not have permission to create discussions", "does not let"),
        refused(Rejected, "NOT_FOUND", "Could not resolve to a node with the global id of 'R_x'", "pick them again"),
        refused(Rejected, "NOT_FOUND", "Could not resolve to a Repository with the name 'ada/saml-lamps'", "pick them again"),
        refused(Rejected, "UNPROCESSABLE", "Title can't be blank", "does not take"),
        refused(Rejected, "SOMETHING_NEW", "no", "does not take"),
    ),
)  # fmt: skip
