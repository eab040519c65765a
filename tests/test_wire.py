"""The way to a stand-in: the real address, behind the sandbox's own."""

import pytest

from chalicelib.wire import Wire

WIRE = Wire("http://127.0.0.1:9000", frozenset({"x"}))


@pytest.mark.parametrize(
    ("url", "routed"),
    [
        ("https://api.x.com/2/tweets?a=1", "http://127.0.0.1:9000/api.x.com/2/tweets?a=1"),
        ("http://127.0.0.1:9000/api.x.com/2", "http://127.0.0.1:9000/api.x.com/2"),
        ("http://localhost:9000/x.com/a", "http://localhost:9000/x.com/a"),
        ("http://localhost:9001/x.com/a", "http://127.0.0.1:9000/localhost:9001/x.com/a"),
    ],
)
def test_a_sandboxed_platform_is_reached_behind_the_sandbox_once(url: str, routed: str) -> None:
    assert WIRE.route("x", url) == routed


def test_other_platforms_and_production_go_straight() -> None:
    assert WIRE.route("mastodon", "https://a.example/b") == "https://a.example/b"
    assert Wire().route("x", "https://api.x.com/2") == "https://api.x.com/2"
