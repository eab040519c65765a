"""The largest films that platforms take go out of a small Lambda, in several invocations."""

import pytest

from bench.films import SIZES, measure


@pytest.mark.parametrize("platform", list(SIZES))
def test_the_largest_film_never_fills_a_lambda_of_512_mib(platform: str) -> None:
    found = measure(platform, SIZES[platform])
    print(
        f"{platform}: {found['mib']:.0f} MiB in {found['invocations']:.0f} invocations, peak {found['peak']:.0f} MiB"
    )
    assert found["invocations"] > 1
    assert found["peak"] < 400
