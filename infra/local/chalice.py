"""Chalice's own command, with short naps: `python -m infra.local.chalice deploy --stage local`.

botocore looks only every five seconds whether a function is ready, of which the local AWS needs a moment.
"""

import time
from types import SimpleNamespace
from unittest.mock import patch

from chalice.cli import main

NAP = 0.05


def nap(seconds: float) -> None:
    time.sleep(min(seconds, NAP))  # noqa: TID251 - this is no Lambda


if __name__ == "__main__":
    with patch("botocore.waiter.time", SimpleNamespace(sleep=nap)):
        raise SystemExit(main())
