"""How Pinterest says no. Its code numbers are examples in its description: status and text decide first."""

from ..base import Expired, Fault, Reconnect, Rejected, Retry

GONE = "This is gone from Pinterest."
UNREACHABLE = "Pinterest could not fetch a picture; it is asked again."

FAULTS = (
    Fault(Rejected, "Pinterest takes this for spam.", ("spam",), (429,)),
    Fault(Retry, "Pinterest asks us to wait.", status=(429,), after=60),
    Fault(Expired, "Pinterest no longer accepts the token.", status=(401,)),
    Fault(Reconnect, "Reconnect Pinterest: more rights are needed.", ("scope",), (403,)),
    Fault(
        Rejected, "This board or Pin belongs to somebody else.", ("code=7", "access that board"), (403,)
    ),
    Fault(
        Rejected,
        "Pinterest does not permit this; an app with Trial access may do little.",
        status=(403,),
    ),
    Fault(Rejected, "The board does not exist any more: choose another.", ("code=40", "board not found"), (404,)),
    Fault(
        Rejected, "The board's section does not exist any more: choose another.", ("code=2031", "section not found"), (404,)
    ),
    Fault(Rejected, GONE, status=(404,)),
    Fault(Retry, UNREACHABLE, ("unable to reach the url",), (400,), 60),
    Fault(Rejected, "Pinterest takes 2 to 5 pictures in one Pin.", ("maxitems", "minitems"), (400,)),
    Fault(Rejected, "Pinterest wants a cover for the video.", ("cover_image",), (400,)),
    Fault(Rejected, "Pinterest does not take this; its own words say why.", status=(400,)),
    Fault(Retry, "The board is busy at Pinterest.", status=(409,), after=30),
)  # fmt: skip
