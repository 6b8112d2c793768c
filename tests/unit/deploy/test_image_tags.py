"""A tag stands for exactly what goes into an image."""

import shutil
import subprocess
from pathlib import Path

import pytest
from stenofleet_deploy.errors import DeployError
from stenofleet_deploy.images import images, tag

API, _, _, WORKER = images("base")


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, check=True, timeout=30)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_a_changed_service_changes_its_own_tag_only(root: Path) -> None:
    before = {image.name: tag(image, root) for image in (API, WORKER)}
    write(root / "services/api/a.py", "changed")
    assert tag(API, root) != before[API.name]
    assert tag(WORKER, root) == before[WORKER.name]


def test_the_library_is_in_every_image(root: Path) -> None:
    before = [tag(image, root) for image in (API, WORKER)]
    write(root / "libs/stenofleet/a.py", "changed")
    assert not set(before) & {tag(image, root) for image in (API, WORKER)}


def test_a_new_file_counts_before_it_is_added(root: Path) -> None:
    before = tag(API, root)
    write(root / "services/api/new.py", "")
    assert tag(API, root) != before


def test_what_git_ignores_does_not_count(root: Path) -> None:
    before = tag(API, root)
    write(root / "services/api/noise.log", "x")
    assert tag(API, root) == before


def test_a_deleted_file_counts_before_it_is_committed(root: Path) -> None:
    write(root / "services/api/b.py", "")
    git(root, "add", "--all")
    before = tag(API, root)
    (root / "services/api/b.py").unlink()
    assert tag(API, root) != before


def test_the_tag_does_not_depend_on_where_the_repository_lies(root: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(root, elsewhere)
    assert tag(API, elsewhere) == tag(API, root)


def test_a_moved_border_between_files_changes_the_tag(root: Path) -> None:
    write(root / "services/api/a.py", "one")
    write(root / "services/api/b.py", "two")
    before = tag(API, root)
    write(root / "services/api/a.py", "onet")
    write(root / "services/api/b.py", "wo")
    assert tag(API, root) != before


def test_stage_and_arguments_are_part_of_the_tag(root: Path) -> None:
    transcribing = [image for model in ("base", "tiny.en") for image in images(model)[2:]]
    # The housekeeping image has no model: its two are the same.
    assert len({tag(image, root) for image in transcribing}) == 3


def test_a_symbolic_link_counts_by_where_it_points(root: Path) -> None:
    link = root / "services/api/link"
    link.symlink_to("missing")
    before = tag(API, root)
    link.unlink()
    link.symlink_to("elsewhere")
    assert tag(API, root) != before


def test_a_folder_that_is_no_repository_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeployError, match="git"):
        tag(API, tmp_path)
