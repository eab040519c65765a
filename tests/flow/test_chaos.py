"""`make chaos` in small: real processes, two publishers killed in the middle of a commit, one AWS call in five failing."""

import secrets
import shutil
from collections.abc import Iterator

import pytest

from infra.chaos import runs
from infra.chaos.plans import CI
from infra.chaos.verdicts import Verdict, table
from infra.local.places import Places

pytestmark = [pytest.mark.flow, pytest.mark.xdist_group("local")]


@pytest.fixture(scope="module")
def verdict() -> Iterator[Verdict]:
    """One run with everything in it; its copy is gone afterwards."""
    places = Places(f"test-chaos-{secrets.token_hex(3)}")
    try:
        yield runs.run(places, CI, seed=secrets.randbelow(10_000))
    finally:
        shutil.rmtree(places.home, ignore_errors=True)


def test_every_post_is_out_once_and_told_so_though_publishers_die_and_aws_fails(verdict: Verdict) -> None:
    assert verdict.broken() == [], table(verdict)
    assert len(verdict.fates) == sum(CI.posts.values())


def test_the_faults_really_happened(verdict: Verdict) -> None:
    kills = {name: number for name, number in verdict.done.items() if name.startswith("kill ")}
    assert kills == {f"kill {name}": number for name, number in CI.kills.items()}, table(verdict)
    made, failed = sum(verdict.calls.made.values()), sum(verdict.calls.failed.values())
    assert 0.1 < failed / made < 0.3
    assert {service for service, _ in verdict.calls.failed} >= {"dynamodb", "sqs"}
