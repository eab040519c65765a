"""The platforms, by key. Adding one is a file and a line here."""

from .base import Provider
from .mastodon import Mastodon

_ALL: tuple[type[Provider], ...] = (Mastodon,)

PROVIDERS: dict[str, Provider] = {provider.key: provider() for provider in _ALL}
