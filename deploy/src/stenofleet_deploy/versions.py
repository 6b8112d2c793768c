"""The version: said in the root's pyproject.toml, and repeated where tools look for it."""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

from stenofleet_deploy.errors import DeployError

PROJECT: Final = "pyproject.toml"
CHART: Final = "helm/stenofleet/Chart.yaml"
PACKAGES: Final = ("libs/*", "services/*", "cluster", "deploy")

SHAPE: Final = re.compile(r"\d+\.\d+\.\d+((a|b|rc)\d+)?")
"""What both Python and Helm take for a version; Helm's own form of a pre-release differs."""

_IN_PROJECT: Final = re.compile(r'^version = "(.*)"$', re.MULTILINE)
_IN_CHART: Final = re.compile(r"^(?:appVersion|version): (.*)$", re.MULTILINE)


def read(root: Path) -> str:
    """The project's version."""
    return _found(root / PROJECT, _IN_PROJECT)[0]


def differing(root: Path) -> list[str]:
    """A sentence for each file that says another version than the root's."""
    wanted = read(root)
    return [
        f"{path.relative_to(root)}: expected the version {wanted}, got {said}"
        for path, shape in _places(root)
        for said in _found(path, shape)
        if said != (wanted if path.suffix == ".toml" else for_helm(wanted))
    ]


def write(root: Path, version: str) -> None:
    """Has all files say ``version``.

    Raises:
        DeployError: it is no version.
    """
    if not SHAPE.fullmatch(version):
        raise DeployError(f"version: expected one like 1.2.3 or 1.2.3rc1, got {version!r}")
    for path, shape in _places(root):
        said = version if path.suffix == ".toml" else for_helm(version)
        path.write_text(shape.sub(partial(_with, said), path.read_text()))


def for_helm(version: str) -> str:
    """As semantic versioning writes it: 1.2.3rc1 is 1.2.3-rc1."""
    return re.sub(r"(\d)(a|b|rc)", r"\1-\2", version)


def _places(root: Path) -> Iterator[tuple[Path, re.Pattern[str]]]:
    yield root / PROJECT, _IN_PROJECT
    for pattern in PACKAGES:
        for path in sorted(root.glob(f"{pattern}/{PROJECT}")):
            yield path, _IN_PROJECT
    yield root / CHART, _IN_CHART


def _found(path: Path, shape: re.Pattern[str]) -> list[str]:
    found = [match.strip("\"'") for match in shape.findall(path.read_text())]
    if not found:
        raise DeployError(f"{path}: expected a line with the version, found none")
    return found


def _with(said: str, match: re.Match[str]) -> str:
    start, end = match.span(1)
    offset = match.start()
    return f"{match[0][: start - offset]}{said}{match[0][end - offset :]}"
