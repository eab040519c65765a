"""Stand-ins of the platforms, over real HTTP: for `make run` and for the tests. Nothing here is a platform."""

from .server import Sandbox, serve, stop

__all__ = ["Sandbox", "serve", "stop"]
