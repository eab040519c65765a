"""No page has a barrier that axe-core calls serious: by day on a desk, by night on a phone."""

from typing import Any

import pytest

from chalicelib.store import accounts
from tests.browser.product import Site
from tests.browser.test_looks import busy, opened

__all__ = ["busy"]

PAGES = (
    "/", "/calendar", "/failures", "/review", "/compose", "/posts/{post}", "/settings", "/import", "/docs",
    "/accounts/{account}/times",
)  # fmt: skip


def barriers(page: Any) -> list[str]:
    """What axe finds that keeps somebody out, with the elements that do."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{page.url}: {each['id']}, {each['help']}: {[node['html'][:160] for node in each['nodes'][:5]]}"
        for each in found
        if each["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_no_page_has_a_serious_barrier(page: Any, site: Site, busy: str, width: int, scheme: str) -> None:
    page.set_viewport_size({"width": width, "height": 850})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    account = accounts.all_of("home")[0].id
    found = []
    for path in PAGES:
        opened(page, site, path.replace("{account}", account), busy)
        assert page.evaluate("document.documentElement.scrollWidth") == width
        found += barriers(page)
    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_composer_full_of_things_has_no_serious_barrier(
    page: Any, site: Site, busy: str, scheme: str
) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    opened(page, site, "/compose", busy)
    page.get_by_role("button", name="All", exact=True).click()
    page.locator("#entries textarea").fill("x" * 400)
    page.get_by_role("button", name="Add to the thread").click()
    page.locator(".complaints li").first.wait_for()
    page.get_by_text("First comment, signature, tags").click()
    page.get_by_role("tab").nth(1).click()
    page.locator("#settings summary").click()
    page.get_by_text("At a time").click()
    page.get_by_label("Repeat it").check()
    assert barriers(page) == []
