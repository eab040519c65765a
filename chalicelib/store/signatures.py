"""Signatures: what a workspace ends its posts with."""

from boto3.dynamodb.conditions import Key

from chalicelib.models import Model

from . import keys, table
from .records import item, model


class Signature(Model):
    """Some words for the end of a post; an `auto` one is chosen in the composer before anybody chooses."""

    workspace: str
    id: str
    name: str
    text: str
    auto: bool = False


def save(signature: Signature) -> None:
    """A new or changed signature (1 write unit per KB)."""
    table.put(item(signature, keys.signature(signature.workspace, signature.id)))


def read(workspace: str, signature: str) -> Signature | None:
    """One signature (1 read unit)."""
    found = table.get(keys.signature(workspace, signature))
    return model(Signature, found) if found else None


def all_of(workspace: str) -> list[Signature]:
    """A workspace's signatures (1 read unit per 4 KB)."""
    where = Key("pk").eq(f"w#{workspace}") & Key("sk").begins_with("signature#")
    return [model(Signature, found) for found in table.pages(where)]


def remove(workspace: str, signature: str) -> bool:
    """Forgets a signature; posts keep the words that they ended with. Whether there was one (1 write unit)."""
    return table.take(keys.signature(workspace, signature)) is not None
