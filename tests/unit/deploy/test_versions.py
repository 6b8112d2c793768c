"""One version, wherever it is written."""

from pathlib import Path

import pytest
from stenofleet_deploy import versions
from stenofleet_deploy.errors import DeployError

ROOT = Path(__file__).parents[3]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project like this one, whose files all say 0.1.0."""
    for folder in ("", "libs/stenofleet", "services/api", "cluster", "deploy"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        text = '[project]\nname = "any"\nversion = "0.1.0"\nrequires-python = ">=3.11"\n'
        (tmp_path / folder / "pyproject.toml").write_text(text)
    (tmp_path / "helm/stenofleet").mkdir(parents=True)
    chart = "apiVersion: v2\nversion: 0.1.0\nappVersion: 0.1.0\nkubeVersion: '>=1.32.0-0'\n"
    (tmp_path / versions.CHART).write_text(chart)
    return tmp_path


def test_this_project_has_one_version() -> None:
    assert versions.differing(ROOT) == []


def test_a_new_version_is_written_everywhere_and_nothing_else_changes(project: Path) -> None:
    versions.write(project, "1.2.3rc1")

    assert versions.read(project) == "1.2.3rc1"
    assert versions.differing(project) == []
    chart = (project / versions.CHART).read_text()
    assert chart == (
        "apiVersion: v2\nversion: 1.2.3-rc1\nappVersion: 1.2.3-rc1\nkubeVersion: '>=1.32.0-0'\n"
    )
    assert 'requires-python = ">=3.11"' in (project / "deploy/pyproject.toml").read_text()


def test_a_file_that_was_forgotten_is_named(project: Path) -> None:
    (project / "services/api/pyproject.toml").write_text('version = "0.0.9"\n')
    [told] = versions.differing(project)
    assert told == "services/api/pyproject.toml: expected the version 0.1.0, got 0.0.9"


@pytest.mark.parametrize("wrong", ["", "1.2", "v1.2.3", "1.2.3 ", "1.2.3-rc1"])
def test_what_is_no_version_changes_nothing(project: Path, wrong: str) -> None:
    with pytest.raises(DeployError, match=r"expected one like 1\.2\.3"):
        versions.write(project, wrong)
    assert versions.read(project) == "0.1.0"
