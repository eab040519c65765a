"""The copy of the app that a local copy deploys, with a stage `local` of its own: its address, its sandbox."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def copy(root: Path, project: Path, environment: Mapping[str, str]) -> None:
    """Bring `project` to what `root` holds now; Chalice's records of what it deployed stay where they are."""
    (project / ".chalice").mkdir(parents=True, exist_ok=True)
    shutil.copy2(root / "app.py", project / "app.py")
    shutil.rmtree(project / "chalicelib", ignore_errors=True)
    shutil.copytree(root / "chalicelib", project / "chalicelib", ignore=shutil.ignore_patterns("__pycache__"))
    for policy in (root / ".chalice").glob("policy-*.json"):
        (project / ".chalice" / policy.name).write_text(
            json.dumps(_understood(json.loads(policy.read_text())))
        )
    config = json.loads((root / ".chalice" / "config.json").read_text())
    config["stages"]["local"]["environment_variables"] |= environment
    (project / ".chalice" / "config.json").write_text(json.dumps(config, indent=2))
    (project / "requirements.txt").write_text(
        "# On this machine the packages are on the functions' PYTHONPATH.\n"
    )
    _forget_old_packages(project / ".chalice" / "deployments")


def _understood(policy: dict[str, Any]) -> dict[str, Any]:
    """A policy as MiniStack can enforce it.

    It holds every function to its policy, but names the resources of three statements otherwise than AWS: it asks
    for GetParametersByPath on `*`, puts every schedule into the group `default`, knows no `kms:ResourceAliases`.
    """
    for statement in policy["Statement"]:
        if statement["Sid"] in ("Secrets", "Schedules", "Tokens"):
            statement["Resource"] = "*"
            statement.pop("Condition", None)
    return policy


def _forget_old_packages(deployments: Path) -> None:
    """Chalice keeps the package of every deploy: the last one is enough."""
    packages = sorted(deployments.glob("*.zip"), key=lambda package: package.stat().st_mtime)
    for package in packages[:-1]:
        package.unlink()


def stages(root: Path) -> dict[str, dict[str, str]]:
    """The environment of every stage in Chalice's configuration."""
    config = json.loads((root / ".chalice" / "config.json").read_text())
    return {name: stage["environment_variables"] for name, stage in config["stages"].items()}


def api(project: Path) -> str:
    """The id of the REST API that the last deploy made."""
    deployed = json.loads((project / ".chalice" / "deployed" / "local.json").read_text())
    return str(next(made["rest_api_id"] for made in deployed["resources"] if "rest_api_id" in made))
