"""Movements on their way out, on a real Redis and PostgreSQL."""

from typing import Any

import pytest
from stenofleet.settings import WorkerSettings
from stenofleet_worker.movement import partitions
from stenofleet_worker.services import Services


@pytest.fixture
def services(installation: Any) -> Services:
    """What runs and housekeeping in this process share; batches are small, leases short."""
    environment = installation.environment
    made = Services(
        WorkerSettings(
            redis_url=environment["REDIS_URL"],
            database_url=environment["DATABASE_URL"],
            movement_batch_size=100,
            movement_lease_seconds=5,
        )
    )
    partitions.keep(made)
    return made
