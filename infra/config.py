"""Chalice's configuration follows the platforms: one publisher each, with the concurrency that its class names.

`python -m infra.config` writes the `publish_…` functions and the platforms of the local stage, which has them all, into
`.chalice/config.json`; all else there is written by hand.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from infra import lanes
from infra.lanes import PUBLISH_TIMEOUT, Lane

ROOT = Path(__file__).resolve().parents[1]
CONFIG = ROOT / ".chalice" / "config.json"
MEMORY = 512
"""Megabytes, and with them the share of a processor: an image is read and scaled in there."""


def publisher(lane: Lane) -> dict[str, Any]:
    """The settings of one platform's Lambda."""
    return {
        "iam_policy_file": "policy-publish.json",
        "lambda_timeout": PUBLISH_TIMEOUT,
        "lambda_memory_size": MEMORY,
        "reserved_concurrency": lane.concurrency,
    }


def with_publishers(config: dict[str, Any], platforms: Iterable[Lane]) -> dict[str, Any]:
    """The configuration with just these platforms' publishers."""
    others = {n: f for n, f in config["lambda_functions"].items() if not n.startswith("publish_")}
    publishers = {lane.function: publisher(lane) for lane in platforms}
    return {**config, "lambda_functions": others | publishers}


def with_all_at_home(config: dict[str, Any], platforms: Iterable[Lane]) -> dict[str, Any]:
    """The configuration whose local stage deploys every platform."""
    local = config["stages"]["local"]
    named = {**local["environment_variables"], "PLATFORMS": ",".join(lane.key for lane in platforms)}
    return {**config, "stages": {**config["stages"], "local": {**local, "environment_variables": named}}}


def read() -> dict[str, Any]:
    return dict(json.loads(CONFIG.read_text()))


def environment(stage: str) -> dict[str, str]:
    """What a stage's functions find in their environment."""
    try:
        return dict(read()["stages"][stage]["environment_variables"])
    except KeyError:
        raise SystemExit(f"There is no stage {stage} in {CONFIG}.") from None


def set_public_url(stage: str, address: str) -> None:
    """Note a stage's address in the configuration."""
    config = read()
    config["stages"][stage]["environment_variables"]["PUBLIC_URL"] = address
    write(config)


def write(config: dict[str, Any]) -> None:
    CONFIG.write_text(json.dumps(config, indent=2) + "\n")


if __name__ == "__main__":
    known = lanes.registered()
    write(with_all_at_home(with_publishers(read(), known), known))
    print(f"Wrote {CONFIG}.")
