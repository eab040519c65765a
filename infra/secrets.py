"""Put a stage's secrets where its Lambdas read them: SSM, `/lamppost/<stage>/<NAME>`, as SecureString.

`python -m infra.secrets .env --stage prod` imports the values of a `.env` file (Postiz's has the same names).
"""

import argparse
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import boto3

SESSION_KEY = "SESSION_KEY"


def put(ssm: Any, stage: str, values: Mapping[str, str]) -> None:
    """Write each value, over what was there."""
    for name, value in values.items():
        ssm.put_parameter(Name=path(stage, name), Value=value, Type="SecureString", Overwrite=True)


def ensure_session_key(ssm: Any, stage: str) -> None:
    """Make the key that signs the dashboard's cookies, once: a new one would sign everybody out."""
    try:
        ssm.put_parameter(Name=path(stage, SESSION_KEY), Value=secrets.token_urlsafe(48), Type="SecureString")
    except ssm.exceptions.ParameterAlreadyExists:
        return


def present(ssm: Any, stage: str) -> set[str]:
    """The names of the secrets that a stage has; their values are not read."""
    folder = path(stage, "")
    pages = ssm.get_paginator("get_parameters_by_path").paginate(Path=folder)
    return {parameter["Name"].removeprefix(folder) for page in pages for parameter in page["Parameters"]}


def path(stage: str, name: str) -> str:
    return f"/lamppost/{stage}/{name}"


def read(file: Path) -> dict[str, str]:
    """The values of a `.env` file; empty ones and comments are left out, quotes are taken off."""
    found = {}
    for line in file.read_text().splitlines():
        name, sign, value = line.strip().removeprefix("export ").partition("=")
        if sign and not name.startswith("#") and (value := _unquoted(value.strip())):
            found[name.strip()] = value
    return found


def _unquoted(value: str) -> str:
    for quote in ("'", '"'):
        if value.startswith(quote) and quote in value[1:]:
            return value[1 : value.index(quote, 1)]
    return value.partition(" #")[0].strip()


def ours(values: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """Those of `values` that a platform asks for: a `.env` may hold much that is not for us."""
    return {name: values[name] for name in names if name in values}


def asked() -> set[str]:
    """The names of every platform's secrets, and of those that sign people in."""
    from chalicelib import oidc
    from chalicelib.providers import PROVIDERS

    platforms = {name for provider in PROVIDERS.values() for name in (*provider.secrets, *provider.optional)}
    return platforms | set(oidc.SECRETS)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m infra.secrets", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--stage", required=True)
    arguments = parser.parse_args()
    values = ours(read(arguments.file), asked())
    put(boto3.client("ssm"), arguments.stage, values)
    print(f"{len(values)} secrets are in stage {arguments.stage}: {', '.join(sorted(values)) or 'none'}.")


if __name__ == "__main__":
    main()
