"""Facebook Pages in the contract suite."""

from typing import Any

from chalicelib.models import Entry
from chalicelib.problems import Duplicate, Problem, Reconnect, Rejected, Retry
from tests.contract.harness import Case, Refused, movie, picture

COMMIT = r"/(feed|photo_stories)$"
ASK = "/photos$"


def graph(
    problem: type[Problem], code: int, subcode: int | None = None, message: str = "(#1) No", path: str = "",
    status: int = 400, mark: str = "", after: float | None = None, headers: dict[str, str] | None = None,
    **more: Any,
) -> Refused:  # fmt: skip
    """An error of the Graph API, as it looks on the wire."""
    error = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A1", **more}
    body = {"error": error | ({"error_subcode": subcode} if subcode else {})}
    return Refused(problem, status, body, path=path, mark=mark, after=after, headers=headers or {})


def usage(minutes: float) -> dict[str, str]:
    """The header that says when calls are taken again."""
    return {
        "X-Business-Use-Case-Usage": '{"5001":[{"type":"pages","call_count":100,"total_cputime":25,'
        f'"total_time":25,"estimated_time_to_regain_access":{minutes}}}]}}',
        "X-App-Usage": '{"call_count":20,"total_time":10,"total_cputime":5}',
    }


GRANTS = (
    graph(Reconnect, 190, 458, mark="app was removed"),
    graph(Reconnect, 190, 459, mark="Log in"),
    graph(Reconnect, 190, 464, mark="Log in"),
    graph(Reconnect, 190, 460, mark="password"),
    graph(Reconnect, 190, 492, mark="role"),
    graph(Reconnect, 190, 463, mark="ended", status=401),
    graph(Reconnect, 190, 467, mark="ended"),
    graph(Reconnect, 102, mark="ended"),
    graph(Reconnect, 0, message="REVOKED_ACCESS_TOKEN", mark="ended"),
    graph(Reconnect, 0, message="Error validating access token: …", mark="ended"),
    graph(Reconnect, 10, status=403, mark="permission"),
    graph(Reconnect, 3, mark="permission"),
    graph(Reconnect, 200, mark="permission"),
    graph(Reconnect, 299, mark="permission"),
)
LIMITS = (
    *(graph(Retry, code, mark="wait", after=3600) for code in (4, 17, 32, 613, 80001, 80002, 80006, 80014)),
    graph(Retry, 32, mark="wait", headers=usage(7), after=420, is_transient=True),
    graph(Retry, 4, mark="wait", headers=usage(0), after=3600),
)

CASE = Case(
    entries={
        "text": (Entry(text="The lamps are lit. é 👨‍👩‍👧 #lamps & more"),),
        "link": (Entry(text="Read this"),),
        "background": (Entry(text="In colour"),),
        "photo": (Entry(text="One lamp", media=(picture()[0],)),),
        "photo without a text": (Entry(media=(picture("quiet.png")[0],)),),
        "four photos": (
            Entry(text="Four lamps", media=tuple(picture(f"{n}.png", width=600 + n)[0] for n in range(4))),
        ),
        "video": (Entry(text="A film", media=(movie("wide.mp4", width=1280, height=720),)),),
        "reel": (Entry(text="A reel", media=(movie(),)),),
        "photo story": (Entry(media=(picture("story.png")[0],)),),
        "video story": (Entry(media=(movie("story.mp4"),)),),
        "comments": (
            Entry(text="The post"),
            Entry(text="First comment"),
            Entry(text="With a picture", media=(picture("c.png")[0],)),
        ),
        "comment on a reel": (Entry(text="Reel", media=(movie(),)), Entry(text="More there")),
    },
    options={
        "link": {"url": "https://example.com/lamps"},
        "background": {"text_format_preset_id": "106018623298955"},
        "video": {"title": "The film"},
        "photo story": {"post_type": "story"},
        "video story": {"post_type": "story"},
    },
    ask=ASK,
    commit=COMMIT,
    lost={
        "text": "healed", "link": "healed", "background": "healed", "photo": "healed",
        "photo without a text": "healed", "four photos": "healed", "photo story": "healed",
    },
    refusals=(
        *GRANTS,
        *LIMITS,
        graph(Reconnect, 200, 1404078, mark="authorized for publishing"),
        graph(Rejected, 368, 4854002, mark="identity"),
        graph(Rejected, 368, 1404006, mark="security check"),
        graph(Rejected, 368, 1404112, mark="limited"),
        graph(Retry, 368, mark="too fast", after=3600),
        graph(Retry, 1, 1390008, mark="too fast", after=3600),
        graph(Duplicate, 506, mark="already"),
        graph(Duplicate, 100, 1366051, mark="already"),
        graph(Rejected, 100, 1346003, mark="abusive"),
        graph(Rejected, 100, 1404102, mark="community"),
        graph(Rejected, 100, 1609008, mark="facebook.com"),
        graph(Rejected, 100, 2061006, mark="link"),
        graph(Rejected, 100, 1349125, mark="format"),
        graph(Rejected, 100, 2069019, mark="read a file"),
        graph(Rejected, 100, 1366046, mark="too large"),
        graph(Rejected, 100, message="Name parameter too long", mark="title"),
        graph(Rejected, 100, message="No permission to publish the video", mark="publish the video"),
        *(graph(Retry, code, path=ASK, mark="trouble") for code in (1, 2, 341)),
        graph(Retry, 6000, 1363047, path=ASK, mark="trouble"),
        graph(Retry, 6000, 1609010, path=ASK, mark="trouble"),
        graph(Retry, 99, path=ASK, mark="trouble", is_transient=True),
        graph(Retry, 0, path=ASK, status=503, mark="trouble"),
        graph(Rejected, 100, 33, path="/comments$", mark="gone"),
        graph(Rejected, 803, path="/comments$", mark="gone"),
        graph(Reconnect, 100, 33, mark="cannot be found"),
        graph(Reconnect, 803, mark="cannot be found"),
        graph(Rejected, 324, mark="picture"),
        graph(Rejected, 100, mark="this post"),
    ),
)  # fmt: skip
