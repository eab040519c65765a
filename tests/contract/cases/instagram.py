"""Instagram through Facebook in the contract suite."""

from dataclasses import replace
from typing import Any

from chalicelib.models import Entry
from chalicelib.problems import Reconnect, Rejected, Retry, Unsure
from chalicelib.providers.instagram import Instagram
from tests.contract.cases.facebook import GRANTS, LIMITS, graph
from tests.contract.harness import Case, Refused, movie, picture

SCOPES = Instagram.auth.scopes
COMMIT = "/media_publish$"
ASK = r"/\d+/media$"
COLLABORATORS = [{"label": "night.market"}]

ENTRIES = {
    "image": (Entry(text="One lamp #lamp & @ada", media=(picture()[0],)),),
    "carousel": (
        Entry(text="Four", media=(picture("a.png")[0], movie("b.mp4"), picture("c.png", width=300, height=900)[0])),
    ),
    "reel": (Entry(text="A film", media=(movie(),)),),
    "trial reel": (Entry(text="On trial", media=(movie("t.mp4"),)),),
    "photo story": (Entry(media=(picture("s.png", width=540, height=960)[0],)),),
    "video story": (Entry(media=(movie("s.mp4"),)),),
    "comments": (Entry(text="The post", media=(picture("p.png")[0],)), Entry(text="First"), Entry(text="Second")),
}  # fmt: skip
OPTIONS: dict[str, dict[str, Any]] = {
    "image": {"collaborators": COLLABORATORS},
    "carousel": {"is_ai_generated": True},
    "trial reel": {"is_trial_reel": True, "graduation_strategy": "SS_PERFORMANCE"},
    "photo story": {"post_type": "story"},
    "video story": {"post_type": "story"},
}
LOST = {kind: "healed" for kind in ENTRIES if kind != "comments"}


def rejected(number: int, code: int, mark: str) -> Refused:
    return graph(Rejected, code, number, path=ASK, mark=mark)


REFUSALS = (
    *(graph(Retry, code, number, path=ASK, mark="fetch", after=30) for number, code in ((2207003, -2), (2207052, 9004), (2207077, -1))),
    graph(Retry, 9004, path=ASK, mark="fetch", after=30),
    graph(Retry, -2, 2207020, mark="run out", after=1),
    graph(Retry, 24, 2207006, mark="does not find", after=30),
    graph(Retry, 24, 2207008, mark="own work", after=30),
    graph(Retry, 9007, 2207027, mark="still preparing", after=30),
    graph(Retry, 9, 2207042, mark="no more posts", after=3600),
    *(graph(Retry, -1, number, path=ASK, mark="trouble") for number in (2207001, 2207032, 2207053, 2207082)),
    graph(Retry, 99, message="An unknown error occurred", path=ASK, mark="trouble"),
    graph(Unsure, -1, 2207001, mark="may be out"),
    *(graph(Retry, code, path=ASK, mark="trouble") for code in (1, 2)),
    graph(Retry, 99, path=ASK, mark="trouble", is_transient=True),
    rejected(2207051, 4, "spam"),
    rejected(2207050, 25, "restricted"),
    rejected(2207004, 36000, "8 MB"),
    rejected(2207005, 36001, "JPEG"),
    rejected(2207009, 36003, "4:5"),
    rejected(2207010, 36004, "caption"),
    rejected(2207023, 100, "kind of media"),
    rejected(2207026, 352, "film's format"),
    rejected(2207028, 100, "carousel"),
    *(rejected(number, 100, "tagged") for number in (2207035, 2207036, 2207037, 2207040)),
    rejected(2207057, 1, "cover"),
    rejected(2207081, 100, "trial reels"),
    rejected(2207076, -1, "process a file"),
    graph(Reconnect, 100, message="The user is not an Instagram Business", path=ASK, mark="business or creator"),
    graph(Rejected, 100, 33, path="/comments$", mark="gone"),
    graph(Reconnect, 100, 33, mark="cannot be found"),
    graph(Rejected, 100, path=ASK, mark="this post"),
    *LIMITS,
    graph(Retry, 0, message="Page request limit reached", mark="wait", after=3600),
)  # fmt: skip

#: Both the Page's token and the person's are refused.
NOT_ALLOWED = replace(
    graph(Reconnect, 10, message="Not enough permissions to post", path=ASK, mark="may not post"), times=2
)

CASE = Case(
    app={"INSTAGRAM_SCOPES": ",".join((*SCOPES, "instagram_manage_contents"))},
    entries={**ENTRIES, "reel with a sound": (Entry(text="Loud", media=(movie("l.mp4"),)),)},
    options={**OPTIONS, "reel with a sound": {"audio": {"id": "880", "audio_volume": 80}}},
    ask=ASK,
    commit=COMMIT,
    lost=LOST,
    refusals=(*REFUSALS, *(replace(each, times=2) for each in GRANTS), NOT_ALLOWED),
)
