"""One post through everything: connect each platform, schedule for a minute ahead, wait, say when it arrived."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import httpx2

from chalicelib import clock
from infra.local import samples
from infra.local.browser import Person
from infra.local.copies import Copy
from infra.local.processes import Stopped, pause
from infra.local.steps import step

AHEAD = timedelta(minutes=1)
PATIENCE = timedelta(minutes=4)
"""How long after the due time a delivery may be on its way before it counts as missing."""

OVER = {"published", "failed", "unsure", "held", "cancelled"}


@dataclass(frozen=True)
class Arrival:
    """What became of one delivery."""

    platform: str
    state: str
    due: datetime
    arrived: datetime | None
    url: str
    trouble: str

    @property
    def lag(self) -> float | None:
        """Seconds from due to out."""
        return (self.arrived - self.due).total_seconds() if self.arrived else None


class Client:
    """A script's view of the product: its API, with a key."""

    def __init__(self, copy: Copy) -> None:
        self.http = httpx2.Client(
            base_url=f"{copy.url}/api",
            headers={"Authorization": copy.api_key, "Accept": "application/json"},
            timeout=60,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def ask(self, method: str, path: str, **more: Any) -> Any:
        response = self.http.request(method, path, **more)
        if response.status_code >= 400:
            raise Stopped(f"{method} {path} answered {response.status_code}: {response.text[:500]}")
        return response.json()


def smoke(copy: Copy) -> list[Arrival]:
    """Do all of it with a running copy; one arrival for every account."""
    with Client(copy) as client:
        for platform in client.ask("GET", "/v1/platforms")["platforms"]:
            with step(f"connect {platform['title']}"):
                connect(client, platform["key"])
        accounts = client.ask("GET", "/v1/accounts")["accounts"]
        with step("upload a picture and a film"):
            lamp = upload(client, samples.picture())
            film = upload(client, samples.film(), "lamp.mp4", "video/mp4")
        post = schedule(client, accounts, lamp, film)
        with step(f"wait for {len(accounts)} posts, due at {post['due'][11:19]} UTC"):
            post = wait(client, post)
    return [_arrival(delivery) for delivery in post["deliveries"]]


def connect(client: Client, platform: str) -> None:
    """As a script would: ask for an address, and let a person open it."""
    link = client.ask("GET", f"/integration/social/{platform}")["url"]
    person = Person()
    try:
        person.connect(link)
    finally:
        person.close()


def upload(client: Client, data: bytes, name: str = "lamp.png", mime: str = "image/png") -> str:
    """The id of a file in the library."""
    told = {"name": name, "mime": mime, "size": len(data), "alt": "A lit lamp"}
    begun = client.ask("POST", "/v1/media", json=told)
    place = begun["upload"]
    httpx2.post(place["url"], data=place["fields"], files={"file": data}).raise_for_status()
    return str(client.ask("POST", f"/v1/media/{begun['id']}/done")["id"])


def schedule(client: Client, accounts: list[dict[str, Any]], picture: str, film: str) -> Any:
    """One post for all accounts, due in a minute."""
    due = (clock.now() + AHEAD).replace(microsecond=0)
    text = f"The lamp was lit at {due:%H:%M:%S} on {due:%d %B %Y}."
    targets = [samples.target(account, text, picture, film) for account in accounts]
    body = {"when": due.isoformat(), "entries": [{"text": text}], "accounts": targets}
    return client.ask("POST", "/v1/posts", json=body)


def wait(client: Client, post: Any) -> Any:
    """The post once every delivery of it is over, or patience is."""
    end = clock.parse(post["due"]) + PATIENCE
    while clock.now() < end:
        post = client.ask("GET", f"/v1/posts/{post['id']}")
        if all(delivery["state"] in OVER for delivery in post["deliveries"]):
            break
        pause(1)
    return post


def public(copy: Copy) -> list[dict[str, Any]]:
    """Everything that is public at the sandbox."""
    shown: list[dict[str, Any]] = httpx2.get(f"{copy.sandbox}/_sandbox/posts").raise_for_status().json()
    return shown


def _arrival(delivery: Any) -> Arrival:
    receipts = delivery["receipts"]
    return Arrival(
        platform=delivery["platform"],
        state=delivery["state"],
        due=clock.parse(delivery["due"]),
        arrived=clock.parse(receipts[0]["at"]).astimezone(UTC) if receipts else None,
        url=delivery["url"] or "",
        trouble=(delivery.get("trouble") or {}).get("sentence", ""),
    )


def table(arrivals: list[Arrival]) -> str:
    """The outcome for people: a line per platform."""
    lines = [f"  {'platform':<20} {'due':<10} {'arrived':<10} {'lag':>7}  address"]
    for each in sorted(arrivals, key=lambda arrival: arrival.platform):
        arrived = f"{each.arrived:%H:%M:%S}" if each.arrived else each.state
        lag = f"{each.lag:.1f} s" if each.lag is not None else ""
        lines.append(
            f"  {each.platform:<20} {each.due:%H:%M:%S}   {arrived:<10} {lag:>7}  {each.url or each.trouble}"
        )
    return "\n".join(lines)
