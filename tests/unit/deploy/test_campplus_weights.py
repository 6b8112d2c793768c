"""A checkpoint is read without running what is in it."""

import collections
import importlib
import io
import pickle
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def weights() -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "services/worker"))
        yield importlib.import_module("campplus.weights")
    for name in [each for each in sys.modules if each.partition(".")[0] == "campplus"]:
        del sys.modules[name]


def _checkpoint(path: Path, content: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", content)
    return path


def test_names_that_no_array_needs_are_refused(weights: Any, tmp_path: Path) -> None:
    content = io.BytesIO()
    pickle.dump({"a": sys.intern}, content)
    checkpoint = _checkpoint(tmp_path / "bad.pt", content.getvalue())
    with pytest.raises(pickle.UnpicklingError, match=r"expected arrays only, got sys\.intern"):
        weights.read(checkpoint)


def test_an_empty_checkpoint_has_no_arrays(weights: Any, tmp_path: Path) -> None:
    content = pickle.dumps(collections.OrderedDict())
    assert weights.read(_checkpoint(tmp_path / "empty.pt", content)) == {}
