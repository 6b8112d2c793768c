"""What a failed test on a cluster leaves to look at: shown with the failure."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from stenofleet_deploy.errors import DeployError

LINES = "40"


class Kubectl(Protocol):
    """Runs kubectl in the namespace of the test."""

    def __call__(self, *words: str) -> str: ...


@contextmanager
def shown_at_failure(kubectl: Kubectl, pool: str, workers: str) -> Iterator[None]:
    """Shows what there is to see when what it surrounds fails."""
    try:
        yield
    except BaseException:
        show(kubectl, pool, workers)
        raise


def show(kubectl: Kubectl, pool: str, workers: str) -> None:
    """Prints the pool with its events, the pods, and what the operator and the workers said.

    ``workers`` selects the pods of the pool.
    """
    operator = "app.kubernetes.io/component=operator"
    for words in (
        ("get", "workerpool", pool, "-o", "yaml"),
        ("get", "pods", "-o", "wide"),
        ("get", "events", "--sort-by=.metadata.creationTimestamp"),
        ("logs", "-l", operator, "--prefix", "--tail", LINES),
        ("logs", "-l", workers, "--prefix", "--tail", LINES, "--ignore-errors"),
    ):
        print(f"---- kubectl {' '.join(words)}")
        try:
            print(kubectl(*words))
        except DeployError as error:
            print(error)
