"""Bring a running MiniStack to what this checkout says: stack, secrets, `chalice deploy`, in that order."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

from infra import config, lanes, secrets, stack, template
from infra.local import credentials, environments, project
from infra.local.places import ROOT, Places
from infra.local.processes import REGION, python, run
from infra.local.steps import step

STAGE = "local"
Environment = dict[str, str]


def client(environment: Environment, name: str) -> Any:
    """A client of the local AWS, whatever the shell's own AWS settings are."""
    session: Any = boto3.Session(
        environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"], region_name=REGION
    )
    return session.client(name, endpoint_url=environment["AWS_ENDPOINT_URL"])


@dataclass(frozen=True)
class Order:
    """What to deploy where: ports of the front and the sandbox, platforms by key, a `.env` file to look into.

    `variables` are for the functions' environment; a folder for `PYTHONPATH` comes before their packages.
    """

    places: Places
    environment: Environment
    front: int
    sandbox: int
    platforms: str | None
    credentials: Path | None
    variables: Mapping[str, str] = field(default_factory=dict)


def everything(order: Order) -> str:
    """Deploy all of it, with the named platforms or the stage's own, and return the id of the REST API."""
    keys = lanes.keys(order.platforms or config.environment(STAGE)["PLATFORMS"])
    chosen = credentials.choose(keys, order.credentials)
    with step("the stack: table, queues, key, bucket, schedules") as told:
        body = template.body(STAGE, lanes.chosen(lanes.registered(), keys))
        cloudformation = client(order.environment, "cloudformation")
        told.append(stack.apply(cloudformation, f"lamppost-{STAGE}", body, delay=0.1))
    with step("the secrets") as told:
        ssm = client(order.environment, "ssm")
        secrets.put(ssm, STAGE, chosen.values)
        secrets.ensure_session_key(ssm, STAGE)
        real = [key for key in keys if key not in chosen.sandboxed]
        told.append(f"real: {', '.join(real)}" if real else "all platforms are the sandbox's")
    with step("the Lambdas' packages"):
        packages = environments.lambdas()
    path = ":".join((*filter(None, [order.variables.get("PYTHONPATH")]), str(packages)))
    variables = _variables(order, keys, chosen.sandboxed) | {"PYTHONPATH": path}
    project.copy(ROOT, order.places.project, variables)
    _chalice(order.places, order.environment)
    return project.api(order.places.project)


def _variables(order: Order, keys: Sequence[str], sandboxed: Sequence[str]) -> Environment:
    """What the functions of this copy find in their environment, besides what the stage says."""
    return {
        **order.variables,
        "PLATFORMS": ",".join(keys),
        "PUBLIC_URL": f"http://localhost:{order.front}/api",
        "SANDBOX": f"http://127.0.0.1:{order.sandbox}",
        "SANDBOX_PLATFORMS": ",".join(sandboxed),
    }


def _chalice(places: Places, environment: Environment) -> None:
    """`chalice deploy --stage local`, unless this very project is what is deployed."""
    record = places.home / "deployed"
    with step("chalice deploy --stage local") as told:
        now = _fingerprint(places.project)
        if record.exists() and record.read_text() == now and _there(places, environment):
            told.append("unchanged")
            return
        record.unlink(missing_ok=True)
        command = python("-P", "-m", "infra.local.chalice", "deploy", "--stage", STAGE)
        places.log("chalice").write_text(run(command, environment, places.project))
        record.write_text(now)


def _fingerprint(folder: Path) -> str:
    """A hash over all that a deploy depends on."""
    seen = hashlib.sha256()
    files = [folder / "app.py", *(folder / "chalicelib").rglob("*"), *(folder / ".chalice").glob("*.json")]
    for file in sorted(files):
        if file.is_file():
            seen.update(str(file.relative_to(folder)).encode() + b"\0" + file.read_bytes())
    return seen.hexdigest()


def _there(places: Places, environment: Environment) -> bool:
    """Whether MiniStack still has the API: it forgets what came after its last clean stop."""
    try:
        client(environment, "apigateway").get_rest_api(restApiId=project.api(places.project))
    except (ClientError, FileNotFoundError):
        return False
    return True
