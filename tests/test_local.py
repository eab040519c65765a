"""The pieces of the local copy that need no AWS: forms, ports, credentials, the project's copy, the front."""

import json
import socket
import urllib.request
from pathlib import Path

import pytest

from chalicelib import clock
from chalicelib.providers import PROVIDERS
from infra.local import credentials, front, ports, project, smoke
from infra.local.forms import forms
from infra.local.processes import Stopped, clean, python, run
from infra.local.relay import Handler, serve

PAGE = """
<form method="POST" action="/choose">
  <input type="hidden" name="state" value="s">
  <input type="radio" name="person" value="1" checked><input type="radio" name="person" value="2">
  <input type="checkbox" name="id" value="a"><input type="checkbox" name="id" value="b">
  <input name="server"><input type="password" name="password">
  <button name="decision" value="allow">Allow</button><button name="decision" value="deny">Deny</button>
</form>
"""


def test_a_form_is_sent_as_its_first_button_sends_it() -> None:
    [form] = forms(PAGE)
    assert (form.method, form.action) == ("post", "/choose")
    assert form.filled({"server": "mastodon.sandbox", "other": "no"}) == {
        "state": "s",
        "person": "1",
        "id": "a",
        "decision": "allow",
        "server": "mastodon.sandbox",
    }


def test_a_port_is_kept_while_it_is_free(tmp_path: Path) -> None:
    kept = tmp_path / "ports.json"
    first = ports.choose(kept, {"aws": None, "front": None})
    assert ports.choose(kept, {"aws": None, "front": None}) == first
    with socket.create_server(("127.0.0.1", first["aws"])):
        second = ports.choose(kept, {"aws": None, "front": 8000})
    assert second["aws"] != first["aws"]
    assert second["front"] == 8000


def test_without_an_env_file_everything_is_the_sandboxs(tmp_path: Path) -> None:
    found = credentials.choose(["x", "mastodon"], tmp_path / ".env")
    assert found.sandboxed == ("x", "mastodon")
    assert found.values["MASTODON_URL"] == "https://mastodon.sandbox"
    for name in PROVIDERS["x"].secrets:
        assert found.values[name] == "sandbox-" + name.lower().replace("_", "-")


def test_a_platform_with_all_its_credentials_is_real(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("\n".join(f"{name}=real-{name}" for name in PROVIDERS["x"].secrets))
    found = credentials.choose(["x", "linkedin"], file)
    assert found.sandboxed == ("linkedin",)
    assert all(found.values[name] == f"real-{name}" for name in PROVIDERS["x"].secrets)


def test_a_platform_with_some_of_its_credentials_is_not(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(f"{PROVIDERS['linkedin'].secrets[0]}=real")
    assert credentials.choose(["linkedin"], file).sandboxed == ("linkedin",)


def test_a_platform_without_credentials_is_real_when_it_is_named(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("REAL_PLATFORMS=mastodon")
    assert credentials.choose(["mastodon"], file).sandboxed == ()


def test_a_copy_of_the_project_has_its_own_environment_and_keeps_chalices_records(tmp_path: Path) -> None:
    root, copied = tmp_path / "root", tmp_path / "copied"
    (root / "chalicelib" / "__pycache__").mkdir(parents=True)
    (root / ".chalice").mkdir()
    (root / "app.py").write_text("one")
    policy = {"Statement": [{"Sid": "Secrets", "Resource": ["one"]}, {"Sid": "Table", "Resource": ["two"]}]}
    (root / ".chalice" / "policy-api.json").write_text(json.dumps(policy))
    stages = {"local": {"environment_variables": {"STAGE": "local", "PUBLIC_URL": "old"}}}
    (root / ".chalice" / "config.json").write_text(json.dumps({"stages": stages}))
    project.copy(root, copied, {"PUBLIC_URL": "new"})
    record = copied / ".chalice" / "deployed" / "local.json"
    record.parent.mkdir()
    record.write_text(json.dumps({"resources": [{"name": "f"}, {"name": "rest_api", "rest_api_id": "abc"}]}))
    (root / "app.py").write_text("two")
    project.copy(root, copied, {"PUBLIC_URL": "newer"})
    config = json.loads((copied / ".chalice" / "config.json").read_text())
    environment = config["stages"]["local"]["environment_variables"]
    assert environment == {"STAGE": "local", "PUBLIC_URL": "newer"}
    assert (copied / "app.py").read_text() == "two"
    assert not (copied / "chalicelib" / "__pycache__").exists()
    assert project.api(copied) == "abc"
    enforced = json.loads((copied / ".chalice" / "policy-api.json").read_text())["Statement"]
    assert [statement["Resource"] for statement in enforced] == ["*", ["two"]]


def test_no_secret_of_the_shell_reaches_a_program_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X_API_KEY", "secret")
    monkeypatch.setenv("AWS_PROFILE", "mine")
    assert not {"X_API_KEY", "AWS_PROFILE"} & set(clean())


def test_a_program_that_fails_says_so_in_its_own_words() -> None:
    with pytest.raises(Stopped, match="no such thing"):
        run(python("-c", "raise SystemExit('no such thing')"), clean())


class _Echo(Handler):
    def answer(self) -> None:
        told = {"path": self.path, "host": self.headers["Host"], "for": self.headers["X-Forwarded-For"]}
        body = json.dumps({**told, "body": self.body().decode()}).encode()
        self.reply(200, body, [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])


def test_the_front_passes_on_what_came_and_what_is_answered() -> None:
    behind = serve(_Echo, 0)
    before = front.start(0, behind.server_port, "abc123")
    try:
        address = f"http://127.0.0.1:{before.server_port}/api/v1/posts?from=a%20b"
        request = urllib.request.Request(address, b"text", {"Host": "localhost:8000"})
        with urllib.request.urlopen(request, timeout=5) as response:
            told = json.load(response)
            assert response.headers.get_all("Set-Cookie") == ["a=1", "b=2"]
        assert told == {
            "path": "/_aws/execute-api/abc123/api/v1/posts?from=a%20b",
            "host": "localhost:8000",
            "for": "127.0.0.1",
            "body": "text",
        }
    finally:
        for server in (before, behind):
            server.shutdown()
            server.server_close()


def test_a_delivery_that_did_not_arrive_is_told_in_the_table() -> None:
    due = clock.parse("2026-10-05T07:30:00Z")
    lines = smoke.table(
        [
            smoke.Arrival("x", "published", due, clock.parse("2026-10-05T07:30:01.5Z"), "https://x", ""),
            smoke.Arrival("bluesky", "failed", due, None, "", "It was refused."),
        ]
    ).splitlines()
    assert lines[1].split() == ["bluesky", "07:30:00", "failed", "It", "was", "refused."]
    assert lines[2].split() == ["x", "07:30:00", "07:30:01", "1.5", "s", "https://x"]
