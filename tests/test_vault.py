"""Secrets: bound to their account, of any size, and nowhere in plain sight."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib import vault
from chalicelib.models import Token
from tests.aws import secret


def test_a_token_comes_back_as_it_was(aws: Any) -> None:
    token = Token(access="a", refresh="r", secret="s", scopes=("x", "y"), data={"team": {"id": "T1"}})
    sealed = vault.seal(token, "home", "account")
    assert "a" not in "".join(sealed)[:1] or token.access not in sealed
    assert vault.unseal(sealed, "home", "account") == token


def test_a_long_token_is_sealed_in_pieces(aws: Any) -> None:
    token = Token(access="x" * 9000)
    sealed = vault.seal(token, "home", "account")
    assert len(sealed) == 3
    assert vault.unseal(sealed, "home", "account") == token


@pytest.mark.parametrize(("workspace", "account"), [("other", "account"), ("home", "other")])
def test_a_token_opens_for_its_own_account_only(aws: Any, workspace: str, account: str) -> None:
    sealed = vault.seal(Token(access="a"), "home", "account")
    with pytest.raises(ClientError):
        vault.unseal(sealed, workspace, account)


def test_pieces_do_not_change_places(aws: Any) -> None:
    first, second, third = vault.seal(Token(access="x" * 9000), "home", "account")
    with pytest.raises(ClientError):
        vault.unseal((second, first, third), "home", "account")


def test_secrets_are_read_by_name(aws: Any) -> None:
    secret("X_API_KEY", "abc")
    vault.forget()
    assert vault.secrets()["X_API_KEY"] == "abc"
