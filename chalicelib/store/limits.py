"""How often a caller may ask: a GCRA cell each, one conditional write a request, refused where it is full."""

from datetime import datetime, timedelta

from boto3.dynamodb.conditions import Attr

from chalicelib.models import Model

from . import keys, table
from .table import Lost, exact


class Taken(Model):
    """Whether a request may pass, how many more may at once; seconds until all may again, and until the next may."""

    passes: bool
    limit: int
    left: int
    whole: float
    wait: float


def take(of: str, number: int, per: timedelta, now: datetime) -> Taken:
    """Takes one of `number` requests that `of` may send at once; they grow back evenly over `per` (1 to 2 write units).

    The cell holds the moment at which the budget is whole again.
    """
    stamp, span = now.timestamp(), per.total_seconds()
    step = span / number
    try:
        full = _fill(keys.pace("limit", f"{of}#{number}"), stamp, step, span)
    except Lost as lost:
        full = float((lost.item or {}).get("full", stamp + span))
        return Taken(passes=False, limit=number, left=0, whole=full - stamp, wait=full + step - span - stamp)
    left = int((stamp + span - full) / step + 1e-6)
    return Taken(passes=True, limit=number, left=left, whole=full - stamp, wait=0)


def _fill(key: dict[str, str], stamp: float, step: float, span: float) -> float:
    """Moves the cell on by one request, from now where it lies in the past; `Lost` if there is no room."""
    ends = {"ttl": int(stamp + span) + 86_400}
    past = Attr("full").not_exists() | Attr("full").lt(exact(stamp))
    try:
        table.change(key, {"full": stamp + step, **ends}, when=past)
    except Lost:
        room = Attr("full").lte(exact(stamp + span - step))
        return float(table.change(key, ends, when=room, add={"full": step})["full"])
    return stamp + step
