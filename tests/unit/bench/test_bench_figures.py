"""The figures of the benchmark are what they say they are."""

import queue

import pytest
from bench import figures, measures, pool
from stenofleet_deploy.errors import DeployError


def test_a_spread_tells_median_percentile_and_maximum() -> None:
    seconds = [float(n) for n in range(1, 102)]

    assert measures.spread(seconds) == "p50 51.00 s, p95 96.00 s, max 101.00 s"


def test_replicas_that_stay_at_zero_are_passed_over() -> None:
    seen: queue.Queue[pool.Sighting] = queue.Queue()
    for sighting in ((10.0, 0), (11.5, 1), (12.0, 2)):
        seen.put(sighting)

    assert pool.first_above_zero(seen) == 11.5


def test_a_deployment_that_never_grows_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "PATCH_SECONDS", 0.05)

    with pytest.raises(DeployError, match="stayed at 0 replicas"):
        pool.first_above_zero(queue.Queue())


def test_a_quantile_is_interpolated_between_the_bounds_of_a_histogram() -> None:
    before = {'t_bucket{le="0.1"}': 5.0, 't_bucket{le="0.2"}': 5.0, 't_bucket{le="+Inf"}': 5.0}
    after = {'t_bucket{le="0.1"}': 15.0, 't_bucket{le="0.2"}': 25.0, 't_bucket{le="+Inf"}': 25.0}

    assert figures.quantile(before, after, "t_bucket", 0.5) == pytest.approx(0.1)
    assert figures.quantile(before, after, "t_bucket", 0.75) == pytest.approx(0.15)
