"""Our app at instances that a person named: registered once per host, shared by all who use it."""

from . import keys, table


def read(platform: str, host: str) -> dict[str, str] | None:
    """The sealed secrets of our app there (half a read unit)."""
    found = table.get(keys.app(platform, host), consistent=False)
    sealed: dict[str, str] | None = found["sealed"] if found else None
    return sealed


def save(platform: str, host: str, sealed: dict[str, str]) -> None:
    """Keeps them (1 write unit)."""
    table.put({**keys.app(platform, host), "sealed": sealed})


def forget(platform: str, host: str) -> None:
    """Drops them, when the instance no longer knows us (1 write unit)."""
    table.take(keys.app(platform, host))
