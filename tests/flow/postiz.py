"""Postiz's command-line client as npm has it, run as people run it."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

COMMAND = Path(__file__).parents[2] / ".local" / "npm" / "node_modules" / "postiz" / "dist" / "index.js"

#: For the tests that need it.
INSTALLED = pytest.mark.skipif(
    not (shutil.which("node") and COMMAND.exists()),
    reason="Node.js or npm's `postiz` is missing: `make specs` installs the latter",
)


class Cli:
    """Runs one command; `address` ends where `/public/v1` begins. What it prints after its banner is JSON."""

    def __init__(self, address: str, key: str, home: Path) -> None:
        self.home = home
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "POSTIZ_API_URL": address,
            "POSTIZ_API_KEY": key,
        }

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["node", str(COMMAND), *arguments],
            env=self._environment,
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def read(self, *arguments: str) -> Any:
        """What a command that succeeds shows."""
        done = self.run(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        starts = [at for mark in "[{" if (at := done.stdout.find(f"\n{mark}")) >= 0]
        return json.loads(done.stdout[min(starts) :]) if starts else done.stdout
