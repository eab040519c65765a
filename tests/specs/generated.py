"""Our description as other people's generators take it, and our API behind a port for what they make."""

import importlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chalice.test import Client

import app
from chalicelib import bucket, clock, people
from chalicelib.api import openapi
from chalicelib.models import Account
from infra.sandbox import Sandbox
from tests.browser.product import address, storage
from tests.served import Behind
from tests.world import opened

MODULES = Path(__file__).parents[2] / ".local" / "npm" / "node_modules"

#: For tests of what npm has.
NODE = pytest.mark.skipif(
    not (shutil.which("node") and (MODULES / ".bin" / "tsc").exists()),
    reason="Node.js or the generators are missing: `make specs` installs the latter",
)


def run(where: Path, *command: str) -> str:
    """Runs a program in a folder; it must succeed, and what it says is given back."""
    done = subprocess.run(
        command, cwd=where, capture_output=True, text=True, timeout=240, check=False, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def node(where: Path, program: str, *arguments: str) -> str:
    """Runs one of npm's programs there."""
    return run(where, str(MODULES / ".bin" / program), *arguments)


def written(folder: Path, url: str = "https://example.com/api") -> Path:
    """The description in a file, with an address of its own."""
    file = folder / "openapi.json"
    file.write_text(json.dumps({**openapi.description(), "servers": [{"url": url}]}))
    return file


@pytest.fixture(scope="session")
def python_client(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Gives the modules of the client that openapi-python-client makes."""
    pytest.importorskip("openapi_python_client")
    folder = tmp_path_factory.mktemp("generated")
    program = str(Path(sys.executable).parent / "openapi-python-client")
    given = ("generate", "--path", str(written(folder)), "--meta", "none", "--output-path")
    said = run(folder, program, *given, str(folder / "lamppost_client"))
    assert "WARNING" not in said, said
    sys.path.insert(0, str(folder))

    def module(name: str) -> Any:
        return importlib.import_module(f"lamppost_client.{name}")

    yield module
    sys.path.remove(str(folder))


@pytest.fixture
def ada(sandbox: Sandbox, aws: Any, monkeypatch: pytest.MonkeyPatch) -> Account:
    """An account of somebody's, and a bucket on loopback."""
    return opened(sandbox, monkeypatch, "mastodon").connect("mastodon", clock.now())


@pytest.fixture
def key(ada: Account) -> str:
    return people.first_key(clock.now())


@pytest.fixture
def served(ada: Account, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of the API, whose uploads go to loopback instead of to S3."""
    store, form = storage(), bucket.upload_form
    monkeypatch.setattr(bucket, "upload_form", lambda *given: {**form(*given), "url": f"{address(store)}/"})
    with Client(app.app) as client:
        server = Behind(client)
        yield f"{server.url}/api"
        server.stop()
    store.shutdown()
    store.server_close()
