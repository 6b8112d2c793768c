"""What the tests of the deployment share."""

import subprocess
from pathlib import Path

import pytest


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with a file of each part."""
    folder = tmp_path / "repository"
    for name in ("libs/stenofleet/a.py", "services/api/a.py", "services/worker/a.py"):
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text(name)
    (folder / ".gitignore").write_text("*.log\n")
    for words in (["init", "--quiet"], ["add", "--all"]):
        subprocess.run(["git", *words], cwd=folder, check=True, timeout=30)
    return folder
