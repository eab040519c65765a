"""Questions to a platform outside a publication: asked with access that is still good, renewed once if it is not."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from . import renew
from .answers import understood
from .models import Account, Grant
from .problems import Expired, Reconnect
from .sessions import Session

T = TypeVar("T")


def inquire(account: Account, now: datetime, question: Callable[[Session], T]) -> T:
    """What `question` finds out; an access that only the person can mend is `Reconnect`, and is announced."""
    grant = None
    try:
        grant = renew.grant_of(account)
        grant = renew.usable(account, grant, now)
        try:
            return _asked(account, now, grant, question)
        except Expired as expired:
            grant = _renewed(account, grant, expired, now)
        return _again(account, grant, now, question)
    except Reconnect as refused:
        renew.need(account, refused, now, grant)
        raise


def _asked(account: Account, now: datetime, grant: Grant, question: Callable[[Session], T]) -> T:
    session = renew.session_for(account, now, grant)
    with understood(session.provider.title):
        return question(session)


def _renewed(account: Account, grant: Grant, expired: Expired, now: datetime) -> Grant:
    if not grant.refreshable:
        raise Reconnect(expired.sentence, words=expired.words) from expired
    return renew.refresh(account, grant, now)


def _again(account: Account, grant: Grant, now: datetime, question: Callable[[Session], T]) -> T:
    try:
        return _asked(account, now, grant, question)
    except Expired as expired:
        raise Reconnect(expired.sentence, words=expired.words) from expired
