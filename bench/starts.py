"""How long a Lambda's code takes to import: what a cold start pays before the first message."""

import statistics
import subprocess
import sys
import time

RUNS = 5
WHAT = {
    "import boto3, chalice": "import boto3, chalice",
    "publisher of X": "import os; os.environ.update(STAGE='local', PLATFORMS='mastodon,x', "
    "AWS_LAMBDA_FUNCTION_NAME='lamppost-local-publish_x'); import chalicelib.workers, chalicelib.publish",
    "release": "import os; os.environ.update(STAGE='local', PLATFORMS='mastodon,x', "
    "AWS_LAMBDA_FUNCTION_NAME='lamppost-local-release'); import chalicelib.workers",
    "API": "import os; os.environ.update(STAGE='local', PLATFORMS='mastodon'); import app",
}


def table() -> str:
    """A line for each thing that is imported."""
    return "\n".join(f"  {name:<24} {measure(code):6.0f} ms" for name, code in WHAT.items())


def measure(code: str) -> float:
    """Median milliseconds of a fresh interpreter running `code`, less those of one that runs nothing."""
    return max(0.0, _median(code) - _median("pass"))


def _median(code: str) -> float:
    return statistics.median(_once(code) for _ in range(RUNS))


def _once(code: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-B", "-X", "pycache_prefix=/nonexistent", "-c", code], check=True)
    return (time.perf_counter() - began) * 1000
