"""The operator as a process on this machine, against an API server of the tests' own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.api_server import ADMIN, ApiServer
from support.servers import free_port

STOP_SECONDS = 60
MAIN = "from stenofleet_autoscaler.cli import main; main(['run'])"


@contextmanager
def operator(
    api: ApiServer,
    folder: Path,
    namespaces: str,
    tick: float = 1.0,
    token: str = ADMIN,
    **settings: str,
) -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    """Its process and the port of its pages; it is stopped by SIGTERM as Kubernetes does.

    Args:
        api: where its objects are.
        folder: for its log.
        namespaces: those that it watches, `*` for all.
        tick: seconds between two decisions.
        token: as whom it speaks with the API server.
        settings: more of them, which are ``STENOFLEET_...``.
    """
    port = free_port()
    with (folder / "operator.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", MAIN],
            cwd=folder,
            env={
                **os.environ,
                "KUBECONFIG": str(api.kubeconfig(token)),
                "STENOFLEET_WATCH_NAMESPACES": namespaces,
                "STENOFLEET_HEALTH_PORT": str(port),
                "STENOFLEET_TICK_SECONDS": str(tick),
                **{f"STENOFLEET_{name.upper()}": value for name, value in settings.items()},
            },
            stdout=log,
            stderr=log,
        )
    try:
        yield process, port
    finally:
        process.terminate()
        process.wait(timeout=STOP_SECONDS)
