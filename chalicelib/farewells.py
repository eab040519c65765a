"""People who take the app away at a platform, or ask it to delete what is known of them: by requests that it signed."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from . import vault
from .connect import provider_of
from .keep import erase
from .models import Account
from .problems import Reconnect, Rejected
from .providers.base import Event, Provider, overrides
from .renew import need
from .store import accounts, grants
from .store.table import Lost


def heard(platform: str, headers: Mapping[str, str], body: bytes, now: datetime) -> dict[str, Any]:
    """What a platform tells us: accounts that are gone are marked, and their people told."""
    provider, event = _checked(platform, headers, body, now)
    for account in _meant(provider, event):
        need(account, Reconnect(event.sentence or f"{provider.title} removed our access."), now)
    return event.answer


def erased(platform: str, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """Deletes what a sign-in gave, before it is said to be deleted: the access, and who the person is."""
    provider, event = _checked(platform, headers, body, now)
    if not event.people:
        raise Rejected(f"{provider.title} asks for no deletion here.")
    for account in _meant(provider, event):
        with suppress(Lost):  # it was connected again at this very moment
            erase(account, f"Deleted at {provider.title}")


def _checked(platform: str, headers: Mapping[str, str], body: bytes, now: datetime) -> tuple[Provider, Event]:
    provider = provider_of(platform)
    if not overrides(provider, "event"):
        raise Rejected(f"{provider.title} sends no events here.")
    return provider, provider.event(headers, body, vault.secrets(), now)


def _meant(provider: Provider, event: Event) -> list[Account]:
    """The accounts that an event is about, of all workspaces; a login's, whatever platform it served."""
    found = [each for remote in event.gone for each in accounts.by_remote(provider.key, remote)]
    found = [each for each in found if not event.bots or each.data.get("bot") in event.bots]
    app = getattr(provider.auth, "client_id", "")
    for grant in (each for person in event.people for each in grants.of_person(app, person)):
        found += [each for each in accounts.all_of(grant.workspace) if each.grant == grant.id]
    return list({(each.workspace, each.id): each for each in found}.values())
