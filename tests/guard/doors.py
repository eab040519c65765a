"""A browser at the door: signing in at any platform over HTTP, by whichever way it has, one step at a time."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from chalice.test import Client

from chalicelib import people
from chalicelib.providers import PROVIDERS
from chalicelib.signin import Form, OAuth1, OAuth2
from infra.sandbox import Sandbox
from tests.contract.cases import case
from tests.contract.harness import Bench
from tests.world import signed_in

FORM = "application/x-www-form-urlencoded"
PAGE = "text/html"


class Browser:
    """Cookies, and what it sends with every request of a page."""

    def __init__(self, client: Client, workspace: str = "") -> None:
        self._client = client
        self.cookies: dict[str, str] = {"lamppost": signed_in(workspace)} if workspace else {}

    @property
    def csrf(self) -> str:
        who = people.by_cookie(self.cookies.get("lamppost", ""))
        return who.csrf if who else ""

    def get(self, path: str, query: Mapping[str, str] | None = None, **headers: str) -> Any:
        return self._send("GET", f"{path}?{urlencode(query)}" if query else path, b"", headers)

    def post(self, path: str, fields: Mapping[str, Any], **headers: str) -> Any:
        body = urlencode({"csrf": self.csrf, **fields}, doseq=True).encode()
        return self._send("POST", path, body, {"Content_Type": FORM, **headers})

    def _send(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Any:
        given = {"Accept": "*/*", **{name.replace("_", "-"): value for name, value in headers.items()}}
        if self.cookies:
            given["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = self._client.http.request(method, path, headers=given, body=body)
        set_cookies: Any = answer.headers.get("Set-Cookie", [])
        for each in [set_cookies] if isinstance(set_cookies, str) else set_cookies:
            name, _, value = each.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer


@dataclass(frozen=True)
class Door:
    """One platform's sign-in."""

    key: str
    sandbox: Sandbox

    @property
    def path(self) -> str:
        return f"/integration/social/{self.key}"

    @property
    def bench(self) -> Bench:
        return Bench(self.key, case(self.key), self.sandbox)

    @property
    def auth(self) -> Any:
        return PROVIDERS[self.key].auth_for(self.bench.session())

    @property
    def proves(self) -> bool:
        """Whether a code is good only together with a secret of the sign-in that it was given for."""
        return isinstance(self.auth, OAuth1) or (isinstance(self.auth, OAuth2) and self.auth.pkce)

    @property
    def formed(self) -> bool:
        return isinstance(self.auth, Form)

    def consent(self, browser: Browser, **more: str) -> str:
        """Where the browser is sent; of a form, its state."""
        asked = {} if self.formed else case(self.key).given
        answer = browser.get(self.path, {**asked, **more}, Accept=PAGE)
        if self.formed:
            found = re.search(r'name="state" value="([^"]+)"', answer.body.decode())
            assert found, answer.body
            return found[1]
        assert answer.status_code == 302, (self.key, answer.body)
        return str(answer.headers["Location"])

    def begin(self, browser: Browser, person: int = 0, **decision: Any) -> dict[str, str]:
        """Up to what the browser brings back."""
        where = self.consent(browser)
        if self.formed:
            return {"state": where, **case(self.key).given}
        return self.bench.press(where, person, **decision)

    def end(self, browser: Browser, brought: Mapping[str, str], **headers: str) -> Any:
        """Brings it back."""
        where = f"{self.path}/callback"
        return (
            browser.post(where, brought, **headers) if self.formed else browser.get(where, brought, **headers)
        )


def state_of(brought: Mapping[str, str]) -> str:
    """The name of the field that says which sign-in an answer belongs to."""
    return "state" if "state" in brought else "oauth_token" if "oauth_token" in brought else "denied"
