"""The table of `make faults`: for every platform and kind of post, what a fault at each step did."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from chalicelib.providers import PROVIDERS
from tests.contract.cases import case
from tests.faults.runs import Outcome

_UNLISTED = "a profile's posts cannot be listed, and only plain text is refused as a duplicate"
#: Where the platform can neither be asked nor sent the same again without harm: there a person is asked.
UNTOLD = {
    ("linkedin", "comments"): "comments on a profile's post cannot be listed",
    ("linkedin", "picture"): _UNLISTED,
    ("linkedin", "video"): _UNLISTED,
    (
        "linkedin-page",
        "comments",
    ): "comments are read by apps that hold r_organization_social_feed, and this one does not",
}


def kinds(platform: str) -> list[str]:
    """A plain post, a thread, and one with a picture or film, where the platform has them."""
    entries = case(platform).entries
    plain = next((kind for kind, parts in entries.items() if len(parts) == 1 and not parts[0].media), None)
    thread = next((kind for kind, parts in entries.items() if len(parts) > 1), None)
    media = next((kind for kind, parts in entries.items() if len(parts) == 1 and parts[0].media), None)
    film = next(
        (
            k
            for k, parts in entries.items()
            if len(parts) == 1 and any(m.kind == "video" for m in parts[0].media)
        ),
        None,
    )
    return list(dict.fromkeys(kind for kind in (plain, thread, media, film) if kind))


@dataclass
class Row:
    """One platform's kind of post."""

    platform: str
    kind: str
    steps: int = 0
    faults: int = 0
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    untrue: list[str] = field(default_factory=list)
    stumbles: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    failed: int = 0
    late: timedelta = timedelta()

    def add(self, outcome: Outcome) -> None:
        """Counts one run."""
        self.faults += 1
        for name in ("lost", "twice", "untrue", "unsure"):
            if getattr(outcome, name):
                getattr(self, name).append(_told(outcome))
        self.failed += outcome.state == "failed"
        self.late = max(self.late, outcome.late if outcome.state == "published" else timedelta())

    @property
    def broken(self) -> bool:
        asked = self.unsure and (self.platform, self.kind) not in UNTOLD
        return bool(self.lost or self.twice or self.untrue or self.stumbles or asked)


def told(row: Row) -> str:
    """A row in words, for those who wait for the table."""
    if row.stumbles:
        return f"{row.platform}, {row.kind}: broke off: {row.stumbles[0]}"
    counts = (
        f"{len(row.lost)} lost, {len(row.twice)} twice, {len(row.untrue)} untrue, {len(row.unsure)} unsure"
    )
    late = f"the latest {row.late.total_seconds():.0f} s late"
    return f"{row.platform}, {row.kind}: {row.faults} faults, {counts}, {row.failed} failed, {late}"


def _told(outcome: Outcome) -> str:
    fault = outcome.fault
    where = (
        f"{fault.kind} {outcome.steps[fault.step]}"
        if fault and fault.step < len(outcome.steps)
        else "no fault"
    )
    return f"{where} (step {fault.step if fault else '-'}, {outcome.state}, {len(outcome.shown)} out)"


HEAD = (
    "platform",
    "kind",
    "recovery",
    "steps",
    "faults",
    "lost",
    "twice",
    "untrue",
    "unsure",
    "failed",
    "latest",
)


def lines(rows: Iterable[Row]) -> list[str]:
    """The table, and below it what was lost, twice, untrue or unsure, step by step; or why it may be unsure."""
    found = list(rows)
    cells = [HEAD, *(_cells(row) for row in found), _total(found)]
    widths = [max(len(each[column]) for each in cells) for column in range(len(HEAD))]
    shown = [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(each, widths, strict=True))
        for each in cells
    ]
    return shown + [line for row in found for line in _details(row)]


def _details(row: Row) -> Iterator[str]:
    why = UNTOLD.get((row.platform, row.kind))
    if row.unsure and why:
        yield f"  unsure: {row.platform} {row.kind}: {why}"
    for name in ("lost", "twice", "untrue", "stumbles", *(() if why else ("unsure",))):
        for said in getattr(row, name):
            yield f"  {name}: {row.platform} {row.kind}: {said}"


def _cells(row: Row) -> tuple[str, ...]:
    counts = (
        row.steps,
        row.faults,
        len(row.lost),
        len(row.twice),
        len(row.untrue),
        len(row.unsure),
        row.failed,
    )
    late = f"{row.late.total_seconds():.0f} s"
    return (row.platform, row.kind, PROVIDERS[row.platform].repeatable, *map(str, counts), late)


def _total(rows: list[Row]) -> tuple[str, ...]:
    sums = [
        sum(row.steps for row in rows),
        sum(row.faults for row in rows),
        sum(len(row.lost) for row in rows),
        sum(len(row.twice) for row in rows),
        sum(len(row.untrue) for row in rows),
        sum(len(row.unsure) for row in rows),
        sum(row.failed for row in rows),
    ]
    latest = max((row.late for row in rows), default=timedelta())
    return ("all", "", "", *map(str, sums), f"{latest.total_seconds():.0f} s")
