"""Clients that other people's generators make of `/openapi.json`: whole, and at work against our own server."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from chalicelib import clock
from chalicelib.models import Account
from tests.contract.harness import picture

from . import generated
from .generated import NODE

pytestmark = pytest.mark.specs

ada, key, python_client, served = generated.ada, generated.key, generated.python_client, generated.served

#: What a script in TypeScript does with a client of hey-api's: the types are checked as strictly as can be.
SCRIPT = """
import { accountsList, postsCheck, postsCreate, postsMove } from "./client";
import { client } from "./client/client.gen";

async function main(baseUrl: string, auth: string, when: string): Promise<void> {
    client.setConfig({ baseUrl, auth });
    const { data: known } = await accountsList({ throwOnError: true });
    const accounts = known.accounts.map((each) => ({ account: each.id }));
    const body = { when, entries: [{ text: "The lamps are lit" }], accounts };
    const { data: looked } = await postsCheck({ body, throwOnError: true });
    const { data: made, response } = await postsCreate({ body, throwOnError: true });
    const path = { post: made.id };
    const refused = await postsMove({ path, body: { when: "now" }, headers: { "If-Match": '"another"' } });
    const headers = { "If-Match": response.headers.get("etag") ?? "" };
    const { data: moved } = await postsMove({ path, body: { when }, headers, throwOnError: true });
    const states: string[] = moved.deliveries.map((each) => each.state);
    console.log(JSON.stringify({ complaints: looked.complaints.length, code: refused.error?.code, states }));
}

void main(process.argv[2]!, process.argv[3]!, process.argv[4]!);
"""


@pytest.fixture
def lamppost(python_client: Any, served: str, key: str) -> Any:
    """A client as whoever wrote a script would make it."""
    return python_client("client").AuthenticatedClient(base_url=served, token=key)


@pytest.fixture
def said(python_client: Any, ada: Account) -> Any:
    """A body for a post, by its words."""
    models = python_client("models")

    def body(text: str, *files: str) -> Any:
        entry = models.GivenEntry(text=text, media=[models.GivenMedia(id=each) for each in files])
        target, when = models.GivenTarget(account=ada.id), clock.iso(clock.now() + timedelta(hours=3))
        return models.NewPost(when=when, entries=[entry], accounts=[target])

    return body


def test_the_python_client_uploads_and_posts_what_it_uploaded(
    python_client: Any, lamppost: Any, said: Any, ada: Account
) -> None:
    media, models = python_client("api.media"), python_client("models")
    posts = python_client("api.posts")
    for each in ("accounts.accounts_list", "media.media_begin", "media.media_done", "posts.posts_check"):
        python_client(f"api.{each}")
    accounts = python_client("api.accounts.accounts_list").sync(client=lamppost)
    assert [(each.id, each.platform, each.trouble) for each in accounts.accounts] == [
        (ada.id, "mastodon", None)
    ]
    data = picture()[1]
    file = models.NewFile(name="lamp.png", mime="image/png", size=len(data), alt="A lamp")
    begun = media.media_begin.sync(client=lamppost, body=file)
    form = begun.upload.fields.to_dict()
    sent = httpx.post(begun.upload.url, data=form, files={"file": ("lamp.png", data, "image/png")})
    assert sent.status_code == 204
    kept = media.media_done.sync(begun.id, client=lamppost)
    assert (kept.kind, kept.alt) == ("image", "A lamp")
    looked = posts.posts_check.sync(client=lamppost, body=said("Lit", begun.id))
    assert (looked.complaints, [each.used for each in looked.counts]) == ([], [3])


def test_the_python_client_creates_lists_edits_with_its_etag_and_cancels(
    python_client: Any, lamppost: Any, said: Any
) -> None:
    for each in ("create", "list", "put", "cancel", "read"):
        python_client(f"api.posts.posts_{each}")
    posts = python_client("api.posts")
    made = posts.posts_create.sync_detailed(client=lamppost, body=said("Lit"), idempotency_key="once")
    assert made.status_code == 201
    again = posts.posts_create.sync(client=lamppost, body=said("Lit"), idempotency_key="once")
    assert again.id == made.parsed.id
    span = {"from_": clock.now(), "to": clock.now() + timedelta(days=1)}
    page = posts.posts_list.sync(client=lamppost, **span)
    assert [(each.id, each.state) for each in page.posts] == [(made.parsed.id, "scheduled")]
    one = {"post": made.parsed.id, "client": lamppost}
    etag = made.headers["etag"]
    edited = posts.posts_put.sync_detailed(**one, body=said("All are lit"), if_match=etag)
    assert (edited.status_code, edited.parsed.kept) == (200, [])
    stale = posts.posts_put.sync_detailed(**one, body=said("None is lit"), if_match=etag)
    assert (stale.status_code, stale.parsed.code) == (412, "changed-meanwhile")
    gone = posts.posts_cancel.sync(**one, if_match=edited.headers["etag"])
    assert [each.state for each in gone.deliveries] == ["cancelled"]
    assert [each.text for each in posts.posts_read.sync(**one).entries] == ["All are lit"]


def test_the_python_client_reads_refusals_in_their_shape(
    python_client: Any, lamppost: Any, said: Any, served: str
) -> None:
    create = python_client("api.posts.posts_create")
    refused = create.sync_detailed(client=lamppost, body=said("x" * 600))
    assert (refused.status_code, refused.parsed.code) == (422, "not-postable")
    assert refused.parsed.errors[0].additional_properties["platform"] == "mastodon"
    stranger = python_client("client").AuthenticatedClient(base_url=served, token="nonsense")
    assert create.sync(client=stranger, body=said("Lit")).code == "unauthorized"


@NODE
def test_the_typescript_client_is_strictly_typed_and_posts(tmp_path: Path, served: str, key: str) -> None:
    (tmp_path / "node_modules").symlink_to(generated.MODULES)
    (tmp_path / "post.ts").write_text(SCRIPT)
    file = str(generated.written(tmp_path, served))
    generated.node(tmp_path, "openapi-ts", "-i", file, "-o", "client", "-c", "@hey-api/client-fetch")
    options = ("--strict", "--noUncheckedIndexedAccess", "--target", "es2022", "--types", "node")
    generated.node(tmp_path, "tsc", "post.ts", *options, "--module", "nodenext", "--outDir", "made")
    when = clock.iso(clock.now() + timedelta(hours=3))
    told = generated.run(tmp_path, "node", "made/post.js", served, key, when)
    assert told.strip() == '{"complaints":0,"code":"changed-meanwhile","states":["scheduled"]}'


@NODE
def test_the_types_of_openapi_typescript_compile(tmp_path: Path) -> None:
    file = generated.written(tmp_path)
    generated.node(tmp_path, "openapi-typescript", str(file), "-o", "lamppost.d.ts")
    generated.node(tmp_path, "tsc", "--noEmit", "--strict", "lamppost.d.ts")


@NODE
def test_spectral_has_no_error_to_tell_of(tmp_path: Path) -> None:
    (tmp_path / ".spectral.yaml").write_text('extends: ["spectral:oas"]\n')
    file = generated.written(tmp_path)
    generated.node(tmp_path, "spectral", "lint", str(file), "--fail-severity", "error")


def test_the_description_is_openapi_by_its_own_validator(tmp_path: Path) -> None:
    validate = pytest.importorskip("openapi_spec_validator").validate
    from chalicelib.api import openapi

    validate(openapi.description())
