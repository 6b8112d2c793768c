"""The loop: deploy, then copy what changes into the pods, until a change needs a new deployment."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import watchfiles

from stenofleet_deploy.dev import copying, pods
from stenofleet_deploy.dev.background import Background
from stenofleet_deploy.dev.sources import WATCHED, Code, Plan, plan
from stenofleet_deploy.errors import CommandError, DeployError
from stenofleet_deploy.progress import Changes, clock, say
from stenofleet_deploy.release import Release

LOOK_SECONDS = 1
"""Between two looks at the pods while nothing changes."""

SHOWN_FILES = 3

Deploy = Callable[[], Release]


def run(root: Path, deploy: Deploy, port: int) -> None:
    """Keep a release as the files of the repository are, until interrupted.

    Args:
        root: Of the repository.
        deploy: Builds the images that changed, installs the release and waits until it is ready.
        port: Of this machine, on which the API answers.
    """
    while True:
        plans = watch(root)
        next(plans)  # From here on no change is missed, also not while it is deployed.
        if release := tried(deploy):
            say(f"\nWatching. The API answers on http://127.0.0.1:{port}; Ctrl+C ends.\n")
            cause = follow(release, root, plans, port)
        else:
            say("\nWaiting for the next change.\n")
            cause = next(each for each in plans if each.code or each.deploy)
        say(f"==> deploy again: {names(cause.deploy) or 'to try once more'}")


def watch(root: Path) -> Iterator[Plan]:
    """What is to be done, every second and at once when files change."""
    places = [root / place for place in WATCHED if (root / place).exists()]
    found = watchfiles.watch(
        *places, rust_timeout=LOOK_SECONDS * 1000, yield_on_timeout=True, raise_interrupt=True
    )
    for changes in found:
        yield plan(str(Path(path).relative_to(root)) for _, path in changes)


def tried(deploy: Deploy) -> Release | None:
    """Deploy; a failure is told, for the next change may mend it."""
    try:
        return deploy()
    except DeployError as error:
        say(f"error: {error}")
        return None


def follow(release: Release, root: Path, plans: Iterator[Plan], port: int) -> Plan:
    """Copy changed code into the pods until something else changes, and return that plan."""
    synced, trouble = Synced(release, root), Changes()
    with Background(release, port) as beside:
        for todo in plans:
            if todo.deploy:
                return todo
            try:
                beside.look_after(synced.turn(todo.code))
            except CommandError as error:
                trouble.say(f"error: {error}")
    raise AssertionError("watching files never ends by itself")


class Synced:
    """The pods of a release, and what they were given since it was deployed."""

    def __init__(self, release: Release, root: Path) -> None:
        self._release = release
        self._root = root
        self._changed: dict[str, Code] = {}
        self._seen = {pod.uid for pod in pods.running(release)}

    def turn(self, code: tuple[Code, ...]) -> list[pods.Pod]:
        """Give changed code to all pods, and to new pods all that changed before; return them."""
        begun = time.monotonic()
        self._changed |= {each.path: each for each in code}
        found = pods.running(self._release)
        fresh = [pod for pod in found if pod.uid not in self._seen]
        self._seen |= {pod.uid for pod in found}
        self._give(code, [pod for pod in found if pod not in fresh], begun)
        self._give(tuple(self._changed.values()), fresh, begun)
        return found

    def _give(self, code: tuple[Code, ...], to: list[pods.Pod], begun: float) -> None:
        wanted = [pod for pod in to if any(each.runs_in(pod.source) for each in code)]
        if not wanted:
            return
        failures = copying.copy(self._release, self._root, code, wanted)
        for failure in failures:
            say(f"error: {failure}")
        done = f"{len(wanted) - len(failures)} of {len(wanted)} pods"
        took = clock(time.monotonic() - begun)
        say(f"==> {names([each.path for each in code])}: running in {done} after {took}")


def names(paths: list[str] | tuple[str, ...]) -> str:
    """A few paths by name, and how many there are besides."""
    more = len(paths) - SHOWN_FILES
    return ", ".join(paths[:SHOWN_FILES]) + (f" and {more} more" if more > 0 else "")
