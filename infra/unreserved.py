"""Chalice's own command without reservations: `python -m infra.unreserved deploy --stage dev`.

For accounts whose limit is too low for any. A FIFO queue and `maximum_concurrency` still bound each publisher.
"""

from unittest.mock import patch

from chalice.cli import main
from chalice.config import Config

if __name__ == "__main__":
    with patch.object(Config, "reserved_concurrency", None):
        raise SystemExit(main())
