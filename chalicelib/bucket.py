"""S3: a place to upload to, and files that are read in pieces; the only user of its client."""

import hashlib
from dataclasses import dataclass
from functools import cache
from typing import Any

from .models import Media
from .sessions import Picture
from .settings import client, settings

#: Seconds that a signed address is good for.
SIGNED = 3600
#: The largest file that a single upload may be, in bytes (S3's own limit).
LARGEST = 5 * 1024**3


@cache
def name() -> str:
    """The bucket's name carries the account's number, as names are the world's."""
    return f"{settings().prefix}-media-{client('sts').get_caller_identity()['Account']}"


def upload_form(key: str, mime: str, most: int) -> dict[str, Any]:
    """`{url, fields}` for a browser's or script's multipart POST of at most `most` bytes, good for an hour."""
    form: dict[str, Any] = client("s3").generate_presigned_post(
        name(),
        key,
        Fields={"Content-Type": mime},
        Conditions=[{"Content-Type": mime}, ["content-length-range", 1, most]],
        ExpiresIn=SIGNED,
    )
    return form


def size(key: str) -> int | None:
    """A file's size in bytes, or None where there is none (1 call)."""
    s3 = client("s3")
    try:
        found: int = s3.head_object(Bucket=name(), Key=key)["ContentLength"]
    except s3.exceptions.ClientError as missing:
        if missing.response["Error"]["Code"] in {"404", "NoSuchKey", "NotFound"}:
            return None
        raise
    return found


def read(key: str, start: int = 0, end: int | None = None) -> bytes:
    """The bytes from `start` up to, not including, `end` (1 call)."""
    if end is not None and end <= start:
        return b""
    wanted = f"bytes={start}-{'' if end is None else end - 1}"
    body: bytes = client("s3").get_object(Bucket=name(), Key=key, Range=wanted)["Body"].read()
    return body


def write(key: str, data: bytes, mime: str) -> None:
    """Stores a small file (1 call)."""
    client("s3").put_object(Bucket=name(), Key=key, Body=data, ContentType=mime)


def keep(unfinished: str, key: str, mime: str) -> None:
    """Moves a looked-at upload to where it stays, under its real type (2 calls)."""
    s3 = client("s3")
    s3.copy_object(
        Bucket=name(),
        Key=key,
        CopySource={"Bucket": name(), "Key": unfinished},
        ContentType=mime,
        MetadataDirective="REPLACE",
    )
    s3.delete_object(Bucket=name(), Key=unfinished)


def remove(key: str) -> None:
    """Deletes a file; one that is not there is no matter (1 call)."""
    client("s3").delete_object(Bucket=name(), Key=key)


def address(key: str) -> str:
    """An address signed now, for whoever fetches by itself; it dies with our credentials or in an hour."""
    url: str = client("s3").generate_presigned_url(
        "get_object", Params={"Bucket": name(), "Key": key}, ExpiresIn=SIGNED
    )
    return url


@dataclass(frozen=True)
class BucketFile:
    """A file of an entry, as a provider sees it."""

    media: Media

    def url(self) -> str:
        return address(self.media.key)

    def lasting(self) -> str:
        """Our own API's address, which leads to one signed at that moment (`api/media.py`)."""
        return f"{settings().public_url}/{self.media.key}"

    def read(self, start: int = 0, end: int | None = None) -> bytes:
        return read(self.media.key, start, end)

    def fit(
        self,
        types: tuple[str, ...],
        max_bytes: int | None = None,
        max_side: int | None = None,
        max_pixels: int | None = None,
        ratio: tuple[float, float] | None = None,
    ) -> Picture:
        from .pictures import fit

        return Picture(
            *fit(
                self.read(),
                types,
                max_bytes=max_bytes,
                max_side=max_side,
                max_pixels=max_pixels,
                ratio=ratio,
            )
        )

    def fit_url(
        self,
        types: tuple[str, ...],
        max_bytes: int | None = None,
        max_side: int | None = None,
        max_pixels: int | None = None,
        ratio: tuple[float, float] | None = None,
    ) -> str:
        """As `fit`, at an address; what had to change lies under `unfinished/`, which S3 empties by itself."""
        picture = self.fit(types, max_bytes, max_side, max_pixels, ratio)
        if picture.mime == self.media.mime and len(picture.data) == self.media.size:
            return self.url()
        key = f"unfinished/fit/{hashlib.sha256(picture.data).hexdigest()[:32]}"
        write(key, picture.data, picture.mime)
        return address(key)
