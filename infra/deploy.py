"""Bring a stage on AWS to what this checkout says: preflight, stack, secrets, `chalice deploy`, in that order.

    python -m infra.deploy --stage prod

The account and region are those of your AWS settings. `python -m infra.teardown --stage dev` takes it all away.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3

from infra import config, lanes, policies, preflight, secrets, stack, template
from infra.lanes import Lane

ROOT = config.ROOT


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m infra.deploy", description=__doc__)
    parser.add_argument("--stage", required=True, help="a stage of .chalice/config.json, but `local`")
    parser.add_argument(
        "--without-reservations", action="store_true", help="for accounts with a very low Lambda limit"
    )
    arguments = parser.parse_args()
    if arguments.stage == "local":
        raise SystemExit("Stage local is for `make run`, on this machine.")
    deploy(arguments.stage, reserve=not arguments.without_reservations)


def deploy(stage: str, *, reserve: bool = True) -> None:
    """The whole stage, first or again: every step leaves alone what is as it should be."""
    platforms = lanes.chosen(lanes.registered(), lanes.keys(config.environment(stage)["PLATFORMS"]))
    _say(f"Account {boto3.client('sts').get_caller_identity()['Account']}, stage {stage}.")
    if reserve and (why := preflight.reservations(boto3.client("lambda"), stage, platforms)):
        raise SystemExit(why)
    done = stack.apply(boto3.client("cloudformation"), f"lamppost-{stage}", template.body(stage, platforms))
    _say(f"The stack lamppost-{stage} is {done}.")
    ssm = boto3.client("ssm")
    secrets.ensure_session_key(ssm, stage)
    _tell_missing(ssm, stage, platforms)
    chalice("deploy", stage, reserve=reserve)
    _settle_address(stage, reserve=reserve)
    _say(f"Lamppost is at {config.environment(stage)['PUBLIC_URL']}/.")


def _tell_missing(ssm: Any, stage: str, platforms: tuple[Lane, ...]) -> None:
    for key, names in preflight.missing_secrets(secrets.present(ssm, stage), platforms).items():
        _say(f"{key} will not be offered: {', '.join(names)} missing (make secrets ENV=.env STAGE={stage}).")


def chalice(command: str, stage: str, *, reserve: bool = True) -> None:
    """Chalice's own command in this checkout."""
    own = [str(Path(sys.executable).with_name("chalice"))]
    program = own if reserve else [sys.executable, "-m", "infra.unreserved"]
    with policies.of_stage(stage):
        subprocess.run([*program, command, "--stage", stage], cwd=ROOT, check=True)


def _settle_address(stage: str, *, reserve: bool) -> None:
    """Where no domain was set, the API's own address is the public one: known only once it is deployed."""
    if config.environment(stage)["PUBLIC_URL"]:
        return
    address = api_url(ROOT, stage)
    config.set_public_url(stage, address)
    _say(f"No PUBLIC_URL was set for {stage}: it is {address} now, in {config.CONFIG.name}. Once more:")
    chalice("deploy", stage, reserve=reserve)


def api_url(project: Path, stage: str) -> str:
    """The address of the REST API that Chalice deployed, without a slash at the end."""
    deployed = json.loads((project / ".chalice" / "deployed" / f"{stage}.json").read_text())
    return str(next(made["rest_api_url"] for made in deployed["resources"] if "rest_api_url" in made)).rstrip(
        "/"
    )


def _say(text: str) -> None:
    print(f"  {text}", flush=True)


if __name__ == "__main__":
    main()
