"""Signing in by an identity provider: a real one on loopback, a forger's tokens, and who is let in at all."""

import base64
import hashlib
import json
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from werkzeug.wrappers import Request, Response

from chalicelib import clock, people, staff, vault
from chalicelib.store import members, table
from tests.aws import secret
from tests.conftest import Clock
from tests.served import Served
from tests.test_api import Site, refusal, site, world

__all__ = ["site", "world"]

ADA = {"email": "Ada@example.com", "email_verified": True, "name": "Ada Lantern"}


class Visitor(Site):
    """A browser at the sign-in page."""

    def begin(self, to: str = "/") -> str:
        answer = self.call("GET", f"/signin/oidc?to={to}", Accept="text/html")
        assert answer.status_code == 302, answer.body
        url: str = answer.headers["Location"]
        return url

    def back(self, **query: str) -> Any:
        return self.call("GET", f"/signin/oidc/callback?{urlencode(query)}")


@pytest.fixture
def visitor(site: Site) -> Visitor:
    return Visitor(site.client)


def configured(issuer: str, allowed: str = "") -> None:
    for name, value in {"OIDC_ISSUER": issuer, "OIDC_CLIENT_ID": "lamppost", "OIDC_CLIENT_SECRET": "s3cret",
                        "OIDC_NAME": "Acme", "OIDC_ALLOWED": allowed}.items():  # fmt: skip
        if value:
            secret(name, value)
    vault.forget()


def told(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


def invited(email: str = "ada@example.com", role: members.Role = "editor") -> members.Member:
    people.sign_in_link(clock.now())
    member, _ = staff.invite("home", "Ada", email, role, clock.now())
    return member


# -- a provider of somebody else's make ----------------------------------------------------------------------


@pytest.fixture
def mock() -> Iterator[str]:
    """The server of `oidc-provider-mock`, which knows one person with a verified address and one without."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from oidc_provider_mock import User, run_server_in_thread

        known = [User(sub="ada", claims=ADA), User(sub="eve", claims={**ADA, "email_verified": False})]
        with run_server_in_thread(require_nonce=True, user_claims=known) as server:
            yield f"http://localhost:{server.server_port}"


def consent(url: str, sub: str) -> dict[str, str]:
    """Presses the button on the provider's page; what the browser is sent back with."""
    import httpx2

    answer = httpx2.post(url, data={"sub": sub})
    assert answer.status_code == 302, answer.text
    return told(answer.headers["location"])


def test_whoever_is_invited_signs_in_with_the_provider(visitor: Visitor, mock: str) -> None:
    configured(mock)
    member = invited()
    answer = visitor.back(**consent(visitor.begin("/failures"), "ada"))
    assert (answer.status_code, answer.headers["Location"]) == (302, "http://localhost:8000/api/failures")
    who = people.by_cookie(visitor.cookies["lamppost"])
    assert who is not None
    assert (who.person, who.scopes, who.confined) == (member.person, ("read", "write"), False)
    person = members.read_person(member.person)
    assert person is not None
    assert (person.issuer, person.subject) == (mock, "ada")


def test_an_address_that_the_provider_has_not_verified_is_nobodys(visitor: Visitor, mock: str) -> None:
    configured(mock)
    invited()
    assert refusal(visitor.back(**consent(visitor.begin(), "eve"))) == (403, "email-not-verified")
    assert "lamppost" not in visitor.cookies


def test_who_declines_at_the_provider_is_told_so(visitor: Visitor, mock: str) -> None:
    configured(mock)
    state = told(visitor.begin())["state"]
    assert refusal(visitor.back(state=state, error="access_denied")) == (403, "not-signed-in")


# -- a forger ------------------------------------------------------------------------------------------------


class Issuer(Served):
    """A provider whose tokens are what a test makes of them; codes are good for their own verifier only."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "1"})
        self.text: Callable[[dict[str, Any]], str] = self.signed
        self.claims: dict[str, Any] = {}
        self.described: dict[str, Any] = {}
        self.challenge = ""
        self.asked: list[str] = []
        super().__init__()

    def signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": "1"}, claims, self.key)

    def consent(self, url: str) -> dict[str, str]:
        asked = told(url)
        self.challenge = asked["code_challenge"]
        assert asked["code_challenge_method"] == "S256"
        now = int(time.time())
        usual = {"iss": self.url, "aud": "lamppost", "sub": "ada", "iat": now, "exp": now + 300}
        self.claims = {**usual, "nonce": asked["nonce"], **ADA}
        return {"state": asked["state"], "code": "a code"}

    def answer(self, request: Request) -> Response:
        self.asked.append(request.path)
        answers = {
            "/.well-known/openid-configuration": self._description,
            "/keys": lambda _: {"keys": [self.key.as_dict(private=False)]},
            "/token": self._token,
        }
        return Response(json.dumps(answers[request.path](request)), mimetype="application/json")

    def _description(self, request: Request) -> dict[str, Any]:
        ends = {"authorization_endpoint": "/consent", "token_endpoint": "/token", "jwks_uri": "/keys"}
        return {"issuer": self.url, **{name: f"{self.url}{path}" for name, path in ends.items()}, **self.described}  # fmt: skip

    def _token(self, request: Request) -> dict[str, Any]:
        digest = hashlib.sha256(request.form["code_verifier"].encode()).digest()
        assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == self.challenge
        return {"access_token": "a", "token_type": "Bearer", "id_token": self.text(self.claims)}


@pytest.fixture
def issuer(site: Site) -> Iterator[Issuer]:
    made = Issuer()
    configured(made.url)
    invited()
    yield made
    made.stop()


def test_an_honest_token_signs_in(visitor: Visitor, issuer: Issuer) -> None:
    assert visitor.back(**issuer.consent(visitor.begin())).status_code == 302
    assert visitor.call("GET", "/v1/accounts").status_code == 200


@pytest.mark.parametrize(
    "forged",
    [
        {"aud": "another client"},
        {"aud": ["lamppost", "another"], "azp": "another"},
        {"iss": "https://elsewhere.example"},
        {"nonce": "another sign-in's"},
        {"nonce": None},
        {"exp": 1_700_000_000},
        {"exp": None},
        {"sub": None},
        {"at_hash": "another token's"},
    ],
    ids=lambda each: " ".join(f"{name} {value}"[:24] for name, value in each.items()),
)
def test_a_token_for_somebody_else_or_another_time_is_refused(
    visitor: Visitor, issuer: Issuer, forged: dict[str, Any]
) -> None:
    query = issuer.consent(visitor.begin())
    issuer.claims = {name: value for name, value in {**issuer.claims, **forged}.items() if value is not None}
    assert refusal(visitor.back(**query)) == (403, "not-signed-in")
    assert "lamppost" not in visitor.cookies


def _segment(part: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def unsigned(issuer: Issuer) -> Callable[[dict[str, Any]], str]:
    return lambda claims: f"{_segment({'alg': 'none'})}.{_segment(claims)}."


def by_another_key(issuer: Issuer) -> Callable[[dict[str, Any]], str]:
    other = RSAKey.generate_key(2048)
    return lambda claims: jwt.encode({"alg": "RS256", "kid": "1"}, claims, other)


def by_our_secret(issuer: Issuer) -> Callable[[dict[str, Any]], str]:
    key = OctKey.import_key("s3cret" * 8)
    return lambda claims: jwt.encode({"alg": "HS256", "kid": "1"}, claims, key, algorithms=["HS256"])


def altered(issuer: Issuer) -> Callable[[dict[str, Any]], str]:
    def text(claims: dict[str, Any]) -> str:
        head, _, signature = issuer.signed(claims).split(".")
        return f"{head}.{_segment({**claims, 'email': 'grace@example.com'})}.{signature}"

    return text


@pytest.mark.parametrize("forgery", [unsigned, by_another_key, by_our_secret, altered, lambda _: lambda _: ""],
                         ids=["alg none", "another key", "a shared secret", "altered", "none at all"])  # fmt: skip
def test_a_token_that_the_provider_did_not_sign_is_refused(
    visitor: Visitor, issuer: Issuer, forgery: Callable[[Issuer], Callable[[dict[str, Any]], str]]
) -> None:
    query = issuer.consent(visitor.begin())
    issuer.text = forgery(issuer)
    assert refusal(visitor.back(**query)) == (403, "not-signed-in")


def test_a_new_key_of_the_provider_is_fetched(site: Site, visitor: Visitor, issuer: Issuer) -> None:
    assert visitor.back(**issuer.consent(visitor.begin())).status_code == 302
    issuer.key = RSAKey.generate_key(2048, {"kid": "1"})
    assert Visitor(site.client).back().status_code == 403
    again = Visitor(site.client)
    assert again.back(**issuer.consent(again.begin())).status_code == 302


def test_a_sign_in_is_its_own_browsers_and_good_once(site: Site, visitor: Visitor, issuer: Issuer) -> None:
    query = issuer.consent(visitor.begin())
    assert refusal(Visitor(site.client).back(**query)) == (403, "not-signed-in")
    assert refusal(visitor.back(**query)) == (403, "not-signed-in")
    query = issuer.consent(visitor.begin())
    assert visitor.back(**query).status_code == 302
    assert refusal(visitor.back(**query)) == (403, "not-signed-in")


def test_a_sign_in_ends_after_ten_minutes(visitor: Visitor, issuer: Issuer, at: Clock) -> None:
    query = issuer.consent(visitor.begin())
    at.forward(minutes=11)
    assert refusal(visitor.back(**query)) == (403, "not-signed-in")


def test_an_answer_of_another_provider_is_refused(visitor: Visitor, issuer: Issuer) -> None:
    query = {**issuer.consent(visitor.begin()), "iss": "https://elsewhere.example"}
    assert refusal(visitor.back(**query)) == (403, "not-signed-in")
    assert "/token" not in issuer.asked


@pytest.mark.parametrize(
    "described", [{"issuer": "https://elsewhere.example"}, {"token_endpoint": "http://plain.example/token"}]
)
def test_a_description_that_leads_elsewhere_is_not_followed(
    visitor: Visitor, issuer: Issuer, described: dict[str, str]
) -> None:
    issuer.described = described
    assert refusal(visitor.call("GET", "/signin/oidc")) == (503, "provider-silent")


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_signing_in_leads_to_pages_of_our_own_only(visitor: Visitor, issuer: Issuer, to: str) -> None:
    answer = visitor.back(**issuer.consent(visitor.begin(to)))
    assert answer.headers["Location"] == "http://localhost:8000/api/"


# -- who is let in -------------------------------------------------------------------------------------------


def test_there_is_no_registration(visitor: Visitor, issuer: Issuer) -> None:
    query = issuer.consent(visitor.begin())
    issuer.claims |= {"sub": "eve", "email": "eve@example.com"}
    assert refusal(visitor.back(**query)) == (403, "not-invited")


def test_an_allowed_domain_comes_uninvited_and_its_first_rules_where_nobody_does(site: Site) -> None:
    issuer = Issuer()
    configured(issuer.url, allowed="example.com, grace@other.org")
    roles = {}
    for email in ("ada@example.com", "grace@other.org", "eve@other.org", "x@evil-example.com"):
        browser = Visitor(site.client)
        query = issuer.consent(browser.begin())
        issuer.claims |= {"sub": email, "email": email}
        browser.back(**query)
        who = people.by_cookie(browser.cookies.get("lamppost", ""))
        roles[email] = (who.workspace, staff.load("home", who.person).role) if who else None
    issuer.stop()
    assert roles == {
        "ada@example.com": ("home", "owner"),
        "grace@other.org": ("home", "editor"),
        "eve@other.org": None,
        "x@evil-example.com": None,
    }


@pytest.mark.parametrize(("place", "write"), [(table, "together"), (members, "name")])
def test_a_sign_in_that_broke_off_may_be_tried_again(
    site: Site, monkeypatch: pytest.MonkeyPatch, place: Any, write: str
) -> None:
    """Whoever is tied to an identity is found by it: both are written, or neither."""
    member = invited()

    def broken(*_: Any, **__: Any) -> None:
        raise OSError("AWS is away")

    def sign_in() -> str:
        return staff.admit("https://id.example", "ada", "ada@example.com", "Ada", clock.now(), allowed=False)

    with monkeypatch.context() as patch, suppress(OSError):
        patch.setattr(place, write, broken)
        sign_in()
    who = people.by_cookie(sign_in())
    assert who is not None
    assert who.person == member.person


def test_an_address_that_passed_to_another_person_does_not_pass_its_rights_on(
    site: Site, visitor: Visitor, issuer: Issuer
) -> None:
    assert visitor.back(**issuer.consent(visitor.begin())).status_code == 302
    successor = Visitor(site.client)
    query = issuer.consent(successor.begin())
    issuer.claims |= {"sub": "another person with Ada's address"}
    assert refusal(successor.back(**query)) == (403, "other-identity")


def test_where_no_provider_is_set_up_none_is_offered(site: Site, visitor: Visitor) -> None:
    assert b"/signin/oidc" not in visitor.call("GET", "/", Accept="text/html").body
    assert refusal(visitor.call("GET", "/signin/oidc")) == (404, "no-provider")
    configured("https://id.example.com")
    assert b"Sign in with Acme" in visitor.call("GET", "/", Accept="text/html").body
