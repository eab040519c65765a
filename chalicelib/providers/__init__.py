"""The platforms, by key. Adding one is a file and a line here."""

from .base import Provider
from .bluesky import Bluesky
from .discord import Discord
from .dribbble import Dribbble
from .facebook import Facebook
from .github import GitHub
from .instagram import Instagram
from .instagram_standalone import InstagramStandalone
from .linkedin import LinkedIn
from .linkedin_page import LinkedInPage
from .mastodon import Mastodon
from .pinterest import Pinterest
from .reddit import Reddit
from .slack import Slack
from .threads import Threads
from .tiktok import TikTok
from .x import X
from .youtube import YouTube

_ALL: tuple[type[Provider], ...] = (
    Mastodon,
    LinkedIn,
    LinkedInPage,
    Discord,
    Dribbble,
    Pinterest,
    Reddit,
    X,
    YouTube,
    Facebook,
    Instagram,
    InstagramStandalone,
    Threads,
    Slack,
    TikTok,
    Bluesky,
    GitHub,
)

PROVIDERS: dict[str, Provider] = {
    provider.key: provider() for provider in sorted(_ALL, key=lambda each: each.key)
}
