"""Signatures as clients set them up: a post names one by its id."""

import secrets
from typing import Annotated, Any

from chalice.app import Blueprint
from pydantic import Field, StringConstraints

from chalicelib.refusals import Refused
from chalicelib.store import signatures
from chalicelib.store.signatures import Signature

from .given import Given
from .http import Ask, route
from .shapes import Deleted, Shown

blueprint = Blueprint(__name__)

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class NewSignature(Given):
    """Words for the end of a post; with `auto` the composer begins with it, and no other one."""

    name: Name = Field(description="To know it by.")
    text: Words = Field(description="The words.")
    auto: bool = Field(default=False, description="The composer begins with this one.")


class ChangedSignature(Given):
    """What is to be different; posts that are saved already keep what they say."""

    name: Name | None = Field(None, description="To know it by.")
    text: Words | None = Field(None, description="The words.")
    auto: bool | None = Field(None, description="Whether the composer begins with this one.")


class SignatureShown(Shown):
    """A signature."""

    id: str
    name: str
    text: str
    auto: bool = Field(description="The composer begins with this one.")


class SignaturesShown(Shown):
    """The workspace's signatures."""

    signatures: list[SignatureShown]


@route(blueprint, "GET", "/v1/signatures", answers=SignaturesShown)
def listed(ask: Ask) -> Any:
    """The workspace's signatures."""
    return {"signatures": [shown(each) for each in signatures.all_of(ask.workspace)]}


@route(
    blueprint,
    "POST",
    "/v1/signatures",
    scope="write",
    body=NewSignature,
    answers=SignatureShown,
    status=201,
    repeatable=True,
)
def create(ask: Ask, given: NewSignature) -> Any:
    """A new signature."""
    made = Signature(workspace=ask.workspace, id=secrets.token_hex(6), **given.model_dump())
    return shown(_kept(made))


@route(blueprint, "GET", "/v1/signatures/{signature}", answers=SignatureShown, tagged=True)
def read(ask: Ask, signature: str) -> Any:
    """One signature."""
    return shown(load(ask.workspace, signature))


@route(
    blueprint,
    "PATCH",
    "/v1/signatures/{signature}",
    scope="write",
    body=ChangedSignature,
    answers=SignatureShown,
    tagged=True,
    matched=True,
)
def change(ask: Ask, given: ChangedSignature, signature: str) -> Any:
    """Another name, other words, or whether the composer begins with it."""
    before = load(ask.workspace, signature)
    ask.match(shown(before))
    return shown(_kept(before.model_copy(update=given.model_dump(exclude_none=True))))


@route(blueprint, "DELETE", "/v1/signatures/{signature}", scope="write", answers=Deleted)
def remove(ask: Ask, signature: str) -> Any:
    """Forgets a signature; posts that are saved already keep what they say."""
    if not signatures.remove(ask.workspace, signature):
        raise _unknown(signature)
    return {"id": signature, "deleted": True}


def load(workspace: str, signature: str) -> Signature:
    """One signature, or a 404."""
    found = signatures.read(workspace, signature)
    if found is None:
        raise _unknown(signature)
    return found


def _unknown(signature: str) -> Refused:
    return Refused(404, "unknown-signature", f"There is no signature “{signature[:40]}” here.")


def _kept(signature: Signature) -> Signature:
    """Saves it; where it is the automatic one, the one before steps back."""
    signatures.save(signature)
    if signature.auto:
        for other in signatures.all_of(signature.workspace):
            if other.auto and other.id != signature.id:
                signatures.save(other.model_copy(update={"auto": False}))
    return signature


def shown(signature: Signature) -> dict[str, Any]:
    return signature.model_dump(mode="json", exclude={"workspace"})
