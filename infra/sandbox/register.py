"""The stand-ins, one per platform."""

from .base import StandIn
from .beehiiv import BeehiivStandIn
from .bluesky import BlueskyStandIn
from .discord import DiscordStandIn
from .dribbble import DribbbleStandIn
from .facebook import FacebookStandIn
from .github import GitHubStandIn
from .instagram_standalone import InstagramStandaloneStandIn
from .linkedin import LinkedInStandIn
from .listmonk import ListmonkStandIn
from .mastodon import MastodonStandIn
from .pinterest import PinterestStandIn
from .reddit import RedditStandIn
from .slack import SlackStandIn
from .threads import ThreadsStandIn
from .tiktok import TikTokStandIn
from .x import XStandIn
from .youtube import YouTubeStandIn

STAND_INS: tuple[type[StandIn], ...] = (
    MastodonStandIn,
    LinkedInStandIn,
    DiscordStandIn,
    DribbbleStandIn,
    PinterestStandIn,
    RedditStandIn,
    XStandIn,
    YouTubeStandIn,
    FacebookStandIn,
    InstagramStandaloneStandIn,
    ThreadsStandIn,
    SlackStandIn,
    TikTokStandIn,
    BlueskyStandIn,
    GitHubStandIn,
    BeehiivStandIn,
    ListmonkStandIn,
)
