"""Which panels of the dashboards a Prometheus has nothing for."""

import time

import httpx
from stenofleet_deploy.dashboards.proof import proofs

POLL_SECONDS = 1


def empty(url: str) -> set[str]:
    """The panels without data, each with its dashboard."""
    try:
        return {f"{each.board}/{title}" for each in proofs(url) for title in each.empty}
    except httpx.TimeoutException:
        return {"Prometheus did not answer in time"}


def wait_full(url: str, seconds: float, *but: str) -> None:
    """Returns once all panels have data, but for those named."""
    deadline = time.monotonic() + seconds
    while (found := empty(url) - set(but)) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    assert found == set()
