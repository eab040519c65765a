"""The description of the API as a page: read without a key, without scripts, and copied from."""

from typing import Any

from tests.browser.product import Site


def test_the_pages_lead_to_the_description_and_it_to_every_route(page: Any, site: Site, expect: Any) -> None:
    page.get_by_role("link", name="The API").click()
    expect(page).to_have_url(f"{site.url}/docs")
    page.get_by_text("webhooks", exact=True).first.click()
    page.locator(".contents").get_by_role("link", name="The chapter").click()
    expect(page).to_have_url(f"{site.url}/docs#webhooks")
    link = page.locator('a[href="#posts_put"]').first
    page.locator(".contents details:has(a[href='#posts_put']) summary").click()
    link.click()
    expect(page.locator("#posts_put")).to_be_in_viewport()
    page.locator("#posts_put").get_by_role("link", name="PostEdited").click()
    expect(page.locator("#PostEdited")).to_contain_text("kept")
    broken = """() => [...document.querySelectorAll('a[href^="#"]')].map((each) => each.hash.slice(1))
        .filter((name) => !document.getElementById(name))"""
    assert page.evaluate(broken) == []


def test_an_example_is_copied_whole_with_the_address_of_this_api(
    context: Any, page: Any, site: Site, expect: Any
) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{site.url}/docs")
    example = page.locator("#posts_create .example")
    example.get_by_role("button", name="Copy").click()
    expect(example.get_by_role("button")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"curl -X POST '{site.url}/v1/posts'")
    assert copied.rstrip().endswith("}'")
    assert "Copy" not in copied


def test_it_is_read_without_scripts_and_without_a_key(
    playwright: Any, chromium: str, site: Site, expect: Any
) -> None:
    browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
    stranger = browser.new_context(java_script_enabled=False).new_page()
    stranger.goto(f"{site.url}/docs")
    expect(stranger.locator("#posts_create")).to_contain_text("Authorization: Bearer $KEY")
    expect(stranger.locator("#posts_create")).to_contain_text("entries")
    expect(stranger.locator("#PostShown")).to_contain_text("deliveries")
    browser.close()


def test_on_a_phone_names_stay_whole_headings_in_sight_and_examples_uncovered(
    page: Any, site: Site, expect: Any
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{site.url}/docs#posts_create")
    expect(page.locator("#posts_create h3")).to_be_in_viewport()
    head, bar = page.locator("#posts_create h3").bounding_box(), page.locator(".top").bounding_box()
    assert head["y"] >= bar["y"] + bar["height"]
    lines = """() => [...document.querySelectorAll('.docs th[scope="row"] code')]
        .filter((each) => each.getClientRects().length > 1).map((each) => each.textContent)"""
    assert page.evaluate(lines) == []
    wide = "() => [...document.querySelectorAll('.docs .scroll')].filter((each) => each.scrollWidth > each.clientWidth).length"
    assert page.evaluate(wide) == 0
    example = page.locator("#posts_create .example")
    first = example.evaluate("""(each) => { const range = document.createRange();
        range.selectNodeContents(each.firstChild); return range.getBoundingClientRect().top; }""")
    button = example.get_by_role("button").bounding_box()
    assert first >= button["y"] + button["height"]
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.locator(".contents").bounding_box()["height"] < 844 / 2


def test_words_of_code_stand_as_code_and_every_noun_says_what_it_is_about(
    page: Any, site: Site, expect: Any
) -> None:
    page.goto(f"{site.url}/docs")
    assert "`" not in page.locator("main").inner_text()
    expect(page.locator("#NewPost code", has_text="next-free-slot").first).to_be_visible()
    expect(page.locator("section", has=page.locator("h2#webhooks"))).to_contain_text("told what happens")
