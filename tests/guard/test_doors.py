"""Nobody in by a sign-in: on every platform, by whichever way it has, states that are forged, used, old, of another browser,
platform or workspace; codes of other people; refusals; addresses that lead away; and the cookies before and after.
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from chalice.test import Client

from chalicelib import clock, people
from chalicelib.providers import PROVIDERS
from chalicelib.providers.base import overrides
from chalicelib.store import accounts
from chalicelib.store import people as workspaces
from infra.sandbox import Sandbox
from tests.conftest import Clock, forget
from tests.guard.doors import PAGE, Browser, Door, state_of
from tests.world import opened

KEYS = sorted(PROVIDERS)
#: Whose first person has only one thing to choose from, which is then connected unasked.
SINGLE = {"beehiiv", "youtube"}
CHOOSING = [key for key in KEYS if overrides(PROVIDERS[key], "choices") and key not in SINGLE]
#: What a sign-in answers that is not one of ours, or not any more.
SHUT = {403, 409, 422}
ELSEWHERE = ("https://evil.example", "//evil.example", "/\\evil.example", "https:evil.example", "javascript:alert(1)",
             "/..//evil.example", "http://localhost:8000.evil.example/", "/%0d%0aLocation:https://evil.example", "/..", "/./x")  # fmt: skip


@pytest.fixture
def client(sandbox: Sandbox, aws: Any, at: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    import app

    opened(sandbox, monkeypatch, *KEYS)
    with Client(app.app) as made:
        yield made


@pytest.fixture
def doors(client: Client, sandbox: Sandbox) -> list[Door]:
    return [Door(key, sandbox) for key in KEYS]


@pytest.fixture
def browser(client: Client) -> Browser:
    """An owner of the workspace `home`."""
    return Browser(client, "home")


def shut(answer: Any, what: Any) -> None:
    """A refusal in a sentence, and nothing connected anywhere."""
    assert answer.status_code in SHUT, (what, answer.status_code, answer.body)
    assert connected() == [], what


def connected() -> list[str]:
    return [account.platform for each in ("home", "other") for account in accounts.all_of(each)]


def door_of(doors: list[Door], key: str) -> Door:
    return next(door for door in doors if door.key == key)


# -- the state -----------------------------------------------------------------------------------------------


def test_what_was_begun_here_is_finished_here(doors: list[Door], browser: Browser) -> None:
    """Else the tests below would prove nothing."""
    for door in doors:
        answer = door.end(browser, door.begin(browser))
        assert answer.status_code == 200, (door.key, answer.body)
        said = answer.json_body
        assert bool(said["accounts"]) != bool(said["choices"]), door.key


def test_a_state_is_good_once_and_ends_after_ten_minutes(
    doors: list[Door], browser: Browser, at: Clock
) -> None:
    for door in doors:
        brought = door.begin(browser)
        at.forward(minutes=11)
        shut(door.end(browser, brought), door.key)
        shut(door.end(browser, brought), door.key)
    for door in doors:
        brought = door.begin(browser)
        assert door.end(browser, brought).status_code == 200, door.key
        known = connected()
        assert door.end(browser, brought).status_code in SHUT, door.key
        assert connected() == known, door.key


def test_a_state_of_another_browser_is_shut_and_used_up(
    doors: list[Door], browser: Browser, client: Client
) -> None:
    for door in doors:
        for stranger in (Browser(client), Browser(client, "home"), Browser(client, "other")):
            door.consent(stranger) if stranger.cookies else None
            brought = door.begin(browser)
            shut(door.end(stranger, brought), door.key)
            shut(door.end(browser, brought), door.key)


def test_a_forged_state_is_shut(doors: list[Door], browser: Browser) -> None:
    for door in doors:
        good = door.begin(browser)
        name = state_of(good)
        text = good[name]
        forged = (
            "", "x", text[:-1], f"{text}x", text.swapcase(), f"{text}\0", text[::-1], "oauth", "#oauth", "x" * 3000,
            f"{text}#oauth", "é" * 30, "../" + text, f" {text}",
        )  # fmt: skip
        for each in forged:
            shut(door.end(browser, {**good, name: each}), (door.key, each))
        shut(door.end(browser, {n: v for n, v in good.items() if n != name}), door.key)


def test_a_state_of_another_platform_is_shut(doors: list[Door], browser: Browser) -> None:
    for door, other in zip(doors, doors[1:] + doors[:1], strict=True):
        brought = door.begin(browser)
        theirs = {**other.begin(browser), "state": brought[state_of(brought)]}
        shut(other.end(browser, theirs), (door.key, other.key))
        if door.formed == other.formed:
            shut(other.end(browser, brought), (door.key, other.key))


def test_another_kind_of_callback_than_the_platform_has_is_shut(doors: list[Door], browser: Browser) -> None:
    for door in doors:
        where = f"{door.path}/callback"
        brought = door.begin(browser)
        shut(browser.get(where, brought) if door.formed else browser.post(where, brought), door.key)
        brought = door.begin(browser)
        given = {**brought, "server": "evil.example", "identifier": "ada", "password": "x", "code": "x"}
        shut(browser.get(where, given) if door.formed else browser.post(where, given), door.key)


def test_no_other_secret_of_ours_passes_for_a_state(doors: list[Door], browser: Browser) -> None:
    """Each kind of secret opens what it was made for, and nothing else."""
    once = people.sign_in_link(clock.now()).partition("once=")[2]
    for door in doors:
        link = people.connect_link("home", door.key, clock.now()).partition("once=")[2]
        for secret in (once, link, browser.cookies["lamppost"]):
            shut(
                door.end(browser, {"state": secret, "code": "x", "identifier": "a", "password": "b"}),
                door.key,
            )
        state = door.begin(browser)
        for path, query in (("/signin", "once"), (door.path, "once"), ("/signin/oidc/callback", "state")):
            answer = Browser(browser._client).get(path, {query: state[state_of(state)], "code": "x"})
            assert answer.status_code in {403, 404}, (door.key, path, answer.body)


# -- the code ------------------------------------------------------------------------------------------------


def test_a_code_of_another_person_is_no_good_where_a_code_is_bound_to_its_sign_in(
    doors: list[Door], browser: Browser, client: Client
) -> None:
    """Without PKCE a platform cannot tell whose sign-in a stolen code was for; those platforms take none."""
    for door in doors:
        if door.formed:
            continue
        other = Browser(client, "other")
        mine, theirs = door.begin(browser), door.begin(other, person=1)
        name = "code" if "code" in mine else "oauth_verifier"
        answer = door.end(browser, {**mine, name: theirs[name]})
        if door.proves:
            assert answer.status_code in SHUT, (door.key, answer.body)
        shut_for(door, client, theirs)


def shut_for(door: Door, client: Client, brought: dict[str, str]) -> None:
    """The other's whole answer is worth nothing in a third browser."""
    known = connected()
    third = Browser(client, "home")
    assert door.end(third, brought).status_code in SHUT, door.key
    assert connected() == known, door.key


def test_a_code_that_the_platform_never_gave_is_shut(doors: list[Door], browser: Browser) -> None:
    for door in doors:
        if door.formed:
            continue
        for code in ("", "made-up", "x" * 5000, "\0", "a&grant_type=refresh_token", "é", "💡"):
            brought = door.begin(browser)
            name = "code" if "code" in brought else "oauth_verifier"
            answer = door.end(browser, {**brought, name: code})
            assert answer.status_code in {*SHUT, 503}, (door.key, code, answer.body)
            assert connected() == [], (door.key, code)


def test_a_refusal_connects_nothing_uses_its_state_up_and_is_shown_as_text(
    doors: list[Door], browser: Browser
) -> None:
    evil = "<script>alert(1)</script>"
    for door in doors:
        if door.formed:
            continue
        shut(door.end(browser, door.begin(browser, decision="deny")), door.key)
        good = door.begin(browser)
        told = {"error": f"access_denied{evil}", "error_description": evil}
        answer = door.end(browser, {**good, **told}, Accept=PAGE)
        shut(answer, door.key)
        assert evil not in answer.body.decode(), door.key
        shut(door.end(browser, good), door.key)
        shut(door.end(browser, told), door.key)


# -- the second step -----------------------------------------------------------------------------------------


def offer(door: Door, browser: Browser) -> tuple[str, list[str]]:
    """The id to choose by, and what may be chosen."""
    said = door.end(browser, door.begin(browser)).json_body
    assert said["choices"], door.key
    return said["choice"], [each["id"] for each in said["choices"]]


def test_a_choice_is_its_own_browsers_its_own_platforms_and_of_what_was_offered(
    doors: list[Door], browser: Browser, client: Client, at: Clock
) -> None:
    for key in CHOOSING:
        door = door_of(doors, key)
        choice, (first, *_) = offer(door, browser)
        good = {"choice": choice, "id": first}
        for stranger in (Browser(client), Browser(client, "home"), Browser(client, "other")):
            if stranger.cookies:
                door.consent(stranger)
            shut(stranger.post(f"{door.path}/choose", good), key)
        for wrong in (
            {"id": "made-up"},
            {"id": ""},
            {"choice": ""},
            {"choice": f"{choice}x"},
            {"choice": "é"},
        ):
            shut(browser.post(f"{door.path}/choose", {**good, **wrong}), (key, wrong))
        other = next(each for each in KEYS if each != key)
        shut(browser.post(f"/integration/social/{other}/choose", good), (key, other))
        assert browser.post(f"{door.path}/choose", good).status_code == 200, key
        forget_accounts()
        choice, (first, *_) = offer(door, browser)
        at.forward(minutes=11)
        shut(browser.post(f"{door.path}/choose", {"choice": choice, "id": first}), key)


def forget_accounts() -> None:
    from chalicelib.store import keys, table

    for account in accounts.all_of("home"):
        table.take(keys.account("home", account.id))


def test_a_state_is_no_choice_and_a_choice_is_no_state(doors: list[Door], browser: Browser) -> None:
    for key in CHOOSING:
        door = door_of(doors, key)
        choice, (first, *_) = offer(door, browser)
        shut(door.end(browser, {**door.begin(browser), "state": choice}), key)
        state = door.begin(browser)["state"]
        shut(browser.post(f"{door.path}/choose", {"choice": state, "id": first}), key)


# -- addresses -----------------------------------------------------------------------------------------------


def test_nothing_in_a_query_leads_a_sign_in_away(doors: list[Door], browser: Browser) -> None:
    names = (
        "back",
        "to",
        "next",
        "redirect",
        "redirect_uri",
        "return",
        "url",
        "state",
        "callback",
        "oauth_callback",
    )
    for door in doors:
        if door.formed:
            continue
        for there in ELSEWHERE[:3]:
            where = door.consent(browser, **dict.fromkeys(names, there))
            assert "evil.example" not in where, (door.key, where)
            query = door.bench.press(where)
            more = {each: there for each in names if each not in query}
            answer = door.end(browser, {**query, **more}, Accept=PAGE)
            assert "evil.example" not in str(answer.headers), door.key
            if answer.status_code == 302:
                assert answer.headers["Location"] == f"http://localhost:8000/api/?connected={door.key}"


def test_signing_in_with_a_key_leads_to_pages_of_our_own_only(client: Client) -> None:
    key = people.first_key(clock.now())
    for there in ELSEWHERE:
        answer = Browser(client).post("/signin", {"key": key, "to": there})
        assert answer.status_code == 302, there
        assert answer.headers["Location"] == "http://localhost:8000/api/", there
        wrong = Browser(client).post("/signin", {"key": "wrong", "to": f'{there}"><script>'})
        assert b'"><script>' not in wrong.body, there


# -- cookies -------------------------------------------------------------------------------------------------


def test_a_browser_chosen_by_somebody_else_is_not_believed(doors: list[Door], client: Client) -> None:
    """A name that was not given by us is replaced: else who planted it could finish what another began."""
    for planted in ("b", "", "é" * 32, "x" * 5000, "a b", '"quoted"', "%00"):
        for door in doors[:3]:
            browser = Browser(client, "home")
            browser.cookies["lamppost_browser"] = planted
            door.consent(browser)
            assert browser.cookies["lamppost_browser"] != planted, planted
            assert re.fullmatch(r"[\w-]{32}", browser.cookies["lamppost_browser"])


def test_signing_in_makes_a_new_session_and_makes_nobody_of_the_one_before_more(client: Client) -> None:
    """Session fixation: whoever planted a session has what they had."""
    key = people.first_key(clock.now())
    evil = Browser(client, "evil")
    planted = evil.cookies["lamppost"]
    victim = Browser(client)
    victim.cookies["lamppost"] = planted
    link = urlsplit(people.sign_in_link(clock.now(), "home"))
    assert victim.get("/signin", dict(parse_qsl(link.query))).status_code == 302
    second = Browser(client)
    assert second.post("/signin", {"key": key}).status_code == 302
    sessions = [planted, victim.cookies["lamppost"], second.cookies["lamppost"]]
    whose = [people.by_cookie(each) for each in sessions]
    assert [each.workspace for each in whose if each] == ["evil", "home", "home"]
    assert len({each.csrf for each in whose if each}) == len(set(sessions)) == 3


def test_connecting_leaves_the_session_as_it_is(doors: list[Door], browser: Browser, client: Client) -> None:
    before = browser.cookies["lamppost"]
    for door in doors:
        nobody = Browser(client)
        nobody.cookies = {}
        link = people.connect_link("home", door.key, clock.now()).partition("once=")[2]
        nobody.get(door.path, {"once": link}, Accept=PAGE)
        door.end(browser, door.begin(browser))
        assert "lamppost" not in nobody.cookies, door.key
        assert browser.cookies["lamppost"] == before, door.key


def test_over_tls_no_neighbour_can_plant_a_cookie(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """`__Host-`: browsers take such a cookie only over TLS, for the whole site, from this very host."""
    monkeypatch.setenv("PUBLIC_URL", "https://lamppost.example/api")
    forget()
    signed = Browser(client).post("/signin", {"key": people.first_key(clock.now())})
    begun = Browser(client)
    begun.cookies = {"__Host-lamppost": signed.headers["Set-Cookie"][0].partition("=")[2].partition(";")[0]}
    answer = begun.get("/integration/social/x", Accept=PAGE)
    for cookie in (*signed.headers["Set-Cookie"], *answer.headers["Set-Cookie"]):
        name, *parts = cookie.split("; ")
        assert name.startswith("__Host-lamppost"), cookie
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(parts), cookie
        assert not [part for part in parts if part.startswith("Domain")], cookie
    planted = Browser(client)
    planted.cookies = {"lamppost": begun.cookies["__Host-lamppost"]}
    assert planted.get("/v1/accounts").status_code == 401


# -- who was led here ----------------------------------------------------------------------------------------

LED = ("cross-site", "same-site")


def test_no_page_of_another_site_sends_a_form_here(client: Client, doors: list[Door]) -> None:
    key = people.first_key(clock.now())
    for site in LED:
        led = Browser(client)
        assert led.post("/signin", {"key": key}, Sec_Fetch_Site=site).status_code == 403
        assert "lamppost" not in led.cookies
        signed = Browser(client, "home")
        for path in ("/signout", "/switch", "/signin", *(f"{door.path}/callback" for door in doors)):
            assert signed.post(path, {"key": key}, Sec_Fetch_Site=site).status_code == 403, path
    assert Browser(client).post("/signin", {"key": key}, Sec_Fetch_Site="same-origin").status_code == 302


def test_a_script_with_a_key_may_live_anywhere(client: Client) -> None:
    key = people.first_key(clock.now())
    answer = Browser(client).post(
        "/v1/tags", {}, Content_Type="application/json", Authorization=key, Sec_Fetch_Site="cross-site"
    )
    assert answer.status_code == 422  # which is about the body


def test_a_page_of_another_site_connects_nothing_without_a_press_of_our_own_button(
    doors: list[Door], browser: Browser
) -> None:
    """Else a server of a stranger's, which asks nobody, would become an account of this workspace by a mere visit."""
    for door in doors:
        if door.formed:
            continue
        for site in LED:
            query = {"server": "mastodon.sandbox"} if door.key == "mastodon" else {}
            led = browser.get(door.path, query, Accept=PAGE, Sec_Fetch_Site=site)
            assert led.status_code == 200, door.key
            assert "“Home”" in led.body.decode(), door.key
            pressed = browser.get(door.path, hidden(led), Accept=PAGE, Sec_Fetch_Site="same-origin")
            assert pressed.status_code == 302, (door.key, pressed.body)
        for site in ("same-origin", "none"):
            meant = browser.get(door.path, query, Accept=PAGE, Sec_Fetch_Site=site)
            assert meant.status_code == (302 if query or door.key != "mastodon" else 200), door.key


def hidden(answer: Any) -> dict[str, str]:
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', answer.body.decode()))


# -- links ---------------------------------------------------------------------------------------------------


def secret_of(link: str) -> str:
    return link.partition("once=")[2]


def test_a_link_to_connect_names_its_workspace_and_goes_on_in_the_browser_that_saw_it_only(
    doors: list[Door], client: Client
) -> None:
    """Else somebody could send their own link to a person whose platform says yes unasked, and get the account."""
    workspaces.found_workspace("evil", "Evil Inc.", clock.now())
    for door in doors:
        once = secret_of(people.connect_link("evil", door.key, clock.now()))
        victim, thief = Browser(client), Browser(client)
        shown = victim.get(door.path, {"once": once}, Accept=PAGE)
        assert shown.status_code == 200, (door.key, shown.body)
        assert "“Evil Inc.”" in shown.body.decode(), door.key
        assert victim.get(door.path, {"once": once}, Accept=PAGE).status_code == 403, door.key
        if door.formed:
            continue
        once = secret_of(people.connect_link("evil", door.key, clock.now()))
        fresh = hidden(thief.get(door.path, {"once": once}, Accept=PAGE))
        assert victim.get(door.path, fresh, Accept=PAGE).status_code == 403, door.key
        assert thief.get(door.path, fresh, Accept=PAGE).status_code == 403, door.key  # and it is used up


def test_a_link_to_connect_is_for_its_platform_and_for_an_hour(
    doors: list[Door], client: Client, at: Clock
) -> None:
    for door, other in zip(doors, doors[1:] + doors[:1], strict=True):
        once = secret_of(people.connect_link("home", door.key, clock.now()))
        for each in (other, door):
            assert Browser(client).get(each.path, {"once": once}).status_code == 403, (door.key, each.key)
        once = secret_of(people.connect_link("home", door.key, clock.now()))
        at.forward(minutes=61)
        assert Browser(client).get(door.path, {"once": once}).status_code == 403, door.key


def test_a_link_that_signs_in_asks_first_where_another_site_led_to_it(client: Client) -> None:
    """Else a stranger's link would make a browser work for the stranger's workspace, unseen."""
    workspaces.found_workspace("evil", "Evil Inc.", clock.now())
    for visitor in (Browser(client), Browser(client, "home")):
        before = visitor.cookies.get("lamppost")
        once = secret_of(people.sign_in_link(clock.now(), "evil"))
        led = visitor.get("/signin", {"once": once}, Accept=PAGE, Sec_Fetch_Site="cross-site")
        assert led.status_code == 200
        assert "“Evil Inc.”" in led.body.decode()
        assert visitor.cookies.get("lamppost") == before
        assert visitor.post("/signin", hidden(led), Sec_Fetch_Site="cross-site").status_code == 403
        assert visitor.cookies.get("lamppost") == before
        assert visitor.post("/signin", hidden(led), Sec_Fetch_Site="same-origin").status_code == 302
        assert visitor.post("/signin", {"once": once}).status_code == 403
