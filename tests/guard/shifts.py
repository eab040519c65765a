"""A day's work for each function, so that every way in which it asks something of AWS is met."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from chalice.test import Client

from chalicelib import bucket, clock, due, hooks, publish, queues, recur, renew, schedule, vault, workers
from chalicelib.compose import Draft, Target, save
from chalicelib.models import Delivery, Entry
from chalicelib.problems import Blocked, Reconnect
from chalicelib.providers import PROVIDERS
from chalicelib.rhythm import Rhythm
from chalicelib.states import LIVE
from chalicelib.store import deliveries, grants, pauses
from infra.sandbox import Sandbox
from infra.sandbox.base import Failure
from tests import aws
from tests.conftest import Clock
from tests.contract.cases import case
from tests.contract.harness import FILES, picture
from tests.guard import requests
from tests.guard.calls import Recorder
from tests.guard.doors import PAGE, Browser, Door
from tests.guard.requests import EVERY
from tests.guard.tenants import call, furnish
from tests.world import World, signed_in

#: Sightings of one delivery: an entry for each platform comes to rest in far fewer.
ROUNDS = 60
ORDER = ("GET", "POST", "PUT", "PATCH", "DELETE")


def cold() -> None:
    """Drops what a container keeps of AWS's answers, so that it asks for them."""
    for each in (vault.unseal, queues._url, schedule._here, schedule._role, bucket.name):
        each.cache_clear()
    vault.forget()


@dataclass
class Shift:
    """Everything at hand for a day's work."""

    recorder: Recorder
    sandbox: Sandbox
    at: Clock
    patch: pytest.MonkeyPatch

    # -- api ---------------------------------------------------------------------------------------------

    def api(self, client: Client) -> None:
        """Every route with a good request, every sign-in, and a file by each way in."""
        with self.recorder.working("api_handler"):
            cold()
            for number, key in enumerate(sorted(PROVIDERS)):
                self._signed_in(Door(key, self.sandbox), Browser(client, f"door{number}"))
        world = World(self.sandbox, "tenant")
        tenant = furnish(world, person=1)
        with self.recorder.working("api_handler"):
            cold()
            self._files(client, tenant.key)
            self._posts(client, tenant.key, tenant.ids)
            for route in sorted(EVERY, key=lambda each: ORDER.index(each.method)):
                for ids in (tenant.ids, {**tenant.ids, "post": "none", "delivery": "none.none"}):
                    self._asked(client, route, ids, tenant.key)

    def _posts(self, client: Client, key: str, ids: Any) -> None:
        """One that goes out now, and one of later that is sent twice by a client which got no answer."""
        for when in ("now", clock.iso(clock.now() + timedelta(hours=30))):
            body = {**requests.post(ids), "when": when, "entries": [{"text": when}]}
            for _ in range(2):
                headers = {"Authorization": key, "Idempotency_Key": f"a post of {when}"}
                made = call(client.http, "POST", "/v1/posts", body, **headers)
                assert made.status_code in {200, 201}, made.body

    def _asked(self, client: Client, route: Any, ids: Any, key: str) -> None:
        from chalicelib import rates

        rates._paid.clear()
        path = requests.path(route, ids)
        headers = {"Authorization": key, "Accept": "*/*", "Idempotency_Key": f"{route.path}{ids['post']}"}
        if route.path.startswith("/public"):
            headers.pop("Idempotency_Key")
        answer = call(client.http, route.method, path, requests.body(route, ids), **headers)
        assert answer.status_code != 500, (route.path, answer.body)
        if route.method == "GET" and route.path in {"/", "/calendar", "/failures", "/settings", "/compose"}:
            cookie = f"lamppost={signed_in('tenant')}"
            assert call(client.http, "GET", path, Cookie=cookie, Accept=PAGE).status_code == 200

    def _signed_in(self, door: Door, browser: Browser) -> None:
        said = door.end(browser, door.begin(browser)).json_body
        if said["choices"]:
            fields = {"choice": said["choice"], "id": said["choices"][0]["id"]}
            assert browser.post(f"{door.path}/choose", fields).status_code == 200, door.key
        account = browser.get("/v1/accounts").json_body["accounts"][0]["id"]
        headers = {"Content_Type": "application/json", "X_CSRF_Token": browser.csrf}
        assert browser._send("DELETE", f"/v1/accounts/{account}", b"", headers).status_code == 200, door.key

    def _files(self, client: Client, key: str) -> None:
        media, data = picture("a.png")
        told = {"name": "a.png", "mime": "image/png", "size": len(data)}
        begun = call(client.http, "POST", "/v1/media", told, Authorization=key).json_body
        assert "upload" in begun, begun
        fields = begun["upload"]["fields"]
        missing = call(client.http, "POST", f"/v1/media/{begun['id']}/done", Authorization=key)
        assert missing.status_code == 409
        with self.recorder.working(""):  # a browser puts it there by the form
            bucket.write(fields["key"], data, "image/png")
        done = call(client.http, "POST", f"/v1/media/{begun['id']}/done", Authorization=key)
        assert done.status_code == 200, done.body
        FILES[media.id] = data
        url = f"{self.sandbox.public}/_sandbox/files/{media.id}/a.png"
        fetched = call(client.http, "POST", "/v1/media/from-url", {"url": url}, Authorization=key)
        assert fetched.status_code == 201, fetched.body
        assert call(client.http, "GET", f"/media/tenant/{begun['id']}").status_code == 302

    # -- the workers -------------------------------------------------------------------------------------

    def deliver(self, platform: str, kind: str) -> Delivery:
        """One post from its saving to its end, by `release` and the platform's publisher."""
        saved = self._saved(platform, kind)
        cold()
        return self._settled(saved)

    def _settled(self, saved: Delivery) -> Delivery:
        platform = saved.platform
        for _ in range(ROUNDS):
            found = deliveries.read(saved.workspace, saved.id)
            assert found is not None
            if found.state not in LIVE:
                return found
            self.at.moment = max(self.at(), found.next or found.due)
            with self.recorder.working("release"):
                due.release(deliveries.message(found))
            with self.recorder.working(workers.function_name(platform)):
                publish.deliver(deliveries.message(found), lambda: 100.0)
        raise AssertionError(f"{platform} did not come to rest")

    def _saved(self, platform: str, kind: str, number: int = 0) -> Delivery:
        world = World(self.sandbox, f"{platform}-{kind}-{number}".replace(" ", "-"))
        account = world.connect(platform, self.at())
        wanted = case(platform).entries[kind]
        for media in (media for entry in wanted for media in entry.media):
            bucket.write(media.key, FILES[media.id], media.mime)
        target = Target(account=account.id, options=case(platform).options.get(kind, {}))
        draft = Draft(entries=wanted, targets=(target,), due=self.at() + timedelta(seconds=30))
        return save(world.workspace, draft, self.at())[1][0]

    def refused(self, platform: str) -> None:
        """What costs a person's access, what stops the platform for all, and a wait of two hours."""
        kind = next(iter(case(platform).entries))
        rows = {
            each.problem: each for each in case(platform).refusals if each.problem in {Reconnect, Blocked}
        }
        waits = Failure(path=case(platform).commit, status=429, headers={"Retry-After": "7200"}, times=2)
        failures = [
            Failure(
                path=row.path or case(platform).commit, status=row.status, body=row.body, headers=row.headers
            )
            for row in rows.values()
        ]
        for number, failure in enumerate([*failures, waits], 1):
            delivery = self._saved(platform, kind, number)
            self.sandbox[platform].failures.append(failure)
            cold()
            self._settled(delivery)
            self.sandbox[platform].failures.clear()
            pauses.pause(platform, self.at(), "")

    def early(self) -> None:
        """A message that comes long before its time, as after a move; and one that stumbles."""
        delivery = self._saved("mastodon", "text")
        moved = deliveries.alter(
            delivery, version=delivery.version, due=self.at() + timedelta(days=2), next=None
        )
        with self.recorder.working("release"):
            cold()
            for _ in range(2):
                due.release(deliveries.message(moved))
        self.stumble("release", queues.due())
        for provider in PROVIDERS.values():
            lane = queues.lane(provider.key, provider.concurrency)
            self.stumble(workers.function_name(provider.key), lane)

    def stumble(self, who: str, queue: str) -> None:
        """What comes out of a queue while AWS stumbles is given back."""

        class Record:
            receipt_handle = "none"

            def to_dict(self) -> dict[str, Any]:
                return {"attributes": {"ApproximateReceiveCount": "1"}}

        with self.recorder.working(who), suppress(RuntimeError), workers._giving_back(queue, [Record()]):
            raise RuntimeError("AWS is down")

    def refreshed(self, platform: str) -> None:
        """A token that has ended while a post is due; and the sweeper, ahead of the end of another."""
        delivery = self._saved(platform, "text")
        grant = self._grant_of(delivery)
        self.sandbox[platform].expire_tokens()
        self.at.forward(minutes=1)
        with self.recorder.working(workers.function_name(platform)):
            cold()
            publish.deliver(deliveries.message(delivery), lambda: 100.0)
        again = self._grant_of(delivery)
        assert again.generation > grant.generation
        with self.recorder.working("sweep"):
            cold()
            renew.tend(again, self.at())
            renew.tend(again, self.at())  # of a generation that is past: somebody else was first

    def _grant_of(self, delivery: Delivery) -> Any:
        from chalicelib.store import accounts

        account = accounts.read(delivery.workspace, delivery.account)
        assert account is not None
        grant = grants.read(account.workspace, account.grant)
        assert grant is not None
        return grant

    def sweep(self) -> None:
        """Posts that nobody came for, tokens about to end, series to go on with, an item that cannot be read."""
        from chalicelib.store import keys, table

        lying = {"pk": "w#x", "sk": "grant#x", **keys.by_wake("x", self.at())}
        table.put(lying)
        self._saved("mastodon", "picture")
        account = World(self.sandbox, "series").connect("mastodon", self.at())
        again = Draft(entries=(Entry(text="Again"),), targets=(Target(account=account.id),),
                      due=self.at() + timedelta(days=2))  # fmt: skip
        moments = Rhythm(
            zone="UTC", local=again.due.replace(tzinfo=None), start=again.due, every=5, unit="days", count=4
        )
        recur.begin("series", again, moments, self.at())
        for _ in range(3):
            self.at.forward(days=5)
            with self.recorder.working("sweep"):
                cold()
                due.sweep(self.at())

    def dead(self) -> None:
        delivery = self._saved("mastodon", "thread")
        for who in ("dead", "dead_fifo"):
            with self.recorder.working(who):
                cold()
                due.bury(deliveries.message(delivery))

    def outbox(self) -> None:
        """Everything that was told, and tries of what a webhook does not take."""
        told = [each for each in aws.messages(queues.outbox()) if "event" in each]
        url = f"{self.sandbox.public}/_sandbox/nothing"
        self._hooked(url)
        assert told
        with self.recorder.working("outbox"):
            cold()
            for event in [*told[:5], {"event": "post.published", "workspace": "hooked", "data": {}}]:
                hooks.receive(_json(event), self.at())
        for _ in range(3):
            self.at.forward(hours=1)
            for each in aws.messages(queues.outbox()):
                with self.recorder.working("outbox"):
                    hooks.receive(_json(each), self.at())

    def _hooked(self, url: str) -> None:
        hooks.make("hooked", url, ("post.published",), "A hook", self.at())


def _json(event: Any) -> str:
    import json

    return json.dumps(event)
