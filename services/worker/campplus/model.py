"""The folder of the speaker model: what is in it, and whether it is whole."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MODEL = "model.onnx"
RECORD = "made-of.json"
"""Beside the model: which checkpoint it was made of, by which version of this code, and its sha256.
ONNX files of one network differ with the library that writes them, so that no hash can be pinned
but the checkpoint's."""

VERSION = 1
"""To be raised with every change of `graph`, so that models made before are made again."""


def is_whole(folder: Path, checkpoint_sha256: str) -> bool:
    """Whether the model is there, unharmed, and made of this checkpoint by this version."""
    model, record = folder / MODEL, folder / RECORD
    if not (model.is_file() and record.is_file()):
        return False
    return record.read_text() == _record(model, checkpoint_sha256)


def make(checkpoint: Path, checkpoint_sha256: str, folder: Path) -> None:
    """Converts a checkpoint into ``folder``, which exists and is empty."""
    # Imported here: only who makes the model needs numpy and onnx.
    from campplus import graph, weights  # noqa: PLC0415

    graph.write(weights.read(checkpoint), folder / MODEL)
    (folder / RECORD).write_text(_record(folder / MODEL, checkpoint_sha256))


def _record(model: Path, checkpoint_sha256: str) -> str:
    with model.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return json.dumps({"checkpoint": checkpoint_sha256, "version": VERSION, MODEL: sha256})
