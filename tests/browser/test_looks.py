"""Every page for everybody: on a phone, by day and by night, with a keyboard, with a screen reader."""

from typing import Any

import pytest

from tests.browser import seeds
from tests.browser.product import Site

PAGES = ("/", "/calendar", "/failures", "/compose", "/posts/{post}", "/docs")

#: What has no name for a screen reader, or is a heading too many.
UNNAMED = """() => {
  const name = (e) => e.ariaLabel || e.labels?.[0]?.textContent || e.textContent.trim() || e.title || e.ariaLabelledByElements?.length;
  const shown = (e) => e.checkVisibility() && e.type !== "hidden";
  const found = [...document.querySelectorAll("button, a, input, textarea, select, summary")].filter(shown).filter((e) => !name(e));
  const pictures = [...document.images].filter((e) => !e.hasAttribute("alt"));
  const heads = document.querySelectorAll("h1").length === 1 ? [] : [document.querySelector("h1")];
  return [...found, ...pictures, ...heads].map((e) => e?.outerHTML ?? "no h1");
}"""

#: Texts that stand out too little from what is behind them (WCAG AA: 4.5, or 3 when large).
FAINT = """() => {
  const canvas = Object.assign(document.createElement("canvas"), {width: 1, height: 1}).getContext("2d", {willReadFrequently: true});
  const rgba = (colour) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const over = (top, below) => top.slice(0, 3).map((c, i) => c * top[3] / 255 + below[i] * (1 - top[3] / 255)).concat(255);
  const behind = (e) => e ? over(rgba(getComputedStyle(e).backgroundColor), behind(e.parentElement)) : [255, 255, 255, 255];
  const light = (c) => { const [r, g, b] = c.slice(0, 3).map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((m, n) => n - m); return (x + 0.05) / (y + 0.05); };
  const says = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
  return [...document.querySelectorAll("body *")].filter((e) => says(e) && e.checkVisibility() && !e.closest("[aria-hidden], noscript, option, .hidden")).flatMap((e) => {
    const style = getComputedStyle(e), back = behind(e);
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const found = ratio(over(rgba(style.color), back), back);
    return found < (large ? 3 : 4.5) ? [`${found.toFixed(2)} ${e.className} “${e.textContent.trim().slice(0, 30)}”`] : [];
  });
}"""


@pytest.fixture
def busy(site: Site) -> str:
    """A post of a workspace with everything in it."""
    mastodon, bluesky, x = seeds.connected(site.world, "mastodon", "bluesky", "x")
    seeds.post(site.world, [mastodon, bluesky], "Coming " * 30, hours=1)
    seeds.post(site.world, [mastodon], "Half", hours=0, draft=True)
    for state in ("failed", "held", "unsure", "published", "cancelled"):
        parts = seeds.post(site.world, [x, mastodon], f"It is {state}", hours=-3)
        seeds.settle(parts[0], state, "Something happened there.", "CODE_1")
    seeds.lose(x, "X revoked our access.")
    return parts[0].post


#: How much of what is on a page moves after it has been shown (Cumulative Layout Shift).
JUMPS = """() => new Promise((done) => {
  let sum = 0;
  const add = (list) => list.getEntries().forEach((each) => (sum += each.hadRecentInput ? 0 : each.value));
  new PerformanceObserver(add).observe({type: "layout-shift", buffered: true});
  setTimeout(() => done(sum), 200);
})"""


def opened(page: Any, site: Site, path: str, post: str) -> None:
    page.goto(site.url + path.format(post=post))
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_wider_than_a_phone(page: Any, site: Site, busy: str, path: str) -> None:
    page.set_viewport_size({"width": 375, "height": 700})
    opened(page, site, path, busy)
    assert page.evaluate("document.documentElement.scrollWidth") == 375


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_jumps_about_while_a_page_is_made(page: Any, site: Site, busy: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 850})
    jumps = {}
    for path in ("/", "/calendar", "/failures", "/compose", "/posts/{post}"):
        opened(page, site, path, busy)
        jumps[path] = page.evaluate(JUMPS)
    assert {path: jump for path, jump in jumps.items() if jump > 0.1} == {}


@pytest.mark.parametrize("path", PAGES)
def test_every_control_has_a_name(page: Any, site: Site, busy: str, path: str) -> None:
    opened(page, site, path, busy)
    assert page.evaluate(UNNAMED) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_every_text_stands_out(page: Any, site: Site, busy: str, path: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    opened(page, site, path, busy)
    assert page.evaluate(FAINT) == []


def test_every_time_is_in_the_browsers_zone_which_is_named(page: Any, site: Site, busy: str) -> None:
    opened(page, site, "/", busy)
    assert page.locator("footer").inner_text().startswith("Times are in Europe/Berlin")
    shown = page.locator("main time").all()
    assert shown
    for each in shown:
        assert "UTC" not in each.inner_text()
        assert "Europe/Berlin" in each.get_attribute("title")


def test_the_first_tab_key_leads_past_the_head(page: Any, site: Site) -> None:
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_nothing_is_loaded_from_elsewhere(page: Any, site: Site, busy: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in PAGES:
        opened(page, site, path, busy)
    own = (site.url, site.world.sandbox.public, "data:")
    assert [url for url in asked if not url.startswith(own)] == []


def test_what_people_write_is_never_markup(page: Any, site: Site) -> None:
    account = seeds.connected(site.world, "mastodon")[0]
    text = "<img src=x onerror=document.title='caught'><b>bold</b>"
    (part,) = seeds.post(site.world, [account], text, hours=1)
    for path in ("/", "/calendar", f"/posts/{part.post}", f"/compose?post={part.post}"):
        opened(page, site, path, part.post)
        assert page.title() != "caught"
        assert page.locator("main b", has_text="bold").count() == 0
