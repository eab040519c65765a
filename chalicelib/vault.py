"""Secrets: the operator's in SSM, the accounts' tokens under KMS. Nothing of either is ever logged."""

import base64
from functools import cache, lru_cache
from typing import Any

from .models import Token
from .settings import client, settings

#: What KMS encrypts in one call, in bytes.
_PIECE = 4096


def secrets() -> dict[str, str]:
    """The operator's secrets by name: read by path, kept a few minutes (10 a call, 40 calls a second in all)."""
    found = provider().get_multiple(settings().parameters, decrypt=True, max_age=300)
    return {name.rsplit("/", 1)[-1]: value for name, value in (found or {}).items() if isinstance(value, str)}


def forget() -> None:
    """Lets the next `secrets` read SSM again."""
    provider.cache_clear()


@cache
def provider() -> Any:
    """SSM's parameters, kept in this process; by our own client, for Powertools' would wait a minute for an answer."""
    from aws_lambda_powertools.utilities.parameters import SSMProvider

    return SSMProvider(boto3_client=client("ssm"))


def seal(token: Token, workspace: str, account: str) -> tuple[str, ...]:
    """A token under KMS, bound to its account (1 call per 4 KB)."""
    plain = token.model_dump_json(exclude_defaults=True).encode()
    pieces = [plain[start : start + _PIECE] for start in range(0, len(plain), _PIECE)]
    return tuple(_encrypt(piece, workspace, account, index) for index, piece in enumerate(pieces))


@lru_cache(maxsize=256)
def unseal(sealed: tuple[str, ...], workspace: str, account: str) -> Token:
    """The token again (1 call per 4 KB the first time, then from this process's memory)."""
    pieces = [_decrypt(piece, workspace, account, index) for index, piece in enumerate(sealed)]
    return Token.model_validate_json(b"".join(pieces))


def seal_text(text: str, *, purpose: str) -> str:
    """A short secret under KMS, for what is no account's: instance apps, a sign-in's verifier."""
    return _encrypt(text.encode(), "", purpose, 0)


def unseal_text(sealed: str, *, purpose: str) -> str:
    return _decrypt(sealed, "", purpose, 0).decode()


def _context(workspace: str, account: str, index: int) -> dict[str, str]:
    return {"workspace": workspace or "-", "account": account, "piece": str(index)}


def _encrypt(plain: bytes, workspace: str, account: str, index: int) -> str:
    done: dict[str, Any] = client("kms").encrypt(
        KeyId=f"alias/{settings().prefix}",
        Plaintext=plain,
        EncryptionContext=_context(workspace, account, index),
    )
    return base64.b64encode(done["CiphertextBlob"]).decode()


def _decrypt(sealed: str, workspace: str, account: str, index: int) -> bytes:
    done: dict[str, Any] = client("kms").decrypt(
        CiphertextBlob=base64.b64decode(sealed), EncryptionContext=_context(workspace, account, index)
    )
    plain: bytes = done["Plaintext"]
    return plain
