"""One release of the tests' own for the whole run; each test begins with its workers asleep."""

from collections.abc import Iterator

import pytest
from stenofleet_deploy import portforward
from stenofleet_deploy.cluster import Cluster
from support.fleet import Fleet, client
from support.releases import installed, some_cluster


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with some_cluster() as found:
        yield found


@pytest.fixture(scope="session")
def awake_fleet(cluster: Cluster) -> Iterator[Fleet]:
    """The release, whatever its workers do."""
    with (
        installed(cluster, "stenofleet-e2e") as release,
        portforward.api(release) as url,
        client(url) as http,
    ):
        yield Fleet(release, http)


@pytest.fixture
def fleet(awake_fleet: Fleet) -> Fleet:
    """The release, without any transcriber."""
    awake_fleet.wait_asleep()
    return awake_fleet
