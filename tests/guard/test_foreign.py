"""What others write for us to read: an identity provider's description, keys and tokens, cookies, and files that lie."""

import io
import json
import random
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from PIL import Image
from werkzeug.wrappers import Request, Response

from chalicelib import issuers, people, pictures
from chalicelib.files import sniff
from chalicelib.pictures import Unreadable
from tests.guard.spoilt import BODIES, HTML, VALUES, Said, pieces
from tests.test_api import Site, refusal, site, world
from tests.test_oidc import Issuer, Visitor, configured, invited, issuer

__all__ = ["issuer", "site", "world"]

#: A key that is too small is warned of; it signs nothing that is believed.
pytestmark = pytest.mark.filterwarnings("ignore:Key size should be")
QUICK = settings(max_examples=100, deadline=None, database=None, suppress_health_check=list(HealthCheck))


# -- an identity provider ------------------------------------------------------------------------------------


class Liar(Issuer):
    """A provider one of whose answers is what a test wants it to be."""

    def __init__(self) -> None:
        self.lies: dict[str, Callable[[bytes], Response]] = {}
        super().__init__()

    def answer(self, request: Request) -> Response:
        honest = super().answer(request)
        lie = self.lies.get(request.path)
        return lie(honest.get_data()) if lie else honest


@pytest.fixture
def liar(site: Site) -> Iterator[Liar]:
    made = Liar()
    configured(made.url)
    invited()
    yield made
    made.stop()


PLACES = ("/.well-known/openid-configuration", "/keys", "/token")


def saying(body: bytes, status: int = 200) -> Callable[[bytes], Response]:
    """Says this whatever is asked."""
    return lambda _: Response(body, status, content_type="application/json")


def tried(site: Site, liar: Liar) -> int:
    """The status that a sign-in ends with; a refusal is one in a sentence."""
    issuers.forget()
    visitor = Visitor(site.client)
    begun = visitor.call("GET", "/signin/oidc", Accept="application/json")
    if begun.status_code != 302:
        return refusal(begun)[0]
    back = visitor.back(**liar.consent(begun.headers["Location"]))
    return 302 if back.status_code == 302 else refusal(back)[0]


@pytest.mark.parametrize("place", PLACES)
def test_whatever_a_provider_answers_is_a_refusal_in_a_sentence(site: Site, liar: Liar, place: str) -> None:
    for what, body in {**BODIES, "a page": HTML}.items():
        for status in (200, 400):
            liar.lies = {place: saying(body, status)}
            assert tried(site, liar) in {403, 503}, (what, status)


@pytest.mark.parametrize("place", PLACES)
def test_whatever_stands_at_a_place_of_its_answer_is_taken_or_refused(
    site: Site, liar: Liar, place: str
) -> None:
    honest: list[bytes] = []

    def heard(body: bytes) -> Response:
        honest.append(body)
        return saying(body)(body)

    liar.lies = {place: heard}
    assert tried(site, liar) == 302
    for what, said in pieces(Said("GET", place, 200, honest[-1]), 12, place):
        liar.lies = {place: saying(said.content)}
        assert tried(site, liar) in {302, 403, 503}, what


def test_a_code_that_the_provider_refuses_is_a_refusal(site: Site, liar: Liar) -> None:
    told = json.dumps({"error": "invalid_grant", "error_description": "<script>"})
    liar.lies = {"/token": saying(told.encode(), 400)}
    assert tried(site, liar) == 403


CLAIMS = (
    "sub",
    "email",
    "email_verified",
    "name",
    "exp",
    "iat",
    "nbf",
    "aud",
    "azp",
    "nonce",
    "iss",
    "at_hash",
)
ODD = [(name, value) for name in CLAIMS for value in VALUES if value != "\ud800"]


def test_whatever_a_signed_token_claims_is_taken_or_refused(site: Site, liar: Liar) -> None:
    for name, value in random.Random("claims").sample(ODD, 30):

        def lying(claims: dict[str, Any], name: str = name, value: Any = value) -> str:
            return liar.signed({**claims, name: value})

        liar.text = lying
        assert tried(site, liar) in {302, 403, 503}, (name, value)


# -- cookies -------------------------------------------------------------------------------------


@given(some.text(max_size=80) | some.text("abcXYZ019._-=", max_size=120))
@QUICK
def test_any_text_for_a_session_is_nobody(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("chalicelib.vault.secrets", lambda: {"SESSION_KEY": "a key for tests"})
        assert people.by_cookie(text) is None


# -- files that lie ------------------------------------------------------------------------------------------

MAGIC = {
    "jpeg": b"\xff\xd8\xff\xe1", "png": b"\x89PNG\r\n\x1a\n", "gif": b"GIF89a", "webp": b"RIFF\xff\xff\xff\x7fWEBPVP8 ",
    "bmp": b"BM\xff\xff\xff\xff\0\0\0\0\x36\0\0\0\x28\0\0\0", "tiff": b"II*\0\x08\0\0\0", "big tiff": b"MM\0*\0\0\0\x08",
    "avif": b"\0\0\0\x20ftypavif\0\0\0\0avifmif1", "heic": b"\0\0\0\x18ftypheic\0\0\0\0heicmif1",
}  # fmt: skip


def looked_at(data: bytes) -> None:
    """By everything that looks at a picture: read, or refused in a sentence."""
    for look in (
        pictures.describe,
        pictures.strip,
        lambda each: pictures.fit(each, ["image/jpeg"], max_side=10),
    ):
        try:
            look(data)
        except Unreadable as refused:
            assert str(refused).endswith(".")  # noqa: PT017


@pytest.mark.parametrize("kind", MAGIC)
def test_ten_megabytes_of_junk_behind_a_good_beginning_are_only_junk(kind: str) -> None:
    for junk in (bytes(10_000_000), b"\xff" * 10_000_000, bytes(range(256)) * 39_063):
        with suppress(Unreadable):
            pictures.describe(MAGIC[kind] + junk)


@given(some.sampled_from(sorted(MAGIC)), some.binary(max_size=200))
@QUICK
def test_any_bytes_behind_a_good_beginning_are_read_or_refused(kind: str, tail: bytes) -> None:
    sniff(MAGIC[kind] + tail)
    looked_at(MAGIC[kind] + tail)


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(*chunks: bytes, width: int = 8, height: int = 8) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    rows = zlib.compress(b"".join(b"\0" + bytes(3 * min(width, 8)) for _ in range(min(height, 8))))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


BOMB = zlib.compress(bytes(200_000_000), 9)


@pytest.mark.parametrize(
    "data",
    [
        png(chunk(b"zTXt", b"Comment\0\0" + BOMB)),
        png(chunk(b"iTXt", b"Comment\0\1\0\0\0" + BOMB)),
        png(chunk(b"iCCP", b"Profile\0\0" + BOMB)),
        png(width=2**31 - 1, height=1),
        png(width=0, height=0),
        png(width=6000, height=6000),
        png(*[chunk(b"tEXt", b"k\0v")] * 50_000),
    ],
    ids=["text", "text of the world", "profile", "wide", "nothing", "lying", "many"],
)
def test_a_picture_that_swells_is_read_or_refused(data: bytes) -> None:
    looked_at(data)


def test_an_animation_of_countless_frames_is_read_or_refused() -> None:
    out = io.BytesIO()
    frames = [Image.new("P", (2, 2), each % 2) for each in range(3000)]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    looked_at(out.getvalue())


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "AVIF"])
def test_a_picture_cut_at_any_place_is_read_or_refused(form: str) -> None:
    out = io.BytesIO()
    Image.effect_noise((24, 24), 80).convert("RGB").save(out, form)
    whole = out.getvalue()
    for end in {*range(64), *range(64, len(whole), max(1, len(whole) // 60))}:
        looked_at(whole[:end])
