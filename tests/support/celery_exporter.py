"""celery-exporter itself, as a process beside ours."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from support.servers import free_port, until

PROGRAM = Path(__file__).with_name("celery_exporter_program.py")
START_SECONDS = 120.0  # uv installs it the first time
SCRAPE_SECONDS = 30.0  # it waits for each worker's answer, twice
STOP_SECONDS = 60


@contextmanager
def celery_exporter(
    broker: str, folder: Path, key_prefix: str = "", *options: str
) -> Iterator[str]:
    """The URL of its page.

    Args:
        broker: URL of the Redis that it looks at.
        folder: for its log.
        key_prefix: of the app's keys.
        options: more of its own.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}/metrics"
    command = ["uv", "run", "--quiet", "--frozen", "--script", str(PROGRAM)]
    command += ["--broker-url", broker, "--host", "127.0.0.1", "--port", str(port), *options]
    if key_prefix:
        command += ["--broker-transport-option", f"global_keyprefix={key_prefix}"]
    with (folder / "celery-exporter.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        until(lambda: _answers(process, url), "celery-exporter", START_SECONDS)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=STOP_SECONDS)


def _answers(process: "subprocess.Popen[bytes]", url: str) -> bool:
    if process.poll() is not None:
        raise RuntimeError(f"celery-exporter ended with {process.returncode}; its log tells why")
    try:
        return httpx.get(url, timeout=SCRAPE_SECONDS).is_success
    except httpx.TransportError:
        return False
