"""What is sent to beehiiv, against the types of its own client (npm `@beehiiv/sdk`).

They are looked for in `BEEHIIV_SDK`, else in `.local/npm` where the checks' make target puts them.
"""

import os
import re
from pathlib import Path

import pytest

from tests.specs.letters import published

pytestmark = pytest.mark.specs

_INSTALLED = Path(__file__).parents[2] / ".local/npm/node_modules/@beehiiv/sdk"
_POSTS = "dist/cjs/api/resources/posts"
_NAMED = re.compile(r'^    "?([\w\[\]]+)"?(\?)?: ([^;]+);', re.MULTILINE)
NESTED = {
    "email_settings": "PostEmailSettings",
    "web_settings": "PostWebSettings",
    "recipients": "PostRecipients",
}


@pytest.fixture(scope="module")
def types():
    """`types(file)` gives the names of a type, and whether each may be left out."""
    root = Path(os.environ.get("BEEHIIV_SDK", _INSTALLED)) / _POSTS
    if not root.exists():
        pytest.skip("npm's @beehiiv/sdk is not installed")
    return lambda file: {name: bool(may) for name, may, _ in _NAMED.findall((root / file).read_text())}


@pytest.fixture(scope="module")
def bench():
    yield from published("beehiiv")


@pytest.fixture(scope="module")
def created(bench):
    return [each["body"] for each in bench.stand_in.requests if each["method"] == "POST"]


def test_a_post_is_made_of_names_that_beehiivs_client_knows(types, created):
    known = types("client/requests/PostsCreateRequest.d.ts")
    assert created
    for body in created:
        assert set(body) <= set(known)
        assert {name for name, optional in known.items() if not optional} <= set(body)
        assert ("body_content" in body) != ("blocks" in body)


@pytest.mark.parametrize("name", NESTED)
def test_settings_are_made_of_names_that_beehiivs_client_knows(types, created, name):
    known = types(f"types/{NESTED[name]}.d.ts")
    found = [body[name] for body in created if name in body]
    assert found
    for each in found:
        assert set(each) <= set(known)


def test_the_list_is_asked_by_names_that_beehiivs_client_knows(types, bench):
    known = types("client/requests/PostsListRequest.d.ts")
    asked = [
        each["query"] for each in bench.stand_in.requests if each["path"].endswith("/posts") and each["query"]
    ]
    assert asked
    for query in asked:
        assert set(query) <= set(known)
