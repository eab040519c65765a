"""Print a link that signs an owner in once, for a stage on AWS.

    python -m infra.admin --stage prod [--email ada@example.com] [--workspace home]

With an address, that person becomes an owner (and is found by it when an identity provider vouches for it); without
one, the operator. The link is good for twelve hours.
"""

import argparse
import os

from infra import config


def address(stage: str) -> str:
    """Where a stage is reached; its deploy has written it down."""
    url: str = config.environment(stage)["PUBLIC_URL"]
    if not url:
        raise SystemExit(f"Stage {stage} has no address yet: deploy it first, or set its PUBLIC_URL.")
    return url


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m infra.admin", description=__doc__)
    parser.add_argument("--stage", required=True)
    parser.add_argument("--workspace", default="home")
    parser.add_argument("--email", default="")
    given = parser.parse_args()
    os.environ["STAGE"] = given.stage
    os.environ.setdefault("PUBLIC_URL", address(given.stage))
    from chalicelib import clock, people

    print(people.sign_in_link(clock.now(), given.workspace, email=given.email.strip().lower()))


if __name__ == "__main__":
    main()
