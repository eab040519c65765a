"""The stand-ins, one per platform."""

from .base import StandIn
from .mastodon import MastodonStandIn

STAND_INS: tuple[type[StandIn], ...] = (MastodonStandIn,)
