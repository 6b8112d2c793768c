"""kubectl in the background: the pods' logs on this terminal, the API on a port of this machine.

Both end by themselves when a pod goes, so they are looked after at every turn of the loop.
"""

import os
import subprocess
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from stenofleet_deploy import portforward
from stenofleet_deploy.dev.pods import Pod
from stenofleet_deploy.release import Release
from stenofleet_deploy.shell import program

STOP_SECONDS = 10
LINES_AT_FIRST = 10

Process = subprocess.Popen[bytes]


class Background:
    """What runs beside the loop for a release; all of it ends with the context."""

    def __init__(self, release: Release, port: int) -> None:
        self._release = release
        self._port = port
        self._logs: dict[str, Process] = {}
        self._forward: Process | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in filter(None, (*self._logs.values(), self._forward)):
            process.terminate()
            process.wait(STOP_SECONDS)

    def look_after(self, pods: Sequence[Pod]) -> None:
        """Start what should run and does not."""
        for pod in pods:
            if ended(self._logs.get(pod.uid)):
                # Once followed, a log goes on where it ended: with a new run of the container.
                lines = LINES_AT_FIRST if pod.uid not in self._logs else -1
                self._logs[pod.uid] = self._follow(pod, lines)
        if ended(self._forward):
            service = portforward.service(self._release)
            words = ["port-forward", service, f"{self._port}:http", "--address=127.0.0.1"]
            self._forward = self._start(words, shown=False)

    def _follow(self, pod: Pod, lines: int) -> Process:
        words = ["logs", pod.name, "--container", pod.container, "--follow", "--prefix"]
        return self._start([*words, f"--tail={lines}"], shown=True)

    def _start(self, words: Sequence[str], *, shown: bool) -> Process:
        release = self._release
        command = release.cluster.kubectl_command("--namespace", release.namespace, *words)
        environment = {**os.environ, **release.cluster.environment}
        return subprocess.Popen(  # noqa: S603 - no shell; the words come from this program
            [program(command[0], environment), *command[1:]],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=None if shown else subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def ended(process: Process | None) -> bool:
    """Whether it is to be started, again or for the first time."""
    return process is None or process.poll() is not None
