"""Reach the API from this machine: the one way that works with every cluster."""

import os
import re
import selectors
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from stenofleet_deploy.errors import DeployError
from stenofleet_deploy.release import Release
from stenofleet_deploy.shell import program

OPEN_SECONDS = 30
STOP_SECONDS = 10
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
    arguments = ["port-forward", service(release), f"{port or ''}:http", "--address=127.0.0.1"]
    command = release.cluster.kubectl_command("--namespace", release.namespace, *arguments)
    environment = {**os.environ, **release.cluster.environment}
    process = subprocess.Popen(  # noqa: S603 - no shell; the words come from this program
        [program(command[0], environment), *command[1:]],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield f"http://{opened(process)}"
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


def opened(process: "subprocess.Popen[str]") -> str:
    """Wait until kubectl says which address it forwards, and return it."""
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    deadline, said = time.monotonic() + OPEN_SECONDS, []
    for line in lines(process.stdout, deadline):
        said.append(line)
        if match := FORWARDING.search(line):
            return match[1]
    raise DeployError(f"kubectl port-forward does not open: {' '.join(said) or 'it says nothing'}")


def lines(stream: IO[str], deadline: float) -> Iterator[str]:
    """Yield the lines of a stream until it ends or the deadline of the clock is over."""
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        while selector.select(max(0.0, deadline - time.monotonic())):
            line = stream.readline()
            if not line:
                return
            yield line.strip()
