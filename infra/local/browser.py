"""A person at a browser, for the smoke test: opens an address, fills in what is asked, presses the first button."""

from urllib.parse import urlencode, urljoin

import httpx2

from infra.local.forms import forms
from infra.local.processes import Stopped

STEPS = 8
"""More pages than any platform's sign-in has."""

ANSWERS = {
    "server": "mastodon.sandbox",
    "identifier": "ada.bsky.social",
    "password": "lamp-post-wick-1234",
    "url": "lists.lamps.sandbox",
    "username": "ada",
    "api_key": "lamp-post-wick-1234",
    "publication_id": "pub_00000000-0000-4000-8000-00000000000a",
}
"""What the person types where a field is empty: an instance of the sandbox, and somebody who lives there."""


class Person:
    """One browser with its cookies."""

    def __init__(self) -> None:
        self.browser = httpx2.Client(headers={"Accept": "text/html"}, timeout=60)

    def connect(self, address: str) -> None:
        """Go through a platform's sign-in to its end: the dashboard, which says that it is connected."""
        response = self._open(address)
        for _ in range(STEPS):
            if "connected=" in str(response.url) and response.status_code < 400:
                return
            response = self._next(response)
        raise Stopped(f"{address} led to {response.url}, and no further.")

    def _next(self, response: httpx2.Response) -> httpx2.Response:
        found = forms(response.text) if response.status_code < 400 else []
        if not found:
            raise Stopped(f"{response.url} answered {response.status_code}: {response.text[:300]}")
        form = found[0]
        url, sent = urljoin(str(response.url), form.action), form.filled(ANSWERS)
        if form.method == "get":
            return self._open(f"{url.partition('?')[0]}?{urlencode(sent)}")
        return self._followed(self.browser.post(url, data=sent))

    def _open(self, url: str) -> httpx2.Response:
        return self._followed(self.browser.get(url))

    def _followed(self, response: httpx2.Response) -> httpx2.Response:
        """Where the redirects lead, each opened afresh: httpx would send the form's content type along."""
        while response.is_redirect:
            response = self.browser.get(urljoin(str(response.url), response.headers["Location"]))
        return response

    def close(self) -> None:
        self.browser.close()
