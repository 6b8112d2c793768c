"""Another's app takes the pool and nothing else of ours."""

import subprocess
import sys

TAKEN = """
import sys
from celery import concurrency
pool = concurrency.get_implementation("stenofleet.pool:TaskPool")
print(pool.__module__, *sorted(name for name in sys.modules if name.startswith("stenofleet")))
print(*sorted({"pydantic", "sqlalchemy", "prometheus_client", "structlog"} & set(sys.modules)))
"""


def test_the_pool_brings_no_settings_no_database_and_nothing_else_of_ours() -> None:
    run = subprocess.run(
        [sys.executable, "-c", TAKEN], capture_output=True, text=True, timeout=60, check=True
    )
    assert run.stdout.splitlines() == [
        "stenofleet.pool stenofleet stenofleet.pool stenofleet.popped",
        "",
    ]
