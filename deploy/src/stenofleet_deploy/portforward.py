"""Reach the API from this machine: the one way that works with every cluster."""

import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from stenofleet_deploy.errors import DeployError
from stenofleet_deploy.release import Release
from stenofleet_deploy.shell import program

OPEN_SECONDS = 30
STOP_SECONDS = 10
POLL_SECONDS = 0.05
SAID_BYTES = 4096
FORWARDING = re.compile(r"Forwarding from (127\.0\.0\.1:\d+)")


@contextmanager
def api(release: Release, port: int = 0) -> Iterator[str]:
    """Forward the API's Service to this machine for as long as the context lasts.

    Args:
        release: Whose API.
        port: The port on this machine; 0 takes a free one.

    Yields:
        The URL under which the API answers.

    Raises:
        DeployError: The Service is not there, or the forwarding does not open.
    """
    with forwarded(release, service(release), f"{port or ''}:http") as address:
        yield f"http://{address}"


@contextmanager
def forwarded(release: Release, target: str, ports: str) -> Iterator[str]:
    """Forward a port of a Service or a pod to this machine for as long as the context lasts.

    Args:
        release: In whose namespace the target is.
        target: As kubectl takes it, e.g. ``service/NAME``.
        ports: As kubectl takes them, e.g. ``:6379``.

    Yields:
        The address, as ``127.0.0.1:40123``.

    Raises:
        DeployError: The forwarding does not open.
    """
    arguments = ["port-forward", target, ports, "--address=127.0.0.1"]
    command = release.cluster.kubectl_command("--namespace", release.namespace, *arguments)
    environment = {**os.environ, **release.cluster.environment}
    # A file, not a pipe: kubectl writes a line for each connection, and nobody reads them.
    with tempfile.TemporaryFile("w+b") as output:
        process = subprocess.Popen(  # noqa: S603 - no shell; the words come from this program
            [program(command[0], environment), *command[1:]],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield opened(process, output)
        finally:
            process.terminate()
            process.wait(STOP_SECONDS)


def service(release: Release) -> str:
    """The name of the API's Service, as kubectl takes it."""
    names = [
        item["metadata"]["name"]
        for item in release.get("services")
        if item["metadata"]["labels"].get("app.kubernetes.io/component") == "api"
    ]
    if not names:
        raise DeployError(
            f"the release {release.name} has no API in the namespace {release.namespace} of "
            f"{release.cluster.context}: deploy it first"
        )
    return f"service/{names[0]}"


def opened(process: "subprocess.Popen[bytes]", output: IO[bytes]) -> str:
    """Wait until kubectl says which address it forwards, and return it."""
    deadline = time.monotonic() + OPEN_SECONDS
    while time.monotonic() < deadline:
        ended = process.poll() is not None
        # pread leaves the place where kubectl writes as it is.
        said = os.pread(output.fileno(), SAID_BYTES, 0).decode(errors="replace")
        if match := FORWARDING.search(said):
            return match[1]
        if ended:
            raise DeployError(f"kubectl port-forward ended: {said.strip() or 'it says nothing'}")
        time.sleep(POLL_SECONDS)
    raise DeployError(f"kubectl port-forward does not open within {OPEN_SECONDS} s")
