"""The deployed path on the local AWS: connect, post, and out; through the very deploy that production has."""

import json
import secrets
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import clock
from infra.local import samples, smoke
from infra.local.copies import Copy, Machine
from infra.local.deploying import client
from infra.local.processes import pause

pytestmark = [pytest.mark.flow, pytest.mark.xdist_group("local")]

SWAGGER: dict[str, Any] = {
    "swagger": "2.0",
    "info": {"title": "second", "version": "1.0"},
    "x-amazon-apigateway-binary-media-types": ["image/png"],
    "paths": {},
}
PROXY = {
    "type": "aws_proxy",
    "httpMethod": "POST",
    "uri": "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:0:function:f/invocations",
}


def test_a_post_reaches_every_platform_once(started: tuple[Copy, Machine], api: smoke.Client) -> None:
    accounts = api.ask("GET", "/v1/accounts")["accounts"]
    text = f"Once and everywhere {secrets.token_hex(4)}"
    picture = smoke.upload(api, samples.picture())
    film = smoke.upload(api, samples.film(), "lamp.mp4", "video/mp4")
    body = {
        "when": (clock.now() + timedelta(seconds=5)).isoformat(),
        "entries": [{"text": text}],
        "accounts": [samples.target(account, text, picture, film) for account in accounts],
    }
    post = smoke.wait(api, api.ask("POST", "/v1/posts", json=body))
    assert {d["platform"]: d["state"] for d in post["deliveries"]} == {
        account["platform"]: "published" for account in accounts
    }
    shown = [each for each in smoke.public(started[0]) if text in each["text"]]
    assert len(shown) == len(accounts)  # one stand-in may answer for two platforms


def test_a_repeated_message_posts_nothing(started: tuple[Copy, Machine], api: smoke.Client) -> None:
    [x] = [a for a in api.ask("GET", "/v1/accounts")["accounts"] if a["platform"] == "x"]
    text = f"Not twice {secrets.token_hex(4)}"
    body = {"when": "now", "entries": [{"text": text}], "accounts": [{"account": x["id"]}]}
    post = smoke.wait(api, api.ask("POST", "/v1/posts", json=body))
    [delivery] = post["deliveries"]
    sqs = client(started[1].environment, "sqs")
    queue = sqs.get_queue_url(QueueName="lamppost-local-due")["QueueUrl"]
    message = {"workspace": "home", "delivery": delivery["id"], "version": delivery["version"]}
    for attempt in (delivery["attempt"] - 1, delivery["attempt"]):
        sqs.send_message(QueueUrl=queue, MessageBody=json.dumps({**message, "attempt": attempt}))
    pause(3)
    assert sum(text in each["text"] for each in smoke.public(started[0])) == 1


def test_a_post_far_ahead_has_a_schedule_until_it_is_cancelled(
    started: tuple[Copy, Machine], api: smoke.Client
) -> None:
    account = api.ask("GET", "/v1/accounts")["accounts"][0]["id"]
    when = (clock.now() + timedelta(hours=2)).isoformat()
    body = {"when": when, "entries": [{"text": "Later"}], "accounts": [{"account": account}]}
    post = api.ask("POST", "/v1/posts", json=body)
    scheduler = client(started[1].environment, "scheduler")
    listed = scheduler.list_schedules(GroupName="lamppost-local")["Schedules"]
    assert [schedule["Name"] for schedule in listed] == [post["deliveries"][0]["id"]]
    assert api.ask("DELETE", f"/v1/posts/{post['id']}")["state"] == "cancelled"
    assert scheduler.list_schedules(GroupName="lamppost-local")["Schedules"] == []


def test_a_bad_request_is_told_in_a_sentence(api: smoke.Client) -> None:
    answer = api.http.post("/v1/posts", json={"when": "tomorrow", "accounts": [{"account": "nobody"}]})
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "tomorrow" in answer.json()["detail"]


def test_nobody_gets_in_without_a_key(started: tuple[Copy, Machine]) -> None:
    with smoke.Client(Copy(started[0].url, "wrong", "")) as stranger:
        assert stranger.http.get("/v1/accounts").status_code == 401


def _methods(gateway: Any, api: str) -> set[tuple[str, str]]:
    resources = gateway.get_resources(restApiId=api, limit=500)["items"]
    return {(r["path"], method) for r in resources for method in r.get("resourceMethods", {})}


def test_an_imported_api_is_made_and_made_anew(started: tuple[Copy, Machine]) -> None:
    environment = started[1].environment
    environment = {**environment, "AWS_ENDPOINT_URL": environment["AWS_ENDPOINT_URL_API_GATEWAY"]}
    gateway = client(environment, "apigateway")
    proxy = {"x-amazon-apigateway-integration": PROXY}
    first = {**SWAGGER, "paths": {"/": {"get": proxy}, "/posts/{post}": {"get": proxy, "delete": proxy}}}
    api = gateway.import_rest_api(body=json.dumps(first))["id"]
    assert _methods(gateway, api) == {("/", "GET"), ("/posts/{post}", "GET"), ("/posts/{post}", "DELETE")}
    second = {**SWAGGER, "paths": {"/posts": {"post": proxy}}}
    answer = gateway.put_rest_api(restApiId=api, mode="overwrite", body=json.dumps(second))
    assert answer["binaryMediaTypes"] == ["image/png"]
    assert _methods(gateway, api) == {("/posts", "POST")}
