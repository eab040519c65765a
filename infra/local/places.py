"""Where the local copy keeps things: `.local/<name>/`, one folder per copy, and what all copies share beside them."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT / ".local"


@dataclass(frozen=True)
class Places:
    """One running copy's folder. The first copy, `main`, has its `run.json` where scripts look for it."""

    name: str

    @property
    def home(self) -> Path:
        return SHARED / self.name

    @property
    def project(self) -> Path:
        """The app as Chalice deploys it: a copy, so that two copies never write into one another's records."""
        return self.home / "project"

    @property
    def state(self) -> Path:
        return self.home / "state"

    @property
    def temporary(self) -> Path:
        return self.home / "tmp"

    @property
    def ports(self) -> Path:
        return self.home / "ports.json"

    def log(self, name: str) -> Path:
        return self.home / f"{name}.log"

    @property
    def run(self) -> Path:
        return (SHARED if self.name == "main" else self.home) / "run.json"
