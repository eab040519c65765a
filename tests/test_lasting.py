"""The address of a file that stays good: for platforms that show a file from where it lies."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from chalice.test import Client

from chalicelib import bucket, clock
from chalicelib.models import Media
from chalicelib.settings import settings
from chalicelib.store import files
from chalicelib.store.files import Upload


@pytest.fixture
def client(aws: Any) -> Iterator[Client]:
    import app

    with Client(app.app) as client:
        yield client


def stored(*, ready: bool = True) -> Media:
    media = Media(id="m1", kind="image", mime="image/png", key="media/home/m1", size=4, name="lamp.png")
    bucket.write(media.key, b"lamp", media.mime)
    upload = Upload(
        workspace="home",
        id="m1",
        state="ready" if ready else "waiting",
        name=media.name,
        key=media.key,
        created=clock.now() - timedelta(days=400),
        media=media if ready else None,
    )
    files.save(upload)
    return media


def path(media: Media) -> str:
    return bucket.BucketFile(media).lasting().removeprefix(settings().public_url)


def test_a_file_is_found_at_its_lasting_address_whenever_it_is_asked_for(client: Client) -> None:
    for _ in range(2):
        answer = client.http.get(path(stored()))
        assert answer.status_code == 302
        assert answer.headers["Cache-Control"] == "no-store"
        assert "/media/home/m1" in urlsplit(answer.headers["Location"]).path


def test_what_is_unfinished_elsewhere_or_gone_is_not_found(client: Client) -> None:
    assert client.http.get(path(stored(ready=False))).status_code == 404
    stored()
    assert client.http.get("/media/other/m1").status_code == 404
    assert client.http.get("/media/home/m2").status_code == 404
