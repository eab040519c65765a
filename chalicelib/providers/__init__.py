"""The platforms, by key. Adding one is a file (or a folder) and a line here.

A platform is imported when it is first asked for, so that the Lambda of one platform does not load the others.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module

from .base import Provider

#: key → where its class is
_CLASSES: dict[str, str] = {
    "beehiiv": "beehiiv:Beehiiv",
    "bluesky": "bluesky:Bluesky",
    "discord": "discord:Discord",
    "dribbble": "dribbble:Dribbble",
    "facebook": "facebook:Facebook",
    "github": "github:GitHub",
    "instagram": "instagram:Instagram",
    "instagram-standalone": "instagram_standalone:InstagramStandalone",
    "linkedin": "linkedin:LinkedIn",
    "linkedin-page": "linkedin_page:LinkedInPage",
    "listmonk": "listmonk:Listmonk",
    "mastodon": "mastodon:Mastodon",
    "pinterest": "pinterest:Pinterest",
    "reddit": "reddit:Reddit",
    "slack": "slack:Slack",
    "threads": "threads:Threads",
    "tiktok": "tiktok:TikTok",
    "x": "x:X",
    "youtube": "youtube:YouTube",
}


@cache
def _load(key: str) -> Provider:
    module, _, name = _CLASSES[key].partition(":")
    provider: Provider = getattr(import_module(f".{module}", __name__), name)()
    return provider


class _Registry(Mapping[str, Provider]):
    """Every platform, made when it is asked for."""

    def __getitem__(self, key: str) -> Provider:
        return _load(key)

    def __contains__(self, key: object) -> bool:
        return key in _CLASSES

    def __iter__(self) -> Iterator[str]:
        return iter(_CLASSES)

    def __len__(self) -> int:
        return len(_CLASSES)


PROVIDERS: Mapping[str, Provider] = _Registry()
