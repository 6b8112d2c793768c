"""Who listens where."""

import itertools
import socket

LOCALHOST = "localhost"
SECONDS = 2


def answers(host: str, port: int) -> bool:
    """Whether something takes connections there."""
    try:
        socket.create_connection((host, port), timeout=SECONDS).close()
    except OSError:
        return False
    return True


def free(port: int) -> int:
    """The first port of this machine, from this one on, at which nothing answers."""
    return next(each for each in itertools.count(port) if not answers(LOCALHOST, each))
