"""Threads in the contract suite."""

from dataclasses import replace

from chalicelib.models import Entry
from chalicelib.problems import Expired, Rejected, Retry, Unsure
from tests.contract.cases.facebook import GRANTS, LIMITS, graph
from tests.contract.harness import Case, movie, picture

COMMIT = "/threads_publish$"
ASK = r"/\d+/threads$"

CASE = Case(
    entries={
        "text": (Entry(text="The lamps are lit. https://example.com/a é 👨‍👩‍👧 #lamps & more"),),
        "link card": (Entry(text="Read this"),),
        "poll": (Entry(text="Which lamp?"),),
        "image": (Entry(text="One lamp", media=(picture()[0],)),),
        "image without a text": (Entry(media=(picture("quiet.png")[0],)),),
        "video": (Entry(text="A film", media=(movie(),)),),
        "carousel": (
            Entry(text="Three", media=(picture("a.png")[0], movie("b.mp4"), picture("c.png")[0])),
        ),
        "chain": (
            Entry(text="One"),
            Entry(text="Two", media=(picture("2.png")[0],)),
            Entry(text="Three"),
        ),
    },
    options={
        "text": {"reply_control": "mentioned_only", "topic_tag": "#Lamps"},
        "link card": {"link_attachment": "https://example.com/lamps"},
        "poll": {"poll": ["Oil", "Gas", "Light"]},
        "image": {"is_spoiler_media": True},
    },
    ask=ASK,
    commit=COMMIT,
    lost=dict.fromkeys(("text", "poll", "image", "image without a text", "video", "carousel"), "healed"),
    refusals=(
        *(each if each.mark == "permission" else replace(each, problem=Expired) for each in GRANTS),
        *LIMITS,
        graph(Rejected, 4, 2207051, mark="restricted this activity"),
        graph(Rejected, 100, 4279013, mark="account is restricted"),
        graph(Retry, 24, 4279009, mark="still preparing", after=10),
        graph(Retry, 24, message="The requested resource does not exist", mark="still preparing", after=10),
        graph(Retry, 100, message="You have exhausted the publishing quota", mark="no more posts", after=3600),
        graph(Rejected, 100, message="THREADS_API__LINK_LIMIT_EXCEEDED", path=ASK, mark="5 different links"),
        graph(Rejected, 100, message="Param text must be at most 500 characters long.", path=ASK, mark="too long"),
        graph(Retry, 100, message="The media could not be fetched from this URI", path=ASK, mark="fetch", after=30),
        graph(Rejected, 100, message="INVALID_BIT_RATE", path=ASK, mark="process a file"),
        *(graph(Retry, code, path=ASK, mark="trouble") for code in (1, 2)),
        graph(Retry, 99, path=ASK, mark="trouble", is_transient=True),
        graph(Unsure, 2, mark="may be out"),
        graph(Rejected, 100, 33, path=ASK, mark="gone"),
        graph(Rejected, 100, path=ASK, mark="this post"),
    ),
)  # fmt: skip
