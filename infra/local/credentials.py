"""Which platforms of a local copy are real, and the secrets of the others, as the sandbox knows them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from chalicelib.providers import PROVIDERS
from infra import secrets

REAL = "REAL_PLATFORMS"
"""In `.env`: platforms that need no secrets of ours, such as Bluesky, and should be real all the same."""

FIXED = {"MASTODON_URL": "https://mastodon.sandbox"}


@dataclass(frozen=True)
class Credentials:
    """The secrets to put into SSM, and the platforms for which the sandbox answers."""

    values: dict[str, str]
    sandboxed: tuple[str, ...]


def choose(platforms: Iterable[str], file: Path | None) -> Credentials:
    """A platform is real when `file` (a `.env`) holds all that it needs; else it is the sandbox's."""
    given = secrets.read(file) if file and file.exists() else {}
    values: dict[str, str] = {}
    sandboxed = []
    for key in platforms:
        if _real(key, given):
            values |= secrets.ours(given, _names(key))
        else:
            sandboxed.append(key)
            values |= development(key)
    return Credentials(values, tuple(sandboxed))


def development(key: str) -> dict[str, str]:
    """What the sandbox takes for this platform's secrets; one that can do without any has none."""
    names = PROVIDERS[key].secrets + tuple(name for name in PROVIDERS[key].optional if name in FIXED)
    return {name: FIXED.get(name) or f"sandbox-{name.lower().replace('_', '-')}" for name in names}


def _real(key: str, given: Mapping[str, str]) -> bool:
    if key in given.get(REAL, "").replace(" ", "").split(","):
        return True
    return all(name in given for name in PROVIDERS[key].secrets) and any(n in given for n in _names(key))


def _names(key: str) -> tuple[str, ...]:
    return PROVIDERS[key].secrets + PROVIDERS[key].optional
