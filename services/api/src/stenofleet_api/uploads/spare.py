"""A program of which a process is ready before it is needed."""

import subprocess
from collections.abc import Mapping, Sequence


class Spare:
    """Asks processes of a program, each of which reads its input to the end, answers and ends.

    While one answers no other is ready: that one is started afterwards, so that the next question
    need not wait for its imports. It ends by itself with the process that started it, at the end of
    its input.
    """

    def __init__(self, program: Sequence[str], environment: Mapping[str, str]) -> None:
        """Starts nothing before it is asked for the first time."""
        self._program = program
        self._environment = environment
        self._ready: subprocess.Popen[bytes] | None = None

    def ask(self, question: bytes, timeout: float) -> "subprocess.CompletedProcess[bytes]":
        """How a process ended, and what it printed; for one caller at a time.

        Raises:
            subprocess.TimeoutExpired: it did not end within ``timeout`` seconds, and was killed.
        """
        process = self._taken()
        try:
            output, _ = process.communicate(question, timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise
        finally:
            self._ready = self._started()
        return subprocess.CompletedProcess(process.args, process.returncode, output)

    def close(self) -> None:
        """Ends the one that is ready."""
        ready, self._ready = self._ready, None
        if ready is not None:
            ready.kill()
            ready.communicate()

    def _taken(self) -> "subprocess.Popen[bytes]":
        ready, self._ready = self._ready, None
        # Whoever is short of memory may have killed it.
        return ready if ready is not None and ready.poll() is None else self._started()

    def _started(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(  # noqa: S603 - our own program
            self._program,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self._environment,
        )
