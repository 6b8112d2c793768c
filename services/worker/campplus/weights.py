"""Reads the arrays of a PyTorch checkpoint without PyTorch."""

from __future__ import annotations

import io
import pickle
import zipfile
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

if TYPE_CHECKING:
    from pathlib import Path

STORAGES = {"FloatStorage": np.float32, "LongStorage": np.int64}
"""Kinds of numbers that the checkpoint holds, by the names of PyTorch's classes."""

Weights = dict[str, "np.ndarray[Any, Any]"]


def read(path: Path) -> Weights:
    """The arrays of a checkpoint by their names.

    Raises:
        pickle.UnpicklingError: it holds anything but arrays.
    """
    with zipfile.ZipFile(path) as archive:
        index = next(name for name in archive.namelist() if name.endswith("/data.pkl"))
        return dict(_Reader(archive, index.removesuffix("data.pkl")).load())


class _Reader(pickle.Unpickler):
    """Knows the few names that a checkpoint of arrays needs, and refuses all others."""

    def __init__(self, archive: zipfile.ZipFile, folder: str) -> None:
        super().__init__(io.BytesIO(archive.read(f"{folder}data.pkl")))
        self._archive = archive
        self._folder = folder

    def find_class(self, module: str, name: str) -> Any:
        if module == "torch" and name in STORAGES:
            return STORAGES[name]
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _array
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        raise pickle.UnpicklingError(f"expected arrays only, got {module}.{name}")

    def persistent_load(self, pid: Any) -> Any:
        _, kind, key, *_ = pid
        return np.frombuffer(self._archive.read(f"{self._folder}data/{key}"), dtype=kind)


def _array(storage: Any, start: int, shape: Any, strides: Any, *_: Any) -> Any:
    steps = [step * storage.itemsize for step in strides]
    return as_strided(storage[start:], shape, steps).copy()
