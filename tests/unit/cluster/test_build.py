from pathlib import Path

import pytest
from stenofleet_cluster import build


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    (tmp_path / "pause").mkdir()
    (tmp_path / "go.mod").write_text("module example\n")
    (tmp_path / "pause" / "main.go").write_text("package main\n")
    return tmp_path


def test_same_sources_and_inputs_have_the_same_key(sources: Path) -> None:
    assert build.cache_key(sources, "go1.26.8") == build.cache_key(sources, "go1.26.8")


def test_changed_file_changes_the_key(sources: Path) -> None:
    before = build.cache_key(sources)
    (sources / "go.mod").write_text("module example\n\ngo 1.26\n")

    assert build.cache_key(sources) != before


def test_moved_file_changes_the_key(sources: Path) -> None:
    before = build.cache_key(sources)
    (sources / "pause" / "main.go").rename(sources / "main.go")

    assert build.cache_key(sources) != before


def test_changed_compiler_changes_the_key(sources: Path) -> None:
    assert build.cache_key(sources, "go1.26.8") != build.cache_key(sources, "go1.27.0")


def test_inputs_are_kept_apart(sources: Path) -> None:
    assert build.cache_key(sources, "ab", "c") != build.cache_key(sources, "a", "bc")


def test_folder_that_lacks_a_program_is_not_complete(tmp_path: Path) -> None:
    for name in build.PROGRAMS:
        (tmp_path / name).touch(mode=0o755)
    assert build.complete(tmp_path)

    (tmp_path / "kubelet").unlink()
    assert not build.complete(tmp_path)


def test_leftovers_of_an_interrupted_build_are_removed_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / f"{build.UNFINISHED}abc").mkdir()
    (tmp_path / "0123456789abcdef").mkdir()

    build.discard_unfinished(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["0123456789abcdef"]


def test_programs_tell_the_versions_of_go_mod() -> None:
    assert "k8s.io/component-base/version.gitVersion=v1." in build.link_flags()
