"""How fast an account or an app may post: a GCRA cell each, one conditional write a post.

The cell holds the moment at which the budget is whole again. A window of N posts in P seconds becomes a
burst B of N/10, or of N/2 where it is a day or longer, and one post every P/(N - B): so that in *any* P seconds no
more than N leave, whether the platform counts in fixed windows or in sliding ones.
"""

from datetime import UTC, datetime, timedelta

from boto3.dynamodb.conditions import Attr

from . import keys, table
from .table import Lost, exact

#: From here on people notice the steps: of fifteen posts in a day, a second one would wait for a hundred minutes.
DAY = timedelta(days=1)


def rhythm(number: int, per: timedelta) -> tuple[int, float]:
    """Burst and seconds between posts for at most `number` in any `per`."""
    burst = max(1, number // (2 if per >= DAY else 10))
    return burst, per.total_seconds() / max(1, number - burst)


def reserve(platform: str, of: str, number: int, per: timedelta, now: datetime, posts: int = 1) -> datetime:
    """The moment at which these posts may begin; it is theirs from now on (1 to 2 write units)."""
    burst, step = rhythm(number, per)
    slack = (burst - 1) * step
    full = _advance(keys.pace(platform, f"{of}#{number}"), now, step * posts)
    begins = full - step * posts - slack
    return max(now, datetime.fromtimestamp(begins, UTC))


def _advance(key: dict[str, str], now: datetime, by: float) -> float:
    """Moves the cell on by `by` seconds, from now where it lies in the past; where it then stands.

    A quiet account is the usual case, so that is tried first.
    """
    stamp, ends = now.timestamp(), {"ttl": int(now.timestamp()) + 7 * 86_400}
    past = Attr("full").not_exists() | Attr("full").lt(exact(stamp))
    try:
        table.change(key, {"full": stamp + by, **ends}, when=past)
    except Lost:
        return _move(key, now, by, ends)
    return stamp + by


def _move(key: dict[str, str], now: datetime, by: float, ends: dict[str, int]) -> float:
    ahead = Attr("full").gte(exact(now.timestamp()))
    try:
        return float(table.change(key, ends, when=ahead, add={"full": by})["full"])
    except Lost:  # it fell into the past between the two
        return _advance(key, now, by)


def hold(platform: str, of: str, number: int, per: timedelta, until: datetime) -> None:
    """The platform itself named a moment: nothing begins before it (1 write unit)."""
    key = keys.pace(platform, f"{of}#{number}")
    burst, step = rhythm(number, per)
    stamp = until.timestamp() + (burst - 1) * step
    earlier = Attr("full").not_exists() | Attr("full").lt(exact(stamp))
    try:
        table.change(key, {"full": stamp, "ttl": int(stamp) + 86_400}, when=earlier)
    except Lost:
        return
