"""One lab for these tests: the operator, a broker and a ledger; each test brings its own app."""

import secrets
from collections.abc import Iterator

import pytest
from stenofleet_deploy.cluster import Cluster
from support.operator_lab import Lab, lab


# It goes before the tests of whole releases begin, which need the node for themselves.
@pytest.fixture(scope="package")
def operator_lab(cluster: Cluster) -> Iterator[Lab]:
    # Two runs on one cluster do not meet.
    with lab(cluster, f"stenofleet-lab-{secrets.token_hex(2)}") as opened:
        yield opened
