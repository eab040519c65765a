"""Dribbble in the contract suite."""

from typing import Any

from chalicelib.models import Entry
from chalicelib.problems import Reconnect, Rejected, Retry
from tests.contract.harness import Case, Refused, picture

COMMIT = "/v2/shots$"
SHOT = picture("shot.png", width=800, height=600)[0]
INVALID: dict[str, Any] = {
    "message": "Validation failed.",
    "errors": [{"attribute": "title", "message": "can't be blank"}],
}

CASE = Case(
    entries={
        "picture": (
            Entry(
                text="The lamps <are> lit & well &amp; R&D.\nhttps://example.com/?a=1&copy=2 é 👨‍👩‍👧",
                media=(SHOT,),
            ),
        ),
        "small picture": (Entry(text="Small", media=(picture("small.png", width=400, height=300)[0],)),),
        "large picture": (Entry(text="Large", media=(picture("large.png", width=1600, height=1200)[0],)),),
        "no words": (Entry(media=(SHOT,)),),
    },
    options={
        "picture": {"title": "A lamp", "tags": ["lamp", "oil light"], "team_id": 31, "low_profile": True},
        "small picture": {"title": "A small lamp"},
        "large picture": {"title": "A large lamp", "team": "https://dribbble.com/lantern-works"},
        "no words": {"title": "A silent lamp"},
    },
    commit=COMMIT,
    lost={"picture": "healed", "no words": "healed"},
    refusals=(
        Refused(Retry, 429, {"message": "Too many."}, resets={"X-RateLimit-Reset": (42, "epoch")}, after=42),
        Refused(Retry, 429, {"message": "Too many."}, headers={"X-RateLimit-Reset": ""}, after=60),
        Refused(
            Retry,
            403,
            {"message": "API Rate Limit Exceeded."},
            resets={"X-RateLimit-Reset": (30, "epoch")},
            mark="a little",
            after=30,
        ),
        Refused(Reconnect, 401, {"message": "Bad credentials."}, mark="revoked"),
        Refused(Rejected, 403, {"message": "Not allowed."}, mark="quota"),
        Refused(Rejected, 422, {"message": "Validation failed."}, mark="does not take"),
        Refused(Rejected, 422, INVALID, mark="title can't be blank"),
        Refused(Rejected, 400, {"message": "Problem parsing JSON."}, mark="read the request"),
        Refused(Rejected, 404, {"message": "Not found."}, mark="not there"),
    ),
)
