"""X's own way of counting, by twitter-text-parser.

The library asks setuptools' retired `pkg_resources` for one data file, and for nothing else. It is given that
file here, so that the Lambdas carry no setuptools and start without it.
"""

import sys
from functools import cache
from importlib import resources
from types import ModuleType
from typing import Any


def _resource_string(package: str, name: str) -> bytes:
    return resources.files(package.rpartition(".")[0]).joinpath(name).read_bytes()


@cache
def library() -> tuple[Any, Any]:
    """`parse_tweet` and `extract_urls_with_indices`."""
    before = sys.modules.get("pkg_resources")
    lent = ModuleType("pkg_resources")
    lent.__dict__["resource_string"] = _resource_string
    sys.modules["pkg_resources"] = lent
    try:
        from twitter_text import parse_tweet
        from twitter_text.extract_urls import extract_urls_with_indices
    finally:
        sys.modules.pop("pkg_resources")
        if before is not None:
            sys.modules["pkg_resources"] = before
    return parse_tweet, extract_urls_with_indices
