"""A real Chromium before the product; without one these tests are skipped."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib import bucket
from chalicelib.models import Account
from infra.sandbox import Sandbox
from tests.browser import seeds
from tests.browser.product import Site, address, end, product, storage
from tests.conftest import forget
from tests.world import World

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PLATFORMS = ("mastodon", "bluesky", "x", "linkedin", "facebook", "reddit", "slack")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's program."""
    pytest.importorskip("playwright", reason="Playwright is not installed (requirements-dev.txt has it)")
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(f"no Chromium on this machine ({', '.join(NAMES)}): apt-get install chromium")
    return found


@pytest.fixture(scope="session")
def playwright(chromium: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running:
        yield running


@pytest.fixture
def expect(playwright: Any) -> Any:
    """Playwright's assertions, which wait."""
    from playwright.sync_api import expect

    return expect


@pytest.fixture
def site(sandbox: Sandbox, aws: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """The product on loopback, with stand-ins of a few platforms."""
    front, store = product(), storage()
    url = f"{address(front)}/api"
    for name, value in {
        "SANDBOX": sandbox.public,
        "SANDBOX_PLATFORMS": ",".join(PLATFORMS),
        "PLATFORMS": ",".join(PLATFORMS),
        "PUBLIC_URL": url,
    }.items():
        monkeypatch.setenv(name, value)
    forget()
    _loopback_bucket(address(store), monkeypatch)
    for key in PLATFORMS:
        sandbox[key].reset()
    world = World(sandbox)
    world.secrets(*PLATFORMS)
    yield Site(url, address(store), world)
    for server in (front, store):
        end(server)


def _loopback_bucket(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forms and addresses lead to the bucket on loopback instead of to S3."""
    form = bucket.upload_form
    monkeypatch.setattr(bucket, "upload_form", lambda *given: {**form(*given), "url": f"{place}/"})
    monkeypatch.setattr(bucket, "address", lambda key: f"{place}/{key}")


@pytest.fixture
def context(playwright: Any, chromium: str, tmp_path: Path) -> Iterator[Any]:
    """A browser of its own for each test, in a zone that is not UTC; an error on a page fails the test."""
    browser = playwright.chromium.launch_persistent_context(
        str(tmp_path / "profile"),
        executable_path=chromium,
        headless=True,
        args=list(FLAGS),
        timezone_id="Europe/Berlin",
        locale="en-GB",
        viewport={"width": 1200, "height": 850},
    )
    browser.set_default_timeout(8000)
    yield browser
    browser.close()


@pytest.fixture
def page(context: Any, site: Site) -> Iterator[Any]:
    """Signed in; whatever a page complains of in its console fails the test."""
    opened = context.new_page()
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda said: wrong.append(said.text) if _serious(said) else None)
    opened.goto(site.link())
    yield opened
    assert not wrong


def _serious(said: Any) -> bool:
    """Refusals of the API and lines that a test cuts are meant, though they are noted; everything else is not."""
    meant = ("status of 4", "net::ERR_FAILED", "net::ERR_INTERNET_DISCONNECTED")
    return said.type in {"error", "warning"} and not any(each in said.text for each in meant)


@pytest.fixture
def account(site: Site) -> Account:
    """A Mastodon account that is connected."""
    return seeds.connected(site.world, "mastodon")[0]
