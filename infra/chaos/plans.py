"""How much of everything: `full` for a person who runs `make chaos`, `ci` for every test run."""

from dataclasses import dataclass
from datetime import timedelta

#: How many commits of a platform may be under way at once.
ALLOWED = {"x": 1, "linkedin": 2, "facebook": 100}
#: The request that makes a post public, at each stand-in.
COMMITS = {"x": r"/2/tweets$", "linkedin": r"/rest/posts$", "facebook": r"/feed$"}
#: Seconds that such a request takes.
ANSWERS = (0.2, 2.0)
#: What faults may cost a post, next to the time that the machine needs for the crowd and, where a commit is in doubt,
#: the wait of its platform before the look: a lease (130 s), a sweep (60 s) that may be killed and come again, and
#: the emulator's own slack (its schedules come up to ten seconds late, an idle poller looks every few).
LATE = timedelta(seconds=130 + 2 * 60 + 20)


@dataclass(frozen=True)
class Plan:
    """Posts by platform, how many workers die by name, how many stray messages, and how long all may take.

    `accounts`: posts of a platform are spread over so many, for the pace of one account is no measure here.
    `hurry`: leases are not waited for; where nothing moves any more, they are made to have ended.
    """

    posts: dict[str, int]
    kills: dict[str, int]
    accounts: int
    strays: int
    far: int
    freezes: tuple[float, ...]
    ahead: timedelta
    patience: timedelta
    hurry: bool = False


FULL = Plan(
    posts={"x": 40, "linkedin": 100, "facebook": 360},
    kills={"publish_x": 1, "publish_linkedin": 2, "publish_facebook": 4, "release": 2, "sweep": 1},
    accounts=25,
    strays=40,
    far=6,
    freezes=(4, 12),
    ahead=timedelta(seconds=45),
    patience=timedelta(seconds=420),
)
CI = Plan(
    posts={"x": 5, "linkedin": 10, "facebook": 15},
    kills={"publish_linkedin": 1, "publish_facebook": 1},
    accounts=5,
    strays=6,
    far=2,
    freezes=(),
    ahead=timedelta(seconds=8),
    patience=timedelta(seconds=300),
    hurry=True,
)
PLANS = {"full": FULL, "ci": CI}
