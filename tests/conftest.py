"""What holds for all tests."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from stenofleet.settings import Settings

# All that collection imports stays: to look for garbage in it takes a tenth of its time.
gc.disable()


def pytest_collection_finish() -> None:
    """From here on garbage is looked for as always, but not among what is there already."""
    gc.freeze()
    gc.enable()


# No test fails by the clock: this machine may be busy. In CI the examples are the same each time,
# so that it fails for what has changed; on a developer's machine they are new ones.
settings.register_profile("thorough", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("thorough")
# For `make check`, which is run after each change: a quarter of the examples.
settings.register_profile("quick", settings.get_profile("thorough"), max_examples=25)


def _env_file(name: str | None, kind: type[Settings] = Settings) -> None:
    kind.model_config["env_file"] = name
    for each in kind.__subclasses__():
        _env_file(name, each)


# A developer's own .env is none of the tests' business.
_env_file(None)


@pytest.fixture
def env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file .env of the current folder, which this test's settings are read from."""
    monkeypatch.chdir(tmp_path)
    _env_file(".env")
    yield tmp_path / ".env"
    _env_file(None)
