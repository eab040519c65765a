"""What the suite needs to know of each platform; one file a platform, found by its key."""

import importlib

from tests.contract.harness import Case


def case(key: str) -> Case:
    """The case of one platform; a missing file is a failing test."""
    found: Case = importlib.import_module(f"tests.contract.cases.{key.replace('-', '_')}").CASE
    return found
