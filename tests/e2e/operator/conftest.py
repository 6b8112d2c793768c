"""One lab for the whole run: the operator, a broker and a ledger; each test brings its own app."""

from collections.abc import Iterator

import pytest
from stenofleet_deploy.cluster import Cluster
from support.operator_lab import Lab, lab


@pytest.fixture(scope="session")
def operator_lab(cluster: Cluster) -> Iterator[Lab]:
    with lab(cluster, "stenofleet-lab") as opened:
        yield opened
