"""Whether there is a speaker model; imports nothing that the image for housekeeping lacks."""

from pathlib import Path

import structlog
from stenofleet.errors import SettingsError
from stenofleet.settings import SPEAKER_MODEL, WorkerSettings

log = structlog.get_logger(__name__)

NONE = "none"
"""The setting with which nobody is told apart, model or not."""


def model_file(settings: WorkerSettings) -> Path | None:
    """The model that ``STENOFLEET_SPEAKER_MODEL`` names; None where nobody is told apart.

    Raises:
        SettingsError: another model than the default is named, and it is not there.
    """
    name = settings.speaker_model
    if name == NONE:
        return None
    folder = Path(name) if Path(name).is_absolute() else settings.whisper_model_dir / name
    file = folder / "model.onnx"
    if file.is_file():
        return file
    if name == SPEAKER_MODEL:
        log.warning("no speaker model is installed, speakers are not told apart", looked_in=folder)
        return None
    raise SettingsError(
        "STENOFLEET_SPEAKER_MODEL: expected none, a model in STENOFLEET_WHISPER_MODEL_DIR or a "
        f"folder with a model.onnx, got {name!r} (looked in {folder})"
    )
