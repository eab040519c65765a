"""What came of it: every delivery held against what is public at the stand-ins, and the closing table."""

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from chalicelib import clock
from chalicelib.providers import PROVIDERS
from chalicelib.states import LIVE
from infra.chaos.plans import ALLOWED, LATE

KINDS = ("throttled", "broken", "unreached", "unheard")


@dataclass(frozen=True)
class Fate:
    """One delivery at the end: its state, how often it stands at the platform, seconds until it stood there and until we knew."""

    platform: str
    delivery: str
    state: str
    shown: int
    true: bool
    lag: float | None
    known: float | None

    @property
    def lost(self) -> bool:
        """Not out, and nothing will happen to it any more."""
        return self.shown == 0 and self.state not in LIVE


@dataclass(frozen=True)
class Calls:
    """AWS calls of the workers by service, and failures by service and kind."""

    made: Mapping[str, int]
    failed: Mapping[tuple[str, str], int]

    def of(self, service: str) -> int:
        return sum(number for (name, _), number in self.failed.items() if name == service)


@dataclass
class Verdict:
    """All that the closing table shows."""

    fates: list[Fate]
    traffic: dict[str, dict[str, int]]
    calls: Calls
    done: Counter[str]
    schedules: tuple[int, int]

    def of(self, platform: str) -> list[Fate]:
        return [fate for fate in self.fates if fate.platform == platform]

    def broken(self) -> list[str]:
        """The promises that did not hold, a sentence each."""
        return [*self._posts(), *self._lanes(), *self._rest()]

    def _posts(self) -> list[str]:
        bad = {
            "lost": [fate for fate in self.fates if fate.lost],
            "still on their way when patience ended": [fate for fate in self.fates if fate.state in LIVE],
            "out twice": [fate for fate in self.fates if fate.shown > 1],
            "not told as they are": [fate for fate in self.fates if not fate.true and fate.state not in LIVE],
            "left for a person to look at": [fate for fate in self.fates if fate.state == "unsure"],
        }
        return [
            f"Posts {what}: {len(found)} ({', '.join(f'{each.platform} {each.delivery}' for each in found[:9])})."
            for what, found in bad.items()
            if found
        ]

    def _lanes(self) -> list[str]:
        found = []
        for platform, seen in self.traffic.items():
            if seen["most"] > ALLOWED[platform]:
                found.append(f"{seen['most']} at once on {platform}, where {ALLOWED[platform]} may be.")
            last = self.lags(platform)[-1]
            if last > self.latest(platform):
                found.append(
                    f"A post on {platform} came {last:.0f} s late; {self.latest(platform):.0f} s may be."
                )
        return found

    def _rest(self) -> list[str]:
        there, wanted = self.schedules
        return [] if there == wanted else [f"{there} schedules for {wanted} posts that are far away."]

    def latest(self, platform: str) -> float:
        """Seconds that a post may be late: those in which 19 of 20 were out, and then what faults may cost."""
        heals = PROVIDERS[platform].heal_after
        return _share(self.lags(platform), 0.95) + LATE.total_seconds() + heals

    def lags(self, platform: str) -> list[float]:
        return sorted(fate.lag for fate in self.of(platform) if fate.lag is not None) or [0.0]


def _share(lags: Sequence[float], share: float) -> float:
    return lags[max(0, int(len(lags) * share) - 1)]


def fates(
    deliveries: Sequence[dict[str, Any]], public: Sequence[dict[str, Any]], due: datetime
) -> list[Fate]:
    """Each delivery by its text, which is its own, among all that is public."""
    by_text: dict[str, list[dict[str, Any]]] = {}
    for each in public:
        by_text.setdefault(each["text"], []).append(each)
    return [_fate(delivery, by_text.get(delivery["entries"][0]["text"], []), due) for delivery in deliveries]


def _fate(delivery: dict[str, Any], shown: list[dict[str, Any]], due: datetime) -> Fate:
    receipts = delivery["receipts"]
    told = [receipt["id"] for receipt in receipts]
    true = delivery["state"] == "unsure" or (
        delivery["state"] == "published" and told == [each["id"] for each in shown]
    )
    return Fate(
        platform=delivery["platform"],
        delivery=delivery["id"],
        state=delivery["state"],
        shown=len(shown),
        true=true,
        lag=(_moment(shown[0]["at"]) - due).total_seconds() if shown else None,
        known=(clock.parse(receipts[0]["at"]) - due).total_seconds() if receipts else None,
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def calls(log: Path) -> Calls:
    """What the workers wrote down of their calls."""
    made: Counter[str] = Counter()
    failed: Counter[tuple[str, str]] = Counter()
    for line in log.read_text().splitlines() if log.exists() else ():
        service, _, kind, _ = line.split()
        made[service] += 1
        if kind in KINDS:
            failed[service, kind] += 1
    return Calls(made, failed)


def table(verdict: Verdict) -> str:
    """The closing table, for people."""
    return "\n".join([*_posts_table(verdict), "", *_calls_table(verdict.calls), "", *_done(verdict)])


def _posts_table(verdict: Verdict) -> list[str]:
    lines = [
        (
            f"  {'platform':<9} {'posts':>6} {'out':>5} {'lost':>5} {'twice':>6} {'unsure':>7} {'untrue':>7}"
            f" {'at once: most':>14} {'allowed':>8} {'lag: median':>12} {'95%':>8} {'last':>8} {'may be':>8}"
        )
    ]
    for platform, seen in verdict.traffic.items():
        found = verdict.of(platform)
        lags = verdict.lags(platform)
        lines.append(
            f"  {platform:<9} {len(found):>6} {sum(f.shown > 0 for f in found):>5} {sum(f.lost for f in found):>5}"
            f" {sum(f.shown > 1 for f in found):>6} {sum(f.state == 'unsure' for f in found):>7}"
            f" {sum(not f.true for f in found):>7} {seen['most']:>14} {ALLOWED[platform]:>8}"
            f" {statistics.median(lags):>10.1f} s {_share(lags, 0.95):>6.1f} s {lags[-1]:>6.1f} s"
            f" {verdict.latest(platform):>6.0f} s"
        )
    return lines


def _calls_table(calls: Calls) -> list[str]:
    lines = [f"  {'AWS':<10} {'calls':>7} {'failed':>7}" + "".join(f" {kind:>10}" for kind in KINDS)]
    for service in sorted(calls.made):
        kinds = "".join(f" {calls.failed.get((service, kind), 0):>10}" for kind in KINDS)
        lines.append(f"  {service:<10} {calls.made[service]:>7} {calls.of(service):>7}{kinds}")
    return lines


def _done(verdict: Verdict) -> list[str]:
    kills = {name: number for name, number in verdict.done.items() if name.startswith("kill ")}
    cut = ", ".join(f"{seen['cut']} on {platform}" for platform, seen in verdict.traffic.items())
    known = [fate.known for fate in verdict.fates if fate.known is not None]
    there, wanted = verdict.schedules
    return [
        (
            f"  Killed: {sum(kills.values())} ({', '.join(f'{n} {name[5:]}' for name, n in sorted(kills.items()))});"
            f" requests that lost their caller: {cut}"
        ),
        (
            f"  AWS frozen: {verdict.done['freeze']} times; messages repeated: {verdict.done['stray']};"
            f" schedules of posts far away: {there} of {wanted}"
        ),
        f"  The last state was right after {max(known, default=0):.0f} s.",
    ]
