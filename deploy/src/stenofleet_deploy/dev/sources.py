"""What the change of a file means: new code for running pods, a new deployment, or nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

LIBRARY = "libs/stenofleet"
SERVICES = ("services/api", "services/autoscaler", "services/worker")
MIGRATIONS = f"{LIBRARY}/src/stenofleet/db/migrations"
CHART = ("helm/stenofleet", "manifests/crds")
FILES = ("pyproject.toml", "uv.lock", ".dockerignore")
WATCHED = (LIBRARY, "services", *CHART, *FILES)
"""All that a release is made of, from the repository's root."""


@dataclass(frozen=True)
class Code:
    """A file that runs in pods.

    Attributes:
        path: From the repository's root.
        owner: The folder that it belongs to: a service's, or the library's.
        target: Where it lies below a pod's ``/app``.
    """

    path: str
    owner: str
    target: str

    def runs_in(self, source: str) -> bool:
        """Whether pods with the code of this folder have it; all have the library."""
        return self.owner in (LIBRARY, source)


@dataclass(frozen=True)
class Plan:
    """What is to be done about changed files.

    Attributes:
        code: Files to copy into pods, or to remove there.
        deploy: Files that need new images, a new schema or other objects.
    """

    code: tuple[Code, ...]
    deploy: tuple[str, ...]


def plan(paths: Iterable[str]) -> Plan:
    """Sort changed files, given by their paths from the repository's root."""
    ordered = sorted(set(paths))
    code = tuple(found for path in ordered if (found := code_of(path)))
    synced = {each.path for each in code}
    return Plan(code, tuple(path for path in ordered if path not in synced and is_input(path)))


def code_of(path: str) -> Code | None:
    """The file as code that pods run; None when it is not, or when it changes the database.

    >>> code_of("services/api/src/stenofleet_api/app.py").target
    'stenofleet_api/app.py'
    """
    for owner in (LIBRARY, *SERVICES):
        packages = PurePosixPath(owner, "src")
        if within(path, str(packages)) and not within(path, MIGRATIONS):
            return Code(path, owner, str(PurePosixPath(path).relative_to(packages)))
    return None


def is_input(path: str) -> bool:
    """Whether a release is made of this file."""
    return any(within(path, place) for place in WATCHED)


def within(path: str, place: str) -> bool:
    """Whether a path is this place or below it."""
    return PurePosixPath(path).is_relative_to(place)
