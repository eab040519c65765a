"""The environment, read once into a frozen object: every name of ours in AWS follows from the stage."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any


@dataclass(frozen=True)
class Settings:
    stage: str
    platforms: tuple[str, ...]
    public_url: str
    sandbox: str
    sandboxed: frozenset[str]
    postiz_once: bool = False
    """Whether Postiz's clients, too, are refused the same text on the same account within a day."""

    @property
    def prefix(self) -> str:
        """In front of every name of ours: table, queues, key alias, schedule group."""
        return f"lamppost-{self.stage}"

    @property
    def parameters(self) -> str:
        """Where this stage's secrets lie in SSM."""
        return f"/lamppost/{self.stage}"

    @property
    def allowed(self) -> tuple[str, ...]:
        """`host:port` that the address guard lets through: the sandbox's, where there is one."""
        return (self.sandbox.partition("://")[2],) if self.sandbox else ()

    def callback(self, platform: str) -> str:
        """The redirect URI to register at a platform: exact, to the letter."""
        return f"{self.public_url}/integration/social/{platform}/callback"


def read(environment: Mapping[str, str]) -> Settings:
    """Settings from an environment; a missing stage is `dev`, missing platforms are none."""
    return Settings(
        stage=environment.get("STAGE", "dev"),
        platforms=_names(environment.get("PLATFORMS", "")),
        public_url=environment.get("PUBLIC_URL", "http://localhost:8000/api").rstrip("/"),
        sandbox=environment.get("SANDBOX", "").rstrip("/"),
        sandboxed=frozenset(_names(environment.get("SANDBOX_PLATFORMS", ""))),
        postiz_once=environment.get("POSTIZ_ONCE", "").lower() in {"1", "true", "yes"},
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


@cache
def settings() -> Settings:
    """This process's settings."""
    return read(os.environ)


@cache
def client(name: str) -> Any:
    """An AWS client, made when first needed and kept: standard retries, and time-outs so short that a service
    which is silent at every try (27 seconds with the waits between) is given up before any function of ours ends.
    """
    import boto3
    from botocore.config import Config

    config = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 4})
    if name == "s3":
        config = config.merge(Config(signature_version="s3v4", s3={"addressing_style": "path"}))
    make: Any = boto3.client  # every service has a type of its own; the users know theirs
    return make(name, config=config)
